"""Clips by the global norm with another norm or another factor."""

from collections.abc import Callable

import numpy as np

from course.exercise import Parts
from course.models import RNN, Array
from course.problem_sets.ps4._clips import scaled_by, size, times, zeros


def by_factor(factor: Callable[[float, float], float], g: RNN, c: float) -> Parts:
    """Everything times a factor of the global norm and c."""
    whole = size(g)
    return scaled_by(lambda norm, c, x: factor(whole, c), g, c)


def enlarged(by: float, norm: float, c: float) -> float:
    """The factor with something added to the norm."""
    return min(1.0, c / (norm + by))


def and_returned(by: float, g: RNN, c: float) -> Parts:
    """The norm, made larger there and then returned."""
    return {"norm": np.array(size(g) + by)}


def of_entries(number: Callable[[Array], float], g: RNN) -> float:
    """A number of all entries."""
    return float(number(np.concatenate([field.ravel() for field in g])))


def by_number(number: Callable[[RNN], float], g: RNN, c: float) -> Parts:
    """The clip with another number in the place of the norm."""
    whole = float(number(g))
    return times(min(1.0, c / whole) if whole else 1.0, g)._asdict() | {"norm": np.array(whole)}


def of_some(counted: tuple[str, ...], scaled: tuple[str, ...], g: RNN, c: float) -> Parts:
    """The clip in which the norm counts some tensors, and some are scaled."""
    whole = size(zeros(g)._replace(**{name: getattr(g, name) for name in counted}))
    factor = min(1.0, c / whole) if whole else 1.0
    fields = {name: (factor if name in scaled else 1.0) * x for name, x in g._asdict().items()}
    return fields | {"norm": np.array(whole)}
