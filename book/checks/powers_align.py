"""Chapter 5: alignment with an eigenvector, its probability, and when it fails."""

import numpy as np
from checks.oracles import same
from checks.powers import product, symmetric
from checks.registry import checked
from figures.powers import DELTA, ETA, RATIO, N, angle, angle_numbers, chance, failure_numbers


def ordered(M):
    """Eigenvalues and eigenvectors of a symmetric matrix, the largest modulus first."""
    values, Q = np.linalg.eigh(M)
    order = np.argsort(-abs(values))
    return values[order], Q[:, order]


@checked("eq-powers-expand", r"M^k x = \sum_{i=1}^{n} \lambda_i^k\, c_i\, v_i")
def expand(rng):
    """Six repeated products with a random column against the sum."""
    M, x = symmetric(rng), rng.normal(size=5)
    values, Q = ordered(M)
    same(sum(values[i] ** 6 * (Q[:, i] @ x) * Q[:, i] for i in range(5)), product(M, 6) @ x, rtol=1e-8)


@checked(
    "eq-powers-theorem",
    r"""
    \tan \angle(M^k x, v_1) \le \abs{\frac{\lambda_2}{\lambda_1}}^k \tan \angle(x, v_1)
    """,
)
def theorem(rng):
    """Angles of repeated products for random matrices; equality in two dimensions."""
    for n in (2, 5):
        for _ in range(20):
            M, x = symmetric(rng, n), rng.normal(size=n)
            values, Q = ordered(M)
            for k in (0, 1, 4):
                got = np.tan(angle(product(M, k) @ x, Q[:, 0]))
                bound = abs(values[1] / values[0]) ** k * np.tan(angle(x, Q[:, 0]))
                assert got <= bound * (1 + 1e-6) + 1e-9
                if n == 2:
                    same(got, bound, rtol=1e-5)


@checked(
    "eq-powers-proof",
    r"""
    \frac{\sum_{i \ge 2} \lambda_i^{2k} c_i^2}{\lambda_1^{2k} c_1^2} \le \Bigl(
    \frac{\lambda_2}{\lambda_1} \Bigr)^{2k} \frac{\sum_{i \ge 2} c_i^2}{c_1^2}
    """,
)
def proof(rng):
    """The left side is the squared tangent of a repeated product, and both sides are ordered as printed."""
    M, x = symmetric(rng), rng.normal(size=5)
    values, Q = ordered(M)
    c = Q.T @ x
    left = np.sum(values[1:] ** 6 * c[1:] ** 2) / (values[0] ** 6 * c[0] ** 2)
    same(left, np.tan(angle(product(M, 3) @ x, Q[:, 0])) ** 2, rtol=1e-7)
    assert left <= (values[1] / values[0]) ** 6 * np.sum(c[1:] ** 2) / c[0] ** 2


@checked(
    "eq-powers-rayleigh",
    r"""
    v\T M v = \sum_{i=1}^{n} \lambda_i b_i^2 = \lambda_1 + \sum_{i=2}^{n} (\lambda_i - \lambda_1)\,
    b_i^2
    """,
)
def rayleigh(rng):
    """A random unit column in LAPACK's eigenvectors, and a column that is off by an angle of 0.001."""
    M, v = symmetric(rng), rng.normal(size=5)
    v /= np.linalg.norm(v)
    values, Q = ordered(M)
    b = Q.T @ v
    same(v @ M @ v, values @ b**2)
    same(v @ M @ v, values[0] + (values[1:] - values[0]) @ b[1:] ** 2)
    off = np.cos(1e-3) * Q[:, 0] + np.sin(1e-3) * Q[:, 1]
    same(off @ M @ off - values[0], (values[1] - values[0]) * np.sin(1e-3) ** 2, rtol=1e-6)


@checked(
    "eq-powers-oblique",
    r"""
    \sin \angle(M^k x, v_1) \le \kappa(V) \abs{\frac{\lambda_2}{\lambda_1}}^k \tan \angle(V^{-1} x, e_1)
    """,
)
def oblique(rng):
    """Repeated products in a basis that is not orthogonal, with a real or a complex rest of the spectrum."""
    turn = np.array([[0.3, -0.6], [0.6, 0.3]])
    for rest in (np.diag([0.7, -0.5]), turn):
        V, x = rng.normal(size=(3, 3)), rng.normal(size=3)
        inner = np.zeros((3, 3))
        inner[0, 0], inner[1:, 1:] = -1.1, rest
        M, first = V @ inner @ np.linalg.inv(V), np.linalg.solve(V, x)
        v, e = V[:, 0] / np.linalg.norm(V[:, 0]), np.eye(3)[0]
        for k in (0, 1, 5, 12):
            ratio = (abs(np.linalg.eigvals(rest)).max() / 1.1) ** k
            bound = np.linalg.cond(V) * ratio * np.tan(angle(first, e))
            assert np.sin(angle(product(M, k) @ x, v)) <= bound * (1 + 1e-9)
    tight = product(np.diag([-1.1, 0.5]), 5) @ [1.0, 1e-4]
    same(np.sin(angle(tight, np.eye(2)[0])), (0.5 / 1.1) ** 5 * 1e-4, rtol=1e-6)


