"""Chapter 6: the explosion below one, and Lyapunov exponents."""

import mpmath
import numpy as np
from checks.oracles import same
from checks.powers import product, radius, size
from checks.registry import checked, definition
from figures.norms import HELD, NILPOTENT, below_one
from figures.norms_rates import SCALES, distances, slope

definition(
    "eq-norms-lyapunov",
    r"""
    \lambda_L = \lim_{T \to \infty} \frac{1}{T} \ln \smax(J_T J_{T-1} \cdots J_1)
    """,
)


@checked(
    "eq-norms-nilpotent",
    r"""
    \begin{aligned} W &= \begin{pmatrix} 2 & 2 \\ -2 & -2 \end{pmatrix}, & W^2 &= 0, \quad \rho(W) = 0,
    \\[1ex] D &= \begin{pmatrix} 1 & 0 \\ 0 & 0.1 \end{pmatrix}, & W D &= \begin{pmatrix} 2 & 0.2 \\ -2
    & -0.2 \end{pmatrix}, \\[1ex] & & \rho(W D) &= 1.8 \end{aligned}
    """,
)
def nilpotent(rng):
    """The products in numbers, and LAPACK's eigenvalues."""
    D = np.diag([1.0, 0.1])
    assert (NILPOTENT @ NILPOTENT == 0).all()
    same(NILPOTENT @ D, np.array([[2, 0.2], [-2, -0.2]]))
    same(np.sort(np.linalg.eigvals(NILPOTENT @ D)), np.array([0, 1.8]))
    same(radius(D @ NILPOTENT), 1.8)
    same(size(NILPOTENT), 4.0)


@checked(
    "eq-norms-nilpotent-power",
    r"""
    \begin{aligned} (D W)^2 &= w\, (p - r)\, D W, \\[1ex] \norm{(D W)^k} &= \abs{w (p - r)}^{k-1}\,
    \abs{w} \sqrt{2\, (p^2 + r^2)} \end{aligned}
    """,
)
def nilpotent_power(rng):
    """Repeated products for random w, p and r."""
    for _ in range(10):
        w, p, r = rng.normal(), *rng.uniform(size=2)
        J = np.diag([p, r]) @ (w * np.array([[1.0, 1], [-1, -1]]))
        same(J @ J, w * (p - r) * J, rtol=1e-8)
        for k in (1, 2, 5):
            printed = abs(w * (p - r)) ** (k - 1) * abs(w) * np.sqrt(2 * (p**2 + r**2))
            same(size(product(J, k)), printed, rtol=1e-7)


@checked(
    "eq-norms-held",
    r"""
    \begin{aligned} a^* &= \begin{pmatrix} 0 \\ \operatorname{artanh} \sqrt{0.9} \end{pmatrix}, \\[1ex]
    x^* &= a^* - W \tanh(a^*), \\[1ex] h_t &= \tanh(W h_{t-1} + x^*) \end{aligned}
    """,
)
def held(rng):
    """With 60 digits the state stays for 100 steps, and the slopes are 1 and one tenth."""
    with mpmath.workdps(60):
        a = mpmath.matrix([0, mpmath.atanh(mpmath.sqrt(mpmath.mpf(9) / 10))])
        W = mpmath.matrix(NILPOTENT.tolist())
        rest = a.apply(mpmath.tanh)
        x = a - W * rest
        h = rest
        for _ in range(100):
            h = (W * h + x).apply(mpmath.tanh)
        assert mpmath.norm(h - rest) < mpmath.mpf(10) ** -30
        slopes = [1 - mpmath.tanh(entry) ** 2 for entry in a]
        assert slopes[0] == 1
        assert abs(slopes[1] - mpmath.mpf(1) / 10) < mpmath.mpf(10) ** -55
    same(HELD, np.array([float(entry) for entry in a]))


