"""The notation page: definitions, and two lines that follow from them and are checked."""

from functools import reduce

import numpy as np
import torch
from checks.oracles import grad, jacobian, problem, run, same
from checks.registry import checked, definition

from course.gated import GRU, LSTM, gru_forward, lstm_step

definition(
    "eq-notation-network",
    r"""
    a_t = W_{hx} x_t + W_{hh} h_{t-1} + b_h, \qquad h_t = \phi(a_t), \qquad o_t = W_{qh} h_t + b_q
    """,
)
definition("eq-notation-loss", r"L = \frac{1}{T} \sum_{t=1}^{T} \ell_t, \qquad \ell_t = \ell(o_t, y_t)")
definition("eq-notation-logistic", r"\sigma(a) = \frac{1}{1 + e^{-a}}")
definition("eq-notation-slopes", r"D_t = \diag(\phi'(a_t)), \qquad \gamma = \sup_{a} \abs{\phi'(a)}")
definition(
    "eq-notation-jacobian",
    r"""
    \Bigl[ \frac{\partial u}{\partial v} \Bigr]_{ij} = \frac{\partial u_i}{\partial v_j}
    """,
)
definition(
    "eq-notation-direct",
    r"""
    \frac{\direct h_t}{\partial w} = \frac{\partial f(x_t, h, w)}{\partial w} \bigg|_{h = h_{t-1}},
    \qquad \frac{\dd h_t}{\dd w} = \frac{\dd}{\dd w} f\bigl(x_t, h_{t-1}(w), w\bigr)
    """,
)
definition(
    "eq-notation-names",
    r"""
    \delta_t = \frac{\partial L}{\partial a_t}, \qquad G_{t,k} = \frac{\partial \ell_t}{\partial
    W_{hh}^{(k)}}
    """,
)
definition(
    "eq-notation-norms",
    r"""
    \begin{aligned} \norm{v} &= \sqrt{\textstyle\sum_i v_i^2}, & \norm{G} &= \sqrt{\textstyle\sum_{i,j}
    G_{ij}^2}, \\ \smax(W) &= \max_{\norm{v} = 1} \norm{W v}, & \rho(W) &= \max_i \abs{\lambda_i(W)}
    \end{aligned}
    """,
)


@checked(
    "eq-notation-gradient",
    r"""
    \Bigl[ \frac{\partial L}{\partial v} \Bigr]_{\beta} = \frac{\partial L}{\partial v_{\beta}}, \qquad
    \frac{\partial L}{\partial v} = \Bigl( \frac{\partial u}{\partial v} \Bigr)\T \frac{\partial
    L}{\partial u}
    """,
)
def gradient(rng):
    """Autograd by v, for smooth u(v) and L(u), against its Jacobian transposed times its gradient by u."""
    A, B = (torch.tensor(rng.normal(size=shape)) for shape in ((3, 4), (2, 3)))
    v = torch.tensor(rng.normal(size=4), requires_grad=True)
    u = torch.tanh(A @ v)
    L = torch.exp(B @ u).sum()
    assert grad(L, v).shape == (4,)
    same(jacobian(u, v).T @ grad(L, u), grad(L, v))


@checked(
    "eq-notation-order",
    r"""
    \frac{\dd h_t}{\dd h_k} = \frac{\partial h_t}{\partial h_{t-1}}\, \frac{\partial h_{t-1}}{\partial
    h_{t-2}} \cdots \frac{\partial h_{k+1}}{\partial h_k}, \qquad \frac{\dd h_k}{\dd h_k} = I
    """,
)
def order(rng):
    """Autograd's Jacobian of states up to four steps apart, against the product of its one-step Jacobians."""
    r = run(problem(rng))
    steps = {t: jacobian(r.h[t], r.h[t - 1]) for t in range(1, len(r.h))}
    for k in range(len(r.h)):
        for t in range(k, len(r.h)):
            later_leftmost = reduce(np.matmul, (steps[s] for s in range(t, k, -1)), np.eye(3))
            same(later_leftmost, jacobian(r.h[t], r.h[k]))


@checked(
    "eq-notation-lstm",
    r"""
    \begin{aligned} a_t &= W_x x_t + W_h h_{t-1} + b, \\[1ex] i_t &= \sigma(a^i_t), \quad f_t = \sigma(a^f_t),
    \quad o_t = \sigma(a^o_t), \quad g_t = \tanh(a^g_t), \\[1ex] c_t &= f_t \odot c_{t-1} + i_t \odot g_t,
    \quad h_t = o_t \odot \tanh(c_t) \end{aligned}
    """,
)
def lstm(rng):
    """The formulas written out in NumPy, with one bias, against torch's cell, which has two."""
    d, h = 2, 3
    p = LSTM(*(rng.normal(size=shape) for shape in ((4 * h, d), (4 * h, h), 4 * h)))
    x, h_0, c_0 = rng.normal(size=d), rng.normal(size=h), rng.normal(size=h)
    i, f, g, o = np.split(p.W_x @ x + p.W_h @ h_0 + p.b, 4)
    i, f, o = (1 / (1 + np.exp(-part)) for part in (i, f, o))
    c = f * c_0 + i * np.tanh(g)
    half = rng.normal(size=4 * h)
    cell = loaded(torch.nn.LSTMCell(d, h), p.W_x, p.W_h, half, p.b - half)
    h_1, c_1 = cell(torch.tensor(x), (torch.tensor(h_0), torch.tensor(c_0)))
    same(c, c_1.detach().numpy())
    same(o * np.tanh(c), h_1.detach().numpy())
    same(lstm_step(p, x, h_0, c_0), (o * np.tanh(c), c))


@checked(
    "eq-notation-gru",
    r"""
    \begin{aligned} u_t &= W_x x_t + b_x, \quad v_t = W_h h_{t-1} + b_h, \\[1ex]
    r_t &= \sigma(u^r_t + v^r_t), \quad z_t = \sigma(u^z_t + v^z_t), \\[1ex]
    n_t &= \tanh(u^n_t + r_t \odot v^n_t), \\[1ex]
    h_t &= (1 - z_t) \odot n_t + z_t \odot h_{t-1} \end{aligned}
    """,
)
def gru(rng):
    """The formulas written out in NumPy against torch's cell and against the model that the course gives."""
    d, h = 2, 3
    p = GRU(*(rng.normal(size=shape) for shape in ((3 * h, d), (3 * h, h), 3 * h, 3 * h)))
    x, h_0 = rng.normal(size=d), rng.normal(size=h)
    u, v = np.split(p.W_x @ x + p.b_x, 3), np.split(p.W_h @ h_0 + p.b_h, 3)
    r, z = (1 / (1 + np.exp(-u[k] - v[k])) for k in (0, 1))
    h_1 = (1 - z) * np.tanh(u[2] + r * v[2]) + z * h_0
    same(h_1, loaded(torch.nn.GRUCell(d, h), *p)(torch.tensor(x), torch.tensor(h_0)).detach().numpy())
    same(h_1, gru_forward(p, x[None], h_0)[-1])


def loaded(cell, *weights):
    """A torch cell with the given weights, in double precision."""
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    cell = cell.double()
    cell.load_state_dict({name: torch.tensor(w) for name, w in zip(names, weights, strict=True)})
    return cell
