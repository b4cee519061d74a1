"""Chapter 6: the vanishing theorem on random networks, and two runs that start almost together."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from figures.style import faint, ink
from matplotlib.figure import Figure

STEP = 1e-60  # of the complex step

# --- the vanishing theorem ------------------------------------------------------------------------

LAG, UNITS = 60, 20


def jacobian_sizes(W: np.ndarray, X: np.ndarray, phi: str) -> list[float]:
    """The norm of dh_t/dh_0 for t = 1 … T, by the complex step of h_t = φ(W h_{t−1} + x_t)."""
    H = 1j * STEP * np.eye(len(W))
    sizes = []
    for x in X:
        A = W @ H + x[:, None]
        H = A if phi == "linear" else np.tanh(A)
        sizes.append(float(np.linalg.norm(H.imag / STEP, 2)))
    return sizes


def drawn(kind: str, top: float, rng: np.random.Generator) -> np.ndarray:
    """A matrix with the largest singular value `top`: orthogonal, or Gaussian."""
    A = rng.normal(size=(UNITS, UNITS))
    A = np.linalg.qr(A)[0] if kind == "orthogonal" else A
    return top * A / np.linalg.norm(A, 2)


FAMILIES = {
    "orthogonal, linear": ("orthogonal", 0.95, "linear"),
    "Gaussian, tanh": ("Gaussian", 0.95, "tanh"),
    "Gaussian, tanh, norm 1.5": ("Gaussian", 1.5, "tanh"),
}


@cache
def rates() -> dict[str, np.ndarray]:
    """The norms for twelve networks of each family: (12, LAG)."""
    rng = np.random.default_rng(6)
    return {
        name: np.array(
            [
                jacobian_sizes(drawn(kind, top, rng), 0.5 * rng.normal(size=(LAG, UNITS)), phi)
                for _ in range(12)
            ]
        )
        for name, (kind, top, phi) in FAMILIES.items()
    }


def rate_numbers() -> dict[str, list[float]]:
    """The median of each family."""
    columns: dict[str, list[float]] = {"lag": list(range(1, LAG + 1))}
    return columns | {name: np.median(table, axis=0).tolist() for name, table in rates().items()}


def vanishing() -> Figure:
    """Norms of long Jacobians on both sides of the condition."""
    fig, ax = plt.subplots(figsize=(5.6, 4.0))
    lag = np.arange(1, LAG + 1)
    for (name, table), colour in zip(rates().items(), ("C0", "C1", "C2"), strict=True):
        ax.semilogy(lag, table.T, color=colour, linewidth=0.7, alpha=0.8)
        ax.plot([], [], color=colour, label=name)
    for top, side in ((0.95, "0.95"), (1.5, "1.5")):
        ax.semilogy(lag, top**lag, "--", color=ink(), linewidth=1.1)
        at = 57 if top < 1 else 17
        ax.annotate(f"${side}^k$", (at, 2.2 * top**at), color=ink(), ha="right", fontsize=10)
    ax.axhline(1, color=faint(), linewidth=0.6)
    ax.set(xlabel="steps $t - k$", ylabel=r"$\|\mathrm{d}h_t/\mathrm{d}h_k\|$", ylim=(1e-18, 1e5))
    ax.set_yticks([1e-16, 1e-12, 1e-8, 1e-4, 1, 1e4])
    ax.minorticks_off()
    ax.legend(loc="lower left", fontsize=10)
    return fig


# --- two runs -------------------------------------------------------------------------------------

SCALES, SIZE, LENGTH, START = (0.8, 1.5, 2.5), 100, 300, 1e-12
WINDOWS = {0.8: (100, 280), 1.5: (20, 280), 2.5: (10, 80)}


@cache
def distances(g: float, start: float = START) -> np.ndarray:
    """The distance of two runs of h_t = tanh(W h_{t−1}) that start `start` apart, after a warm-up."""
    rng = np.random.default_rng(1)
    W = g * rng.normal(size=(SIZE, SIZE)) / np.sqrt(SIZE)
    h, u = rng.normal(size=(2, SIZE))
    for _ in range(200 if g > 1 else 0):
        h = np.tanh(W @ h)
    other = h + start * u / np.linalg.norm(u)
    found = []
    for _ in range(LENGTH):
        h, other = np.tanh(W @ h), np.tanh(W @ other)
        found.append(float(np.linalg.norm(h - other)))
    return np.array(found)


def slope(g: float) -> float:
    """The slope of ln(distance) per step, by least squares over the window in which it is straight."""
    first, last = WINDOWS[g]
    t = np.arange(first, last)
    return float(np.polyfit(t, np.log(distances(g)[first:last]), 1)[0])


def butterfly_numbers() -> dict[str, list[float]]:
    """The distances as columns."""
    return {"step": list(range(1, LENGTH + 1))} | {f"g = {g}": distances(g).tolist() for g in SCALES}


def butterfly() -> Figure:
    """Two runs, 1e-12 apart: together, side by side, or anywhere."""
    fig, ax = plt.subplots(figsize=(5.6, 4.0))
    for g, colour, style in zip(SCALES, ("C0", "C1", "C2"), ("-", "--", "-"), strict=True):
        ax.semilogy(np.arange(1, LENGTH + 1), distances(g), style, color=colour, label=f"$g = {g}$")
    ax.set(xlabel="step", ylabel="distance of the two states", ylim=(1e-31, 1e3))
    ax.set_yticks([1e-30, 1e-24, 1e-18, 1e-12, 1e-6, 1])
    ax.minorticks_off()
    ax.legend(loc="center right", bbox_to_anchor=(1.0, 0.74), fontsize=10)
    return fig
