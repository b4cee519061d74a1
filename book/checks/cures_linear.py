"""Chapter 14: linear recurrences by design."""

import numpy as np
import sympy as sp
from checks.cures_scan import recurrence
from checks.oracles import same
from checks.registry import checked
from figures.cures_linear import SPANS, spreads


@checked(
    "eq-cures-linear",
    r"""
    a_t = \lambda \odot a_{t-1} + W_{hx} x_t, \qquad \frac{\dd a_t}{\dd a_k} = \diag(\lambda)^{t-k}
    """,
)
def linear(rng):
    """What a complex move of each entry of one state does to a later one; moves far too large for noise."""
    values = (rng.normal(size=3) + 1j * rng.normal(size=3)) / 2
    given = rng.normal(size=(6, 3))

    def last(a):
        for x in given:
            a = values * a + x
        return a

    start, move = rng.normal(size=3), 1000 * np.exp(1j * rng.normal())
    columns = [(last(start + move * e) - last(start)) / move for e in np.eye(3)]
    same(np.array(columns).T, np.diag(values**6), rtol=1e-9)


@checked(
    "eq-cures-disc",
    r"""
    \lambda = \exp\bigl( -e^{\nu} + i\, \theta \bigr), \qquad \abs{\lambda} = \exp(-e^{\nu}) < 1,
    \qquad \tau = -\frac{1}{\ln \abs{\lambda}} = e^{-\nu}
    """,
)
def disc(rng):
    """NumPy's complex exponential for random ν and θ, also large ones."""
    for nu, theta in zip(rng.normal(scale=2, size=20), rng.normal(scale=9, size=20), strict=True):
        value = np.exp(-np.exp(nu) + 1j * theta)
        same(abs(value), np.exp(-np.exp(nu)), rtol=1e-9)
        assert abs(value) < 1
        same(-1 / np.log(abs(value)), np.exp(-nu), rtol=1e-6) if abs(value) > 0 else None


@checked(
    "eq-cures-variance",
    r"""
    \operatorname{E} \abs{a_t}^2 = \frac{1}{1 - \abs{\lambda}^2}, \qquad \operatorname{E}
    \Bigl\lvert \frac{\dd a_t}{\dd \lambda} \Bigr\rvert^2 = \sum_{k=1}^{\infty} k^2
    \abs{\lambda}^{2(k-1)} = \frac{1 + \abs{\lambda}^2}{(1 - \abs{\lambda}^2)^3}
    """,
)
def variance(rng):
    """SymPy's sums over all lags; then the spreads that were simulated."""
    m, k = sp.Symbol("m", positive=True), sp.Symbol("k", integer=True)
    first = sp.summation(m ** (2 * k), (k, 0, sp.oo))
    assert sp.simplify(first.args[0][0] - 1 / (1 - m**2)) == 0
    square = sp.series((1 + m**2) / (1 - m**2) ** 3, m, 0, 16).removeO()
    assert sp.expand(square - sum(j**2 * m ** (2 * j - 2) for j in range(1, 9))) == 0
    for span in SPANS:
        modulus = np.exp(-1 / span)
        by_value = np.sqrt((1 + modulus**2) / (1 - modulus**2) ** 3)
        same(spreads(span)[0], by_value, rtol=0.08)


@checked(
    "eq-cures-half",
    r"""
    \lim_{\lambda \to 1} \; (1 - \lambda^2)\, (\lambda \ln \lambda)^2\; \frac{1 + \lambda^2}{(1 -
    \lambda^2)^3} = \frac12
    """,
)
def half(rng):
    """SymPy's limit and derivative; the three factors that the page names."""
    x, nu = sp.Symbol("x", positive=True), sp.Symbol("nu", real=True)
    whole = (1 - x**2) * (x * sp.log(x)) ** 2 * (1 + x**2) / (1 - x**2) ** 3
    assert sp.limit(sp.simplify(whole), x, 1) == sp.Rational(1, 2)
    size = 1 / (1 - x**2) ** 2  # E |d/dλ of √(1−λ²) a|², from the three sums over lags
    k = sp.Symbol("k", positive=True)
    lags = (sp.sqrt(1 - x**2) * k * x ** (k - 1) - x / sp.sqrt(1 - x**2) * x**k) ** 2
    at = {x: sp.Rational(3, 5)}
    total = sum(float(lags.subs(at | {k: j})) for j in range(1, 80)) + float((x**2 / (1 - x**2)).subs(at))
    assert abs(total - float(size.subs(at))) < 1e-9
    assert sp.limit((x * sp.log(x)) ** 2 * size, x, 1) == sp.Rational(1, 4)
    value = sp.exp(-sp.exp(nu))
    assert sp.simplify(sp.diff(value, nu) - value * (-sp.exp(nu))) == 0
    assert sp.simplify(sp.expand_log(sp.log(value), force=True) + sp.exp(nu)) == 0
    growth = [b / a for a, b in zip(spreads(SPANS[0]), spreads(SPANS[-1]), strict=True)]
    assert 650 < growth[0] < 800
    assert [round(growth[1]), round(growth[2], 1)] == [10, 1.2]
    assert abs(spreads(300.0)[2] - np.sqrt(0.5)) < 0.05


@checked(
    "eq-cures-invariant",
    r"""
    a_t[x + x'] = a_t[x] + a_t[x'], \qquad a_{t+1}[0, x_1, \ldots, x_t] = a_t[x_1, \ldots, x_t]
    \qquad (a_0 = 0)
    """,
)
def invariant(rng):
    """The recurrence run on a sum of inputs, and on a delayed one; a gate that reads x breaks the first."""
    c, x, other = rng.normal(size=2), *rng.normal(size=(2, 5, 2))
    fixed = [c] * 5
    same(recurrence(fixed, x + other), np.add(recurrence(fixed, x), recurrence(fixed, other)))
    late = recurrence([c] * 6, np.concatenate([np.zeros((1, 2)), x]))
    same(late[1:], recurrence(fixed, x))
    gated = [recurrence(np.tanh(v), v)[-1] for v in (x, other, x + other)]
    assert abs(gated[0] + gated[1] - gated[2]).max() > 1e-6
