"""What mistakes with padding return: the losses of all steps of a batch, each counted as the mistake does."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course import draws
from course.exercise import Parts
from course.models import RNN, Array
from course.recognise.once import kept_once
from course.recognise.sequences import Sequence, Terms, terms
from course.recognise.unrolled import Unrolled


def sequences(p: RNN, X: Array, Y: Array, lengths: Array, h_0: Array) -> list[Sequence]:
    """One for every row of the batch, without its padding, with ℓ_t = ½‖o_t − y_t‖² / (N lengths[n])."""

    def row(n: int, T: int) -> Sequence:
        def loss(t: int, W_qh: Array, b_q: Array, h: Array) -> Array:
            return np.asarray(np.sum((h @ W_qh.T + b_q - Y[t, n]) ** 2, axis=-1) / (2 * T * len(lengths)))

        return Sequence(p, X[:T, n], h_0[n], loss)

    return [row(n, int(T)) for n, T in enumerate(lengths)]


def many(rng: draws.Rng) -> tuple[Any, ...]:
    """More units than steps, and no padding."""
    X, Y = rng.normal(size=(7, 2, 4)), rng.normal(size=(7, 2, 3))
    return draws.rnn(rng, 4, 8, 3), X, Y, np.array([7, 7]), draws.away_from_zero(rng, 2, 8)


unrolled = Unrolled(sequences, {w: w for w in RNN._fields} | {"X": "dX", "h_0": "dh_0"}, many, batch="N")

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
        "The mask is one step too long: step t is real for t ≤ lengths[n].",
        lambda t, own, lengths, T: (t <= own) / (own * len(lengths)),
    ),
    (
        "sign",
        "Everything has the wrong sign: the output error is o_t − y_t.",
        lambda t, own, lengths, T: -(t < own) / (own * len(lengths)),
    ),
)
