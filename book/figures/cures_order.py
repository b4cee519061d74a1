"""Chapter 14: a near and a far direction, and what first and second order make of them."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.style import faint
from matplotlib.figure import Figure

STEPS, TURN = 300, np.pi / 6
RATIOS = tuple(10.0 ** np.arange(0, -10.1, -0.5))  # curvature of the far direction; the near one has 1
DAMPING = 1e-4


def turn(angle: float) -> torch.Tensor:
    """The rotation whose columns are the near and the far direction."""
    c, s = np.cos(angle), np.sin(angle)
    return torch.tensor([[c, -s], [s, c]])


def left(name: str, ratio: float, angle: float) -> float:
    """The part of the way along the far direction that is left; the minimum is 1 away in both."""
    Q = turn(angle)
    H = Q @ torch.diag(torch.tensor([1.0, ratio], dtype=torch.float64)) @ Q.T
    goal = Q.sum(dim=1)
    w = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    if name in ("Newton", "damped Newton"):
        damping = 0.0 if name == "Newton" else DAMPING
        step = torch.linalg.solve(H + damping * torch.eye(2, dtype=torch.float64), H @ goal)
        return float(1 - (Q.T @ step)[1])
    optimizer = torch.optim.Adam([w], lr=0.02, eps=0) if name == "Adam" else torch.optim.SGD([w], lr=1.0)
    for _ in range(STEPS):
        w.grad = H @ (w.detach() - goal)
        optimizer.step()
    return abs(float(1 - (Q.T @ w.detach())[1]))


CURVES = {
    "gradient descent": ("gradient descent", TURN),
    "Adam, axes along": ("Adam", 0.0),
    "Adam, axes turned": ("Adam", TURN),
    "damped Newton": ("damped Newton", TURN),
    "Newton": ("Newton", TURN),
}


@cache
def ways() -> dict[str, np.ndarray]:
    """What is left after 300 steps (Newton: one), for every curvature of the far direction."""
    return {name: np.array([left(kind, r, angle) for r in RATIOS]) for name, (kind, angle) in CURVES.items()}


def way_columns() -> dict[str, list[float]]:
    """The curves as columns."""
    return {"curvature": list(RATIOS)} | {name: curve.tolist() for name, curve in ways().items()}


def way_figure() -> Figure:
    """Who still moves along a direction whose curvature has vanished."""
    fig, ax = plt.subplots(figsize=(5.6, 3.9))
    styles = (":", "-.", "-", "--", "-")
    for (name, curve), style in zip(ways().items(), styles, strict=True):
        ax.semilogx(RATIOS, curve, style, label=name)
    ax.axhline(1, color=faint(), linewidth=0.6)
    ax.set(xlabel="curvature of the far direction", ylabel="way left", ylim=(-0.04, 1.08))
    ax.set_xticks([1, 1e-2, 1e-4, 1e-6, 1e-8, 1e-10])
    ax.minorticks_off()
    ax.invert_xaxis()
    ax.legend(loc="center right", bbox_to_anchor=(1.0, 0.42), fontsize=10)
    return fig


def noisy_newton(ratio: float, noise: float, seed: int = 0) -> float:
    """The error of Newton's step along the far direction when the gradient is off by this much."""
    rng = np.random.default_rng(seed)
    Q = turn(TURN).numpy()
    H = Q @ np.diag([1.0, ratio]) @ Q.T
    wrong = [np.linalg.solve(H, noise * rng.normal(size=2)) for _ in range(2000)]
    return float(np.std([(Q.T @ step)[1] for step in wrong]))
