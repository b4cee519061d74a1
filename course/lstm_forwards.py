"""An LSTM's forward pass with something altered: the states that a backward pass may then read."""

from collections.abc import Callable, Sequence

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


def run_forward(
    kinds: Sequence[str], p: LSTM, X: Array, h_0: Array, c_0: Array
) -> list[tuple[LSTM, Array, Array]]:
    """For each kind the parameters as they are read, and H and C (T+1, h): all run at once.

    A kind is one of `CELLS` or `STATES`, "zeros" for h_0 = c_0 = 0, "turned" for the blocks of W_h
    transposed, or "bias of f at o" for b^f where b^o belongs, and so on.
    """
    read = [_read(kind, p) for kind in kinds]
    on = np.array([kind != "zeros" for kind in kinds])[:, None]
    H, C = [on * h_0], [on * c_0]
    W_h, entering = np.stack([q.W_h for q in read]), np.stack([X @ q.W_x.T + q.b for q in read], axis=1)
    cells = [(k, CELLS[kind]) for k, kind in enumerate(kinds) if kind in CELLS]
    states = [(k, STATES[kind]) for k, kind in enumerate(kinds) if kind in STATES]
    for a_x in entering:
        a = a_x + (W_h @ H[-1][..., None])[..., 0]
        i, f, g, o = a.reshape(len(kinds), 4, -1).swapaxes(0, 1)
        i, f, g, o = logistic(i), logistic(f), np.tanh(g), logistic(o)
        cell = f * C[-1] + i * g
        for k, other in cells:
            cell[k] = other(i[k], f[k], g[k], C[-1][k])
        state = o * np.tanh(cell)
        for k, other in states:
            state[k] = other(o[k], cell[k], C[-1][k], H[-1][k])
        C.append(cell)
        H.append(state)
    return list(zip(read, np.stack(H, axis=1), np.stack(C, axis=1), strict=True))


def _read(kind: str, p: LSTM) -> LSTM:
    """The parameters as they are read."""
    if kind == "turned":
        return p._replace(W_h=np.concatenate([W.T for W in np.split(p.W_h, 4)]))
    if kind.startswith("bias of "):
        rows = np.split(p.b, 4)
        rows[GATES.index(kind[-1])] = rows[GATES.index(kind[8])]
        return p._replace(b=np.concatenate(rows))
    return p
