"""Chapter 9: which elements blow up, an LSTM's factor, and the recorded training."""

from math import comb

import numpy as np
import sympy as sp
import torch
from checks.oracles import grad, same, value
from checks.registry import checked
from figures.clipping_output import STEPS, entries, entry_columns
from figures.clipping_runs import acted, reached, solved
from figures.clipping_training import BLOCK, WAYS, recorded, train


def with_eigenvalues(rng):
    """A matrix with the eigenvalues 1.5, 0.9, −0.7, 0.2, and its leading right and left eigenvectors."""
    P = rng.normal(size=(4, 4)) + 3 * np.eye(4)
    W = P @ np.diag([1.5, 0.9, -0.7, 0.2]) @ np.linalg.inv(P)
    return W, P[:, 0], np.linalg.inv(P)[0] * rng.uniform(1, 2)


@checked(
    "eq-clipping-powers",
    r"""
    \lim_{k \to \infty} \frac{W^k}{\lambda^k} = \frac{v\, u\T}{u\T v}
    """,
)
def powers(rng):
    """NumPy's power of a matrix with known eigenvectors, at k = 60."""
    W, v, u = with_eigenvalues(rng)
    same(W @ v, 1.5 * v, rtol=1e-8)
    same(u @ W, 1.5 * u, rtol=1e-8)
    same(np.linalg.matrix_power(W, 60) / 1.5**60, np.outer(v, u) / (u @ v), rtol=1e-8)


@checked(
    "eq-clipping-entries",
    r"""
    \frac{G_{T,1}}{\lambda^{T-1}} = \frac{(W\T)^{T-1}}{\lambda^{T-1}}\, W_{qh}\T e\, h_0\T
    \;\longrightarrow\; \frac{v\T W_{qh}\T e}{u\T v}\; u\, h_0\T
    """,
)
def elements(rng):
    """Autograd by the first copy of a linear network's W_hh, 60 steps; and the page's figure."""
    W, v, u = with_eigenvalues(rng)
    V, h_0, y, T = rng.normal(size=(2, 4)), rng.normal(size=4), rng.normal(size=2), 60
    first = torch.tensor(W, requires_grad=True)
    h = first @ torch.tensor(h_0)
    for _ in range(T - 1):
        h = torch.tensor(W) @ h
    o = torch.tensor(V) @ h
    G = grad(0.5 * ((o - torch.tensor(y)) ** 2).sum(), first)
    e = value(o) - y
    exact = np.linalg.matrix_power(W.T, T - 1) @ np.outer(V.T @ e, h_0)
    same(G, exact, rtol=1e-8)
    same(G / 1.5 ** (T - 1), (v @ V.T @ e) / (u @ v) * np.outer(u, h_0), rtol=1e-6)
    quoted_entries()


def quoted_entries():
    """Rates and sizes that the page quotes."""
    columns = {name: [float(f"{v:.3g}") for v in (x[0], x[-1])] for name, x in entry_columns().items()}
    quoted = {"connected, 5%": (0.002, 15), "connected, 50%": (0.05, 198), "connected, 95%": (0.35, 879)}
    for name, (low, high) in quoted.items():
        assert abs(columns[name][0] / low - 1) < 0.13
        assert round(columns[name][1]) == high
    assert [float(f"{x:.1g}") for x in columns["rows of the loud half"]] == [0.09, 300]
    assert round(columns["rows of the loud half"][1], -1) == 290
    calm = entry_columns()["rows of the calm half"]
    assert 0.04 < min(calm) < max(calm) < 0.08
    logs = np.log(entries(False)).mean(axis=0).reshape(len(STEPS), -1)
    rates = np.exp(np.polyfit(STEPS, logs, 1)[0]) - 1
    assert rates.shape == (576,)
    assert [round(100 * x) for x in (rates.min(), rates.max())] == [24, 30]
    high, low = (entry_columns()[f"connected, {q}"] for q in ("95%", "5%"))
    assert [round(high[i] / low[i]) for i in (0, -1)] == [199, 60]


