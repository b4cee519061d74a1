"""Chapter 7: saturation, and the cliff in the error surface of one unit."""

from functools import reduce

import numpy as np
import sympy as sp
import torch
from checks.exploding_unit import sigma
from checks.oracles import same
from checks.registry import checked
from figures.exploding_edge import saturated
from figures.exploding_unit import across, logistic, surface

from course.oracles import complex_step

# --- saturation -----------------------------------------------------------------------------------


@checked("eq-exploding-tails", r"\sigma'(a) \le e^{-\abs{a}}, \qquad \tanh'(a) \le 4 e^{-2 \abs{a}}")
def tails(rng):
    """Slopes by the complex step, up to |a| = 15; far out the bounds are reached."""
    for a in rng.uniform(-15, 15, size=30):
        assert complex_step(sigma, np.array(a)) <= np.exp(-abs(a))
        assert complex_step(np.tanh, np.array(a)) <= 4 * np.exp(-2 * abs(a))
    same(complex_step(sigma, np.array(-15.0)), np.exp(-15), rtol=1e-5)
    same(complex_step(np.tanh, np.array(9.0)), 4 * np.exp(-18), rtol=1e-5)


@checked(
    "eq-exploding-flat",
    r"""
    \begin{aligned} \frac{\dd}{\dd a}\, \tfrac12 (\sigma(a) - 1)^2 &= -\sigma(a) (1 - \sigma(a))^2, \\[1ex]
    \frac{\dd}{\dd a} \bigl( -\ln \sigma(a) \bigr) &= -(1 - \sigma(a)) \end{aligned}
    """,
)
def flat(rng):
    """SymPy differentiates both losses; the two numbers at a = -10."""
    a = sp.Symbol("a", real=True)
    s = 1 / (1 + sp.exp(-a))
    squared, entropy = sp.diff((s - 1) ** 2 / 2, a), sp.diff(-sp.log(s), a)
    assert sp.simplify(squared + s * (1 - s) ** 2) == 0
    assert sp.simplify(entropy + (1 - s)) == 0
    assert f"{float(squared.subs(a, -10)):.6f}" == "-0.000045"
    assert f"{float(entropy.subs(a, -10)):.5f}" == "-0.99995"


@checked(
    "eq-exploding-mean-slope",
    r"""
    \operatorname{E} \phi'(a) \le \frac{R}{s \sqrt{2\pi}}, \qquad \operatorname{E} \phi'(a)^2 \approx
    \frac{1}{s \sqrt{2\pi}} \int \phi'(u)^2\, \dd u \quad \text{for large } s
    """,
)
def mean_slope(rng):
    """Expectations by the trapezoidal rule for tanh at random s, 4/3 by SymPy, and a layer of 2000 units."""
    u = sp.Symbol("u", real=True)
    assert sp.integrate(1 - u**2, (u, -1, 1)) == sp.Rational(4, 3)  # ∫ tanh'² da, with u = tanh a
    for s in rng.uniform(0.5, 50, size=5):
        assert saturated(s)[1] <= 2 / (s * np.sqrt(2 * np.pi))
    _, mean, gain = saturated(40)
    same(mean, 2 / (40 * np.sqrt(2 * np.pi)), rtol=1e-3)
    same((gain / 40) ** 2, 4 / 3 / (40 * np.sqrt(2 * np.pi)), rtol=1e-3)
    n, s = 2000, 10.0
    W, below, v = (
        s * rng.normal(size=(n, n)) / np.sqrt(n),
        rng.choice([-1.0, 1.0], size=n),
        rng.normal(size=n),
    )
    slopes = 1 - np.tanh(W @ below) ** 2
    np.testing.assert_allclose(np.linalg.norm(W.T @ (slopes * v)) / np.linalg.norm(v), 2.3, rtol=0.2)
    assert [f"{x:.2g}" for x in saturated(10)] == ["5.5e-06", "0.079", "2.3"]
    assert f"{saturated(1, mean=10)[2] * 10:.1e}" == "4.5e-06"


# --- the cliff ------------------------------------------------------------------------------------


@checked(
    "eq-exploding-address",
    r"""
    \begin{aligned} b &= \ln \frac{h_0}{1 - h_0} - w h_0, & s &= h_0 (1 - h_0), \quad c = w s: \\[1ex]
    \frac{\partial h_T}{\partial b} &= s\, \frac{c^T - 1}{c - 1} \end{aligned}
    """,
)
def address(rng):
    """Autograd through six steps from a random start; by w it is h_0 times as much."""
    w, h_0 = rng.uniform(5, 9), rng.uniform(0.3, 0.7)
    b = np.log(h_0 / (1 - h_0)) - w * h_0
    leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (b, w)]
    h = torch.tensor(h_0, dtype=torch.float64)
    for _ in range(6):
        h = torch.sigmoid(leaves[1] * h + leaves[0])
    by_b, by_w = (g.item() for g in torch.autograd.grad(h, leaves))
    s = h_0 * (1 - h_0)
    same(by_b, s * ((w * s) ** 6 - 1) / (w * s - 1), rtol=1e-7)
    same(by_w, h_0 * by_b, rtol=1e-7)


@checked(
    "eq-exploding-narrow",
    r"w > 0: \qquad \int_{-\infty}^{\infty} \frac{\partial h_T}{\partial b}\, \dd b = 1",
)
def narrow(rng):
    """The derivative, by its own recurrence, integrated over a fine grid of b; the numbers of the picture."""
    w, b = rng.uniform(1, 6), np.linspace(-60, 50, 400_001)
    h, by_b = np.full_like(b, 0.5), np.zeros_like(b)
    for _ in range(5):
        h = logistic(w * h + b)
        by_b = h * (1 - h) * (1 + w * by_b)
    np.testing.assert_allclose(by_b.sum() * (b[1] - b[0]), 1, rtol=1e-3)
    wall, beside = (surface(np.array(8.0), np.array(-4 + d))[1] for d in (0, 1e-3))
    assert f"{wall:.0e}" == "6e+13"
    assert f"{beside:.4f}" == "0.0097"
    above, below = (float(surface(np.array(8.0), np.array(-4 + d))[0]) for d in (1e-3, -1e-3))
    assert [round(above, 2), round(below, 2)] == [0.04, 0.23]
    distance, steep = across()
    assert (steep < 1 / distance).all()
    assert f"{steep[0]:.0e}" == "2e+14"
    assert (steep[distance > 1.1e-10] < 0.03).all()
    slope_over_a_quadrant(rng)


def slope_over_a_quadrant(rng):
    """The ReLU unit of the page from h_0 = 0: like w^T where w > 1 and b > 0, and bounded around it."""

    def state(w, b, T):
        return reduce(lambda h, _: max(w * h + b, 0.0), range(T), 0.0)

    same(state(2, 0.3, 20), 0.3 * (2**20 - 1))
    for w, b in rng.uniform([1.1, 0.01], [3, 2], size=(6, 2)):
        same(state(w, b, 200) / w**200, b / (w - 1), rtol=1e-6)
    for w, b in ((2, -0.1), (0.5, 0.1), (-2, 0.1), (-2, -0.1)):
        assert state(w, b, 200) <= 0.2
