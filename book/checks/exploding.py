"""Chapter 7, first half: sums over paths, the triangle of lags, forward against backward."""

import numpy as np
import sympy as sp
import torch
from checks.oracles import grad, jacobian, problem, run, same, value
from checks.registry import checked
from figures.exploding import SCALES, T, growth, lag_triangle, profile

from course.oracles import complex_step


@checked("eq-exploding-paths", r"z_t = b \sum_{\ell=0}^{t-1} c^{\ell} = b\, \frac{1 - c^t}{1 - c}")
def paths(rng):
    """The recurrence run step by step, for contracting and expanding c of both signs."""
    for c in rng.uniform(0.2, 0.95, size=2).tolist() + rng.uniform(-1.5, -1.1, size=2).tolist() + [1.3]:
        b, z = rng.normal(), 0.0
        for t in range(1, 9):
            z = b + c * z
            same(b * sum(c**lag for lag in range(t)), z)
            same(b * (1 - c**t) / (1 - c), z)


@checked(
    "eq-exploding-share",
    r"""
    \frac{\sum_{\ell < \tau} c^{\ell}}{\sum_{\ell < t} c^{\ell}} = \frac{1 - c^{\tau}}{1 - c^t} \to
    \begin{cases} 1 - c^{\tau} & 0 < c < 1, \\ 0 & c > 1 \end{cases}
    """,
)
def share(rng):
    """Sums of powers at random c, at t = 3000 for the limits; the shares 90% and 0.05% of the page."""

    def ratio(c, tau, t):
        return sum(c**lag for lag in range(tau)) / sum(c**lag for lag in range(t))

    for c in rng.uniform(0.5, 1.5, size=5):
        tau, t = sorted(rng.integers(1, 30, size=2))
        same(ratio(c, tau, t), (1 - c**tau) / (1 - c**t), rtol=1e-8)
    c, tau = rng.uniform(0.3, 0.95), int(rng.integers(1, 20))
    same(ratio(c, tau, 3000), 1 - c**tau, rtol=1e-8)
    assert ratio(rng.uniform(1.05, 1.2), tau, 3000) < 1e-9
    assert round(100 * ratio(0.9, 22, 5000)) == 90
    assert round(100 * ratio(1.1, 22, 100), 2) == 0.05


@checked(
    "eq-exploding-angle",
    r"""
    \begin{aligned} \sin \angle(N + F,\, N) &= \frac{\norm{F}}{\norm{N}} \sin \angle(N + F,\, F) \le
    \frac{\norm{F}}{\norm{N}}, \\[2ex] \sin \angle(N + F,\, F) &\le \frac{\norm{N}}{\norm{F}} \end{aligned}
    """,
)
def angle(rng):
    """Sines from cosines, on random columns of different lengths; at a right angle the bound is reached."""

    def sine(u, v):
        return np.sqrt(max(0.0, 1 - (u @ v) ** 2 / (u @ u) / (v @ v)))

    for _ in range(50):
        N, F = rng.normal(size=(2, 4)) * rng.exponential(size=(2, 1))
        near, far = np.linalg.norm(N), np.linalg.norm(F)
        np.testing.assert_allclose(sine(N + F, N), far / near * sine(N + F, F), rtol=1e-5, atol=1e-7)
        assert sine(N + F, N) <= far / near + 1e-9
        assert sine(N + F, F) <= near / far + 1e-9
    N, F = np.array([2.0, 0.0]), np.array([-0.5, np.sqrt(0.75)])  # N + F at right angles to F
    same(sine(N + F, N), 0.5)


# --- the triangle of lags -------------------------------------------------------------------------


@checked(
    "eq-exploding-lag",
    r"""
    \norm{G_{t,k}} \le \gamma\, \norm{h_{k-1}}\; \kappa^{t-k}\; \smax(W_{qh})\, \norm{\frac{\partial
    \ell_t}{\partial o_t}}, \qquad \kappa = \gamma\, \smax(W_{hh})
    """,
)
def lag(rng):
    """Autograd by each use, for tanh and the logistic function; equality for one linear unit."""
    for phi, gamma in ((torch.tanh, 1.0), (torch.sigmoid, 0.25)):
        case = problem(rng)
        r = run(case, phi=phi, untied=True)
        top, out = (np.linalg.svd(W)[1][0] for W in (case.p.W_hh, case.p.W_qh))
        for t in range(1, len(case.X) + 1):
            end = np.linalg.norm(grad(r.losses[t], r.o[t]))
            for k in range(1, t + 1):
                bound = gamma * np.linalg.norm(value(r.h[k - 1])) * (gamma * top) ** (t - k) * out * end
                assert np.linalg.norm(grad(r.losses[t], r.uses[k])) <= bound * (1 + 1e-12)
    case = problem(rng, T=3, d=1, h=1, q=1)
    r = run(case, phi=lambda a: a, untied=True)
    w, out = abs(case.p.W_hh.item()), abs(case.p.W_qh.item())
    bound = abs(value(r.h[0]).item()) * w**2 * out * np.linalg.norm(grad(r.losses[3], r.o[3]))
    same(np.linalg.norm(grad(r.losses[3], r.uses[1])), bound)
    quoted_triangles()


