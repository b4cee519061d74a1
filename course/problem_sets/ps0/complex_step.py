"""The derivative to the last digit, from one complex evaluation."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course import draws, oracles
from course.exercise import Case, Exercise, Parts
from course.judging import Run
from course.models import Array
from course.practice import value


def complex_step(name: str, x: np.ndarray) -> np.ndarray:
    """The Jacobian of the given function f = `value(name, ·)` at a real x, by the complex step.

    Formula: ∂f/∂x_j ≈ Im f(x + i ε e_j) / ε, with ε = 1e-30. No difference is taken, so nothing cancels.

    Args:
        name: which function; `value(name, x)` is f(x), shape (m), and takes complex x.
        x: where, shape (n).

    Returns:
        J: shape (m, n); J[i, j] is ∂f_i/∂x_j.
    """
    raise NotImplementedError("complex_step: return J")


exercise = Exercise(
    complex_step,
    title="The complex step",
    chapter="2 checking",
    returns=("J",),
    given=("from course.practice import value",),
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Fewer results than entries, more, large results, and results so steep that a step can be too long."""
    return [
        Case(f"{name}, n={n}", (name, draws.away_from_zero(rng, n)))
        for name, n in (("sines", 4), ("quotients", 3), ("far_away", 5), ("ripples", 4))
    ]


@exercise.expects
def expected(name: str, x: Array) -> Parts:
    """The course's own complex step; tests hold it against torch."""
    return {"J": oracles.complex_step(partial(value, name), x)}


def right_for(kind: str) -> Callable[[Run], None]:
    """A check that J is right for one function."""

    def test(run: Run) -> None:
        for case in run.cases:
            if case.args[0] == kind:
                run.equal(run.parts(case)["J"], run.expected(case)["J"], "J", case)

    return test


SEE = "The complex step"
for _kind, _name, _sentence in (
    ("sines", "few_results", "It is right for a function with fewer results than entries."),
    ("quotients", "many_results", "It is right for a function with more results than entries."),
    ("far_away", "large_values", "It keeps its digits where the values are large and the slopes are not."),
    ("ripples", "steep", "The step is so short that its square does not show, even where f oscillates fast."),
):
    exercise.check(_name, _sentence, points=1, see=SEE)(right_for(_kind))


def changed(change: Callable[[Array], Array], name: str, x: Array) -> Parts:
    """The right Jacobian, changed."""
    return {"J": change(expected(name, x)["J"])}


for _name, _sentence, _change in (
    (
        "zero",
        "All entries are as good as zero: is the step imaginary, and the result divided by ε?",
        np.zeros_like,
    ),
    ("modulus", "All entries are positive: take the imaginary part, not its size.", np.abs),
    ("sign", "Everything has the wrong sign.", np.negative),
    (
        "accumulated",
        "Entries moved earlier stay moved: start from the real x for every column.",
        partial(np.cumsum, axis=1),
    ),
    (
        "together",
        "All entries are moved at once: every column is the sum of them all.",
        lambda J: np.broadcast_to(J.sum(axis=1, keepdims=True), J.shape),
    ),
):
    exercise.slip(_name, _sentence, partial(changed, _change), SEE)


def real_part(by_step: float, name: str, x: Array) -> Parts:
    """The values, where derivatives belong."""
    columns = np.repeat(np.real(value(name, x))[:, None], len(x), axis=1)
    return {"J": columns / by_step}


for _name, _by in (("real_part", oracles.STEP), ("values", 1.0)):
    exercise.slip(
        _name,
        "Every column is f(x) itself: the real part is the value, the imaginary part holds the derivative.",
        partial(real_part, _by),
        SEE,
    )
