"""What a forward pass gives whose mask is wrong, or is none."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course.exercise import Parts
from course.models import RNN, Array, rnn_forward


def unmasked(p: RNN, X: Array, lengths: Array, h_0: Array) -> Parts:
    """Every sequence run to the end of the array, padding included."""
    return {"H": np.stack([rnn_forward(p, X[:, n], h_0[n])[0] for n in range(len(h_0))], axis=1)}


def unmasked_throughout(p: RNN, X: Array, lengths: Array, h_0: Array) -> Parts:
    """The same with its outputs."""
    H = unmasked(p, X, lengths, h_0)["H"]
    return {"H": H, "O": H[1:] @ p.W_qh.T + p.b_q}


def zeroed(p: RNN, X: Array, lengths: Array, h_0: Array) -> Parts:
    """The state multiplied by the mask."""
    H = unmasked(p, X, lengths, h_0)["H"]
    return {"H": H * (np.arange(len(H))[:, None] <= lengths)[:, :, None]}


Lengths = Callable[[Array, int], Array]  # of the lengths (N) and T: other lengths


def given(lengths: Array, T: int) -> Array:
    """The lengths themselves."""
    return lengths


def outputs_alone(change: Callable[..., Array], p: RNN, X: Array, lengths: Array, h_0: Array) -> Parts:
    """O by `change(O, t, lengths, p)`, from the outputs O of sequences run to the end, and steps t (T, 1)."""
    O = np.stack([rnn_forward(p, X[:, n], h_0[n])[1] for n in range(len(h_0))], axis=1)
    return {"O": change(O, np.arange(1, len(X) + 1)[:, None], lengths, p)}


def upto(O: Array, real: Array) -> Array:
    """Zero where `real` (T, N) is False."""
    return O * real[:, :, None]


# Of O alone: name, sentence, value, and the lengths that the states may have been run for.
OUTPUTS: tuple[tuple[str, str, Callable[..., Parts], Lengths], ...] = tuple(
    (name, sentence, partial(outputs_alone, change), taken)
    for name, sentence, change, taken in (
        (
            "one_step_long",
            "The mask is one step too long: step t is real for t ≤ lengths[n], counted from 1.",
            lambda O, t, lengths, p: upto(O, t <= lengths + 1),
            lambda lengths, T: np.minimum(lengths + 1, T),
        ),
        (
            "one_step_short",
            "O is zero at each last real step already, as if the mask were one step too short.",
            lambda O, t, lengths, p: upto(O, t < lengths),
            lambda lengths, T: lengths - 1,
        ),
        (
            "bias_in_the_padding",
            "In the padding stands b_q; O should be zero there.",
            lambda O, t, lengths, p: np.where((t <= lengths)[:, :, None], O, p.b_q),
            given,
        ),
        (
            "output_in_the_padding",
            "In the padding stands the last real output; O should be zero there.",
            lambda O, t, lengths, p: O[np.minimum(t, lengths) - 1, np.arange(len(lengths))],
            given,
        ),
        (
            "output_bias_missing",
            "b_q is missing in O.",
            lambda O, t, lengths, p: upto(O - p.b_q, t <= lengths),
            given,
        ),
        (
            "lengths_falling",
            "The lengths are sorted, and the sequences are not: lengths[n] belongs to sequence n.",
            lambda O, t, lengths, p: upto(O, t <= np.sort(lengths)[::-1]),
            lambda lengths, T: np.sort(lengths)[::-1],
        ),
    )
)
