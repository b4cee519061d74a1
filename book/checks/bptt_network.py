"""Chapter 4, the network with activation and biases: backward pass, weights, triangle."""

import numpy as np
import torch
from checks.oracles import cross_entropy, grad, jacobian, problem, run, same, squared, value
from checks.registry import checked, definition
from figures.bptt import gradient_uses

from course.models import rnn_loss
from course.oracles import complex_step

definition(
    "eq-bptt-g",
    r"""
    G_{t,k} = \frac{\partial \ell_t}{\partial W_{hh}^{(k)}}, \qquad 1 \le k, t \le T
    """,
)


def slopes(phi, a):
    """D_t: the diagonal matrix of the slopes of phi, as autograd finds them."""
    at = a.detach().clone().requires_grad_()
    return np.diag(grad(phi(at).sum(), at))


@checked(
    "eq-bptt-jacobian",
    r"""
    \frac{\partial h_t}{\partial h_{t-1}} = D_t W_{hh}, \qquad \frac{\dd h_t}{\dd h_k} = D_t W_{hh}\,
    D_{t-1} W_{hh} \cdots D_{k+1} W_{hh}
    """,
)
def state_jacobian(rng):
    """Autograd's Jacobians of states one and three steps apart, against the printed products."""
    for phi in (torch.tanh, torch.sigmoid, torch.sin):
        r = run(problem(rng), phi)
        W, D = value(r.p.W_hh), [None, *(slopes(phi, a) for a in r.a[1:])]
        for t in range(1, len(r.h)):
            same(D[t] @ W, jacobian(r.h[t], r.h[t - 1]))
        same(D[4] @ W @ D[3] @ W @ D[2] @ W, jacobian(r.h[4], r.h[1]))


@checked(
    "eq-bptt-backward",
    r"""
    \frac{\partial L}{\partial h_t} = W_{hh}\T \delta_{t+1} + W_{qh}\T \frac{\partial L}{\partial o_t},
    \qquad \delta_t = D_t \frac{\partial L}{\partial h_t}
    """,
)
def backward(rng):
    """Autograd by every h_t and a_t, for three activations and two losses: related as printed."""
    for phi in (torch.tanh, torch.sigmoid, torch.sin):
        for loss in (squared, cross_entropy):
            r = run(problem(rng), phi, loss)
            W_hh, W_qh, T = value(r.p.W_hh), value(r.p.W_qh), len(r.h) - 1
            delta = [None, *(grad(r.loss, a) for a in r.a[1:]), np.zeros(3)]
            for t in range(1, T + 1):
                dh = grad(r.loss, r.h[t])
                same(W_hh.T @ delta[t + 1] + W_qh.T @ grad(r.loss, r.o[t]), dh)
                same(slopes(phi, r.a[t]) @ dh, delta[t])


@checked(
    "eq-bptt-paths",
    r"""
    \frac{\partial L}{\partial h_k} = \sum_{t=k}^{T} \Bigl( \frac{\dd h_t}{\dd h_k} \Bigr)\T W_{qh}\T
    \frac{\partial L}{\partial o_t}
    """,
)
def paths(rng):
    """Autograd by every state, against the sum of autograd's Jacobians applied to the output errors."""
    r = run(problem(rng))
    T, W_qh = len(r.h) - 1, value(r.p.W_qh)
    for k in range(1, T + 1):
        back = (jacobian(r.h[t], r.h[k]).T @ W_qh.T @ grad(r.loss, r.o[t]) for t in range(k, T + 1))
        same(sum(back), grad(r.loss, r.h[k]))


def by_complex_step(case, name):
    """The gradient of the given NumPy loss by one parameter: torch has no part in it."""
    return complex_step(
        lambda w: rnn_loss(case.p._replace(**{name: w}), case.X, case.Y, case.h_0), getattr(case.p, name)
    )


@checked(
    "eq-bptt-weights",
    r"""
    \begin{aligned} \frac{\partial L}{\partial W_{hh}} &= \sum_{t=1}^{T} \delta_t\, h_{t-1}\T, &
    \frac{\partial L}{\partial W_{hx}} &= \sum_{t=1}^{T} \delta_t\, x_t\T, & \frac{\partial L}{\partial
    b_h} &= \sum_{t=1}^{T} \delta_t, \\[2ex] \frac{\partial L}{\partial W_{qh}} &= \sum_{t=1}^{T}
    \frac{\partial L}{\partial o_t}\, h_t\T, & & & \frac{\partial L}{\partial b_q} &= \sum_{t=1}^{T}
    \frac{\partial L}{\partial o_t} \end{aligned}
    """,
)
def weights(rng):
    """The complex step of the given NumPy loss by all five parameters, against the printed sums."""
    case = problem(rng)
    r = run(case)
    steps = range(1, len(r.h))
    delta, do = {t: grad(r.loss, r.a[t]) for t in steps}, {t: grad(r.loss, r.o[t]) for t in steps}
    same(sum(np.outer(delta[t], value(r.h[t - 1])) for t in steps), by_complex_step(case, "W_hh"))
    same(sum(np.outer(delta[t], value(r.x[t])) for t in steps), by_complex_step(case, "W_hx"))
    same(sum(delta.values()), by_complex_step(case, "b_h"))
    same(sum(np.outer(do[t], value(r.h[t])) for t in steps), by_complex_step(case, "W_qh"))
    same(sum(do.values()), by_complex_step(case, "b_q"))


