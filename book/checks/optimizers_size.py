"""Chapter 13: dividing by a running size. torch's own optimizers make the steps."""

import numpy as np
import torch
from checks.optimizers import steps
from checks.oracles import same
from checks.registry import checked


@checked(
    "eq-optimizers-rmsprop",
    r"""
    \begin{aligned} v_t &= \beta\, v_{t-1} + (1 - \beta)\, g_t^2, \qquad v_0 = 0, \\[1ex] w_{t+1} &=
    w_t - \eta\, \frac{g_t}{\sqrt{v_t} + \varepsilon} \end{aligned}
    """,
)
def rmsprop(rng):
    """What torch's RMSProp remembers from one step to the next, and how it moves."""
    beta, G = rng.uniform(0.8, 0.99), rng.normal(size=30)
    moved, kept = steps(lambda p: torch.optim.RMSprop(p, lr=0.3, alpha=beta, eps=0.01), G)
    v = np.array([0.0] + [float(state["square_avg"][0]) for state in kept])
    same(v[1:] - beta * v[:-1], (1 - beta) * G**2, rtol=1e-8)
    same(moved[:, 0] * (np.sqrt(v[1:]) + 0.01), -0.3 * G)


@checked(
    "eq-optimizers-rmsprop-sum",
    r"""
    \begin{aligned} v_t &= (1 - \beta) \sum_{i=1}^{t} \beta^{t-i} g_i^2 \ge (1 - \beta)\, g_t^2,
    \\[1ex] \frac{\abs{g_t}}{\sqrt{v_t}} &\le \frac{1}{\sqrt{1 - \beta}} \end{aligned}
    """,
)
def rmsprop_sum(rng):
    """The memory of torch's RMSProp against the sum, and its longest steps on wild gradients."""
    beta, G = rng.uniform(0.5, 0.99), 10.0 ** rng.uniform(-5, 5, size=40)
    moved, kept = steps(lambda p: torch.optim.RMSprop(p, lr=1.0, alpha=beta, eps=0), G)
    fade = beta ** np.arange(len(G))
    sums = [(1 - beta) * (fade[: t + 1][::-1] * G[: t + 1] ** 2).sum() for t in range(len(G))]
    same([float(state["square_avg"][0]) for state in kept], sums, rtol=1e-9)
    assert (sums >= (1 - beta) * G**2 * (1 - 1e-12)).all()
    assert np.abs(moved).max() <= (1 + 1e-12) / np.sqrt(1 - beta)
    assert np.abs(moved).max() > 0.9 / np.sqrt(1 - beta)


@checked(
    "eq-optimizers-adam",
    r"""
    \begin{aligned} m_t &= \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, & v_t &= \beta_2\, v_{t-1} + (1 -
    \beta_2)\, g_t^2, \\[1ex] w_{t+1} &= w_t - \eta\, \frac{\hat m_t}{\sqrt{\hat v_t} +
    \varepsilon}, & \hat m_t &= \frac{m_t}{1 - \beta_1^t}, \quad \hat v_t = \frac{v_t}{1 -
    \beta_2^t} \end{aligned}
    """,
)
def adam(rng):
    """What torch's Adam remembers from one step to the next, and how it moves."""
    G = rng.normal(size=30)
    moved, kept = steps(lambda p: torch.optim.Adam(p, lr=0.3, betas=(0.8, 0.95), eps=0.01), G)
    t = np.arange(1, len(G) + 1)
    for name, beta, new in (("exp_avg", 0.8, G), ("exp_avg_sq", 0.95, G**2)):
        mean = np.array([0.0] + [float(state[name][0]) for state in kept])
        same(mean[1:] - beta * mean[:-1], (1 - beta) * new, rtol=1e-8)
    m, v = (np.array([float(state[name][0]) for state in kept]) for name in ("exp_avg", "exp_avg_sq"))
    same(moved[:, 0], -0.3 * (m / (1 - 0.8**t)) / (np.sqrt(v / (1 - 0.95**t)) + 0.01), rtol=1e-8)


@checked(
    "eq-optimizers-constant",
    r"""
    \begin{aligned} \text{RMSProp:} && \sqrt{v_t} &= \abs{g} \sqrt{1 - \beta^t}, & \frac{\abs{\Delta
    w_1}}{\eta} &= \frac{1}{\sqrt{1 - \beta}}, \\[1ex] \text{Adam:} && \sqrt{\hat v_t} &= \abs{g}, &
    \frac{\abs{\Delta w_t}}{\eta} &= 1 \end{aligned}
    """,
)
def constant(rng):
    """torch's two optimizers on one gradient, thirty times."""
    g, beta = rng.normal(), rng.uniform(0.8, 0.999)
    t = np.arange(1, 31)
    moved, kept = steps(lambda p: torch.optim.RMSprop(p, lr=0.1, alpha=beta, eps=0), np.full(30, g))
    v = np.array([float(state["square_avg"][0]) for state in kept])
    same(np.sqrt(v), abs(g) * np.sqrt(1 - beta**t), rtol=1e-9)
    same(abs(moved[0, 0]) / 0.1, 1 / np.sqrt(1 - beta))
    assert np.abs(moved[:, 0]).argmax() == 0
    moved, kept = steps(lambda p: torch.optim.Adam(p, lr=0.1, betas=(0.9, beta), eps=0), np.full(30, g))
    v = np.array([float(state["exp_avg_sq"][0]) for state in kept]) / (1 - beta**t)
    same(np.sqrt(v), np.full(30, abs(g)), rtol=1e-9)
    same(np.abs(moved[:, 0]), np.full(30, 0.1), rtol=1e-9)