@checked(
    "eq-clipping-blocks",
    r"""
    W = \begin{pmatrix} a & 0 \\ b & d \end{pmatrix}: \quad (W\T)^k = \begin{pmatrix} a^k & b\,
    \dfrac{a^k - d^k}{a - d} \\[1.5ex] 0 & d^k \end{pmatrix}
    """,
)
def blocks(rng):
    """SymPy multiplies the matrix out for k up to 6."""
    a, b, d = sp.symbols("a b d")
    W = sp.Matrix([[a, 0], [b, d]])
    for k in range(1, 7):
        want = sp.Matrix([[a**k, b * (a**k - d**k) / (a - d)], [0, d**k]])
        assert sp.simplify(W.T**k - want) == sp.zeros(2)


@checked(
    "eq-clipping-lstm",
    r"""
    \begin{aligned} c_t &= f c_{t-1} + i \tanh(u\, h_{t-1} + x_t), \\ h_t &= o \tanh(c_t), \\[1ex]
    \frac{\dd c_t}{\dd c_{t-1}} &= f + i\, u\, o \tanh'(u\, h_{t-1} + x_t) \tanh'(c_{t-1})
    \end{aligned}
    """,
)
def lstm(rng):
    """torch's LSTM cell with one unit whose gates hear nothing: autograd through cell and state."""
    f, i, o = rng.uniform(0.2, 0.95, size=3)
    for at_rest in (False, True):
        u, x, c = (2.0, 0.0, 0.0) if at_rest else rng.normal(size=3)
        f, i, o = (0.9, 0.9, 0.9) if at_rest else (f, i, o)
        cell = torch.nn.LSTMCell(1, 1, dtype=torch.float64)
        with torch.no_grad():
            cell.weight_ih.copy_(torch.tensor([[0.0], [0], [1], [0]]))
            cell.weight_hh.copy_(torch.tensor([[0.0], [0], [u], [0]]))
            gates = torch.tensor([i, f, 0.5, o], dtype=torch.float64)
            cell.bias_ih.copy_(torch.logit(gates))
            cell.bias_hh.zero_()
        old = torch.tensor([[c]], dtype=torch.float64, requires_grad=True)
        h = o * torch.tanh(old)
        new = cell(torch.tensor([[x]], dtype=torch.float64), (h, old))[1]
        slope = (1 - np.tanh(u * o * np.tanh(c) + x) ** 2) * (1 - np.tanh(c) ** 2)
        same(grad(new.sum(), old), [[f + i * u * o * slope]])
    same(0.9 + 0.9 * 2 * 0.9, 2.52)
    quoted_training()


def quoted_training():
    """What is recorded is what training does, and what the page says of it.

    Two steps: after a third, what explodes has made another run of the last digit, which differs from
    processor to processor.
    """
    for way in WAYS:
        again, kept = train(WAYS[way], seed=0, steps=2), recorded()[way]
        for key in ("loss", "norms", "length", "angle"):
            np.testing.assert_allclose(again[key], kept[key][:2], rtol=1e-2, atol=1e-9)  # angles of 0
    ten = train(WAYS["by value"], seed=4, steps=BLOCK)["loss"].mean()
    same(ten, recorded()["by value"]["losses"][4, 0], rtol=0.05)
    assert [solved(way) for way in WAYS] == [2, 7, 10, 10, 8, 10, 10, 7]
    ends = recorded()["no clip"]["losses"][:, -3:].mean(axis=1)
    assert np.sum(ends > np.log(2)) == 8
    assert [round(float(np.median(acted(way)[1]))) for way in ("by value", "by value, output out")] == [
        38,
        38,
    ]
    assert acted("global")[1].max() < 0.1
    assert round(float(recorded()["$W_{hh}$ alone"]["length"].max()), 1) == 6.7
    assert max(reached("by value"), reached("by value, output out")) < 100
    assert [round(WAYS[way].threshold, 4) for way in ("per tensor", "by value")] == [0.4472, 0.0385]
    # Two groups of ten with 2 and 10 successes, and with 7 and 10: how often is a split so uneven?
    assert round(comb(20, 12) / 2 / comb(10, 2), -2) == 1400
    assert round(comb(20, 17) / 2 / comb(10, 7)) == 5
