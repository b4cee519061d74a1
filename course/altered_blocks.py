"""The block Jacobian of an LSTM's step with its blocks misplaced, exchanged or replaced."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from course.altered_lstm import GATES, RIGHT, LSTMSlip, altered_step
from course.gated import LSTM
from course.models import Array
from course.oracles import complex_step


def blocks(slip: LSTMSlip, p: LSTM, x: Array, h: Array, c: Array) -> Array:
    """∂(h_t, c_t)/∂(h_{t-1}, c_{t-1}) with the derivative of the step altered: (2, h, 2, h), h first."""

    def after(s: Array) -> Array:
        before, cell = np.split(s, 2)
        return np.concatenate(altered_step(p, x, before, cell, slip))

    return complex_step(after, np.concatenate([h, c])).reshape(2, len(h), 2, -1)


Args = tuple[LSTM, Array, Array, Array]


class BlockSlip(NamedTuple):
    """A mistake in putting the Jacobian together: `value(*args)` is the matrix (2h, 2h)."""

    name: str
    sentence: str
    value: Callable[..., Array]


def rearranged(change: Callable[[Array], Array], *args: Array) -> Array:
    """The right blocks, put together wrongly."""
    J = change(blocks(RIGHT, *_of(args)))
    return np.asarray(J.reshape(2 * J.shape[1], -1))


def replaced(rows: int, columns: int, block: Callable[..., Array], *args: Array) -> Array:
    """The right blocks but for one."""
    J = blocks(RIGHT, *_of(args)).copy()
    J[rows, :, columns] = block(*args)
    return np.asarray(J.reshape(2 * J.shape[1], -1))


def around(slope_at: str, *args: Array) -> Array:
    """∂c_t/∂c_{t-1} with the way through the state, as if by this step's gate o_t, at c_t or at c_{t-1}."""
    J = blocks(LSTMSlip("", "", slope_c=slope_at, direct="ungated"), *_of(args))
    return np.asarray(blocks(RIGHT, *_of(args))[1, :, 1] + J[1, :, 0] @ J[0, :, 1])


def columns_scaled(throughout: bool, *args: Array) -> Array:
    """The factors of the rows of each gate's block of W_h, put on its columns."""
    p, J, found = _of(args)[0], blocks(RIGHT, *_of(args)).copy(), {}
    for gate, W in zip(GATES, np.split(p.W_h, 4), strict=True):
        read = blocks(LSTMSlip("", "", state_read=gate), *_of(args))[0 if gate == "o" else 1, :, 0]
        found[gate] = W * (np.sum(read * W, axis=1) / np.maximum(np.sum(W * W, axis=1), 1e-300))
    shown = np.diag(J[0, :, 1]) / np.diag(J[1, :, 1])  # from c_t to h_t
    J[1, :, 0] = found["i"] + found["f"] + found["g"]
    J[0, :, 0] = found["o"] + J[1, :, 0] * (shown if throughout else shown[:, None])
    return np.asarray(J.reshape(2 * J.shape[1], -1))


def _of(args: tuple[Array, ...]) -> Args:
    p, x, h, c = args
    return LSTM(*p), x, h, c


TOTAL = (
    "∂c_t/∂c_{t-1} counts the way through h_{t-1} too. Here h_{t-1} is a variable of its own: "
    "it stands still while c_{t-1} moves."
)
COLUMNS = "The slopes multiply the columns of W_h where they belong to its rows: diag(s) W is s[:, None] * W."
BLOCK_SLIPS = (
    BlockSlip(
        "cell_first",
        "The blocks stand in the order (c, h): h comes first, in rows and columns.",
        partial(rearranged, lambda J: J[::-1, :, ::-1]),
    ),
    BlockSlip(
        "blocks_transposed",
        "The two mixed blocks are exchanged: rows belong to h_t and c_t, columns to h_{t-1} and c_{t-1}.",
        partial(rearranged, lambda J: J.transpose(2, 1, 0, 3)),
    ),
    BlockSlip(
        "columns_exchanged",
        "The columns of h_{t-1} and c_{t-1} are exchanged.",
        partial(rearranged, lambda J: J[:, :, ::-1]),
    ),
    BlockSlip("total_of_the_cell", TOTAL, partial(replaced, 1, 1, partial(around, "before"))),
    BlockSlip("total_of_the_cell_after", TOTAL, partial(replaced, 1, 1, partial(around, "right"))),
    BlockSlip(
        "cell_to_state_missing",
        "∂h_t/∂c_{t-1} is taken for zero: h_t reads c_t, and c_t reads c_{t-1}.",
        partial(replaced, 0, 1, lambda *args: np.zeros(2 * args[2].shape)),
    ),
    BlockSlip(
        "through_the_cell_missing",
        "∂h_t/∂h_{t-1} lacks the way through c_t.",
        partial(replaced, 0, 0, lambda *args: blocks(LSTMSlip("", "", state_read="o"), *args)[0, :, 0]),
    ),
    BlockSlip("columns_scaled", COLUMNS, partial(columns_scaled, False)),
    BlockSlip("columns_scaled_throughout", COLUMNS, partial(columns_scaled, True)),
)
