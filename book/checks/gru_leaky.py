"""Chapter 11: coupled gates, leaky units, and layers that skip."""

from functools import reduce
from itertools import combinations
from math import comb

import numpy as np
from checks.lstm_run import gru_case, lstm_case
from checks.oracles import same
from checks.registry import checked
from figures.gru import ALPHAS, KINDS, SCALE, depth_numbers, disc

from course.gated import GRU, gru_forward, lstm_forward
from course.oracles import complex_step


def sigma(a):
    """The logistic function by its definition."""
    return 1 / (1 + np.exp(-a))


@checked("eq-gru-coupled", r"c_t = f_t \odot c_{t-1} + (1 - f_t) \odot g_t")
def coupled(rng):
    """The given LSTM with rows i = −f, and the given GRU without reset, on inputs alone: same cells."""
    p, X, h_0, _ = lstm_case(rng)
    n = len(h_0)
    p = p._replace(W_h=0 * p.W_h)
    for w in (p.W_x, p.b):
        w[:n] = -w[n : 2 * n]
    _, C = lstm_forward(p, X, h_0, h_0)
    rows = np.concatenate((np.zeros((n, X.shape[1])), p.W_x[n : 3 * n]))
    q = GRU(rows, np.zeros((3 * n, n)), np.concatenate((np.zeros(n), p.b[n : 3 * n])), np.zeros(3 * n))
    same(C, gru_forward(q, X, h_0))
    a = X @ p.W_x.T + p.b
    f, g = sigma(a[:, n : 2 * n]), np.tanh(a[:, 2 * n : 3 * n])
    same(C[1:], f * C[:-1] + (1 - f) * g)


@checked(
    "eq-gru-leaky",
    r"""
    h_t = (1 - \alpha)\, h_{t-1} + \alpha\, \phi(a_t), \qquad \frac{\partial h_t}{\partial h_{t-1}}
    = (1 - \alpha)\, I + \alpha\, D_t W_{hh}
    """,
)
def leaky(rng):
    """The complex step through one step; a GRU whose gates are held is such a unit."""
    W, x, h, alpha = rng.normal(size=(4, 4)), rng.normal(size=4), rng.normal(size=4), rng.uniform(0.1, 0.9)
    J = complex_step(lambda s: (1 - alpha) * s + alpha * np.tanh(W @ s + x), h)
    same(J, (1 - alpha) * np.eye(4) + alpha * np.diag(1 - np.tanh(W @ h + x) ** 2) @ W)
    p, X, h = gru_case(rng)
    n = len(h)
    for w in (p.W_x, p.W_h, p.b_h):
        w[: 2 * n] = 0
    p.b_x[:n], p.b_x[n : 2 * n] = 40, np.log((1 - alpha) / alpha)
    a = p.W_x[2 * n :] @ X[0] + p.b_x[2 * n :] + p.W_h[2 * n :] @ h + p.b_h[2 * n :]
    same(gru_forward(p, X[:1], h)[1], (1 - alpha) * h + alpha * np.tanh(a))


@checked("eq-gru-eigenvalue", r"1 - \alpha + \alpha \lambda = 1 + \alpha (\lambda - 1)")
def eigenvalue(rng):
    """LAPACK's eigenvalues of the mean with the identity; then the numbers of the figure."""
    A, alpha = rng.normal(size=(5, 5)), rng.uniform()
    got = np.linalg.eigvals((1 - alpha) * np.eye(5) + alpha * A)
    for root in np.linalg.eigvals(A):
        assert abs(got - (1 - alpha + alpha * root)).min() < 1e-9
        same(1 - alpha + alpha * root, 1 + alpha * (root - 1))
    assert ALPHAS == (1.0, 0.5, 0.1)
    assert SCALE == 1.5
    assert [round(1 + a * 0.5, 2) for a in ALPHAS] == [1.5, 1.25, 1.05]
    assert round(1 + 0.1 * (-1.5 - 1), 2) == 0.75
    assert all(disc(a).real.max() > 1 for a in ALPHAS)


@checked(
    "eq-gru-euler",
    r"""
    \bigl( 1 + \alpha (\lambda - 1) \bigr)^{k/\alpha} \;\longrightarrow\; e^{(\lambda - 1) k} \qquad
    (\alpha \to 0)
    """,
)
def euler(rng):
    """The power for smaller and smaller α; the gap shrinks with it."""
    root, k = complex(*rng.normal(size=2)), 3
    gaps = [abs((1 + a * (root - 1)) ** (k / a) / np.exp((root - 1) * k) - 1) for a in (1e-2, 1e-3, 1e-4)]
    assert gaps[2] < gaps[1] / 5 < gaps[0] / 25
    assert gaps[2] < 2e-3


@checked(
    "eq-gru-rest",
    r"""
    \frac{\partial h_t}{\partial h_{t-1}} = z I + (1 - z)\, r\, W_{nh}, \qquad \lambda = 1 + (1 -
    z)(r \mu - 1)
    """,
)
def rest(rng):
    """The complex step through the given GRU at rest, all weights random, gates set by their biases."""
    n, (r, z) = 4, rng.uniform(0.1, 0.9, 2)
    b = np.repeat([np.log(r / (1 - r)), np.log(z / (1 - z)), 0], n)
    p = GRU(np.zeros((3 * n, 1)), rng.normal(size=(3 * n, n)), b, np.zeros(3 * n))
    J = complex_step(lambda s: gru_forward(p, np.zeros((1, 1)), s)[1], np.zeros(n))
    W = p.W_h[2 * n :]
    same(J, z * np.eye(n) + (1 - z) * r * W)
    for mu in np.linalg.eigvals(W):
        assert abs(np.linalg.eigvals(J) - (1 + (1 - z) * (r * mu - 1))).min() < 1e-9


# --- depth ----------------------------------------------------------------------------------------


@checked(
    "eq-gru-twins",
    r"""
    \begin{aligned} \text{residual:} \quad & y = x + F(x), & \frac{\partial y}{\partial x} &= I +
    F'(x), \\[1ex] \text{highway:} \quad & y = \alpha \odot F(x) + (1 - \alpha) \odot x, & \alpha &=
    \sigma(W_t x + b_t) \end{aligned}
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
    - \alpha) \bigr) W_t + \diag(\alpha)\, F'(x)
    """,
)
def highway(rng):
    """The complex step through a highway layer with a tanh layer for F."""
    W_t, W, x, b = rng.normal(size=(4, 4)), rng.normal(size=(4, 4)), rng.normal(size=4), rng.normal(size=4)

    def layer(s):
        gate = sigma(W_t @ s + b)
        return gate * np.tanh(W @ s) + (1 - gate) * s

    alpha, F = sigma(W_t @ x + b), np.tanh(W @ x)
    printed = np.diag(1 - alpha) + np.diag((F - x) * alpha * (1 - alpha)) @ W_t
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
