"""Chapter 12: the mean degree of a function, and a gain behind a unit."""

from math import factorial, sqrt

import numpy as np
import torch
from checks.oracles import grad, same, value
from checks.registry import checked
from figures.saturation import P, Z, logistic, mean, tanh_slope
from figures.saturation_gain import growth, rest, slope_at_rest, wide
from numpy.polynomial.hermite_e import hermeval


def hermite(f, k: int) -> float:
    """The coefficient c_k of a function."""
    return float(P @ (f(Z) * hermeval(Z, [0] * k + [1]))) / sqrt(factorial(k))


@checked(
    "eq-saturation-degree",
    r"""
    \frac{\E f'(z)^2}{\operatorname{Var} f(z)} = \frac{\sum_{k \ge 1} k\, c_k^2}{\sum_{k \ge 1}
    c_k^2} \ge 1, \quad \text{equal only if } f \text{ is linear}
    """,
)
def degree(rng):
    """Quadrature of f and f' against the sum of the coefficients: a random cubic, a random shifted tanh."""
    polynomials = [np.ones_like(Z), Z]  # the recurrence of the page
    for k in range(1, 8):
        polynomials.append(Z * polynomials[-1] - k * polynomials[-2])
    for k, He in enumerate(polynomials):
        same(He, hermeval(Z, [0] * k + [1]), rtol=1e-9)
    same(polynomials[3], Z**3 - 3 * Z, rtol=1e-9)
    a = rng.normal(size=4)
    w, shift = rng.uniform(0.3, 1.2), rng.normal()
    cubic = (lambda z: np.polyval(a, z), lambda z: np.polyval(np.polyder(a), z))
    smooth = (lambda z: np.tanh(w * z + shift), lambda z: w * tanh_slope(w * z + shift))
    for f, slope in (cubic, smooth):
        ratio = mean(lambda z, d=slope: d(z) ** 2) / (mean(lambda z, f=f: f(z) ** 2) - mean(f) ** 2)
        c = np.array([hermite(f, k) for k in range(40)])
        same((np.arange(40) * c**2).sum() / (c[1:] ** 2).sum(), ratio, rtol=1e-3)
        assert ratio > 1
    same(a[0] ** 2 / (mean(lambda z: (a[0] * z + a[1]) ** 2) - a[1] ** 2), 1.0)  # linear: equal


@checked(
    "eq-saturation-keep",
    r"""
    \chi = g^2\, \E\, \phi'(\sqrt q z)^2 = \frac{q \E\, \phi'(\sqrt q z)^2}{\E\, \phi(\sqrt q z)^2}
    \ge 1
    """,
)
def keep(rng):
    """Odd functions at random q by quadrature; the logistic function, which is not odd, falls below 1."""

    def factor(phi, slope, q):
        return q * mean(lambda z: slope(np.sqrt(q) * z) ** 2) / mean(lambda z: phi(np.sqrt(q) * z) ** 2)

    for q in rng.uniform(0.05, 3, size=5):
        odd = {np.tanh: tanh_slope, np.arctan: lambda z: 1 / (1 + z**2), np.sin: np.cos}
        assert all(factor(phi, slope, q) > 1 for phi, slope in odd.items())
        assert factor(logistic, lambda z: logistic(z) * (1 - logistic(z)), q) < 1
    same(factor(lambda z: 3 * z, lambda z: 3 + 0 * z, 0.7), 1.0)
    one, tenth = factor(np.tanh, tanh_slope, 1.0), factor(np.tanh, tanh_slope, 0.1)
    assert round(one, 3) == 1.178
    assert round(one**24.5) == 55
    assert round(tenth, 4) == 1.0084
    assert round(tenth**24.5, 2) == 1.23


@checked(
    "eq-saturation-gain",
    r"""
    \begin{aligned} W_{t+1} \bigl( a\, \theta(z) \bigr) &= (a W_{t+1})\, \theta(z), \\[1ex] a\,
    \frac{\partial L}{\partial a} &= \sum_{i,j} (W_{t+1})_{ij} \Bigl[ \frac{\partial L}{\partial
    W_{t+1}} \Bigr]_{ij} \end{aligned}
    """,
)
def gain(rng):
    """Autograd by the gain and by the next matrix of a random network."""
    W = torch.tensor(rng.normal(size=(3, 4)), requires_grad=True)
    a = torch.tensor(rng.uniform(0.5, 3), dtype=torch.float64, requires_grad=True)
    z, y = torch.tensor(rng.normal(size=4)), torch.tensor(rng.normal(size=3))
    loss = ((torch.tanh(W @ (a * torch.tanh(z))) - y) ** 2).sum()
    same(value(W @ (a * torch.tanh(z))), value((a * W) @ torch.tanh(z)))
    same(value(a) * grad(loss, a), (value(W) * grad(loss, W)).sum())


