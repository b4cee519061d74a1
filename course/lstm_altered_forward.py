"""Mistakes in the forward pass that an LSTM's backward pass reads its values from."""

from collections.abc import Iterator
from itertools import permutations

from course.lstm_atoms import GATES
from course.lstm_graph import FACTORS, Altered
from course.lstm_words import Mistake, mistake

CELL = "The cell"
SAID = {
    "cell without f": "c_t is computed as c_{t-1} + i_t ⊙ g_t: the factor f_t is missing.",
    "cell without i": "c_t is computed as f_t ⊙ c_{t-1} + g_t: the factor i_t is missing.",
    "cell without c": "c_t is computed as i_t ⊙ g_t: f_t ⊙ c_{t-1} is missing.",
    "cell without g": "c_t is computed as f_t ⊙ c_{t-1} + i_t: the factor g_t is missing.",
    "cell coupled": "c_t is computed with 1 − f_t where i_t belongs.",
    "cell coupled to i": "c_t is computed with 1 − i_t where f_t belongs.",
    "state linear": "h_t is computed as o_t ⊙ c_t; it should be o_t ⊙ tanh(c_t).",
    "state without o": "h_t is computed as tanh(c_t): the factor o_t is missing.",
    "state of cell before": "h_t is computed as o_t ⊙ tanh(c_{t-1}); it should read c_t.",
    "state kept": "The forward pass goes on with h_0 at every step; step t should read h_{t-1}.",
    "zeros": "The forward pass starts from zeros; it should start from h_0 and c_0.",
    "turned": "The gates are computed with each block of W_h transposed.",
}


def of_the_forward_pass() -> Iterator[Mistake]:
    """The states are others; what goes back reads them and is right for the rest."""
    for kind, sentence in SAID.items():
        yield mistake(f"forward_{kind.replace(' ', '_')}", sentence, Altered(forward=kind), see=CELL)
    yield mistake("gates_turned", SAID["turned"], Altered(gates="turned"), see=CELL)
    for of, at in permutations(GATES, 2):
        sentence = f"a^{at}_t is computed with b^{of} where b^{at} belongs."
        altered = Altered(forward=f"bias of {of} at {at}")
        yield mistake(f"bias_of_{of}_at_{at}", sentence, altered, see=CELL)
    linear = {"o": ("c1", *FACTORS["o"][1:]), "ch": ("o",)}
    sentence = "h_t is computed as o_t ⊙ c_t, on the way back too; it should be o_t ⊙ tanh(c_t)."
    yield mistake("state_linear_throughout", sentence, Altered(linear, forward="state linear"), see=CELL)
