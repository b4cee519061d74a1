"""What is right, but for a limit on its entries, from what came back and what was expected alone."""

from collections.abc import Sequence

import numpy as np

from course.compare import RTOL, agree
from course.models import Array

Pair = tuple[Array, Array]  # got and expected of one part, in one case


def limit_of(pairs: Sequence[Pair]) -> float | None:
    """The number at which every entry that should be larger is cut off, in all of these arrays."""
    got, want = _stacked(pairs)
    largest = float(np.abs(got).max(initial=0.0))
    cut = np.abs(want) > (1 + RTOL["directional"]) * largest
    if not largest or cut.sum() < 2 or not _agree(pairs, -largest, largest):
        return None
    return largest


def floor_of(pairs: Sequence[Pair]) -> float | None:
    """The positive number to which every smaller entry is raised, in all of these arrays."""
    got, want = _stacked(pairs)
    least = float(got.min(initial=np.inf))
    few = (got > (1 + RTOL["directional"]) * least).sum() < 2  # one number everywhere is no limit
    if few or not 0 < least < np.inf or (want < (1 - RTOL["directional"]) * least).sum() < 2:
        return None
    return least if _agree(pairs, least, np.inf) else None


def _stacked(pairs: Sequence[Pair]) -> tuple[Array, Array]:
    got, want = (np.concatenate([pair[k].ravel() for pair in pairs]) for k in (0, 1))
    return got, want


def _agree(pairs: Sequence[Pair], low: float, high: float) -> bool:
    return all(agree(got, np.clip(want, low, high)) for got, want in pairs)
