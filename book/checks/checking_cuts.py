"""Chapter 2: the size of an error, descent, and cut edges."""

from itertools import product

import numpy as np
import sympy as sp
import torch
from checks.oracles import grad, problem, run, same
from checks.registry import checked, definition
from figures.checking_slips import alter
from figures.checking_teeth import CASES, SLIPS, teeth_table, transpose_errors
from figures.checking_training import WAYS, runs, smooth
from figures.unrolling_training import train

from course.oracles import complex_step

definition(
    "eq-checking-error",
    r"""
    r = \frac{\norm{g - \nabla f}}{\norm{\nabla f}}
    """,
)
definition(
    "eq-checking-cut",
    r"""
    \operatorname{cut}(v) = v, \qquad \frac{\partial \operatorname{cut}(v)}{\partial v} = 0
    """,
)


@checked(
    "eq-checking-transpose",
    r"""
    \operatorname{E} \norm{ W \delta - W\T \delta }^2 = 2 (h - 1)\, s^2\, \norm{\delta}^2
    """,
)
def transpose(rng):
    """The mean over all 64 sign patterns of a 3 by 3 matrix, whose entries are independent: exact."""
    s, delta = rng.exponential(), rng.normal(size=3)
    total = 0.0
    for signs in product((-1, 1), repeat=6):
        W = np.zeros((3, 3))
        W[~np.eye(3, dtype=bool)] = s * np.array(signs)
        total += np.sum((W @ delta - W.T @ delta) ** 2) / 64
    same(total, 2 * (3 - 1) * s**2 * (delta @ delta))
    quoted_errors()


def quoted_errors():
    """The numbers that the page quotes from its pictures."""
    percent = {s: 100 * e for s, e in zip(*transpose_errors().values(), strict=True)}
    quoted = {0.001: 0.6, 0.1: 56, 0.5: 120, 1.0: 130}
    assert {s: float(f"{percent[s]:.{1 if s == 0.001 else 2}g}") for s in quoted} == quoted
    zeros = [
        (slip.name, case)
        for slip, row in zip(SLIPS, teeth_table(), strict=True)
        for case, error in zip(CASES, row, strict=True)
        if error == 0
    ]
    assert zeros == [
        ("a transpose missing", "$T = 1$"),
        ("a transpose missing", "$W_{hh}$ symmetric"),
        ("a transpose missing", "one unit"),
        ("recurrent edge cut", "$T = 1$"),
        ("only the last loss", "$T = 1$"),
        ("first use left out", "$h_0 = 0$"),
    ]
    assert (teeth_table()[:, 0] > 0.5).all()
    tiny = 100 * teeth_table()[:, -1]
    assert [float(f"{tiny[i]:.1g}") for i in (0, 3)] == [0.09, 0.1]
    assert tiny[1] < 1e-3


@checked(
    "eq-checking-descent",
    r"""
    \frac{\dd}{\dd \eta} f(x - \eta\, g) \bigg|_{\eta = 0} = -g\T \nabla f
    """,
)
def descent(rng):
    """The complex step of f(x - ηg) by η, against autograd's gradient, for a random g."""
    M, x, g = rng.normal(size=(3, 4)), *rng.normal(size=(2, 4))
    z = torch.tensor(x, requires_grad=True)
    torch.tanh(torch.tensor(M) @ z).sum().backward()
    slope = complex_step(lambda eta: np.tanh(M @ (x - eta * g)).sum(), np.array(0.0))
    same(slope, -g @ z.grad.numpy())


@checked(
    "eq-checking-cone",
    r"""
    g\T \nabla f = \norm{\nabla f}^2 + e\T \nabla f \ge (1 - r) \norm{\nabla f}^2
    """,
)
def cone(rng):
    """Random gradients with random errors; the worst error reaches the bound; the recorded training."""
    for _ in range(100):
        truth, e = rng.normal(size=(2, 5)) * rng.exponential(size=(2, 1))
        size = np.linalg.norm(truth) ** 2
        r = np.linalg.norm(e) / np.linalg.norm(truth)
        assert (truth + e) @ truth >= (1 - r) * size - 1e-9 * size
        same((truth - r * truth) @ truth, (1 - r) * size, rtol=1e-8)
    quoted_training()


def quoted_training():
    """What is recorded is what training does, and what the page says."""
    ends = {name: float(f"{np.mean(losses[-20:]):.1g}") for name, (losses, _) in runs().items()}
    assert list(ends.values()) == [0.002, 0.004, 0.006, 0.04]
    assert {round(float(losses[0]), 2) for losses, _ in runs().values()} == {0.21}
    assert round(float(np.median(runs()["a transpose missing"][1])), 2) == 0.89
    losses, cosines = runs()["slope left out"]
    assert 0.01 < smooth(losses)[:60].min() < 0.021
    assert (cosines[:50] > 0).all()
    assert cosines.min() < 0
    for name, (step, _) in WAYS.items():
        _, again, turned = train(step, steps=3)
        same(np.array(again), runs()[name][0][:3], rtol=1e-3)
        same(np.array(turned), runs()[name][1][:3], rtol=1e-3)


# --- cut edges ------------------------------------------------------------------------------------


