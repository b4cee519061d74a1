"""Chapter 13: rates that are computed. Noisy parabolas, and what a memory that depends on the signal does."""

import numpy as np
import sympy as sp
from checks.oracles import same
from checks.registry import checked
from figures.optimizers import FIXED, noisy

h, w, goal, eta, sigma = sp.symbols("h w w^* eta sigma", positive=True)
c1, c2 = goal + sigma, goal - sigma  # two equally likely minima: mean w*, variance σ²


def mean(f) -> sp.Expr:
    """The expectation over the two minima."""
    return sp.expand((f(c1) + f(c2)) / 2)


@checked(
    "eq-optimizers-noisy",
    r"""
    g = h\, (w - c), \qquad \operatorname{E} g = h\, (w - w^*), \qquad \operatorname{E} g^2 = h^2
    \bigl( (w - w^*)^2 + \sigma^2 \bigr)
    """,
)
def noisy_moments(rng):
    """SymPy averages over two equally likely minima; then a sample of a hundred thousand normal ones."""
    assert sp.simplify(mean(lambda c: h * (w - c)) - h * (w - goal)) == 0
    assert sp.simplify(mean(lambda c: (h * (w - c)) ** 2) - h**2 * ((w - goal) ** 2 + sigma**2)) == 0
    curvature, at, best, spread = rng.exponential(), *rng.normal(size=2), rng.uniform(0.5, 2)
    g = curvature * (at - best - spread * rng.normal(size=100_000))
    assert abs(g.mean() - curvature * (at - best)) < 5 * curvature * spread / np.sqrt(100_000)
    same((g**2).mean(), curvature**2 * ((at - best) ** 2 + spread**2), rtol=0.05)


@checked(
    "eq-optimizers-greedy",
    r"""
    \begin{aligned} \operatorname{E} (w - \eta g - w^*)^2 &= (w - w^*)^2 - 2 \eta\, (w - w^*)
    \operatorname{E} g + \eta^2 \operatorname{E} g^2, \\[1ex] \eta^* &= \frac{(w - w^*)
    \operatorname{E} g}{\operatorname{E} g^2} = \frac{1}{h} \cdot \frac{(\operatorname{E}
    g)^2}{\operatorname{E} g^2} \end{aligned}
    """,
)
def greedy(rng):
    """SymPy's expectation, its derivative by the rate, and the two ways to write the root."""
    after = mean(lambda c: (w - eta * h * (w - c) - goal) ** 2)
    first, second = mean(lambda c: h * (w - c)), mean(lambda c: (h * (w - c)) ** 2)
    assert sp.simplify(after - ((w - goal) ** 2 - 2 * eta * (w - goal) * first + eta**2 * second)) == 0
    (best,) = sp.solve(sp.diff(after, eta), eta)
    assert sp.simplify(best - (w - goal) * first / second) == 0
    assert sp.simplify(best - first**2 / (h * second)) == 0


@checked(
    "eq-optimizers-harmonic",
    r"""
    \begin{aligned} \text{constant:} && d' &= (1 - \eta h)^2\, d + \eta^2 h^2 \sigma^2
    \;\longrightarrow\; \frac{\eta h\, \sigma^2}{2 - \eta h}, \\[1ex] \text{best:} && d' &=
    \frac{d\, \sigma^2}{d + \sigma^2}, \qquad \frac{1}{d'} = \frac{1}{d} + \frac{1}{\sigma^2}
    \end{aligned}
    """,
)
def harmonic(rng):
    """SymPy puts both rates into the expected distance; then the recorded runs, floors and all."""
    d = sp.Symbol("d", positive=True)
    after = sp.expand(mean(lambda c: (w - eta * h * (w - c) - goal) ** 2)).subs(w, goal + sp.sqrt(d))
    assert sp.simplify(after - ((1 - eta * h) ** 2 * d + eta**2 * h**2 * sigma**2)) == 0
    floor = eta * h * sigma**2 / (2 - eta * h)
    assert sp.simplify(after.subs(d, floor) - floor) == 0
    best = sp.simplify(after.subs(eta, d / (h * (d + sigma**2))))
    assert sp.simplify(best - d * sigma**2 / (d + sigma**2)) == 0
    assert sp.simplify(1 / best - 1 / d - 1 / sigma**2) == 0
    curves = noisy()
    for rate in FIXED:
        assert abs(curves[f"rate {rate}"][-300:].mean() / (rate / (2 - rate)) - 1) < 0.05
    assert [f"{rate / (2 - rate):.2g}" for rate in FIXED] == ["0.33", "0.053", "0.01"]
    t = np.arange(1, 1000)
    assert (np.abs(curves["best rate"][1:] * (t + 0.01) - 1) < 0.25).all()
    assert 0.075 < curves["estimated from ten"][-300:].mean() < 0.095


