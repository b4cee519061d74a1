"""Mistakes about one number used twice, put together: slopes, and factors too many or too few."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.problem_sets.ps1._tied_pair import both, model, on_second, outer, slope
from course.tanh_slopes import SLOPES


def on_first(factor: Callable[[float, float], Any]) -> Callable[..., tuple[Any, Any, Any]]:
    """The first derivative times a factor, and the sum with it."""
    return lambda first, second, w, x: (first * factor(w, x), second, first * factor(w, x) + second)


def at_argument(of: Callable[[float, float], float]) -> Callable[[float, float], Any]:
    """The slope of the sine taken at another argument, over that where it belongs."""
    return lambda w, x: slope(np.sin, of(w, x)) / outer(w, x)


def inner_by(of: Callable[[Any, Any], Any], w: float, x: float) -> Any:
    """Another slope of tanh, over the right one."""
    return of(w * x, np.tanh(w * x)) / slope(np.tanh, w * x)


TWICE: dict[str, tuple[str, Callable[[float, float], Any]]] = {
    "sine_slope": ("the slope of the sine", outer),
    "weight": ("the weight w", lambda w, x: w),
    "tanh": ("tanh(w x)", lambda w, x: np.tanh(w * x)),
    "input": ("x", lambda w, x: x),
}
CHANGES: list[tuple[str, str, Callable[..., tuple[Any, Any, Any]]]] = [
    *[
        (
            f"inner_slope_{name}",
            f"The slope of tanh at w x is 1 − tanh²: {said} stands there.",
            on_second(partial(inner_by, of)),
        )
        for name, (said, of) in SLOPES.items()
        if name not in ("not_squared", "plus")
    ],
    *[
        (f"sine_slope_{name}", f"The slope of the sine is {said}: it belongs at its argument.", both(factor))
        for name, said, factor in (
            ("at_tanh", "taken at tanh(w x)", at_argument(lambda w, x: float(np.tanh(w * x)))),
            ("at_inner_argument", "taken at w x", at_argument(lambda w, x: w * x)),
            ("at_input", "taken at x", at_argument(lambda w, x: x)),
            ("turned", "−sin", lambda w, x: -model(w, w, x) / outer(w, x)),
        )
    ],
    *[
        (f"{name}_{kind}_in_the_{use}", f"∂y/∂w_{number} has {said} {told}.", where(factor))
        for name, (said, of) in TWICE.items()
        for use, number, where in (("first", 1, on_first), ("second", 2, on_second))
        for kind, told, factor in (
            ("too_many", "as a factor too many", of),
            ("too_few", "as a factor too few", lambda w, x, of=of: 1 / of(w, x)),
        )
    ],
    (
        "weight_for_tanh",
        "∂y/∂w_1 is made with w: what w_1 multiplies is tanh(w_2 x).",
        on_first(lambda w, x: w / np.tanh(w * x)),
    ),
    (
        "argument_for_tanh",
        "∂y/∂w_1 is made with w x: what w_1 multiplies is tanh(w_2 x).",
        on_first(lambda w, x: w * x / np.tanh(w * x)),
    ),
]
