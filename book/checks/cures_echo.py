"""Chapter 14: echo states, smaller steps, noise, and second order."""

import numpy as np
import sympy as sp
import torch
from checks.oracles import same
from checks.registry import checked
from figures.clipping_training import recorded
from figures.cures_echo import KINDS, NOISES, UNITS, WEIGHT, capacity, cliff, recall, smoothed, steepest
from figures.cures_order import DAMPING, RATIOS, noisy_newton, turn, ways


@checked(
    "eq-cures-echo",
    r"""
    \norm{h_t - h'_t} \le \bigl( \gamma\, \smax(W_{hh}) \bigr)^t \norm{h_0 - h'_0}
    """,
)
def echo(rng):
    """Two runs of a random tanh network on the same inputs."""
    W = rng.normal(size=(6, 6))
    for top in (0.8, 0.95):
        M = top * W / np.linalg.norm(W, 2)
        h, other = rng.normal(size=(2, 6))
        apart = np.linalg.norm(h - other)
        for t in range(1, 30):
            x = rng.normal(size=6)
            h, other = np.tanh(M @ h + x), np.tanh(M @ other + x)
            assert np.linalg.norm(h - other) <= top**t * apart * (1 + 1e-9)


@checked(
    "eq-cures-capacity",
    r"""
    \sum_{k=0}^{\infty} R_k \le n
    """,
)
def few_inputs(rng):
    """Projections of 40 orthonormal inputs on random spaces of 5; then what the untrained networks recall."""
    states = rng.normal(size=(40, 5))
    basis = np.linalg.qr(states)[0]
    shares = (basis**2).sum(axis=1)  # squared length of the projection of each axis
    assert shares.max() <= 1
    same(shares.sum(), 5.0)
    for k in (0, 7):
        axis = np.eye(40)[k]
        rest = axis - states @ np.linalg.lstsq(states, axis, rcond=None)[0]
        same(1 - rest @ rest, shares[k], rtol=1e-8)
    found = {kind: capacity(kind) for kind in KINDS}
    assert [round(x) for x in found.values()] == [11, 19, 20, 34]
    assert max(found.values()) < UNITS
    assert round(max(capacity(kind, 1.0) for kind in KINDS)) == 7
    assert recall("orthogonal, 0.99")[30] > 0.6 > recall("Gaussian, 0.99")[30]


@checked(
    "eq-cures-rate",
    r"""
    \eta\, \norm{g_t} \le c\, \eta_0 \quad \text{for all } t \qquad \Longleftrightarrow \qquad \eta
    \le \frac{c\, \eta_0}{\max_t \norm{g_t}}
    """,
)
def smaller_rate(rng):
    """Random norms and rates on both sides of the limit; the norms of chapter 9's run."""
    norms, c, start = rng.exponential(size=50), rng.exponential(), rng.exponential()
    limit = c * start / norms.max()
    for rate in (0.9 * limit, limit, 1.1 * limit):
        assert (rate * norms <= c * start * (1 + 1e-12)).all() == (rate <= limit)
    seen = np.linalg.norm(recorded()["no clip"]["norms"], axis=1)
    assert round(float(seen.max())) == 1085
    assert round(float(seen.max() / np.median(seen))) == 588


@checked(
    "eq-cures-noise",
    r"""
    \begin{aligned} \frac{\dd}{\dd b} \operatorname{E} L(b + \sigma \xi) &= \frac1\sigma
    \operatorname{E} \bigl[ \xi\, L(b + \sigma \xi) \bigr], \\[1ex] \Bigl\lvert \frac{\dd}{\dd b}
    \operatorname{E} L(b + \sigma \xi) \Bigr\rvert &\le \frac{B}{\sigma \sqrt{2 \pi}} \end{aligned}
    """,
)
def noise(rng):
    """Averages of random polynomials by Gauss's rule; then the cliff, its slope and its bound."""
    z, weights = np.polynomial.hermite_e.hermegauss(30)
    weights = weights / weights.sum()
    loss, b, spread = np.polynomial.Polynomial(rng.normal(size=6)), rng.normal(), rng.uniform(0.2, 1)
    slope = (weights * loss.deriv()(b + spread * z)).sum()
    same((weights * z * loss(b + spread * z)).sum() / spread, slope, rtol=1e-8)
    bound = {s: 0.245 / (s * np.sqrt(2 * np.pi)) for s in NOISES}
    assert all(steepest(s) <= bound[s] for s in NOISES)
    assert all(steepest(s) > 0.7 * bound[s] for s in NOISES)
    assert round(steepest(0.1), 2) == 0.77
    edges = cliff(np.array([-40.0, 40.0]))
    assert edges.max() < 0.2451
    at = np.exp(50 * np.log(WEIGHT / 4)) * 0.25 / (WEIGHT / 4 - 1) * 0.2
    assert f"{at:.0e}" == "6e+13"
    assert smoothed(0.5).argmin() != smoothed(0.01).argmin()
    z = sp.Symbol("z", positive=True)
    density = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)
    assert sp.simplify(sp.integrate(z * density, (z, 0, sp.oo)) - 1 / sp.sqrt(2 * sp.pi)) == 0


