"""Chapter 9: scaling, overflow and micro-batches, against torch."""

import numpy as np
import torch
from checks.oracles import same
from checks.registry import checked
from figures.clipping import clipped
from figures.clipping_training import angle
from figures.clipping_when import nonfinite_rows


@checked(
    "eq-clipping-scale",
    r"""
    \frac{1}{S} \operatorname{clip}_c(S g) = \operatorname{clip}_{c/S}(g)
    """,
)
def scale(rng):
    """torch's clip of a scaled gradient; and torch's scaler, with and without dividing before the clip."""
    g, S, c = rng.normal(size=4), 2.0 ** rng.integers(5, 16), rng.exponential()
    same(clipped(S * g, (4,), c) / S, clipped(g, (4,), c / S), rtol=0.2 * S * 1e-6 / c + 1e-5)
    steps = {}
    for first in (True, False):
        w = torch.nn.Parameter(torch.zeros(2))
        optimizer, scaler = torch.optim.SGD([w], 1.0), torch.amp.GradScaler("cpu")
        scaler.scale(w @ torch.tensor([0.3, 0.4])).backward()
        if first:
            scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_([w], 1.0)
        scaler.step(optimizer)
        steps[first] = w.detach().norm().item()
    assert scaler.get_scale() == 2.0**16
    same(steps[True], 0.5, rtol=1e-6)
    same(steps[False], 2.0**-16, rtol=1e-6)
    assert round(2.0**-16, 6) == 0.000015
    assert np.float16(2.9e-8) == 0 < np.float16(6e-8)


@checked(
    "eq-clipping-stable",
    r"""
    \norm{g} = \mu \norm{g / \mu}, \qquad \mu = \max_j \abs{g_j} > 0
    """,
)
def stable(rng):
    """float32 gradients of size 10²⁰, whose squares overflow, against float64; and the page's table."""
    g = (1e20 * rng.normal(size=6)).astype(np.float32)
    largest = np.abs(g).max()
    same(float(largest) * float(np.linalg.norm(g / largest)), np.linalg.norm(g.astype(float)), rtol=1e-6)
    rows = nonfinite_rows()
    norm, after, _ = rows["infinite"]
    assert np.isinf(norm)
    np.testing.assert_array_equal(after, [0, np.nan, 0])
    np.testing.assert_array_equal(rows["infinite"][2], [1, 1, 1])
    np.testing.assert_array_equal(rows["not a number"][1], [np.nan] * 3)
    np.testing.assert_array_equal(rows["not a number"][2], [1, np.nan, 1])
    assert np.isinf(rows["huge"][0])
    assert rows["huge"][1] == [0, 0, 0]


@checked(
    "eq-clipping-micro",
    r"""
    L = \sum_{m} \frac{n_m}{N} L_m, \qquad \frac{\partial L}{\partial \theta} = \sum_{m}
    \frac{n_m}{N}\, \frac{\partial L_m}{\partial \theta}
    """,
)
def micro(rng):
    """Autograd for the mean loss of seven sequences at once, and for parts of sizes 4, 1 and 2."""
    W = torch.tensor(rng.normal(size=(2, 3)), requires_grad=True)
    X = torch.tensor(rng.normal(size=(7, 3)))

    def mean_loss(part):
        value = torch.tanh(part @ W.T).square().sum(1).mean()
        return value.item(), torch.autograd.grad(value, W)[0].numpy()

    whole, parts = mean_loss(X), [(len(part), *mean_loss(part)) for part in X.split([4, 1, 2])]
    same(whole[0], sum(n / 7 * value for n, value, _ in parts))
    same(whole[1], sum(n / 7 * g for n, _, g in parts))


@checked(
    "eq-clipping-micro-example",
    r"""
    \begin{aligned} g_1 &= \begin{pmatrix} 0 \\ 2 \end{pmatrix}, \qquad g_2 = \begin{pmatrix} 8 \\ 0
    \end{pmatrix}, \\[1ex] \operatorname{clip}_1\bigl( \tfrac34 g_1 + \tfrac14 g_2 \bigr) &=
    \operatorname{clip}_1 \begin{pmatrix} 2 \\ 1.5 \end{pmatrix} = \begin{pmatrix} 0.8 \\ 0.6
    \end{pmatrix}, \\[1ex] \tfrac34 \operatorname{clip}_1(g_1) + \tfrac14 \operatorname{clip}_1(g_2)
    &= \begin{pmatrix} 0.25 \\ 0.75 \end{pmatrix} \end{aligned}
    """,
)
def micro_example(rng):
    """torch's clip of the weighted sum, of the parts, and the angles that the page quotes."""
    first, second = np.array([0.0, 2.0]), np.array([8.0, 0.0])
    whole = 0.75 * first + 0.25 * second
    same(whole, [2, 1.5])
    same(clipped(whole, (2,), 1), [0.8, 0.6], rtol=1e-6)
    voted = 0.75 * clipped(first, (2,), 1) + 0.25 * clipped(second, (2,), 1)
    same(voted, [0.25, 0.75], rtol=1e-6)
    assert round(angle(whole, voted)) == 35
    assert round(angle(whole, (first + second) / 2)) == 23
