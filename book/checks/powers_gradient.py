"""Chapter 5: what turns in a gradient, and where the eigenvalues of random matrices are."""

from math import comb

import mpmath
import numpy as np
import torch
from checks.oracles import same
from checks.powers import radius, size
from checks.registry import checked, definition
from figures.powers_gradient import SIDE, carried, cosines, limit_cosine, spectra

definition("eq-powers-total", r"s_m = \sum_{i=0}^{m} (M\T)^i e_i")


@checked(
    "eq-powers-term",
    r"""
    \begin{aligned} \frac{\partial \ell_t}{\partial h_{t-k}} &= \bigl( (D W)\T \bigr)^k\, W_{qh}\T e,
    \\[1ex] \frac{\partial \ell_t}{\partial a_{t-k}} &= \bigl( (W D)\T \bigr)^k\, D\, W_{qh}\T e
    \end{aligned}
    """,
)
def term(rng):
    """Autograd through four steps with constant slopes, by a state and by a pre-activation."""
    W, D, W_qh = rng.normal(size=(3, 3)), np.diag(rng.uniform(0.2, 1, size=3)), rng.normal(size=(2, 3))
    state, k = torch.tensor(rng.normal(size=3), requires_grad=True), 4
    a = [torch.tensor(W) @ state]
    h = [torch.tensor(D) @ a[0]]
    for _ in range(k):
        a.append(torch.tensor(W) @ h[-1])
        h.append(torch.tensor(D) @ a[-1])
    o = torch.tensor(W_qh) @ h[-1]
    y = torch.tensor(rng.normal(size=2))
    by_h, by_a, e = torch.autograd.grad(0.5 * ((o - y) ** 2).sum(), (h[0], a[0], o))
    back = W_qh.T @ e.numpy()
    same(by_h.numpy(), np.linalg.matrix_power((D @ W).T, k) @ back)
    same(by_a.numpy(), np.linalg.matrix_power((W @ D).T, k) @ D @ back)


def gapped(rng):
    """A matrix that is not symmetric with the eigenvalues 1.1, 0.5, −0.3, 0.2, and its vectors to 1.1."""
    V = rng.normal(size=(4, 4))
    U = np.linalg.inv(V).T
    return (V * [1.1, 0.5, -0.3, 0.2]) @ U.T, V[:, 0], 3.0 * U[:, 0]


@checked(
    "eq-powers-rank-one",
    r"""
    \lambda_1^{-k} M^k \to \frac{v_1 u_1\T}{u_1\T v_1}, \qquad \lambda_1^{-k} (M\T)^k \to
    \frac{u_1 v_1\T}{u_1\T v_1}
    """,
)
def rank_one(rng):
    """The 80th power of a matrix with a known spectrum and known left and right eigenvectors."""
    M, v, u = gapped(rng)
    same(np.linalg.matrix_power(M, 80) / 1.1**80, np.outer(v, u) / (u @ v), rtol=1e-6)
    same(np.linalg.matrix_power(M.T, 80) / 1.1**80, np.outer(u, v) / (u @ v), rtol=1e-6)


@checked(
    "eq-powers-left",
    r"""
    u\T (D W) = \lambda\, u\T \quad \Longrightarrow \quad (D u)\T (W D) = \lambda\, (D u)\T
    """,
)
def left(rng):
    """All left eigenvectors that LAPACK finds of D W, multiplied by D."""
    W, D = rng.normal(size=(4, 4)), np.diag(rng.uniform(0.1, 1, size=4))
    values, U = np.linalg.eig((D @ W).T)
    same((D @ U).T @ (W @ D), values[:, None] * (D @ U).T, rtol=1e-9)


@checked(
    "eq-powers-variance",
    r"""
    \operatorname{Var}(v_j\T s_m) = \sum_{i=0}^{m} \lambda_j^{2i} = \frac{1 - \lambda_j^{2(m+1)}}{1 -
    \lambda_j^2}, \qquad \abs{\lambda_j} \ne 1
    """,
)
def variance(rng):
    """The covariance of s_m, added up from the powers of a symmetric matrix, in its eigenvectors."""
    A = rng.normal(size=(4, 4))
    M, m = (A + A.T) / 3, 6
    powers = [np.linalg.matrix_power(M, i) for i in range(m + 1)]
    values, V = np.linalg.eigh(M)
    covariance = V.T @ sum(P.T @ P for P in powers) @ V
    printed = (1 - values ** (2 * (m + 1))) / (1 - values**2)
    same(covariance, np.diag(printed), rtol=1e-7)
    assert round(1 / (1 - 0.8**2), 2) == 2.78
    quoted_cosines()


@checked(
    "eq-powers-lead",
    r"""
    \lim_{m \to \infty} \frac{\operatorname{Var}(v_1\T s_m)}{\operatorname{Var}(v_2\T s_m)} = \frac{1 -
    \lambda_2^2}{1 - \lambda_1^2}
    """,
)
def lead(rng):
    """The sums of 4000 squared powers for random eigenvalues of both signs; the page's leads and medians."""
    for _ in range(5):
        first, second = sorted(rng.uniform(-0.99, 0.99, size=2), key=abs, reverse=True)
        steps = np.arange(4000)
        sums = [np.sum(value ** (2 * steps)) for value in (first, second)]
        same(sums[0] / sums[1], (1 - second**2) / (1 - first**2), rtol=1e-9)
    leads = [(1 - (0.6 * value) ** 2) / (1 - value**2) for value in (0.8, 0.99)]
    assert [float(f"{x:.2g}") for x in leads] == [2.1, 33]
    assert abs(limit_cosine(0.8) - cosines(0.8)[1][-1]) < 0.01
    assert [round(limit_cosine(value), 2) for value in (0.9, 0.99, 0.999)] == [0.59, 0.90, 0.99]


