"""GRU steps with something altered in their derivative: what slips' backward passes compute.

Values stay right, and only the tangents follow the slips, forwards, as in `course.altered_lstm`; many slips
at once. Between u, v, h and h' every way is a product of factors, unit by unit: one for each edge.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from course.factors import by_edge
from course.gated import GRU
from course.gru_values import WORDS, At, Word, right
from course.models import Array

JACOBIAN = "All terms of the Jacobian"
ROWS = "rzn"
EDGES = {  # what its factor is
    "mixed": "1 − z",  # ∂h'/∂n
    "update": "h − n",  # ∂h'/∂z
    "kept": "z",  # h → z ⊙ h
    "slope_z": "z (1 − z)",
    "slope_r": "r (1 − r)",
    "slope_n": "1 − n²",
    "reset": "v^n",  # ∂(r ⊙ v^n)/∂r
    "product": "r",  # ∂(r ⊙ v^n)/∂v^n
    "input": "1",  # from u^n to n's tanh
    **dict.fromkeys(("u_r", "u_z", "v_r", "v_z"), "1"),  # from u and v to what the gates are σ of
    **{f"h_{row}": "1" for row in ROWS},  # from h to v, behind the matrix
    **{f"at_{row}": "1" for row in ROWS},  # from h to v, before the matrix
}


@dataclass(frozen=True)
class GRUSlip:
    """A mistake in the backward pass of the GRU, and what is altered in the tangents."""

    name: str
    sentence: str
    see: str = JACOBIAN
    factors: dict[str, str | Word] = field(default_factory=dict, hash=False)  # by edge, see `WORDS`
    values: Callable[[GRU, At], At] | None = None  # of the step, if they are wrong too
    turned: str = ""  # rows whose block of W_h is transposed on the way to h
    rows_u: str = ROWS  # whose gradient stands in the rows of r, z, n of W_x, b_x and x
    rows_v: str = ROWS  # the same of W_h, b_h and h
    state: str = "h"  # what ∂L/∂W_h is made of, beside the gradient by v, in the rows `made`
    made: str = ROWS
    by_u: bool = False  # True: beside the gradient by u


HERE = "the exercise's order is r, z, n"
RIGHT = GRUSlip("right", "")


def scaled(edge: str, word: str, at: At) -> Array:
    """The factor of an edge, times a word."""
    return np.asarray(WORDS[EDGES[edge]](at) * WORDS[word](at))


def altered_gradients(
    p: GRU, x: Array, h: Array, dh_next: Array, slips: Sequence[GRUSlip]
) -> dict[str, Array]:
    """Gradients of `⟨dh_next, h'⟩` by W_x, W_h, b_x, b_h, x and h, slip by slip: a first axis of len(slips).

    All directions run at once: one for each entry of u, of v, and of h.
    """
    at = right(p, x, h, dh_next)
    steps = {slip.values: slip.values(p, at) if slip.values else at for slip in slips}
    w = by_edge(EDGES, WORDS, [slip.factors for slip in slips], [steps[slip.values] for slip in slips])
    states = np.stack([_states(slip, steps[slip.values]) for slip in slips])
    units, rows = np.eye(7 * len(h)), 3 * len(h)
    d_u, d_v, d_h = np.split(units, [rows, 2 * rows], axis=1)
    response = _tangents(p, d_u, d_v, d_h, w, slips) @ dh_next
    d_u, d_v, dh = np.split(response, [rows, 2 * rows], axis=1)
    by_u = {"W_x": d_u[:, :, None] * x, "b_x": d_u, "dx": d_u @ p.W_x}
    beside = np.where(np.array([slip.by_u for slip in slips])[:, None], d_u, d_v)
    return by_u | {"W_h": beside[:, :, None] * states, "b_h": d_v, "dh": dh}


def _states(slip: GRUSlip, at: At) -> Array:
    """What stands for h beside each row (3h, h)."""
    rows = [WORDS[slip.state](at) if row in slip.made else at.h for row in ROWS]
    return np.repeat(rows, len(at.h), axis=0)


def _tangents(
    p: GRU, d_u: Array, d_v: Array, d_h: Array, w: dict[str, Array], slips: Sequence[GRUSlip]
) -> Array:
    """Those of h' (slips, n, h) for directions of h (n, h), and of u and v (n, 3h) without what h brings."""
    blocks = np.split(p.W_h, 3)  # rows are multiplied from the right
    arriving = []
    for row, W in zip(ROWS, blocks, strict=True):
        turned = np.array([row in slip.turned for slip in slips])[:, None, None]
        read = w[f"at_{row}"] * d_h
        arriving.append(w[f"h_{row}"] * np.where(turned, read @ W, read @ W.T))
    rows_v = np.stack([a + b for a, b in zip(np.split(d_v, 3, axis=1), arriving, strict=True)])
    rows_u = np.stack(np.split(d_u, 3, axis=1))[:, None]
    rows_u = np.broadcast_to(rows_u, rows_v.shape)
    every = np.arange(len(slips))
    u_r, u_z, u_n = (rows_u[[s.rows_u.index(row) for s in slips], every] for row in ROWS)
    v_r, v_z, v_n = (rows_v[[s.rows_v.index(row) for s in slips], every] for row in ROWS)
    d_r = w["slope_r"] * (w["u_r"] * u_r + w["v_r"] * v_r)
    d_z = w["slope_z"] * (w["u_z"] * u_z + w["v_z"] * v_z)
    d_n = w["slope_n"] * (w["input"] * u_n + w["reset"] * d_r + w["product"] * v_n)
    return np.asarray(w["update"] * d_z + w["mixed"] * d_n + w["kept"] * d_h)


Rows = Callable[[list[Array]], list[Array]]


def with_rows(p: GRU, change: Rows) -> GRU:
    """Every field with its blocks of rows r, z, n changed."""
    return GRU(*[np.concatenate(change(np.split(part, 3))) for part in p])
