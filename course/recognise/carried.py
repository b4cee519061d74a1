"""How the state depends on the weights, carried forward from step to step, with one thing altered.

A tangent is carried for every entry of a weight, as in `course.recognise.sequences`: `[j, k, i]` is what
entry (j, k) does to h_t[i]. The run itself stays right.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course.models import Array
from course.recognise.sequences import Sequence

Slopes = Callable[["Carried"], Array]  # the derivative of tanh at every step, (T, h)
# What the tangents of h_{t-1} bring to h_t, from them, W_hh, the slope of the path, and the right slopes of
# this step and of the one before.
Arrives = Callable[[Array, Array, Array, Array, Array], Array]
Found = tuple[Array, Array]  # the direct and the total derivative of every state, both (T, h, n, h)


class Carried:
    """A run whose derivatives are asked for many times: its slopes are kept."""

    def __init__(self, s: Sequence) -> None:
        self.s = s
        self._slopes: dict[str, Array] = {}

    def slopes(self, name: str) -> Array:
        """The slopes of every step as `slope_of` has them, (T, h)."""
        if name not in self._slopes:
            self._slopes[name] = np.stack([self.s.slope(name, t) for t in range(len(self.s.X))])
        return self._slopes[name]


def kind(name: str) -> Slopes:
    """The slopes as `slope_of` has them."""
    return lambda run: run.slopes(name)


RIGHT_SLOPE = kind("tanh")


def of_steps(choose: Callable[[Array], Array]) -> Slopes:
    """The right slopes, each of another step; `choose` takes the steps from 0."""
    return lambda run: RIGHT_SLOPE(run)[choose(np.arange(len(run.s.X)))]


def along(axis: int, matrix: Array, carried: Array) -> Array:
    """The matrix applied to one index of the tangents: 0 and 1 are the entry's, -1 is that of the state."""
    if axis == -1:
        return carried @ matrix.T
    return np.moveaxis(np.tensordot(carried, matrix, (axis, 1)), -1, axis)


def right_way(carried: Array, W: Array, slope: Array, own: Array, last: Array) -> Array:
    """Through W_hh, then through the slope."""
    return slope * along(-1, W, carried)


@dataclass(frozen=True)
class Move:
    """What is altered: the slope at the weights, the slope of the path, and how the path goes.

    `reads` changes what a weight multiplies, (T, n); `start` gives the tangents of h_0 from it; `column` is
    the axis of the tangents whose units the slopes belong to, if it is not that of the state.
    """

    direct: Slopes = RIGHT_SLOPE
    path: Slopes = RIGHT_SLOPE
    arrives: Arrives = right_way
    reads: Callable[[Array, Sequence], Array] | None = None
    start: Callable[[Array, Sequence], Array] | None = None
    column: int = -1
    squares_only: bool = False  # it exists for W_hh alone, whose two indices are units
    put: Callable[[Array], Array] | None = None  # changes the direct derivatives, (T, h, n, h)

    def __call__(self, run: Carried, weight: str) -> Found:
        """Both derivatives with respect to W_hx, W_hh or b_h (n = 1)."""
        if self.squares_only and weight != "W_hh":
            return RIGHT_MOVE(run, weight)
        s = run.s
        reads = self.reads(what_enters(s, weight), s) if self.reads else what_enters(s, weight)
        own, W = RIGHT_SLOPE(run), s.p.W_hh
        last = np.concatenate([1 - s.h_0[None] ** 2, own[:-1]])
        direct, path = (self._placed(slopes(run)) for slopes in (self.direct, self.path))
        straight = entering(s, reads) * direct
        straight = self.put(straight) if self.put else straight
        carried, totals = self.start(reads, s) if self.start else 0 * straight[0], []
        for t in range(len(s.X)):
            carried = straight[t] + self.arrives(carried, W, path[t], own[t], last[t])
            totals.append(carried)
        return straight, np.stack(totals)

    def _placed(self, slopes: Array) -> Array:
        """Slopes (T, h) as factors of tangents (T, h, n, h)."""
        shape = [len(slopes), 1, 1, 1]
        shape[self.column if self.column < 0 else self.column + 1] = slopes.shape[1]
        return slopes.reshape(shape)


RIGHT_MOVE = Move()


def what_enters(s: Sequence, weight: str) -> Array:
    """What a weight multiplies at every step, (T, n)."""
    return {"W_hx": s.X, "W_hh": s.values[1], "b_h": np.ones((len(s.X), 1))}[weight]


def entering(s: Sequence, reads: Array) -> Array:
    """How the entries of a weight move a_t: (T, h, n, h)."""
    return np.eye(len(s.h_0))[:, None, :] * reads[:, None, :, None]


@dataclass(frozen=True)
class Product:
    """Each direct derivative goes through a product of Jacobians that is put together wrongly.

    `grow(product, J)` takes one Jacobian more into it, that of a step before those that it has: of the step
    after the use and of all later ones, but `first` and `last` steps on or back. With `own`, the direct
    derivative of step t goes through such a product too, and `direct` is its slope.
    """

    grow: Callable[[Array, Array], Array] = lambda product, J: product @ J
    first: int = 0
    last: int = 0
    own: bool = False
    direct: Slopes = RIGHT_SLOPE

    def __call__(self, run: Carried, weight: str) -> Found:
        """Both derivatives with respect to W_hx, W_hh or b_h (n = 1)."""
        s, slopes = run.s, RIGHT_SLOPE(run)
        straight = entering(s, what_enters(s, weight)) * self.direct(run)[:, None, None, :]
        jacobians = slopes[:, :, None] * s.p.W_hh
        totals = 0 * straight if self.own else straight.copy()
        for t in range(len(s.X)):
            for k in range(t + self.own):
                product = np.eye(len(s.h_0))
                for J in jacobians[k + 1 + self.first : t + 1 + self.last][::-1]:
                    product = self.grow(product, J)
                totals[t] += along(-1, product, straight[k])
        return straight, totals
