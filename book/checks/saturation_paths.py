"""Chapter 12: shortcuts and deep supervision."""

import numpy as np
import torch
from checks.oracles import grad, jacobian, same, value
from checks.registry import checked
from checks.saturation import deep
from figures.saturation import logistic, mean, tanh_slope


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
    log = 0.5 * np.log1p(g**2 * 4 / 3 / np.sqrt(2 * np.pi * g**2 * t)).sum()
    same(log / np.sqrt(t[-1]), 4 * g / 3 / np.sqrt(2 * np.pi), rtol=0.02)


@checked(
    "eq-saturation-highway",
    r"""
    \begin{aligned} s &= \sigma(W_t x + b_t), \quad p = \tanh(W_p x + b_p), \quad y = s \odot p + (1
    - s) \odot x, \\[1ex] \frac{\partial y}{\partial x} &= \diag(1 - s) + \diag\bigl( s \odot (1 - p
    \odot p) \bigr) W_p \\ &\quad + \diag\bigl( (p - x) \odot s \odot (1 - s) \bigr) W_t
    \end{aligned}
    """,
)
def highway(rng):
    """Autograd of the layer; and what the gate's bias leaves of the first term after fifty layers."""
    n = 4
    W_t, W_p = (torch.tensor(rng.normal(size=(n, n))) for _ in range(2))
    b_t, b_p = (torch.tensor(rng.normal(size=n)) for _ in range(2))
    x = torch.tensor(rng.normal(size=n), requires_grad=True)
    s, p = torch.sigmoid(W_t @ x + b_t), torch.tanh(W_p @ x + b_p)
    got = jacobian(s * p + (1 - s) * x, x)
    s, p, at = value(s), value(p), value(x)
    carried = np.diag(1 - s) + np.diag(s * (1 - p * p)) @ value(W_p)
    same(got, carried + np.diag((p - at) * s * (1 - s)) @ value(W_t))
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
