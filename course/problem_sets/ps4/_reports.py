"""What a report on three clips is made of, and what is taken for it."""

from collections.abc import Callable

import numpy as np

from course import draws
from course.exercise import Parts
from course.models import RNN, Array
from course.problem_sets.ps4._clips import closeness, norms, size, zeros
from course.problem_sets.ps4._huber import gradient_of_huber

KINDS = ("entry", "tensor", "all")


def at_the_threshold(rng: draws.Rng) -> tuple[RNN, float]:
    """Whole numbers: c = 5 is an entry, and the norm of tensors with entries 5, or 3 and 4; others differ."""
    g = [np.zeros(field.shape) for field in draws.rnn(rng, *draws.sizes(rng, 3))]
    for field, few in zip(g, rng.permutation([(5, 0), (3, 4), (-12, 5), (1, -2), (-4, 3)]), strict=True):
        field.flat[[0, -1]] = few
    return RNN(*g), 5.0


def at_the_global_threshold(rng: draws.Rng) -> tuple[RNN, float]:
    """Whole numbers: c = 5 is the global norm, of one tensor with entries 3 and 4 among tensors of zeros."""
    g = [np.zeros(field.shape) for field in draws.rnn(rng, *draws.sizes(rng, 3))]
    g[rng.integers(len(g))].flat[[0, -1]] = 3, -4
    return RNN(*g), 5.0


def clipped(g: RNN, c: float) -> list[RNN]:
    """What each clip leaves, as gradients of Huber's function."""
    return [RNN(**gradient_of_huber(g, c, kind)) for kind in KINDS]


def count(g: RNN, c: float) -> Array:
    """How many entries of each tensor each clip changes."""
    found = [
        [np.sum(np.abs(x - y) > 1e-9 * np.abs(y)) for x, y in zip(one, g, strict=True)]
        for one in clipped(g, c)
    ]
    return np.array(found, dtype=float)


def by_tensors(g: RNN, c: float) -> Array:
    """The mean of the five tensors' own cosines."""
    blank = zeros(g)._asdict()
    alone = [
        [
            closeness(RNN(**(blank | {n: x})), RNN(**(blank | {n: y})))
            for (n, x), y in zip(one._asdict().items(), g, strict=True)
        ]
        for one in clipped(g, c)
    ]
    mean: Array = np.mean(alone, axis=1)
    return mean


def at_least(g: RNN, c: float) -> Array:
    """Tensors marked as touched where an entry, the norm or the global norm is at least c."""
    entries, lengths = [np.abs(field).max() >= c for field in g], np.array(norms(g))
    return np.array([entries, lengths >= c, (lengths > 0) & (size(g) >= c)], dtype=float)


def as_if_none_were_zero(g: RNN, c: float, right: Parts) -> Array:
    """Tensors of zeros marked as touched by a global clip."""
    touched = right["touched"].copy()
    touched[2] = float(size(g) > c)
    return touched


def sums(g: RNN, c: float) -> Array:
    """The norms of the tensors that each clip leaves, added."""
    return np.array([sum(norms(one)) for one in clipped(g, c)])


# Name, sentence, the result that is changed, and what stands there, by g, c and the right results.
CHANGES: tuple[tuple[str, str, str, Callable[[RNN, float, Parts], Array]], ...] = (
    (
        "zeros_touched",
        "The global clip is said to touch a tensor of zeros: zeros times a factor are zeros.",
        "touched",
        as_if_none_were_zero,
    ),
    (
        "limits_touched",
        "What is as large as c is said to be touched: it stays as it is.",
        "touched",
        lambda g, c, right: at_least(g, c),
    ),
    (
        "counted",
        "touched counts entries: it is 1 for a tensor of which any entry changes.",
        "touched",
        lambda g, c, right: count(g, c),
    ),
    (
        "all_entries",
        "touched is 1 where every entry changes: one entry is enough.",
        "touched",
        lambda g, c, right: np.array(
            [
                [float(np.all(np.abs(x - y) > 1e-9 * np.abs(y))) for x, y in zip(one, g, strict=True)]
                for one in clipped(g, c)
            ]
        ),
    ),
    (
        "untouched",
        "touched is upside down: 1 stands for a change.",
        "touched",
        lambda g, c, right: 1 - right["touched"],
    ),
    (
        "mean_of_cosines",
        "The cosines of the tensors are averaged: there is one angle, between vectors of all entries.",
        "cosine",
        lambda g, c, right: by_tensors(g, c),
    ),
    (
        "ratio_of_lengths",
        "The cosines are ratios of lengths, after by before: the length is no angle.",
        "cosine",
        lambda g, c, right: right["after"] / size(g) if size(g) else np.ones(3),
    ),
)
