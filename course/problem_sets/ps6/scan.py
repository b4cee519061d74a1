"""A diagonal linear recurrence, solved by pairs."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Parts
from course.judging import Run
from course.models import Array


def scan(c: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Solve the recurrence a_t = c_t ⊙ a_{t-1} + b_t, with a_0 = 0, by pairs.

    Formula: two steps in a row are one step, (c_2, b_2) ∘ (c_1, b_1) = (c_2 ⊙ c_1, c_2 ⊙ b_1 + b_2). As ∘ is
             associative, steps can be joined in any grouping, all pairs at once: about log₂ T rounds.

    Never divide by c: entries may be 0, and products of them may be far too small for float64.

    Any method that gives right numbers is right. But rounding errors add up along the longest chain of
    additions. A long case is judged to 1e-13: a chain of T additions is not good enough there, one of log₂ T
    is.

    Args:
        c: factors c_1 … c_T, shape (T, h); any sign, zeros too. c[t-1] is c_t.
        b: what is added, shape (T, h); b[t-1] is b_t.

    Returns:
        a: shape (T, h); a[t-1] is a_t.

    Source: Blelloch, "Prefix sums and their applications" (1990), section 1.4.
    """
    raise NotImplementedError("scan: return a")


def as_array(f: Callable[..., Any], *args: Array) -> Any:
    """Call it, and make one array of a list of rows: 131,072 of them are too many to travel."""
    found = f(*args)
    return np.asarray(found) if isinstance(found, list) else found


exercise = Exercise(scan, title="A recurrence by pairs", chapter="14 cures", returns=("a",), entry=as_array)


def factors(rng: draws.Rng, *shape: int) -> Array:
    """Factors of both signs, some above 1."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.4, 1.1, size=shape)


def several(rng: draws.Rng) -> list[tuple[str, Array, Array]]:
    """One step; a power of two; other numbers of steps; zeros; factors whose products underflow."""
    drawn = []
    odd, more = int(rng.choice([5, 9, 10, 11])), int(rng.integers(13, 16))  # just above a power of 2
    for name, T in (("T=1", 1), ("T=8", 8), (f"T={odd}", odd), ("zeros", more), ("tiny factors", 14)):
        (h,) = draws.sizes(rng, 1, T)
        c, b = factors(rng, T, h), draws.away_from_zero(rng, T, h)
        if name == "zeros":
            c[rng.choice([1, 2, 3, 4], size=2, replace=False)] = 0.0
            c[-1, 0] = 0.0
        if name == "tiny factors":
            c[:6] *= 1e-60
        drawn.append((name, c, b))
    return drawn


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Short ones."""
    return [Case(name, (c, b)) for name, c, b in several(rng)]


def solved(c: Array, b: Array) -> Array:
    """a from the T equations at once, a_t − c_t a_{t−1} = b_t, by LAPACK; `c` and `b` may be complex."""
    columns = [np.linalg.solve(np.eye(len(c)) - np.diag(q[1:], -1), r) for q, r in zip(c.T, b.T, strict=True)]
    return np.stack(columns, axis=1)


@exercise.expects
def expected(c: Array, b: Array) -> Parts:
    """All equations at once."""
    return {"a": solved(c, b)}


SEE = "The lemma as a parallel scan"
exercise.claim("one_step", "With one step a_1 = b_1.", on="T=1", points=1, see=SEE)


@exercise.check("recurrence", "a_t = c_t ⊙ a_{t-1} + b_t at every step, for any T.", points=2, see=SEE)
def recurrence(run: Run) -> None:
    """The numbers themselves, which are the only ones to obey it."""
    for case in run.cases:
        if case.name not in ("zeros", "tiny factors"):
            run.agree(("a",), case.name)


@exercise.check(
    "no_division", "Factors of 0, and products too small for float64, do no harm.", points=1, see=SEE
)
def no_division(run: Run) -> None:
    """Where a division by a product of factors ends in nan, or in noise."""
    for case in [*run.on("zeros"), *run.on("tiny factors")]:
        run.agree(("a",), case.name)


STEPS = 1 << 17
PRECISE = 1e-13  # by pairs 17 roundings, 2e-15; one after the other at least 2e-12 with the numbers drawn


def biased(rng: draws.Rng) -> float:
    """A number whose multiples, summed one after the other, drift away from the truth."""
    while True:
        number = float(rng.uniform(1.0, 2.0))
        exact = number * np.arange(1, STEPS + 1)
        drift = np.abs(np.cumsum(np.full(STEPS, number)) - exact).max() / exact[-1]
        if drift > 2e-12:
            return number


def long_case(c: Array, b: Array, *more: Array) -> tuple[Case, float]:
    """Many steps with all factors 1 and one number added again and again: a_t = t times that number."""
    seed = int(np.abs(b).sum() * 1e6) + len(c)
    number = biased(np.random.default_rng(seed))
    ones = np.ones((STEPS, 1))
    return Case(f"T={STEPS}", (ones, number * ones, *[number * ones for _ in more])), number


@exercise.check(
    "long", "After 131,072 steps a_t is right to 1e-13.", points=2, see=SEE, after=("returns", "recurrence")
)
def long(run: Run) -> None:
    """The longest chain of additions shows in the last digits."""
    case, number = long_case(*run.cases[-1].args)
    got = run.named(run.call(case), case)["a"]
    precise(run, got, number * np.arange(1, STEPS + 1), "a")


def precise(run: Run, got: Array, exact: Array, name: str) -> None:
    """`got` (T, 1) equals `exact` (T) to 1e-13 of its largest entry."""
    if got.shape != (STEPS, 1):
        run.fail(f"{name} has shape {got.shape} for T = {STEPS}; it should be {(STEPS, 1)}.")
    off = float(np.abs(got[:, 0] - exact).max() / exact.max())
    if not off <= PRECISE:
        run.fail(
            f"Rounding errors add up in {name} over {STEPS} steps: the chain of additions is too long.",
            f"It is off by {off:.2g} of its largest entry; by pairs it is about 1e-15",
        )


def but(change: Callable[[Array, Array], Array], c: Array, b: Array) -> Parts:
    """The recurrence with something else in it."""
    return {"a": change(c, b)}


def earlier(c: Array, b: Array) -> Array:
    """c_{t−1} for c_t."""
    return solved(np.vstack([c[:1], c[:-1]]), b)


for _name, _sentence, _change in (
    ("sums", "The factors are not used: these are sums of b.", lambda c, b: solved(np.ones_like(c), b)),
    (
        "one_round",
        "Only neighbours are joined: a_t goes back to b_1, not to b_{t-1} alone.",
        lambda c, b: b + c * np.vstack([0 * b[:1], b[:-1]]),
    ),
    ("earlier_factor", "c_{t-1} stands where c_t belongs.", earlier),
    (
        "added_first",
        "b_t is added before c_t multiplies: c_t does not act on b_t.",
        lambda c, b: solved(c, c * b),
    ),
    (
        "backwards",
        "The recurrence runs from the last step to the first.",
        lambda c, b: solved(c[::-1], b[::-1])[::-1],
    ),
):
    exercise.slip(_name, _sentence, partial(but, _change), SEE)
exercise.timed = {"a": 0}
