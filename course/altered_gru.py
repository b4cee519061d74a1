"""GRU steps with one thing altered in their derivative: what a slip's backward pass computes.

Values stay right, and only the tangents follow the slip, as in `course.altered_lstm`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course.altered_lstm import gate_slope, tanh_slope
from course.gated import GRU, logistic
from course.models import Array

JACOBIAN = "All terms of the Jacobian"


@dataclass(frozen=True)
class GRUSlip:
    """A mistake in the backward pass of the GRU, and what is altered in the tangents."""

    name: str
    sentence: str
    see: str = JACOBIAN
    slope: str = "right"  # of the gates in `of`, see `gate_slope`
    of: str = "rz"
    slope_n: str = "right"  # of the candidate, see `tanh_slope`
    kept: str = "z"  # the factor of the way h → z ⊙ h; "turned": 1 − z, "whole": 1, "": it is missing
    update: str = "right"  # the factor of ∂z, which is h − n: "turned", "state", "candidate"
    mixed: str = "right"  # the factor of ∂n, which is 1 − z: "turned", "missing"
    reset_factor: str = "product"  # of ∂r, v^n; "state": h, "without_bias": W_h^n h, "missing": 1
    reset: str = "v"  # to which of u^n and v^n the factor r is put, and how often
    held: bool = False  # True: r is taken for a constant
    reads: str = "rzn"  # the rows whose gradient goes back to h
    transpose: bool = True
    rows: str = "rzn"  # whose gradient stands in the rows of r, z, n
    rows_of: str = "uv"  # of which of u and v


RIGHT = GRUSlip("right", "")


def altered_gradients(p: GRU, x: Array, h: Array, dh_next: Array, slip: GRUSlip) -> dict[str, Array]:
    """The gradients of `⟨dh_next, h'⟩` by W_x, W_h, b_x, b_h, x and h, with tangents that follow the slip.

    All directions run at once: one for each entry of u = W_x x + b_x, of v = W_h h + b_h, and of h.
    """
    units, rows = np.eye(7 * len(h)), 3 * len(h)
    d_u, d_v, d_h = np.split(units, [rows, 2 * rows], axis=1)
    d_u, d_v, dh = np.split(_tangents(p, x, h, d_u, d_v, d_h, slip) @ dh_next, [rows, 2 * rows])
    by_u = {"W_x": np.outer(d_u, x), "b_x": d_u, "dx": d_u @ p.W_x}
    return by_u | {"W_h": np.outer(d_v, h), "b_h": d_v, "dh": dh}


def _tangents(p: GRU, x: Array, h: Array, d_u: Array, d_v: Array, d_h: Array, slip: GRUSlip) -> Array:
    """Those of h' (n, h) for directions of h (n, h), and of u and v (n, 3h) without what h brings there."""
    u, v = (p.W_x @ x + p.b_x).reshape(3, -1), (p.W_h @ h + p.b_h).reshape(3, -1)
    r, z = logistic(u[0] + v[0]), logistic(u[1] + v[1])
    n = np.tanh(u[2] + r * v[2])
    blocks = [W.T if slip.transpose else W for W in np.split(p.W_h, 3)]  # rows are multiplied from the right
    arriving = [d_h @ W * (row in slip.reads) for W, row in zip(blocks, "rzn", strict=True)]
    rows_u = np.split(d_u, 3, axis=1)
    rows_v = [one + more for one, more in zip(np.split(d_v, 3, axis=1), arriving, strict=True)]
    at_u, at_v = (slip.rows if side in slip.rows_of else "rzn" for side in "uv")
    u_r, u_z, u_n = (rows_u[at_u.index(row)] for row in "rzn")
    v_r, v_z, v_n = (rows_v[at_v.index(row)] for row in "rzn")
    slopes = {gate: slip.slope if gate in slip.of else "right" for gate in "rz"}
    d_r, d_z = gate_slope(slopes["r"], r) * (u_r + v_r), gate_slope(slopes["z"], z) * (u_z + v_z)
    bias = np.split(p.b_h, 3)[2]
    factors = {"product": v[2], "state": h, "without_bias": v[2] - bias, "missing": np.ones_like(r)}
    of_r, (to_u, to_v) = factors[slip.reset_factor], (r ** slip.reset.count(side) for side in "uv")
    d_n = tanh_slope(slip.slope_n, n) * (to_u * u_n + (0 if slip.held else of_r) * d_r + to_v * v_n)
    update = {"right": h - n, "turned": n - h, "state": h, "candidate": -n}[slip.update]
    mixed = {"right": 1 - z, "turned": z, "missing": np.ones_like(z)}[slip.mixed]
    kept = {"z": z, "turned": 1 - z, "whole": np.ones_like(z), "": np.zeros_like(z)}[slip.kept]
    return np.asarray(update * d_z + mixed * d_n + kept * d_h)


Rows = Callable[[list[Array]], list[Array]]


def with_rows(p: GRU, change: Rows) -> GRU:
    """Every field with its blocks of rows r, z, n changed."""
    return GRU(*[np.concatenate(change(np.split(field, 3))) for field in p])
