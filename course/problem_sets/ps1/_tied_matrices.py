"""One matrix used twice, and the same with rules or uses altered."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course.altered import Alter, altered_states, slope_of
from course.exercise import Parts
from course.models import RNN, Array
from course.oracles import complex_step

NAMES = ("outer", "inner", "total")


def model(W_1: Any, W_2: Any, v: Array, x: Array) -> Any:
    """The function with two matrices."""
    return v @ np.tanh(W_1 @ np.tanh(W_2 @ x))


def expected(W: Array, v: Array, x: Array) -> Parts:
    """The complex step of the function: one matrix moved, the other, both."""
    return {
        "outer": complex_step(lambda M: model(M, W, v, x), W),
        "inner": complex_step(lambda M: model(W, M, v, x), W),
        "total": complex_step(lambda M: model(M, M, v, x), W),
    }


def altered(alter: Alter, W: Array, v: Array, x: Array) -> Parts:
    """The same with one rule altered: two steps of a network without input, with a matrix for each step."""
    n = len(x)
    p = RNN(np.zeros((n, 1)), W, np.zeros(n), W, v)

    def y(copies: Array) -> Any:
        return v @ altered_states(p._replace(W_hh=copies), np.zeros((2, 1)), x, alter)[-1]

    inner, outer = complex_step(y, np.stack([W, W]))
    return {"outer": outer, "inner": inner, "total": outer + inner}


def changed(change: Callable[[Array, Array], tuple[Array, Array, Array]], *args: Array) -> Parts:
    """The right gradients, put together wrongly."""
    right = expected(*args)
    return dict(zip(NAMES, change(right["outer"], right["inner"]), strict=True))


def sloped(which: str, kind: str, W: Array, v: Array, x: Array) -> Parts:
    """The same with one slope altered, in the ways of `slope_of`."""

    def tanh(a: Any, kept: bool) -> Any:
        return np.tanh(a) if kept else np.tanh(np.real(a)) + 1j * slope_of(np.real(a), kind) * np.imag(a)

    def y(W_1: Any, W_2: Any) -> Any:
        return v @ tanh(W_1 @ tanh(W_2 @ x, which != "inner"), which != "outer")

    return {
        "outer": complex_step(lambda M: y(M, W), W),
        "inner": complex_step(lambda M: y(W, M), W),
        "total": complex_step(lambda M: y(M, M), W),
    }


def rewired(y: Callable[..., Any], which: str, W: Array, v: Array, x: Array) -> Parts:
    """The same with one use altered: `y(V, W, v, h, x)` is y at V = 0, and that use moves by V.

    h is the value of the inner tanh.
    """
    right = expected(W, v, x)
    h = np.tanh(W @ x)
    parts = right | {which: complex_step(lambda V: y(V, W, v, h, x), np.zeros_like(W))}
    return parts | {"total": parts["outer"] + parts["inner"]}


def sloped_by(which: str, slope: Callable[[Array, Array], Array], W: Array, v: Array, x: Array) -> Parts:
    """One tanh, or both, with another slope, made of argument and value."""

    def tanh(a: Any, here: str) -> Any:
        y = np.tanh(np.real(a))
        return y + 1j * slope(np.real(a), y) * np.imag(a) if which in (here, "both") else np.tanh(a)

    return of_uses(lambda W_1, W_2: v @ tanh(W_1 @ tanh(W_2 @ x, "inner"), "outer"), W)


def of_uses(y: Callable[[Any, Any], Any], W: Array) -> Parts:
    """The derivatives of y(W_1, W_2) at W_1 = W_2 = W."""
    return {
        "outer": complex_step(lambda M: y(M, W), W),
        "inner": complex_step(lambda M: y(W, M), W),
        "total": complex_step(lambda M: y(M, M), W),
    }


def slopes_of(
    inner: Callable[..., Array], outer: Callable[..., Array], W: Array, v: Array, x: Array
) -> Parts:
    """Slopes that are made of x, and of both values: `inner(x, h, z)`, `outer(x, h, z)`."""
    h = np.tanh(W @ x)
    z = np.tanh(W @ h)

    def y(W_1: Any, W_2: Any) -> Any:
        inside = h + 1j * inner(x, h, z) * np.imag(W_2 @ x)
        return v @ (z + 1j * outer(x, h, z) * np.imag(W_1 @ inside))

    return of_uses(y, W)
