"""Solving for the weights of edges: how often a gradient counts each kind of them.

Gauss–Newton from 1, all results of all cases stacked. Only an exact fit counts, and only those weights are
told that the results determine: at the solution, a direction in which nothing changes hides the weights that
it moves. Source: Nocedal & Wright, "Numerical Optimization" (2006), sec. 10.3.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.compare import RTOL, agree
from course.models import Array
from course.oracles import STEP
from course.recognise.attribution import FITS, RANK, ROWS

Parts = dict[str, Array]
MOST = 12  # steps; what edges explain takes three to six
PARTS = (1.0, 0.3, 0.1)  # of a step, the first that helps
REACHED, SLOW = 1e-13, 0.98  # a residual that is rounding; a step that helps less ends the search


@dataclass(frozen=True)
class Weighed:
    """A gradient exercise with weights on its edges.

    Args:
        edges: their names.
        value: `value(*args)(w)`: the results for weights (K, edges), complex, with a first axis K.
        many: `many(rng)`: the arguments of some cases, of different sizes.
        last: results that take one step more than the others: their value if the edges of that step count
            once, whatever those of the others do.
    """

    edges: tuple[str, ...]
    value: Callable[..., Callable[[Array], Parts]]
    many: Callable[[np.random.Generator], list[tuple[Any, ...]]]
    last: Callable[..., Callable[[Array], Parts]] | None = None

    def right(self, cases: Sequence[tuple[Any, ...]]) -> list[Parts]:
        """What is right for these arguments, with a first axis of one."""
        return [self.value(*args)(np.ones((1, len(self.edges)))) for args in cases]


@dataclass(frozen=True)
class Solution:
    """Weights by edge, nan where not visible, and the results that they explain but for their own step."""

    weights: Array
    apart: tuple[str, ...] = ()


def weigh(weighed: Weighed, cases: Sequence[tuple[Any, ...]], got: Sequence[Parts]) -> Solution | None:
    """The weights that reproduce what came back: of all results, or of all but the last; None without.

    Each of the last is then explained by the same weights, in its own step too, or but for it.
    """
    values, right = [weighed.value(*args) for args in cases], weighed.right(cases)
    last = tuple(weighed.last(*cases[0])(np.ones((1, len(weighed.edges))))) if weighed.last else ()
    for apart in dict.fromkeys([(), last]):
        sizes = [{n: float(np.linalg.norm(one[n])) or 1.0 for n in one if n not in apart} for one in right]

        def stacked(found: Sequence[Parts], sizes: list[dict[str, float]] = sizes) -> Array:
            pairs = [(one[n], size) for one, of in zip(found, sizes, strict=True) for n, size in of.items()]
            return np.concatenate([part.reshape(len(part), -1) / size for part, size in pairs], axis=1)

        def value(w: Array, stacked: Callable[[Sequence[Parts]], Array] = stacked) -> Array:
            return stacked([value(w) for value in values])

        want = stacked([{n: part[None] for n, part in one.items()} for one in got])[0]
        weights = solve(value, want, len(weighed.edges))
        if weights is not None:
            found = Solution(weights, apart)
            return found if last_explained(found, weighed, cases, got) else None
    return None


def last_explained(
    found: Solution, weighed: Weighed, cases: Sequence[tuple[Any, ...]], got: Sequence[Parts]
) -> bool:
    """Whether each result that is apart counts the edges of its own step once, or as the others do."""
    if not found.apart or weighed.last is None:
        return True
    w = np.round(np.nan_to_num(found.weights, nan=1.0), 12)[None]  # a missing edge lets nothing through
    ways = [[make(*args)(w) for args in cases] for make in (weighed.last, weighed.value)]
    return all(
        any(
            all(
                agree(one[name], value[name][0].real, RTOL["directional"])
                for one, value in zip(got, way, strict=True)
            )
            for way in ways
        )
        for name in found.apart
    )


@dataclass(frozen=True)
class _At:
    """A point: the weights, what is left of the results, its size, and the derivatives by the weights."""

    w: Array
    left: Array
    size: float
    J: Array


def solve(value: Callable[[Array], Array], want: Array, n: int) -> Array | None:
    """w (n) with `value(w) = want`, nan where hidden; None if none is found from 1.

    `value` takes weights (K, n), complex, and gives (K, rows).

    Raises:
        ValueError: if there are fewer than three equations for each weight.
    """
    if len(want) < ROWS * n:
        raise ValueError(f"{len(want)} equations are too few for {n} weights: give more cases")
    nudges = np.vstack([1j * STEP * np.eye(n), np.zeros((1, n))])

    def at(w: Array) -> _At:
        found = value(w + nudges)
        left = want - found[-1].real
        return _At(w, left, float(np.linalg.norm(left)), found[:-1].imag.T / STEP)

    here, whole = at(np.ones(n)), float(np.linalg.norm(want)) or 1.0
    for _ in range(MOST):
        move, before = np.linalg.lstsq(here.J, here.left, rcond=RANK)[0], here.size
        for part in PARTS:
            there = at(here.w + part * move)
            if there.size < here.size:
                here = there
                break
        if here.size < REACHED * whole or not here.size < SLOW * before:
            break
    if not here.size <= FITS * whole:
        return None
    _, s, Vt = np.linalg.svd(here.J, full_matrices=False)
    hidden = np.linalg.norm(Vt[s <= RANK * s[0]], axis=0) > 1e-6
    return np.where(hidden, np.nan, here.w)
