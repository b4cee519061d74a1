"""The function with one number used twice, its derivatives, and these changed."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.oracles import complex_step

NAMES = ("first", "second", "total")


def model(w_1: Any, w_2: Any, x: float) -> Any:
    """The function with two weights."""
    return np.sin(w_1 * np.tanh(w_2 * x))


def slope(f: Callable[[Any], Any], at: float) -> Array:
    """The derivative of a function of one number."""
    return complex_step(f, np.array(at))


def expected(w: float, x: float) -> Parts:
    """The complex step of the function: one weight moved, the other, both."""
    return {
        "first": slope(lambda v: model(v, w, x), w),
        "second": slope(lambda v: model(w, v, x), w),
        "total": slope(lambda v: model(v, v, x), w),
    }


def changed(change: Callable[..., tuple[Any, Any, Any]]) -> Callable[..., Parts]:
    """The right derivatives, changed by `change(first, second, w, x)`."""

    def value(w: float, x: float) -> Parts:
        right = expected(w, x)
        results = change(right["first"], right["second"], w, x)
        return {name: np.asarray(r) for name, r in zip(NAMES, results, strict=True)}

    return value


def outer(w: float, x: float) -> Array:
    """F′ where it belongs."""
    return slope(np.sin, w * float(np.tanh(w * x)))


def both(factor: Callable[[float, float], Any]) -> Callable[..., tuple[Any, Any, Any]]:
    """Both derivatives times a factor, and their sum."""
    return lambda first, second, w, x: (
        first * factor(w, x),
        second * factor(w, x),
        (first + second) * factor(w, x),
    )


def on_second(factor: Callable[[float, float], Any]) -> Callable[..., tuple[Any, Any, Any]]:
    """The second derivative times a factor, and the sum with it."""
    return lambda first, second, w, x: (first, second * factor(w, x), first + second * factor(w, x))
