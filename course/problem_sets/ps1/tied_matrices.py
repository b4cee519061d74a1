"""One matrix used twice, with a tanh between and after."""

from functools import partial

import numpy as np

from course import draws
from course.altered import Alter, slope_of
from course.exercise import Case, Exercise
from course.problem_sets.ps1._tied_matrices import altered, changed, expected, rewired, sloped
from course.problem_sets.ps1._tied_matrices_table import SLIPS
from course.recognise.tables import listed


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


exercise.expects(expected)

SEE = "A matrix used twice"
exercise.claim("outer_use", "∂y/∂W_1 is right.", parts=("outer",), points=1, see=SEE)
exercise.claim("inner_use", "∂y/∂W_2 is right.", parts=("inner",), points=2, see=SEE)
exercise.claim("both_uses", "The total is right.", parts=("total",), points=1, see=SEE)


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
        "On the way back W_1 is used where its transpose belongs.",
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


exercise.table = listed(SLIPS, SEE)