@checked(
    "eq-norms-leave",
    r"""
    k \approx \frac{\ln(1/\varepsilon)}{\ln 1.8}, \qquad \text{which is } 59 \text{ for } \varepsilon =
    10^{-15}
    """,
)
def leave(rng):
    """The two recorded runs: where the state has left, and how far the gradients have come."""
    assert round(np.log(1e15) / np.log(1.8)) == 59
    constant, imposed = below_one()["constant input"], below_one()["imposed"]
    first = 1 + int(np.argmax(constant[1] > 0.5))
    assert abs(first - 59) <= 3
    top = 1 + int(np.argmax(constant[0]))
    assert top == 58
    assert 4e14 < constant[0].max() < 5.5e14
    assert constant[0][-1] < 2e-15
    assert round(float(constant[1][-1]), 1) == 0.8
    assert 1.5e-5 < constant[1][39] < 2.5e-5
    assert 1.5e-15 < constant[1][0] < 2.5e-15
    assert imposed[1].max() < 2e-16
    assert 5e25 < imposed[0][-1] < 5.5e25
    same(imposed[0], 1.8 ** np.arange(100) * 2 * np.sqrt(2 * 1.01), rtol=1e-6)


# --- Lyapunov exponents ---------------------------------------------------------------------------


@checked(
    "eq-norms-lyapunov-cases",
    r"""
    \begin{aligned} \lambda_L &= \lim_{T \to \infty} \frac{1}{T} \sum_{t=1}^{T} \ln \abs{w\, \phi'(a_t)}
    && \text{(one unit)}, \\ \lambda_L &= \ln \rho(J) && \text{(constant } J), \\[1ex] \lambda_L &\le
    \ln\bigl( \gamma\, \smax(W_{hh}) \bigr) && \text{(always)} \end{aligned}
    """,
)
def cases(rng):
    """The logarithm of a long product: of slopes for one unit, of one Jacobian; any run against the bound."""
    w, h, slopes, X = 1.7, mpmath.mpf(0), [], rng.normal(size=200)
    whole = mpmath.mpf(1)
    for x in X:
        h = mpmath.tanh(w * h + x)
        slopes.append(float(mpmath.log(w * (1 - h**2))))
        whole *= w * (1 - h**2)
    same(np.mean(slopes), float(mpmath.log(whole)) / 200, rtol=1e-9)
    assert np.mean(slopes) <= np.log(1.7)
    J = rng.normal(size=(3, 3))
    J *= 0.8 / radius(J)
    assert abs(np.log(size(np.linalg.matrix_power(J, 2000))) / 2000 - np.log(0.8)) < 5e-3
    for g in SCALES:
        W = g * np.random.default_rng(1).normal(size=(100, 100)) / 10
        assert slope(g) <= np.log(size(W))
    A, B = np.array([[0.0, 2.0], [0.0, 0.0]]), np.array([[0.0, 0.0], [2.0, 0.0]])
    same(np.log(size(np.linalg.matrix_power(A @ B, 20))) / 40, np.log(2))


@checked(
    "eq-norms-butterfly",
    r"""
    \begin{aligned} \norm{h'_t - h_t} &\approx \varepsilon\, e^{\lambda_L t}, \\ \text{of order 1 at}
    \quad t &\approx \frac{\ln(1/\varepsilon)}{\lambda_L} \quad (\lambda_L > 0) \end{aligned}
    """,
)
def butterfly(rng):
    """Distances ten thousand times larger start and stay so while small; horizons and slopes of the page."""
    for g in SCALES:
        ratio = distances(g, 1e-8)[5:30] / distances(g, 1e-12)[5:30]
        assert (abs(np.log(ratio / 1e4)) < 0.05).all()
    assert [round(slope(g), 2) for g in SCALES] == [-0.13, -0.0, 0.21]
    late = distances(2.5)
    crossed = int(np.argmax(late > 1))
    assert abs(crossed - np.log(1e12) / slope(2.5)) < 25
    assert late[149] > 5
    assert late[140:].max() < 2 * np.sqrt(100)
    assert 1e-13 < distances(1.5).min() < distances(1.5).max() < 5e-12
    W = 0.8 * np.random.default_rng(1).normal(size=(100, 100)) / 10
    assert abs(slope(0.8) - np.log(radius(W))) < 0.01
    assert abs(slope(1.5)) < 0.005
    assert 1e-31 < distances(0.8)[-1] < 1e-29
