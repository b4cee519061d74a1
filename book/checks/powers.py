"""Chapter 5: powers of symmetric, diagonalizable and defective matrices, against repeated products."""

import numpy as np
from checks.oracles import same
from checks.registry import checked, definition

definition(
    "eq-powers-block",
    r"J = \lambda I + N, \qquad N_{i,i+1} = 1, \quad N_{ij} = 0 \text{ otherwise}",
)
definition("eq-powers-tan", r"\tan \angle(x, v_1) = \frac{\norm{x - c_1 v_1}}{\abs{c_1}}")


def product(M, k):
    """M times itself k times, one product after the other."""
    power = np.eye(len(M), dtype=M.dtype)
    for _ in range(k):
        power = M @ power
    return power


def size(M) -> float:
    """The largest singular value."""
    return float(np.linalg.norm(M, 2))


def radius(M) -> float:
    """The spectral radius."""
    return float(abs(np.linalg.eigvals(M)).max())


def symmetric(rng, n=5):
    """A symmetric matrix with normal entries."""
    half = rng.normal(size=(n, n))
    return (half + half.T) / 2


def block(m, value):
    """A Jordan block, in integers if the value is one."""
    return value * np.eye(m, dtype=type(value)) + np.eye(m, k=1, dtype=type(value))


@checked("eq-powers-scalar", r"\abs{m^k} = e^{k \ln \abs{m}}")
def scalar(rng):
    """Repeated products of random numbers of both signs, and the three numbers that the page quotes."""
    for m in rng.normal(size=20):
        same(abs(np.prod([m] * 7)), np.exp(7 * np.log(abs(m))))
    assert float(f"{0.9**100:.1e}") == 2.7e-5
    assert round(1.1**100) == 13781


@checked("eq-powers-eigen", r"M v = \lambda v \quad \Longrightarrow \quad M^k v = \lambda^k v")
def eigen(rng):
    """LAPACK's eigenvectors of a matrix that is not symmetric, multiplied seven times by the matrix."""
    M = rng.normal(size=(5, 5))
    values, vectors = np.linalg.eig(M)
    same(product(M, 7) @ vectors, vectors * values**7, rtol=1e-8)


@checked(
    "eq-powers-symmetric",
    r"""
    \begin{aligned} M &= Q \Lambda Q\T, \\[1ex] M^k &= Q \Lambda Q\T\, Q \Lambda Q\T \cdots Q \Lambda
    Q\T \\ &= Q \Lambda^k Q\T = \sum_{i=1}^{n} \lambda_i^k\, v_i v_i\T \end{aligned}
    """,
)
def spectral(rng):
    """Five repeated products against the sum over LAPACK's eigenvectors; the eigenvalues of the power."""
    M = symmetric(rng)
    values, Q = np.linalg.eigh(M)
    power = product(M, 5)
    same(sum(values[i] ** 5 * np.outer(Q[:, i], Q[:, i]) for i in range(5)), power, rtol=1e-9)
    same(np.linalg.eigvalsh(power), np.sort(values**5), rtol=1e-9)


@checked("eq-powers-norm", r"\smax(M^k) = \max_i \abs{\lambda_i}^k = \rho(M)^k")
def norm(rng):
    """The largest singular value of repeated products; a matrix that is not symmetric would not do."""
    M = symmetric(rng)
    for k in (1, 2, 5, 9):
        same(size(product(M, k)), radius(M) ** k, rtol=1e-9)
    assert size(product(block(2, 0.5), 5)) > 2 * 0.5**5


@checked(
    "eq-powers-square",
    r"""
    \begin{pmatrix} 1 & 0 \\ 0 & -1 \end{pmatrix}^2 = \begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix},
    \qquad \begin{pmatrix} 1 & 0 \\ 0 & -1 \end{pmatrix} \begin{pmatrix} 1 \\ 1 \end{pmatrix} =
    \begin{pmatrix} 1 \\ -1 \end{pmatrix}
    """,
)
def mirror(rng):
    """The two products in integers."""
    M = np.array([[1, 0], [0, -1]])
    assert (np.eye(2) == M @ M).all()
    assert (M @ [1, 1] == [1, -1]).all()


@checked(
    "eq-powers-diagonalizable",
    r"""
    \begin{aligned} M^k &= V \Lambda^k V^{-1}, \\[1ex] \rho(M)^k &\le \smax(M^k) \le \kappa(V)\,
    \rho(M)^k \end{aligned}
    """,
)
def diagonalizable(rng):
    """Repeated products against LAPACK's eigenvectors; both inequalities, and cases of equality."""
    for _ in range(10):
        M = rng.normal(size=(4, 4))
        eigenvalues, columns = np.linalg.eig(M)
        power = product(M, 6)
        same((columns * eigenvalues**6) @ np.linalg.inv(columns), power.astype(complex), rtol=1e-7)
        assert radius(M) ** 6 <= size(power) * (1 + 1e-9)
        assert size(power) <= np.linalg.cond(columns) * radius(M) ** 6 * (1 + 1e-9)
    same(size(product(np.diag([0.5, -2.0]), 6)), 2.0**6)
    for eps in (0.5, 0.01):  # both sides equal: V has the singular values √2 and √2 ε
        V = np.array([[1, 1], [eps, -eps]])
        power = product(V @ np.diag([3.0, -3.0]) @ np.linalg.inv(V), 5)
        same(size(power), np.linalg.cond(V) * 3.0**5)
