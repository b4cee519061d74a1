"""LSTM steps with one thing altered in their derivative: what a slip's backward pass computes.

Values stay right, and only the tangents follow the slip, forwards: no backward pass shows.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course.gated import LSTM, logistic
from course.models import Array

GATES = "ifgo"
BACKWARD, PATHS = "Backward, gate by gate", "The direct path and the total derivative"
HERE = "the exercise's order is i, f, g, o"


@dataclass(frozen=True)
class LSTMSlip:
    """A mistake in the backward pass of the LSTM: its sentence, where to read, and what is altered."""

    name: str
    sentence: str
    see: str = BACKWARD
    slope: str = "right"  # of the gates in `of`, see `gate_slope`
    of: str = "ifo"
    slope_g: str = "right"  # of the candidate, see `tanh_slope`
    slope_c: str = "right"  # of tanh(c_t), see `cell_slope`
    direct: str = "gated"  # the factor of what goes back to c_{t-1}, see `tangents`; right is f_t
    arriving: str = ""  # a factor too many of what comes back to c_t from step t+1, see `tangents`
    cell_read: bool = True  # False: no gradient from h_t to c_t
    cell_shown: bool = True  # False: that gradient lacks the factor o_t
    state_read: str = GATES  # the gates whose gradient goes back to h_{t-1}
    cell_used: str = "before"  # "after": c_t for c_{t-1} as the factor of the forget gate
    factors: str = "right"  # "swapped": i_t ∂i_t + g_t ∂g_t for g_t ∂i_t + i_t ∂g_t
    output_factor: str = "tanh"  # of the output gate; "cell": c_t for tanh(c_t); "before": tanh(c_{t-1})
    transpose: bool = True  # False: each gate's W_h δ for W_hᵀ δ
    rows: str = GATES  # whose gradient stands in the rows of gate i, f, g, o
    state_used: str = "before"  # "after": h_t for h_{t-1} in ∂L/∂W_h
    carried: str = "hc"  # which of ∂L/∂h and ∂L/∂c goes back from step t to step t-1
    within: int = 0  # in the last so many steps both do
    gates_of: str = "before"  # "after": the gates are computed with h_t for h_{t-1}
    held: str = ""  # gates taken for constants
    state_slope: bool = False  # True: a factor 1 − h² on what the gates send back to h
    seen: str = "oc"  # whether ∂L/∂h_t that comes from the loss reaches o_t, and c_t
    onward: str = "oc"  # the same of what comes back from step t+1
    at_uses: bool = False  # True: altered where parameters and inputs enter, right where h and c do
    added: str = ""  # "h": ∂L/∂h_t itself goes back to h_{t-1} as well; "loss h": as far as the loss says it;
    # "later h", "later c": ∂L/∂h_t or ∂L/∂c_t as far as it comes from later steps


RIGHT = LSTMSlip("right", "")


def gate_slope(kind: str, s: Array) -> Array:
    """The derivative of the logistic function where its value is `s`, as a slip would have it."""
    kinds: dict[str, Callable[[], Array]] = {
        "right": lambda: s * (1 - s),
        "missing": lambda: np.ones_like(s),
        "value": lambda: s,
        "squashed": lambda: logistic(s) * (1 - logistic(s)),
        "tanh": lambda: 1 - s**2,
    }
    return kinds[kind]()


def cell_slope(kind: str, cell: Array, before: Array, state: Array) -> Array:
    """tanh′(c_t), as a slip would have it: of c_{t-1}, made of h_t or of c_t itself, or see `tanh_slope`."""
    made_of = {"before": np.tanh(before), "state": state, "cell": cell}
    return np.asarray(1 - made_of[kind] ** 2) if kind in made_of else tanh_slope(kind, np.tanh(cell))


def tanh_slope(kind: str, y: Array) -> Array:
    """The derivative of tanh where its value is `y`, as a slip would have it."""
    kinds: dict[str, Callable[[], Array]] = {
        "right": lambda: 1 - y**2,
        "missing": lambda: np.ones_like(y),
        "squashed": lambda: 1 - np.tanh(y) ** 2,
        "logistic": lambda: y * (1 - y),
    }
    return kinds[kind]()


def quarters(a: Array) -> list[Array]:
    """The four parts (…, h) of `a` (…, 4h), one for each gate."""
    h = a.shape[-1] // 4
    return [a[..., k * h : (k + 1) * h] for k in range(4)]


def tangents(
    p: LSTM,
    x: Array,
    h: Array,
    c: Array,
    entering: Array,
    d_h: Array,
    d_c: Array,
    slip: LSTMSlip,
    f_before: Array | None = None,
) -> tuple[tuple[Array, Array], dict[str, Array]]:
    """(h', c') of one step, and the tangents (…, h) that follow the slip: of c', and of h' by "o" and by "c".

    That of c' is "cell" where h' reads it, and "kept" where the next step does.

    `entering` (…, 4h) is the tangent of a that comes through parameters and input, d_h and d_c (…, h) are
    those of h and c; in front there may be a batch axis. `f_before` is the forget gate of the step before.
    """
    i, f, g, o = quarters(p.W_x @ x + p.W_h @ h + p.b)
    i, f, g, o = logistic(i), logistic(f), np.tanh(g), logistic(o)
    cell = f * c + i * g
    y = np.tanh(cell)
    state = o * y
    if slip.gates_of == "after":
        i, f, g, o = quarters(p.W_x @ x + p.W_h @ state + p.b)
        i, f, g, o = logistic(i), logistic(f), np.tanh(g), logistic(o)
    read = d_h * (1 - h**2) if slip.state_slope else d_h
    d_a = quarters(entering + _arriving(p.W_h, read, slip))
    d_i, d_f, d_g, d_o = (d_a[slip.rows.index(gate)] * (gate not in slip.held) for gate in GATES)
    d_i, d_f, d_o = (
        gate_slope(slip.slope if gate in slip.of else "right", s) * d
        for gate, s, d in (("i", i, d_i), ("f", f, d_f), ("o", o, d_o))
    )
    d_g = tanh_slope(slip.slope_g, g) * d_g
    direct = {"gated": f, "ungated": np.ones_like(f), "added": 1 + f}
    direct["early"] = f if f_before is None else f_before
    d_cell = d_c * direct[slip.direct] + d_f * (c if slip.cell_used == "before" else cell)
    d_cell = d_cell + (g * d_i + i * d_g if slip.factors == "right" else i * d_i + g * d_g)
    by_o = d_o * {"tanh": y, "cell": cell, "before": np.tanh(c)}[slip.output_factor]
    by_c = slip.cell_read * (o if slip.cell_shown else 1) * cell_slope(slip.slope_c, cell, c, state) * d_cell
    slope = tanh_slope("right", y)
    late = {"": 1.0, "slope": slope, "shown": o * slope, "output": o, "forget": f}[slip.arriving] * d_cell
    late = late + d_c if slip.added == "later c" else late
    return (state, cell), {"cell": d_cell, "o": by_o, "c": by_c, "kept": late}


def _arriving(W_h: Array, d_h: Array, slip: LSTMSlip) -> Array:
    """The tangent of a = … + W_h h that comes from h, gate by gate."""
    # a batch is multiplied from the right
    found = quarters(d_h @ W_h.T) if slip.transpose else [d_h @ W for W in np.split(W_h, 4)]
    return np.concatenate([d * (gate in slip.state_read) for d, gate in zip(found, GATES, strict=True)], -1)


def altered_step(p: LSTM, x: Array, h: Array, c: Array, slip: LSTMSlip) -> tuple[Array, Array]:
    """`lstm_step` for complex arguments, with tangents that follow the slip."""
    real = LSTM(*[np.real(field) for field in p])
    entering = np.imag(p.W_x @ x + p.W_h @ h.real + p.b)
    (after, cell), d = tangents(real, x.real, h.real, c.real, entering, np.imag(h), np.imag(c), slip)
    return after + 1j * (d["o"] + d["c"]), cell + 1j * d["kept"]
