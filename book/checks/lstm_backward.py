"""Chapter 10: the backward pass gate by gate, the two biases of torch, and the carousel of 1997."""

import numpy as np
import torch
from checks.lstm_run import LETTERS, Gates, lstm_case, lstm_run, numbers
from checks.oracles import grad, jacobian, same, value
from checks.registry import checked
from figures.lstm import carousel_angles, carousel_cell, carousel_drift


def scored(rng) -> tuple[Gates, torch.Tensor, np.ndarray]:
    """A run, a loss that is linear in every state, and its direct gradients (T+1, h)."""
    run = lstm_run(*lstm_case(rng))
    dH = rng.normal(size=(len(run.h), run.h[0].numel()))
    loss = sum(torch.tensor(d) @ h for d, h in zip(dH[1:], run.h[1:], strict=True))
    return run, loss, dH


@checked(
    "eq-lstm-adjoints",
    r"""
    \begin{aligned} \frac{\partial L}{\partial h_t} &= \frac{\direct L}{\partial h_t} + W_h\T
    \frac{\partial L}{\partial a_{t+1}}, \\[1ex] \frac{\partial L}{\partial c_t} &= o_t \odot (1 -
    \tanh^2 c_t) \odot \frac{\partial L}{\partial h_t} + f_{t+1} \odot \frac{\partial L}{\partial
    c_{t+1}} \end{aligned}
    """,
)
def adjoints(rng):
    """Both lines at every step, each term from autograd on its own node."""
    run, loss, dH = scored(rng)
    T = len(run.h) - 1
    for t in range(1, T + 1):
        later = t < T
        back = value(run.p.W_h).T @ grad(loss, run.a[t + 1]) if later else 0
        same(grad(loss, run.h[t]), dH[t] + back)
        now = numbers(run, t)
        slope = now["o"] * (1 - np.tanh(now["c"]) ** 2)
        kept = numbers(run, t + 1)["f"] * grad(loss, run.c[t + 1]) if later else 0
        same(grad(loss, run.c[t]), slope * grad(loss, run.h[t]) + kept)


@checked(
    "eq-lstm-gates",
    r"""
    \begin{aligned} \frac{\partial L}{\partial f_t} &= \frac{\partial L}{\partial c_t} \odot
    c_{t-1}, & \frac{\partial L}{\partial i_t} &= \frac{\partial L}{\partial c_t} \odot g_t, \\[1ex]
    \frac{\partial L}{\partial g_t} &= \frac{\partial L}{\partial c_t} \odot i_t, & \frac{\partial
    L}{\partial o_t} &= \frac{\partial L}{\partial h_t} \odot \tanh(c_t) \end{aligned}
    """,
)
def gates(rng):
    """Autograd by every gate of a step in the middle."""
    run, loss, _ = scored(rng)
    v, dc, dh = numbers(run, 2), grad(loss, run.c[2]), grad(loss, run.h[2])
    printed = {"f": dc * v["c_before"], "i": dc * v["g"], "g": dc * v["i"], "o": dh * np.tanh(v["c"])}
    for letter in LETTERS:
        same(grad(loss, run.gate[letter][2]), printed[letter])


@checked(
    "eq-lstm-forget",
    r"""
    \frac{\partial L}{\partial a^f_t} = \frac{\partial L}{\partial c_t} \odot c_{t-1} \odot f_t
    \odot (1 - f_t)
    """,
)
def forget(rng):
    """Autograd by the pre-activation; and at the first step with an empty cell it is exactly zero."""
    run, loss, _ = scored(rng)
    n = run.c[0].numel()
    for t in (1, 3):
        v = numbers(run, t)
        same(grad(loss, run.a[t])[n : 2 * n], grad(loss, run.c[t]) * v["c_before"] * v["f"] * (1 - v["f"]))
    p, X, h_0, c_0 = lstm_case(rng)
    empty = lstm_run(p, X, h_0, 0 * c_0)
    assert (grad(empty.h[-1].sum(), empty.a[1])[n : 2 * n] == 0).all()
    assert round(0.98 * 0.02, 4) == 0.0196
    assert 1 / (1 + np.exp(-36.0)) < 1 == 1 / (1 + np.exp(-37.0))  # from 37 on the slope is zero


@checked(
    "eq-lstm-weights",
    r"""
    \begin{aligned} \frac{\partial L}{\partial W_{fh}} &= \sum_{t=1}^{T} \frac{\partial L}{\partial
    a^f_t}\, h_{t-1}\T, \quad & \frac{\partial L}{\partial W_{fx}} &= \sum_{t=1}^{T} \frac{\partial
    L}{\partial a^f_t}\, x_t\T, \\[1ex] \frac{\partial L}{\partial b_f} &= \sum_{t=1}^{T}
    \frac{\partial L}{\partial a^f_t} \end{aligned}
    """,
)
def weights(rng):
    """Autograd by the weights, rows of the forget gate; then all rows at once."""
    run, loss, _ = scored(rng)
    n, T = run.c[0].numel(), len(run.h) - 1
    for rows in (slice(n, 2 * n), slice(None)):
        deltas = [grad(loss, run.a[t])[rows] for t in range(1, T + 1)]
        by_h = sum(np.outer(a, value(h)) for a, h in zip(deltas, run.h[:-1], strict=True))
        by_x = sum(np.outer(a, value(x)) for a, x in zip(deltas, run.x[1:], strict=True))
        same(grad(loss, run.p.W_h)[rows], by_h)
        same(grad(loss, run.p.W_x)[rows], by_x)
        same(grad(loss, run.p.b)[rows], sum(deltas))


