"""Appendix D, derivatives: what is right, and a case in which what is written differs from it."""

import numpy as np
import sympy as sp
import torch
from checks.oracles import same
from checks.registry import checked
from figures.errata import counted_twice, one_factor_more, product_for_sum, two_partials


@checked(
    "eq-errata-labels",
    r"""
    \frac{\partial y}{\partial w_1} = F'\, f(w_2 x), \qquad \frac{\partial y}{\partial w_2} = F'\, w_1\,
    f'(w_2 x)\, x
    """,
)
def labels(rng):
    """Autograd on y = F(w_1 f(w_2 x)) for two different smooth F and f; exchanged, the labels are wrong."""
    a, b, x = rng.normal() + 2, rng.normal() - 2, rng.uniform(0.5, 1)
    w_1, w_2 = (torch.tensor(w, dtype=torch.float64, requires_grad=True) for w in (a, b))
    y = torch.exp(w_1 * torch.tanh(w_2 * x))
    by_1, by_2 = (float(d) for d in torch.autograd.grad(y, (w_1, w_2)))
    inner, F = np.tanh(b * x), float(y.detach())
    same(by_1, F * inner)
    same(by_2, F * a * (1 - inner**2) * x)
    assert abs(by_1 - by_2) > 1e-6
    p = two_partials()
    assert [round(part, 3) for part in p] == [0.217, -0.740]
    assert p[0] * p[1] < 0  # so the exchanged pair points uphill


@checked(
    "eq-errata-twice",
    r"""
    \begin{aligned} \sum_{k=1}^{t} \frac{\dd h_t}{\dd h_k}\, \frac{\direct h_k}{\partial w} &= t\, w^{t-1}
    h_0 = \frac{\dd h_t}{\dd w}, \\[1ex] \sum_{k=1}^{t} \frac{\dd h_t}{\dd h_k}\, \frac{\dd h_k}{\dd w} &=
    \frac{t (t + 1)}{2}\, w^{t-1} h_0 \end{aligned}
    """,
)
def twice(rng):
    """SymPy differentiates h_t = w^t h_0; both sums are added up term by term for t up to 7."""
    w, h_0 = sp.symbols("w h_0", positive=True)
    for t in range(1, 8):
        direct = sum(w ** (t - k) * (w ** (k - 1) * h_0) for k in range(1, t + 1))
        total = sum(w ** (t - k) * sp.diff(w**k * h_0, w) for k in range(1, t + 1))
        assert sp.simplify(direct - sp.diff(w**t * h_0, w)) == 0
        assert sp.simplify(total - sp.Rational(t * (t + 1), 2) * w ** (t - 1) * h_0) == 0
    written, right = counted_twice()
    same([written, right, written / right], [210, 20, 10.5])


@checked(
    "eq-errata-sum",
    r"""
    \frac{\dd o_t}{\dd w} = h_t + w\, \frac{\dd h_t}{\dd w} = (t + 1)\, w^t h_0
    """,
)
def sum_of_two(rng):
    """SymPy on o_t = w h_t with h_t = w^t h_0; the product of the two derivatives differs."""
    w, h_0 = sp.symbols("w h_0", positive=True)
    for t in range(1, 6):
        h_t = w**t * h_0
        assert sp.simplify(sp.diff(w * h_t, w) - (h_t + w * sp.diff(h_t, w))) == 0
        assert sp.simplify(sp.diff(w * h_t, w) - (t + 1) * w**t * h_0) == 0
        assert sp.simplify(h_t * sp.diff(h_t, w) - sp.diff(w * h_t, w)) != 0
    same(product_for_sum(), [0.09375, 0.5])


@checked(
    "eq-errata-factor",
    r"""
    \sum_{i=1}^{t} \Bigl( \prod_{j=i}^{t} c \Bigr) b = c \sum_{i=1}^{t} \Bigl( \prod_{j=i+1}^{t} c \Bigr) b
    """,
)
def factor(rng):
    """Products taken factor by factor, and the recursion a_t = b + c a_{t-1}, which the right sum expands."""
    b, c, t = rng.normal(), rng.uniform(0.5, 1.5), int(rng.integers(2, 8))
    long = sum(np.prod([c for j in range(i, t + 1)]) * b for i in range(1, t + 1))
    short = sum(np.prod([c for j in range(i + 1, t + 1)]) * b for i in range(1, t + 1))
    same(long, c * short)
    same(one_factor_more(b, c, t), [long, short])
    assert [round(value, 3) for value in one_factor_more()] == [4.217, 4.686]