def quoted_cosines():
    """What the page says of terms, totals and triangles."""
    (term_low, total_low), (term_high, total_high) = cosines(0.8), cosines(1.2)
    same(term_low, term_high)
    assert abs(total_low[-1] - 0.485) < 0.001
    assert abs(total_low[10] - 0.48) < 0.005
    assert round(float(total_high[-1]), 6) == 0.999999
    assert round(float(total_high[10]), 2) == 0.93
    assert round(float(term_low[0]), 2) == 0.35
    assert term_low[7] < 0.99 < term_low[8]
    sizes = {scale: carried(scale)[0] for scale in (0.8, 1.2)}
    same(carried(0.8)[1], carried(1.2)[1], rtol=1e-7)
    same(np.diag(sizes[0.8]), np.ones(SIDE))
    assert round(float(sizes[0.8][-1, 0]), 2) == 0.04
    assert round(float(sizes[1.2][-1, 0])) == 7
    assert carried(0.8)[1][np.tril_indices(SIDE, -8)].min() > 0.99


# --- random matrices ------------------------------------------------------------------------------


@checked("eq-powers-gaussian", r"\E \norm{W x}^2 = g^2\, \norm{x}^2")
def gaussian(rng):
    """The mean over 40,000 draws, within five standard errors."""
    n, g, x = 6, rng.uniform(0.5, 2), rng.normal(size=6)
    W = g * rng.normal(size=(40_000, n, n)) / np.sqrt(n)
    squares = np.sum((W @ x) ** 2, axis=1)
    assert abs(squares.mean() - g**2 * (x @ x)) < 5 * squares.std() / 200


@checked("eq-powers-disk", r"\rho(W) \to g")
def disk(rng):
    """The radius of random matrices of 100 and 400 rows, the larger ones closer; the numbers of the page."""
    means = []
    for n, draws in ((25, 40), (400, 2)):
        means.append(
            np.mean([radius(1.5 * rng.normal(size=(n, n)) / np.sqrt(n)) / 1.5 for _ in range(draws)])
        )
    assert abs(means[1] - 1) < 0.07
    assert abs(means[1] - 1) < abs(means[0] - 1) + 0.02
    values, line = spectra()
    assert round(float(abs(values).max()), 2) == 1.03
    assert round(float(abs(line).max()), 2) == 1.98
    W = np.random.default_rng(2).normal(size=(400, 400)) / 20
    assert round(size(W), 2) == 1.99
    assert round(0.8 * size(W), 1) == 1.6


@checked(
    "eq-powers-semicircle",
    r"""
    f(\lambda) = \frac{\sqrt{4 g^2 - \lambda^2}}{2 \pi g^2}, \quad \abs{\lambda} \le 2g, \qquad \rho(S)
    \to 2g
    """,
)
def semicircle(rng):
    """Eigenvalues of a symmetric matrix of 500 rows against the integral of the density, at five points."""
    g, n = 1.3, 500
    W = g * rng.normal(size=(n, n)) / np.sqrt(n)
    values = np.linalg.eigvalsh((W + W.T) / np.sqrt(2))
    u = np.linspace(-2 * g, 2 * g, 4001)
    cumulative = np.cumsum(np.sqrt(4 * g**2 - u**2) / (2 * np.pi * g**2)) * (u[1] - u[0])
    assert abs(cumulative[-1] - 1) < 1e-4
    for at in (400, 1200, 2000, 2900, 3600):
        assert abs(np.mean(values <= u[at]) - cumulative[at]) < 0.01
    assert abs(abs(values).max() / (2 * g) - 1) < 0.04


@checked(
    "eq-powers-catalan",
    r"""
    \begin{aligned} \E\, \frac{\operatorname{tr} S^{2k}}{n} &\to \frac{1}{k+1} \binom{2k}{k}\, g^{2k},
    \\[1ex] \biggl( \frac{1}{k+1} \binom{2k}{k} \biggr)^{1/(2k)} &\to 2 \end{aligned}
    """,
)
def catalan(rng):
    """The moments of the half-ellipse by mpmath, the traces of 600 rows, and the root of a late number."""
    g, n = 1.2, 600
    W = g * rng.normal(size=(n, n)) / np.sqrt(n)
    squares = np.linalg.eigvalsh((W + W.T) / np.sqrt(2)) ** 2
    for k in range(1, 4):
        number = comb(2 * k, k) // (k + 1)
        moment = mpmath.quad(
            lambda u, k=k: u ** (2 * k) * mpmath.sqrt(4 - u**2) / (2 * mpmath.pi), [-2, 0, 2]
        )
        assert abs(moment - number) < 1e-8
        assert abs(np.mean(squares**k) / (number * g ** (2 * k)) - 1) < 0.06
    assert abs(mpmath.mpf(comb(4000, 2000) // 2001) ** (1 / 4000) - 2) < 0.01


@checked(
    "eq-powers-outlier",
    r"""
    \rho\Bigl( W + \frac{\mu}{n} E \Bigr) \to \mu, \qquad \mu > g
    """,
)
def outlier(rng):
    """The matrix of the page with a mean, and a fresh one; below g there is no outlier."""
    W = np.random.default_rng(2).normal(size=(400, 400)) / 20
    assert abs(radius(W + 3 / 400) / 3 - 1) < 0.05
    fresh = rng.normal(size=(400, 400)) / 20
    assert abs(radius(fresh + 2 / 400) / 2 - 1) < 0.1
    assert radius(fresh + 0.4 / 400) < 1.1
