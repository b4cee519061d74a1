"""Mistakes in the rounds of a scan, by what a state is then made of: too few inputs, or wrong products."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.problem_sets.ps6._scan_gradient import by_earlier
from course.problem_sets.ps6.scan import solved
from course.recognise.once import kept_once

Scan = Callable[[Array, Array], Array]  # of factors and inputs


@kept_once
def shares(c: Array) -> Array:
    """What a_t has of b_i, [i, t] (T, T, h)."""
    return np.stack([solved(c, np.eye(len(c))[i][:, None] + 0 * c) for i in range(len(c))])


def within(reach: Callable[[int], int], c: Array, b: Array) -> Array:
    """The states if what lies `reach(T)` steps back or more does not arrive."""
    back = np.arange(len(c))[:, None]
    near = abs(back.T - back) < reach(len(c))
    return np.asarray(np.einsum("it,ith,ih->th", near, shares(c), b))


def below(n: int) -> int:
    """The largest power of two below n; at least 1."""
    return 1 << max((n - 1).bit_length() - 1, 0)


@kept_once
def doubled(c: Array, b: Array) -> Array:
    """The states if each leap of 2ᵏ steps has the factors of 2ᵏ⁺¹."""

    def share(t: int, back: int) -> Array:
        leap = 1 << back.bit_length() - 1 if back else 0
        if not leap:
            return np.ones(c.shape[1])
        factors = c[max(t + 1 - 2 * leap, 0) : t + 1]
        return np.asarray(factors.prod(axis=0) * share(t - leap, back - leap))

    states = [np.sum([share(t, t - i) * b[i] for i in range(t + 1)], axis=0) for t in range(len(b))]
    return np.stack(states)


def both_ways(forward: Scan, back: Scan, first: float | None, c: Array, b: Array, dA: Array) -> Parts:
    """The gradients by these scans; going back, the first factor is `first`, or c_1."""
    head = c[:1] if first is None else 0 * c[:1] + first
    totals = back(np.vstack([head, c[:0:-1]]), dA[::-1])[::-1]
    return {"dc": by_earlier(totals, forward(c, b)), "db": totals}


REACHES: dict[str, tuple[str, Callable[[int], int]]] = {
    "missing": ("one round is missing: the steps farthest back do not arrive", below),
    "rounded_down": (
        "the number of rounds is log₂ T rounded down; it should be rounded up",
        lambda T: 1 << T.bit_length() - 1,
    ),
    "once": ("there is one round alone, which joins neighbours", lambda T: 2),
}
WHERE = {
    "both": ("In both scans", True, True),
    "back": ("In the scan back in time", False, True),
    "forward": ("In the scan for a", True, False),
}
UNSAID = {  # the first is told as one step; the others need not show
    ("once", "back"),
    ("rounded_down", "back"),
    ("rounded_down", "forward"),
}
ROUND_SLIPS: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    *[
        (
            f"rounds_{name}_{where}",
            f"{place} {said}.",
            partial(
                both_ways,
                partial(within, reach) if forward else solved,
                partial(within, reach) if back else solved,
                0.0,
            ),
        )
        for name, (said, reach) in REACHES.items()
        for where, (place, forward, back) in WHERE.items()
        if (name, where) not in UNSAID
    ],
    *[
        (
            f"rounds_doubled{name}",
            "In each round the factors are joined before they multiply the sums; the old ones belong there.",
            partial(both_ways, doubled, doubled, first),
        )
        for name, first in (("", 0.0), ("_with_one", 1.0), ("_with_c_1", None))
    ],
)
