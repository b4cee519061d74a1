"""Other errors that may stand where those of the outputs belong, with one thing altered."""

from collections.abc import Callable

import numpy as np

from course.models import Array
from course.recognise.compared import COMPARED
from course.recognise.outputs import Error, Way, moved, outputs_of
from course.recognise.sequences import Sequence, lengthened


def _weighed(weight: Callable[[Array, int], Array]) -> Way:
    """The right errors, each multiplied by a weight of its step t, counted from 1."""
    return lambda w: w.e * weight(np.arange(1.0, len(w.e) + 1), len(w.e))[:, None]


def _errors(by: int) -> tuple[Way, ...]:
    def way(kind: str) -> Way:
        return lambda w: moved(w.e, by)[kind]

    return tuple(map(way, ("around", "none", "end")))


def _same(row: Callable[[Array], Array]) -> Way:
    """One row at every step."""
    return lambda w: row(w.e) + np.zeros_like(w.e)


BY_STEP = (
    Error("error_without_sign", "{e} has lost its sign.", (lambda w: np.abs(w.e),)),
    Error("only_signs", "Only the signs are left of {e}.", (lambda w: np.sign(w.e),)),
    Error(
        "errors_of_one_sign",
        "In {e} all entries of one sign are set to zero: every entry counts.",
        (lambda w: np.maximum(w.e, 0), lambda w: np.minimum(w.e, 0)),
    ),
    Error(
        "units_mixed",
        "Every unit gets the sum or the mean of {e} over all units: each has its own.",
        (
            lambda w: w.e.sum(axis=1, keepdims=True) + 0 * w.e,
            lambda w: w.e.mean(axis=1, keepdims=True) + 0 * w.e,
        ),
    ),
    Error("error_before", "{e} of step t−1 stands at step t.", _errors(-1)),
    Error("error_after", "{e} of step t+1 stands at step t.", _errors(1)),
    Error(
        "last_loss_whole",
        "Only the last step's loss is counted, and not divided by the number of steps.",
        (_weighed(lambda t, T: T * (t == T)),),
        True,
    ),
    Error("first_loss", "Only the first step's loss is counted.", (_weighed(lambda t, T: t == 1),)),
    Error(
        "first_loss_whole",
        "Only the first step's loss is counted, and not divided by the number of steps.",
        (_weighed(lambda t, T: T * (t == 1)),),
        True,
    ),
    Error(
        "last_loss_twice", "The last step's loss is counted twice.", (_weighed(lambda t, T: 1 + (t == T)),)
    ),
    Error(
        "first_loss_twice", "The first step's loss is counted twice.", (_weighed(lambda t, T: 1 + (t == 1)),)
    ),
    Error(
        "losses_by_step",
        "The losses are multiplied or divided by a number that changes from step to step: all count alike.",
        (
            _weighed(lambda t, T: t),
            _weighed(lambda t, T: t - 1),
            _weighed(lambda t, T: t / T),
            _weighed(lambda t, T: 1 / t),
            _weighed(lambda t, T: T / t),
            _weighed(lambda t, T: T + 1 - t),
            _weighed(lambda t, T: T - t),
            _weighed(lambda t, T: (T + 1 - t) / T),
            _weighed(lambda t, T: 1 / (T + 1 - t)),
            _weighed(lambda t, T: T / (T + 1 - t)),
        ),
    ),
    Error(
        "mean_of_one_more",
        "The losses are divided by {T} + 1, not by {T}.",
        (_weighed(lambda t, T: 0 * t + T / (T + 1)),),
        True,
    ),
    Error(
        "mean_of_one_more",
        "The losses are divided by {T} − 1, not by {T}.",
        (_weighed(lambda t, T: 0 * t + T / max(T - 1, 1)),),
        True,
    ),
    Error(
        "mean_over_units",
        "The losses are divided by the number of outputs instead of steps.",
        (lambda w: w.e * len(w.e) / w.e.shape[1],),
        True,
    ),
    Error(
        "errors_added_up",
        "{e} is added up from step to step: each step has its own.",
        (lambda w: np.cumsum(w.e, axis=0), lambda w: np.cumsum(w.e[::-1], axis=0)[::-1]),
    ),
    Error(
        "one_error",
        "{e} is the same at every step: each step has its own.",
        (
            _same(lambda e: e[0]),
            _same(lambda e: e[-1]),
            _same(lambda e: e.sum(axis=0)),
            _same(lambda e: e.mean(axis=0)),
        ),
    ),
)
ERRORS = (*COMPARED, *BY_STEP)
TOGETHER = Error(
    "errors_of_the_batch",
    "Every sequence gets the sum or the mean of {e} over the batch: each has its own.",
    (),
)


def altered(rows: list[Sequence], batch: bool) -> list[tuple[Error, Array]]:
    """Every altered table of errors (B, T, q) of these sequences, zero behind the end of each."""
    compared, made = all(s.targets is not None for s in rows), [outputs_of(s) for s in rows]
    T = max(len(w.e) for w in made)

    def padded(tables: list[Array]) -> Array:
        return np.stack([lengthened(e, T) for e in tables])

    found = [
        (error, padded([way(w) for w in made]))
        for error in ERRORS
        if compared or not error.compared
        for way in error.ways
    ]
    e = padded([w.e for w in made])
    mixed = [(TOGETHER, e.sum(axis=0) + 0 * e), (TOGETHER, e.mean(axis=0) + 0 * e)]
    return [*found, *mixed] if batch else found
