"""The block Jacobian of an LSTM's step with its blocks misplaced, exchanged or replaced."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from course.altered_lstm import RIGHT, LSTMSlip, altered_step
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


def _shown(J: Array) -> Array:
    """The factor from c_t to h_t, which is that of ∂h_t/∂c_{t-1} over that of ∂c_t/∂c_{t-1}."""
    return np.asarray(np.diag(J[0, :, 1]) / np.diag(J[1, :, 1]))


def output_gate_moves_the_cell(throughout: bool, *args: Array) -> Array:
    """The way through o_t counted in ∂c_t/∂h_{t-1}, and from there in ∂h_t/∂h_{t-1} once more."""
    J = blocks(RIGHT, *_of(args)).copy()
    opened, shown = blocks(LSTMSlip("", "", state_read="o"), *_of(args))[0, :, 0], _shown(J)
    J[1, :, 0] += opened
    J[0, :, 0] += throughout * shown[:, None] * opened
    return np.asarray(J.reshape(2 * J.shape[1], -1))


def through_the_cell_ungated(*args: Array) -> Array:
    """∂h_t/∂h_{t-1} as if h_t read c_t with the factor 1."""
    opened = blocks(LSTMSlip("", "", state_read="o"), *_of(args))[0, :, 0]
    return np.asarray(opened + blocks(RIGHT, *_of(args))[1, :, 0])


def full(row: int, spread: Callable[[Array], Array], *args: Array) -> Array:
    """A diagonal block by c_{t-1}, of which the diagonal is spread over a matrix."""
    return spread(np.diag(blocks(RIGHT, *_of(args))[row, :, 1]))


def outer(*args: Array) -> Array:
    """∂h_t/∂c_{t-1} as the outer product of its two diagonals."""
    J = blocks(RIGHT, *_of(args))
    return np.outer(_shown(J), np.diag(J[1, :, 1]))


SPREADS: tuple[Callable[[Array], Array], ...] = (
    lambda d: np.broadcast_to(d, (len(d), len(d))),
    lambda d: np.broadcast_to(d[:, None], (len(d), len(d))),
    lambda d: np.outer(d, d),
)


def _of(args: tuple[Array, ...]) -> Args:
    p, x, h, c = args
    return LSTM(*p), x, h, c


TOTAL = (
    "∂c_t/∂c_{t-1} counts the way through h_{t-1} too. Here h_{t-1} is a variable of its own: "
    "it stands still while c_{t-1} moves."
)
FULL = "For {} stands a full matrix; off its diagonal it should be zero: c_{{t-1}} moves its own unit."
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
    BlockSlip(
        "rows_exchanged",
        "The rows of h_t and c_t are exchanged.",
        partial(rearranged, lambda J: J[::-1]),
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
    *[
        BlockSlip(
            "output_gate_moves_the_cell",
            "∂c_t/∂h_{t-1} has a term of the output gate: o_t multiplies tanh(c_t), and moves h_t alone.",
            partial(output_gate_moves_the_cell, throughout),
        )
        for throughout in (False, True)
    ],
    BlockSlip(
        "through_the_cell_ungated",
        "In ∂h_t/∂h_{t-1} the way through c_t lacks its factor o_t ⊙ tanh′(c_t).",
        partial(replaced, 0, 0, through_the_cell_ungated),
    ),
    BlockSlip(
        "cell_to_state_full",
        FULL.format("∂h_t/∂c_{t-1}"),
        partial(replaced, 0, 1, outer),
    ),
    BlockSlip(
        "cell_to_state_ungated",
        "∂h_t/∂c_{t-1} lacks the factor f_t: h_t reads c_t, and c_t reads f_t ⊙ c_{t-1}.",
        partial(replaced, 0, 1, lambda *args: np.diag(_shown(blocks(RIGHT, *_of(args))))),
    ),
    *[
        BlockSlip(
            f"{name}_full",
            FULL.format(said),
            partial(replaced, row, 1, partial(full, row, spread)),
        )
        for name, row, said in (("cell_to_state", 0, "∂h_t/∂c_{t-1}"), ("cell_to_cell", 1, "∂c_t/∂c_{t-1}"))
        for spread in SPREADS
    ],
)
