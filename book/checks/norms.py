"""Chapter 6: radius against norm, transient growth, and products of changing Jacobians."""

import numpy as np
import sympy as sp
import torch
from checks.oracles import same
from checks.powers import block, product, radius, size
from checks.registry import checked
from figures.norms import SIDE, TRANSIENT, carried, transient_numbers


@checked(
    "eq-norms-radius",
    r"""
    \begin{aligned} \rho(M) &\le \smax(M), \\[1ex] \rho(M)^k = \rho(M^k) &\le \smax(M^k) \le \smax(M)^k
    \end{aligned}
    """,
)
def radius_below(rng):
    """LAPACK's eigenvalues and singular values of random matrices and of their repeated products."""
    for _ in range(20):
        M, k = rng.normal(size=(4, 4)), int(rng.integers(1, 7))
        assert radius(M) <= size(M) * (1 + 1e-12)
        power = product(M, k)
        same(radius(power), radius(M) ** k, rtol=1e-6)
        assert radius(power) <= size(power) * (1 + 1e-9)
        assert size(power) <= size(M) ** k * (1 + 1e-9)


@checked("eq-norms-normal", r"M M\T = M\T M \quad \Longrightarrow \quad \smax(M) = \rho(M)")
def normal(rng):
    """Symmetric, orthogonal and skew matrices, one with complex pairs; a triangular one differs."""
    A = rng.normal(size=(4, 4))
    Q = np.linalg.qr(A)[0]
    turns = np.zeros((4, 4))
    for i in (0, 2):
        a, b = rng.normal(size=2)
        turns[i : i + 2, i : i + 2] = [[a, -b], [b, a]]
    for M in (A + A.T, Q, A - A.T, Q @ turns @ Q.T):
        same(M @ M.T, M.T @ M)
        same(size(M), radius(M), rtol=1e-8)
    U = np.triu(A)
    assert abs(U @ U.T - U.T @ U).max() > 0.01
    assert size(U) > radius(U)


@checked("eq-norms-gelfand", r"\rho(M) = \lim_{k \to \infty} \smax(M^k)^{1/k}")
def gelfand(rng):
    """A random matrix scaled to radius 0.9, so that no power overflows: the roots close in like 1/k."""
    M = rng.normal(size=(4, 4))
    M *= 0.9 / radius(M)
    gap = {
        k: abs(np.log(size(np.linalg.matrix_power(M, k))) / k - np.log(0.9)) for k in (10, 100, 1000, 3000)
    }
    assert gap[3000] < 2e-3
    assert gap[3000] < gap[10] / 20
    assert (product(np.triu(M, 1), 4) == 0).all()


@checked(
    "eq-norms-sandwich",
    r"""
    \rho(M) \le \smax(M^k)^{1/k} \le \bigl( C\, k^{m-1} \bigr)^{1/k} \rho(M)
    """,
)
def sandwich(rng):
    """A turned Jordan block of size 3: one constant C, found at small k, serves for all later k."""
    Q = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    M, m = Q @ block(3, 0.8) @ Q.T, 3
    ratio = {k: size(np.linalg.matrix_power(M, k)) / 0.8**k / k ** (m - 1) for k in range(1, 200)}
    C = max(ratio[k] for k in range(1, 6))
    for k in range(1, 200):
        root = size(np.linalg.matrix_power(M, k)) ** (1 / k)
        assert root * (1 + 1e-6) >= 0.8
        assert root <= (C * k ** (m - 1)) ** (1 / k) * 0.8 * (1 + 1e-6)


@checked(
    "eq-norms-not",
    r"""
    \begin{aligned} A = \begin{pmatrix} 0 & 2 \\ 0 & 0 \end{pmatrix}, \quad B &= \begin{pmatrix} 0 & 0
    \\ 2 & 0 \end{pmatrix}: \\[1ex] \rho(A) = \rho(B) &= 0, \\ \rho(A + B) = 2, \quad \rho(A B) &= 4
    \end{aligned}
    """,
)
def not_a_norm(rng):
    """The four radii, from the characteristic polynomials by SymPy."""
    A, B = sp.Matrix([[0, 2], [0, 0]]), sp.Matrix([[0, 0], [2, 0]])

    def top(M):
        return max(abs(value) for value in M.eigenvals())

    assert [top(M) for M in (A, B, A + B, A * B)] == [0, 0, 2, 4]


@checked("eq-norms-gaussian", r"\rho(W) \to g, \qquad \smax(W) \to 2g")
def gaussian(rng):
    """One matrix of 500 rows."""
    W = 1.3 * rng.normal(size=(500, 500)) / np.sqrt(500)
    assert abs(radius(W) / 1.3 - 1) < 0.1
    assert abs(size(W) / 2.6 - 1) < 0.03


# --- transient growth -----------------------------------------------------------------------------


