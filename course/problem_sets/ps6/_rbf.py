"""Units on a distance by their formula, and the formula altered."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.oracles import complex_step
from course.recognise.slips import flows


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


def but(change: Callable[..., Parts], *args: Array) -> Parts:
    """Right results, some of them changed: `change(right, *args)`."""
    return change(gradients(responses, *args), *args)


def unlike(response: Callable[..., Array]) -> Callable[..., bool]:
    """What becomes of the gradients where y is another response: they are its own, or have it as a factor."""

    def factor(x: Array, c: Array, width: Array, dy: Array) -> Parts:
        weights = dy * response(x, c, width)
        size = float(np.abs(weights).max()) or 1.0  # far away so small that a complex step would be lost
        found = gradients(exponents, x, c, width, weights / size)
        return {name: size * found[name] for name in ("dx", "dc", "dwidth")}

    return flows(factor, partial(gradients, response))


RESPONSES: tuple[tuple[str, str, Callable[..., Array]], ...] = (  # for y, by x, c and w
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
)
CHANGES: tuple[tuple[str, str, Callable[..., Parts]], ...] = (  # by the right results, x, c, w and dy
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
)
