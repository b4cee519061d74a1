"""Chapter 12: shortcuts, deep supervision, and the recorded training."""

from functools import cache

import numpy as np
import torch
from checks.oracles import grad, jacobian, same, value
from checks.registry import checked
from checks.saturation import deep
from figures.saturation import logistic, mean, tanh_slope
from figures.saturation_net import CURES
from figures.saturation_runs import learned, middle, reached
from figures.saturation_training import recorded, train


@checked(
    "eq-saturation-residual",
    r"""
    \begin{aligned} h_t &= h_{t-1} + \phi(W_t h_{t-1} + b_t): & \frac{\partial h_t}{\partial
    h_{t-1}} &= I + D_t W_t, \\[1ex] h_t &= \phi(h_{t-1} + W_t h_{t-1} + b_t): & \frac{\partial
    h_t}{\partial h_{t-1}} &= D_t\, (I + W_t) \end{aligned}
    """,
)
def residual(rng):
    """Autograd of both layers."""
    W, b = rng.normal(size=(4, 4)), rng.normal(size=4)
    h = torch.tensor(rng.normal(size=4), requires_grad=True)
    a = torch.tensor(W) @ h + torch.tensor(b)
    same(jacobian(h + torch.tanh(a), h), np.eye(4) + np.diag(tanh_slope(value(a))) @ W)
    inside = np.diag(tanh_slope(value(h + a))) @ (np.eye(4) + W)
    same(jacobian(torch.tanh(h + a), h), inside)


def field(g: float, v: float, depth: int) -> tuple[np.ndarray, np.ndarray]:
    """All v_t and χ_t of eq-saturation-residual-field."""
    values, factors = [], []
    for _ in range(depth):
        q = g**2 * v
        factors.append(1 + g**2 * mean(lambda z, q=q: tanh_slope(np.sqrt(q) * z) ** 2))
        v += mean(lambda z, q=q: np.tanh(np.sqrt(q) * z) ** 2)
        values.append(v)
    return np.array(values), np.array(factors)


@checked(
    "eq-saturation-residual-field",
    r"""
    \begin{aligned} v_t &= v_{t-1} + \E\, \phi(\sqrt{q_t} z)^2, \qquad q_t = g^2 v_{t-1}, \\[1ex]
    \chi_t &= 1 + g^2\, \E\, \phi'(\sqrt{q_t} z)^2 \end{aligned}
    """,
)
def residual_field(rng):
    """One network of 300 units and 30 layers: its mean squares, and one tangent."""
    n, depth, g = 300, 30, 0.8
    h, tangent = rng.normal(size=n), rng.normal(size=n)
    v, start = h @ h / n, tangent @ tangent
    for _ in range(depth):
        W = g * rng.normal(size=(n, n)) / np.sqrt(n)
        a = W @ h
        h, tangent = h + np.tanh(a), tangent + tanh_slope(a) * (W @ tangent)
    values, factors = field(g, v, depth)
    same(h @ h / n, values[-1], rtol=0.25)
    assert abs(np.log(tangent @ tangent / start / np.prod(factors))) < 0.6


@checked(
    "eq-saturation-root",
    r"""
    \Bigl( \prod_{t=1}^{T} \chi_t \Bigr)^{1/2} \approx \exp\Bigl( \frac{4 g}{3 \sqrt{2 \pi}} \sqrt T
    \Bigr)
    """,
)
def root(rng):
    """The logarithm of the product over a hundred thousand layers, with E φ'² by its tail, against √T."""
    g = rng.uniform(0.4, 1.2)
    t = np.arange(1, 100_001)
    exact = [mean(lambda z, q=q: tanh_slope(np.sqrt(q) * z) ** 2) for q in (3.0, 6.0)]
    fine = np.linspace(-9, 9, 200_001)
    law = np.exp(-(fine**2) / 2) / np.exp(-(fine**2) / 2).sum()
    same(exact, [law @ tanh_slope(np.sqrt(q) * fine) ** 2 for q in (3.0, 6.0)], rtol=1e-2)
    q = 1e4
    same(law @ tanh_slope(np.sqrt(q) * fine) ** 2, 4 / 3 / np.sqrt(2 * np.pi * q), rtol=0.01)
    grid = np.linspace(-30, 30, 600_001)
    same(np.trapezoid(tanh_slope(grid) ** 2, grid), 4 / 3, rtol=1e-8)
    log = 0.5 * np.log1p(g**2 * 4 / 3 / np.sqrt(2 * np.pi * g**2 * t)).sum()
    same(log / np.sqrt(t[-1]), 4 * g / 3 / np.sqrt(2 * np.pi), rtol=0.02)