def weighted(rng, x_of) -> None:
    """Running means with any weights 1/n in (0, 1]: the share x of the squared mean in the mean square."""
    G = rng.normal(size=50) + rng.normal()
    for _ in range(20):
        weights = rng.dirichlet(rng.uniform(0.1, 3, size=len(G)))
        assert 0 <= x_of(weights @ G, weights @ G**2) <= 1


@checked(
    "eq-optimizers-vsgd",
    r"""
    \begin{aligned} \bar g &\leftarrow \Bigl( 1 - \frac1n \Bigr) \bar g + \frac1n\, g, & \bar v,\,
    \bar h &\text{ likewise from } g^2,\, h, \\[1ex] \eta &= \frac{\bar g^2}{\bar h\, \bar v}, & n
    &\leftarrow \Bigl( 1 - \frac{\bar g^2}{\bar v} \Bigr)\, n + 1 \end{aligned}
    """,
)
def vsgd(rng):
    """The rate that the exact moments of a noisy parabola give is the best one; the share is in [0, 1]."""
    first, second = mean(lambda c: h * (w - c)), mean(lambda c: (h * (w - c)) ** 2)
    best = (w - goal) * first / second
    assert sp.simplify(first**2 / (h * second) - best) == 0
    weighted(rng, lambda g, v: g**2 / v)
    n = sp.Symbol("n", positive=True)
    assert sp.solve((1 - sp.Rational(1, 7)) * n + 1 - n, n) == [7]  # the memory comes to rest at 1/x


@checked(
    "eq-optimizers-memory",
    r"""
    n_t - \frac1x = (1 - x)^t \Bigl( n_0 - \frac1x \Bigr), \qquad n_t = n_0 + t \quad \text{for } x
    = 0
    """,
)
def memory(rng):
    """The recurrence of the lemma run with SymPy's fractions, for shares from 0 to 1."""
    for x in (sp.Rational(1, 7), sp.Rational(9, 10), sp.Integer(1), sp.Integer(0)):
        n = start = sp.Rational(int(rng.integers(1, 50)), 3)
        for t in range(1, 9):
            n = (1 - x) * n + 1
            closed = 1 / x + (1 - x) ** t * (start - 1 / x) if x else start + t
            assert sp.simplify(n - closed) == 0


@checked(
    "eq-optimizers-smorms3",
    r"""
    \begin{aligned} r_t &= \frac{1}{n_{t-1} + 1}, & \bar g_t &= (1 - r_t)\, \bar g_{t-1} + r_t\,
    g_t, \\[1ex] \bar v_t &= (1 - r_t)\, \bar v_{t-1} + r_t\, g_t^2, & x_t &= \frac{\bar g_t^2}{\bar
    v_t + \varepsilon}, \\[1ex] w_{t+1} &= w_t - \frac{\min(\eta, x_t)}{\sqrt{\bar v_t} +
    \varepsilon}\; g_t, & n_t &= 1 + (1 - x_t)\, n_{t-1} \end{aligned}
    """,
)
def smorms3(rng):
    """Laws: the share is in [0, 1]; without signal r_t is 1/(t+1), a plain mean; with signal alone, 1/2."""
    weighted(rng, lambda g, v: g**2 / (v + 1e-16))
    for x, wanted in ((0, [sp.Rational(1, t + 1) for t in range(1, 7)]), (1, [sp.Rational(1, 2)] * 6)):
        n, found = sp.Integer(1), []
        for _ in range(6):
            found.append(1 / (n + 1))
            n = 1 + (1 - x) * n
        assert found == wanted
    means = np.cumsum(rng.normal(size=6)) / np.arange(2, 8)  # a zero and t gradients, averaged
    G = np.diff(np.concatenate([[0.0], means * np.arange(2, 8)]))
    for t in range(1, 6):
        same(means[t] - means[t - 1], (G[t] - means[t - 1]) / (t + 2))


@checked(
    "eq-optimizers-first",
    r"""
    x_1 = \tfrac12, \qquad n_1 = \tfrac32, \qquad \Delta w_1 = - \sqrt2\, \min\bigl( \eta, \tfrac12
    \bigr) \operatorname{sign}(g) \qquad (\varepsilon = 0)
    """,
)
def first_step(rng):
    """SymPy puts the first gradient into the formulas, for rates on both sides of one half."""
    g = sp.Symbol("g", real=True, nonzero=True)
    r = sp.Rational(1, 2)
    mean_g, mean_square = r * g, r * g**2
    x = sp.simplify(mean_g**2 / mean_square)
    assert x == r
    assert 1 + (1 - x) * 1 == sp.Rational(3, 2)
    for rate in (sp.Rational(1, 100), sp.Rational(3, 4)):
        step = -sp.Min(rate, x) / sp.sqrt(mean_square) * g
        assert sp.simplify(step + sp.sqrt(2) * sp.Min(rate, r) * sp.sign(g)) == 0
