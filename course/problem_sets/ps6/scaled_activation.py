"""A gain on a saturating unit, forward and backward."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Large, Parts
from course.large import large_layer
from course.models import Array
from course.oracles import complex_step
from course.recognise.slips import flows


def scaled_activation(
    z: np.ndarray, a: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Saturating units with a gain each, for a batch: forward, and the gradients of a loss behind them.

    Formula: y_{n,i} = a_i tanh(z_{n,i}). The loss L depends on y, and ∂L/∂y_{n,i} = dy_{n,i} is given. All
             sequences n of the batch share the gains.

    z may be as large as ±1000: nothing overflows, and nothing is nan.

    Args:
        z: shape (N, h).
        a: the gains, shape (h); any sign, and 0 as well.
        dy: ∂L/∂y, shape (N, h).

    Returns:
        y: shape (N, h).
        dz: ∂L/∂z, shape (N, h).
        da: ∂L/∂a, shape (h).
    """
    raise NotImplementedError("scaled_activation: return y, dz, da")


NAMES = ("y", "dz", "da")
exercise = Exercise(scaled_activation, title="A unit with a gain", chapter="12 saturation", returns=NAMES)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One example; several; and some that are fully saturated, with one gain of 0."""
    drawn = []
    sizes = draws.varied_sizes(rng, 2, (1, 1))
    for name, (N, h) in zip(("one example", "several", "±1000"), [(1, 4), *sizes], strict=True):
        z, a = rng.normal(size=(N, h)), rng.choice([-1.0, 1.0], size=h) * rng.uniform(1.2, 3.0, size=h)
        if name == "±1000":
            z[0] = rng.choice([-1000.0, 1000.0], size=h)
            z[1, 0], a[-1] = 30.0, 0.0
        size = draws.LARGE if name == "several" else 1.0  # a gradient that nothing should clip
        drawn.append(Case(name, (z, a, size * draws.away_from_zero(rng, N, h))))
    return drawn


def output(z: Array, a: Array) -> Array:
    """y by the formula."""
    return np.asarray(np.tanh(z) * a)


def gradients(value: Callable[..., Array], z: Array, a: Array, dy: Array) -> Parts:
    """The complex step of Σ dy ⊙ value for both arguments; y as it is right."""

    def loss(*at: Any) -> Any:
        return np.sum(dy * value(*at))

    return {
        "y": output(z, a),
        "dz": complex_step(lambda v: loss(v, a), z),
        "da": complex_step(lambda v: loss(z, v), a),
    }


@exercise.expects
def expected(z: Array, a: Array, dy: Array) -> Parts:
    """The complex step of the formula."""
    return gradients(output, z, a, dy)


@exercise.by_hand
def large(rng: draws.Rng) -> Large:
    """A hundred thousand units."""
    z, a = rng.normal(size=(400, 250)), rng.uniform(0.5, 2.0, size=250)
    dy = rng.normal(size=z.shape)
    return large_layer(rng, "100,000 units", (z, a, dy), output, {"dz": z, "da": a}, dy)


SEE = "A gain before the unit"
exercise.claim("output", "y is right.", parts=("y",), points=1, see=SEE)
exercise.claim("inputs", "∂L/∂z is right, also where a unit is saturated.", parts=("dz",), points=2, see=SEE)
exercise.claim("gains", "∂L/∂a is right: every example adds to it.", parts=("da",), points=1, see=SEE)


def ruled(slope: Callable[[Array, Array], Array], z: Array, a: Array, dy: Array) -> Parts:
    """∂L/∂z with another local slope; the rest is not looked at."""
    return {"dz": dy * slope(np.tanh(z), a)}


for _name, _sentence, _slope in (
    (
        "slope_of_output",
        "The slope of tanh is made of y: 1 − tanh² is not 1 − y², as y has the gain in it.",
        lambda t, a: a * (1 - (a * t) ** 2),
    ),
    ("gain_missing", "The gain is missing in ∂L/∂z.", lambda t, a: 1 - t**2),
    ("slope_missing", "The slope of tanh is missing in ∂L/∂z.", lambda t, a: a + 0 * t),
    ("slope_twice", "The slope of tanh is counted twice in ∂L/∂z.", lambda t, a: a * (1 - t**2) ** 2),
    (
        "slope_of_value",
        "The slope is taken at tanh(z) where it belongs at z: tanh is applied twice.",
        lambda t, a: a * (1 - np.tanh(t) ** 2),
    ),
):
    exercise.slip(_name, _sentence, partial(ruled, _slope), SEE)

exercise.slip(
    "gain_inside",
    "The gain stands inside tanh, as a factor of z; here it multiplies tanh(z).",
    lambda z, a, dy: {"y": np.tanh(a * z)},
    SEE,
    flows(partial(gradients, lambda z, a: np.tanh(a * z))),
)
exercise.slip(
    "argument_for_value",
    "∂L/∂a holds z where it should hold tanh(z).",
    lambda z, a, dy: {"da": np.sum(dy * z, axis=0)},
    SEE,
)
exercise.slip(
    "gain_in_its_own_gradient",
    "∂L/∂a holds y where it should hold tanh(z): the gain does not count in its own derivative.",
    lambda z, a, dy: {"da": a * expected(z, a, dy)["da"]},
    SEE,
)
exercise.slip(
    "last_example",
    "∂L/∂a comes from one example only: each should add to the sum, not replace it.",
    lambda z, a, dy: {"da": expected(z[-1:], a, dy[-1:])["da"]},
    SEE,
)