@checked(
    "eq-checking-direct",
    r"""
    \frac{\direct h_t}{\partial w} = \frac{\dd}{\dd w} f\bigl( x_t, \operatorname{cut}(h_{t-1}), w
    \bigr)
    """,
)
def direct(rng):
    """A complex step with .real as the cut and torch with detach, against SymPy's explicit derivative."""
    X, h, w, P = sp.symbols("X h w P")
    f = sp.sin(w * X) + h * sp.tanh(w * h)
    at = dict(zip((X, w, P), rng.normal(size=3), strict=True))
    past = sp.tanh(w + P)
    want = float(sp.diff(f, w).subs(h, past).subs(at))
    x, v, p = at[X], at[w], at[P]

    def numpy_cut(u):
        last = np.tanh(u + p).real
        return np.sin(u * x) + last * np.tanh(u * last)

    same(float(complex_step(numpy_cut, np.array(v))), want, rtol=1e-9)
    u = torch.tensor(v, requires_grad=True)
    last = torch.tanh(u + p).detach()
    (torch.sin(u * x) + last * torch.tanh(u * last)).backward()
    same(u.grad.item(), want, rtol=1e-9)


@checked(
    "eq-checking-truncate",
    r"""
    \begin{aligned} \frac{\dd h_t}{\dd w} &= t\, w^{t-1} h_0, \\[2ex] \text{with } h_c \text{ cut:}
    \quad \frac{\dd h_t}{\dd w} &= (t - c)\, w^{t-c-1} h_c = (t - c)\, w^{t-1} h_0 \end{aligned}
    """,
)
def truncate(rng):
    """Autograd through every step, and with detach after step c, for all c up to t = 6."""
    w, h_0, t = torch.tensor(np.float64(rng.normal()), requires_grad=True), np.float64(rng.normal()), 6
    for c in [None, *range(1, t)]:
        h = torch.tensor(h_0)
        for step in range(1, t + 1):
            h = w * h
            h = h.detach() if step == c else h
        uses = t - (c or 0)
        same(grad(h, w), np.array(uses * w.item() ** (t - 1) * h_0), rtol=1e-9)
        h_c = w.item() ** (c or 0) * h_0
        same(grad(h, w), np.array(uses * w.item() ** (uses - 1) * h_c), rtol=1e-9)


@checked(
    "eq-checking-carousel",
    r"""
    \begin{aligned} \frac{\dd c_t}{\dd c_{t-1}} &= 1 + \tanh'(w h_{t-1} + x_t)\, w \tanh'(c_{t-1}),
    \\[2ex] \text{with } h_{t-1} \text{ cut:} \quad \frac{\dd c_t}{\dd c_{t-1}} &= 1 \end{aligned}
    """,
)
def carousel(rng):
    """Autograd by the old cell, with the edge through the state kept and detached, against the slopes."""
    w, x, c = rng.normal(size=3)
    for cut in (False, True):
        old = torch.tensor(c, requires_grad=True)
        h = torch.tanh(old)
        new = old + torch.tanh(w * (h.detach() if cut else h) + x)
        through = 0 if cut else (1 - np.tanh(w * np.tanh(c) + x) ** 2) * w * (1 - np.tanh(c) ** 2)
        same(grad(new, old), np.array(1 + through))


@checked(
    "eq-checking-use",
    r"""
    G_{t,k} = \frac{\dd \ell_t}{\dd W_{hh}} \quad \text{if step } s \text{ reads } \begin{cases}
    W_{hh} & s = k, \\ \operatorname{cut}(W_{hh}) & s \ne k \end{cases}
    """,
)
def one_use(rng):
    """Autograd by a copy of W_hh for each step, against one matrix of which all uses but one are detached."""
    case = problem(rng)
    untied = run(case, untied=True)
    T = len(case.X)
    p = [torch.tensor(w) for w in case.p]
    for k in range(1, T + 1):
        W, h = torch.tensor(case.p.W_hh, requires_grad=True), torch.tensor(case.h_0)
        for t in range(1, T + 1):
            h = torch.tanh(p[0] @ torch.tensor(case.X[t - 1]) + (W if t == k else W.detach()) @ h + p[2])
            loss = 0.5 * ((p[3] @ h + p[4] - torch.tensor(case.Y[t - 1])) ** 2).sum()
            if t >= k:
                same(grad(loss, W), grad(untied.losses[t], untied.uses[k]), rtol=1e-9)


@checked(
    "eq-checking-alter",
    r"""
    \operatorname{alter}(y, z) = \operatorname{cut}(y) + z - \operatorname{cut}(z)
    """,
)
def altered(rng):
    """torch and the complex step: the value is the first function's, the derivative is the second's."""
    x = np.float64(rng.normal())
    u = torch.tensor(x, requires_grad=True)
    y = alter(torch.tanh(u), torch.sin(3 * u))
    same(y.item(), np.tanh(x))
    same(grad(y, u), np.array(3 * np.cos(3 * x)))
    moved = x + 1e-30j
    same(np.imag(np.tanh(moved).real + np.sin(3 * moved) - np.sin(3 * moved).real) / 1e-30, 3 * np.cos(3 * x))


@checked(
    "eq-checking-curl",
    r"""
    \frac{\partial g_w}{\partial u} = 1 \ne 0 = \frac{\partial g_u}{\partial w}
    """,
)
def curl(rng):
    """Autograd's derivatives of the cut product, differentiated once more by finite steps of a linear map."""

    def field(u, w):
        leaves = [torch.tensor(number, requires_grad=True) for number in (u, w)]
        f = leaves[0].detach() * leaves[1]
        return [float(grad(f, leaf)) for leaf in leaves]

    u, w = rng.integers(-9, 9, size=2).astype(float)
    assert field(u + 1, w)[1] - field(u, w)[1] == 1
    assert field(u, w + 1)[0] - field(u, w)[0] == 0
