"""Chapter 9: clipping inside the backward pass, against autograd with hooks."""

import numpy as np
import torch
from checks.oracles import same
from checks.registry import checked
from figures.clipping import clipped
from figures.clipping_inside import (
    LEVELS,
    SEED,
    THRESHOLD,
    H,
    T,
    bias,
    by_norm,
    copies,
    entries,
    factors,
    gradient,
    losses,
    network,
    paths,
    triangle_numbers,
)
from figures.clipping_training import angle


@checked(
    "eq-clipping-inside",
    r"""
    \begin{aligned} u_t &= W_{hh}\T D_{t+1} \tilde u_{t+1} + W_{qh}\T \frac{\partial L}{\partial
    o_t}, \qquad \tilde u_{T+1} = 0, \\[1ex] \tilde u_t &= s_t u_t, \qquad s_t = \min\Bigl( 1,
    \frac{c}{\norm{u_t}} \Bigr), \\[1ex] \widetilde{\frac{\partial L}{\partial W_{hh}}} &=
    \sum_{t=1}^{T} D_t \tilde u_t\, h_{t-1}\T \end{aligned}
    """,
)
def inside(rng):
    """What hooks on every state see arrive and pass on in one pass of autograd, line by line."""
    net, c, arrived, passed = network(int(rng.integers(20))), 0.05, [], []

    def note(u):
        arrived.append(u.numpy())
        passed.append(by_norm(c)(u).numpy())
        return torch.tensor(passed[-1])

    total = gradient(net, note)
    U, passed = np.array(arrived[::-1]), np.array(passed[::-1])
    h = [net.h_0]
    for given in net.given:
        h.append(torch.tanh(given + net.W_hh @ h[-1]))
    states, V = torch.stack(h).numpy(), net.W_qh.numpy()
    slopes, errors = 1 - states[1:] ** 2, (states[1:] @ V.T - net.Y.numpy()) / T
    later = np.vstack([(slopes * passed)[1:], np.zeros(H)])
    same(U, later @ net.W_hh.numpy() + errors @ V)
    factor = np.minimum(1, c / np.linalg.norm(U, axis=1))
    assert factor.min() < 0.9
    same(passed, factor[:, None] * U, rtol=1e-5)  # torch's renorm adds 1e-7 to the norm
    same(total, sum(np.outer(s * u, before) for s, u, before in zip(slopes, passed, states, strict=False)))


@checked(
    "eq-clipping-inside-bound",
    r"""
    \norm{ \widetilde{\frac{\partial L}{\partial W_{hh}}} } \le \gamma\, c \sum_{t=1}^{T}
    \norm{h_{t-1}}
    """,
)
def inside_bound(rng):
    """Twenty networks whose gradient autograd clips inside; the gradient without clip passes the bound."""
    c, passes = 0.01, 0
    for seed in range(20):
        net = network(seed)
        h, sizes = net.h_0, []
        for given in net.given:
            sizes.append(float(h.norm()))
            h = torch.tanh(given + net.W_hh @ h)
        limit = 1 * c * sum(sizes)
        assert np.linalg.norm(gradient(net, by_norm(c))) <= limit
        passes += np.linalg.norm(gradient(net)) > limit
    assert passes > 10


@checked(
    "eq-clipping-inside-triangle",
    r"""
    \begin{aligned} \text{inside:} && \tilde G_{t,k} &= s_t s_{t-1} \cdots s_k\; G_{t,k}, \\
    \text{after:} && \hat G_{t,k} &= s\, G_{t,k} \end{aligned}
    """,
)
def inside_triangle(rng):
    """Products of factors times entries, summed over losses, against autograd with hooks, use by use."""
    seed, c = int(rng.integers(20)), 0.05
    net = network(seed)
    uses = copies(net)
    clipped_uses = torch.autograd.grad(sum(losses(net, uses, by_norm(c))) / T, uses)
    scaled = paths(factors(seed, c))[..., None, None] * entries(seed)
    for k in range(T):
        same(scaled[:, k].sum(axis=0) / T, clipped_uses[k].numpy(), rtol=1e-8)
    whole = gradient(net).ravel()
    same(
        clipped(whole, (len(whole),), 1.0),
        (min(1, 1 / np.linalg.norm(whole)) * entries(seed)).sum((0, 1)).ravel() / T,
        rtol=1e-5,
    )
    quoted_triangle()


def quoted_triangle():
    """The numbers of the page about both figures."""
    found = triangle_numbers()
    rows = {name: [float(f"{size[-1, k]:.2g}") for k in (15, 7, 0)] for name, size in found.items()}
    assert rows["not clipped"] == [4.6, 62, 62]
    assert [rows["clipped after"][i] for i in (0, 2)] == [0.49, 6.7]
    assert rows["clipped inside"] == [4.6, 6.2, 2.7]
    assert round(float(found["clipped after"][5, 2] / found["not clipped"][5, 2]), 3) == 0.108
    assert round(float(found["clipped inside"][-1, 0] / found["not clipped"][-1, 0]), 3) == 0.043
    same(np.prod(factors(SEED, THRESHOLD)), found["clipped inside"][-1, 0] / found["not clipped"][-1, 0])
    far = np.subtract.outer(np.arange(T), np.arange(T)) >= 8
    assert [round(100 * found[n][far].sum() / found[n].sum()) for n in ("not clipped", "clipped inside")] == [
        58,
        24,
    ]
    net = network(SEED)
    assert round(angle(gradient(net).ravel(), gradient(net, by_norm(THRESHOLD)).ravel())) == 48
    middle = {
        name: np.median(bias()[name], axis=1).round().astype(int).tolist() for name in ("by norm", "by value")
    }
    at = [round(x) for x in np.log10(LEVELS) * 2]
    assert [middle["by norm"][at.index(i)] for i in (0, -1, -2, -4, -8)] == [0, 25, 45, 65, 70]
    assert [middle["by value"][at.index(i)] for i in (-1, -2, -4, -8)] == [8, 35, 66, 77]
    assert round(max(bias()[name].max() for name in ("by norm", "by value"))) == 106
