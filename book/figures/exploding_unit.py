"""Chapter 7: one logistic unit, its exponent on a grid of weights, and the cliff in its error surface."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from figures.style import faint, heat
from matplotlib.figure import Figure

LARGEST = 40.0  # of |w| and |b| on the grid
START, TARGET, STEPS = 0.5, 0.7, 50  # the error surface: h_0, the target of h_T, and T


def logistic(a: np.ndarray) -> np.ndarray:
    """The logistic function, written so that nothing overflows."""
    return 0.5 * (1 + np.tanh(a / 2))


# --- the exponent ---------------------------------------------------------------------------------


@cache
def exponents(points: int = 161, settle: int = 3000, steps: int = 1000) -> np.ndarray:
    """The mean of ln|w h(1-h)| over 1000 steps after 3000, for b in the rows and w in the columns."""
    axis = np.linspace(-LARGEST, LARGEST, points)
    w, b = np.meshgrid(axis, axis)
    h, total = np.full_like(w, 0.3), np.zeros_like(w)
    for step in range(settle + steps):
        h = logistic(w * h + b)
        if step >= settle:
            total += np.log(np.maximum(np.abs(w) * h * (1 - h), 1e-300))
    return total / steps


def exponent_numbers() -> dict[str, np.ndarray]:
    """One line for each point of the grid, every fourth in each direction."""
    axis = np.linspace(-LARGEST, LARGEST, len(exponents()))[::4]
    w, b = np.meshgrid(axis, axis)
    return {"w": w.ravel(), "b": b.ravel(), "exponent": exponents()[::4, ::4].ravel()}


def exponent_map() -> Figure:
    """Where the exponent is near zero, and where it is far below."""
    fig, ax = plt.subplots(figsize=(5.6, 4.4))
    axis = np.linspace(-LARGEST, LARGEST, len(exponents()))
    picture = ax.pcolormesh(axis, axis, exponents(), cmap=heat(True), vmin=-3, vmax=3)
    ax.set(xlabel="recurrent weight $w$", ylabel="bias $b$", aspect="equal")
    ax.set_xticks([-40, -20, -4, 4, 20, 40])
    fig.colorbar(picture, ax=ax, label="exponent", extend="min", shrink=0.9)
    return fig


def off_balance(w: float, shift: float, steps: int) -> np.ndarray:
    """The gain dh_t/dh_0 for t = 0 … steps, with b = -w/2 and the start 1/2 + shift."""
    h, gain = 0.5 + shift, [1.0]
    for _ in range(steps):
        h = float(logistic(np.array(w * (h - 0.5))))
        gain.append(gain[-1] * w * h * (1 - h))
    return np.array(gain)


def two_units(W: np.ndarray, b: np.ndarray, steps: int = 20_000) -> float:
    """The largest Lyapunov exponent of a logistic network without inputs, from h = (0.3, 0.6)."""
    h, v, total = np.array([0.3, 0.6]), np.array([0.6, 0.8]), 0.0
    for _ in range(steps):
        h = logistic(W @ h + b)
        v = h * (1 - h) * (W @ v)
        size = np.linalg.norm(v)
        v, total = v / size, total + np.log(size)
    return float(total / steps)


# --- the cliff ------------------------------------------------------------------------------------


def surface(w: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The loss ½(h_T - target)² and the norm of its gradient by (w, b), after 50 steps from 1/2."""
    h, by_w, by_b = np.full_like(w, START), np.zeros_like(w), np.zeros_like(w)
    for _ in range(STEPS):
        old, h = h, logistic(w * h + b)
        slope = h * (1 - h)
        by_w, by_b = slope * (old + w * by_w), slope * (1 + w * by_b)
    error = h - TARGET
    return 0.5 * error**2, np.abs(error) * np.hypot(by_w, by_b)


@cache
def grid(points: int = 240) -> tuple[np.ndarray, ...]:
    """The weights and biases of the picture, and the loss."""
    w, b = np.meshgrid(np.linspace(0, 12, points), np.linspace(-7, 1, points))
    return w, b, surface(w, b)[0]


def across(w: float = 8.0) -> tuple[np.ndarray, np.ndarray]:
    """Distances from the cliff along b, and the derivative of h_T by b there."""
    distance = np.geomspace(1e-15, 1, 61)
    h, by_b = np.full_like(distance, START), np.zeros_like(distance)
    for _ in range(STEPS):
        h = logistic(w * (h - START) + distance)
        by_b = h * (1 - h) * (1 + w * by_b)
    return distance, by_b


def across_numbers() -> dict[str, np.ndarray]:
    """The right half of the picture as the columns of a file."""
    return dict(zip(("distance", "derivative"), across(), strict=True))


def cliff() -> Figure:
    """The loss over (w, b), with the address of the cliff; and the slope of h_T across it."""
    fig, axes = plt.subplots(1, 2, figsize=(6, 3.9))
    w, b, loss = grid()
    picture = axes[0].pcolormesh(w, b, loss, cmap=heat(), vmin=0, vmax=0.25)
    axes[0].plot([4, 12], [-2, -6], ":", color="C0", linewidth=1.5)
    axes[0].set(title="loss", xlabel="$w$", ylabel="$b$", xticks=[0, 4, 8, 12])
    fig.colorbar(picture, ax=axes[0], location="bottom")
    distance, slope = across()
    axes[1].loglog(distance, 1 / distance, color=faint(), linewidth=1)
    axes[1].loglog(distance, slope, color="C1")
    axes[1].set(
        title=r"$\partial h_T / \partial b$ at $w = 8$", xlabel="distance from the cliff", ylim=(1e-6, 1e16)
    )
    axes[1].text(3e-9, 3e9, "1 / distance", color=faint(), fontsize=10)
    axes[1].set_xticks([1e-15, 1e-10, 1e-5, 1])
    axes[1].set_yticks([1e-5, 1, 1e5, 1e10, 1e15])
    axes[1].minorticks_off()
    return fig
