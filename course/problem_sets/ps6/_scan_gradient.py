"""The gradients behind a diagonal linear recurrence, and what wrong ones are made of."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.oracles import complex_step
from course.problem_sets.ps6.scan import solved
from course.recognise.once import kept_once


def gradients(solve: Callable[[Any, Any], Any], c: Array, b: Array, dA: Array) -> Parts:
    """The complex step of Σ dA ⊙ a, with a from `solve(c, b)`."""
    return {
        "dc": complex_step(lambda v: np.sum(dA * solve(v, b)), c),
        "db": complex_step(lambda v: np.sum(dA * solve(c, v)), b),
    }


def expected(c: Array, b: Array, dA: Array) -> Parts:
    """The complex step of the solution that LAPACK finds."""
    return gradients(solved, c, b, dA)


right = kept_once(expected)  # for mistakes that are made of it


def by_earlier(totals: Array, states: Array) -> Array:
    """Each total derivative times an earlier state."""
    return np.asarray(totals * np.vstack([0 * states[:1], states[:-1]]))
