"""Entries of the powers of a Jordan block and the peak beside its diagonal, right and altered."""

from collections.abc import Callable

import numpy as np

from course.compare import difference
from course.exercise import Parts
from course.models import Array
from course.oracles import STEP

# Of the right entries (and so on for λ, k, j): what stands in their place.
Change = Callable[[Array, Array, Array, Array], Array]


def blocks(lam: Array, k: Array, j: Array) -> Array:
    """The entry j places to the right of the diagonal, point by point, by multiplying blocks."""

    def one(at: float, power: int, place: int) -> float:
        J = at * np.eye(place + 1) + np.eye(place + 1, k=1)
        return float(np.linalg.matrix_power(J, power)[0, place])

    return np.array([one(a, int(b), int(c)) for a, b, c in zip(lam, k, j, strict=True)])


def highest(lam: Array) -> Array:
    """The power at which the entry beside the diagonal has no slope, by bisection."""
    low, high = 0 * lam, 0 * lam + 100.0
    for _ in range(60):
        at = (low + high) / 2
        with np.errstate(all="ignore"):  # a mistake may be looked for with λ = 0, where there is no peak
            rises = np.imag((at + 1j * STEP) * lam ** (at + 1j * STEP - 1)) > 0
        low, high = np.where(rises, at, low), np.where(rises, high, at)
    return (low + high) / 2


def changed(change: Change, lam: Array, k: Array, j: Array) -> Parts:
    """The entry j places to the right, changed as a slip changes it."""
    right = blocks(lam, k, j)
    return {"entry": np.asarray(change(right, lam, k, j))}


def beside_too(
    change: Change,
    later: int,
    name: str,
    got: Parts,
    lam: Array,
    k: Array,
    j: Array,
) -> bool:
    """Whether the entry beside the diagonal is changed as well; its peak is then for `later` powers less."""
    entry, peak = changed(change, lam, k, 0 * j + 1)["entry"], highest(lam) - later
    return difference(got["beside"], entry) is None and (
        name == "beside" or difference(got["peak"], peak) is None
    )


def repeated(right: Array, lam: Array, k: Array, j: Array) -> Array:
    """How often each entry is counted if orders of the j choices count too: j!."""
    return np.asarray(right * [float(np.prod(np.arange(1, n + 1))) for n in j])


PEAKS: tuple[tuple[str, str, Callable[[Array], Array]], ...] = (  # name, sentence, and the peak by λ
    ("peak_negative", "peak has the wrong sign: ln λ is negative.", lambda lam: 1 / np.log(lam)),
    ("peak_upside_down", "peak is upside down.", lambda lam: -np.log(lam)),
    (
        "peak_of_whole_numbers",
        "At peak the entries of k and k + 1 are alike: k may be any real number; there the slope is zero.",
        lambda lam: lam / (1 - lam),
    ),
)
ENTRIES: tuple[tuple[str, str, Change], ...] = (
    (
        "orders_counted",
        "entry is j! times too large: the order in which the j steps to the right are chosen does not count.",
        repeated,
    ),
    (
        "power_too_high",
        "entry has λ^k: each step to the right takes the place of one factor λ.",
        lambda right, lam, k, j: right * lam**j,
    ),
    (
        "large_k",
        "entry is what a large k gives: k, k − 1 and so on are taken to be alike.",
        lambda right, lam, k, j: k**j * lam ** (k - j) / repeated(np.ones(len(j)), lam, k, j),
    ),
    (
        "powers_exchanged",
        "entry has the powers of λ and of N exchanged.",
        lambda right, lam, k, j: right * lam ** (2 * j - k),
    ),
    (
        "power_alone",
        "entry counts one way to reach it: there is one for each choice of the j steps among the k.",
        lambda right, lam, k, j: lam ** (k - j),
    ),
    (
        "one_more",
        "entry belongs to J^{k+1}.",
        lambda right, lam, k, j: blocks(lam, k + 1, j),
    ),
    (
        "one_less",
        "entry belongs to J^{k−1}.",
        lambda right, lam, k, j: blocks(lam, k - 1, j),
    ),
)
LATER = {"one_more": 1, "one_less": -1}  # powers that the entry is too far
