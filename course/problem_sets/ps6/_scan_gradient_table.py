"""Mistakes in the gradients behind a scan, put together: factors, orders, states beside totals."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.problem_sets.ps6._scan_gradient import by_earlier, right
from course.problem_sets.ps6.scan import solved


def late(x: Array) -> Array:
    """Each row one step later, zero first."""
    return np.vstack([np.zeros_like(x[:1]), x[:-1]])


def early(x: Array) -> Array:
    """Each row one step earlier, zero last."""
    return np.vstack([x[1:], np.zeros_like(x[:1])])


Of = Callable[[Array, Array, Array], Array]  # of c, b, dA
TOTALS: dict[str, tuple[str, Of]] = {
    "reversed": (
        "The total derivative by a_t stands in reverse order, and with it dL/db and dL/dc",
        lambda c, b, dA: right(c, b, dA)["db"][::-1],
    ),
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
        "In dL/db_t the way ends at a_{t+1}; it should go on to a_T",
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


SHIFTS: dict[str, tuple[str, Callable[[Array], Array]]] = {  # by step t
    "own": ("c_t", lambda c: c),
    "next": ("c_{t+1}", early),
    "before": ("c_{t-1}", late),
    "two_later": ("c_{t+2}", lambda c: early(early(c))),
    "squared": ("c_{t+1}²", lambda c: early(c) ** 2),
    "turned": ("−c_{t+1}", lambda c: -early(c)),
    "more": ("1 + c_{t+1}", lambda c: 1 + early(c)),
    "less": ("1 − c_{t+1}", lambda c: 1 - early(c)),
}
ORDERS = [
    (c_back, A_back, back) for c_back in (True, False) for A_back in (True, False) for back in (True, False)
]


def scanned(shift: Callable[[Array], Array], order: tuple[bool, bool, bool], *args: Array) -> Array:
    """Totals by a scan over other factors, each of these turned around or not: factors, inputs, result."""
    c, _, dA = args
    c_back, A_back, back = order
    found = solved(*(x[::-1] if turned else x for x, turned in ((shift(c), c_back), (dA, A_back))))
    return found[::-1] if back else found


def told(shift: str, order: tuple[bool, bool, bool]) -> str:
    """What is wrong with such a scan."""
    whats = [f"its factors are {SHIFTS[shift][0]}, where c_{{t+1}} belongs"] if shift != "next" else []
    for what, turned in zip(("factors", "direct gradients", "result"), order, strict=True):
        whats += [] if turned else [f"its {what} {'is' if what == 'result' else 'are'} not reversed in time"]
    return f"In the scan for dL/db {', and '.join(whats)}."


SCANS = [
    (shift, order)
    for shift in SHIFTS
    for order in ORDERS
    if all(order) or shift in ("own", "next", "before")
    if (shift, order)
    not in (
        ("next", (True, True, True)),
        ("own", (True, True, True)),
        ("own", (False, False, False)),
        ("next", (True, True, False)),
        ("next", (True, False, False)),
        ("two_later", (True, True, True)),
        ("own", (False, True, True)),
    )
]


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
)
