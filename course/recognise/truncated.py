"""Exercises about truncation, taken apart: in them the right counts are not all ones."""

from typing import Any

import numpy as np

from course import draws
from course.models import RNN, Array
from course.recognise.counting import Counts, Miscount, Truncation, squared_errors
from course.recognise.sequences import Sequence
from course.recognise.unrolled import Unrolled

STEPS = 7


def taken_apart(alpha: Counts, mistakes: tuple[Miscount, ...], how: Any) -> Unrolled:
    """For a function of (p, X, Y, h_0, how) that returns the gradients of an RNN, dh_0 and dX.

    Args:
        alpha: the right counts.
        mistakes: other counts that are known.
        how: the last argument in the extra cases, all of 7 steps: it must show what is special.
    """

    def sequences(p: RNN, X: Array, Y: Array, h_0: Array, how: Any) -> list[Sequence]:
        return [squared_errors(p, X, Y, h_0)]

    def many(rng: draws.Rng) -> tuple[Any, ...]:
        X, Y = rng.normal(size=(STEPS, 2)), rng.normal(size=(STEPS, 3))
        last = how.copy() if isinstance(how, np.ndarray) else how
        return draws.rnn(rng, 2, STEPS + 1, 3), X, Y, draws.away_from_zero(rng, STEPS + 1), last

    names = {w: w for w in RNN._fields} | {"X": "dX", "h_0": "dh_0"}
    return Unrolled(sequences, names, many, truncation=Truncation(alpha, mistakes))
