"""Mistakes in the direct path through the cells: products along another axis, or in another order of time."""

import numpy as np

from course.cell_paths import Paths, PathSlip
from course.gate_paths import all_paths
from course.models import Array


def _same(F: Array) -> Array:
    return F


def _not_turned_back(paths: Paths, F: Array) -> Array:
    """The paths from c_{T-1}, c_{T-2}, … in this order, then ones."""
    return np.vstack([paths[-1][-2::-1], np.ones(F.shape[1])])


def _over_units(F: Array, turn: int) -> Array:
    """Step by step the products over the units, from the first on or from the last; then ones."""
    within = all_paths(F.T[::turn])[1:, 0][::turn]
    return np.vstack([within.T, np.ones(F.shape[1])])


OVER_UNITS = "The gates of one step are multiplied over the units; each unit has its product over the steps."
TURNED_SLIPS = (
    PathSlip(
        "path_not_turned_back",
        "For P[t] stands the product of the last t + 1 gates: it is not turned back in time.",
        _same,
        _not_turned_back,
    ),
    PathSlip("path_over_units", OVER_UNITS, _same, lambda paths, F: _over_units(F, 1)),
    PathSlip("path_over_units_from_the_last", OVER_UNITS, _same, lambda paths, F: _over_units(F, -1)),
)
