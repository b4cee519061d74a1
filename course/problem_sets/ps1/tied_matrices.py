"""One matrix used twice, with a tanh between and after."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.altered import Alter, altered_states, slope_of
from course.exercise import Case, Exercise, Parts
from course.models import RNN, Array
from course.oracles import complex_step
from course.recognise.tables import listed
from course.tanh_slopes import SLOPES


def tied_matrices(W: np.ndarray, v: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of y = vᵀ tanh(W_1 tanh(W_2 x)) where both matrices are one, W_1 = W_2 = W.

    Args:
        W: the value of both matrices, shape (n, n).
        v: output weights, shape (n).
        x: input, shape (n).

    Returns:
        outer: ∂y/∂W_1, taken at W_1 = W_2 = W, shape (n, n).
        inner: ∂y/∂W_2, taken at W_1 = W_2 = W, shape (n, n).
        total: ∂y/∂W of y = vᵀ tanh(W tanh(W x)), shape (n, n).
    """
    raise NotImplementedError("tied_matrices: return outer, inner, total")


NAMES = ("outer", "inner", "total")
exercise = Exercise(tied_matrices, title="One matrix, used twice", chapter="3 tied", returns=NAMES)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Three sizes; W far from symmetric."""
    return [
        Case(
            f"n={n}",
            (draws.recurrent_matrix(rng, n), draws.away_from_zero(rng, n), draws.away_from_zero(rng, n)),
        )
        for n in (2, 3, 5)
    ]


def model(W_1: Any, W_2: Any, v: Array, x: Array) -> Any:
    """The function with two matrices."""
    return v @ np.tanh(W_1 @ np.tanh(W_2 @ x))


@exercise.expects
def expected(W: Array, v: Array, x: Array) -> Parts:
    """The complex step of the function: one matrix moved, the other, both."""
    return {
        "outer": complex_step(lambda M: model(M, W, v, x), W),
        "inner": complex_step(lambda M: model(W, M, v, x), W),
        "total": complex_step(lambda M: model(M, M, v, x), W),
    }


SEE = "A matrix used twice"
exercise.claim("outer_use", "∂y/∂W_1 is right.", parts=("outer",), points=1, see=SEE)
exercise.claim("inner_use", "∂y/∂W_2 is right.", parts=("inner",), points=2, see=SEE)
exercise.claim("both_uses", "The total is right.", parts=("total",), points=1, see=SEE)


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


for which in ("inner", "outer"):
    for kind, said in (
        ("missing", "is missing"),
        ("twice", "is applied twice"),
        ("of_state", "is taken at its value; it belongs at its argument"),
    ):
        exercise.slip(
            f"{which}_slope_{kind}",
            f"The factor tanh′ of the {which} tanh {said}.",
            partial(sloped, which, kind),
            SEE,
        )


def rewired(y: Callable[..., Any], which: str, W: Array, v: Array, x: Array) -> Parts:
    """The same with one use altered: `y(V, W, v, h, x)` is y at V = 0, and that use moves by V.

    h is the value of the inner tanh.
    """
    right = expected(W, v, x)
    h = np.tanh(W @ x)
    parts = right | {which: complex_step(lambda V: y(V, W, v, h, x), np.zeros_like(W))}
    return parts | {"total": parts["outer"] + parts["inner"]}


for name, sentence, which, y in (
    (
        "input_for_hidden",
        "∂y/∂W_1 is made with x: W_1 reads what leaves the inner tanh.",
        "outer",
        lambda V, W, v, h, x: v @ np.tanh(W @ h + V @ x),
    ),
    (
        "hidden_for_input",
        "∂y/∂W_2 is made with what leaves the inner tanh: W_2 reads x.",
        "inner",
        lambda V, W, v, h, x: v @ np.tanh(W @ np.tanh(W @ x + V @ h)),
    ),
    (
        "argument_for_hidden",
        "∂y/∂W_1 is made with the argument of the inner tanh: W_1 reads its value.",
        "outer",
        lambda V, W, v, h, x: v @ np.tanh(W @ h + V @ W @ x),
    ),
    (
        "matrix_missing",
        "On the way back to W_2 the matrix W_1 is left out.",
        "inner",
        lambda V, W, v, h, x: v @ np.tanh(W @ h + np.tanh((W + V) @ x) - h),
    ),
    (
        "outer_slope_not_passed_on",
        "What goes back through W_1 lacks the slope of the outer tanh: v is sent, and δ belongs there.",
        "inner",
        lambda V, W, v, h, x: v @ W @ np.tanh((W + V) @ x),
    ),
    (
        "slope_before_matrix",
        "On the way back the inner slope is applied before W_1; it belongs after it.",
        "inner",
        lambda V, W, v, h, x: v @ np.tanh(W @ h + slope_of(W @ x, "tanh") * (W @ V @ x)),
    ),
):
    exercise.slip(name, sentence, partial(rewired, y, which), SEE)

exercise.slip(
    "weights_missing",
    "v is left out: what comes back to the outer tanh is ∂y/∂(its value) = v.",
    lambda W, v, x: expected(W, np.ones_like(v), x),
    SEE,
)

for name, sentence, alter in (
    (
        "transpose",
        "W is used where Wᵀ belongs, or the other way round: the gradient passes W_1 backward as W_1ᵀ δ.",
        Alter(transpose=False),
    ),
    ("slope_missing", "Both factors tanh′ are missing.", Alter(slope="missing")),
    ("slope_twice", "Both factors tanh′ are applied twice.", Alter(slope="twice")),
    (
        "slope_of_value",
        "tanh′ is taken at the value of the tanh; it belongs at its argument: the slope is 1 − tanh².",
        Alter(slope="of_state"),
    ),
    (
        "value_after",
        "Each δ is multiplied by what leaves its tanh; it belongs with what its matrix read.",
        Alter(state_used="after"),
    ),
    ("inner_missing", "The inner use gets no gradient.", Alter(recurrence=False)),
):
    exercise.slip(name, sentence, partial(altered, alter), SEE)

for name, sentence, change in (
    ("swapped", "The first two are swapped.", lambda a, b: (b, a, a + b)),
    (
        "mean",
        "The total is the mean of the two; a matrix that is used twice moves y twice: it is their sum.",
        lambda a, b: (a, b, (a + b) / 2),
    ),
    ("outer_alone", "The total counts the outer use alone.", lambda a, b: (a, b, a)),
    ("inner_alone", "The total counts the inner use alone.", lambda a, b: (a, b, b)),
    ("product", "The total is the product of the two; it is their sum.", lambda a, b: (a, b, a * b)),
    (
        "outer_transposed",
        "∂y/∂W_1 is transposed: entry [i, j] belongs to W_1[i, j].",
        lambda a, b: (a.T, b, a.T + b),
    ),
    (
        "inner_transposed",
        "∂y/∂W_2 is transposed: entry [i, j] belongs to W_2[i, j].",
        lambda a, b: (a, b.T, a + b.T),
    ),
    (
        "transposed_in_the_total",
        "In the total one of the two is transposed: both uses read W as it is.",
        lambda a, b: (a, b, a + b.T),
    ),
    (
        "transposed_results",
        "The gradients are transposed: entry [i, j] belongs to W[i, j].",
        lambda a, b: (a.T, b.T, (a + b).T),
    ),
):
    exercise.slip(name, sentence, partial(changed, change), SEE)


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


def total_of(change: Callable[[Array, Array], Array], *args: Array) -> Parts:
    """The right uses, and a total made of them wrongly."""
    found = expected(*args)
    return found | {"total": change(found["outer"], found["inner"])}


def plain(value: Array) -> Array:
    """The slope of tanh at the argument of that value."""
    return 1 - value**2


exercise.table = listed(
    [
        *[
            (
                f"{which}_slope_{name}",
                f"{'Both slopes are' if which == 'both' else f'The slope of the {which} tanh is'} 1 − tanh²: "
                f"{said} stands there.",
                partial(sloped_by, which, slope),
            )
            for name, (said, slope) in SLOPES.items()
            for which in ("inner", "outer", "both")
            if name != "negative" or which == "inner"  # else all signs are wrong
        ],
        *[
            (name, f"{said}: each tanh has its own.", partial(slopes_of, inner, outer))
            for name, said, inner, outer in (
                (
                    "outer_slope_of_the_inner",
                    "The slope of the inner tanh stands at the outer one",
                    lambda x, h, z: plain(h),
                    lambda x, h, z: plain(h),
                ),
                (
                    "inner_slope_of_the_outer",
                    "The slope of the outer tanh stands at the inner one",
                    lambda x, h, z: plain(z),
                    lambda x, h, z: plain(z),
                ),
                (
                    "slopes_exchanged",
                    "The slopes are exchanged",
                    lambda x, h, z: plain(z),
                    lambda x, h, z: plain(h),
                ),
                (
                    "inner_slope_of_x",
                    "1 − x² stands at the inner tanh",
                    lambda x, h, z: plain(x),
                    lambda x, h, z: plain(z),
                ),
            )
        ],
        *[
            (f"total_{name}", f"The total is {said}: it is the sum of the two.", partial(total_of, change))
            for name, said, change in (
                ("difference", "the difference of the two", lambda a, b: a - b),
                ("turned_difference", "the inner less the outer", lambda a, b: b - a),
                ("inner_twice", "made with twice the inner", lambda a, b: a + 2 * b),
                ("outer_twice", "made with twice the outer", lambda a, b: 2 * a + b),
                ("matrix_product", "a matrix product", lambda a, b: a @ b),
            )
        ],
    ],
    SEE,
)
