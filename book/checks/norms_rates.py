"""Chapter 6: the vanishing theorem, tried on random networks."""

import mpmath
import numpy as np
import torch
from checks.oracles import grad, jacobian, problem, run, same, value
from checks.powers import product, size
from checks.registry import checked
from figures.norms import TRANSIENT
from figures.norms_rates import rates


def longest(rng, phi, gamma, scale):
    """A run with a large or small W_hh, the norm of every long Jacobian, and γ s_max."""
    case = problem(rng, T=6)
    p = case.p._replace(W_hh=scale * case.p.W_hh)
    r = run(case._replace(p=p), phi=phi, untied=True)
    return r, gamma * size(p.W_hh)


ACTIVATIONS = ((torch.tanh, 1.0), (torch.relu, 1.0), (torch.sigmoid, 0.25))


@checked(
    "eq-norms-vanishing",
    r"""
    \norm{ \frac{\dd h_t}{\dd h_k} } \le \bigl( \gamma\, \smax(W_{hh}) \bigr)^{t-k}
    """,
)
def vanishing(rng):
    """Autograd's Jacobians for three activations at three scales; equality for a linear orthogonal W."""
    for phi, gamma in ACTIVATIONS:
        for scale in (0.2, 1.0, 4.0):
            r, rate = longest(rng, phi, gamma, scale)
            for k in range(6):
                for t in range(k, 7):
                    long = jacobian(r.h[t], r.h[k]) if t > k else np.eye(3)
                    assert size(long) <= rate ** (t - k) * (1 + 1e-9)
    Q = 0.7 * np.linalg.qr(rng.normal(size=(4, 4)))[0]
    same(size(product(Q, 5)), 0.7**5)
    ends = {name: float(np.median(table[:, -1])) for name, table in rates().items()}
    same(rates()["orthogonal, linear"][:, -1], np.full(12, 0.95**60), rtol=1e-9)
    assert round(ends["orthogonal, linear"], 3) == 0.046
    assert 2.5e-21 < ends["Gaussian, tanh"] < 3.5e-21
    assert 2.5e-11 < ends["Gaussian, tanh, norm 1.5"] < 3.5e-11
    last = rates()["Gaussian, tanh, norm 1.5"][:, -1]
    assert 1e-13 < last.min() < last.max() < 1e-6


@checked(
    "eq-norms-entry",
    r"""
    \norm{G_{t,k}} \le \gamma\, \norm{h_{k-1}} \bigl( \gamma\, \smax(W_{hh}) \bigr)^{t-k} \norm{
    \frac{\partial \ell_t}{\partial h_t} }
    """,
)
def entry(rng):
    """Autograd on untied copies: every entry of the triangle stays below the printed product."""
    for phi, gamma in ACTIVATIONS:
        for scale in (0.2, 2.0):
            r, rate = longest(rng, phi, gamma, scale)
            for t in range(1, 7):
                last = np.linalg.norm(grad(r.losses[t], r.h[t]))
                for k in range(1, t + 1):
                    G = np.linalg.norm(grad(r.losses[t], r.uses[k]))
                    bound = gamma * np.linalg.norm(value(r.h[k - 1])) * rate ** (t - k) * last
                    assert bound * (1 + 1e-9) >= G


@checked("eq-norms-unit", r"w\, (1 - h^{*2}) = 2 \cdot (1 - 0.9575^2) = 0.166")
def unit(rng):
    """mpmath finds the state, and differentiates one step there."""
    state = mpmath.findroot(lambda h: h - mpmath.tanh(2 * h), 0.9)
    assert round(float(state), 4) == 0.9575
    factor = float(mpmath.diff(lambda h: mpmath.tanh(2 * h), state))
    assert round(factor, 3) == round(2 * (1 - 0.9575**2), 3) == 0.166
    assert factor < 1 / 6 + 0.001


@checked(
    "eq-norms-scaled",
    r"""
    \norm{ \frac{\dd h_t}{\dd h_k} } \le \kappa(S)\, \bigl( \gamma\, \smax(S\, W_{hh}\, S^{-1})
    \bigr)^{t-k}
    """,
)
def scaled(rng):
    """Random slopes from 0 to 1 and random S, and the example: with s = 1000 the norm is near 0.9."""
    for _ in range(20):
        W, S = rng.normal(size=(3, 3)), np.diag(rng.uniform(0.2, 5, size=3))
        long = np.eye(3)
        for _ in range(4):
            long = np.diag(rng.uniform(size=3)) @ W @ long
        inner = size(S @ W @ np.linalg.inv(S))
        assert size(long) <= np.linalg.cond(S) * inner**4 * (1 + 1e-9)
    S = np.diag([1.0, 7.0])  # both sides equal
    W = np.array([[0.0, 2 * 7.0], [2 / 7.0, 0.0]])
    same(size(S @ W @ np.linalg.inv(S)), 2.0)
    same(size(product(W, 3)), np.linalg.cond(S) * 2.0**3)
    S = np.diag([1.0, 1000.0])
    near = S @ TRANSIENT @ np.linalg.inv(S)
    same(near[0, 1], 10 / 1000)
    assert size(near) < 0.91
    same(np.linalg.cond(S), 1000.0)
