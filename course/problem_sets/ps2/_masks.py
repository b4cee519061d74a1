"""Mistakes with padding: the losses of all steps of a batch, each counted as the mistake does."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from course import draws
from course.models import RNN, Array
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


# How much ½‖o_t − y_t‖² counts: (N, T), of t (T) from 0, the lengths `own` (N, 1), T and N.
Weight = Callable[[Array, Array, int, int], Array]


def _falling(own: Array) -> Array:
    return np.asarray(np.sort(own, axis=0)[::-1])


def _running(t: Array, own: Array) -> Array:
    return np.asarray(np.maximum((t < own).sum(axis=0), 1))


# Name, sentence, and the weights, one for each way to make the mistake.
MISCOUNTS: tuple[tuple[str, str, tuple[Weight, ...]], ...] = (
    (
        "unmasked",
        "The padding is counted as if it were real: its losses should not enter, nor its steps the mean.",
        (lambda t, own, T, N: 1 / (T * N) + 0 * own,),
    ),
    (
        "mask_forgotten",
        "The padding's losses enter: set the error to zero where a sequence is over.",
        (lambda t, own, T, N: 1 / (own * N),),
    ),
    (
        "pooled",
        "All steps of the batch are pooled in one mean; here each sequence has its own mean first.",
        (lambda t, own, T, N: (t < own) / np.sum(own),),
    ),
    (
        "padded_mean",
        "The losses are divided by T, padding included, instead of by each sequence's own length.",
        (lambda t, own, T, N: (t < own) / (T * N),),
    ),
    (
        "sum_over_sequences",
        "The losses of the sequences are added: L is their mean, a sum divided by N.",
        (lambda t, own, T, N: (t < own) / own,),
    ),
    (
        "sum_over_steps",
        "The mean over each sequence's steps is missing: its sum is divided by N only.",
        (lambda t, own, T, N: (t < own) / N,),
    ),
    (
        "no_mean_at_all",
        "Both means are missing, that over each sequence's steps and that over the sequences.",
        (lambda t, own, T, N: 1.0 * (t < own),),
    ),
    (
        "longest",
        "The losses are divided by the longest length instead of by each sequence's own.",
        (lambda t, own, T, N: (t < own) / (np.max(own) * N),),
    ),
    (
        "one_step_long",
        "The mask is one step too long: lengths[n] steps are real, counted from the first.",
        (lambda t, own, T, N: (t <= own) / (own * N),),
    ),
    (
        "sign",
        "The output error has the wrong sign: it is o_t − y_t.",
        (lambda t, own, T, N: -1.0 * (t < own) / (own * N),),
    ),
    (
        "last_row_only",
        "Only the losses of step T are counted: every real step has one, and shorter sequences end before T.",
        (lambda t, own, T, N: (t == T - 1) * (t < own) / (own * N),),
    ),
    (
        "mask_of_others",
        "The mask has the lengths in another order: lengths[n] is that of sequence n.",
        (
            lambda t, own, T, N: (t < _falling(own)) / (own * N),
            lambda t, own, T, N: (t < _falling(own)[::-1]) / (own * N),
            lambda t, own, T, N: (t < own[::-1]) / (own * N),
            lambda t, own, T, N: (t < _falling(own)) / (_falling(own) * N),
            lambda t, own, T, N: (t < _falling(own)[::-1]) / (_falling(own)[::-1] * N),
            lambda t, own, T, N: (t < own[::-1]) / (own[::-1] * N),
        ),
    ),
    (
        "mask_from_the_end",
        "The mask keeps the last lengths[n] steps: the padding stands behind the real ones.",
        (lambda t, own, T, N: (t >= T - own) / (own * N),),
    ),
    (
        "mask_inverted",
        "The mask keeps the padding and leaves out the real steps.",
        (lambda t, own, T, N: (t >= own) / (own * N),),
    ),
    (
        "pooled_twice",
        "The losses are divided by all real steps and by N as well: each sequence has its own mean.",
        (lambda t, own, T, N: (t < own) / (np.sum(own) * N),),
    ),
    (
        "one_step_short",
        "The mask is one step too short: lengths[n] steps are real, and that many divide.",
        (lambda t, own, T, N: (t < np.maximum(own - 1, 1)) / (np.maximum(own - 1, 1) * N),),
    ),
    (
        "shortest",
        "Only the steps that all sequences have are counted.",
        (
            lambda t, own, T, N: (t < own.min()) / (own * N),
            lambda t, own, T, N: (t < own.min()) / (own.min() * N) + 0 * own,
        ),
    ),
    (
        "mean_of_the_running",
        "A step's losses are divided by the number of sequences that still run: N counts all.",
        (
            lambda t, own, T, N: (t < own) / (_running(t, own) * own),
            lambda t, own, T, N: (t < own) / (_running(t, own) * T),
            lambda t, own, T, N: (t < own) / (_running(t, own) * own.max()),
            lambda t, own, T, N: (t < own) / _running(t, own),
        ),
    ),
)
KNOWN = tuple((Error(name, sentence, ()), weights) for name, sentence, weights in MISCOUNTS)
MASK_OF_ONE = Error(
    "mask_of_one_alone",
    "Only the outputs or only the targets are masked: in the padding the other one is left as an error.",
    (),
)


def miscounted(p: RNN, X: Array, Y: Array, lengths: Array, h_0: Array) -> list[tuple[Error, Array]]:
    """Errors (N, T, q) that are counted, or masked, in another way."""
    O = np.stack([s.values[2] @ p.W_qh.T + p.b_q for s in padded(p, X, Y, lengths, h_0)])
    T, N, own, t = len(X), len(lengths), lengths[:, None], np.arange(len(X))
    Y, mask, each = np.swapaxes(Y, 0, 1), (t < own)[..., None], 1 / (own * N)[..., None]
    return [
        *[(e, weight(t, own, T, N)[..., None] * (O - Y)) for e, weights in KNOWN for weight in weights],
        (MASK_OF_ONE, each * (mask * O - Y)),
        (MASK_OF_ONE, each * (O - mask * Y)),
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
    sent=padded,
    patterns=tuple(map(masked, PATTERNS)),
    more_errors=miscounted,
)
