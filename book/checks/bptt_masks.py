"""Chapter 4, what surrounds the network: inputs, initial state, losses, batches and masks."""

import numpy as np
import torch
from checks.bptt_network import by_complex_step, slopes
from checks.oracles import grad, problem, run, same, value
from checks.registry import checked, definition
from figures.bptt_cost import input_gradients

from course.models import rnn_loss
from course.oracles import complex_step

definition(
    "eq-bptt-mask-loss",
    r"""
    L = \frac{1}{N} \sum_{n=1}^{N} \frac{1}{T_n} \sum_{t=1}^{T} m_{t,n}\, \ell(o_{t,n}, y_{t,n})
    """,
)
definition("eq-bptt-mask-state", r"h_{t,n} = m_{t,n}\, \phi(a_{t,n}) + (1 - m_{t,n})\, h_{t-1,n}")


@checked(
    "eq-bptt-inputs",
    r"""
    \frac{\partial L}{\partial x_t} = W_{hx}\T \delta_t, \qquad \frac{\partial L}{\partial h_0} =
    W_{hh}\T \delta_1
    """,
)
def inputs(rng):
    """The complex step of the given NumPy loss by every input and by h_0, against the printed products."""
    case = problem(rng)
    r = run(case)
    dX = complex_step(lambda X: rnn_loss(case.p, X, case.Y, case.h_0), case.X)
    for t in range(1, len(r.h)):
        same(case.p.W_hx.T @ grad(r.loss, r.a[t]), dX[t - 1])
    dh_0 = complex_step(lambda h: rnn_loss(case.p, case.X, case.Y, h), case.h_0)
    same(case.p.W_hh.T @ grad(r.loss, r.a[1]), dh_0)


@checked(
    "eq-bptt-losses",
    r"""
    \begin{aligned} \ell &= \tfrac12 \norm{o - y}^2, & \frac{\partial \ell}{\partial o} &= o - y,
    \\[2ex] \ell &= -\sum_i y_i \ln \operatorname{softmax}(o)_i, & \frac{\partial \ell}{\partial o} &=
    \operatorname{softmax}(o) - y \end{aligned}
    """,
)
def losses(rng):
    """The complex step of both losses, and of the cross-entropy with targets that sum to 2."""
    o, y = rng.normal(size=4), rng.dirichlet(np.ones(4))
    softmax = np.exp(o) / np.exp(o).sum()
    same(complex_step(lambda o: 0.5 * ((o - y) ** 2).sum(), o), o - y)
    same(complex_step(lambda o: -(y * np.log(np.exp(o) / np.exp(o).sum())).sum(), o), softmax - y)
    same(complex_step(lambda o: -(2 * y * np.log(np.exp(o) / np.exp(o).sum())).sum(), o), 2 * (softmax - y))


LENGTHS = (5, 2, 4)


def _padded(rng, frozen):
    """Sequences of unequal lengths, padded with noise, run in torch with a masked loss."""
    cases, runs, p = [problem(rng) for _ in LENGTHS], [], problem(rng).p
    cases = [case._replace(p=p) for case in cases]
    for case, length in zip(cases, LENGTHS, strict=True):
        mask = [None, *(float(t <= length) for t in range(1, 6))]
        runs.append(run(case, mask=mask, frozen=frozen))
    return cases, runs


@checked(
    "eq-bptt-mask-padding",
    r"""
    \frac{\partial L}{\partial x_{t,n}} = 0 \ \text{ for } t > T_n, \qquad \frac{\partial L}{\partial
    W_{hh}} = \frac{1}{N} \sum_{n=1}^{N} \frac{\partial L_n}{\partial W_{hh}}
    """,
)
def mask_padding(rng):
    """Padded runs, with frozen states and without, against each sequence run alone."""
    for frozen in (False, True):
        cases, runs = _padded(rng, frozen)
        alone = []
        for case, r, length in zip(cases, runs, LENGTHS, strict=True):
            for t in range(length + 1, 6):
                assert not grad(r.loss, r.x[t]).any()
            alone.append(by_complex_step(case._replace(X=case.X[:length], Y=case.Y[:length]), "W_hh"))
        same(sum(grad(r.loss, r.p.W_hh) for r in runs) / len(runs), sum(alone) / len(alone))
    assert [round(input_gradients(masked)[4, 0], 2) for masked in (True, False)] == [0.19, 0.04]


@checked(
    "eq-bptt-mask-backward",
    r"""
    \begin{aligned} \delta_{t,n} &= m_{t,n}\, D_{t,n} \frac{\partial L}{\partial h_{t,n}}, \\[2ex]
    \frac{\partial L}{\partial h_{t-1,n}} &= W_{hh}\T \delta_{t,n} + (1 - m_{t,n}) \frac{\partial
    L}{\partial h_{t,n}} + W_{qh}\T \frac{\partial L}{\partial o_{t-1,n}} \end{aligned}
    """,
)
def mask_backward(rng):
    """Autograd by every h and a of padded runs with frozen states and a reader of the last: as printed."""
    for r, length in zip(_padded(rng, frozen=True)[1], LENGTHS, strict=True):
        loss = r.loss + torch.sin(r.h[5]).sum()  # without a reader of h_T nothing comes through the padding
        for t in range(2, 6):
            m, dh, delta = float(t <= length), grad(loss, r.h[t]), grad(loss, r.a[t])
            same(m * slopes(torch.tanh, r.a[t]) @ dh, delta)
            back = value(r.p.W_hh).T @ delta + value(r.p.W_qh).T @ grad(loss, r.o[t - 1])
            same(back + (1 - m) * dh, grad(loss, r.h[t - 1]))