def quoted_triangles():
    """The numbers that the page quotes from the three triangles."""
    row = {g: [float(f"{lag_triangle(g)[-1, k]:.1g}") for k in (T - 1, 0)] for g in SCALES}
    assert row == {0.5: [0.7, 3e-6], 1.0: [2, 0.4], 4.0: [4, 1e4]}
    assert [f"{lag_triangle(g)[-1, -1]:.2g}" for g in (1.0, 4.0)] == ["1.7", "3.7"]
    diagonals = np.concatenate([np.diagonal(lag_triangle(g)) for g in SCALES])
    assert [round(float(x), 1) for x in (diagonals.min(), diagonals.max())] == [0.7, 4.4]
    rng = np.random.default_rng(7)
    assert round(float(np.linalg.svd(4 * rng.normal(size=(64, 64)) / 8)[1][0]), 1) == 7.7
    grown = profile(4.0)
    assert round(float((grown[-1] / grown[0]) ** (1 / (T - 1))), 1) == 1.5


@checked(
    "eq-exploding-both",
    r"""
    W_{hh} = \begin{pmatrix} 2 & 0 \\ 0 & \tfrac12 \end{pmatrix}, \qquad \frac{\dd h_t}{\dd h_k} =
    \begin{pmatrix} 2^{t-k} & 0 \\ 0 & 2^{-(t-k)} \end{pmatrix}
    """,
)
def both(rng):
    """Autograd through a linear network with this matrix; the 14 growing directions of a tanh network."""
    case = problem(rng, T=6, h=2)
    case = case._replace(p=case.p._replace(W_hh=np.diag([2.0, 0.5])))
    r = run(case, phi=lambda a: a)
    for t, k in ((6, 1), (5, 3), (4, 4)):
        same(jacobian(r.h[t], r.h[k]), np.diag([2.0 ** (t - k), 0.5 ** (t - k)]))
    quoted_growth()


def quoted_growth():
    """The numbers of the tanh and the ReLU network with g = 4, and the journey's singular values."""
    (state, journey), (values, along) = growth("tanh"), growth("ReLU")
    assert [f"{x:.0e}" for x in (journey[-1], values[-1], along[-1])] == ["2e+08", "4e+18", "4e+19"]
    assert abs(state - 0.9).max() < 0.1
    rng, n = np.random.default_rng(3), 100
    W, h, J = 4 * rng.normal(size=(n, n)) / np.sqrt(n), rng.normal(size=n), np.eye(n)
    for _ in range(40):
        h = np.tanh(W @ h)
        J = (1 - h**2)[:, None] * (W @ J)
    sizes = np.linalg.svd(J)[1]
    same(sizes[0], journey[-1], rtol=1e-4)
    assert (sizes > 1).sum() == 14


# --- forward and backward -------------------------------------------------------------------------


@checked(
    "eq-exploding-still",
    r"""
    h_t = \tanh(W_{hh} h_{t-1}), \quad h_0 = 0: \qquad h_t = 0, \qquad \frac{\dd h_t}{\dd h_0} = W_{hh}^t
    """,
)
def still(rng):
    """The complex step of five steps of tanh from zero, against the fifth power of a random matrix."""
    W = rng.normal(size=(3, 3))

    def forward(h):
        for _ in range(5):
            h = np.tanh(W @ h)
        return h

    assert not forward(np.zeros(3)).any()
    same(complex_step(forward, np.zeros(3)), np.linalg.matrix_power(W, 5))


@checked("eq-exploding-homogeneous", r"h_t = \frac{\dd h_t}{\dd h_0}\, h_0")
def homogeneous(rng):
    """Autograd's Jacobian of a ReLU network over six steps, applied to the start; tanh does not obey it."""
    W, start = torch.tensor(rng.normal(size=(5, 5))), torch.tensor(rng.normal(size=5), requires_grad=True)
    for phi, obeys in ((torch.relu, True), (torch.tanh, False)):
        h = start
        for _ in range(6):
            h = phi(W @ h)
        carried = jacobian(h, start) @ value(start)
        assert np.allclose(carried, value(h), rtol=1e-9, atol=0) == obeys


@checked(
    "eq-exploding-apart",
    r"""
    \begin{aligned} h_t &= h_{t-1} + 2^t, \quad h_0 = 0: & h_t &= 2^{t+1} - 2, & \frac{\dd h_t}{\dd h_0} &=
    1, \\[2ex] h_t &= \begin{pmatrix} 2 & 0 \\ 0 & \tfrac12 \end{pmatrix} h_{t-1}, \quad h_0 =
    \begin{pmatrix} 0 \\ 1 \end{pmatrix}: & \norm{h_t} &= 2^{-t}, & \smax\Bigl( \frac{\dd h_t}{\dd h_0}
    \Bigr) &= 2^t \end{aligned}
    """,
)
def apart(rng):
    """SymPy runs both recurrences for seven steps and differentiates."""
    start = sp.Symbol("s")
    h = start
    for t in range(1, 8):
        h = h + 2**t
        assert h.subs(start, 0) == 2 ** (t + 1) - 2
        assert sp.diff(h, start) == 1
    first, second = sp.symbols("u v")
    h, W = sp.Matrix([first, second]), sp.diag(2, sp.Rational(1, 2))
    for t in range(1, 8):
        h = W * h
        assert h.subs({first: 0, second: 1}).norm() == sp.Rational(1, 2**t)
        assert max(h.jacobian([first, second]).singular_values()) == 2**t
