"""Chapter 7, the edge of chaos: the mean field against layers drawn at random, and what was measured."""

import numpy as np
from checks.oracles import same
from checks.registry import checked
from figures.exploding_edge import ACTIVATIONS, CURVES, DOTS, edge, measured, rate, recorded, variance

Z = np.linspace(-9, 9, 3001)
P = np.exp(-(Z**2) / 2) / np.exp(-(Z**2) / 2).sum()


def layer(rng, phi, q, g, n=1500):
    """States φ(√q z) of n units, independent of W, and a matrix of scale g: a, the next a, and W."""
    a, W = np.sqrt(q) * rng.normal(size=n), g * rng.normal(size=(n, n)) / np.sqrt(n)
    return W @ phi(a), W


@checked(
    "eq-exploding-variance",
    r"q_{t+1} = g^2 \operatorname{E}\, \phi\bigl( \sqrt{q_t}\, z \bigr)^2",
)
def next_variance(rng):
    """The pre-activations of 1500 units after one random layer, for tanh, ReLU and the logistic function."""
    for phi, _, centred in ACTIVATIONS.values():
        q, g = rng.uniform(0.5, 3), rng.uniform(0.7, 4)
        a, _ = layer(rng, phi, q, g)
        if not centred:
            np.testing.assert_allclose(np.mean(a**2), g**2 * (P @ phi(np.sqrt(q) * Z) ** 2), rtol=0.2)


@checked(
    "eq-exploding-chi",
    r"""
    \chi = g^2 \operatorname{E}\, \phi'\bigl( \sqrt{q}\, z \bigr)^2, \qquad \lambda = \tfrac12 \ln \chi
    """,
)
def chi(rng):
    """How a random layer stretches a random change at rest, and the exponents recorded for 44 networks."""
    for name in ("tanh", "ReLU", "logistic, $b = 0$"):
        phi, slope, _ = ACTIVATIONS[name]
        g = rng.uniform(1.5, 5)
        q = 1.0 if name == "ReLU" else variance(g, phi)
        a, _ = layer(rng, phi, q, g)
        if name == "ReLU":
            a = a / np.sqrt(np.mean(a**2))
        W, v = g * rng.normal(size=(len(a), len(a))) / np.sqrt(len(a)), rng.normal(size=len(a))
        stretched = np.linalg.norm(slope(a) * (W @ v)) / np.linalg.norm(v)
        np.testing.assert_allclose(np.log(stretched), rate(name, g), atol=0.15)
    for name in CURVES:
        np.testing.assert_allclose(recorded()[name], [rate(name, g) for g in DOTS[name]], atol=0.06)
    same(measured("tanh", DOTS["tanh"][0]), recorded()["tanh"][0], rtol=1e-3)


@checked(
    "eq-exploding-centred",
    r"""
    b = -\tfrac12 W_{hh} \mathbf{1}, \quad u_t = 2 h_t - \mathbf{1}: \qquad u_t = \tanh\bigl( \tfrac14
    W_{hh}\, u_{t-1} \bigr)
    """,
)
def centred(rng):
    """A logistic network with the bias, and a tanh network with a quarter of the weights, side by side."""
    W, h = 6 * rng.normal(size=(5, 5)), rng.uniform(size=5)
    u = 2 * h - 1
    for _ in range(4):
        h, u = 1 / (1 + np.exp(-(W @ h - W.sum(axis=1) / 2))), np.tanh(W @ u / 4)
        same(2 * h - 1, u, rtol=1e-8)


@checked(
    "eq-exploding-edges",
    r"""
    g_{\tanh} = 1, \qquad g_{\operatorname{ReLU}} = \sqrt2, \qquad g_{\sigma,\, \text{centred}} = 4, \qquad
    g_{\sigma,\, b = 0} \approx 10.15
    """,
)
def edges(rng):
    """The signs of the mean field's rate on both sides of each edge, and the measured signs nearest to it."""
    assert round(edge("logistic, $b = 0$"), 2) == 10.15
    where = dict(zip(CURVES, (1, np.sqrt(2), 4, 10.149), strict=True))
    for name, g in where.items():
        assert rate(name, 0.98 * g) < 0 < rate(name, 1.05 * g)
        dots = np.array(recorded()[name])
        assert (dots[DOTS[name] < 0.9 * g] < 0).all()
        assert (dots[DOTS[name] > 1.2 * g] > 0).all()
    assert round(edge("tanh", inputs=1.0), 2) == 1.86
    driven = rate("tanh", 1.5, 1.0), measured("tanh", 1.5, 1.0, n=400)
    assert [round(float(x), 2) for x in (rate("tanh", 1.5), *driven)] == [0.07, -0.14, -0.15]
    rates = [rate(name, g) for g in (1.2, 3) for name in ("tanh", "ReLU")]
    assert [round(float(x), 2) for x in rates] == [0.02, -0.16, 0.31, 0.75]
