"""Mistakes in the gradients behind a scan, put together: factors, orders, states beside totals."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.problem_sets.ps6._scan_gradient import Of, by_earlier, early, late, of_states, of_totals, right
from course.problem_sets.ps6._scan_gradient_rounds import ROUND_SLIPS
from course.problem_sets.ps6._scan_gradient_scans import SCANS, SHIFTS, scanned, told
from course.problem_sets.ps6.scan import solved

TOTALS: dict[str, tuple[str, Of]] = {
    "reversed": (
        "The total derivative by a_t stands in reverse order",
        lambda c, b, dA: right(c, b, dA)["db"][::-1],
    ),
    "not_turned": (
        "The total derivative by a_t is found forwards, with the factors of the way back: turn dA and result",
        lambda c, b, dA: solved(np.vstack([c[:1], c[:0:-1]]), dA),
    ),
    "factors_not_turned": (
        "Going back the factors are met in the order c_2, c_3, …: the first is c_T",
        lambda c, b, dA: solved(np.vstack([c[:1], c[1:]]), dA[::-1])[::-1],
    ),
    "without_factors": (
        "The total derivative by a_t is a sum of dA without factors: from t+1 to t leads c_{t+1}",
        lambda c, b, dA: solved(np.ones_like(c), dA[::-1])[::-1],
    ),
    "without_its_own": (
        "The total derivative by a_t lacks its direct part, dA_t",
        lambda c, b, dA: right(c, b, dA)["db"] - dA,
    ),
    "one_step": (
        "In the total derivative by a_t the way ends at a_{t+1}; it should go on to a_T",
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
    "around": ("In dL/dc_1 a_T stands for a_0 = 0", lambda c, b, dA: np.roll(solved(c, b), 1, axis=0)),
    "first_input_first": (
        "In dL/dc_1 b_1 stands for a_0 = 0",
        lambda c, b, dA: np.vstack([b[:1], late(solved(c, b))[1:]]),
    ),
    "sums": ("the sum of the inputs before", lambda c, b, dA: late(np.cumsum(b, axis=0))),
    "own_but_first": ("a_t", lambda c, b, dA: np.vstack([0 * b[:1], solved(c, b)[1:]])),
    "later": ("a_{t+1}", lambda c, b, dA: early(solved(c, b))),
    "later_around": ("a_{t+1}", lambda c, b, dA: np.roll(solved(c, b), -1, axis=0)),
    "later_kept": (
        "a_{t+1}, and a_T for the last,",
        lambda c, b, dA: np.vstack([solved(c, b)[1:], solved(c, b)[-1:]]),
    ),
    "weighed": ("c_t a_{t-1}", lambda c, b, dA: c * late(solved(c, b))),
}


def of_products(change: Callable[[Array], Array], c: Array, b: Array, dA: Array) -> Parts:
    """The right dc, added up over time."""
    found = right(c, b, dA)
    return found | {"dc": change(found["dc"])}


def of_direct(change: Callable[[Array], Array], c: Array, b: Array, dA: Array) -> Parts:
    """What is right for other direct gradients."""
    return right(c, b, change(dA))


def outside(change: Callable[..., Array], c: Array, b: Array, dA: Array) -> Parts:
    """dL/db changed after dL/dc is made of it."""
    found = right(c, b, dA)
    return found | {"db": change(found["db"], c)}


def _of_state(said: str) -> str:
    """What stands for the state before, if it is not said as a sentence."""
    return f"{said}." if said.startswith("In ") else f"dL/dc_t has {said} where a_{{t-1}} belongs."


SLIPS: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    *[(f"total_{name}", f"{said}.", partial(of_totals, totals)) for name, (said, totals) in TOTALS.items()],
    *[
        (f"state_{name}", _of_state(said), partial(of_states, states))
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
    *[
        (
            f"scan_{shift}_{''.join('nt'[turned] for turned in order)}",
            told(shift, order),
            partial(of_totals, partial(scanned, SHIFTS[shift][1], order)),
        )
        for shift, order in SCANS
    ],
    *[
        (f"returned_{name}", f"{said} is returned for dL/db_t.", partial(outside, change))
        for name, said, change in (
            ("weighed", "c_t dL/db_t", lambda db, c: c * db),
            ("next_weighed", "c_{t+1} dL/db_t", lambda db, c: early(c) * db),
            ("next", "dL/db_{t+1}", lambda db, c: early(db)),
            ("before", "dL/db_{t-1}", lambda db, c: late(db)),
        )
    ],
    (
        "returned_first_zero",
        "dL/db_1 is left as zeros: does the sweep stop at t = 2?",
        partial(outside, lambda db, c: np.vstack([0 * db[:1], db[1:]])),
    ),
    *[
        (f"direct_{name}", f"{said}; dA_t is a part of every dL/db_t.", partial(of_direct, change))
        for name, said, change in (
            ("last_alone", "Of dA the last row alone is used", lambda dA: np.vstack([0 * dA[:-1], dA[-1:]])),
            ("but_last", "The last row of dA is not used", lambda dA: np.vstack([dA[:-1], 0 * dA[-1:]])),
            ("but_first", "The first row of dA is not used", lambda dA: np.vstack([0 * dA[:1], dA[1:]])),
            ("next", "dA_{t+1} stands for dA_t", early),
            ("before", "dA_{t-1} stands for dA_t", late),
        )
    ],
    *[
        (f"forward_{name}", f"For a_{{t-1}} in dL/dc_t stands that of {said}.", partial(of_states, states))
        for name, said, states in (
            ("weighed", "a_t = c_t (a_{t-1} + b_t)", lambda c, b, dA: late(solved(c, c * b))),
            ("averaged", "a_t = c_t a_{t-1} + (1 − c_t) b_t", lambda c, b, dA: late(solved(c, (1 - c) * b))),
            ("of_earlier", "a_t = c_{t-1} a_{t-1} + b_t", lambda c, b, dA: late(solved(late(c), b))),
            ("of_later", "a_t = c_{t+1} a_{t-1} + b_t", lambda c, b, dA: late(solved(early(c), b))),
            ("late", "a_t = c_t a_{t-1} + b_{t-1}", lambda c, b, dA: late(solved(c, late(b)))),
            (
                "reversed",
                "the recurrence from the last step on",
                lambda c, b, dA: late(solved(c[::-1], b[::-1])),
            ),
        )
    ],
    *ROUND_SLIPS,
)
