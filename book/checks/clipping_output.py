"""Chapter 9: the output layer, which elements blow up, an LSTM's factor, and the recorded training."""

import numpy as np
import sympy as sp
import torch
from checks.oracles import grad, problem, run, same, value
from checks.registry import checked
from figures.clipping_asker import H, asker_rows, ways_rows
from figures.clipping_output import LENGTHS, growth


@checked(
    "eq-clipping-diagonal",
    r"""
    \frac{\partial \ell_t}{\partial W_{qh}^{(k)}} = \begin{cases} \dfrac{\partial \ell_t}{\partial
    o_t}\, h_t\T & k = t, \\[1ex] 0 & k \ne t \end{cases}
    """,
)
def diagonal(rng):
    """Autograd by a copy of W_qh for each step, all pairs of a loss and a copy."""
    case = problem(rng)
    seen, T = run(case), len(case.X)
    copies = [seen.p.W_qh.detach().clone().requires_grad_() for _ in range(T)]
    for t in range(T):
        o = copies[t] @ seen.h[t + 1] + seen.p.b_q
        loss = 0.5 * ((o - torch.tensor(case.Y[t])) ** 2).sum()
        for k in range(T):
            want = np.outer(grad(loss, o), value(seen.h[t + 1])) if k == t else np.zeros(copies[k].shape)
            same(grad(loss, copies[k]), want)


@checked(
    "eq-clipping-output-bound",
    r"""
    \norm{ \frac{\partial L}{\partial W_{qh}} } \le \frac{1}{T} \sum_{t=1}^{T} \norm{ \frac{\partial
    \ell_t}{\partial o_t} }\, \norm{h_t}
    """,
)
def output_bound(rng):
    """Autograd on random networks, also with large W_hh; equality for one step; the page's figure."""
    for scale in (1, 10):
        for T in (1, 5):
            case = problem(rng, T=T)
            seen = run(case._replace(p=case.p._replace(W_hh=scale * case.p.W_hh)))
            errors = [np.linalg.norm(grad(seen.losses[t], seen.o[t])) for t in range(1, T + 1)]
            bound = np.mean([e * np.linalg.norm(value(h)) for e, h in zip(errors, seen.h[1:], strict=True)])
            norm = np.linalg.norm(grad(seen.loss, seen.p.W_qh))
            assert norm <= bound * (1 + 1e-12)
            if T == 1:
                same(norm, bound)
    quoted_growth()


def quoted_growth():
    """The norms that the page quotes from its figure."""
    found = {kind: {name: v[[0, -1]] for name, v in growth(kind).items()} for kind in ("tanh", "ReLU")}
    tanh, relu = found["tanh"], found["ReLU"]
    assert LENGTHS[-1] == 40
    assert [float(f"{x:.2g}") for x in tanh["$W_{hh}$"]] == [1.2, 1200]
    assert [float(f"{x:.2g}") for x in tanh["$W_{qh}$"]] == [3.7, 1.2]
    bound = growth("tanh")["bound"]
    assert 3.45 < bound.min() < bound.max() < 4.55
    assert [float(f"{relu[name][1]:.1g}") for name in relu] == [8e7, 5e6, 9e6]


@checked(
    "eq-clipping-heads",
    r"""
    \begin{aligned} \norm{p - y} &\le \sqrt2 && \text{softmax, cross-entropy} \\ \abs{p - y} &\le 1
    && \text{logistic, cross-entropy} \\ \abs{(p - y)\, p\, (1 - p)} &\le \tfrac{4}{27} &&
    \text{logistic, squared error} \end{aligned}
    """,
)
def heads(rng):
    """Autograd of the three losses at outputs up to 1000; all bounds are reached, the last one by SymPy."""
    largest = np.zeros(3)
    for o in (*rng.normal(scale=3, size=(300, 4)), *rng.normal(scale=1000, size=(50, 4))):
        z, label = torch.tensor(o, requires_grad=True), int(rng.integers(4))
        one = torch.tensor(o[0], requires_grad=True)
        y = torch.tensor(float(label > 1), dtype=torch.float64)
        cross = torch.nn.functional.binary_cross_entropy_with_logits(one, y)
        slopes = (
            np.linalg.norm(grad(torch.nn.functional.cross_entropy(z, torch.tensor(label)), z)),
            abs(grad(cross, one)),
            abs(grad(0.5 * (torch.sigmoid(one) - y) ** 2, one)),
        )
        largest = np.maximum(largest, np.array(slopes, dtype=float))
    limits = np.array([np.sqrt(2), 1, 4 / 27])
    assert (largest <= limits * (1 + 1e-12)).all()
    assert (largest >= 0.98 * limits).all()
    p = sp.Symbol("p")
    assert max(
        (p * p * (1 - p)).subs(p, root) for root in sp.solve(sp.diff(p * p * (1 - p)), p)
    ) == sp.Rational(4, 27)


