"""The gradient of a diagonal linear recurrence: a recurrence again, from the other end."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Large, Parts
from course.judging import Run
from course.models import Array
from course.problem_sets.ps6._scan_gradient import by_earlier, expected, right
from course.problem_sets.ps6._scan_gradient_table import SLIPS
from course.problem_sets.ps6.scan import STEPS, factors, long_case, precise, several, solved
from course.recognise.slips import flows
from course.recognise.tables import listed


def scan_gradient(c: np.ndarray, b: np.ndarray, dA: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The gradients of a loss behind the recurrence a_t = c_t ⊙ a_{t-1} + b_t, with a_0 = 0.

    The loss L depends on all of a_1, …, a_T. What is given is ∂L/∂a_t as if the a_t were independent of each
    other: the direct gradient dA_t. Wanted are the total derivatives with respect to c and b. They obey a
    recurrence of the same kind, which runs backwards; by pairs it is solved in about log₂ T rounds.

    As in `scan`, c may have zeros, and a long case is judged to 1e-13.

    Args:
        c: factors c_1 … c_T, shape (T, h); c[t-1] is c_t.
        b: what is added, shape (T, h); b[t-1] is b_t.
        dA: the direct gradient with respect to a_1 … a_T, shape (T, h).

    Returns:
        dc: dL/dc_t for every t, shape (T, h).
        db: dL/db_t for every t, shape (T, h).
    """
    raise NotImplementedError("scan_gradient: return dc, db")


def as_arrays(f: Callable[..., Any], *args: Array) -> Any:
    """Call it, and make one array of each list of rows: 131,072 of them are too many to travel."""
    found = f(*args)
    if not isinstance(found, tuple):
        return found
    return tuple(np.asarray(part) if isinstance(part, list) else part for part in found)


exercise = Exercise(
    scan_gradient, title="The scan backwards", chapter="14 cures", returns=("dc", "db"), entry=as_arrays
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """As for `scan`, with a direct gradient at every step."""
    drawn = []
    for name, c, b in several(rng):
        size = draws.LARGE if name == "T=8" else 1.0  # a gradient that nothing should clip
        drawn.append(Case(name, (c, b, size * draws.away_from_zero(rng, *b.shape))))
    return drawn


exercise.expects(expected)


@exercise.by_hand
def large(rng: draws.Rng) -> Large:
    """Two thousand steps of ten units: 40,000 derivatives.

    Nobody needs to solve a recurrence to know a solution: choose a and how it moves, and read off b, or c,
    and how it has to move. Where b moves alone, Σ db ⊙ δb = Σ dA ⊙ δa; where c does, Σ dc ⊙ δc = Σ dA ⊙ δa.
    """
    shape = (2000, 10)
    c, a, dA = 0.9 * factors(rng, *shape), draws.away_from_zero(rng, *shape), rng.normal(size=shape)
    moved = rng.normal(size=shape)
    moved[0] = 0.0  # a_1 = b_1 does not depend on c

    def late(x: Array) -> Array:
        return np.vstack([np.zeros_like(x[:1]), x[:-1]])

    b, of_b = a - c * late(a), moved - c * late(moved)
    of_c = np.vstack([np.zeros_like(a[:1]), of_b[1:] / a[:-1]])

    def both(got: Parts) -> dict[str, tuple[float, float]]:
        want = float(np.sum(dA * moved))
        return {"db": (float(np.sum(got["db"] * of_b)), want), "dc": (float(np.sum(got["dc"] * of_c)), want)}

    return Large(Case("2000 steps", (c, b, dA)), both, lambda: both({"db": b, "dc": c}))


SEE = "The lemma as a parallel scan"
exercise.claim("one_step", "With one step both are right.", on="T=1", points=1, see=SEE)
exercise.claim("added", "dL/db is right: b_t reaches every later a.", parts=("db",), points=2, see=SEE)
exercise.claim("factors", "dL/dc is right: c_t multiplies a_{t-1}.", parts=("dc",), points=2, see=SEE)


@exercise.check(
    "long", "After 131,072 steps dL/db is right to 1e-13.", points=1, see=SEE, after=("returns", "added")
)
def long(run: Run) -> None:
    """With all factors 1 and the same direct gradient at every step, dL/db_t counts the steps that follow."""
    case, number = long_case(*run.cases[-1].args)
    got = run.named(run.call(case), case)["db"]
    precise(run, got, number * np.arange(STEPS, 0, -1), "db")


def factor_late(c: Array, b: Array, dA: Array) -> Parts:
    """db_t = dA_t + c_t db_{t+1}, where c_{t+1} belongs: all turned around alike."""
    return {"db": solved(c[::-1], dA[::-1])[::-1]}


def by_own_state(c: Array, b: Array, dA: Array) -> Parts:
    """dc with a_t for a_{t−1}."""
    return {"dc": right(c, b, dA)["db"] * solved(c, b)}


def by_wrong_totals(totals: Callable[..., Parts], c: Array, b: Array, dA: Array) -> Parts:
    """dc made of db as it is, wrongly."""
    return {"dc": by_earlier(totals(c, b, dA)["db"], solved(c, b))}


DIRECT = "dL/db is the direct gradient alone; b_t reaches later a as well."
for _name, _sentence, _value in (
    ("factor_late", "Going back from t+1 to t, c_t stands where c_{t+1} belongs.", factor_late),
    (
        "direct_alone",
        DIRECT,
        lambda c, b, dA: {"db": dA},
    ),
    (
        "forwards",
        "The gradient's recurrence runs forwards: dL/db_t comes from later steps.",
        lambda c, b, dA: {"db": solved(c, dA)},
    ),
):
    exercise.slip(_name, _sentence, _value, SEE, flows(partial(by_wrong_totals, _value)))
exercise.slip(
    "direct_alone",
    DIRECT,
    lambda c, b, dA: {"db": dA, "dc": by_earlier(dA, solved(c, b))},
    SEE,
)
exercise.slip("own_state", "dL/dc_t has a_t where a_{t-1} belongs.", by_own_state, SEE)
exercise.slip(
    "inputs_for_states",
    "dL/dc_t has b_{t-1} where the whole a_{t-1} belongs.",
    lambda c, b, dA: {"dc": by_earlier(right(c, b, dA)["db"], b)},
    SEE,
)
exercise.slip(
    "direct_states",
    "dL/dc_t has the direct gradient where the total one belongs.",
    lambda c, b, dA: {"dc": by_earlier(dA, solved(c, b))},
    SEE,
)
exercise.timed = {"dc": 0, "db": 0}


exercise.table = listed(SLIPS, SEE)
