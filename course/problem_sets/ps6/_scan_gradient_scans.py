"""Mistakes in the scan back in time: by other factors, or with something not reversed in time."""

from collections.abc import Callable

import numpy as np

from course.models import Array
from course.problem_sets.ps6._scan_gradient import early, late
from course.problem_sets.ps6.scan import solved

SHIFTS: dict[str, tuple[str, Callable[[Array], Array]]] = {  # by step t
    "own": ("c_t", lambda c: c),
    "next": ("c_{t+1}", early),
    "before": ("c_{t-1}", late),
    "before_around": ("c_{t-1}", lambda c: np.roll(c, 1, axis=0)),
    "before_kept": ("c_{t-1}", lambda c: np.vstack([c[:1], c[:-1]])),
    "before_one": ("c_{t-1}", lambda c: np.vstack([0 * c[:1] + 1, c[:-1]])),
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
    return f"In the scan back in time {', and '.join(whats)}."


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
