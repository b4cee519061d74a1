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


def altered_step(p: GRU, x: Array, h: Array, slip: GRUSlip) -> Array:
    """The step of the given network, with tangents that follow the slip."""
    u, v = (np.real(w).reshape(3, -1) for w in (p.W_x @ x + p.b_x, p.W_h.real @ h.real + p.b_h))
    r, z = logistic(u[0] + v[0]), logistic(u[1] + v[1])
    n = np.tanh(u[2] + r * v[2])
    blocks = [W if slip.transpose else W.T for W in np.split(p.W_h.real, 3)]
    arriving = [W @ np.imag(h) * (row in slip.reads) for W, row in zip(blocks, "rzn", strict=True)]
    d_u = np.imag(p.W_x @ x + p.b_x).reshape(3, -1)
    d_v = np.imag(p.W_h @ h.real + p.b_h).reshape(3, -1) + np.stack(arriving)
    at_u, at_v = (slip.rows if side in slip.rows_of else "rzn" for side in "uv")
    u_r, u_z, u_n = (d_u[at_u.index(row)] for row in "rzn")
    v_r, v_z, v_n = (d_v[at_v.index(row)] for row in "rzn")
    slopes = {gate: slip.slope if gate in slip.of else "right" for gate in "rz"}
    d_r, d_z = gate_slope(slopes["r"], r) * (u_r + v_r), gate_slope(slopes["z"], z) * (u_z + v_z)
    bias = np.split(p.b_h.real, 3)[2]
    factors = {"product": v[2], "state": h.real, "without_bias": v[2] - bias, "missing": np.ones_like(r)}
    of_r, (to_u, to_v) = factors[slip.reset_factor], (r ** slip.reset.count(side) for side in "uv")
    d_n = tanh_slope(slip.slope_n, n) * (to_u * u_n + (0 if slip.held else of_r) * d_r + to_v * v_n)
    update = {"right": h.real - n, "turned": n - h.real, "state": h.real, "candidate": -n}[slip.update]
    mixed = {"right": 1 - z, "turned": z, "missing": np.ones_like(z)}[slip.mixed]
    kept = {"z": z, "turned": 1 - z, "whole": np.ones_like(z), "": np.zeros_like(z)}[slip.kept]
    tangent = update * d_z + mixed * d_n + kept * np.imag(h)
    return np.asarray((1 - z) * n + z * h.real + 1j * tangent)


Rows = Callable[[list[Array]], list[Array]]


def with_rows(p: GRU, change: Rows) -> GRU:
    """Every field with its blocks of rows r, z, n changed."""
    return GRU(*[np.concatenate(change(np.split(field, 3))) for field in p])
