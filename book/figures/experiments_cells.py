"""Chapter 15: plain network, LSTM and GRU, many runs at once: every weight has a first axis of runs.

Columns, as everywhere in the book: a state is (runs, h, sequences). Gate rows are i, f, o, g and r, z, n.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}
Params = dict[str, Tensor]


class Way(NamedTuple):
    """How a network starts and trains: its cell, the clip's threshold, W_hh at the start, the gate's bias."""

    cell: str
    clip: float | None = None
    start: str = "orthogonal"
    biased: bool = False


def square(start: str, h: int, rng: np.random.Generator) -> np.ndarray:
    """Recurrent weights (h, h): `orthogonal`, `identity`, or Gaussian at the scale g that `start` names."""
    if start == "identity":
        return np.eye(h)
    G = rng.normal(size=(h, h))
    if start == "orthogonal":
        Q, R = np.linalg.qr(G)
        return np.asarray(Q * np.sign(np.diag(R)))
    return np.asarray(float(start) * G / np.sqrt(h))


def begin(way: Way, seed: int, d: int, h: int, q: int, T: int) -> dict[str, np.ndarray]:
    """The weights of one run. The bias ln(T - 1) lets a gate keep the share 1 - 1/T for each step."""
    rng, gates = np.random.default_rng(seed), GATES[way.cell]
    b = np.zeros((gates * h, 1))
    if way.biased:
        b[h : 2 * h] = np.log(T - 1)
    return {
        "W_x": 0.5 * rng.normal(size=(gates * h, d)),
        "W_h": np.concatenate([square(way.start, h, rng) for _ in range(gates)]),
        "b": b,
        "b_h": np.zeros((gates * h, 1)),
        "W_qh": rng.normal(size=(q, h)) / np.sqrt(h),
        "b_q": np.zeros((q, 1)),
    }


def stacked(all_weights: list[dict[str, np.ndarray]], device: str) -> Params:
    """The weights of many runs in one tensor each."""
    return {
        name: torch.tensor(np.stack([w[name] for w in all_weights]), dtype=torch.float32, device=device)
        for name in all_weights[0]
    }


def step(cell: str, p: Params, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """One step of all runs, from x (runs, d, sequences): the next state, and for the LSTM the next cell."""
    a = torch.baddbmm(p["b"], p["W_x"], x)
    if cell == "RNN":
        return torch.tanh(torch.baddbmm(a, p["W_h"], h)), c
    n = h.shape[1]
    if cell == "LSTM":
        a = torch.baddbmm(a, p["W_h"], h)
        i, f, o = torch.sigmoid(a[:, : 3 * n]).chunk(3, 1)
        c = f * c + i * torch.tanh(a[:, 3 * n :])
        return o * torch.tanh(c), c
    v = torch.baddbmm(p["b_h"], p["W_h"], h)
    r, z = torch.sigmoid(a[:, : 2 * n] + v[:, : 2 * n]).chunk(2, 1)
    new = torch.tanh(a[:, 2 * n :] + r * v[:, 2 * n :])
    return new + z * (h - new), c


def outputs(cell: str, p: Params, X: Tensor, asked: int, back: int = 0) -> Tensor:
    """The outputs (asked, runs, q, sequences); `back` > 0: no gradient passes more than that many steps."""
    T, runs, _, sequences = X.shape
    h = c = X.new_zeros(runs, p["W_h"].shape[2], sequences)
    found = []
    for t in range(T):
        if back and t == T - back:
            h, c = h.detach(), c.detach()
        h, c = step(cell, p, X[t], h, c)
        if t >= T - asked:
            found.append(torch.baddbmm(p["b_q"], p["W_qh"], h))
    return torch.stack(found)