@checked(
    "eq-saturation-rest",
    r"""
    \begin{aligned} h^* &= a \tanh h^*, & a \tanh'(h^*) &= a - \frac{h^{*2}}{a} < 1, \\[1ex] a &= 1
    + \varepsilon: & a \tanh'(h^*) &\approx 1 - 2 \varepsilon \end{aligned}
    """,
)
def at_rest(rng):
    """The iterated map for random gains: its rest, the complex step of the map there, and a = 1.001."""
    for a in rng.uniform(1.05, 4, size=5):
        h = rest(a)
        same(a * np.tanh(h), h, rtol=1e-9)
        step = (a * np.tanh(h + 1e-30j)).imag / 1e-30
        same(a - h * h / a, step, rtol=1e-8)
        assert 0 < step < 1
    same(slope_at_rest(0.7, "tanh"), 0.7, rtol=1e-9)
    h = rest(1.01)
    assert abs(h**2 / 0.01 - 3) < 0.1
    assert abs((slope_at_rest(1.01, "tanh") - 1) / 0.01 + 2) < 0.1
    h = rest(2.0)
    assert round(h / 2, 4) == 0.9575  # the start of 2 tanh in the place of tanh(2z)
    assert round(slope_at_rest(2.0, "tanh"), 3) == 0.166
    assert [round(slope_at_rest(a, "tanh"), 2) for a in (2, 3)] == [0.17, 0.03]


@checked(
    "eq-saturation-logistic",
    r"""
    a\, \sigma'(u) = u\, (1 - \sigma(u)) = \frac{u}{1 + e^u} \le 0.2785 \quad \text{for every } a >
    0
    """,
)
def balance(rng):
    """The rest of the map for random gains, and the largest value on a fine grid of u."""
    for a in rng.uniform(0.2, 8, size=6):
        h = rest(a, logistic)
        u = h  # with w = 1 the argument is the value
        same(u / logistic(u), a, rtol=1e-9)
        same(slope_at_rest(a, "logistic"), u / (1 + np.exp(u)), rtol=1e-9)
        same(u * (1 - logistic(u)), u / (1 + np.exp(u)))
    u = np.linspace(0, 10, 100_001)
    top = u[np.argmax(u / (1 + np.exp(u)))]
    assert round(float((u / (1 + np.exp(u))).max()), 4) == 0.2785 == round(float(top - 1), 4)
    assert abs((top - 1) * np.exp(top) - 1) < 1e-3


@checked("eq-saturation-wide", r"q^* \approx a - 1, \qquad \chi \approx 1 + \tfrac43 (a - 1)^2")
def wide_layers(rng):
    """The mean field by quadrature close to a = 1, and networks of 200 units with independent layers."""
    for a in (1.01, 1.02):
        q, chi = wide(a)
        assert abs(q / (a - 1) - 1) < 0.06
        assert abs((chi - 1) / (a - 1) ** 2 / (4 / 3) - 1) < 0.12
        c1, c3 = (hermite(lambda z, q=q: np.tanh(np.sqrt(q) * z), k) for k in (1, 3))
        same([c1**2 / q, c3**2 / (2 / 3 * q**3)], [1, 1], rtol=0.2)
        same(1 + 2 * c3**2 / c1**2, chi, rtol=1e-4)
    assert round(wide(1.1)[1] ** 25, 2) == 1.29
    assert round(wide(2.0)[1] ** 25, -1) == 2290
    for a in (0.8, 1.5, 2.0):
        same(growth(a), np.sqrt(wide(a)[1]) if a > 1 else a, rtol=0.04)
    assert [round(np.sqrt(wide(a)[1]), 2) for a in (2.0, 3.0)] == [1.17, 1.36]


@checked(
    "eq-saturation-learned",
    r"""
    L + \frac{\lambda}{2} \sum_{t=1}^{T} (a_t - 1)^2, \qquad \text{which adds } \lambda (a_t - 1)
    \text{ to } \frac{\partial L}{\partial a_t}
    """,
)
def learned(rng):
    """Autograd of the penalised loss against autograd of the loss."""
    a = torch.tensor(rng.uniform(0.5, 2, size=4), requires_grad=True)
    h = torch.tensor(rng.normal(size=3))
    for t in range(4):
        h = a[t] * torch.tanh(torch.tensor(rng.normal(size=(3, 3))) @ h)
    loss, lam = (h**2).sum(), rng.uniform(0.1, 2)
    same(grad(loss + lam / 2 * ((a - 1) ** 2).sum(), a) - grad(loss, a), lam * (value(a) - 1))
