"""Mistakes about a matrix used twice, put together: slopes, what is read, what comes back, the total."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.oracles import complex_step
from course.problem_sets.ps1._tied_matrices import expected, of_uses, sloped_by, slopes_of
from course.tanh_slopes import SLOPES


def total_of(change: Callable[[Array, Array], Array], *args: Array) -> Parts:
    """The right uses, and a total made of them wrongly."""
    found = expected(*args)
    return found | {"total": change(found["outer"], found["inner"])}


def plain(value: Array) -> Array:
    """The slope of tanh at the argument of that value."""
    return 1 - value**2


def summed(by_outer: float, by_inner: float, *args: Array) -> Parts:
    """A total that counts the uses so often."""
    return total_of(lambda a, b: by_outer * a + by_inner * b, *args)


VALUES: dict[str, tuple[str, Callable[..., Array]]] = {  # of W, v, x, and the values h and z of the tanh
    "x": ("x", lambda W, v, x, h, z: x),
    "argument": ("W x", lambda W, v, x, h, z: W @ x),
    "h": ("tanh(W x)", lambda W, v, x, h, z: h),
    "outer_argument": ("W tanh(W x)", lambda W, v, x, h, z: W @ h),
    "z": ("the value of the outer tanh", lambda W, v, x, h, z: z),
    "v": ("v", lambda W, v, x, h, z: v),
    "ones": ("nothing", lambda W, v, x, h, z: np.ones_like(x)),
}


def at_tanh(which: str, of: Callable[..., Array], W: Array, v: Array, x: Array) -> Parts:
    """A factor too many at one tanh."""
    h = np.tanh(W @ x)
    z = np.tanh(W @ h)
    factor = of(W, v, x, h, z)

    def tanh(a: Any, here: str) -> Any:
        y = np.tanh(a)
        return y.real + 1j * y.imag * (factor if which == here else 1.0)

    return of_uses(lambda W_1, W_2: v @ tanh(W_1 @ tanh(W_2 @ x, "inner"), "outer"), W)


def reading(which: str, of: Callable[..., Array], W: Array, v: Array, x: Array) -> Parts:
    """A use of which the matrix moves what it does not read."""
    h = np.tanh(W @ x)
    read = of(W, v, x, h, np.tanh(W @ h))
    found = expected(W, v, x)
    ways = {
        "outer": lambda M: v @ np.tanh(W @ h + M @ read),
        "inner": lambda M: v @ np.tanh(W @ np.tanh(W @ x + M @ read)),
    }
    found = found | {which: complex_step(ways[which], np.zeros_like(W))}
    return found | {"total": found["outer"] + found["inner"]}


def by_values(inner: Callable[[Array], Array], outer: Callable[[Array], Array], *args: Array) -> Parts:
    """Other functions in the forward pass, and slopes 1 − value² of what they give."""
    W, v, x = args
    h = inner(W @ x)
    z = outer(W @ h)

    def y(W_1: Any, W_2: Any) -> Any:
        inside = h + 1j * plain(h) * np.imag(W_2 @ x)
        return v @ (z + 1j * plain(z) * np.imag(W_1 @ inside))

    return of_uses(y, W)


SLIPS: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
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
            ("matrix_product", "a matrix product", lambda a, b: a @ b),
            ("turned_product", "a matrix product, the inner first,", lambda a, b: b @ a),
        )
    ],
    *[
        (
            f"total_{a}_{b}".replace("-", "minus_").replace("0.5", "half"),
            f"The total is {a:g} times the outer and {b:g} times the inner: it is the sum of the two.",
            partial(summed, a, b),
        )
        for a in (-1, 0, 0.5, 1, 2)
        for b in (-1, 0, 0.5, 1, 2)
        if (a, b) not in ((1, 1), (0, 0), (1, 0), (0, 1), (0.5, 0.5), (2, 2), (-1, -1))
    ],
    *[
        (
            f"{which}_with_{name}",
            f"At the {which} tanh {said} is a factor too many.",
            partial(at_tanh, which, of),
        )
        for which in ("outer", "inner")
        for name, (said, of) in VALUES.items()
        if name != "ones"
    ],
    *[
        (
            f"{which}_reads_{name}",
            f"∂y/∂W_{number} is made with {said}: it belongs with what W_{number} reads.",
            partial(reading, which, of),
        )
        for which, number, known in (
            ("outer", 1, ("x", "h", "argument")),
            ("inner", 2, ("x", "h")),
        )
        for name, (said, of) in VALUES.items()
        if name not in known
    ],
    *[
        (
            f"forward_{name}",
            f"{said} in the forward pass; the slopes are made of what comes out.",
            partial(by_values, inner, outer),
        )
        for name, said, inner, outer in (
            ("no_inner_tanh", "The inner tanh is missing", lambda a: a, np.tanh),
            ("inner_tanh_twice", "The inner tanh is taken twice", lambda a: np.tanh(np.tanh(a)), np.tanh),
        )
    ],
)
