"""Units that respond to a distance, forward and backward."""

from functools import partial

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Large, Parts
from course.judging import Run
from course.large import large_layer
from course.models import Array
from course.problem_sets.ps6._rbf import CHANGES, RESPONSES, but, gradients, responses, unlike


def rbf(
    x: np.ndarray, c: np.ndarray, width: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Gaussian units forward, and the gradients of a loss behind them.

    Formula: y_j = exp(−‖x − c_j‖² / (2 w_j²)). The loss L depends on y, and ∂L/∂y_j = dy_j is given.

    Coordinates may be as large as ±1000, and x may stand exactly on a centre. Where y_j is too small for
    float64 it is 0, and so is all that unit j adds to a gradient; nothing is ever nan.

    Args:
        x: the input, shape (d).
        c: the centres c_j, one a row, shape (m, d).
        width: the widths w_j > 0, shape (m).
        dy: ∂L/∂y, shape (m).

    Returns:
        y: shape (m).
        dx: ∂L/∂x, shape (d).
        dc: ∂L/∂c, shape (m, d).
        dwidth: ∂L/∂w, shape (m).
    """
    raise NotImplementedError("rbf: return y, dx, dc, dwidth")


NAMES = ("y", "dx", "dc", "dwidth")
exercise = Exercise(rbf, title="Units on a distance", chapter="12 saturation", returns=NAMES)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One unit; several; x on a centre, with far units; all of them far.

    Then one that is far but not out of reach, and coordinates near 1000 with small differences.
    """
    drawn = []
    sizes = [(3, 1), *draws.varied_sizes(rng, 2, (1, 1, 1)), (3, 1), (4, 6)]
    names = ("one unit", "several", "on a centre", "far", "one far unit", "near, at ±1000")
    for name, (d, m) in zip(names, sizes, strict=True):
        x, width, dy = rng.normal(size=d), rng.uniform(0.6, 1.8, size=m), draws.away_from_zero(rng, m)
        c = x + draws.away_from_zero(rng, m, d)
        if name == "several":
            dy = draws.LARGE * dy  # a gradient that nothing should clip
        if name == "near, at ±1000":
            x, c = x + 1000, c + 1000
        if name == "one far unit":  # y is about 1e-30: as good a number as any
            c = x + rng.choice([-1.0, 1.0], size=(m, d)) * rng.uniform(6.6, 7.0, size=(m, d)) * width[:, None]
        if name == "on a centre":
            c[0] = x
            c[1] = rng.choice([-1000.0, 1000.0], size=d)
        if name == "far":
            x, c = x + 1000, c - 1000
        drawn.append(Case(name, (x, c, width, dy)))
    return drawn


@exercise.expects
def expected(x: Array, c: Array, width: Array, dy: Array) -> Parts:
    """The complex step of the formula."""
    return gradients(responses, x, c, width, dy)


@exercise.by_hand
def large(rng: draws.Rng) -> Large:
    """A thousand units in a hundred dimensions."""
    m, d = 1000, 100
    x, width, dy = rng.normal(size=d), rng.uniform(6, 18, size=m), draws.away_from_zero(rng, m)
    c = x + rng.normal(size=(m, d))
    return large_layer(
        rng, "1000 units", (x, c, width, dy), responses, {"dx": x, "dc": c, "dwidth": width}, dy
    )


SEE = "Units on a distance"


@exercise.check("responses", "y is right.", points=1, see=SEE, about=("y",))
def is_right(run: Run) -> None:
    """And exactly 0 where float64 has nothing as small."""
    run.agree(("y",))
    for case in run.on("far"):
        y = run.parts(case)["y"]
        if y.any():
            run.fail(f"y should be 0 in the case {case.name}.", f"Its largest entry is {y.max():.3g}")


exercise.claim("inputs", "∂L/∂x is right: every unit adds to it.", parts=("dx",), points=1, see=SEE)
exercise.claim("centres", "∂L/∂c is right.", parts=("dc",), points=1, see=SEE)
exercise.claim("widths", "∂L/∂w is right.", parts=("dwidth",), points=2, see=SEE)

for _name, _sentence, _response in RESPONSES:
    exercise.slip(_name, _sentence, lambda *args, of=_response: {"y": of(*args[:-1])}, SEE, unlike(_response))
exercise.slip(
    "response_missing",
    "The factor y_j is missing in ∂L/∂x and ∂L/∂c: an exponential is its own derivative.",
    lambda x, c, w, dy: {"dc": (dy / w**2)[:, None] * (x - c), "dx": (dy / w**2) @ (c - x)},
    SEE,
    unlike(lambda x, c, w: np.ones(len(w))),
)
for _name, _sentence, _change in CHANGES:
    exercise.slip(_name, _sentence, partial(but, _change), SEE)
