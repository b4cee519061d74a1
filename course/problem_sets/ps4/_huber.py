"""Clipping as a derivative: the gradient of Huber's function is its argument, clipped.

So the checks of the clips have an oracle that never clips: the complex step of a smooth loss.
Source: Huber, "Robust estimation of a location parameter" (1964).
"""

from functools import partial
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import RNN, Array
from course.oracles import complex_step

MOST = 500  # entries


def huber(v: Array, c: float) -> Any:
    """½ ‖v‖² for ‖v‖ ≤ c, and c ‖v‖ − ½ c² beyond; complex-safe."""
    squares = np.sum(v**2)
    return 0.5 * squares if np.real(squares) <= c**2 else c * np.sqrt(squares) - 0.5 * c**2


def groups_of(g: RNN, kind: str) -> list[Array]:
    """The entries of g, counted through, in groups: each "entry" alone, each "tensor", or "all" together."""
    ends = np.cumsum([field.size for field in g])
    if kind == "tensor":
        return [np.arange(end - field.size, end) for end, field in zip(ends, g, strict=True)]
    return [np.arange(ends[-1])] if kind == "all" else list(np.arange(ends[-1])[:, None])


def gradient_of_huber(g: RNN, c: float, kind: str) -> Parts:
    """The gradient at g of the sum of Huber's function over the groups, by the complex step.

    Raises:
        ValueError: if g has so many entries that a derivative for each takes long.
    """
    flat = np.concatenate([field.ravel() for field in g])
    if flat.size > MOST:
        raise ValueError(f"{flat.size} entries are too many for a derivative by each of them")
    slope = np.zeros_like(flat)
    for group in groups_of(g, kind):
        size = float(np.abs(flat[group]).max()) or 1.0  # each is scaled to 1: no square over- or underflows
        slope[group] = size * complex_step(partial(huber, c=c / size), flat[group] / size)
    pieces = np.split(slope, np.cumsum([field.size for field in g])[:-1])
    return {
        name: piece.reshape(f.shape) for (name, f), piece in zip(g._asdict().items(), pieces, strict=True)
    }
