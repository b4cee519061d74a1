"""Chapter 7, the logistic unit: its slope, and its budget."""

import numpy as np
from checks.oracles import same
from checks.registry import checked
from figures.exploding_unit import exponents, off_balance, two_units

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
