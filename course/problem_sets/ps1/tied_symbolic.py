"""The same for functions nobody has chosen: SymPy, with F and f left open."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Parts
from course.models import Array
from course.oracles import STEP
from course.symbols import evaluate_all, written


def tied_symbolic() -> tuple[Any, Any, Any]:
    """The derivatives of y = F(w_1 f(w_2 x)), tied by w_1 = w_2 = w, for functions F and f left open.

    Use the symbols `w` and `x` and the functions `F` and `f`, made by `sp.symbols` and `sp.Function`.
    Return SymPy expressions in these, with the derivatives carried out (`sp.diff`, or `.doit()`). What
    SymPy leaves of them, F′ and f′ at some place, may stand there.

    Returns:
        first: ∂y/∂w_1, at w_1 = w_2 = w.
        second: ∂y/∂w_2, at w_1 = w_2 = w.
        total: dy/dw of y = F(w f(w x)).
    """
    raise NotImplementedError("tied_symbolic: return first, second, total")


NAMES = ("first", "second", "total")


def drawn(c: Array) -> Callable[[Any], Any]:
    """A function with drawn coefficients: c_0 sin(c_1 u + c_2) + c_3 u²."""
    return lambda u: c[0] * np.sin(c[1] * u + c[2]) + c[3] * u**2


def read(texts: Any, w: Array, x: Array, c: Array) -> list[Array]:
    """The values of the written results at the points (w, x), with drawn functions for F and f."""
    functions = {"F": drawn(c[0]), "f": drawn(c[1])}
    return evaluate_all(texts, {"w": w, "x": x}, functions)


exercise = Exercise(
    tied_symbolic,
    title="Any two functions",
    chapter="3 tied",
    returns=NAMES,
    entry=written,
    needs=("sympy",),
    read=read,
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Three pairs of drawn functions, each at five points. The student's function sees none of it."""
    return [
        Case(
            f"drawn functions {number}",
            (draws.away_from_zero(rng, 5), draws.away_from_zero(rng, 5), draws.away_from_zero(rng, 2, 4)),
        )
        for number in (1, 2, 3)
    ]


def model(F: Any, f: Any, w_1: Any, w_2: Any, x: Array) -> Any:
    """The function with two weights, point by point."""
    return F(w_1 * f(w_2 * x))


@exercise.expects
def expected(w: Array, x: Array, c: Array) -> Parts:
    """The complex step with the drawn functions, point by point."""
    F, f, moved = drawn(c[0]), drawn(c[1]), w + 1j * STEP
    values = (model(F, f, moved, w, x), model(F, f, w, moved, x), model(F, f, moved, moved, x))
    return {name: np.imag(value) / STEP for name, value in zip(NAMES, values, strict=True)}


SEE = "Two uses of one weight"
exercise.claim("first_use", "∂y/∂w_1 is right for any F and f.", parts=("first",), points=1, see=SEE)
exercise.claim("second_use", "∂y/∂w_2 is right for any F and f.", parts=("second",), points=1, see=SEE)
exercise.claim("both_uses", "dy/dw is right for any F and f.", parts=("total",), points=1, see=SEE)


def changed(change: Callable[..., tuple[Array, Array, Array]], w: Array, x: Array, c: Array) -> Parts:
    """The right values, changed by `change(first, second)`."""
    right = expected(w, x, c)
    return dict(zip(NAMES, change(right["first"], right["second"]), strict=True))


def without(factor: Callable[..., tuple[Any, Any]], w: Array, x: Array, c: Array) -> Parts:
    """The right values without some factors: `factor(w, x, F′)` is those of the first and of the second."""
    F, f = drawn(c[0]), drawn(c[1])
    outer = np.imag(F(w * f(w * x) + 1j * STEP)) / STEP
    in_first, in_second = factor(w, x, outer)
    return changed(lambda a, b: (a / in_first, b / in_second, a / in_first + b / in_second), w, x, c)


for name, sentence, change in (
    ("swapped", "The first two are swapped.", lambda a, b: (b, a, a + b)),
    (
        "mean",
        "The total is the mean of the two; a weight that is used twice moves y twice: it is their sum.",
        lambda a, b: (a, b, (a + b) / 2),
    ),
    ("first_alone", "The total counts the outer use alone.", lambda a, b: (a, b, a)),
    ("second_alone", "The total counts the inner use alone.", lambda a, b: (a, b, b)),
    ("product", "The total is the product of the two; it is their sum.", lambda a, b: (a, b, a * b)),
    (
        "tied_too_early",
        "The weights are tied before the derivative is taken: all three count both uses.",
        lambda a, b: (a + b, a + b, a + b),
    ),
):
    exercise.slip(name, sentence, partial(changed, change), SEE)

for name, sentence, factor in (
    ("outer_slope_missing", "F′ is missing: y depends on both weights through F.", lambda w, x, F: (F, F)),
    (
        "weight_missing",
        "The factor w_1 is missing in ∂y/∂w_2: what w_2 changes is multiplied by w_1 on its way to y.",
        lambda w, x, F: (1.0, w),
    ),
    ("input_missing", "The factor x is missing in ∂y/∂w_2.", lambda w, x, F: (1.0, x)),
):
    exercise.slip(name, sentence, partial(without, factor), SEE)
