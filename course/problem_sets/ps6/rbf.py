"""Units that respond to a distance, forward and backward."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Large, Parts
from course.judging import Run
from course.large import large_layer
from course.models import Array
from course.oracles import complex_step
from course.recognise.slips import flows


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


def responses(x: Array, c: Array, width: Array) -> Array:
    """y as a product over the coordinates."""
    with np.errstate(all="ignore"):  # naming a mistake asks for widths of 0 as well
        scaled = (x - c) / width[:, None]
        return np.asarray(np.prod(np.exp(-0.5 * scaled**2), axis=1))


def exponents(x: Array, c: Array, width: Array) -> Array:
    """ln y."""
    return np.asarray(-0.5 * np.sum(((x - c) / width[:, None]) ** 2, axis=1))


def gradients(output: Callable[..., Array], x: Array, c: Array, width: Array, dy: Array) -> Parts:
    """y, and the complex step of Σ dy ⊙ output for each argument."""

    def loss(*at: Any) -> Any:
        return np.sum(dy * output(*at))

    return {
        "y": responses(x, c, width),
        "dx": complex_step(lambda v: loss(v, c, width), x),
        "dc": complex_step(lambda v: loss(x, v, width), c),
        "dwidth": complex_step(lambda v: loss(x, c, v), width),
    }


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


def but(change: Callable[..., Parts], *args: Array) -> Parts:
    """Right results, some of them changed: `change(right, *args)`."""
    return change(expected(*args), *args)


def unlike(response: Callable[..., Array]) -> Callable[..., bool]:
    """What becomes of the gradients where y is another response: they are its own, or have it as a factor."""

    def factor(x: Array, c: Array, width: Array, dy: Array) -> Parts:
        weights = dy * response(x, c, width)
        size = float(np.abs(weights).max()) or 1.0  # far away so small that a complex step would be lost
        found = gradients(exponents, x, c, width, weights / size)
        return {name: size * found[name] for name in NAMES[1:]}

    return flows(factor, partial(gradients, response))


for _name, _sentence, _response in (
    ("half_missing", "In y the 2 of 2 w² is missing.", lambda x, c, w: responses(x, c, w / np.sqrt(2))),
    (
        "response_to_distance",
        "In y the distance is not squared.",
        lambda x, c, w: np.exp(-np.sqrt(np.sum((x - c) ** 2, axis=1)) / (2 * w**2)),
    ),
    (
        "response_to_width",
        "In y the width is not squared.",
        lambda x, c, w: responses(x, c, np.sqrt(w)),
    ),
    (
        "density",
        "y is divided by √(2π) w, as a probability density is. Here a unit on its centre says 1.",
        lambda x, c, w: responses(x, c, w) / (np.sqrt(2 * np.pi) * w),
    ),
):
    exercise.slip(_name, _sentence, lambda *args, of=_response: {"y": of(*args[:-1])}, SEE, unlike(_response))

exercise.slip(
    "response_missing",
    "The factor y_j is missing in ∂L/∂x and ∂L/∂c: an exponential is its own derivative.",
    lambda x, c, w, dy: {"dc": (dy / w**2)[:, None] * (x - c), "dx": (dy / w**2) @ (c - x)},
    SEE,
    unlike(lambda x, c, w: np.ones(len(w))),
)

for _name, _sentence, _change in (
    (
        "exchanged",
        "∂L/∂x and ∂L/∂c have the wrong sign: a step of x towards c_j makes y_j larger.",
        lambda right, x, c, w, dy: {"dx": -right["dx"], "dc": -right["dc"]},
    ),
    (
        "width_once",
        "∂L/∂x and ∂L/∂c are divided by the width once; y depends on its square.",
        lambda right, x, c, w, dy: {"dx": -w @ right["dc"], "dc": w[:, None] * right["dc"]},
    ),
    (
        "width_missing",
        "∂L/∂x and ∂L/∂c are not divided by the squared width.",
        lambda right, x, c, w, dy: {"dx": -(w**2) @ right["dc"], "dc": (w**2)[:, None] * right["dc"]},
    ),
    (
        "width_squared",
        "∂L/∂w is divided by the width too seldom: the derivative of 1/w² has w³ in it.",
        lambda right, x, c, w, dy: {"dwidth": w * right["dwidth"]},
    ),
    (
        "distance_once",
        "∂L/∂w has the distance where its square belongs.",
        lambda right, x, c, w, dy: {
            "dwidth": dy * right["y"] * np.linalg.norm(x - c, axis=1) / w**3,
        },
    ),
    (
        "last_unit",
        "∂L/∂x comes from one unit only: every unit should add to it, not replace it.",
        lambda right, x, c, w, dy: {"dx": -right["dc"][-1]},
    ),
):
    exercise.slip(_name, _sentence, partial(but, _change), SEE)