# --- second order ---------------------------------------------------------------------------------


@checked(
    "eq-cures-newton",
    r"""
    \tilde g = M\T g, \qquad \tilde H = M\T H M, \qquad M\, \tilde H^{-1} \tilde g = H^{-1} g
    """,
)
def newton(rng):
    """Autograd's gradient and Hessian of a random function, in two systems of coordinates."""
    A, M = torch.tensor(rng.normal(size=(3, 3))), torch.tensor(rng.normal(size=(3, 3)))

    def f(w):
        return ((A @ w) ** 2).sum() + torch.cos(w).sum()

    w = torch.tensor(rng.normal(size=3))
    other = torch.linalg.solve(M, w)
    g, H = torch.func.grad(f)(w), torch.func.hessian(f)(w)
    g2, H2 = torch.func.grad(lambda v: f(M @ v))(other), torch.func.hessian(lambda v: f(M @ v))(other)
    same(g2.numpy(), (M.T @ g).numpy(), rtol=1e-8)
    same(H2.numpy(), (M.T @ H @ M).numpy(), rtol=1e-8)
    same((M @ torch.linalg.solve(H2, g2)).numpy(), torch.linalg.solve(H, g).numpy(), rtol=1e-6)


@checked(
    "eq-cures-turned",
    r"""
    H = Q \begin{pmatrix} 1 & 0 \\ 0 & \kappa \end{pmatrix} Q\T, \qquad Q = \begin{pmatrix} \cos
    \theta & -\sin \theta \\ \sin \theta & \cos \theta \end{pmatrix}
    """,
)
def turned(rng):
    """LAPACK's eigenvalues and eigenvectors of the turned matrix; then the curves of the figure."""
    angle, kappa = rng.uniform(0.1, 1.4), rng.uniform(0.01, 0.5)
    Q = turn(angle).numpy()
    values, vectors = np.linalg.eigh(Q @ np.diag([1, kappa]) @ Q.T)
    same(values, [kappa, 1.0], rtol=1e-9)
    same(abs(vectors[:, 0]), abs(np.array([-np.sin(angle), np.cos(angle)])), rtol=1e-8)
    at = {
        name: dict(zip(np.round(np.log10(RATIOS), 1), curve, strict=True)) for name, curve in ways().items()
    }
    assert at["gradient descent"][-4.0] > 0.95
    assert at["gradient descent"][-1.0] < 1e-6
    assert max(ways()["Adam, axes along"]) < 1e-5
    assert [round(at["Adam, axes turned"][k], 2) for k in (-2.0, -6.0, -10.0)] == [0.53, 0.73, 0.73]
    assert max(abs(ways()["Newton"])) < 1e-5
    assert round(at["damped Newton"][-4.0], 2) == 0.5


@checked(
    "eq-cures-damped",
    r"""
    \frac{\lambda}{\lambda + \mu}
    """,
)
def damped(rng):
    """LAPACK solves with and without damping for a random symmetric matrix."""
    B = rng.normal(size=(4, 4))
    H, g, mu = B @ B.T + 0.01 * np.eye(4), rng.normal(size=4), rng.exponential()
    values, V = np.linalg.eigh(H)
    kept = (V.T @ np.linalg.solve(H + mu * np.eye(4), g)) / (V.T @ np.linalg.solve(H, g))
    same(kept, values / (values + mu), rtol=1e-7)
    assert DAMPING == 1e-4


@checked(
    "eq-cures-amplified",
    r"""
    \norm{ H^{-1} v } = \frac{\delta}{\kappa} \qquad \text{for } H v = \kappa v, \quad \norm{v} =
    \delta
    """,
)
def amplified(rng):
    """LAPACK solves for an error along an eigenvector, and for random errors of the two-weight example."""
    B, delta = rng.normal(size=(4, 4)), rng.exponential()
    values, V = np.linalg.eigh(B @ B.T + 0.01 * np.eye(4))
    error = np.linalg.solve((V * values) @ V.T, delta * V[:, 0])
    same(np.linalg.norm(error), delta / values[0], rtol=1e-6)
    assert abs(noisy_newton(1e-8, 1e-6) / 100 - 1) < 0.1
