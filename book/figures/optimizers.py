"""Chapter 13: what the sign alone does to small batches, and rates on a noisy quadratic."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.style import faint, ink
from matplotlib.figure import Figure

# --- nine small gradients and a large one ---------------------------------------------------------

SMALL, LARGE, ODDS = 0.1, -0.9, 0.1
BETAS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)
WEIGHTS, COUNTED = 1000, 400


def batches(rng: np.random.Generator, steps: int) -> torch.Tensor:
    """Gradients of mean zero: one in ten is −0.9, the others are +0.1; (steps, weights)."""
    return torch.tensor(np.where(rng.random((steps, WEIGHTS)) < ODDS, LARGE, SMALL))


@cache
def drift(beta: float, seed: int = 0) -> float:
    """The mean step of 1000 weights under torch's RMSProp of rate 1, over 400 steps, after a warm-up."""
    warm = int(3 / (1 - beta))
    w = torch.zeros(WEIGHTS, dtype=torch.float64, requires_grad=True)
    optimizer, begun = torch.optim.RMSprop([w], lr=1.0, alpha=beta, eps=0), torch.zeros(WEIGHTS)
    for t, g in enumerate(batches(np.random.default_rng(seed), warm + COUNTED)):
        if t == warm:
            begun = w.detach().clone()
        w.grad = g
        optimizer.step()
    return float((w.detach() - begun).mean() / COUNTED)


def drift_columns() -> dict[str, list[float]]:
    """The drift for each β."""
    return {"beta": list(BETAS), "drift": [drift(beta) for beta in BETAS]}


def drifts() -> Figure:
    """How far the mean step is from zero, when the mean gradient is zero."""
    fig, ax = plt.subplots(figsize=(5.6, 3.6))
    memory = [1 / (1 - beta) for beta in BETAS]
    ax.semilogx(memory, [drift(beta) for beta in BETAS], "o-", color="C0", label="RMSProp")
    ax.axhline(-0.8, color="C1", linestyle="--", label="sign alone")
    ax.axhline(0, color=faint(), linewidth=0.8)
    ax.annotate("mean gradient", (1.2, 0.02), color=ink(), fontsize=10)
    ax.set(xlabel=r"memory $1/(1-\beta)$, steps", ylabel=r"mean step, in units of $\eta$", ylim=(-0.9, 0.12))
    ax.legend(loc="center right", fontsize=10)
    return fig


# --- a noisy quadratic ----------------------------------------------------------------------------

STEPS, RUNS, START, NOISE = 1000, 500, 10.0, 1.0
FIXED = (0.5, 0.1, 0.02)


def noisy_way(rate, seed: int = 0) -> np.ndarray:
    """The mean squared distance from the minimum before each step, curvature 1; `rate(gradients, d)`.

    A step sees ten gradients w − c, c ~ N(0, 1), and uses the first; the others only inform the rate.
    """
    rng = np.random.default_rng(seed)
    w, seen = np.full(RUNS, START), []
    for _ in range(STEPS):
        d = float((w**2).mean())
        seen.append(d)
        g = w - NOISE * rng.normal(size=(10, RUNS))
        w = w - rate(g, d) * g[0]
    return np.array(seen)


RATES = {f"rate {eta}": (lambda g, d, eta=eta: eta) for eta in FIXED}
RATES |= {
    "best rate": lambda g, d: d / (d + NOISE**2),
    "estimated from ten": lambda g, d: g.mean(axis=0) ** 2 / (g**2).mean(axis=0),
}


@cache
def noisy() -> dict[str, np.ndarray]:
    """The mean squared distance for every way to set the rate."""
    return {name: noisy_way(rate) for name, rate in RATES.items()}


def noisy_columns() -> dict[str, list[float]]:
    """The curves as columns."""
    return {"step": list(range(STEPS))} | {name: curve.tolist() for name, curve in noisy().items()}


def noisy_figure() -> Figure:
    """Fixed rates stop at a floor; the best rate goes on like one over the number of steps."""
    fig, ax = plt.subplots(figsize=(5.6, 4.0))
    styles = {"best rate": ("-", "C0"), "estimated from ten": ("--", "C1")}
    for name, curve in noisy().items():
        style, colour = styles.get(name, (":", f"C{2 + list(noisy()).index(name)}"))
        ax.loglog(np.arange(1, STEPS + 1), curve, style, color=colour, label=name)
    ax.set(xlabel="gradients seen", ylabel="mean squared distance")
    ax.legend(loc="lower left", fontsize=10)
    return fig
