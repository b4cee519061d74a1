"""Chapter 13: rates for layers, scale invariance and its loss."""

import numpy as np
import sympy as sp
import torch
from checks.oracles import same
from checks.registry import checked
from figures.clipping_training import angle
from figures.optimizers_limit import SHOWN, relative_steps
from figures.optimizers_scale import (
    MAKERS,
    MANY,
    Layerwise,
    drawn_kept,
    gradients,
    kept,
    scale_rows,
    smorms3_kept,
    vsgd_kept,
    way,
)


@checked(
    "eq-optimizers-layer",
    r"""
    \begin{aligned} \text{LARS:} && \Delta W &= - \eta\, \frac{\norm{W}}{\norm{G}}\, G, \\[1ex]
    \text{LAMB:} && \Delta W &= - \eta\, \frac{\norm{W}}{\norm{U}}\, U, \qquad U_{ij} = \frac{\hat
    m_{ij}}{\sqrt{\hat v_{ij}} + \varepsilon} \end{aligned}
    """,
)
def layer(rng):
    """Random tensors: how far each moves, and where to; the unit of the weights is no matter."""
    tensors = [rng.normal(size=shape) for shape in ((3, 4), (2,))]
    G = [rng.normal(size=W.shape) for W in tensors]
    for lamb in (False, True):
        moved = {}
        for unit in (1.0, 100.0):
            W = [torch.tensor(unit * M, requires_grad=True) for M in tensors]
            for M, g in zip(W, G, strict=True):
                M.grad = torch.tensor(g / unit)
            Layerwise(W, lr=0.01, lamb=lamb, eps=0).step()
            moved[unit] = [M.detach().numpy() / unit - old for M, old in zip(W, tensors, strict=True)]
        for one, other, W, g in zip(*moved.values(), tensors, G, strict=True):
            same(one, other, rtol=1e-9)
            same(np.linalg.norm(one), 0.01 * np.linalg.norm(W), rtol=1e-9)
            along = np.sign(g) if lamb else g  # at its first step Adam's direction is the sign
            same(one, -0.01 * np.linalg.norm(W) / np.linalg.norm(along) * along, rtol=1e-9)
    quoted_layers()


def quoted_layers() -> None:
    """What the page says of thirty layers, and of a tensor of zeros."""
    steps = relative_steps()
    assert list(steps) == list(SHOWN)
    assert 1e-8 < steps["gradient descent"][0] < 2e-8
    assert round(float(steps["gradient descent"][-1]), 2) == 0.02
    assert 3e-7 < steps["gradient descent"][0] / steps["gradient descent"][-1] < 3e-6
    assert [round(float(f(steps["RMSProp"])), 2) for f in (min, max)] == [0.24, 0.59]
    assert 0.04 < min(steps["Adam"]) <= max(steps["Adam"]) < 0.06
    same(steps["LARS"], np.full(30, 0.01))
    zero = torch.zeros(3, requires_grad=True)
    zero.grad = torch.ones(3)
    Layerwise([zero]).step()
    assert not zero.any()


@checked(
    "eq-optimizers-kept",
    r"""
    \frac{s u}{s u + \varepsilon}
    """,
)
def kept_share(rng):
    """The first step of torch's two optimizers for random gradients and scales, by their own running size."""
    for _ in range(10):
        size, scale = rng.exponential(3), 10.0 ** rng.uniform(-14, 2)
        for name, u, longest in (("Adam", size, 0.01), ("RMSProp", 0.1 * size, 0.1)):
            got = float(way(name, scale * gradients(1, size))[0])
            share = scale * u / (scale * u + 1e-8)
            # The weight is near 1, so that its way is known to 1e-16 and no better.
            assert abs(abs(got) - longest * share) <= 1e-9 * longest * share + 3e-16
    quoted_shares()


