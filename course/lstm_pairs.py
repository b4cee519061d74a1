"""Mistakes at several gates of an LSTM at once: factors exchanged, ways left out, what counts how often."""

from collections.abc import Iterator
from itertools import combinations

from course.altered_lstm import BACKWARD, PATHS
from course.lstm_atoms import GATES
from course.lstm_graph import FACTORS, Altered
from course.lstm_words import Mistake, mistake, words


def exchanged() -> Iterator[Mistake]:
    """Two gates have each other's factor, or each other's slope."""
    for one, other in combinations(GATES, 2):
        (a, *slope_a), (b, *slope_b) = FACTORS[one], FACTORS[other]
        if (one, other) != ("i", "g"):
            sentence = (
                f"{words((a,))} and {words((b,))} are exchanged as the factors of {one}_t and {other}_t."
            )
            factors = {one: (b, *slope_a), other: (a, *slope_b)}
            yield mistake(f"factors_of_{one}_and_{other}_exchanged", sentence, Altered(factors))
        sentence = f"The slopes of {one}_t and {other}_t are exchanged."
        factors = {one: (a, *slope_b), other: (b, *slope_a)}
        yield mistake(f"slopes_of_{one}_and_{other}_exchanged", sentence, Altered(factors))


def left_out_together() -> Iterator[Mistake]:
    """Several gates send nothing back to h_{t-1}, or are missing in ∂L/∂x_t."""
    for gates in (*combinations(GATES, 2), *combinations(GATES, 3)):
        said, short = " and ".join(gates) if len(gates) == 2 else ", ".join(gates), "".join(gates)
        sentence = f"Through {said} nothing goes back to h_{{t-1}}: all four blocks of a_t read it."
        yield mistake(f"back_without_{short}", sentence, Altered(blocks=dict.fromkeys(gates)), see=PATHS)
        sentence = f"In ∂L/∂x_t the ways through {said} are missing."
        altered = Altered(factors=dict.fromkeys(gates, ("0",)), only_uses=True)
        yield mistake(f"without_{short}_in_x", sentence, altered, "X")


def slopes_missing_back() -> Iterator[Mistake]:
    """What goes back to h_{t-1} has not passed the gates' slopes."""
    for gates in (*GATES, GATES):
        bare = {gate: FACTORS[gate][:1] for gate in gates}
        which = "the gates' slopes are" if len(gates) > 1 else f"the slope of {gates}_t is"
        sentence = f"In what goes back to h_{{t-1}} {which} missing: W_hᵀ multiplies ∂L/∂a_t."
        altered = Altered(bare, only_states=True)
        yield mistake(f"slopes_missing_back_{gates}", sentence, altered, see=BACKWARD)


def counted() -> Iterator[Mistake]:
    """A part of ∂L/∂c_t counts twice, or o_t gets what it should not."""
    for count in (1, 2, 3, 4):
        for ends in combinations(("i", "f", "g", "c"), count):
            names = ["c_{t-1}" if end == "c" else f"{end}_t" for end in ends]
            for name, counts, told in (
                ("state_twice", (0.0, 0.0, 2.0, 1.0), "what h_t gives to c_t"),
                ("later_twice", (0.0, 0.0, 1.0, 2.0), "what comes back along c_t"),
            ):
                sentence = f"To {', '.join(names)} {told} is counted twice."
                altered = Altered(read=dict.fromkeys(ends, counts))
                yield mistake(f"{''.join(ends)}_{name}", sentence, altered, see=PATHS)
    for name, counts, told in (
        ("o_of_later_too", (1.0, 1.0, 0.0, 1.0), "gets what comes back along c_t beside ∂L/∂h_t"),
        ("o_of_later", (0.0, 0.0, 0.0, 1.0), "gets what comes back along c_t where ∂L/∂h_t belongs"),
        ("o_of_shown", (0.0, 0.0, 1.0, 0.0), "gets what h_t gives to c_t where ∂L/∂h_t belongs"),
        ("o_of_later_steps", (0.0, 1.0, 0.0, 0.0), "gets only what comes back to h_t from step t+1"),
    ):
        why = "what the loss says belongs there too" if counts[1] and not counts[0] else "it moves h_t alone"
        yield mistake(name, f"o_t {told}: {why}.", Altered(read={"o": counts}), see=PATHS)
    sentence = "∂L/∂h_t itself is added to ∂L/∂c_t: the factor o_t ⊙ tanh′(c_t) is missing."
    yield mistake("state_added_to_cell", sentence, Altered(factors={"ch": ()}), see=PATHS)
