"""Mistakes in a product of Jacobians, put together: slopes, matrices, ends."""

from collections.abc import Callable
from functools import partial, reduce
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import RNN, Array, rnn_forward
from course.oracles import complex_step
from course.problem_sets.ps2._state_jacobian import expected, local, product
from course.problem_sets.ps2._state_jacobian_sides import SIDE_SLIPS
from course.tanh_slopes import SLOPES


def sloped(slope: Callable[[Array, Array], Array], at: Callable[[int, int, int], int], *args: Any) -> Parts:
    """Steps with other slopes: made of argument and value, at the state of step `at(j, s, t)` for step j."""
    p, X, h_0, s, t = args
    H, still = rnn_forward(p, X, h_0)[0], np.zeros(len(h_0))

    def step(j: int) -> Array:
        y = H[min(at(j, s, t), len(X))]
        return complex_step(lambda v: slope(np.arctanh(y), y) * (p.W_hh @ v), still)

    return {"J": product([step(j) for j in range(t, s, -1)], len(h_0))}


def joined(join: Callable[[Array, Array], Array], *args: Any) -> Parts:
    """The steps' Jacobians put together in another way, beginning with the identity."""
    return {"J": reduce(join, local(*args), np.eye(len(args[2])))}


def stepped(matrix: Callable[[Array], Array], *args: Any) -> Parts:
    """Steps with another matrix, and the right slopes."""
    p, X, h_0, s, t = args
    H = rnn_forward(p, X, h_0)[0]
    return chained([np.arctanh(H[j]) for j in range(t, s, -1)], matrix(p.W_hh))


def chained(at: list[Array], W: Array) -> Parts:
    """The product of steps with one matrix, whose slopes are taken at these arguments, the latest first."""
    still = np.zeros(len(W))

    def step(a: Array) -> Array:
        return complex_step(lambda v: np.tanh(a + W @ v), still)

    return {"J": product([step(a) for a in at], len(W))}


def beside(left: Callable[..., Array], right: Callable[..., Array], *args: Any) -> Parts:
    """A factor too many at one of the ends: functions of p and the states."""
    p, X, h_0, _, _ = args
    return {"J": left(p, X, h_0) @ expected(*args)["J"] @ right(p, X, h_0)}


def one_later(p: RNN, X: Array, h_0: Array, s: int, t: int) -> Parts:
    """The product to h_{t+1}, or to the last state there is."""
    return expected(p, X, h_0, s, min(t + 1, len(X)))


def lacking(part: str, p: RNN, X: Array, h_0: Array, s: int, t: int) -> Parts:
    """Slopes at arguments that lack a part, which is made of the right states."""
    H = rnn_forward(p, X, h_0)[0]
    of = {"input": X @ p.W_hx.T, "bias": 0 * X[:, :1] + p.b_h, "state": H[:-1] @ p.W_hh.T}[part]
    return chained([np.arctanh(H[j]) - of[j - 1] for j in range(t, s, -1)], p.W_hh)


def one(p: RNN, X: Array, h_0: Array) -> Array:
    """The identity."""
    return np.eye(len(h_0))


SLIPS: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    *[
        (
            f"slope_{name}",
            f"For the slope 1 − h_t² stands {said.rstrip(',')}.",
            partial(sloped, slope, lambda j, s, t: j),
        )
        for name, (said, slope) in SLOPES.items()
        if name != "of_argument"
    ],
    *[
        (
            f"slope_{name}",
            f"{said}; it should be taken at h_t.",
            partial(sloped, lambda a, y: 1 - y**2, at),
        )
        for name, said, at in (
            ("of_the_first", "Every slope is taken at h_s", lambda j, s, t: s),
            (
                "of_the_last",
                "Every slope, but no matrix, is taken from the last step",
                lambda j, s, t: t,
            ),
            ("one_late", "The slope of step t is taken at h_{t+1}", lambda j, s, t: j + 1),
        )
    ],
    (
        "steps_added",
        "The Jacobians of the steps are added to I: along one path they multiply.",
        partial(joined, np.add),
    ),
    (
        "entry_by_entry",
        "Only the diagonal of each step's Jacobian is left: does * stand where @ belongs?",
        partial(joined, np.multiply),
    ),
    *[
        (f"matrix_{name}", f"{said} stands where W_hh belongs.", partial(stepped, of))
        for name, said, of in (
            ("and_identity", "I + W_hh", lambda W: np.eye(len(W)) + W),
            ("less_identity", "W_hh − I", lambda W: W - np.eye(len(W))),
            ("squared", "W_hh²", lambda W: W @ W),
            ("missing", "I", lambda W: np.eye(len(W))),
            ("symmetric", "W_hh + W_hhᵀ", lambda W: W + W.T),
            ("inverse", "W_hh⁻¹", np.linalg.inv),
        )
    ],
    *[
        (
            f"begins_{name}",
            f"The product begins, at the early end, with {said}, not with I.",
            partial(beside, one, of),
        )
        for name, said, of in (
            ("with_matrix", "W_hh", lambda p, X, h_0: p.W_hh),
            ("with_transpose", "W_hhᵀ", lambda p, X, h_0: p.W_hh.T),
            ("with_ones", "a matrix of ones", lambda p, X, h_0: np.ones_like(p.W_hh)),
            ("with_state", "diag(h_0)", lambda p, X, h_0: np.diag(h_0)),
        )
    ],
    *[
        (
            f"ends_{name}",
            f"The product has {said} as a factor too many at the late end.",
            partial(beside, of, one),
        )
        for name, said, of in (
            ("with_matrix", "W_hh", lambda p, X, h_0: p.W_hh),
            ("with_transpose", "W_hhᵀ", lambda p, X, h_0: p.W_hh.T),
            ("with_ones", "a matrix of ones", lambda p, X, h_0: np.ones_like(p.W_hh)),
        )
    ],
    (
        "one_step_later",
        "There is one factor too many at the late end: the path to h_t ends with step t.",
        one_later,
    ),
    *[
        (
            f"slope_without_{name}",
            f"The slope is taken at an argument without {said}.",
            partial(lacking, name),
        )
        for name, said in (("input", "W_hx x_t"), ("bias", "b_h"), ("state", "W_hh h_{t-1}"))
    ],
    *SIDE_SLIPS,
)