def quoted_shares() -> None:
    """What the page says of the table and of the cell below it."""
    rows = scale_rows()
    for name in ("Rprop", "LARS", "LAMB", "vSGD, whole loss"):
        same(rows[name], np.ones(4), rtol=1e-6)
    assert [f"{rows['Adam'][i]:.2g}" for i in (2, 3)] == ["0.5", "0.0001"]
    assert [f"{rows['RMSProp'][i]:.1g}" for i in (2, 3)] == ["0.3", "4e-05"]
    assert round(rows["RMSProp"][2], 2) == 0.26
    assert round(rows["RMSProp, one step"][2], 2) == 0.09
    larger = {n: way(n, gradients(MANY, 1.17e-8)).norm() / way(n, gradients(MANY)).norm() for n in MAKERS}
    assert [round(float(larger[n]), 2) for n in ("Adam", "RMSProp")] == [0.54, 0.29]
    for name, ends in (("Adam", ["0.43", "0.56"]), ("RMSProp", ["0.16", "0.28"])):
        shares = [drawn_kept(name, seed) for seed in range(12)]
        assert [f"{f(shares):.2f}" for f in (min, max)] == ends
    for name in ("gradient descent", "vSGD, gradient alone"):
        same(rows[name], np.array([1e4, 1e-4, 1e-8, 1e-12]), rtol=1e-9)
    quoted_smorms3()
    assert vsgd_kept(1e-12, True) == kept("Rprop", 1e-12, 5) == 1
    g = torch.tensor([[1.0, 0.1]], dtype=torch.float64)
    steps = [way("LAMB", scale * g).numpy() for scale in (1.0, 1e-12)]
    same(np.linalg.norm(steps[0]), np.linalg.norm(steps[1]), rtol=1e-6)
    assert round(angle(steps[0], g[0].numpy())) in (141, 219)
    assert round(angle(steps[1], -g[0].numpy())) == 0
    assert torch.isinf(w_after_underflow())
    still = torch.ones(1, requires_grad=True)
    still.grad = torch.zeros(1)
    torch.optim.RMSprop([still], eps=0).step()
    assert torch.isnan(still).all()


def quoted_smorms3() -> None:
    """Its first step in exact numbers, with ε in x and below; what is left of it, and from where on."""
    eps, sizes = sp.Rational(1, 10**16), [sp.Rational(1, 10**k) for k in (0, 8, 9, 10, 12)]
    shares, steps = [sp.Rational(1, 4) * g**2 / (g**2 / 2 + eps) for g in sizes], []
    for g, x in zip(sizes, shares, strict=True):
        steps.append(float(sp.Min(sp.Rational(1, 1000), x) * g / (sp.sqrt(g**2 / 2) + eps)))
        same(smorms3_kept(float(g)), steps[-1] / steps[0], rtol=1e-9)
    assert [f"{step / steps[0]:.1e}" for step in steps[1:]] == ["1.0e+00", "1.0e+00", "2.5e-02", "2.5e-06"]
    g = sp.Symbol("g", positive=True)
    (edge,) = sp.solve(g**2 / 4 / (g**2 / 2 + eps) - sp.Rational(1, 1000), g)
    same(float(edge), 2 * np.sqrt(1e-3 * 1e-16), rtol=2e-3)
    assert f"{float(edge):.0e}" == "6e-10"


def w_after_underflow() -> torch.Tensor:
    """A weight in float32 after RMSProp without ε has divided by a square that was rounded to zero."""
    w = torch.ones(1, requires_grad=True)
    w.grad = torch.tensor([1e-23])
    torch.optim.RMSprop([w], eps=0).step()
    assert torch.tensor(2e-23) ** 2 == 0
    return w.detach()


@checked(
    "eq-optimizers-root",
    r"""
    \frac{s u}{\sqrt{s^2 u^2 + \varepsilon}} = \frac12 \quad \text{at} \quad s u =
    \sqrt{\frac{\varepsilon}{3}}
    """,
)
def root(rng):
    """SymPy solves for the half; at ε = 1e-8 that is a gradient of 6e-5."""
    size, eps = sp.symbols("u varepsilon", positive=True)
    (half,) = sp.solve(size / sp.sqrt(size**2 + eps) - sp.Rational(1, 2), size)
    assert sp.simplify(half - sp.sqrt(eps / 3)) == 0
    assert 5e-5 < float(half.subs(eps, 1e-8)) < 6e-5
