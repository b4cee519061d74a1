"""Chapter 4, the linear network: each printed gradient against autograd through the whole run."""

import numpy as np
import torch
from checks.oracles import grad, problem, run, same, value
from checks.registry import checked, definition

definition("eq-bptt-linear", r"h_t = W_{hx} x_t + W_{hh} h_{t-1}, \qquad o_t = W_{qh} h_t")
definition(
    "eq-bptt-prod",
    r"""
    \Bigl[ \operatorname{prod}\Bigl( \frac{\partial L}{\partial u}, \frac{\partial u}{\partial v} \Bigr)
    \Bigr]_{\beta} = \sum_{i} \frac{\partial L}{\partial u_i}\, \frac{\partial u_i}{\partial v_{\beta}}
    """,
)


@checked(
    "eq-bptt-prod-linear",
    r"""
    \operatorname{prod}\Bigl( \frac{\partial L}{\partial u}, \frac{\partial u}{\partial v} \Bigr) = A\T
    \frac{\partial L}{\partial u}, \qquad \operatorname{prod}\Bigl( \frac{\partial L}{\partial u},
    \frac{\partial u}{\partial A} \Bigr) = \frac{\partial L}{\partial u}\, v\T
    """,
)
def prod_linear(rng):
    """Autograd by v and by A, for a loss that is not linear in u = A v, against the two printed rules."""
    A, v = (torch.tensor(rng.normal(size=shape), requires_grad=True) for shape in ((3, 4), (4,)))
    u = A @ v
    L = (torch.sin(u) * torch.tensor(rng.normal(size=3))).sum()
    same(value(A).T @ grad(L, u), grad(L, v))
    same(np.outer(grad(L, u), value(v)), grad(L, A))


def _linear(rng):
    """A run of the linear network: no activation, no biases."""
    case = problem(rng)
    p = case.p._replace(b_h=np.zeros(3), b_q=np.zeros(4))
    return run(case._replace(p=p), phi=lambda a: 1 * a)


@checked(
    "eq-bptt-outputs",
    r"""
    \frac{\partial L}{\partial o_t} = \frac{1}{T} \frac{\partial \ell(o_t, y_t)}{\partial o_t}, \qquad
    \frac{\partial L}{\partial W_{qh}} = \sum_{t=1}^{T} \frac{\partial L}{\partial o_t}\, h_t\T, \qquad
    \frac{\partial L}{\partial h_T} = W_{qh}\T \frac{\partial L}{\partial o_T}
    """,
)
def outputs(rng):
    """Autograd by every output, by W_qh and by the last state, against the printed right-hand sides."""
    r = _linear(rng)
    T = len(r.o) - 1
    do = [grad(r.loss, o) for o in r.o[1:]]
    for t in range(1, T + 1):
        same(do[t - 1], grad(r.losses[t], r.o[t]) / T)
    same(sum(np.outer(do[t - 1], value(r.h[t])) for t in range(1, T + 1)), grad(r.loss, r.p.W_qh))
    same(value(r.p.W_qh).T @ do[-1], grad(r.loss, r.h[T]))


@checked(
    "eq-bptt-dht",
    r"""
    \frac{\partial L}{\partial h_t} = W_{hh}\T \frac{\partial L}{\partial h_{t+1}} + W_{qh}\T
    \frac{\partial L}{\partial o_t}
    """,
)
def dht(rng):
    """Autograd by each state of a linear run: neighbours are related as printed."""
    r = _linear(rng)
    for t in range(1, len(r.h) - 1):
        later, here = grad(r.loss, r.h[t + 1]), grad(r.loss, r.o[t])
        same(value(r.p.W_hh).T @ later + value(r.p.W_qh).T @ here, grad(r.loss, r.h[t]))


@checked(
    "eq-bptt-powers",
    r"""
    \frac{\partial L}{\partial h_t} = \sum_{i=t}^{T} \bigl( W_{hh}\T \bigr)^{i-t}\, W_{qh}\T
    \frac{\partial L}{\partial o_i}
    """,
)
def powers(rng):
    """Autograd by each state of a linear run, against the sum with powers taken by repeated squaring."""
    r = _linear(rng)
    T = len(r.h) - 1
    back = [value(r.p.W_qh).T @ grad(r.loss, o) for o in r.o[1:]]
    for t in range(1, T + 1):
        terms = (np.linalg.matrix_power(value(r.p.W_hh).T, i - t) @ back[i - 1] for i in range(t, T + 1))
        same(sum(terms), grad(r.loss, r.h[t]))


@checked(
    "eq-bptt-linear-weights",
    r"""
    \frac{\partial L}{\partial W_{hx}} = \sum_{t=1}^{T} \frac{\partial L}{\partial h_t}\, x_t\T, \qquad
    \frac{\partial L}{\partial W_{hh}} = \sum_{t=1}^{T} \frac{\partial L}{\partial h_t}\, h_{t-1}\T
    """,
)
def linear_weights(rng):
    """Autograd by both matrices of the state, against the printed sums of outer products."""
    r = _linear(rng)
    steps = range(1, len(r.h))
    dh = {t: grad(r.loss, r.h[t]) for t in steps}
    same(sum(np.outer(dh[t], value(r.x[t])) for t in steps), grad(r.loss, r.p.W_hx))
    same(sum(np.outer(dh[t], value(r.h[t - 1])) for t in steps), grad(r.loss, r.p.W_hh))


@checked(
    "eq-bptt-transpose",
    r"""
    \begin{aligned} W_{hh} &= \begin{pmatrix} 0 & 1 \\ 0 & 0 \end{pmatrix}, & \frac{\partial L}{\partial
    h_2} &= \begin{pmatrix} 1 \\ 0 \end{pmatrix}, \\[2ex] W_{hh}\T \frac{\partial L}{\partial h_2} &=
    \begin{pmatrix} 0 \\ 1 \end{pmatrix}, & W_{hh} \frac{\partial L}{\partial h_2} &= \begin{pmatrix} 0
    \\ 0 \end{pmatrix} \end{aligned}
    """,
)
def transpose(rng):
    """Autograd through h_2 = W_hh h_1 finds the first of the two columns; the second is multiplied out."""
    W, one = torch.tensor([[0.0, 1.0], [0.0, 0.0]]), torch.tensor([1.0, 0.0])
    h_1 = torch.zeros(2, requires_grad=True)
    assert (grad((W @ h_1) @ one, h_1) == [0, 1]).all()
    assert (value(W.T @ one) == [0, 1]).all()
    assert (value(W @ one) == [0, 0]).all()
