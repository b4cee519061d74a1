"""Comparing what came back with what is right: one table of tolerances, one way to say where it differs."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from course.models import Array

# Relative to the largest entry of the expected array. Two right algorithms differ by 1e-15 to 1e-13 on our
# cases; a central difference, the best that finite differences do at first order, by 1e-10.
RTOL = {"float64": 1e-11, "directional": 1e-9, "float32": 1e-4}


@dataclass(frozen=True)
class Difference:
    """Where two arrays differ most: index, both values, and how many entries are off."""

    index: tuple[int, ...]
    got: float
    expected: float
    wrong: int
    size: int

    def __str__(self) -> str:
        where = f" at {list(self.index)}" if self.index else ""
        count = f" ({self.wrong} of {self.size} entries differ)" if self.size > 1 else ""
        got, expected = told(self.got, self.expected)
        return f"{f'Worst{where}: yours' if where else 'Yours'} {got}, expected {expected}{count}"


def told(got: float, expected: float) -> tuple[str, str]:
    """Two different numbers with as many digits as it takes to see that, at least ten."""
    both = ("", "")
    for digits in range(10, 18):
        both = (f"{got:.{digits}g}", f"{expected:.{digits}g}")
        if both[0] != both[1]:
            break
    return both


def scale_of(expected: Array) -> float:
    """The size that a relative tolerance refers to: the largest entry, or 1 for an array of zeros."""
    largest = float(np.max(np.abs(expected), initial=0.0))
    return largest if largest > 0 else 1.0


def difference(got: Array, expected: Array, rtol: float = RTOL["float64"]) -> Difference | None:
    """None if `|got − expected| ≤ rtol · max|expected|` everywhere, else the worst place."""
    gap = np.abs(got - expected)
    off = ~(gap <= rtol * scale_of(expected))  # written so that nan is off
    if not off.any():
        return None
    index = np.unravel_index(int(np.argmax(np.where(np.isnan(gap), np.inf, gap))), gap.shape)
    place = tuple(int(i) for i in index)
    return Difference(place, float(got[place]), float(expected[place]), int(off.sum()), off.size)


def agree(got: Array, expected: Array, rtol: float = RTOL["float64"]) -> bool:
    """Whether `difference` is None; where they differ is not looked for."""
    return bool((np.abs(got - expected) <= rtol * scale_of(expected)).all())


def alike(got: Array, values: Array, rtol: float = RTOL["float64"]) -> Array:
    """For each of `values` (K, ...) whether `difference(got, value)` is None: (K)."""
    gap, sizes = np.abs(got - values).reshape(len(values), -1), np.abs(values).reshape(len(values), -1)
    largest = sizes.max(axis=1, initial=0.0)
    scale = np.where(largest > 0, largest, 1.0)
    return np.asarray((gap <= rtol * scale[:, None]).all(axis=1))


def same(a: Any, b: Any) -> bool:
    """Whether two decoded values are identical, bit for bit: types, shapes, dtypes, entries."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, tuple | list):
        return type(a) is type(b) and len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return type(a) is type(b) and (a == b or (a != a and b != b))
