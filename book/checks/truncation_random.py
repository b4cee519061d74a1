"""Chapter 8, randomized truncation of a network: its mean, and the covariance of its weights."""

from itertools import product

import numpy as np
from checks.oracles import grad, jacobian, problem, run, same
from checks.registry import checked, definition
from checks.truncation import entries
from checks.truncation_measured import quoted_biases, quoted_training
from figures.truncation import random_weights

definition(
    "eq-truncation-xi",
    r"""
    P\Bigl( \xi_t = \frac{1}{\pi_t} \Bigr) = \pi_t, \qquad P(\xi_t = 0) = 1 - \pi_t, \qquad 0 < \pi_t \le 1
    """,
)
definition(
    "eq-truncation-random",
    r"""
    z_t = \frac{\direct h_t}{\partial w} + \xi_t\, \frac{\partial h_t}{\partial h_{t-1}}\, z_{t-1}, \qquad
    z_0 = 0
    """,
)


def draws(pi: np.ndarray):
    """Every draw of ξ_1 … ξ_T and its probability."""
    for kept in product((0, 1), repeat=len(pi)):
        yield np.array(kept) / pi, float(np.prod(np.where(kept, pi, 1 - pi)))


def pieces(case):
    """The direct derivatives, the Jacobians, the total derivatives, and the errors of every step."""
    r = run(case, untied=True)
    T = len(case.X)
    direct = [jacobian(r.h[t], r.uses[t]) for t in range(1, T + 1)]
    steps = [jacobian(r.h[t], r.h[t - 1]) for t in range(1, T + 1)]
    tied = run(case)
    total = [jacobian(tied.h[t], tied.p.W_hh) for t in range(1, T + 1)]
    errors = [grad(tied.losses[t], tied.h[t]) for t in range(1, T + 1)]
    return direct, steps, total, errors, grad(tied.loss, tied.p.W_hh)


def carried(direct, steps, xi):
    """z_1 … z_T of one draw."""
    z, found = np.zeros_like(direct[0]), []
    for own, J, x in zip(direct, steps, xi, strict=True):
        z = own + x * J @ z
        found.append(z)
    return found


@checked("eq-truncation-unbiased", r"\operatorname{E} z_t = \frac{\dd h_t}{\dd w}")
def unbiased(rng):
    """The exact mean over all 16 draws, with another π at each step, against autograd's total derivative."""
    direct, steps, total, *_ = pieces(problem(rng, T=4))
    pi = rng.uniform(0.2, 1, size=4)
    mean = sum(chance * np.array(carried(direct, steps, xi)) for xi, chance in draws(pi))
    same(mean, np.array(total), rtol=1e-9)


@checked(
    "eq-truncation-estimate",
    r"""
    \hat g_{\xi} = \frac{1}{T} \sum_{t=1}^{T} z_t\T\, \frac{\partial \ell_t}{\partial h_t} = \frac{1}{T}
    \sum_{t=1}^{T} \sum_{k=1}^{t} \Bigl( \prod_{j=k+1}^{t} \xi_j \Bigr) G_{t,k}, \qquad \operatorname{E}\,
    \hat g_{\xi} = \frac{\partial L}{\partial w}
    """,
)
def estimate(rng):
    """For every one of 16 draws the carried derivative against the weighted triangle; then their mean."""
    case = problem(rng, T=4)
    direct, steps, _, errors, full = pieces(case)
    G, pi, mean = entries(case), rng.uniform(0.2, 1, size=4), 0.0
    for xi, chance in draws(pi):
        z = carried(direct, steps, xi)
        by_state = sum(z_t.T @ error for z_t, error in zip(z, errors, strict=True)) / 4
        by_triangle = np.tensordot(random_weights(xi), G, 2) / 4
        same(by_state, by_triangle.ravel(order="F"), rtol=1e-9)
        mean = mean + chance * by_triangle
    same(mean, full, rtol=1e-9)


@checked(
    "eq-truncation-pairs",
    r"""
    \begin{aligned} \operatorname{Cov}\Bigl( \prod_{j=k+1}^{t} \xi_j,\; \prod_{j=l+1}^{s} \xi_j \Bigr) &=
    \pi^{-m} - 1, \\[1ex] m &= \bigl| \{k+1, \ldots, t\} \cap \{l+1, \ldots, s\} \bigr| \end{aligned}
    """,
)
def pairs(rng):
    """The exact covariance of all pairs of weights over the 32 draws of five steps."""
    pi = rng.uniform(0.2, 0.95)
    second, first = 0.0, 0.0
    for xi, chance in draws(np.full(5, pi)):
        weights = random_weights(xi)[np.tril_indices(5)]
        second = second + chance * np.outer(weights, weights)
        first = first + chance * weights
    t, k = np.tril_indices(5)
    for i, j in product(range(len(t)), repeat=2):
        shared = set(range(k[i] + 1, t[i] + 1)) & set(range(k[j] + 1, t[j] + 1))
        covariance = second[i, j] - first[i] * first[j]
        np.testing.assert_allclose(covariance, pi ** -len(shared) - 1, rtol=1e-6, atol=1e-9)
    quoted_biases()


@checked(
    "eq-truncation-one-step",
    r"""
    y_t = \frac{\direct h_t}{\partial w} + \xi_t\, \frac{\partial h_t}{\partial h_{t-1}}\, \frac{\dd
    h_{t-1}}{\dd w}, \qquad \operatorname{E}\, y_t = \frac{\dd h_t}{\dd w}
    """,
)
def one_step(rng):
    """The exact mean over both values of ξ_t, with autograd's total derivative of the last state."""
    direct, steps, total, *_ = pieces(problem(rng, T=4))
    pi = rng.uniform(0.2, 1)
    for t in (1, 2, 3):
        mean = sum(
            chance * (direct[t] + x * steps[t] @ total[t - 1]) for x, chance in ((1 / pi, pi), (0, 1 - pi))
        )
        same(mean, total[t], rtol=1e-9)
    quoted_training()
