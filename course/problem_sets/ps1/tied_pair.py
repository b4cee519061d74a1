"""One number used twice: the smallest tied weight."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Parts
from course.models import Array
from course.oracles import complex_step
from course.recognise.tables import listed
from course.tanh_slopes import SLOPES


def tied_pair(w: float, x: float) -> tuple[float, float, float]:
    """The derivatives of y = sin(w_1 tanh(w_2 x)) where both weights are one number, w_1 = w_2 = w.

    Args:
        w: the value of both weights.
        x: the input.

    Returns:
        first: ∂y/∂w_1, taken at w_1 = w_2 = w.
        second: ∂y/∂w_2, taken at w_1 = w_2 = w.
        total: dy/dw of y = sin(w tanh(w x)).
    """
    raise NotImplementedError("tied_pair: return first, second, total")


NAMES = ("first", "second", "total")
exercise = Exercise(tied_pair, title="One number, used twice", chapter="3 tied", returns=NAMES)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Four pairs of numbers, neither of them near zero, of both signs; tanh is nearly 1 in some."""
    signs = ((1, 1), (1, -1), (-1, 1), (-1, -1))
    pairs = [(a * rng.uniform(0.4, 1.3), b * rng.uniform(0.4, 2.2)) for a, b in signs]
    return [Case(f"w={w:.3f}, x={x:.3f}", (float(w), float(x))) for w, x in pairs]


def model(w_1: Any, w_2: Any, x: float) -> Any:
    """The function with two weights."""
    return np.sin(w_1 * np.tanh(w_2 * x))


def slope(f: Callable[[Any], Any], at: float) -> Array:
    """The derivative of a function of one number."""
    return complex_step(f, np.array(at))


@exercise.expects
def expected(w: float, x: float) -> Parts:
    """The complex step of the function: one weight moved, the other, both."""
    return {
        "first": slope(lambda v: model(v, w, x), w),
        "second": slope(lambda v: model(w, v, x), w),
        "total": slope(lambda v: model(v, v, x), w),
    }


SEE = "Two uses of one weight"
exercise.claim("first_use", "∂y/∂w_1 is right.", parts=("first",), points=1, see=SEE)
exercise.claim("second_use", "∂y/∂w_2 is right.", parts=("second",), points=2, see=SEE)
exercise.claim("both_uses", "dy/dw is right.", parts=("total",), points=1, see=SEE)


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


for name, sentence, change in (
    ("swapped", "The first two are swapped.", lambda a, b, w, x: (b, a, a + b)),
    (
        "mean",
        "The total is the mean of the two; a weight that is used twice moves y twice: it is their sum.",
        lambda a, b, w, x: (a, b, (a + b) / 2),
    ),
    ("first_alone", "The total counts the outer use alone.", lambda a, b, w, x: (a, b, a)),
    ("second_alone", "The total counts the inner use alone.", lambda a, b, w, x: (a, b, b)),
    ("product", "The total is the product of the two; it is their sum.", lambda a, b, w, x: (a, b, a * b)),
    (
        "difference",
        "The total is the difference of the two; it is their sum.",
        lambda a, b, w, x: (a, b, a - b),
    ),
    (
        "halves",
        "The first two are each half of the total: each should be the derivative by one weight alone.",
        lambda a, b, w, x: ((a + b) / 2, (a + b) / 2, a + b),
    ),
    (
        "tied_too_early",
        "The weights are tied before the derivative is taken: all three count both uses.",
        lambda a, b, w, x: (a + b, a + b, a + b),
    ),
    (
        "input_for_tanh",
        "∂y/∂w_1 is made with x: what w_1 multiplies is tanh(w_2 x).",
        lambda a, b, w, x: (a * x / np.tanh(w * x), b, a * x / np.tanh(w * x) + b),
    ),
    (
        "sine_for_its_slope",
        "The sine stands where its slope belongs.",
        both(lambda w, x: model(w, w, x) / outer(w, x)),
    ),
    (
        "outer_slope_missing",
        "The slope of the sine is missing: y depends on both weights through its argument.",
        both(lambda w, x: 1 / outer(w, x)),
    ),
    (
        "outer_slope_at_y",
        "The slope of the sine is taken at y; it belongs at its argument, w tanh(w x).",
        both(lambda w, x: slope(np.sin, model(w, w, x)) / outer(w, x)),
    ),
    (
        "inner_slope_missing",
        "The slope of tanh is missing in ∂y/∂w_2.",
        on_second(lambda w, x: 1 / slope(np.tanh, w * x)),
    ),
    (
        "inner_slope_twice",
        "The slope of tanh is applied twice in ∂y/∂w_2.",
        on_second(lambda w, x: slope(np.tanh, w * x)),
    ),
    (
        "inner_slope_plus",
        "The slope of tanh at w x is taken to be above 1: a sign is wrong in it.",
        on_second(lambda w, x: (2 - slope(np.tanh, w * x)) / slope(np.tanh, w * x)),
    ),
    (
        "inner_slope_not_squared",
        "In the slope of tanh at w x a square is missing.",
        on_second(lambda w, x: (1 - np.tanh(w * x)) / slope(np.tanh, w * x)),
    ),
    (
        "inner_slope_of_value",
        "The slope of tanh is taken at tanh(w x); it belongs at w x.",
        on_second(lambda w, x: slope(np.tanh, float(np.tanh(w * x))) / slope(np.tanh, w * x)),
    ),
    (
        "weight_missing",
        "The factor w_1 is missing in ∂y/∂w_2: what w_2 changes is multiplied by w_1 on its way to y.",
        on_second(lambda w, x: 1 / w),
    ),
    (
        "input_missing",
        "The factor x is missing in ∂y/∂w_2.",
        on_second(lambda w, x: 1 / x),
    ),
):
    exercise.slip(name, sentence, changed(change), SEE)


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
_changes: list[tuple[str, str, Callable[..., tuple[Any, Any, Any]]]] = [
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
exercise.table = listed([(name, said, changed(change)) for name, said, change in _changes], SEE)