@checked(
    "eq-lstm-torch",
    r"""
    b = b_{ih} + b_{hh}, \qquad \frac{\partial L}{\partial b_{ih}} = \frac{\partial L}{\partial
    b_{hh}} = \frac{\partial L}{\partial b}
    """,
)
def two_biases(rng):
    """torch.nn.LSTM with the sum split at random: same states, and equal gradients by both biases."""
    p, X, h_0, c_0 = lstm_case(rng)
    share = rng.normal(size=len(p.b))
    found = []
    for b_ih in (p.b, share):
        layer = torch.nn.LSTM(X.shape[1], len(h_0), dtype=torch.float64)
        for weight, given in zip(layer.parameters(), (p.W_x, p.W_h, b_ih, p.b - b_ih), strict=True):
            weight.data = torch.tensor(given)
        states, _ = layer(torch.tensor(X), (torch.tensor(h_0)[None], torch.tensor(c_0)[None]))
        (states**2).sum().backward()
        same(layer.bias_ih_l0.grad.numpy(), layer.bias_hh_l0.grad.numpy())
        found.append((value(states), layer.bias_ih_l0.grad.numpy()))
    run = lstm_run(p, X, h_0, c_0)
    same(found[0][0], found[1][0])
    same(found[1][1], grad(sum((h**2).sum() for h in run.h[1:]), run.p.b), rtol=1e-9)


# --- 1997 -----------------------------------------------------------------------------------------


@checked(
    "eq-lstm-carousel",
    r"""
    \begin{aligned} c_t &= c_{t-1} + i_t \odot g_t, \qquad \frac{\direct c_t}{\partial c_{t-1}} = I,
    \\[1ex] \frac{\dd c_t}{\dd c_{t-1}} &= I + K_t E_{t-1} \end{aligned}
    """,
)
def carousel(rng):
    """Autograd on a cell without forget gate, its state detached for the direct derivative."""
    p, X, h_0, c_0 = lstm_case(rng)
    run = carousel_cell(p, X, h_0, c_0)
    n, before = len(h_0), numbers_of(run, 1)
    now = numbers_of(run, 2)
    K = np.diag(now["g"] * now["i"] * (1 - now["i"])) @ p.W_h[:n]
    K += np.diag(now["i"] * (1 - now["g"] ** 2)) @ p.W_h[2 * n : 3 * n]
    E = np.diag(before["o"] * (1 - np.tanh(before["c"]) ** 2))
    same(jacobian(run.c[2], run.c[1]), np.eye(n) + K @ E)
    cut = carousel_cell(p, X, h_0, c_0, cut=True)
    same(jacobian(cut.c[2], cut.c[1]), np.eye(n))


def numbers_of(run, t):
    """The values of step t of a run without forget gate."""
    return {name: value(getattr(run, name)[t]) for name in ("i", "g", "o", "c")}


@checked("eq-lstm-cut", r"\frac{\dd c_T}{\dd c_t} \bigg|_{\text{cut}} = I \qquad \text{for all } T \ge t")
def cut(rng):
    """Autograd over ten steps of the cut graph gives the identity exactly; then the angles of the page."""
    p, X, h_0, c_0 = lstm_case(rng, T=10)
    run = carousel_cell(p, X, h_0, c_0, cut=True)
    assert (jacobian(run.c[10], run.c[1]) == np.eye(len(h_0))).all()
    for scale, middle, largest in ((1.0, 39, 73), (2.0, 49, 106)):
        assert round(np.median(carousel_angles(scale))) == middle
        assert round(carousel_angles(scale).max()) == largest
    assert abs(carousel_drift(1000)[0] / 126 - 1) < 0.05


@checked(
    "eq-lstm-walk",
    r"""
    \operatorname{Var} c_T = i^2 s^2\, T \quad (f = 1), \qquad \operatorname{Var} c_T \to \frac{i^2
    s^2}{1 - f^2} \quad (f < 1)
    """,
)
def walk(rng):
    """Twenty thousand cells with random candidates, with and without forgetting."""
    T, s, i, f = 60, 0.7, 0.4, 0.9
    g = s * rng.normal(size=(T, 20000))
    summed, settled = np.zeros(20000), np.zeros(20000)
    for row in g:
        summed, settled = summed + i * row, f * settled + i * row
    assert abs(summed.var() / (i**2 * s**2 * T) - 1) < 0.05
    assert abs(settled.var() / (i**2 * s**2 / (1 - f**2)) - 1) < 0.05