@checked(
    "eq-bptt-one-product",
    r"""
    \frac{\partial L}{\partial W_{hh}} = \Delta\T H, \qquad \Delta = (\delta_1, \ldots, \delta_T)\T,
    \quad H = (h_0, \ldots, h_{T-1})\T
    """,
)
def one_product(rng):
    """The complex step of the given NumPy loss by W_hh, against one product of two stacked arrays."""
    case = problem(rng)
    r = run(case)
    Delta = np.stack([grad(r.loss, a) for a in r.a[1:]])
    H = np.stack([value(h) for h in r.h[:-1]])
    same(Delta.T @ H, by_complex_step(case, "W_hh"))


@checked(
    "eq-bptt-g-formula",
    r"""
    G_{t,k} = \frac{\partial \ell_t}{\partial a_k}\, h_{k-1}\T, \qquad \frac{\partial \ell_t}{\partial
    a_k} = D_k \Bigl( \frac{\dd h_t}{\dd h_k} \Bigr)\T W_{qh}\T \frac{\partial \ell_t}{\partial o_t}
    """,
)
def g_formula(rng):
    """Autograd by each step's own copy of W_hh, for every pair (t, k), against both printed products."""
    r = run(problem(rng), untied=True)
    T, W_qh = len(r.h) - 1, value(r.p.W_qh)
    for t in range(1, T + 1):
        for k in range(1, T + 1):
            G = grad(r.losses[t], r.uses[k])
            if k > t:
                assert not G.any()
                continue
            da = grad(r.losses[t], r.a[k])
            same(np.outer(da, value(r.h[k - 1])), G)
            back = jacobian(r.h[t], r.h[k]).T @ W_qh.T @ grad(r.losses[t], r.o[t])
            same(slopes(torch.tanh, r.a[k]) @ back, da)


@checked(
    "eq-bptt-triangle",
    r"""
    \begin{aligned} \frac{\partial L}{\partial W_{hh}} &= \frac{1}{T} \sum_{t=1}^{T} \sum_{k=1}^{t}
    G_{t,k}, \\[2ex] \sum_{k=1}^{t} G_{t,k} &= \frac{\partial \ell_t}{\partial W_{hh}}, \qquad
    \frac{1}{T} \sum_{t=k}^{T} G_{t,k} = \delta_k\, h_{k-1}\T \end{aligned}
    """,
)
def triangle(rng):
    """Autograd of the untied network, summed by rows and columns, against the tied one and complex steps."""
    case = problem(rng)
    untied, tied = run(case, untied=True), run(case)
    T = len(tied.h) - 1
    G = np.array([[grad(untied.losses[t], untied.uses[k]) for k in range(1, T + 1)] for t in range(1, T + 1)])
    same(G.sum(axis=(0, 1)) / T, by_complex_step(case, "W_hh"))
    for s in range(T):
        same(G[s].sum(axis=0), grad(tied.losses[s + 1], tied.p.W_hh))
        same(G[:, s].sum(axis=0) / T, np.outer(grad(tied.loss, tied.a[s + 1]), value(tied.h[s])))
    quoted_in_the_text()


def quoted_in_the_text():
    """The numbers that the chapter quotes from the picture of the triangle."""
    G = gradient_uses()
    T, size = len(G), np.linalg.norm(G, axis=(2, 3))
    full, lag = G.sum(axis=(0, 1)) / T, np.subtract.outer(np.arange(T), np.arange(T))
    assert [float(f"{size[15, k - 1]:.2g}") for k in (8, 1)] == [0.019, 0.00013]
    assert [round(x, 2) for x in (size[15, 15], size.diagonal().min(), size.max())] == [1.06, 0.15, 3.27]
    assert round(np.linalg.norm(full), 3) == 0.676
    assert round(size.sum() / T, 2) == 3.19
    for tau, percent in ((3, 7), (9, 0.09)):
        band = (G * (lag <= tau)[:, :, None, None]).sum(axis=(0, 1)) / T
        assert float(f"{100 * np.linalg.norm(band - full) / np.linalg.norm(full):.1g}") == percent
