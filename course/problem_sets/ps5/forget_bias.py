"""How large the forget bias must be for a cell to remember that long."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.compare import RTOL
from course.exercise import Case, Exercise, Parts
from course.judging import Run


def forget_bias(tau: float) -> float:
    """The bias of a forget gate that has the time constant τ when nothing but the bias reaches it.

    Formula: f = σ(b) = 1/(1 + e^{−b}); after t steps a share f^t of a cell is left, and f^t = e^{−t/τ}. So
             τ = −1/ln f: after τ steps the share 1/e is left.

    To eleven digits of the time constant, for short memories and for long ones, where f is nearly 1.

    Args:
        tau: the time constant τ in steps, from 0.1 to 4e9.

    Returns:
        b: the bias, a number.
    """
    raise NotImplementedError("forget_bias: return b")


exercise = Exercise(forget_bias, title="A bias for a time constant", chapter="10 lstm", returns=("b",))


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """A usual memory; one of less than a step; one of many thousand millions."""
    usual, short, long = rng.uniform(5, 100), rng.uniform(0.1, 0.9), rng.uniform(1e9, 4e9)
    return [Case("usual", (float(usual),)), Case("short", (float(short),)), Case("long", (float(long),))]


@exercise.shaped
def shapes(tau: float) -> dict[str, tuple[int, ...]]:
    """One number."""
    return {"b": ()}


def decay(b: float) -> float:
    """−ln σ(b), without rounding where σ(b) is nearly 1."""
    return float(np.logaddexp(0, -b))


SEE = "How long a cell remembers"


def has_the_time_constant(run: Run, name: str) -> None:
    """τ times the decay per step is 1."""
    for case in run.on(name):
        tau, b = case.args[0], float(run.parts(case)["b"])
        product = tau * decay(b)
        if abs(product - np.log(2)) <= 1e-6:
            run.fail("After τ steps one half is left, not 1/e: τ is a time constant, not a half-life.")
        if abs(tau * decay(-b) - 1) <= 1e-6:
            run.fail("The sign is turned: this is the bias with which 1 − f has the time constant τ.")
        if not abs(product - 1) <= RTOL["float64"]:
            found = 1 / decay(b) if decay(b) else np.inf
            rounded = name == "long" and abs(product - 1) < 0.1
            hint = " Is a small difference of two numbers near 1 rounded away?" if rounded else ""
            run.fail(
                f"The time constant is not τ in the case {case.name}.{hint}",
                f"It is {found:.13g}; τ = {tau:.13g}",
            )


for _name, _sentence, _points in (
    ("usual", "For a memory of some steps the time constant is right.", 2),
    ("short", "For a memory of less than one step it is right.", 1),
    ("long", "For a very long memory it is right, to eleven digits.", 1),
):
    exercise.check(_name, _sentence, points=_points, see="Setting the forget bias")(
        partial(has_the_time_constant, name=_name)
    )


def wrong_formula(of: Callable[[float], Any], tau: float) -> Parts:
    """Another formula."""
    return {"b": np.asarray(of(tau))}


for _name, _sentence, _of in (
    ("gate_for_bias", "This is the gate f itself; its bias is asked for.", lambda tau: np.exp(-1 / tau)),
    (
        "chrono_length",
        "b = ln(τ − 1) gives 1/(1 − f) = τ, the length that chrono draws; asked is −1/ln f = τ.",
        lambda tau: np.log(tau - 1) if tau > 1 else np.zeros(()),
    ),
    ("log_of_tau", "b = ln τ gives 1/(1 − f) = 1 + τ; asked is −1/ln f = τ.", np.log),
):
    exercise.slip(_name, _sentence, partial(wrong_formula, _of), SEE)
