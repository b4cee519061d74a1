"""Rules of a derivative carried forward with its indices in another order, or with the wrong Jacobians."""

from functools import partial
from itertools import permutations

import numpy as np

from course.models import Array
from course.recognise.carried import Arrives, Carried, Found, Move, Product, along, kind
from course.recognise.forward_rules import WRONG_INDEX, carried_by

RIGHT_ORDER = (0, 1, 2)
ORDERS = [order for order in permutations(RIGHT_ORDER) if order != RIGHT_ORDER]


def reordered(order: tuple[int, ...], carried: Array) -> Array:
    """Tangents [j, k, i] whose indices i, j, k, the state's first, stand in another order."""
    state_first = np.moveaxis(carried, -1, -3)
    time = carried.ndim - 3
    moved = state_first.transpose(*range(time), *[time + axis for axis in order])
    return np.moveaxis(moved, -3, -1)


def _arriving(order: tuple[int, ...]) -> Arrives:
    """The Jacobian meets another index of the tangents, whose others then follow it."""
    return lambda c, W, slope, own, last: slope * along(-1, W, reordered(order, c))


def slope_of_the_column(run: Carried, weight: str) -> Found:
    """The direct derivative of W_hh[j, k] with the slope of unit k, for that of unit j."""
    slopes = run.slopes("tanh")

    def put(straight: Array) -> Array:
        return np.asarray(straight * slopes[:, None, :, None])

    return Move(direct=kind("missing"), put=put, squares_only=True)(run, weight)


OF_AXES = (
    *[
        carried_by(
            "wrong_index_carried", WRONG_INDEX, Move(arrives=_arriving(order), squares_only=order[2] != 2)
        )
        for order in ORDERS
    ],
    *[
        carried_by(
            "direct_in_another_order",
            "The indices of the direct derivative stand in another order: [i, j, k] is h_t[i] by W_hh[j, k].",
            Move(put=partial(reordered, order), squares_only=True),
        )
        for order in ORDERS
        if order == (2, 0, 1)  # it is zero for i ≠ j: the others are this one, right, or have another name
    ],
    carried_by(
        "slope_of_the_column",
        "In the direct derivative by W_hh[j, k] stands the slope of unit k: that of unit j belongs there.",
        slope_of_the_column,
    ),
    carried_by(
        "direct_of_step_1",
        "The direct derivative of step 1 stands for that of every step: each step has its own.",
        Move(put=lambda straight: straight[:1] + 0 * straight),
    ),
    carried_by(
        "one_jacobian_left",
        "Of each product of Jacobians one is left: those of all steps between use and state belong to it.",
        Product(lambda product, J: J),
    ),
    *[
        carried_by(
            "one_jacobian_too_many",
            "The direct derivative of step k goes through the Jacobian of step k too: that of k+1 is next.",
            Product(first=-1, own=True, direct=kind(slope)),
        )
        for slope in ("tanh", "missing")
    ],
)
