"""How much of a gradient can be left after k steps: a bound that holds for every input."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Parts
from course.judging import Run
from course.models import Array
from course.problem_sets.ps3._matrices import nilpotent, oblique, rotated, star
from course.problem_sets.ps3._slopes import attained, seldom_found


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


def wrong_number(of: Any, W: Array, gamma: float, k: int) -> Parts:
    """The theorem's formula with another number for W."""
    return {"bound": np.asarray((gamma * of(W)) ** k)}


def largest_modulus(W: Array) -> float:
    """The spectral radius."""
    return float(np.abs(np.linalg.eigvals(W)).max())


for _name, _sentence, _of in (
    (
        "radius",
        "The spectral radius stands where a norm belongs: other slopes than equal ones move the eigenvalues.",
        largest_modulus,
    ),
    (
        "frobenius",
        "The root of the sum of squares stands where the largest singular value belongs; it is larger.",
        np.linalg.norm,
    ),
    (
        "largest_row",
        "The largest absolute row sum stands where the largest singular value belongs.",
        partial(np.linalg.norm, ord=np.inf),
    ),
    (
        "largest_column",
        "The largest absolute column sum stands where the largest singular value belongs.",
        partial(np.linalg.norm, ord=1),
    ),
    (
        "largest_entry",
        "The largest entry stands where the largest singular value belongs.",
        lambda W: np.abs(W).max(),
    ),
    (
        "root_missing",
        "The root is missing: it is an eigenvalue of WᵀW, the square of the singular value.",
        lambda W: np.linalg.norm(W, 2) ** 2,
    ),
    ("symmetric_part", "Only the symmetric part of W is counted.", lambda W: largest_modulus((W + W.T) / 2)),
):
    exercise.slip(_name, _sentence, partial(wrong_number, _of), "Radius and norm")


def with_slope(power: Callable[[int], int], W: Array, gamma: float, k: int) -> Parts:
    """The theorem's formula with another power of γ."""
    return {"bound": np.asarray(gamma ** power(k) * np.linalg.norm(W, 2) ** k)}


def otherwise(value: Callable[[float, int], float], W: Array, gamma: float, k: int) -> Parts:
    """Another function of γ s_max and k."""
    return {"bound": np.asarray(value(gamma * float(np.linalg.norm(W, 2)), k))}


def norm_of_power(W: Array, gamma: float, k: int) -> Parts:
    """The norm of a power; what rounding leaves of a power of zero is zero."""
    found = np.linalg.norm(np.linalg.matrix_power(gamma * W, k), 2)
    return {"bound": np.asarray(found if found > 1e-12 else 0.0)}


exercise.slip(
    "norm_of_power",
    "It is γ^k ‖W^k‖, which counts on equal slopes: other slopes stand between the factors W.",
    norm_of_power,
    THEOREM,
)
for _name, _sentence, _value in (
    ("one_more", "It is the bound for k + 1 steps.", lambda size, k: size ** (k + 1)),
    ("one_less", "It is the bound for k − 1 steps.", lambda size, k: size ** max(k - 1, 0)),
    ("times_k", "The factors of the steps are added: they multiply.", lambda size, k: size * k),
    ("cut_at_one", "It is cut off at 1: a product may grow.", lambda size, k: min(size, 1.0) ** k),
):
    exercise.slip(_name, _sentence, partial(otherwise, _value), THEOREM)
exercise.slip("slope_missing", "γ is missing.", partial(with_slope, lambda k: 0), THEOREM)
exercise.slip(
    "slope_once", "γ stands there once: every step has its slopes.", partial(with_slope, lambda k: 1), THEOREM
)
