"""The Jacobian from one state to another, and altered products of steps."""

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from course.altered import Alter, altered_states
from course.exercise import Parts
from course.models import RNN, Array, rnn_forward
from course.oracles import complex_step


def expected(p: RNN, X: Array, h_0: Array, s: int, t: int) -> Parts:
    """The complex step of the given forward pass, started at h_s."""
    before = rnn_forward(p, X, h_0)[0][s]
    return {"J": complex_step(lambda h: rnn_forward(p, X[s:t], h)[0][-1], before)}


def altered(alter: Alter, p: RNN, X: Array, h_0: Array, s: int, t: int) -> Parts:
    """The same with one rule altered."""
    before = rnn_forward(p, X, h_0)[0][s]
    if s == t:
        return {"J": np.eye(len(h_0))}
    return {"J": complex_step(lambda h: altered_states(p, X[s:t], h, alter)[-1], before)}


def local(p: RNN, X: Array, h_0: Array, s: int, t: int) -> list[Array]:
    """The Jacobians of the steps s+1 … t, one by one."""
    return [expected(p, X, h_0, j - 1, j)["J"] for j in range(s + 1, t + 1)]


def product(factors: list[Array], h: int) -> Array:
    """The product, first factor leftmost; the empty one is the identity."""
    return reduce(np.matmul, factors, np.eye(h))


def from_factors(change: Callable[[list[Array]], list[Array]], *args: Any) -> Parts:
    """A product of the steps' Jacobians, chosen or ordered wrongly."""
    return {"J": product(change(local(*args)), len(args[2]))}


def wrong_steps(kind: str, p: RNN, X: Array, h_0: Array, s: int, t: int) -> Parts:
    """A product of steps whose slope stands on the wrong side, or belongs to the step before."""
    H, still = rnn_forward(p, X, h_0)[0], np.zeros(len(h_0))

    def step(j: int) -> Array:
        if kind == "right":
            return complex_step(lambda v: p.W_hh @ np.tanh(np.arctanh(H[j]) + v), still)
        return complex_step(lambda v: np.tanh(np.arctanh(H[j - 1]) + p.W_hh @ v), still)

    return {"J": product([step(j) for j in range(t, s, -1)], len(h_0))}


def step_at(p: RNN, X: Array, h_0: Array, s: int, t: int) -> Array:
    """The Jacobian of one step that leads to the state h_s from itself."""
    h = rnn_forward(p, X, h_0)[0][s]
    return complex_step(lambda v: np.tanh(np.arctanh(h) + p.W_hh @ (v - h)), h)


def between(s_t: Callable[[int, int, int], tuple[int, int]], *args: Any) -> Parts:
    """The right Jacobian between two other steps: `s_t(s, t, T)`."""
    p, X, h_0, s, t = args
    return expected(p, X, h_0, *s_t(s, t, len(X)))
