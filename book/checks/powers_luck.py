"""Chapter 5: how likely a random column is to miss an eigenvector."""

import mpmath
import numpy as np
from checks.oracles import same
from checks.registry import checked
from figures.powers import chance, luck_numbers


@checked(
    "eq-powers-luck",
    r"""
    P\Bigl( \frac{\abs{v_1\T x}}{\norm{x}} \le \varepsilon \Bigr) \le \varepsilon \sqrt{\frac{2n}{\pi}}
    """,
)
def luck(rng):
    """The exact law stays below the line for many n; near zero the ratio is what the page says."""
    for n in (2, 3, 4, 10, 1000):
        for eps in (1e-4, 1e-2, 0.3, 0.9, 1.0):
            assert chance(eps, n) <= eps * np.sqrt(2 * n / np.pi)
    assert round(1e-4 * np.sqrt(4 / np.pi) / chance(1e-4, 2), 2) == 1.77
    assert round(1e-4 * np.sqrt(20 / np.pi) / chance(1e-4, 10), 2) == 1.08
    at = int(np.argmin(abs(np.array(luck_numbers()["eps"]) - 1e-3)))
    quoted = {2: (0.0006, 0.0011), 10: (0.0023, 0.0025), 1000: (0.025, 0.025)}
    for n, pair in quoted.items():
        got = [luck_numbers()[f"{name}, n = {n}"][at] for name in ("exact", "bound")]
        assert tuple(round(p, 4 if n < 1000 else 3) for p in got) == pair
    coins = [np.array([a, b]) @ [1, -1] for a in (1, -1) for b in (1, -1)]  # no normal law, no lemma
    assert np.mean(np.array(coins) == 0) == 0.5


@checked("eq-powers-beta", r"u^2 \sim \operatorname{Beta}\Bigl( \frac12, \frac{n-1}{2} \Bigr)")
def beta_law(rng):
    """The share of 200,000 normal columns below four thresholds, within four standard errors."""
    for n in (2, 3, 7):
        X = rng.normal(size=(200_000, n))
        u = abs(X[:, 0]) / np.linalg.norm(X, axis=1)
        for eps in (0.05, 0.2, 0.5, 0.8):
            p = chance(eps, n)
            assert abs(np.mean(u <= eps) - p) < 4 * np.sqrt(p * (1 - p) / len(u)) + 1e-6


@checked(
    "eq-powers-density",
    r"""
    f(u) = \frac{\Gamma(\frac n2)}{\sqrt{\pi}\; \Gamma(\frac{n-1}{2})}\, (1 - u^2)^{(n-3)/2}
    """,
)
def density(rng):
    """Integrated by mpmath from −ε to ε it gives the Beta law's probability."""
    for n in (2, 3, 4, 9):
        scale = mpmath.gamma(n / 2) / (mpmath.sqrt(mpmath.pi) * mpmath.gamma((n - 1) / 2))
        for eps in (0.1, 0.6, 0.95):
            area = mpmath.quad(lambda u, c=scale, n=n: c * (1 - u**2) ** ((n - 3) / 2), [-eps, eps])
            same(float(area), chance(eps, n), rtol=1e-8)


@checked(
    "eq-powers-gamma",
    r"""
    2 \varepsilon f(0) = \frac{2 \varepsilon}{\sqrt{\pi}}\,
    \frac{\Gamma(\frac n2)}{\Gamma(\frac{n-1}{2})} \le \frac{2 \varepsilon}{\sqrt{\pi}}
    \sqrt{\frac{n-1}{2}} \le \varepsilon \sqrt{\frac{2n}{\pi}}
    """,
)
def gamma(rng):
    """mpmath's Gamma function for n from 2 to 2000; the inequality from convexity as well."""
    for n in (*range(2, 40), 2000):
        z = mpmath.mpf(n - 1) / 2
        assert mpmath.gamma(z + 0.5) ** 2 <= mpmath.gamma(z) * mpmath.gamma(z + 1)
        first = 2 / mpmath.sqrt(mpmath.pi) * mpmath.gamma(z + 0.5) / mpmath.gamma(z)
        second = 2 / mpmath.sqrt(mpmath.pi) * mpmath.sqrt(z)
        assert first <= second <= mpmath.sqrt(2 * n / mpmath.pi)


@checked("eq-powers-plane", r"P(\abs{u} \le \varepsilon) = \frac{2}{\pi} \arcsin \varepsilon \le \varepsilon")
def plane(rng):
    """The Beta law for n = 2 against the arcsine."""
    for eps in rng.uniform(size=20):
        same(2 / np.pi * np.arcsin(eps), chance(eps, 2), rtol=1e-9)
        assert 2 / np.pi * np.arcsin(eps) <= eps