@checked(
    "eq-clipping-linear",
    r"""
    \frac{\partial L}{\partial v} = \frac{v h_0^2}{T} \sum_{t=1}^{T} w^{2t}, \qquad \frac{\partial
    L}{\partial w} = \frac{v^2 h_0^2}{T} \sum_{t=1}^{T} t\, w^{2t-1}
    """,
)
def linear(rng):
    """SymPy differentiates the loss of the unrolled network for T up to 5; ReLU with w > 0 by autograd."""
    v, w, h_0 = sp.symbols("v w h_0")
    for T in range(1, 6):
        L = sum((v * w**t * h_0) ** 2 / 2 for t in range(1, T + 1)) / T
        by_v = v * h_0**2 / T * sum(w ** (2 * t) for t in range(1, T + 1))
        by_w = v**2 * h_0**2 / T * sum(t * w ** (2 * t - 1) for t in range(1, T + 1))
        assert sp.expand(sp.diff(L, v) - by_v) == 0
        assert sp.expand(sp.diff(L, w) - by_w) == 0
    numbers = rng.uniform(0.5, 2, size=3)
    leaves = [torch.tensor(x, requires_grad=True) for x in numbers[:2]]
    h, total = torch.tensor(numbers[2]), 0
    for _ in range(5):
        h = torch.relu(leaves[1] * h)
        total = total + (leaves[0] * h) ** 2 / 10
    at = dict(zip((v, w, h_0), numbers, strict=True))
    same(grad(total, leaves[0]), np.array(float(by_v.subs(at))))
    same(grad(total, leaves[1]), np.array(float(by_w.subs(at))))


@checked(
    "eq-clipping-share",
    r"""
    \frac{c / \sqrt{r^2 + o^2}}{c / r} = \frac{1}{\sqrt{1 + (o/r)^2}}
    """,
)
def share(rng):
    """torch clips a column with and without its second part: what is left of the first, as a ratio."""
    first, second, left = 3 * rng.normal(size=4), rng.normal(size=3), []
    for together in (True, False):
        w, x = (torch.zeros(n, dtype=torch.float64, requires_grad=True) for n in (4, 3))
        w.grad, x.grad = torch.tensor(first), torch.tensor(second)
        torch.nn.utils.clip_grad_norm_([w, x] if together else [w], 0.01)
        left.append(w.grad.norm().item())
    ratio = np.linalg.norm(second) / np.linalg.norm(first)
    same(left[0] / left[1], 1 / np.sqrt(1 + ratio**2), rtol=1e-5)
    quoted_asker()


def quoted_asker():
    """What the page says about the two tables of the asker's case."""
    assert H == 24
    assert np.sqrt(H + 1) == 5
    for T, _, o, within, without in asker_rows():
        assert o < 1
        assert T < 20 or abs(within / without - 1) < 1e-3
    assert asker_rows()[-1][1] > 1e8
    loud, calm = ways_rows(False), ways_rows(True)
    assert round(loud["no clip"][1], 2) == 0.41
    assert round(loud["global"][1], 4) == 0.0003
    assert round(loud["global, output out"][1], 2) == 0.41
    assert round(loud["global, output out"][2]) == 22
    assert round(loud["$W_{hh}$ alone"][0]) == 497
    for way, (_, o, _) in calm.items():
        assert ("out" in way or "alone" in way or way == "no clip") == (o > 1000)
        assert o < 1000 or round(o, -1) == 1840
    assert [round(calm[way][0], 2) for way in ("global, output out", "global")] == [1, 0.04]