@checked(
    "eq-powers-steps",
    r"""
    \begin{aligned} k &\ge \frac{ \ln \dfrac{\sqrt{1 - \varepsilon^2}}{\varepsilon \tan \eta} }{ \ln
    \dfrac{\abs{\lambda_1}}{\abs{\lambda_2}} } \\[1ex] \Longrightarrow \quad P\bigl( &\angle(M^k x, v_1)
    \le \eta \bigr) \ge 1 - \delta \end{aligned}
    """,
)
def steps(rng):
    """For random k, take the angle that makes the first part an equality; the exact law then gives 1 − δ."""
    for _ in range(40):
        n, k, delta = int(rng.integers(2, 50)), int(rng.integers(1, 30)), rng.uniform(0.01, 0.99)
        ratio, eps = rng.uniform(0.3, 0.99), delta * np.sqrt(np.pi / (2 * n))
        tangent = ratio**k * np.sqrt(1 - eps**2) / eps
        assert 1 - chance((1 + tangent**2 / ratio ** (2 * k)) ** -0.5, n) >= 1 - delta
    eps = DELTA * np.sqrt(np.pi / (2 * N))
    bound = {k: RATIO**k * np.sqrt(1 - eps**2) / eps for k in (59, 60)}
    assert bound[60] <= np.tan(ETA) < bound[59]
    assert RATIO**60 / eps <= np.tan(ETA)
    assert round(0.5 * np.log(1e5) / -np.log(RATIO)) == 55
    assert round(np.log(0.9) / np.log(0.99)) == 10


@checked(
    "eq-powers-exact",
    r"""
    \begin{aligned} P\bigl( \angle(M^k x, v_1) \le \eta \bigr) &= P(u^2 \ge q_k), \\[1ex] q_k &=
    \frac{1}{1 + \abs{\lambda_1 / \lambda_2}^{2k} \tan^2 \eta} \end{aligned}
    """,
)
def exact(rng):
    """2001 measured angles for several k within four standard errors of the Beta law; 58.3 and 59 steps."""

    def law(k):
        return 1 - chance((1 + np.tan(ETA) ** 2 * RATIO ** (-2 * k)) ** -0.5, N)

    x, Q = rng.normal(size=(20_000, N)), np.linalg.qr(rng.normal(size=(N, N)))[0]
    M = (Q * ([1.0] + [RATIO, -RATIO, RATIO] * 3)) @ Q.T
    for k in (25, 40, 59):
        share, p = np.mean(angle(x @ np.linalg.matrix_power(M, k), Q[:, 0]) <= ETA), law(k)
        assert abs(share - p) < 4 * np.sqrt(p * (1 - p) / len(x))
    assert law(58.25) < 0.95 < law(58.35)
    assert law(58) < 0.95 <= law(59)
    numbers = angle_numbers()
    first = {name: next(k for k in range(91) if numbers[name][k] <= ETA) for name in list(numbers)[1:]}
    assert first == {"median": 36, "95 percent": 59, "theorem": 60}


# --- when it fails --------------------------------------------------------------------------------


@checked("eq-powers-tie", r"\lambda_1^{-k} M^k x - \bigl( c_1 v_1 + (-1)^k c_2 v_2 \bigr) \to 0")
def tie(rng):
    """A symmetric matrix with eigenvalues 2, −2 and smaller ones, at an even and an odd power."""
    Q, x = np.linalg.qr(rng.normal(size=(4, 4)))[0], rng.normal(size=4)
    M, c = (Q * [2.0, -2.0, 1.0, -0.5]) @ Q.T, Q.T @ x
    for k in (60, 61):
        limit = c[0] * Q[:, 0] + (-1) ** k * c[1] * Q[:, 1]
        same(np.linalg.matrix_power(M, k) @ x / 2.0**k, limit, rtol=1e-8)
    tied = np.array(failure_numbers()["a tie: 1 and $-1$"])
    same(tied, np.full(25, 50.0))


@checked(
    "eq-powers-rotation",
    r"""
    \biggl( r \begin{pmatrix} \cos\theta & -\sin\theta \\ \sin\theta & \cos\theta \end{pmatrix}
    \biggr)^{k} = r^k \begin{pmatrix} \cos k\theta & -\sin k\theta \\ \sin k\theta & \cos k\theta
    \end{pmatrix}
    """,
)
def rotation(rng):
    """Repeated products up to k = 7 with a random angle and stretch."""
    r, turn = rng.exponential(), rng.uniform(0, np.pi)

    def turned(angle):
        return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])

    for k in range(8):
        same(product(r * turned(turn), k), r**k * turned(k * turn), rtol=1e-9)
