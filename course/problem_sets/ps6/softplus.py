"""A smooth rectifier, forward and backward, at any input."""

from collections.abc import Callable
from decimal import Decimal, localcontext
from functools import cache, partial

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Large, Parts
from course.judging import Run
from course.large import large_layer
from course.models import Array
from course.recognise.slips import flows


def softplus(x: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The softplus of every entry, and the gradient of a loss behind it.

    Formula: y = ln(1 + e^x), entry by entry. The loss L depends on y, and ∂L/∂y = dy is given.

    x may be as large as ±1000: nothing overflows. Far to the left y and its slope are tiny, but not 0: each
    entry is right to at least eleven digits *of its own*, as long as float64 can hold it.

    Args:
        x: any shape.
        dy: ∂L/∂y, the shape of x.

    Returns:
        y: the shape of x.
        dx: ∂L/∂x, the shape of x.
    """
    raise NotImplementedError("softplus: return y, dx")


exercise = Exercise(softplus, title="Softplus", chapter="12 saturation", returns=("y", "dx"))


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Where it bends; far to both sides; so far that e^x overflows."""
    drawn = []
    for name, x in (
        ("around 0", rng.uniform(-4, 4, size=(3, 4))),
        (
            "far left",
            np.array([[-31.0, -33.0, -35.0, -300.0, -600.0, -705.0]]) + rng.uniform(-0.9, 0.9, size=(1, 6)),
        ),
        ("far right", np.array([[20.8], [25.0], [31.0]]) + rng.uniform(-0.7, 0.7, size=(3, 1))),
        ("±1000", np.array([[-1000.0, 1000.0], [800.0, 0.5]]) + rng.uniform(0, 1, size=(2, 2))),
    ):
        size = draws.LARGE if name == "far right" else 1.0  # a gradient that nothing should clip
        drawn.append(Case(name, (x, size * draws.away_from_zero(rng, *x.shape))))
    return drawn


APART = Decimal("1e-30")


@cache
def value_and_slope(x: float) -> tuple[float, float]:
    """ln(1 + e^x) and its slope by a difference quotient, with 60 digits more than e^x has zeros in front."""
    with localcontext() as context:
        context.prec = 80 + round(max(-x, 0.0) / 2)
        at = Decimal(x)
        low, middle, high = (((at + step).exp() + 1).ln() for step in (-APART, Decimal(0), APART))
        return float(middle), float((high - low) / (2 * APART))


@exercise.expects
def expected(x: Array, dy: Array) -> Parts:
    """The formula itself, with enough digits that neither the 1 nor e^x is lost."""
    both = np.array([value_and_slope(v) for v in x.ravel().tolist()])
    return {"y": both[:, 0].reshape(x.shape), "dx": dy * both[:, 1].reshape(x.shape)}


def as_written(x: Array) -> Array:
    """The formula where it is harmless."""
    return np.asarray(np.log(1 + np.exp(x)))


@exercise.by_hand
def large(rng: draws.Rng) -> Large:
    """A hundred thousand units."""
    x, dy = rng.normal(size=(400, 250)), rng.normal(size=(400, 250))
    return large_layer(rng, "100,000 units", (x, dy), as_written, {"dx": x}, dy)


SEE = "Softplus"
exercise.claim("around_0", "Where it bends, y and ∂L/∂x are right.", on="around 0", points=2, see=SEE)
exercise.claim("no_overflow", "At ±1000 y and ∂L/∂x are right.", on="±1000", points=1, see=SEE)


def by_entries(run: Run, name: str) -> None:
    """Each entry by itself, as a ratio of what came back to what is right."""
    for case in run.on(name):
        expected, got = run.expected(case), run.parts(case)
        for name in ("y", "dx"):
            run.equal(
                got[name] / expected[name],
                np.ones_like(got[name]),
                f"{name}, divided by what is right,",
                case,
            )


@exercise.check(
    "far_right", "Far to the right each entry is right to its own last digits.", points=1, see=SEE
)
def far_right(run: Run) -> None:
    """e^−20 = 2e-9 is not 0."""
    by_entries(run, "far right")


@exercise.check("far_left", "Far to the left each entry is right to its own last digits.", points=2, see=SEE)
def far_left(run: Run) -> None:
    """Nor is e^−600."""
    by_entries(run, "far left")


def but(change: Callable[[Parts, Array, Array], Parts], *args: Array) -> Parts:
    """Right results, changed."""
    return change(expected(*args), *args)


def tanh_slope(right: Parts, x: Array, dy: Array) -> Parts:
    """The slope of tanh, which saturates at both ends."""
    return {"dx": dy / np.cosh(np.clip(x, -300, 300)) ** 2}


def logistic_slope(right: Parts, x: Array, dy: Array) -> Parts:
    """The slope of the logistic function, one derivative too many."""
    s = expected(x, np.ones_like(x))["dx"]
    return {"dx": dy * s * expected(-x, np.ones_like(x))["dx"]}


for _name, _sentence, _change in (
    (
        "second_derivative",
        "∂L/∂x has one derivative too many: the slope of softplus is the logistic function, not its slope.",
        logistic_slope,
    ),
    ("slope_of_tanh", "∂L/∂x has the slope of tanh: softplus saturates at one end only.", tanh_slope),
    (
        "value_as_slope",
        "∂L/∂x has y where its slope belongs.",
        lambda right, x, dy: {"dx": dy * right["y"]},
    ),
    (
        "mirrored",
        "∂L/∂x has the slope at −x: to the right it is near 1.",
        lambda right, x, dy: {"dx": dy * expected(-x, np.ones_like(x))["dx"]},
    ),
    (
        "rectified",
        "∂L/∂x is that of max(0, x): softplus is smooth.",
        lambda right, x, dy: {"dx": dy * (x > 0)},
    ),
):
    exercise.slip(_name, _sentence, partial(but, _change), SEE)

for _name, _sentence, _change, _flows in (
    (
        "threshold",
        "y is x above 20, as in torch: there ln(1 + e^x) still differs from x by 2e-9.",
        lambda right, x, dy: {"y": np.where(x > 20, x, right["y"])},
        lambda right, x, dy: {"dx": np.where(x > 20, dy, right["dx"])},
    ),
    (
        "base_2",
        "y is a logarithm to base 2; the natural one is asked for.",
        lambda right, x, dy: {"y": right["y"] / np.log(2)},
        lambda right, x, dy: {"dx": right["dx"] / np.log(2)},
    ),
):
    exercise.slip(_name, _sentence, partial(but, _change), SEE, flows(partial(but, _flows)))
