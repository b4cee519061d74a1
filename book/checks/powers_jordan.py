"""Chapter 5: Jordan blocks, their growth before decay, and how fragile they are."""

from math import comb, factorial

import mpmath
import numpy as np
import sympy as sp
from checks.oracles import same
from checks.powers import block, product, radius, size
from checks.registry import checked
from figures.powers import fragile_table, jordan_numbers


@checked("eq-powers-jordan", r"J^k = \sum_{j=0}^{m-1} \binom{k}{j}\, \lambda^{k-j}\, N^j")
def binomial(rng):
    """Repeated products in whole numbers, every entry equal, for sizes 1 to 4."""
    for m in range(1, 5):
        value, N = int(rng.integers(-5, 6)), np.eye(m, k=1, dtype=int)
        for k in range(m - 1, 9):
            terms = (comb(k, j) * value ** (k - j) * product(N, j) for j in range(m))
            assert (sum(terms) == product(block(m, value), k)).all()
        assert (product(N, m) == 0).all()


@checked(
    "eq-powers-corner",
    r"""
    \binom{k}{m-1}\, \lambda^{k-m+1} \sim \frac{k^{m-1}}{(m-1)!}\, \lambda^{k-m+1}
    """,
)
def corner(rng):
    """The ratio of both sides tends to 1 like 1/k; the corner is that of a repeated product."""
    for m in (2, 3, 4):
        for k in (10**4, 10**6):
            ratio = comb(k, m - 1) * factorial(m - 1) / k ** (m - 1)
            assert abs(ratio - 1) < 2 * m * m / k
        assert product(block(m, 3), 9)[0, -1] == comb(9, m - 1) * 3 ** (10 - m)
    numbers = jordan_numbers()
    tops = {m: (int(np.argmax(numbers[f"m = {m}"])), max(numbers[f"m = {m}"])) for m in (2, 3, 4)}
    assert {m: (k, float(f"{top:.{2 if m < 4 else 3}g}")) for m, (k, top) in tops.items()} == {
        2: (9, 3.9), 3: (19, 29), 4: (29, 236),
    }  # fmt: skip
    assert max(k for k in range(151) if numbers["m = 4"][k] > 1) == 122


@checked(
    "eq-powers-peak",
    r"""
    k^* = -\frac{1}{\ln \lambda}, \qquad \text{where} \quad k^* \lambda^{k^* - 1} = \frac{k^*}{e\,
    \lambda}
    """,
)
def peak(rng):
    """SymPy finds the stationary point of k λ^(k−1) and its value."""
    k, value = sp.symbols("k lambda", positive=True)
    (found,) = sp.solve(sp.diff(k * value ** (k - 1), k), k)
    assert sp.simplify(found + 1 / sp.log(value)) == 0
    gap = (k * value ** (k - 1)).subs(k, found) - found / (sp.E * value)
    assert abs(gap.subs(value, sp.Rational(int(rng.integers(1, 99)), 100)).evalf(30)) < 1e-20


@checked(
    "eq-powers-general",
    r"""
    \smax(M^k) \le C\, k^{m-1} \rho(M)^k, \qquad k \ge 1, \quad \rho(M) > 0
    """,
)
def general(rng):
    """Two blocks in a random basis: the ratio of both sides stays bounded; with a power less it does not."""
    P = rng.normal(size=(5, 5))
    J = np.zeros((5, 5))
    J[:3, :3], J[3:, 3:] = block(3, 0.9), block(2, -0.9)
    M = P @ J @ np.linalg.inv(P)
    ratio = {k: size(P @ np.linalg.matrix_power(J, k) @ np.linalg.inv(P)) / 0.9**k for k in (1, 50, 400, 800)}
    same(size(product(M, 20)), size(P @ product(J, 20) @ np.linalg.inv(P)), rtol=1e-6)
    scaled = [value / k**2 for k, value in ratio.items()]
    assert max(scaled[2:]) < 1.1 * max(scaled[:2])
    assert ratio[800] / 800 > 1.5 * ratio[400] / 400


@checked(
    "eq-powers-vanish",
    r"""
    M^k \to 0 \text{ as } k \to \infty \quad \Longleftrightarrow \quad \rho(M) < 1
    """,
)
def vanish(rng):
    """Random matrices scaled to radii on both sides of 1, and a block with radius 0.99."""
    for wanted in (0.97, 1.03):
        M = rng.normal(size=(4, 4))
        M *= wanted / radius(M)
        assert (size(np.linalg.matrix_power(M, 4000)) < 1e-20) == (wanted < 1)
    assert size(np.linalg.matrix_power(block(4, 0.99), 10_000)) < 1e-20
    assert abs((-2.0) ** 10) > 1000


@checked(
    "eq-powers-fragile",
    r"""
    \lambda_j = \lambda + \varepsilon^{1/m}\, e^{2 \pi i j / m}, \qquad j = 1, \ldots, m
    """,
)
def fragile(rng):
    """With 80 digits, mpmath's eigenvalues of the changed block lie on the printed circle."""
    with mpmath.workdps(80):
        m, value, eps = 5, mpmath.mpf(9) / 10, mpmath.mpf(10) ** -16
        J = mpmath.matrix(block(m, 1).tolist())
        J += (value - 1) * mpmath.eye(m)
        J[m - 1, 0] = eps
        found = mpmath.eig(J, left=False, right=False)
        root = eps ** (mpmath.mpf(1) / m)
        printed = [value + root * mpmath.expjpi(mpmath.mpf(2 * j) / m) for j in range(1, m + 1)]
        for one, other in ((found, printed), (printed, found)):
            assert all(min(abs(z - w) for w in other) < mpmath.mpf(10) ** -18 for z in one)
    same(1e-16 ** (1 / 16), 0.1)
    low, high = map(float, fragile_table().splitlines()[-1].split()[1:])
    assert high - low > 0.1
