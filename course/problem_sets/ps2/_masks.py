"""Mistakes with padding: the losses of all steps of a batch, each counted as the mistake does."""

from dataclasses import replace
from typing import Any

import numpy as np

from course import draws
from course.models import RNN, Array
from course.problem_sets.ps2._mask_weights import MISCOUNTS
from course.recognise.outputs import Error
from course.recognise.patterns import PATTERNS, Pattern
from course.recognise.sequences import Sequence
from course.recognise.unrolled import Unrolled


def sequences(p: RNN, X: Array, Y: Array, lengths: Array, h_0: Array) -> list[Sequence]:
    """One for every row of the batch, without its padding, with ℓ_t = ½‖o_t − y_t‖² / (N lengths[n])."""

    def row(n: int, T: int) -> Sequence:
        def loss(t: int, W_qh: Array, b_q: Array, h: Array) -> Array:
            return np.asarray(np.sum((h @ W_qh.T + b_q - Y[t, n]) ** 2, axis=-1) / (2 * T * len(lengths)))

        return Sequence(p, X[:T, n], h_0[n], loss, targets=Y[:, n])

    return [row(n, int(T)) for n, T in enumerate(lengths)]


def many(rng: draws.Rng) -> tuple[Any, ...]:
    """More units than steps, and no padding."""
    X, Y = rng.normal(size=(7, 2, 4)), rng.normal(size=(7, 2, 3))
    return draws.rnn(rng, 4, 8, 3), X, Y, np.array([7, 7]), draws.away_from_zero(rng, 2, 8)


def padded(p: RNN, X: Array, Y: Array, lengths: Array, h_0: Array) -> list[Sequence]:
    """The same with the padding, as if it were real."""
    return sequences(p, X, Y, np.full_like(lengths, len(X)), h_0)


KNOWN = tuple((Error(name, sentence, ()), weights) for name, sentence, weights in MISCOUNTS)
MASK_OF_ONE = Error(
    "mask_of_one_alone",
    "Only the outputs or only the targets are masked: in the padding the other one is left as an error.",
    (),
)

TARGETS_OF_OTHERS = Error(
    "targets_of_others",
    "A sequence is compared with the targets of another: was one array sorted by length, but not the other?",
    (),
)


def orders(lengths: Array) -> list[Array]:
    """Whose row sequence n takes if all rows but these are sorted by length, or these alone; reversed."""
    up, down = np.argsort(lengths), np.argsort(-lengths)
    return [np.argsort(up), np.argsort(down), up, down, np.arange(len(lengths))[::-1]]


def miscounted(p: RNN, X: Array, Y: Array, lengths: Array, h_0: Array) -> list[tuple[Error, Array]]:
    """Errors (N, T, q) that are counted, or masked, in another way."""
    O = np.stack([s.values[2] @ p.W_qh.T + p.b_q for s in padded(p, X, Y, lengths, h_0)])
    T, N, own, t = len(X), len(lengths), lengths[:, None], np.arange(len(X))
    Y, mask, each = np.swapaxes(Y, 0, 1), (t < own)[..., None], 1 / (own * N)[..., None]
    return [
        *[(e, weight(t, own, T, N)[..., None] * (O - Y)) for e, weights in KNOWN for weight in weights],
        (MASK_OF_ONE, each * (mask * O - Y)),
        (MASK_OF_ONE, each * (O - mask * Y)),
        *[(TARGETS_OF_OTHERS, each * mask * (O - Y[order])) for order in orders(lengths)],
    ]


MASKED = {
    "last_loss_missing": "The loss of each sequence's last real step is missing: is the mask one step short?",
    "last_loss": "Only the loss of each sequence's last real step is counted: every real step has one.",
}


def masked(pattern: Pattern) -> Pattern:
    """A pattern of counted losses in the words of a mask."""
    said = MASKED.get(pattern.name)
    return replace(pattern, sentence=said, see="Batches and masks") if said else pattern


unrolled = Unrolled(
    sequences,
    {w: w for w in RNN._fields} | {"X": "dX", "h_0": "dh_0"},
    many,
    batch="N",
    see="Batches and masks",
    length="lengths[n]",
    sent=padded,
    patterns=tuple(map(masked, PATTERNS)),
    more_errors=miscounted,
)
