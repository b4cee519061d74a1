"""How much of a gradient can be left after k steps: a bound that holds for every input."""

from functools import partial

import numpy as np

from course import draws
from course.exercise import Case, Exercise
from course.judging import Run
from course.problem_sets.ps3._matrices import nilpotent, oblique, rotated, star
from course.problem_sets.ps3._slopes import attained, seldom_found
from course.problem_sets.ps3._vanishing_bound import FORMULAS, NUMBERS, wrong_number


def vanishing_bound(W: np.ndarray, gamma: float, k: int) -> float:
    """A bound on ‖∂h_{t+k}/∂h_t‖ for any network with recurrent weights W and slopes of at most γ.

    Formula: ∂h_{t+k}/∂h_t = D_{t+k} W ⋯ D_{t+1} W, where each D is a diagonal matrix with entries between 0
             and γ that nobody knows. ‖·‖ is the largest singular value. The theorem of the chapter gives a
             bound in γ, k and one number that belongs to W.

    The bound must hold whatever the slopes are. A smaller one than the theorem's is right too if it holds; a
    larger one is not.

    Args:
        W: recurrent weights, shape (h, h).
        gamma: the largest slope, γ > 0: 1 for tanh, 1/4 for the logistic function.
        k: how many steps lie between, 0 or more.

    Returns:
        bound: a number.
    """
    raise NotImplementedError("vanishing_bound: return the bound")


exercise = Exercise(vanishing_bound, title="A bound on what is left", chapter="6 norms", returns=("bound",))


CLOSE = (0.96, 0.99)  # parts of the norm: a few steps of power iteration do not tell them from it


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """No step and one; matrices for which the radius says all, something, nothing; sums below the norm."""
    g = rng.uniform(0.3, 0.9, size=3)
    h, long = rng.integers(3, 6, size=3), int(rng.integers(6, 9))
    slow, fast, steep = rng.uniform(0.3, 0.4), rng.uniform(0.7, 0.9), rng.uniform(1.2, 1.8, size=2)
    return [
        Case("no step", (draws.recurrent_matrix(rng, h[0]), float(g[0]), 0)),
        Case("one step", (oblique(rng, h[1]), float(slow), 1)),
        Case("normal", (rotated(rng, h[2], rng.uniform(0.7, 0.95)), float(g[1]), int(rng.integers(7, 12)))),
        Case("nilpotent", (nilpotent(rng, rng.uniform(1.0, 1.6)), float(g[2]), int(rng.integers(4, 7)))),
        Case("any", (seldom_found(rng, 5, long), float(slow), long)),
        Case(
            "growing",
            (rotated(rng, h[0], rng.uniform(2.4, 3.0), CLOSE), float(fast), int(rng.integers(5, 7))),
        ),
        Case("one unit heard by all", (star(rng, h[1]), float(steep[0]), 1)),
        Case("one unit hearing all", (star(rng, h[2]).T.copy(), float(steep[1]), 1)),
    ]


@exercise.shaped
def shapes(*args: object) -> dict[str, tuple[int, ...]]:
    """One number."""
    return {"bound": ()}


ROUND = 1e-9
THEOREM = "The vanishing theorem"


def value(run: Run, case: Case) -> float:
    """The bound as a number."""
    return float(run.parts(case)["bound"])


@exercise.check("no_step", "With no step between, the bound is 1.", points=1, see=THEOREM)
def no_step(run: Run) -> None:
    """∂h_t/∂h_t is the identity."""
    for case in run.on("no step"):
        if not abs(value(run, case) - 1) <= ROUND:
            run.fail(
                "The bound is not 1 for k = 0: ∂h_t/∂h_t is the identity.", f"Yours {value(run, case):.10g}"
            )


@exercise.check("holds", "No choice of slopes exceeds it.", points=2, see=THEOREM)
def holds(run: Run) -> None:
    """Two hundred choices for each case."""
    for case in run.on(but="no step"):
        found = attained(*case.args)
        if not value(run, case) >= found * (1 - ROUND):
            run.fail(
                f"There are slopes with which the norm exceeds your bound in the case {case.name}.",
                f"Yours {value(run, case):.10g}, found {found:.10g}",
            )


@exercise.check("tight", "For a normal W, and for one step, it is attained.", points=2, see=THEOREM)
def tight(run: Run) -> None:
    """By equal slopes γ."""
    for case in [*run.on("one step"), *run.on("normal"), *run.on("growing")]:
        found = attained(*case.args)
        if not value(run, case) <= found * (1 + ROUND):
            run.fail(
                f"The bound is larger than it needs to be in the case {case.name}: no slopes attain it.",
                f"Yours {value(run, case):.10g}, attained {found:.10g}",
            )


@exercise.check(
    "no_larger",
    "Over k steps it is no larger than the theorem's.",
    points=1,
    see=THEOREM,
    after=("holds", "tight"),
)
def no_larger(run: Run) -> None:
    """Steps multiply: the bound of k steps is at most that of one step to the k-th power."""
    for case in run.cases:
        W, gamma, k = case.args
        one = Case(f"{case.name}, one step", (W, gamma, 1))
        if not value(run, case) <= value(run, one) ** k * (1 + ROUND):
            run.fail(
                f"The bound is larger than the theorem's in the case {case.name}.",
                f"Over {k} steps it is {value(run, case):.10g}, over one {value(run, one):.10g}",
            )


for _name, _sentence, _of in NUMBERS:
    exercise.slip(_name, _sentence, partial(wrong_number, _of), "Radius and norm")
for _name, _sentence, _value in FORMULAS:
    exercise.slip(_name, _sentence, _value, THEOREM)
