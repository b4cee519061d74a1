"""An LSTM's forward pass with something altered: the states that a backward pass may then read."""

from collections.abc import Callable

import numpy as np

from course.gated import LSTM, logistic
from course.models import Array

GATES = "ifgo"
CELLS: dict[str, Callable[..., Array]] = {  # c_t of i, f, g and c_{t-1}
    "cell without f": lambda i, f, g, c: c + i * g,
    "cell without i": lambda i, f, g, c: f * c + g,
    "cell without c": lambda i, f, g, c: i * g,
    "cell without g": lambda i, f, g, c: f * c + i,
    "cell coupled": lambda i, f, g, c: f * c + (1 - f) * g,
    "cell coupled to i": lambda i, f, g, c: (1 - i) * c + i * g,
}
STATES: dict[str, Callable[..., Array]] = {  # h_t of o, c_t, c_{t-1} and h_{t-1}
    "state linear": lambda o, c, before, h: o * c,
    "state without o": lambda o, c, before, h: np.tanh(c),
    "state of cell before": lambda o, c, before, h: o * np.tanh(before),
    "state kept": lambda o, c, before, h: h,
}


def run_forward(kind: str, p: LSTM, X: Array, h_0: Array, c_0: Array) -> tuple[LSTM, Array, Array]:
    """The parameters as they are read, and H and C (T+1, h).

    The kind is one of `CELLS` or `STATES`, "zeros" for h_0 = c_0 = 0, "turned" for the blocks of W_h
    transposed, or "bias of f at o" for b^f where b^o belongs, and so on.
    """
    p = _read(kind, p)
    if kind == "zeros":
        h_0, c_0 = 0 * h_0, 0 * c_0
    H, C = [h_0], [c_0]
    for x in X:
        a_i, a_f, a_g, a_o = np.split(p.W_x @ x + p.W_h @ H[-1] + p.b, 4)
        i, f, g, o = logistic(a_i), logistic(a_f), np.tanh(a_g), logistic(a_o)
        C.append(CELLS[kind](i, f, g, C[-1]) if kind in CELLS else f * C[-1] + i * g)
        H.append(STATES[kind](o, C[-1], C[-2], H[-1]) if kind in STATES else o * np.tanh(C[-1]))
    return p, np.stack(H), np.stack(C)


def _read(kind: str, p: LSTM) -> LSTM:
    """The parameters as they are read."""
    if kind == "turned":
        return p._replace(W_h=np.concatenate([W.T for W in np.split(p.W_h, 4)]))
    if kind.startswith("bias of "):
        rows = np.split(p.b, 4)
        rows[GATES.index(kind[-1])] = rows[GATES.index(kind[8])]
        return p._replace(b=np.concatenate(rows))
    return p