@checked(
    "eq-saturation-highway",
    r"""
    \begin{aligned} s &= \sigma(W_s x + b_s), \quad p = \tanh(W_p x + b_p), \quad y = s \odot p + (1
    - s) \odot x, \\[1ex] \frac{\partial y}{\partial x} &= \diag(1 - s) + \diag\bigl( s \odot (1 - p
    \odot p) \bigr) W_p \\ &\quad + \diag\bigl( (p - x) \odot s \odot (1 - s) \bigr) W_s
    \end{aligned}
    """,
)
def highway(rng):
    """Autograd of the layer; and what the gate's bias leaves of the first term after fifty layers."""
    n = 4
    W_s, W_p = (torch.tensor(rng.normal(size=(n, n))) for _ in range(2))
    b_s, b_p = (torch.tensor(rng.normal(size=n)) for _ in range(2))
    x = torch.tensor(rng.normal(size=n), requires_grad=True)
    s, p = torch.sigmoid(W_s @ x + b_s), torch.tanh(W_p @ x + b_p)
    got = jacobian(s * p + (1 - s) * x, x)
    s, p, at = value(s), value(p), value(x)
    carried = np.diag(1 - s) + np.diag(s * (1 - p * p)) @ value(W_p)
    same(got, carried + np.diag((p - at) * s * (1 - s)) @ value(W_s))
    left = [(1 - logistic(np.array(b))) ** 50 for b in (-4.0, -2.0)]
    assert [round(float(left[0]), 2), round(float(left[1]), 4)] == [0.40, 0.0018]


@checked(
    "eq-saturation-heads",
    r"""
    L = \frac{1}{\abs S} \sum_{j \in S} L_j, \qquad \frac{\partial L}{\partial h_k} = \frac{1}{\abs
    S} \sum_{j \in S,\; j \ge k} \Bigl( \frac{\dd h_j}{\dd h_k} \Bigr)\T \frac{\partial
    L_j}{\partial h_j}
    """,
)
def heads(rng):
    """Autograd through a deep network with heads at two layers."""
    *_, H, _, _ = deep(rng)
    chosen = (2, 4)
    each = {j: (torch.tensor(rng.normal(size=len(H[j]))) * H[j]).sum() ** 2 for j in chosen}
    total = sum(each.values()) / len(chosen)
    for k in range(len(H)):
        parts = [jacobian(H[j], H[k]).T @ grad(each[j], H[j]) for j in chosen if j >= k]
        same(grad(total, H[k]), sum(parts, np.zeros(len(H[k]))) / len(chosen), rtol=1e-9)
    quoted_training()


@cache
def quoted_training():
    """What is recorded is what training does, and what the page says of it."""
    for name in ("1.1 tanh", "residual, loss every 10"):
        kept, run = recorded()[name], train(CURES[name], seeds=1, steps=3)
        same(run["losses"][:, 0, int(kept["rate"])], kept["first"][0], rtol=1e-4)
        same(run["ratio before"][0, 0], kept["ratio before"][0], rtol=1e-3)
    left = {name: float(f"{middle(name, 'ratio before'):.1g}") for name in CURES}
    assert left["tanh, orthogonal"] == 0.2
    assert [left[n] for n in ("1.1 tanh", "2 tanh", "1.2 tanh, old scale")] == [0.8, 2000, 5e-9]
    assert round(middle("2 tanh", "ratio before"), -2) == 2300
    assert round(middle("tanh, layer by layer", "ratio before")) == 76
    assert round(middle("distance normalised", "ratio before"), 1) == 2.1
    assert [left[n] for n in ("logistic, Glorot", "coordinates normalised")] == [7e-32, 2e-77]
    assert 1e-15 < left["distance, from data"] < 1e-13
    assert round(middle("a loss every 10 layers", "ratio before"), 4) == 0.0045
    assert round(middle("tanh, orthogonal", "ratio after")) == 4
    right = {name: round(100 * middle(name, "right after")) for name in CURES}
    quoted = {"1.1 tanh": 98, "2 tanh": 51, "tanh, orthogonal": 97, "residual": 97, "logistic, centred": 68}
    quoted |= {"batch norm, tanh": 51, "batch norm, logistic": 56, "tanh, old scale": 50}
    assert {name: right[name] for name in quoted} == quoted
    best = sorted(CURES, key=lambda name: middle(name, "right after"))[-2:]
    assert best == ["1.1 tanh", "shortcut inside tanh"]
    assert [learned(n) for n in ("residual", "tanh, old scale", "a loss every 10 layers")] == [4, 0, 0]
    assert [reached(n) for n in ("residual", "residual, loss every 10", "1.1 tanh")] == [85, 70, 35]
    flat = [round(100 * middle("tanh, orthogonal", f"flat {when}"), 1) for when in ("before", "after")]
    assert flat == [0.4, 0.4]
    assert 0.3 < middle("residual", "flat after") < middle("residual", "flat before") < 0.36
