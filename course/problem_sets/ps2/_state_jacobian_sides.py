"""Mistakes in a product of Jacobians: slopes on one side, steps transposed on the way, other steps."""

from collections.abc import Callable
from functools import partial, reduce
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import RNN, Array, rnn_forward
from course.problem_sets.ps2._state_jacobian import between, from_factors, local

Which = Callable[[int, int], slice]  # of s and t: the states whose slopes are taken


def one_sided(left: Which, right: Which, p: RNN, X: Array, h_0: Array, s: int, t: int) -> Parts:
    """A power of W_hh between products of slopes."""
    H = rnn_forward(p, X, h_0)[0]
    late, early = (np.prod(1 - H[which(s, t)] ** 2, axis=0) for which in (left, right))
    return {"J": late[:, None] * np.linalg.matrix_power(p.W_hh, t - s) * early}


def turned(step: Callable[[Array, Array], Array], *args: Any) -> Parts:
    """The steps' Jacobians put together, the earliest first, with something transposed at each."""
    return {"J": reduce(step, local(*args), np.eye(len(args[2])))}


def every(s: int, t: int) -> slice:
    """All steps."""
    return slice(s + 1, t + 1)


def last(s: int, t: int) -> slice:
    """The last step, if there is one."""
    return slice(max(s + 1, t), t + 1)


def always(s: int, t: int) -> slice:
    """The last state, even if there is no step."""
    return slice(t, t + 1)


def none(s: int, t: int) -> slice:
    """No step."""
    return slice(0, 0)


ONCE = "Only the last step has its slope, once for the whole product; every step has one."
SIDE_SLIPS: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    *[
        (f"slopes_{name}", said, partial(one_sided, left, right))
        for name, said, left, right in (
            (
                "on_the_columns",
                "The slopes scale the columns of the product; each should scale the rows of its own W_hh.",
                none,
                every,
            ),
            (
                "on_the_rows",
                "The slopes scale the rows of the product; each should scale the rows of its own W_hh.",
                every,
                none,
            ),
            ("once", ONCE, last, none),
            ("once_even_for_no_step", ONCE, always, none),
            ("once_on_the_columns", f"{ONCE} And it scales the columns.", none, last),
            ("once_on_the_columns_even_for_no_step", f"{ONCE} And it scales the columns.", none, always),
        )
    ],
    *[
        (f"turned_{name}", f"{said}; nothing is transposed between the steps.", partial(turned, step))
        for name, said, step in (
            (
                "before_each_step",
                "The product so far is transposed before each step",
                lambda J, step: step @ J.T,
            ),
            (
                "after_each_step",
                "The product so far is transposed after each step",
                lambda J, step: (step @ J).T,
            ),
        )
    ],
    *[
        (name, said, partial(between, s_t))
        for name, said, s_t in (
            (
                "first_steps",
                "This is the product of the first t − s steps; it should be that of the steps s + 1 to t.",
                lambda s, t, T: (0, t - s),
            ),
            (
                "last_steps",
                "This is the product of the last t − s steps; it should be that of the steps s + 1 to t.",
                lambda s, t, T: (T - t + s, T),
            ),
            (
                "one_factor_more",
                "There is one factor too many at the early end: the path from h_s starts with step s + 1, "
                "not s.",
                lambda s, t, T: (max(s - 1, 0), t),
            ),
        )
    ],
    (
        "same_factor_first",
        "Every step has the Jacobian of step s + 1; each has a slope of its own.",
        partial(from_factors, lambda factors: factors[:1] * len(factors)),
    ),
)
