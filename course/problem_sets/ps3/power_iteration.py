"""Power iteration: where a vector turns when a matrix is applied to it again and again."""

from functools import partial, reduce
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Parts, seed_of
from course.judging import Run
from course.models import Array
from course.problem_sets.ps3._power_iteration import FIRST, MISTAKES, growth, growth_from, parts, results
from course.problem_sets.ps3._turning import direction, start
from course.recognise.slips import flows


def power_iteration(M: np.ndarray, x: np.ndarray, steps: int) -> tuple[float, np.ndarray]:
    """Where x stands after so many steps of power iteration, and the eigenvalue that this suggests.

    Formula: v = ± M^steps x / ‖M^steps x‖  and  λ = vᵀ M v, the Rayleigh quotient of this v.

    Apply M exactly `steps` times: do not stop early, and do not jump to the limit. M^steps x itself may be
    far too large or too small for float64.

    Args:
        M: a symmetric matrix, shape (n, n). One eigenvalue has the largest modulus; it may be negative. All
            others are at most 0.95 times as large in modulus.
        x: where to start, shape (n); not an eigenvector, and not at a right angle to the leading one.
        steps: how often M is applied, from 0 to ten thousand.

    Returns:
        λ: the Rayleigh quotient of v, with its sign; a number.
        v: the direction, of length 1, shape (n). Either sign is right.
    """
    raise NotImplementedError("power_iteration: return λ and v")


def read(value: Any, M: Array, x: Array, steps: int) -> Any:
    """λ, and the matrix v vᵀ, which is the same for v and −v."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        return value
    v = np.asarray(value[1])
    if v.dtype.kind not in "fiu" or v.shape != x.shape:
        raise ValueError(f"v should be a real array of shape {x.shape}; it is {v.dtype} of shape {v.shape}")
    return value[0], np.multiply.outer(v.astype(float), v.astype(float))


NAMES = ("λ", "v")
exercise = Exercise(power_iteration, title="Power iteration", chapter="5 powers", returns=NAMES, read=read)


SMALL = 2.0**-13  # beside which a constant that is added to a length shows


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """No step; one; a few, of a small matrix; some hundred, short of the limit; thousands, that overflow."""
    drawn = []
    for name, steps, radius, ratio in (
        ("0 steps", 0, 1.0, 0.8),
        ("1 step", 1, 1.4, 0.9),
        ("7 steps", 7, 0.7, 0.95),
        ("350 steps", 350, 1.2, 0.95),
        ("10000 steps, growing", 10_000, 1.5, 0.9),
        ("3000 steps, shrinking", 3000, 0.6, 0.9),
    ):
        sign = -1.0 if steps in (1, 3000, 10_000) else 1.0
        M, x = start(rng, sign * radius * rng.uniform(1.0, 1.1), ratio, steps)
        drawn.append(Case(name, (M * (SMALL if steps == 7 else 1.0), x, steps)))
    return drawn


@exercise.expects
def expected(M: Array, x: Array, steps: int) -> Parts:
    """Exact integers and LAPACK."""
    return results(M, x, steps)


SEE = "Power iteration"
exercise.claim("no_step", "With no step v is x, brought to length 1.", on="0 steps", points=1, see=SEE)
exercise.claim(
    "direction",
    "v is right up to its sign after every number of steps, also where M^k x overflows (compared as v vᵀ).",
    parts=("v",),
    points=2,
    see=SEE,
)
exercise.claim(
    "quotient", "λ is the Rayleigh quotient of this v, with its sign.", parts=("λ",), points=2, see=SEE
)


@exercise.check(
    "many",
    "It is right with many dimensions, where whole numbers are of no use.",
    points=1,
    see=SEE,
    after=("no_step", "direction", "quotient"),
)
def many(run: Run) -> None:
    """A Kronecker product: its power acts on each factor by itself, and those are known."""
    rng, steps = np.random.default_rng(seed_of(*run.cases[0].args[1].tolist())), 120
    factors = [start(rng, leading, 0.9, steps) for leading in (1.3, -1.1, 0.9)]
    M, x, v = (
        reduce(np.kron, each)
        for each in zip(*[(A, a, direction(A, a, steps)) for A, a in factors], strict=True)
    )
    case = Case(f"{len(x)} dimensions", (M, x, steps))
    got = run.named(run.call(case), case)
    for name, right in parts(M, v).items():
        if got[name].shape != right.shape:
            run.fail(f"{name} has another shape in the case {case.name}.")
        run.equal(got[name], right, name, case)


for _name, _sentence, _value in MISTAKES:
    exercise.slip(_name, _sentence, _value, SEE)
exercise.slip(
    "growth",
    "λ is the length by which v was divided last: a length has no sign.",
    growth,
    SEE,
    flows(*(partial(growth_from, first) for first in FIRST)),
)
