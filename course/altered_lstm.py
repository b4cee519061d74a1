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


@dataclass(frozen=True)
class LSTMSlip:
    """A mistake in the backward pass of the LSTM: its sentence, where to read, and what is altered."""

    name: str
    sentence: str
    see: str = BACKWARD
    slope: str = "right"  # of the gates in `of`, see `gate_slope`
    of: str = "ifo"
    slope_g: str = "right"  # of the candidate, see `tanh_slope`
    slope_c: str = "right"  # of tanh(c_t); "before": taken at c_{t-1}
    direct: str = "gated"  # "ungated": what goes back to c_{t-1} lacks the factor f_t
    cell_read: bool = True  # False: no gradient from h_t to c_t
    cell_shown: bool = True  # False: that gradient lacks the factor o_t
    state_read: str = GATES  # the gates whose gradient goes back to h_{t-1}
    cell_used: str = "before"  # "after": c_t for c_{t-1} as the factor of the forget gate
    factors: str = "right"  # "swapped": i_t ∂i_t + g_t ∂g_t for g_t ∂i_t + i_t ∂g_t
    output_factor: str = "tanh"  # "cell": c_t for tanh(c_t) as the factor of the output gate
    transpose: bool = True  # False: each gate's W_h δ for W_hᵀ δ
    rows: str = GATES  # whose gradient stands in the rows of gate i, f, g, o
    state_used: str = "before"  # "after": h_t for h_{t-1} in ∂L/∂W_h
    carried: str = "hc"  # which of ∂L/∂h and ∂L/∂c goes back from step t to step t-1


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


def tanh_slope(kind: str, y: Array, before: Array | None = None) -> Array:
    """The derivative of tanh where its value is `y`, as a slip would have it."""
    if kind == "before" and before is not None:
        return np.asarray(1 - np.tanh(before) ** 2)
    kinds: dict[str, Callable[[], Array]] = {
        "right": lambda: 1 - y**2,
        "missing": lambda: np.ones_like(y),
        "squashed": lambda: 1 - np.tanh(y) ** 2,
        "logistic": lambda: y * (1 - y),
    }
    return kinds[kind]()


def tangents(
    p: LSTM, x: Array, h: Array, c: Array, entering: Array, d_h: Array, d_c: Array, slip: LSTMSlip
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """(h', c') of one step, and their tangents (…, h) that follow the slip.

    `entering` (…, 4h) is the tangent of a that comes through parameters and input, d_h and d_c (…, h) are
    those of h and c; in front there may be a batch axis.
    """
    i, f, g, o = np.split(p.W_x @ x + p.W_h @ h + p.b, 4)
    i, f, g, o = logistic(i), logistic(f), np.tanh(g), logistic(o)
    cell = f * c + i * g
    y = np.tanh(cell)
    d_a = np.split(entering + _arriving(p.W_h, d_h, slip), 4, axis=-1)
    d_i, d_f, d_g, d_o = (d_a[slip.rows.index(gate)] for gate in GATES)
    d_i, d_f, d_o = (
        gate_slope(slip.slope if gate in slip.of else "right", s) * d
        for gate, s, d in (("i", i, d_i), ("f", f, d_f), ("o", o, d_o))
    )
    d_g = tanh_slope(slip.slope_g, g) * d_g
    d_cell = d_c * (f if slip.direct == "gated" else 1) + d_f * (c if slip.cell_used == "before" else cell)
    d_cell = d_cell + (g * d_i + i * d_g if slip.factors == "right" else i * d_i + g * d_g)
    d_state = d_o * (y if slip.output_factor == "tanh" else cell)
    if slip.cell_read:
        d_state = d_state + (o if slip.cell_shown else 1) * tanh_slope(slip.slope_c, y, c) * d_cell
    return (o * y, cell), (d_state, d_cell)


def _arriving(W_h: Array, d_h: Array, slip: LSTMSlip) -> Array:
    """The tangent of a = … + W_h h that comes from h, gate by gate."""
    blocks = [W.T if slip.transpose else W for W in np.split(W_h, 4)]  # a batch is multiplied from the right
    found = [d_h @ W * (gate in slip.state_read) for gate, W in zip(GATES, blocks, strict=True)]
    return np.concatenate(found, axis=-1)


def altered_step(p: LSTM, x: Array, h: Array, c: Array, slip: LSTMSlip) -> tuple[Array, Array]:
    """`lstm_step` for complex arguments, with tangents that follow the slip."""
    real = LSTM(*[np.real(field) for field in p])
    entering = np.imag(p.W_x @ x + p.W_h @ h.real + p.b)
    values = tangents(real, x.real, h.real, c.real, entering, np.imag(h), np.imag(c), slip)
    after, cell = (value + 1j * tangent for value, tangent in zip(*values, strict=True))
    return after, cell


def altered_gradients(
    p: LSTM, X: Array, dH: Array, dc_T: Array, h_0: Array, c_0: Array, slip: LSTMSlip
) -> dict[str, Array]:
    """Gradients of `Σ_t ⟨dH_t, h_t⟩ + ⟨dc_T, c_T⟩` by W_x, W_h, b, a, X, h_0 and c_0, altered.

    All directions run forward at once: one for each entry of a_1 … a_T, of h_0 and of c_0.
    """
    T, h = dH.shape
    directions = np.eye(4 * h * T + 2 * h)
    d_h, d_c = directions[:, 4 * h * T : -h], directions[:, -h:]
    response, states = np.zeros(len(directions)), [(h_0, c_0)]
    for t, x in enumerate(X):
        if t:
            d_h, d_c = d_h * ("h" in slip.carried), d_c * ("c" in slip.carried)
        entering = directions[:, 4 * h * t : 4 * h * (t + 1)]
        after, (d_h, d_c) = tangents(p, x, *states[-1], entering, d_h, d_c, slip)
        response = response + d_h @ dH[t]
        states.append(after)
    response = response + d_c @ dc_T
    delta, rest = response[: 4 * h * T].reshape(T, 4 * h), response[4 * h * T :]
    used = [state for state, _ in (states[:-1] if slip.state_used == "before" else states[1:])]
    found = {"W_x": delta.T @ X, "W_h": delta.T @ np.stack(used), "b": delta.sum(axis=0)}
    return found | {"a": delta, "X": delta @ p.W_x, "h_0": rest[:h], "c_0": rest[h:]}
