"""How large random weights should be, so that signals keep their size both ways."""

from functools import cache, partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Parts
from course.judging import Run
from course.models import Array


def glorot_std(fan_in: int, fan_out: int) -> float:
    """The standard deviation of random weights that keeps signals at their size, both ways.

    A layer computes a = W x, with fan_in inputs and fan_out outputs. The entries of W are drawn
    independently, with mean 0 and standard deviation s > 0.

    Law: if the inputs x_j have mean square 1, each a_i has a mean square F(s). If the gradients ∂L/∂a_i have
         mean square 1, independently of W, each ∂L/∂x_j has a mean square B(s). They cannot both
         be 1 unless fan_in = fan_out, so their mean shall be: (F(s) + B(s)) / 2 = 1.

    Args:
        fan_in: number of inputs, at least 1.
        fan_out: number of outputs, at least 1.

    Returns:
        std: the standard deviation s; a number.

    Source: Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural
        networks" (2010), eq. 12.
    """
    raise NotImplementedError("glorot_std: return the standard deviation")


exercise = Exercise(glorot_std, title="The size of random weights", chapter="12 saturation", returns=("std",))


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """As many inputs as outputs; more; fewer; one input alone."""
    n, few, many, two, most = (
        int(rng.integers(*ends)) for ends in ((5, 400), (2, 9), (50, 300), (3, 20), (400, 800))
    )
    return [
        Case("as many", (n, n)),
        Case("more outputs", (few, many)),
        Case("fewer outputs", (most, two)),
        Case("one input", (1, many + 1)),
    ]


@exercise.shaped
def shapes(*args: object) -> dict[str, tuple[int, ...]]:
    """One number."""
    return {"std": ()}


@cache
def chances(n: int) -> Array:
    """The exact distribution of how many of n fair coins show heads, coin by coin."""
    known = np.ones(1)
    for _ in range(n):
        known = np.convolve(known, [0.5, 0.5])
    return known


def mean_square(n: int, std: float) -> float:
    """Of a sum of n numbers ±std with independent fair signs: what n weights make of inputs of size 1."""
    places = std * (2 * np.arange(n + 1) - n)
    return float(chances(n) @ places**2)


SEE = "Initialisation"


def judged(run: Run, case: Case) -> None:
    """The law, with weights ±s: their whole distribution is gone through."""
    fan_in, fan_out = case.args
    std = float(run.parts(case)["std"])
    both = [mean_square(n, std) for n in (fan_in, fan_out)]
    if not (std > 0 and abs(sum(both) / 2 - 1) <= 1e-11):
        run.fail(
            f"Forward and backward do not have mean 1 in the case {case.name}.",
            f"Yours {std:.10g}: mean squares {both[0]:.6g} forward, {both[1]:.6g} backward",
        )


@exercise.check("as_many", "With as many outputs as inputs both sizes are kept.", points=1, see=SEE)
def as_many(run: Run) -> None:
    """F = B = 1."""
    for case in run.on("as many"):
        judged(run, case)


@exercise.check("unequal", "With more or fewer outputs the mean of both is 1.", points=2, see=SEE)
def unequal(run: Run) -> None:
    """(F + B)/2 = 1."""
    for case in run.on(but="as many"):
        judged(run, case)


def value(of: Any, fan_in: int, fan_out: int) -> Parts:
    """Another rule's number."""
    return {"std": np.asarray(of(fan_in, fan_out))}


for _name, _sentence, _of in (
    ("variance", "This is the variance; the standard deviation is its root.", lambda i, o: 2 / (i + o)),
    (
        "inputs_alone",
        "Only the forward pass keeps its size: the outputs count as well.",
        lambda i, o: i**-0.5,
    ),
    (
        "outputs_alone",
        "Only the backward pass keeps its size: the inputs count as well.",
        lambda i, o: o**-0.5,
    ),
    (
        "twice_the_variance",
        "Only the inputs count, and twice the variance is used, which makes up for units that are zero half "
        "of the time. Saturating units are not.",
        lambda i, o: (2 / i) ** 0.5,
    ),
    (
        "limit",
        "This is the limit of a uniform distribution on [−l, l]; its standard deviation is l/√3.",
        lambda i, o: (6 / (i + o)) ** 0.5,
    ),
    ("sum", "Here the sum of both is 1; their mean should be.", lambda i, o: (i + o) ** -0.5),
    ("product", "Here the product of both is 1; their mean should be.", lambda i, o: (i * o) ** -0.25),
):
    exercise.slip(_name, _sentence, partial(value, _of), SEE)
