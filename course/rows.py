"""Long lists of numbers as the arrays they stand for: a million numbers cannot travel one by one."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from course.models import Array

LONG = 64  # a list of at most so many may be several results, and stays what it is
NUMBERS = {float, int, np.float64}


def as_array(value: Sequence[Any]) -> Array | None:
    """The array that a long list of numbers, or of rows of equal shape, stands for; None for any other."""
    if len(value) <= LONG:
        return None
    if set(map(type, value)) <= NUMBERS:
        return _numbers(value)
    rows = [_row(item) for item in value]
    shapes = {None if row is None else row.shape for row in rows}
    return np.array(rows) if len(shapes) == 1 and None not in shapes else None


def _row(item: Any) -> Array | None:
    """One row of a long list: an array, or a list of numbers, however short."""
    if type(item) is np.ndarray and item.dtype == np.float64 and item.ndim in (1, 2):
        return item
    if type(item) in (tuple, list) and item and set(map(type, item)) <= NUMBERS:
        return _numbers(item)
    return None


def _numbers(value: Sequence[Any]) -> Array | None:
    """Numbers as float64, or as int64 if all are integers; None if one is too large for that."""
    array = np.array(value)
    return array if array.dtype in (np.float64, np.int64) else None
