"""Chapter 13: the sign alone. torch's own optimizers make the steps."""

from itertools import pairwise

import numpy as np
import sympy as sp
import torch
from checks.oracles import same
from checks.registry import checked, definition
from figures.clipping import by_value
from figures.clipping_training import angle
from figures.optimizers import BETAS, LARGE, ODDS, SMALL, drift

definition(
    "eq-optimizers-law",
    r"""
    U_t(s g_1, \ldots, s g_t) = U_t(g_1, \ldots, g_t) \qquad \text{for all } s > 0
    """,
)


def steps(make, gradients) -> tuple[np.ndarray, list[dict]]:
    """The steps that torch's optimizer makes on these gradients, and what it remembers after each."""
    G = np.atleast_2d(np.asarray(gradients, dtype=float).T).T
    w = torch.zeros(G.shape[1], dtype=torch.float64, requires_grad=True)
    optimizer, moved, kept = make([w]), [], []
    for g in G:
        before, w.grad = w.detach().clone(), torch.tensor(g)
        optimizer.step()
        moved.append((w.detach() - before).numpy())
        kept.append({k: torch.as_tensor(v).clone().numpy() for k, v in optimizer.state[w].items()})
    return np.array(moved), kept


@checked(
    "eq-optimizers-descent",
    r"""
    w_{t+1} - w^* = (1 - \eta h)\, (w_t - w^*), \qquad \text{so it converges exactly if } 0 < \eta h
    < 2
    """,
)
def descent(rng):
    """torch's gradient descent on the parabola, with rates on both sides of the limit."""
    h, goal = rng.exponential(3), rng.normal()
    for product in (0.3, 1.0, 1.9, 2.1):
        w = torch.tensor(rng.normal(), dtype=torch.float64, requires_grad=True)
        optimizer, way = torch.optim.SGD([w], lr=product / h), [w.item() - goal]
        for _ in range(200):
            optimizer.zero_grad()
            (h / 2 * (w - goal) ** 2).backward()
            optimizer.step()
            way.append(w.item() - goal)
        same(way[3], (1 - product) ** 3 * way[0], rtol=1e-7)
        assert (abs(way[-1]) < abs(way[0]) / 1e3) == (product < 2)


@checked(
    "eq-optimizers-rprop",
    r"""
    \begin{aligned} \Delta_t &= \begin{cases} \min(1.2\, \Delta_{t-1},\, \Delta_{\max}) & g_t\,
    g_{t-1} > 0, \\ \max(0.5\, \Delta_{t-1},\, \Delta_{\min}) & g_t\, g_{t-1} < 0, \\ \Delta_{t-1} &
    g_t\, g_{t-1} = 0, \end{cases} \\[1ex] w_{t+1} &= w_t - \operatorname{sign}(g_t)\, \Delta_t
    \end{aligned}
    """,
)
def rprop(rng):
    """torch's Rprop on random gradients: how each step compares with the one before, at and after a flip."""
    G = rng.normal(size=400) + 0.5
    moved, kept = steps(lambda p: torch.optim.Rprop(p, lr=0.1, step_sizes=(1e-3, 2.0)), G)
    sizes = [float(state["step_size"][0]) for state in kept]
    seen, last = set(), G[0]
    same(moved[0, 0], -0.1 * np.sign(G[0]))
    for g, step, (before, after) in zip(G[1:], moved[1:, 0], pairwise(sizes), strict=True):
        agree = int(np.sign(g * last))
        wanted = {1: min(1.2 * before, 2.0), -1: max(0.5 * before, 1e-3), 0: before}[agree]
        same(after, wanted)
        same(step, 0.0 if agree < 0 else -np.sign(g) * after)
        last = 0.0 if agree < 0 else g
        seen.add(agree)
    assert seen == {-1, 0, 1}


@checked(
    "eq-optimizers-rprop-way",
    r"""
    \Delta_0 \bigl( 1 + 1.2 + \cdots + 1.2^{n-1} \bigr) = \Delta_0\, \frac{1.2^n - 1}{0.2}
    """,
)
def rprop_way(rng):
    """torch's Rprop on gradients of one sign and any size, and the distance that the page names."""
    start, n = rng.uniform(1e-4, 1e-3), int(rng.integers(5, 20))
    G = -(10.0 ** rng.uniform(-70, 150, size=n))
    same(steps(lambda p: torch.optim.Rprop(p, lr=start), G)[0].sum(), start * (1.2**n - 1) / 0.2, rtol=1e-9)
    for size in (1e6, 1e-150):
        moved, _ = steps(lambda p: torch.optim.Rprop(p, lr=0.001), np.full(50, -size))
        assert round(float(moved.sum())) == 45
    same(*(steps(lambda p: torch.optim.Rprop(p), s * G)[0] for s in (1.0, 1e-80)))
    small = torch.ones(1, requires_grad=True)  # float32, where 1e-23 squared is zero: no step grows
    optimizer = torch.optim.Rprop([small], lr=0.001)
    for _ in range(50):
        small.grad = torch.tensor([1e-23])
        optimizer.step()
    assert abs(small.item() - 0.95) < 1e-4


@checked(
    "eq-optimizers-sign-angle",
    r"""
    \cos \angle \bigl( \operatorname{sign}(g),\, g \bigr) = \frac{\sum_i \abs{g_i}}{\sqrt n\,
    \norm{g}} \ge \frac{1}{\sqrt n}
    """,
)
def sign_angle(rng):
    """The angle between random columns and their signs, and torch's clip by a tiny value."""
    for n in (2, 5, 30):
        g = rng.normal(size=n) ** 3
        cosine = np.abs(g).sum() / np.sqrt(n) / np.linalg.norm(g)
        same(np.cos(np.radians(angle(np.sign(g), g))), cosine, rtol=1e-9)
        assert cosine >= 1 / np.sqrt(n)
        tiny = np.abs(g).min() / 2
        same(by_value(g, tiny), tiny * np.sign(g))
        assert (rng.uniform(size=n) * np.sign(g)) @ g > 0


@checked(
    "eq-optimizers-ninths",
    r"""
    \begin{aligned} \operatorname{E} g &= \tfrac{9}{10} \cdot 0.1 - \tfrac{1}{10} \cdot 0.9 = 0,
    \\[1ex] \operatorname{E} \operatorname{sign}(g) &= \tfrac{9}{10} - \tfrac{1}{10} = 0.8
    \end{aligned}
    """,
)
def ninths(rng):
    """Exact fractions, the gradients that are drawn for the figure, and the drifts that the page names."""
    odds, small, large = (sp.nsimplify(x) for x in (ODDS, SMALL, LARGE))
    assert (1 - odds) * small + odds * large == 0
    assert (1 - odds) * sp.sign(small) + odds * sp.sign(large) == sp.Rational(8, 10)
    found = {beta: drift(beta) for beta in BETAS}
    assert abs(found[0.0] + 0.8) < 0.005
    assert [round(-found[beta], 2) for beta in (0.5, 0.8, 0.9)] == [0.51, 0.27, 0.14]
    assert 0.012 < -found[0.99] < 0.018
    assert abs(found[0.999]) < 0.005
    assert -0.4 < np.interp(4, [2, 5], [found[0.5], found[0.8]]) < -0.3
