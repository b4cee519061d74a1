"""Mistakes in the means of ∂L/∂X: over columns, or of something else; and other gains in it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.problem_sets.ps6._layer_norm import right
from course.problem_sets.ps6._layer_norm_ways import WHICH, centred, root_of, ways


@dataclass(frozen=True)
class At:
    """What ∂L/∂X is made of, each (N, d), and the root √(v + ε) (N, 1)."""

    X: Array
    entries: Array  # normalised
    reaching: Array  # dY ⊙ gain
    Y: Array
    root: Array


def values(X: Array, gain: Array, bias: Array, eps: float, dY: Array) -> At:
    """The right ones."""
    root = root_of(X, eps)
    return At(X, centred(X) / root, dY * gain, right(X, gain, bias, eps, dY)["Y"], root)


def with_ways(other: Callable[[At], dict[str, Array]], *args: Any) -> Parts:
    """∂L/∂X with some ways replaced."""
    return right(*args) | {"dX": np.sum(list((ways(*args) | other(values(*args))).values()), axis=0)}


def over_columns(which: tuple[str, ...], inside: bool, by_rows: bool, at: At) -> dict[str, Array]:
    """Ways whose sums run over a column: with each row's root `inside` or before, divided by N or d."""
    number = at.X.shape[0 if by_rows else 1]
    within = at.root if inside else np.ones_like(at.root)

    def summed(v: Array) -> Array:
        return np.asarray(v.sum(axis=0) / number)

    found = {
        "mean": -summed(at.reaching / within) * within / at.root,
        "spread": -at.entries * summed(at.reaching * at.entries / within**2) * within**2 / at.root,
    }
    return {way: found[way] for way in which}


Word = Callable[[At], Array]


def mean_of(word: Word, at: At) -> dict[str, Array]:
    """The way through μ with the mean of something else."""
    return {"mean": -word(at).mean(axis=1, keepdims=True) / at.root + 0 * at.X}


def inner(word: Word, at: At) -> dict[str, Array]:
    """The way through v with the mean of something else."""
    return {"spread": -at.entries / at.root * word(at).mean(axis=1, keepdims=True)}


def outer(word: Word, at: At) -> dict[str, Array]:
    """The way through v with something else behind its mean."""
    return {"spread": -word(at) * (at.reaching * at.entries).mean(axis=1, keepdims=True) / at.root}


def by_gain(change: Callable[[Array], Array], X: Array, gain: Array, *rest: Any) -> Parts:
    """∂L/∂X with another gain; the other results are right."""
    return right(X, gain, *rest) | {"dX": right(X, change(gain), *rest)["dX"]}


WORDS: tuple[tuple[Callable[..., dict[str, Array]], str, str, dict[str, tuple[str, Word]]], ...] = (
    (
        mean_of,
        "mean",
        "on the way through μ, the mean of {} stands where that of dY ⊙ gain belongs",
        {"inputs": ("X", lambda s: s.X), "outputs": ("Y", lambda s: s.Y)},
    ),
    (
        inner,
        "spread_mean",
        "on the way through v, the mean over the row is of {}; it should be of dY ⊙ gain times the entries",
        {
            "entries": ("the squared entries", lambda s: s.entries**2),
            "reaching": ("dY ⊙ gain, squared", lambda s: s.reaching**2),
            "reaching_alone": ("dY ⊙ gain alone", lambda s: s.reaching),
            "outputs": ("dY ⊙ gain ⊙ Y", lambda s: s.reaching * s.Y),
        },
    ),
    (
        outer,
        "spread_behind",
        "on the way through v, {} stands behind the mean over the row, where the normalised entries belong",
        {
            "inputs": ("X", lambda s: s.X),
            "outputs": ("Y", lambda s: s.Y),
            "reaching": ("dY ⊙ gain", lambda s: s.reaching),
        },
    ),
)
COLUMNS = {
    "mean": "the mean on the way through μ is",
    "spread": "the mean on the way through v is",
    "both": "the means on the ways through μ and v are",
}
GAINS: dict[str, tuple[str, Callable[[Array], Array]]] = {
    "divided": ("dY / gain", lambda gain: 1 / gain),
    "squared": ("dY ⊙ gain²", lambda gain: gain**2),
    "more": ("dY ⊙ (1 + gain)", lambda gain: 1 + gain),
}
MEAN_SLIPS: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    *[
        (
            f"columns_{which}",
            f"In ∂L/∂X {said} taken over columns, where rows belong.",
            partial(with_ways, partial(over_columns, WHICH[which][1], inside, by_rows)),
        )
        for which, said in COLUMNS.items()
        for inside in (False, True)
        for by_rows in (True, False)
    ],
    *[
        (f"{part}_of_{name}", f"In ∂L/∂X, {said.format(what)}.", partial(with_ways, partial(way, word)))
        for way, part, said, words in WORDS
        for name, (what, word) in words.items()
    ],
    *[
        (f"gain_{name}", f"In ∂L/∂X {said} stands where dY ⊙ gain belongs.", partial(by_gain, change))
        for name, (said, change) in GAINS.items()
    ],
)
