"""How fast the error of the linear approximation shrinks: twice for a gradient, once for anything else."""

from collections.abc import Callable

import numpy as np

from course import draws
from course.exercise import Case, Exercise
from course.judging import Run


def taylor_slope(name: str, x: np.ndarray, u: np.ndarray) -> tuple[float, bool]:
    """The slope of log R(ε) against log ε, for the remainder R(ε) = |f(x + εu) − f(x) − ε gᵀu|.

    Here f = `value(name, ·)`, and g = `gradient(name, x)` claims to be its gradient. If it is, R shrinks
    like ε²; if not, like ε. A linear f with its right gradient has no remainder, hence no slope.
    Choose several ε between 1e-4 and 1e-2: larger ones see third powers, smaller ones see rounding.

    Args:
        name: which function and gradient.
        x: where, shape (n).
        u: a direction, shape (n).

    Returns:
        slope: of a straight line through the points (log ε, log R(ε)); 0 if there is nothing to see.
        seen: True if some R(ε) is larger than 1e-12 (1 + |f(x)|), else False.
    """
    raise NotImplementedError("taylor_slope: return slope and seen")


exercise = Exercise(
    taylor_slope,
    title="The Taylor test",
    chapter="2 checking",
    returns=("slope", "seen"),
    given=("from course.practice import gradient, value",),
)

SLOPES = {
    "birch": 2.0,
    "oak": 2.0,
    "ash": 1.0,
    "yew": 1.0,
    "lime": 1.0,
    "elm": 0.0,
    "willow": 0.0,
    "alder": 0.0,
    "hazel": 1.0,
}


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Right and wrong gradients; all numbers positive, so that no curvature cancels."""
    drawn = []
    for name in SLOPES:
        n = int(rng.integers(4, 7))
        x, u = rng.uniform(0.4, 1.2, size=n), rng.uniform(0.4, 1.2, size=n)
        if name == "hazel":  # its error adds up to zero: only another direction than that of ones sees it
            u[:2] = rng.uniform(1.0, 1.2), rng.uniform(0.4, 0.6)
        drawn.append(Case(name, (name, x, u)))
    return drawn


@exercise.shaped
def shapes(*args: object) -> dict[str, tuple[int, ...]]:
    """Two numbers."""
    return {"slope": (), "seen": ()}


def slope_of(*names: str) -> Callable[[Run], None]:
    """A check that the slope is near the whole number it must be, and that it is seen if there is one."""

    def test(run: Run) -> None:
        for case in run.cases:
            if case.name not in names:
                continue
            got, wanted = run.parts(case), SLOPES[case.name]
            if float(got["seen"]) != (wanted > 0):
                run.fail(f"seen is not {wanted > 0} for {case.name}.")
            if not abs(float(got["slope"]) - wanted) < 0.05:
                run.fail(
                    f"The slope of {case.name} is {float(got['slope']):.3f}; it should be near {wanted:g}."
                )

    return test


SEE = "The Taylor test"
for _name, _sentence, _names in (
    ("right", "A right gradient has slope 2.", ("birch",)),
    ("wrong", "A wrong gradient has slope 1.", ("ash", "yew", "lime")),
    ("direction", "The slope is that along u: an error across other directions shows too.", ("hazel",)),
    ("large_values", "A right gradient has slope 2 where f is a million larger than its changes.", ("oak",)),
    ("linear", "A linear function with its right gradient shows nothing: slope 0, seen False.", ("elm",)),
    (
        "rounding",
        "Nor does rounding show: of a linear function with large values, or of a very small function.",
        ("willow", "alder"),
    ),
):
    exercise.check(_name, _sentence, points=1, see=SEE)(slope_of(*_names))
