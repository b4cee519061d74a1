"""A highway layer: a saturating unit and a path around it, forward and backward."""

from functools import partial

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Large, Parts
from course.large import large_layer
from course.models import Array
from course.problem_sets.ps6._highway import MISTAKES, NAMES, Alter, gradients, layer
from course.problem_sets.ps6._highway_table import ALONE, SLIPS, altered
from course.recognise.claims import Claim
from course.recognise.tables import Table


def highway(
    W_t: np.ndarray, b_t: np.ndarray, W_p: np.ndarray, b_p: np.ndarray, x: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A highway layer forward, and the gradients of a loss behind it.

    Formula: t = σ(W_t x + b_t), p = tanh(W_p x + b_p), y = t ⊙ p + (1 − t) ⊙ x. Here σ is the logistic
             function. The loss L depends on y, and ∂L/∂y = dy is given.

    The sums in σ and tanh may be as large as ±1000: the results are right and finite there too.

    Args:
        W_t: weights of the gate, shape (h, h).
        b_t: bias of the gate, shape (h).
        W_p: weights of the unit, shape (h, h).
        b_p: bias of the unit, shape (h).
        x: input, shape (h).
        dy: ∂L/∂y, shape (h).

    Returns:
        y: shape (h).
        dW_t, db_t, dW_p, db_p, dx: the gradients of L, each of its argument's shape.

    Source: Srivastava, Greff & Schmidhuber, "Highway networks" (2015).
    """
    raise NotImplementedError("highway: return y, dW_t, db_t, dW_p, db_p, dx")


exercise = Exercise(highway, title="A path around the unit", chapter="12 saturation", returns=NAMES)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One unit; several; some with gates that are wide open or shut, and units at their limits."""
    drawn = []
    for name, h in (("one unit", 1), ("several", 4), ("±1000", 5)):
        W_t, W_p = (draws.away_from_zero(rng, h, h) for _ in range(2))
        b_t, b_p, x = (draws.away_from_zero(rng, h) for _ in range(3))
        if name == "±1000":
            b_t[:3], b_p[2:4] = (1000.0, -1000.0, 1000.0), (-1000.0, 1000.0)
        size = draws.LARGE if name == "several" else 1.0  # a gradient that nothing should clip
        drawn.append(Case(name, (W_t, b_t, W_p, b_p, x, size * draws.away_from_zero(rng, h))))
    return drawn


@exercise.expects
def expected(W_t: Array, b_t: Array, W_p: Array, b_p: Array, x: Array, dy: Array) -> Parts:
    """The complex step of the formula."""
    return gradients(Alter(), W_t, b_t, W_p, b_p, x, dy)


@exercise.by_hand
def large(rng: draws.Rng) -> Large:
    """Three hundred thousand weights."""
    h = 400
    W_t, W_p = rng.normal(size=(h, h)) / 20, rng.normal(size=(h, h)) / 20
    b_t, b_p, x, dy = (rng.normal(size=h) for _ in range(4))
    inputs = dict(zip(NAMES[1:], (W_t, b_t, W_p, b_p, x), strict=True))
    return large_layer(rng, "320,000 weights", (*inputs.values(), dy), partial(layer, Alter()), inputs, dy)


SEE = "Shortcuts and deep supervision"
exercise.claim("output", "y is right.", parts=("y",), points=1, see=SEE)
exercise.claim("gate", "∂L/∂W_t and ∂L/∂b_t are right.", parts=("dW_t", "db_t"), points=2, see=SEE)
exercise.claim("unit", "∂L/∂W_p and ∂L/∂b_p are right.", parts=("dW_p", "db_p"), points=1, see=SEE)
exercise.claim("input", "∂L/∂x is right: x has three readers.", parts=("dx",), points=2, see=SEE)

for _mistake in MISTAKES:
    exercise.slip(_mistake.name, _mistake.sentence, _mistake.value, SEE)
exercise.table = Table([Claim(slip.name, slip.sentence, SEE) for slip in SLIPS], altered, alone=ALONE)
