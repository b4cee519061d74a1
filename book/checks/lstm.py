"""Chapter 10: the cell, and its direct and total derivative over one step."""

import numpy as np
import torch
from checks.lstm_run import lstm_case, lstm_run, numbers, parts
from checks.oracles import jacobian, same, value
from checks.registry import checked
from figures.lstm import rest_numbers

from course.gated import lstm_forward, lstm_step
from course.oracles import complex_step


@checked(
    "eq-lstm-cell",
    r"""
    \begin{aligned} a_t &= W_x x_t + W_h h_{t-1} + b, \\ i_t &= \sigma(a^i_t), \quad f_t =
    \sigma(a^f_t), \quad g_t = \tanh(a^g_t), \quad o_t = \sigma(a^o_t), \\[1ex] c_t &= f_t \odot
    c_{t-1} + i_t \odot g_t, \\ h_t &= o_t \odot \tanh(c_t) \end{aligned}
    """,
)
def cell(rng):
    """torch.nn.LSTM, the given NumPy model, and the lines of the page: three runs agree."""
    p, X, h_0, c_0 = lstm_case(rng)
    run = lstm_run(p, X, h_0, c_0)
    H, C = lstm_forward(p, X, h_0=h_0, c_0=c_0)
    layer = torch.nn.LSTM(X.shape[1], len(h_0), dtype=torch.float64)
    stored = (p.W_x, p.W_h, 0.3 * p.b, 0.7 * p.b)
    for weight, given in zip(layer.parameters(), stored, strict=True):
        weight.data = torch.tensor(given)
    states, (_, last) = layer(torch.tensor(X), (torch.tensor(h_0)[None], torch.tensor(c_0)[None]))
    for t in range(1, len(X) + 1):
        same(value(run.h[t]), H[t])
        same(value(run.c[t]), C[t])
    same(value(states), H[1:])
    same(value(last[0]), C[-1])


@checked(
    "eq-lstm-unrolled",
    r"""
    c_T = \Bigl( \prod_{j=1}^{T} f_j \Bigr) \odot c_0 + \sum_{k=1}^{T} \Bigl( \prod_{j=k+1}^{T} f_j
    \Bigr) \odot i_k \odot g_k
    """,
)
def unrolled(rng):
    """The weighted sum of all that was written, against the cell of a run."""
    run = lstm_run(*lstm_case(rng, T=5))
    v = [None] + [numbers(run, t) for t in range(1, 6)]

    def later(k):
        return np.prod([v[j]["f"] for j in range(k + 1, 6)], axis=0)

    total = later(0) * value(run.c[0]) + sum(later(k) * v[k]["i"] * v[k]["g"] for k in range(1, 6))
    same(total, value(run.c[5]))


@checked(
    "eq-lstm-scalar",
    r"""
    \begin{aligned} \frac{\direct c_t}{\partial c_{t-1}} &= f_t, \\[1ex] \frac{\dd c_t}{\dd c_{t-1}}
    &= f_t + \kappa_t\, o_{t-1} \bigl( 1 - \tanh^2 c_{t-1} \bigr), \\[1ex] \kappa_t &= w_f\, c_{t-1}
    f_t (1 - f_t) + w_i\, g_t\, i_t (1 - i_t) + w_g\, i_t (1 - g_t^2) \end{aligned}
    """,
)
def scalar(rng):
    """One unit of the given model by the complex step, with the old state held, and showing its cell."""
    p, X, h_0, c_0 = lstm_case(rng, h=1)
    before, now = (numbers(lstm_run(p, X, h_0, c_0), t) for t in (1, 2))
    w_i, w_f, w_g, w_o = p.W_h[:, 0]
    f, i, g, c = (now[name] for name in ("f", "i", "g", "c_before"))
    kappa = w_f * c * f * (1 - f) + w_i * g * i * (1 - i) + w_g * i * (1 - g**2)

    def later(cell, shown):
        return lstm_step(p, X[1], shown, cell)[1]

    o, h = before["o"], before["h"]
    same(complex_step(lambda s: later(s, h), c), [f])
    total = complex_step(lambda s: later(s, o * np.tanh(s)), c)
    same(total, [f + kappa * o * (1 - np.tanh(c) ** 2)])
    p.W_h[3] = w_o + 1
    same(complex_step(lambda s: later(s, o * np.tanh(s)), c), total)


@checked(
    "eq-lstm-parts",
    r"""
    \begin{aligned} E_t &= \diag\bigl( o_t \odot (1 - \tanh^2 c_t) \bigr), \\[1ex] K_t &=
    \diag\bigl( c_{t-1} \odot f_t \odot (1 - f_t) \bigr) W_{fh} + \diag\bigl( g_t \odot i_t \odot (1
    - i_t) \bigr) W_{ih} \\ &\quad + \diag\bigl( i_t \odot (1 - g_t \odot g_t) \bigr) W_{gh},
    \\[1ex] R_t &= \diag\bigl( \tanh(c_t) \odot o_t \odot (1 - o_t) \bigr) W_{oh} \end{aligned}
    """,
)
def slopes(rng):
    """Entry by entry, against autograd between the nodes of a run."""
    p, X, h_0, c_0 = lstm_case(rng)
    run = lstm_run(p, X, h_0, c_0)
    M, v, n = parts(run, 2), numbers(run, 2), len(h_0)
    W_ih, W_fh, W_gh, W_oh = np.split(p.W_h, 4)
    for r, s in np.ndindex(n, n):
        c, i, f, g, o = (v[name][r] for name in ("c_before", "i", "f", "g", "o"))
        same(M["E"][r, s], o * (1 - np.tanh(v["c"][r]) ** 2) if r == s else 0.0)
        by_gates = c * f * (1 - f) * W_fh[r, s] + g * i * (1 - i) * W_ih[r, s]
        same(M["K"][r, s], by_gates + i * (1 - g * g) * W_gh[r, s], rtol=1e-8)
        same(M["R"][r, s], np.tanh(v["c"][r]) * o * (1 - o) * W_oh[r, s], rtol=1e-6)


@checked(
    "eq-lstm-total",
    r"""
    \frac{\direct c_t}{\partial c_{t-1}} = \diag(f_t), \qquad \frac{\dd c_t}{\dd c_{t-1}} =
    \diag(f_t) + K_t E_{t-1}
    """,
)
def total(rng):
    """Direct: the complex step with the state held. Total: autograd from cell to cell by every path."""
    p, X, h_0, c_0 = lstm_case(rng)
    run = lstm_run(p, X, h_0, c_0)
    for t in (2, 3, 4):
        M, before = parts(run, t), parts(run, t - 1)
        h, c = value(run.h[t - 1]), value(run.c[t - 1])
        same(complex_step(lambda s, t=t, h=h: lstm_step(p, X[t - 1], h, s)[1], c), M["F"])
        same(jacobian(run.c[t], run.c[t - 1]), M["F"] + M["K"] @ before["E"])
        assert abs(M["K"] @ before["E"]).max() > 1e-4
    same(rest_numbers(1.0) / [0.77, 0.44, 4.2e-6, 3.9e-4], np.ones(4), rtol=0.02)
    same(rest_numbers(4.0) / [0.90, 1.53, 3.6e-4, 0.65], np.ones(4), rtol=0.02)
