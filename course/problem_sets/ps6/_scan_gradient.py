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


Of = Callable[[Array, Array, Array], Array]  # of c, b, dA
right = kept_once(expected)  # for mistakes that are made of it


def by_earlier(totals: Array, states: Array) -> Array:
    """Each total derivative times an earlier state."""
    return np.asarray(totals * np.vstack([0 * states[:1], states[:-1]]))


def of_totals(totals: Of, c: Array, b: Array, dA: Array) -> Parts:
    """Wrong totals, and dc made of them."""
    wrong = totals(c, b, dA)
    return {"dc": by_earlier(wrong, solved(c, b)), "db": wrong}


def of_states(states: Of, c: Array, b: Array, dA: Array) -> Parts:
    """The right totals, times something else than the state before."""
    found = right(c, b, dA)
    return {"dc": found["db"] * states(c, b, dA), "db": found["db"]}


def late(x: Array) -> Array:
    """Each row one step later, zero first."""
    return np.vstack([np.zeros_like(x[:1]), x[:-1]])


def early(x: Array) -> Array:
    """Each row one step earlier, zero last."""
    return np.vstack([x[1:], np.zeros_like(x[:1])])
