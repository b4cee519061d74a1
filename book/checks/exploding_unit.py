"""Chapter 7, the logistic unit: its slope, its budget, saturation and the cliff."""

import numpy as np
import sympy as sp
import torch
from checks.oracles import same
from checks.registry import checked
from figures.exploding_edge import saturated
from figures.exploding_unit import across, exponents, logistic, off_balance, surface, two_units

from course.oracles import complex_step


def sigma(a):
    """The logistic function, fit for complex numbers."""
    return 1 / (1 + np.exp(-a))


@checked(
    "eq-exploding-slope",
    r"""
    \begin{aligned} h_t &= \sigma(a_t), \qquad a_t = w h_{t-1} + x_t, \\[1ex] \abs{\frac{\partial
    h_t}{\partial h_{t-1}}} &= \abs{w}\, h_t (1 - h_t) \le \frac{\abs{w}}{4}, \quad \text{equal only at }
    a_t = 0 \end{aligned}
    """,
)
def slope(rng):
    """The complex step at random states; the bound is reached when the input balances the state."""
    for _ in range(20):
        w, x, h = rng.normal(size=3) * (5, 2, 1)
        got = float(np.abs(complex_step(lambda h, w=w, x=x: sigma(w * h + x), np.array(h))))
        now = sigma(w * h + x)
        same(got, abs(w) * now * (1 - now), rtol=1e-5)
        assert got < abs(w) / 4
        balanced = complex_step(lambda u, w=w, h=h: sigma(w * u - w * h), np.array(h))
        same(np.abs(balanced), abs(w) / 4)


@checked("eq-exploding-quarter", r"\smax(D_t W_{hh}) \le \tfrac14\, \smax(W_{hh})")
def quarter(rng):
    """The complex step's Jacobian of a logistic layer; equality where every pre-activation is zero."""
    for _ in range(20):
        W, h, b = 5 * rng.normal(size=(4, 4)), rng.uniform(size=4), rng.normal(size=4)
        top = np.linalg.svd(W)[1][0]
        assert np.linalg.svd(complex_step(lambda u, W=W, b=b: sigma(W @ u + b), h))[1][0] <= top / 4
        J = complex_step(lambda u, W=W, h=h: sigma(W @ u - W @ h), h)
        same(np.linalg.svd(J)[1][0], top / 4)


@checked(
    "eq-exploding-window",
    r"""
    \abs{w}\, \sigma'(a) > 1 \quad \text{exactly if} \quad \abs{a} < 2 \operatorname{arcosh}
    \frac{\sqrt{\abs{w}}}{2}
    """,
)
def window(rng):
    """Slopes by the complex step just inside and just outside the window, for random weights past 4."""
    for w in rng.uniform(4.5, 60, size=10):
        edge = 2 * np.arccosh(np.sqrt(w) / 2)
        for a, inside in ((edge - 1e-6, True), (edge + 1e-6, False), (-edge + 1e-6, True), (0.0, True)):
            assert (w * complex_step(sigma, np.array(a)) > 1) == inside
    assert [round(float(2 * np.arccosh(np.sqrt(w) / 2)), 2) for w in (8, 40)] == [1.76, 3.64]


# --- the budget -----------------------------------------------------------------------------------


def gains(rng, T, points=200_001):
    """The gain of one unit with random weight and inputs on a fine grid of starts."""
    w, h, gain = rng.choice([-1, 1]) * rng.uniform(2, 30), np.linspace(0, 1, points), 1.0
    for x in -w / 2 + rng.normal(size=T):
        h = sigma(w * h + x)
        gain = gain * w * h * (1 - h)
    return h, np.abs(gain)


@checked("eq-exploding-budget", r"\int_0^1 \abs{\frac{\dd h_T}{\dd h_0}}\, \dd h_0 < 1")
def budget(rng):
    """The trapezoidal integral over 200,001 starts, for random weights of both signs and random inputs."""
    for T in (1, 3, 6):
        h, gain = gains(rng, T)
        whole = np.sum((gain[1:] + gain[:-1]) / 2) / (len(gain) - 1)
        np.testing.assert_allclose(whole, abs(h[-1] - h[0]), rtol=1e-3)
        assert whole < 1


@checked(
    "eq-exploding-rare",
    r"""
    \operatorname{length}\Bigl\{ h_0 \in (0, 1) : \abs{\frac{\dd h_T}{\dd h_0}} \ge M \Bigr\} < \frac{1}{M}
    """,
)
def rare(rng):
    """The share of 200,001 starts with a gain of at least M, for four M."""
    for T in (1, 2, 4, 8):
        _, gain = gains(rng, T)
        for M in (1, 2, 5, 20):
            assert np.mean(gain >= M) < 1 / M


@checked(
    "eq-exploding-exponent",
    r"\limsup_{T \to \infty} \frac{1}{T} \ln \abs{\frac{\dd h_T}{\dd h_0}} \le 0",
)
def exponent(rng):
    """The exponents on the grid |w| ≤ 40, and of 200 random units and starts over 2000 random inputs."""
    assert exponents().max() <= 0
    assert f"{exponents().max():.0e}" == "-4e-04"
    w = rng.uniform(-40, 40, size=200)
    h, total, T = rng.uniform(size=200), np.zeros(200), 2000
    for _ in range(T):
        h = sigma(np.clip(w * h - w / 2 + rng.normal(size=200), -300, 300))
        total += np.log(np.maximum(np.abs(w) * h * (1 - h), 1e-300))
    assert (total / T < 0.02).all()
    W, b = np.array([[-11.0, 12.0], [-18.0, 15.0]]), np.array([-10.0, -3.0])
    grown = two_units(W, b, steps=10_000)
    assert round(grown, 1) == 0.5  # two units do explode
    assert round(np.exp(0.54), 1) == 1.7


@checked(
    "eq-exploding-balanced",
    r"""
    b = -\frac{w}{2}, \quad h_0 = \frac12: \qquad h_t = \frac12, \quad a_t = 0, \qquad \frac{\dd h_T}{\dd
    h_0} = \Bigl( \frac{w}{4} \Bigr)^T
    """,
)
def balanced(rng):
    """The complex step through seven balanced steps; a start beside it has lost its gain by step 60."""
    w = rng.uniform(-20, 20)

    def forward(h):
        for _ in range(7):
            h = sigma(w * h - w / 2)
        return h

    assert forward(0.5) == 0.5
    same(complex_step(forward, np.array(0.5)), (w / 4) ** 7)
    gain = off_balance(8, 1e-12, 60)
    assert gain.argmax() in (38, 39, 40)
    assert gain[-1] < 1 < gain[40]


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
