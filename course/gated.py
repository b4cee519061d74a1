"""The gated models that the course gives: LSTM and GRU. Complex-safe, like `course.models`; none is graded.

Gate rows are stacked in torch's order: i, f, g, o for the LSTM and r, z, n for the GRU.
"""

from typing import NamedTuple

import numpy as np

from course.models import Array


class LSTM(NamedTuple):
    """Parameters of an LSTM layer, gate rows i, f, g, o; a gradient with respect to them is an `LSTM` too.

    Shapes: `W_x` (4h, d), `W_h` (4h, h), `b` (4h).
    """

    W_x: Array
    W_h: Array
    b: Array


class GRU(NamedTuple):
    """Parameters of a GRU layer, gate rows r, z, n; a gradient with respect to them is a `GRU` too.

    Shapes: `W_x` (3h, d), `W_h` (3h, h), `b_x` (3h), `b_h` (3h).
    """

    W_x: Array
    W_h: Array
    b_x: Array
    b_h: Array


def logistic(a: Array) -> Array:
    """`σ(a) = 1/(1 + e^{−a}) = ½ (1 + tanh(a/2))`, without overflow."""
    return 0.5 * (1 + np.tanh(a / 2))


def lstm_step(p: LSTM, x: Array, h: Array, c: Array) -> tuple[Array, Array]:
    """One step: `a = W_x x + W_h h + b`, `c' = f ⊙ c + i ⊙ g`, `h' = o ⊙ tanh(c')`.

    Here `i, f, o = σ(a^i), σ(a^f), σ(a^o)` and `g = tanh(a^g)`; a (4h) has the rows i, f, g, o.

    Args:
        p: parameters.
        x: input (d).
        h: state (h).
        c: cell (h).

    Returns:
        The next state h' (h) and the next cell c' (h).

    Source: Gers, Schmidhuber & Cummins, "Learning to forget" (2000), without peepholes.
    """
    i, f, g, o = np.split(p.W_x @ x + p.W_h @ h + p.b, 4)
    cell = logistic(f) * c + logistic(i) * np.tanh(g)
    return logistic(o) * np.tanh(cell), cell


def lstm_forward(p: LSTM, X: Array, h_0: Array, c_0: Array) -> tuple[Array, Array]:
    """Run `lstm_step` over X (T, d): H and C, both (T+1, h), with `H[0] = h_0` and `C[0] = c_0`."""
    H, C = [h_0], [c_0]
    for x_t in X:
        h_t, c_t = lstm_step(p, x_t, H[-1], C[-1])
        H.append(h_t)
        C.append(c_t)
    return np.stack(H), np.stack(C)


def gru_forward(p: GRU, X: Array, h_0: Array) -> Array:
    """Run a GRU over X (T, d), the reset gate *after* the product: H (T+1, h) with `H[0] = h_0`.

    `u = W_x x + b_x`, `v = W_h h + b_h` (3h), `r = σ(u^r + v^r)`, `z = σ(u^z + v^z)`,
    `n = tanh(u^n + r ⊙ v^n)`, `h' = (1 − z) ⊙ n + z ⊙ h`.

    Source: Cho et al. (2014), eqs. 5-8, in the variant of torch.nn.GRU (z keeps the old state).
    """
    H = [h_0]
    for x_t in X:
        (u_r, u_z, u_n), (v_r, v_z, v_n) = (
            np.split(p.W_x @ x_t + p.b_x, 3),
            np.split(p.W_h @ H[-1] + p.b_h, 3),
        )
        z = logistic(u_z + v_z)
        H.append((1 - z) * np.tanh(u_n + logistic(u_r + v_r) * v_n) + z * H[-1])
    return np.stack(H)
