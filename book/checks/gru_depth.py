"""Chapter 11: residual and highway layers, the twins of gated cells in depth."""

from functools import reduce
from itertools import combinations
from math import comb

import numpy as np
from checks.lstm_run import gru_case
from checks.oracles import same
from checks.registry import checked
from figures.gru import KINDS, depth_numbers

from course.gated import gru_forward
from course.oracles import complex_step


def sigma(a):
    """The logistic function by its definition."""
    return 1 / (1 + np.exp(-a))


@checked(
    "eq-gru-twins",
    r"""
    \begin{aligned} \text{residual:} \quad & y = x + F(x), & \frac{\partial y}{\partial x} &= I +
    F'(x), \\[1ex] \text{highway:} \quad & y = \alpha \odot F(x) + (1 - \alpha) \odot x, & \alpha &=
    \sigma(W_\alpha x + b_\alpha) \end{aligned}
    """,
)
def twins(rng):
    """The complex step through a residual layer; a highway layer is one step of a GRU with r = 1."""
    W, x = rng.normal(size=(4, 4)), rng.normal(size=4)
    J = complex_step(lambda s: s + np.tanh(W @ s), x)
    same(J, np.eye(4) + complex_step(lambda s: np.tanh(W @ s), x))
    p, _, h = gru_case(rng)
    n = len(h)
    p.W_h[:n], p.b_x[:n] = 0, 40
    p.b_h[:] = 0
    X = np.zeros((1, p.W_x.shape[1]))
    alpha = sigma(-(p.W_h[n : 2 * n] @ h) - p.b_x[n : 2 * n])  # z's weights, signs changed
    F = np.tanh(p.W_h[2 * n :] @ h + p.b_x[2 * n :])
    same(gru_forward(p, X, h)[1], alpha * F + (1 - alpha) * h)


@checked(
    "eq-gru-highway",
    r"""
    \frac{\partial y}{\partial x} = \diag(1 - \alpha) + \diag\bigl( (F(x) - x) \odot \alpha \odot (1
    - \alpha) \bigr) W_\alpha + \diag(\alpha)\, F'(x)
    """,
)
def highway(rng):
    """The complex step through a highway layer with a tanh layer for F."""
    W_a, W, x, b = rng.normal(size=(4, 4)), rng.normal(size=(4, 4)), rng.normal(size=4), rng.normal(size=4)

    def layer(s):
        gate = sigma(W_a @ s + b)
        return gate * np.tanh(W @ s) + (1 - gate) * s

    alpha, F = sigma(W_a @ x + b), np.tanh(W @ x)
    printed = np.diag(1 - alpha) + np.diag((F - x) * alpha * (1 - alpha)) @ W_a
    same(printed + np.diag(alpha) @ np.diag(1 - F**2) @ W, complex_step(layer, x))


@checked(
    "eq-gru-paths",
    r"""
    (I + F_K') \cdots (I + F_2')(I + F_1') = I + \sum_{l} F_l' + \sum_{l > m} F_l' F_m' + \cdots +
    F_K' \cdots F_1'
    """,
)
def paths(rng):
    """The product of five factors against the sum over all sets of layers, counted by size."""
    K, slopes = 5, rng.normal(size=(5, 3, 3))
    product = reduce(lambda M, S: (np.eye(3) + S) @ M, slopes, np.eye(3))
    total, count = np.zeros((3, 3)), []
    for k in range(K + 1):
        chosen = list(combinations(range(K), k))
        count.append(len(chosen))
        for layers in chosen:
            total += reduce(lambda M, layer: slopes[layer] @ M, layers, np.eye(3))
    same(total, product)
    assert count == [comb(K, k) for k in range(K + 1)]
    assert sum(count) == 2**K


@checked(
    "eq-gru-residual-bound",
    r"""
    \norm{ \frac{\partial y_K}{\partial x} } \le (1 + s)^K, \qquad \norm{ \frac{\partial
    y_K}{\partial x} } \ge (1 - s)^K \quad (s < 1)
    """,
)
def residual_bound(rng):
    """Random slopes of norm s or less, and the two that reach the bounds; then the numbers of the page."""
    K, s = 12, rng.uniform(0.1, 0.9)
    slopes = rng.normal(size=(K, 4, 4))
    slopes *= s / np.linalg.norm(slopes, 2, axis=(1, 2))[:, None, None]
    for S in (slopes, s * np.stack([np.eye(4)] * K), -s * np.stack([np.eye(4)] * K)):
        norm = np.linalg.norm(reduce(lambda M, F: (np.eye(4) + F) @ M, S, np.eye(4)), 2)
        assert (1 - s) ** K * (1 - 1e-9) <= norm <= (1 + s) ** K * (1 + 1e-9)
        if S is not slopes:
            same(norm, (1 + np.sign(S[0, 0, 0]) * s) ** K)
    ends = [depth_numbers(kind, scale)[-1] for scale in (1.0, 2.0) for kind in KINDS]
    same(np.array(ends) / [0.078, 35.9, 0.0026, 470, 396, 0.012], np.ones(6), rtol=0.02)
    assert round(float(sigma(-2)), 2) == 0.12
    assert round(float(sigma(2)) ** 50, 3) == 0.002
    assert round(float(-1 / np.log(sigma(2))), 1) == 7.9
    same(-np.log(np.exp(1 / 50) - 1), 3.9, rtol=1e-3)
