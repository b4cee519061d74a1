"""Chapter 9: length and angle of what a clip leaves. torch's own functions clip."""

import numpy as np
import sympy as sp
import torch
from checks.clipping import GROUPS, lengths
from checks.oracles import same
from checks.registry import checked
from figures.clipping import by_value, clipped, price_columns, prices, real_gradient
from figures.clipping_training import SIZES, angle
from torch.nn.utils import clip_grad_value_


@checked(
    "eq-clipping-keeps",
    r"""
    \begin{aligned} \norm{\operatorname{clip}_c(g)} &= \Bigl( \sum_{i=1}^{n} v_i^2 \Bigr)^{1/2} \le
    \min\bigl( \norm{g},\, c \sqrt{n} \bigr), \\[1ex] \cos \angle &= \frac{\sum_i m_i
    v_i}{\sqrt{\sum_i m_i^2}\, \sqrt{\sum_i v_i^2}} \\[1ex] &\ge \frac{\sum_i m_i}{\sqrt{n}\,
    \sqrt{\sum_i m_i^2}} \ge \frac{1}{\sqrt{n}} \end{aligned}
    """,
)
def keeps(rng):
    """torch's clip of random gradients with groups of very different length, one of them zero, for many c."""
    g = np.repeat(rng.uniform(0.2, 5, size=4) ** 2, GROUPS) * rng.normal(size=sum(GROUPS))
    g[3] = rng.choice([0.0, 1.0])
    m, n, angles = lengths(g), len(GROUPS), []
    for c in np.geomspace(1e-2, 2 * m.max(), 25):
        after, v = clipped(g, GROUPS, c), np.minimum(m, c)
        cosine = g @ after / (np.linalg.norm(g) * np.linalg.norm(after))
        angles.append(angle(g, after))
        same(np.linalg.norm(after), np.sqrt(v @ v), rtol=1e-4)
        assert np.linalg.norm(after) <= min(np.linalg.norm(g), c * np.sqrt(n)) * (1 + 1e-12)
        same(cosine, m @ v / np.sqrt((m @ m) * (v @ v)), rtol=1e-5)
        assert cosine >= m.sum() / np.sqrt(n * (m @ m)) - 1e-5
    assert m.sum() >= np.sqrt(m @ m)
    assert (np.diff(angles) <= 1e-3).all()
    quoted_prices()


def quoted_prices():
    """What the page says of the real gradient and of the bounds."""
    g = real_gradient()
    assert (len(g), len(SIZES), round(float(np.linalg.norm(g)), 1)) == (673, 5, 15.6)
    assert [round(float(np.degrees(np.arccos(n**-0.5))), 1) for n in (5, 673)] == [63.4, 87.8]
    at = {
        name: [float(np.interp(x, *pair)) for x in (0.001, 0.1, 0.3, 0.4)] for name, pair in prices().items()
    }
    assert [round(x) for x in at["by value"][:3]] == [40, 37, 32]
    assert [round(x) for x in at["per tensor"]] == [47, 30, 30, 30]
    assert max(at["global"]) < 1e-4
    left, turned = prices()["$W_{hh}$ alone"]
    assert (round(float(left.min()), 2), round(float(turned.max()))) == (0.42, 65)
    assert set(map(len, price_columns().values())) == {60}


@checked(
    "eq-clipping-monotone",
    r"""
    \begin{aligned} \frac{\dd}{\dd c} \ln \cos \angle &= \frac{M}{A + cM} - \frac{kc}{A + kc^2}
    \\[1ex] &= \frac{A\,(M - kc)}{(A + cM)(A + kc^2)} \ge 0 \end{aligned}
    """,
)
def monotone(rng):
    """SymPy differentiates the cosine for given A, M, k; the sign on random groups above the threshold."""
    A, M, k, c, norm = sp.symbols("A M k c N", positive=True)
    cosine = (A + c * M) / (norm * sp.sqrt(A + k * c**2))
    slope = sp.diff(sp.log(cosine), c)
    assert sp.simplify(slope - (M / (A + c * M) - k * c / (A + k * c**2))) == 0
    assert sp.simplify(slope - A * (M - k * c) / ((A + c * M) * (A + k * c**2))) == 0
    m = rng.exponential(size=9)
    for level in rng.exponential(size=20):
        assert m[m > level].sum() >= (m > level).sum() * level


@checked(
    "eq-clipping-example",
    r"""
    \begin{aligned} \text{by value: } \begin{pmatrix} 10 \\ 1 \end{pmatrix} &\mapsto \begin{pmatrix}
    1 \\ 1 \end{pmatrix}, & \cos \angle &= \frac{11}{\sqrt{202}} = 0.774, \\[1ex] \text{by norm: }
    \begin{pmatrix} 10 \\ 1 \end{pmatrix} &\mapsto \frac{1}{\sqrt{101}} \begin{pmatrix} 10 \\ 1
    \end{pmatrix}, & \cos \angle &= 1 \end{aligned}
    """,
)
def example(rng):
    """torch's two clips of the two numbers."""
    g = np.array([10.0, 1.0])
    same(by_value(g, 1), [1, 1])
    same(clipped(g, (2,), 1), g / np.sqrt(101), rtol=1e-6)
    assert round(11 / np.sqrt(202), 3) == 0.774
    same(np.cos(np.radians(angle(g, by_value(g, 1)))), 11 / np.sqrt(202))
    assert round(angle(g, by_value(g, 1))) == 39


@checked(
    "eq-clipping-alone",
    r"""
    \lim_{m \to \infty} \cos \angle = \frac{c}{\sqrt{c^2 + o^2}}
    """,
)
def alone(rng):
    """A column of which torch clips the first half only, when that half is a hundred million long."""
    first, rest, c = rng.normal(size=3), rng.normal(size=2), rng.uniform(0.1, 1)
    for size, tolerance in ((1e8, 1e-6), (1e3, 1e-1)):
        g = np.concatenate([size * first, rest])
        after = np.concatenate([clipped(g[:3], (3,), c), rest])
        limit = c / np.hypot(c, np.linalg.norm(rest))
        assert abs(np.cos(np.radians(angle(g, after))) - limit) < tolerance


@checked(
    "eq-clipping-bias",
    r"""
    \begin{aligned} \operatorname{E} g &= \tfrac15 \cdot 10 - \tfrac45 \cdot 1 = 1.2, \\
    \operatorname{E} \operatorname{clip}_1(g) &= \tfrac15 \cdot 1 - \tfrac45 \cdot 1 = -0.6
    \end{aligned}
    """,
)
def mean_lost(rng):
    """The mean over the five equally likely cases, clipped by torch one by one."""
    cases = torch.tensor([10.0, -1, -1, -1, -1], dtype=torch.float64)
    same(cases.mean().item(), 1.2)
    w = torch.zeros(5, dtype=torch.float64, requires_grad=True)
    w.grad = cases
    clip_grad_value_([w], 1.0)
    same(w.grad.mean().item(), -0.6)
