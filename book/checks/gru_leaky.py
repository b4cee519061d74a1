"""Chapter 11: coupled gates and leaky units."""

import numpy as np
from checks.lstm_run import gru_case, lstm_case
from checks.oracles import same
from checks.registry import checked
from figures.gru import ALPHAS, SCALE, disc

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
    "eq-gru-turns",
    r"""
    \abs{1 + \alpha (\lambda - 1)} < 1 \quad \Longleftrightarrow \quad \alpha < \frac{2\, (1 -
    \operatorname{Re} \lambda)}{\abs{\lambda - 1}^2} \qquad (0 < \alpha \le 1,\; \lambda \ne 1)
    """,
)
def turns(rng):
    """Both sides for a thousand random eigenvalues and leaks; then the numbers of the page."""

    def stable(alpha, root):
        return abs(1 + alpha * (root - 1)) < 1

    def limit(root):
        return 2 * (1 - root.real) / abs(root - 1) ** 2

    found = set()
    for alpha, x, y in zip(rng.uniform(size=1000), *rng.normal(scale=1.5, size=(2, 1000)), strict=True):
        found.add((stable(alpha, complex(x, y)), alpha < limit(complex(x, y))))
    assert found == {(True, True), (False, False)}
    same(limit(complex(-1.5)), 0.8)
    assert limit(1.2 + 1j) < 0
    assert not any(stable(alpha, 1.2 + 1j) for alpha in np.logspace(-6, 0, 50))


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
    real = np.linspace(-3, 3, 601)
    assert (np.exp(real - 1) >= real - 1e-12).all()
    same(real[np.argmin(np.exp(real - 1) - real)], 1.0)
    assert round(np.exp(0.5 - 1), 2) == 0.61


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
    one = GRU(np.zeros((3, 1)), np.array([[0.0], [0.0], [3.0]]), np.log([1.0, 9.0, 1.0]), np.zeros(3))
    states = complex_step(lambda s: gru_forward(one, np.zeros((100, 1)), s)[1:].ravel(), np.zeros(1))
    same(states.ravel(), 1.05 ** np.arange(1, 101), rtol=1e-8)
    assert int(states[-1, 0]) == 131
