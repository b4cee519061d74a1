"""Mistakes about a kernel that is used everywhere, put together: which entry meets which.

The loss is Σ g_i k_j x_{i+j} over positions i and entries j of the kernel. With another entry of g, k or x in
these terms, or fewer terms, it is another loss: linear in k and in x, so its value at unit vectors is its
derivative.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from course.exercise import Parts
from course.models import Array

Index = Callable[..., Array]  # of i, j (both over all terms), and the lengths uses, m, n
Kept = Callable[..., Array]

OF_X: dict[str, tuple[str, Index]] = {
    "sum": ("x_{i+j}", lambda i, j, uses, m, n: i + j),
    "position": ("x_i", lambda i, j, uses, m, n: i),
    "entry": ("x_j", lambda i, j, uses, m, n: j),
    "difference": ("x_{i-j}", lambda i, j, uses, m, n: i - j),
    "turned_difference": ("x_{j-i}", lambda i, j, uses, m, n: j - i),
    "before": ("x_{i+j-1}", lambda i, j, uses, m, n: i + j - 1),
    "after": ("x_{i+j+1}", lambda i, j, uses, m, n: i + j + 1),
    "turned": ("x_{n-1-i-j}", lambda i, j, uses, m, n: n - 1 - i - j),
}
OF_G: dict[str, tuple[str, Index]] = {
    "position": ("g_i", lambda i, j, uses, m, n: i),
    "turned": ("g_{n-m-i}", lambda i, j, uses, m, n: uses - 1 - i),
    "before": ("g_{i-1}", lambda i, j, uses, m, n: i - 1),
    "after": ("g_{i+1}", lambda i, j, uses, m, n: i + 1),
    "first": ("g_0", lambda i, j, uses, m, n: 0 * i),
    "last": ("g_{n-m}", lambda i, j, uses, m, n: 0 * i + uses - 1),
}
OF_K: dict[str, tuple[str, Index]] = {
    "entry": ("k_j", lambda i, j, uses, m, n: j),
    "turned": ("k_{m-1-j}", lambda i, j, uses, m, n: m - 1 - j),
    "before": ("k_{j-1}", lambda i, j, uses, m, n: j - 1),
    "after": ("k_{j+1}", lambda i, j, uses, m, n: j + 1),
    "first": ("k_0", lambda i, j, uses, m, n: 0 * j),
    "last": ("k_{m-1}", lambda i, j, uses, m, n: 0 * j + m - 1),
}
KEPT: dict[str, tuple[str, Kept]] = {
    "first_position": ("position 0 is left out", lambda i, j, uses, m, n: i > 0),
    "last_position": ("the last position is left out", lambda i, j, uses, m, n: i < uses - 1),
    "first_entry": ("entry 0 of k is left out", lambda i, j, uses, m, n: j > 0),
    "last_entry": ("the last entry of k is left out", lambda i, j, uses, m, n: j < m - 1),
    "first_entry_alone": ("entry 0 of k alone is counted", lambda i, j, uses, m, n: j == 0),
    "last_entry_alone": (
        "the last entry of k alone is counted",
        lambda i, j, uses, m, n: j == m - 1,
    ),
    "first_position_alone": ("position 0 alone is counted", lambda i, j, uses, m, n: i == 0),
    "last_position_alone": ("the last position alone is counted", lambda i, j, uses, m, n: i == uses - 1),
    "diagonal": ("only terms with i = j are counted", lambda i, j, uses, m, n: i == j),
    "triangle": ("only terms with j ≤ i are counted", lambda i, j, uses, m, n: j <= i),
}


WRAPPED = ("difference", "turned_difference", "before", "after")


def taken(v: Array, at: Array, around: bool) -> Array:
    """Rows of v at those places: counted from the end below zero, and outside zero, or all around."""
    inside = around | ((at < len(v)) & (at >= 0))
    return np.asarray(v[at % len(v)] * inside.reshape(-1, *[1] * (v.ndim - 1)))


def every(i: Array, j: Array, uses: int, m: int, n: int) -> Array:
    """All terms."""
    return np.ones(len(i), bool)


def gradient(
    by: str,
    of_x: Index,
    of_k: Index,
    of_g: Index,
    kept: Kept,
    around: bool,
    k: Array,
    x: Array,
    g: Array,
) -> Array:
    """The value of the altered loss at unit vectors in the place of k or x."""
    uses, m, n = len(g), len(k), len(x)
    i, j = (index.ravel() for index in np.indices((uses, m)))
    sizes = (i, j, uses, m, n)
    xs, ks = (np.eye(n), k[:, None]) if by == "x" else (x[:, None], np.eye(m))
    terms = taken(xs, of_x(*sizes), around) * taken(ks, of_k(*sizes), around)
    return np.asarray((taken(g, of_g(*sizes), around) * kept(*sizes)) @ terms)


def altered(of_x: Index, of_k: Index, of_g: Index, kept: Kept, around: bool, *args: Array) -> Parts:
    """Both gradients of the altered loss."""
    return {f"d{by}": gradient(by, of_x, of_k, of_g, kept, around, *args) for by in ("k", "x")}


RIGHT: tuple[Index, Index, Index, Kept] = (OF_X["sum"][1], OF_K["entry"][1], OF_G["position"][1], every)


def right(*args: Array) -> Parts:
    """Both, of the loss as it is."""
    return altered(*RIGHT, False, *args)


def of_ones(by: str, power: int, k: Array, x: Array, g: Array) -> Parts:
    """What `by` should be multiplied by is left out, or `by` itself, or g once more, stands for it."""
    k_, x_ = (np.ones_like(k), x) if by == "x" else (k, np.ones_like(x))
    found = right(k_, x_, g)[f"d{by}"]
    return right(k, x, g) | {f"d{by}": found * (x if by == "x" else k) ** power}


def _at(place: int, of: Index) -> tuple[Index, Index, Index, Kept]:
    """The right indices with another one at that place."""
    indices = list(RIGHT)
    indices[place] = of
    return tuple(indices)  # type: ignore[return-value]


SLIPS: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    *[
        (
            f"{factor}_{name}{'_around' if around else ''}",
            f"{said} stands where {wanted} belongs.",
            partial(altered, *_at(place, of), around),
        )
        for place, factor, wanted, table in (
            (0, "x", "x_{i+j}", OF_X),
            (1, "k", "k_j", OF_K),
            (2, "g", "g_i", OF_G),
        )
        for name, (said, of) in table.items()
        for around in (False, True)
        if of not in RIGHT and (not around or name in WRAPPED)
    ],
    *[
        (f"without_{name}", f"A term is missing: {said}.", partial(altered, *_at(3, kept), False))
        for name, (said, kept) in KEPT.items()
    ],
    *[
        (
            f"{by}_{name}",
            f"∂L/∂{by} has {said.format(by)} where {other} belongs.",
            partial(of_ones, by, power),
        )
        for by, other in (("x", "the kernel"), ("k", "the input"))
        for name, said, power in (("left_out", "nothing", 0), ("for_the_other", "{} itself", 1))
    ],
)