@checked(
    "eq-norms-transient",
    r"""
    M = \begin{pmatrix} \lambda & b \\ 0 & \lambda \end{pmatrix}, \quad M^k = \lambda^k \begin{pmatrix}
    1 & k b / \lambda \\ 0 & 1 \end{pmatrix}
    """,
)
def transient(rng):
    """SymPy multiplies the matrix with itself up to k = 6."""
    value, b = sp.symbols("lambda b", positive=True)
    M, power = sp.Matrix([[value, b], [0, value]]), sp.eye(2)
    for k in range(1, 7):
        power = power * M
        printed = value**k * sp.Matrix([[1, k * b / value], [0, 1]])
        assert (power - printed).applyfunc(sp.simplify) == sp.zeros(2, 2)


@checked(
    "eq-norms-transient-norm",
    r"""
    \begin{aligned} \smax(M^k) &= \frac{q + \sqrt{q^2 + 4 p^2}}{2}, \\[1ex] p &= \lambda^k, \quad q =
    k\, b\, \lambda^{k-1} \end{aligned}
    """,
)
def transient_norm(rng):
    """LAPACK's singular values of repeated products for random λ and b; then the numbers of the page."""
    for _ in range(10):
        value, b = rng.uniform(0.3, 1.2), rng.exponential(5)
        M = np.array([[value, b], [0, value]])
        for k in (1, 2, 7):
            p, q = value**k, k * b * value ** (k - 1)
            same((q + np.sqrt(q**2 + 4 * p**2)) / 2, size(product(M, k)), rtol=1e-9)
    norms = transient_numbers()["norm of the power"]
    assert [round(norms[k], 1) for k in (1, 2, 9)] == [10.1, 18.0, 38.7]
    assert int(np.argmax(norms)) == 9
    assert round(norms[100], 2) == 0.03
    assert norms[62] > 1 > norms[63]
    assert round(size(TRANSIENT), 2) == 10.08
    assert round(0.9**9, 2) == 0.39
    assert 0.9e9 < size(TRANSIENT) ** 9 < 1.1e9
    assert size(TRANSIENT) ** 3 < 1e4 < size(TRANSIENT) ** 4
    same(carried("normal")[-1], 0.9 ** np.arange(SIDE - 1, -1, -1.0))
    assert round(float(carried("normal")[-1, 0]), 2) == 0.02
    assert round(float(carried("not normal").max()), 1) == 38.7
    loss, use = np.unravel_index(carried("not normal").argmax(), (SIDE, SIDE))
    assert loss - use == 9
    assert round(float(carried("not normal")[-1, 0])) == 7
    for length, wanted in ((5, 1e3), (50, 1e6)):
        strong = np.array([[0.9, 2 * wanted / 0.9**length], [0, 0.9]])
        assert all(size(np.linalg.matrix_power(strong, k)) > wanted for k in range(1, length + 1))


@checked(
    "eq-norms-who",
    r"""
    \begin{aligned} M^k e_1 &= \lambda^k e_1, \\ (M\T)^k e_2 &= \lambda^k e_2, \\ e_1\T M^k e_2 &= k\,
    b\, \lambda^{k-1} \end{aligned}
    """,
)
def who(rng):
    """Repeated products of the matrix and of its transpose with the two axes."""
    value, b, k = rng.uniform(0.5, 0.99), rng.exponential(5), int(rng.integers(1, 9))
    M = np.array([[value, b], [0, value]])
    e1, e2 = np.eye(2)
    same(product(M, k) @ e1, value**k * e1)
    same(product(M.T, k) @ e2, value**k * e2)
    same(e1 @ product(M, k) @ e2, k * b * value ** (k - 1), rtol=1e-9)


# --- products of different Jacobians --------------------------------------------------------------


@checked(
    "eq-norms-alternate",
    r"""
    \begin{aligned} W &= \begin{pmatrix} 0 & 2 \\ 2 & 0 \end{pmatrix}: & \rho(J_t) &= 0, & \norm{J_T
    \cdots J_1} &= 2^T, \\[1ex] W &= \begin{pmatrix} 2 & 0 \\ 0 & 2 \end{pmatrix}: & \rho(J_t) &= 2, &
    \norm{J_T \cdots J_1} &= 0 \end{aligned}
    """,
)
def alternate(rng):
    """Autograd through a ReLU network whose inputs make the two units active in turn, ten steps."""
    T = 10
    for W, wanted in (([[0.0, 2.0], [2.0, 0.0]], 2.0**T), ([[2.0, 0.0], [0.0, 2.0]], 0.0)):
        start = torch.tensor(rng.uniform(size=2), requires_grad=True)
        h, W = start, torch.tensor(W, dtype=torch.float64)
        for t in range(T):
            mask = torch.tensor([1.0, 0.0]) if t % 2 else torch.tensor([0.0, 1.0])
            push = (W @ h).detach() + 1  # more than the state can be: it switches a unit off
            a = W @ h + (mask - 1) * 2 * push + mask * push
            h = torch.relu(a)
            slopes = torch.diag((a > 0).double())
            same(radius((slopes @ W).numpy()), 0.0 if wanted else 2.0)
        rows = [torch.autograd.grad(entry, start, retain_graph=True)[0].numpy() for entry in h]
        same(size(np.stack(rows)), wanted)
