"""What mistakes with padding return: the losses of all steps of a batch, each counted as the mistake does."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course import draws
from course.exercise import Parts
from course.models import RNN, Array
from course.recognise.once import kept_once
from course.recognise.outputs import Error
from course.recognise.sequences import Sequence, Terms, terms
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


MASK_OF_OTHERS = Error(
    "mask_of_others", "The mask has the lengths in another order: lengths[n] is that of sequence n.", ()
)
MASK_FROM_THE_END = Error(
    "mask_from_the_end",
    "The mask keeps the last lengths[n] steps: the padding stands behind, not before.",
    (),
)
MASK_OF_ONE = Error(
    "mask_of_one_alone",
    "Only the outputs or only the targets are masked: in the padding the other one is left as an error.",
    (),
)
SHORTEST = Error("shortest", "Only the steps that all sequences have are counted.", ())
MEAN_OF_THE_RUNNING = Error(
    "mean_of_the_running",
    "A step's losses are divided by the number of sequences that still run: N counts all.",
    (),
)


def masked(p: RNN, X: Array, Y: Array, lengths: Array, h_0: Array) -> list[tuple[Error, Array]]:
    """Errors (N, T, q) under other masks."""
    O = np.stack([s.values[2] @ p.W_qh.T + p.b_q for s in padded(p, X, Y, lengths, h_0)])
    T, N, own, t = len(X), len(lengths), lengths[:, None], np.arange(len(X))
    mask, Y = t < own, np.swapaxes(Y, 0, 1)
    running, shortest = np.maximum(mask.sum(axis=0), 1), own.min()
    falling = np.sort(own, axis=0)[::-1]
    others = (falling, falling[::-1], own[::-1])
    weights = [
        *[(MASK_OF_OTHERS, (t < other) / (of * N)) for other in others for of in (own, other)],
        (MASK_FROM_THE_END, (t >= T - own) / (own * N)),
        *[(SHORTEST, (t < shortest) / (of * N)) for of in (own, shortest)],
        *[(MEAN_OF_THE_RUNNING, mask / (running * of)) for of in (own, T, own.max(), 1)],
    ]
    one = mask[..., None], (own * N)[..., None]
    return [
        *[(error, weight[..., None] * (O - Y)) for error, weight in weights],
        (MASK_OF_ONE, (one[0] * O - Y) / one[1]),
        (MASK_OF_ONE, (O - one[0] * Y) / one[1]),
    ]


unrolled = Unrolled(
    sequences,
    {w: w for w in RNN._fields} | {"X": "dX", "h_0": "dh_0"},
    many,
    batch="N",
    see="Batches and masks",
    sent=padded,
    more_errors=masked,
)

# How much ½‖o_t − y_t‖² counts in a sequence of `own` real steps; t from 0, padding included.
Weight = Callable[[int, int, Array, int], float]  # (t, own, lengths, T)


@kept_once
def all_terms(p: RNN, X: Array, Y: Array, lengths: Array, h_0: Array) -> list[Terms]:
    """The terms of ½‖o_t − y_t‖² for every sequence, padded steps too."""
    T, N = len(X), len(lengths)
    rows = sequences(p, X, Y, np.full_like(lengths, T), h_0)
    return [{name: T * N * term for name, term in terms(s).items()} for s in rows]


def weighted(weight: Weight, p: RNN, X: Array, Y: Array, lengths: Array, h_0: Array) -> Parts:
    """The gradients with every step's loss, padded ones too, counted so."""
    T = len(X)
    counts = [np.array([weight(t, int(own), lengths, T) for t in range(T)]) for own in lengths]
    rows = zip(all_terms(p, X, Y, lengths, h_0), counts, strict=True)
    return unrolled.parts([{name: (term.T * count).T for name, term in row.items()} for row, count in rows])


# Name, sentence, and the weights.
MISCOUNTS: tuple[tuple[str, str, Weight], ...] = (
    (
        "unmasked",
        "The padding is counted as if it were real: its losses should not enter, nor its steps the mean.",
        lambda t, own, lengths, T: 1 / (T * len(lengths)),
    ),
    (
        "mask_forgotten",
        "The padding's losses enter: set the error to zero where a sequence is over.",
        lambda t, own, lengths, T: 1 / (own * len(lengths)),
    ),
    (
        "pooled",
        "All steps of the batch are pooled in one mean; here each sequence has its own mean first.",
        lambda t, own, lengths, T: (t < own) / np.sum(lengths),
    ),
    (
        "padded_mean",
        "The losses are divided by T, padding included, instead of by each sequence's own length.",
        lambda t, own, lengths, T: (t < own) / (T * len(lengths)),
    ),
    (
        "sum_over_sequences",
        "Everything is N times too large: L is the mean over sequences, not the sum.",
        lambda t, own, lengths, T: (t < own) / own,
    ),
    (
        "sum_over_steps",
        "The mean over each sequence's steps is missing: its sum is divided by N only.",
        lambda t, own, lengths, T: (t < own) / len(lengths),
    ),
    (
        "no_mean_at_all",
        "Both means are missing, that over each sequence's steps and that over the sequences.",
        lambda t, own, lengths, T: float(t < own),
    ),
    (
        "longest",
        "The losses are divided by the longest length instead of by each sequence's own.",
        lambda t, own, lengths, T: (t < own) / (np.max(lengths) * len(lengths)),
    ),
    (
        "one_step_long",
        "The mask is one step too long: lengths[n] steps are real, which with t from 0 is t < lengths[n].",
        lambda t, own, lengths, T: (t <= own) / (own * len(lengths)),
    ),
    (
        "sign",
        "Everything has the wrong sign: the output error is o_t − y_t.",
        lambda t, own, lengths, T: -(t < own) / (own * len(lengths)),
    ),
)
