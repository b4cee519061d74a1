"""The notation page: definitions, and two lines that follow from them and are checked."""

from functools import reduce

import numpy as np
import torch
from checks.oracles import grad, jacobian, problem, run, same
from checks.registry import checked, definition

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
