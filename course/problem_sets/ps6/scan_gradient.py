"""The gradient of a diagonal linear recurrence: a recurrence again, from the other end."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Large, Parts
from course.judging import Run
from course.models import Array
from course.oracles import complex_step
from course.problem_sets.ps6.scan import STEPS, factors, long_case, precise, several, solved
from course.recognise.once import kept_once
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


def gradients(solve: Callable[[Any, Any], Any], c: Array, b: Array, dA: Array) -> Parts:
    """The complex step of Σ dA ⊙ a, with a from `solve(c, b)`."""
    return {
        "dc": complex_step(lambda v: np.sum(dA * solve(v, b)), c),
        "db": complex_step(lambda v: np.sum(dA * solve(c, v)), b),
    }


@exercise.expects
def expected(c: Array, b: Array, dA: Array) -> Parts:
    """The complex step of the solution that LAPACK finds."""
    return gradients(solved, c, b, dA)


right = kept_once(expected)  # for mistakes that are made of it


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


def by_earlier(totals: Array, states: Array) -> Array:
    """Each total derivative times an earlier state."""
    return np.asarray(totals * np.vstack([0 * states[:1], states[:-1]]))


for _name, _sentence, _value in (
    ("factor_late", "Going back from t+1 to t, c_t stands where c_{t+1} belongs.", factor_late),
    (
        "direct_alone",
        "dL/db is the direct gradient alone: b_t reaches later a as well.",
        lambda c, b, dA: {"db": dA},
    ),
    (
        "forwards",
        "The gradient's recurrence runs forwards: dL/db_t comes from later steps.",
        lambda c, b, dA: {"db": solved(c, dA)},
    ),
):
    exercise.slip(_name, _sentence, _value, SEE, flows(partial(by_wrong_totals, _value)))
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


def late(x: Array) -> Array:
    """Each row one step later, zero first."""
    return np.vstack([np.zeros_like(x[:1]), x[:-1]])


Of = Callable[[Array, Array, Array], Array]  # of c, b, dA
TOTALS: dict[str, tuple[str, Of]] = {
    "reversed": ("dL/db stands in reverse order", lambda c, b, dA: right(c, b, dA)["db"][::-1]),
    "not_turned": (
        "dL/db is found forwards with the factors of the way back: turn dA too, and the result",
        lambda c, b, dA: solved(np.vstack([c[:1], c[:0:-1]]), dA),
    ),
    "factors_not_turned": (
        "Going back the factors are met in the order c_2, c_3, …: the first is c_T",
        lambda c, b, dA: solved(np.vstack([c[:1], c[1:]]), dA[::-1])[::-1],
    ),
    "without_factors": (
        "dL/db is a sum of dA without factors: from t+1 to t leads c_{t+1}",
        lambda c, b, dA: solved(np.ones_like(c), dA[::-1])[::-1],
    ),
    "without_its_own": (
        "dL/db_t lacks its direct part, dA_t",
        lambda c, b, dA: right(c, b, dA)["db"] - dA,
    ),
    "one_step": (
        "dL/db_t reaches a_{t+1} alone beside a_t: it goes on",
        lambda c, b, dA: dA + np.vstack([(c * dA)[1:], 0 * dA[:1]]),
    ),
    "factors_two_late": (
        "Going back from t+1 to t, c_{t+2} stands where c_{t+1} belongs",
        lambda c, b, dA: solved(np.vstack([c[:1], c[:1], c[:1:-1]])[: len(c)], dA[::-1])[::-1],
    ),
}
STATES: dict[str, tuple[str, Of]] = {
    "inputs": ("b_t", lambda c, b, dA: b),
    "factors": ("c_t", lambda c, b, dA: c),
    "two_early": ("a_{t-2}", lambda c, b, dA: late(late(solved(c, b)))),
    "around": ("a_{t-1}, and a_T for a_0,", lambda c, b, dA: np.roll(solved(c, b), 1, axis=0)),
    "first_input_first": (
        "a_{t-1}, and b_1 for a_0,",
        lambda c, b, dA: np.vstack([b[:1], late(solved(c, b))[1:]]),
    ),
    "sums": ("the sum of the inputs before", lambda c, b, dA: late(np.cumsum(b, axis=0))),
    "weighed": ("c_t a_{t-1}", lambda c, b, dA: c * late(solved(c, b))),
}


def of_totals(totals: Of, c: Array, b: Array, dA: Array) -> Parts:
    """Wrong totals, and dc made of them."""
    wrong = totals(c, b, dA)
    return {"dc": by_earlier(wrong, solved(c, b)), "db": wrong}


def of_states(states: Of, c: Array, b: Array, dA: Array) -> Parts:
    """The right totals, times something else than the state before."""
    found = right(c, b, dA)
    return {"dc": found["db"] * states(c, b, dA), "db": found["db"]}


def of_products(change: Callable[[Array], Array], c: Array, b: Array, dA: Array) -> Parts:
    """The right dc, added up over time."""
    found = right(c, b, dA)
    return found | {"dc": change(found["dc"])}


exercise.table = listed(
    [
        *[
            (f"total_{name}", f"{said}.", partial(of_totals, totals))
            for name, (said, totals) in TOTALS.items()
        ],
        *[
            (f"state_{name}", f"dL/dc_t has {said} where a_{{t-1}} belongs.", partial(of_states, states))
            for name, (said, states) in STATES.items()
        ],
        (
            "total_one_early",
            "dL/dc_t has the total derivative of step t-1, around, where that of step t belongs.",
            lambda c, b, dA: (
                right(c, b, dA) | {"dc": by_earlier(np.roll(right(c, b, dA)["db"], 1, axis=0), solved(c, b))}
            ),
        ),
        (
            "total_one_late",
            "dL/dc_t has the total derivative of step t+1 where that of step t belongs.",
            lambda c, b, dA: (
                right(c, b, dA) | {"dc": by_earlier(late(right(c, b, dA)["db"][::-1])[::-1], solved(c, b))}
            ),
        ),
        (
            "summed_forwards",
            "dL/dc is added up over the steps: c_t has a gradient of its own.",
            partial(of_products, lambda d: np.cumsum(d, axis=0)),
        ),
        (
            "summed_backwards",
            "dL/dc is added up from the last step on: c_t has a gradient of its own.",
            partial(of_products, lambda d: np.cumsum(d[::-1], axis=0)[::-1]),
        ),
    ],
    SEE,
)
