"""The oracle of chapters 10 and 11: random gated networks, and an LSTM whose every value is a node."""

from typing import Any, NamedTuple

import numpy as np
import torch
from checks.oracles import jacobian

from course.gated import GRU, LSTM

LETTERS = "ifgo"


class Gates(NamedTuple):
    """One run of an LSTM; lists are indexed by t, and entry 0 of `h` and `c` is the start."""

    p: LSTM
    x: list[Any]
    a: list[Any]
    gate: dict[str, list[Any]]
    c: list[Any]
    h: list[Any]


def lstm_case(rng: np.random.Generator, T: int = 4, d: int = 2, h: int = 3) -> tuple[Any, ...]:
    """A random LSTM with data: (p, X, h_0, c_0), nothing zero, weights of order one."""
    p = LSTM(rng.normal(size=(4 * h, d)), rng.normal(size=(4 * h, h)), rng.normal(size=4 * h))
    return p, rng.normal(size=(T, d)), 0.7 * np.tanh(rng.normal(size=h)), rng.normal(size=h)


def lstm_run(p: LSTM, X: np.ndarray, h_0: np.ndarray, c_0: np.ndarray, cut: bool = False) -> Gates:
    """Run the LSTM and keep every value; `cut` detaches the state that the pre-activation reads."""
    p = LSTM(*(torch.tensor(w, requires_grad=True) for w in p))
    h, c = ([torch.tensor(v, requires_grad=True)] for v in (h_0, c_0))
    x: list[Any] = [None, *(torch.tensor(v, requires_grad=True) for v in X)]
    a, gate = [None], {letter: [None] for letter in LETTERS}
    for t in range(1, len(x)):
        read = h[-1].detach() if cut else h[-1]
        a.append(p.W_x @ x[t] + p.W_h @ read + p.b)
        for letter, part in zip(LETTERS, a[t].split(len(h_0)), strict=True):
            gate[letter].append(torch.tanh(part) if letter == "g" else torch.sigmoid(part))
        c.append(gate["f"][t] * c[-1] + gate["i"][t] * gate["g"][t])
        h.append(gate["o"][t] * torch.tanh(c[-1]))
    return Gates(p, x, a, gate, c, h)


def numbers(run: Gates, t: int) -> dict[str, np.ndarray]:
    """The values of step t in NumPy: i, f, g, o, c, h, and the cell and state before."""
    found = {letter: run.gate[letter][t].detach().numpy() for letter in LETTERS}
    for name in ("c", "h"):
        now, before = getattr(run, name)[t], getattr(run, name)[t - 1]
        found |= {name: now.detach().numpy(), f"{name}_before": before.detach().numpy()}
    return found


def parts(run: Gates, t: int) -> dict[str, np.ndarray]:
    """The matrices of chapter 10 at step t, as autograd finds them between neighbouring nodes.

    E: from the cell to the state of a step; K: from the last state to the cell; R: what is left of the way
    from the last state to the state; F: from the last cell to the cell when every state read is detached.
    """
    E, K = jacobian(run.h[t], run.c[t]), jacobian(run.c[t], run.h[t - 1])
    v = numbers(run, t)
    return {"E": E, "K": K, "R": jacobian(run.h[t], run.h[t - 1]) - E @ K, "F": np.diag(v["f"])}


def gru_case(rng: np.random.Generator, T: int = 4, d: int = 2, h: int = 3) -> tuple[Any, ...]:
    """A random GRU with data: (p, X, h_0), nothing zero, weights of order one."""
    shapes = ((3 * h, d), (3 * h, h), (3 * h,), (3 * h,))
    p = GRU(*(rng.normal(size=shape) for shape in shapes))
    return p, rng.normal(size=(T, d)), 0.7 * np.tanh(rng.normal(size=h))
