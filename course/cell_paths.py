"""Mistakes in the direct path through the cells, put together: other gates, other ends, another way to join.

What one of them returns is made of ∂⁺c_s/∂c_r for all r ≤ s, which the given step shows.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from course.cell_gates import GATES
from course.models import Array

PATH = "The direct path and the total derivative"
Paths = Array  # (T+1, T+1, h): [s, r] is ∂⁺c_s/∂c_r, one where s ≤ r


Made = Callable[[Paths, Array], Array]


class PathSlip(NamedTuple):
    """A mistake: `gates(F)` stand for F, and `made(paths, F)` are the rows made of their paths."""

    name: str
    sentence: str
    gates: Callable[[Array], Array]
    made: Made


def _same(F: Array) -> Array:
    return F


def whole(paths: Paths, F: Array) -> Array:
    """What is right for these gates: every path to the last cell."""
    return np.asarray(paths[-1])


Index = Callable[[Array, int], Array]


def _t(t: Array, T: int) -> Array:
    return t


def _at(s: Index, r: Index) -> Made:
    """The paths from r(t, T) to s(t, T), both held within 0 … T."""

    def made(paths: Paths, F: Array) -> Array:
        T = len(F)
        t = np.arange(T + 1)
        return np.asarray(paths[np.clip(s(t, T), 0, T), np.clip(r(t, T), 0, T)])

    return made


def _row(t: int, of: Callable[[Array], Array]) -> Made:
    """The right paths, with another row t."""

    def made(paths: Paths, F: Array) -> Array:
        P: Array = paths[-1].copy()
        P[t] = of(F)
        return P

    return made


def _joined(join: Callable[[Array], Array]) -> Made:
    """The gates from step t+1 to T joined in another way; the last row is ones."""

    def made(paths: Paths, F: Array) -> Array:
        return np.stack([*[join(F[t:]) for t in range(len(F))], np.ones(F.shape[1])])

    return made


def _ones(F: Array) -> Array:
    return np.ones(F.shape[1])


def _sum_of_later(paths: Paths, F: Array, more: int = 0) -> Array:
    """The sum over all later cells, from the cell itself on or after it."""
    T = len(F)
    return np.stack([paths[t + (t < T) * more :, t].sum(axis=0) for t in range(T + 1)])


def _left(F: Array) -> Array:
    """How many steps are left from c_t to c_T (T+1, 1)."""
    return np.arange(len(F), -1, -1)[:, None]


def _from(r: int) -> Made:
    """Every path from c_r, but the last."""
    return _at(lambda t, T: 0 * t + T, lambda t, T: np.where(t < T, r, T))


def _to_c_t(more: int, last: bool) -> Made:
    """The paths from c_0 to c_t, or some steps on; the last row may be ones."""

    def made(paths: Paths, F: Array) -> Array:
        T = len(F)
        P: Array = paths[np.clip(np.arange(T + 1) + more, 0, T), 0].copy()
        P[-1] = _ones(F) if last else P[-1]
        return P

    return made


def _slice_around(paths: Paths, F: Array) -> Array:
    """The gates from F[t-1] on, where F[-1] is the last one alone."""
    return np.vstack([F[-1:], paths[-1][:-2], _ones(F)])


def _below(P: Array, F: Array) -> Array:
    """The rows of P from the second on, then ones."""
    return np.vstack([P[1:], _ones(F)])


def _only_last(paths: Paths, F: Array) -> Array:
    return np.where(_left(F) == 0, paths[-1], 0.0)


ONE = "c_T alone is asked for"
ENDS: dict[str, tuple[str, Made]] = {
    "to_the_last_but_one": ("The paths end at c_{T-1}: f_T is missing", _at(lambda t, T: 0 * t + T - 1, _t)),
    **{
        f"to_c_t{'+1' * more}{'_and_one' * last}": (
            "P[t] has the gates from f_1 on; it should lead from c_t",
            _to_c_t(more, last),
        )
        for more, last in ((0, True), (1, False), (1, True))
    },
    "from_c_1": ("Every P[t] with t < T leads from c_1; it should lead from c_t", _from(1)),
    "from_c_0": ("Every P[t] with t < T leads from c_0; it should lead from c_t", _from(0)),
    **{
        f"{n}_steps_only": (
            f"For P[t] stands ∂⁺c_{{t+{n}}}/∂c_t: the path has {n} steps at most, and should lead to c_T",
            _at(lambda t, T, n=n: t + n, _t),  # type: ignore[misc]
        )
        for n in (2, 3, 4, 5)
    },
    "first_row_one": ("P[0] is left as ones: does the sweep stop at t = 1?", _row(0, _ones)),
    "first_row_zero": ("P[0] is left as zeros: does the sweep stop at t = 1?", _row(0, lambda F: 0 * F[0])),
    "last_row_gate": ("For P[T] stands f_T; it should be one", _row(-1, lambda F: F[-1])),
    "last_gate_twice": (
        "Every P[t] has f_T once more: P[T] should be one, not f_T",
        lambda G, F: G[-1] * F[-1],
    ),
    "first_gate_twice": (
        "P[t] has the factor f_t too, and P[0] f_T",
        lambda G, F: G[-1] * np.vstack([F[-1:], F]),
    ),
    "slice_around": ("P[t] has the factor f_t too, and P[0] is F[-1:] alone, which is f_T", _slice_around),
    "rest_zero": ("Every row but P[T] is zero: is it made of a row that is not filled yet?", _only_last),
    "last_gate_alone": (
        "For every P[t] stands f_T alone; all gates from f_{t+1} on should multiply",
        lambda G, F: np.vstack([0 * F + F[-1], _ones(F)]),
    ),
    "inner_gates_twice": (
        "The gates from f_{t+2} on enter twice: each step adds one factor",
        lambda G, F: G[-1] * _below(G[-1], F),
    ),
    "with_all_later": (f"For P[t] stands the sum of ∂⁺c_s/∂c_t over s = t … T; {ONE}", _sum_of_later),
    "with_all_after": (
        f"For P[t] stands the sum of ∂⁺c_s/∂c_t over s = t+1 … T; {ONE}",
        lambda G, F: _sum_of_later(G, F, 1),
    ),
    "complement": ("P is one minus what it should be", lambda G, F: 1 - G[-1]),
    "signs": (
        "Each step brings a factor −1: c_t has the factor f_t",
        lambda G, F: G[-1] * (-1.0) ** _left(F),
    ),
    "halved": ("Each step brings a factor 1/2", lambda G, F: G[-1] * 0.5 ** _left(F)),
    "least": ("The smallest gate stands for the product of all", _joined(lambda F: F.min(axis=0))),
    "most": ("The largest gate stands for the product of all", _joined(lambda F: F.max(axis=0))),
    "mean": ("The gates are averaged: along one path they multiply", _joined(lambda F: F.mean(axis=0))),
    "power_of_the_mean": (
        "A power of the mean gate stands for the product",
        _joined(lambda F: F.mean(axis=0) ** len(F)),
    ),
    "power_of_one_gate": (
        "For P[t] stands a power of one gate; the steps from t + 1 to T have a gate each",
        _joined(lambda F: F[0] ** len(F)),
    ),
    "geometric_mean": (
        "The geometric mean of the gates stands for their product",
        lambda G, F: G[-1] ** (1 / np.maximum(_left(F), 1)),
    ),
}


def _ended(said: str) -> str:
    return said if said.endswith("?") else f"{said}."


PATH_SLIPS = (
    *[PathSlip(f"gate_{name}", _ended(said), gates, whole) for name, (said, gates) in GATES.items()],
    *[PathSlip(f"path_{name}", _ended(said), _same, made) for name, (said, made) in ENDS.items()],
)
