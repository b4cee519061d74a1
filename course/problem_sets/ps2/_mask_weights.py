"""How much the loss of a step counts, right or wrong, in a batch with padding: as mistakes weigh it."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course.models import Array

# How much ½‖o_t − y_t‖² counts: (N, T), of t (T) from 0, the lengths `own` (N, 1), T and N.
Weight = Callable[[Array, Array, int, int], Array]


def _falling(own: Array) -> Array:
    return np.asarray(np.sort(own, axis=0)[::-1])


def _ranked(own: Array, down: bool = False) -> Array:
    """The lengths as they are if all but they are sorted: by each one's rank, or from the longest down."""
    order = np.argsort(-own[:, 0] if down else own[:, 0])
    return np.asarray(own[np.argsort(order)])


def _left_out(n: int, by_length: bool, t: Array, own: Array, T: int, N: int) -> Array:
    """Right, but for the n-th sequence, or the n-th by length, which does not count."""
    order = np.argsort(own[:, 0]) if by_length else np.arange(N)
    return np.asarray((np.arange(N) != order[n])[:, None] * (t < own) / (own * N))


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
            lambda t, own, T, N: (t < _ranked(own)) / (_ranked(own) * N),
            lambda t, own, T, N: (t < _ranked(own, True)) / (_ranked(own, True) * N),
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
        (lambda t, own, T, N: (t < own) / (_running(t, own) * own),),
    ),
    *[
        (
            f"mean_of_the_running_{name}",
            f"A step's losses are divided by the number of sequences that still run, and {said}: "
            "here each sequence has its own mean first, over lengths[n] steps.",
            (weight,),
        )
        for name, said, weight in (
            ("padded", "by T", lambda t, own, T, N: (t < own) / (_running(t, own) * T)),
            (
                "longest",
                "by the longest length",
                lambda t, own, T, N: (t < own) / (_running(t, own) * own.max()),
            ),
            ("whole", "by nothing else", lambda t, own, T, N: (t < own) / _running(t, own)),
        )
    ],
    (
        "divided_by_other_lengths",
        "The losses of a sequence are divided by the length of another: lengths[n] is that of sequence n.",
        (
            lambda t, own, T, N: (t < own) / (_falling(own) * N),
            lambda t, own, T, N: (t < own) / (_falling(own)[::-1] * N),
            lambda t, own, T, N: (t < own) / (own[::-1] * N),
        ),
    ),
    (
        "padded_mean_of_one_less",
        "The losses are divided by T − 1, padding included, instead of by each sequence's own length.",
        (lambda t, own, T, N: (t < own) / (max(T - 1, 1) * N),),
    ),
    (
        "length_twice",
        "The losses are divided by lengths[n] twice: each sequence's mean divides by it once.",
        (lambda t, own, T, N: (t < own) / (own**2 * N),),
    ),
    (
        "mask_of_the_longest",
        "Every sequence has the mask of the longest: after its own lengths[n] steps a sequence is padding.",
        (
            lambda t, own, T, N: (t < own.max()) / (own * N),
            lambda t, own, T, N: (t < own.max()) / (own.max() * N) + 0 * own,
        ),
    ),
    (
        "mask_of_the_longest_padded_mean",
        "Every sequence has the mask of the longest, and its losses are divided by T: only lengths[n] steps "
        "are real, and that many divide.",
        (lambda t, own, T, N: (t < own.max()) / (T * N) + 0 * own,),
    ),
    (
        "sequence_missing",
        "One sequence of the batch is left out: the losses of all N are added.",
        tuple(partial(_left_out, n, by_length) for n in (0, -1) for by_length in (False, True)),
    ),
)
