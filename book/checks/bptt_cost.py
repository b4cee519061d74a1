"""Chapter 4, what BPTT costs, forward mode, and the example worked out three times."""

import numpy as np
import sympy as sp
import torch
from checks.oracles import grad, jacobian, problem, run, same, value
from checks.registry import checked
from figures.bptt_cost import states_alive
from torch.utils.flop_counter import FlopCounterMode


@checked(
    "eq-bptt-cost",
    r"""
    C_{\text{forward}} = T\,(hd + h^2 + qh), \qquad C_{\text{backward}} = 2\, C_{\text{forward}}
    """,
)
def cost(rng):
    """Torch's own counter of operations, on a run whose every gradient is wanted, against the formula."""
    T, d, h, q = (int(n) for n in rng.permutation([4, 6, 3, 5]))
    W_hx, W_hh, W_qh = (torch.randn(s, requires_grad=True) for s in ((h, d), (h, h), (q, h)))
    X, state = torch.randn(T, d, 1, requires_grad=True), torch.randn(h, 1, requires_grad=True)
    loss = torch.zeros(())
    with FlopCounterMode(display=False) as forward:
        for x in X:
            state = torch.tanh(W_hx @ x + W_hh @ state)
            loss = loss + (W_qh @ state).sin().sum()
    with FlopCounterMode(display=False) as backward:
        loss.backward()
    expected = 2 * T * (h * d + h * h + q * h)  # the counter counts a multiplication and an addition
    assert forward.get_total_flops() == expected
    assert backward.get_total_flops() == 2 * expected


@checked(
    "eq-bptt-cached",
    r"""
    \begin{aligned} \tanh'(a) &= 1 - \tanh(a)^2, \\ \sigma'(a) &= \sigma(a)\,(1 - \sigma(a)), \\
    \operatorname{ReLU}'(a) &= [\operatorname{ReLU}(a) > 0] \quad (a \ne 0) \end{aligned}
    """,
)
def cached(rng):
    """SymPy differentiates tanh and the logistic function; autograd differentiates ReLU away from zero."""
    a = sp.Symbol("a", real=True)
    logistic = 1 / (1 + sp.exp(-a))
    assert sp.simplify(sp.diff(sp.tanh(a), a) - (1 - sp.tanh(a) ** 2)) == 0
    assert logistic.subs(a, 0) == sp.Rational(1, 2)
    assert sp.simplify(sp.diff(logistic, a) - logistic * (1 - logistic)) == 0
    at = torch.tensor(rng.normal(size=20), requires_grad=True)
    relu = torch.relu(at)
    same(value(relu > 0).astype(float), grad(relu.sum(), at))


@checked(
    "eq-bptt-checkpoint",
    r"""
    M(s) = \frac{T}{s} + s = 2\sqrt{T} + \Bigl( \sqrt{T/s} - \sqrt{s} \Bigr)^2 \ge 2\sqrt{T}
    """,
)
def checkpoint(rng):
    """SymPy expands the square; torch, checkpointing, keeps T/s + s states for every s that divides T."""
    T, s = sp.symbols("T s", positive=True)
    square = 2 * sp.sqrt(T) + (sp.sqrt(T / s) - sp.sqrt(s)) ** 2
    assert sp.simplify(sp.expand(square) - T / s - s) == 0
    assert sp.solve(sp.sqrt(T / s) - sp.sqrt(s), s) == [sp.sqrt(T)]
    for every in (1, 2, 3, 4, 6, 9, 12, 18, 36):
        assert states_alive(36, every) == 36 // every + every


@checked(
    "eq-bptt-rtrl",
    r"""
    \begin{aligned} S_t &= D_t \bigl( h_{t-1}\T \otimes I + W_{hh} S_{t-1} \bigr), \qquad S_0 = 0,
    \\[2ex] \operatorname{vec} \Bigl( \frac{\partial \ell_t}{\partial W_{hh}} \Bigr) &= S_t\T\, W_{qh}\T
    \frac{\partial \ell_t}{\partial o_t} \end{aligned}
    """,
)
def rtrl(rng):
    """Autograd's Jacobians of neighbouring states by vec(W_hh), its gradients of each loss: as printed."""
    case = problem(rng)
    r, untied = run(case), run(case, untied=True)
    W, h, T = value(r.p.W_hh), len(case.h_0), len(r.h) - 1
    S = [np.zeros((h, h * h)), *(jacobian(state, r.p.W_hh) for state in r.h[1:])]
    for t in range(1, T + 1):
        D = np.diag(1 - value(r.h[t]) ** 2)
        same(D @ (np.kron(value(r.h[t - 1])[None], np.eye(h)) + W @ S[t - 1]), S[t])
        row = sum(grad(untied.losses[t], untied.uses[k]) for k in range(1, t + 1))
        forward = S[t].T @ value(r.p.W_qh).T @ grad(r.losses[t], r.o[t])
        same(forward, grad(r.losses[t], r.p.W_hh).ravel(order="F"))
        same(forward, row.ravel(order="F"))


@checked(
    "eq-bptt-three",
    r"""
    \begin{aligned} \delta_3 &= \tfrac13 (h_3 - y_3)\, h_3 (1 - h_3), \\ \delta_2 &= \bigl( \tfrac13
    (h_2 - y_2) + w\, \delta_3 \bigr)\, h_2 (1 - h_2), \\ \delta_1 &= \bigl( \tfrac13 (h_1 - y_1) + w\,
    \delta_2 \bigr)\, h_1 (1 - h_1), \end{aligned} \qquad \frac{\dd L}{\dd w} = \delta_1 h_0 + \delta_2
    h_1 + \delta_3 h_2
    """,
)
def three(rng):
    """SymPy differentiates the nested expression by w; the printed deltas give the same number."""
    w, h0, x1, x2, x3, y1, y2, y3 = sp.symbols("w h0 x1 x2 x3 y1 y2 y3")
    h1 = 1 / (1 + sp.exp(-(w * h0 + x1)))
    h2 = 1 / (1 + sp.exp(-(w * h1 + x2)))
    h3 = 1 / (1 + sp.exp(-(w * h2 + x3)))
    nested = ((h1 - y1) ** 2 + (h2 - y2) ** 2 + (h3 - y3) ** 2) / 6

    def printed(recurrent):
        d3 = (h3 - y3) / 3 * h3 * (1 - h3)
        d2 = ((h2 - y2) / 3 + recurrent * w * d3) * h2 * (1 - h2)
        d1 = ((h1 - y1) / 3 + recurrent * w * d2) * h1 * (1 - h1)
        return d1 * h0 + d2 * h1 + d3 * h2

    symbols = (w, h0, x1, x2, x3, y1, y2, y3)
    page = dict(zip(symbols, (1.5, 0.4, 0.5, -1.0, 0.25, 0.1, 0.9, 0.2), strict=True))
    for numbers in (page, dict(zip(symbols, rng.normal(size=8), strict=True))):
        same(float(printed(1).evalf(subs=numbers)), float(sp.diff(nested, w).evalf(subs=numbers)), rtol=1e-12)
    assert round(float(printed(1).evalf(subs=page)), 4) == 0.0194
    assert round(float(printed(0).evalf(subs=page)), 4) == 0.0117
