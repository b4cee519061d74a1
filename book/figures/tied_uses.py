"""One gradient for each use of a recurrent matrix, measured by moving one copy at a time."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from figures.style import faint, heat, ink
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

STEP = 1e-30  # of the complex step
T, UNITS = 6, 4


@cache
def _case() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A recurrent matrix, the inputs, the start and the target, drawn once."""
    rng = np.random.default_rng(4)
    W = 1.1 * rng.normal(size=(UNITS, UNITS)) / np.sqrt(UNITS)
    return W, 0.5 * rng.normal(size=(T, UNITS)), rng.normal(size=UNITS), rng.normal(size=UNITS)


def _last_loss(copies: list[np.ndarray]) -> complex:
    """Half the squared distance of the last state from the target; step k reads the k-th copy."""
    _, X, h, y = _case()
    for W, x in zip(copies, X, strict=True):
        h = np.tanh(W @ h + x)
    return 0.5 * np.sum((h - y) ** 2)


def _measured(moved: set[int]) -> np.ndarray:
    """The gradient of the loss when the copies in `moved` move together and the others stay."""
    W = _case()[0]
    G = np.zeros_like(W)
    for place in np.ndindex(W.shape):
        nudged = W.astype(complex)
        nudged[place] += 1j * STEP
        G[place] = np.imag(_last_loss([nudged if k in moved else W for k in range(T)])) / STEP
    return G


@cache
def parts() -> np.ndarray:
    """One gradient for each copy: shape (T, units, units)."""
    return np.stack([_measured({k}) for k in range(T)])


@cache
def tied() -> np.ndarray:
    """The gradient of the tied network: all copies move together."""
    return _measured(set(range(T)))


def _cosine(A: np.ndarray, B: np.ndarray) -> float:
    return float(np.sum(A * B) / np.linalg.norm(A) / np.linalg.norm(B))


def use_numbers() -> dict[str, list[float]]:
    """For each use: the norm of its gradient, and its cosine with the sum."""
    total = parts().sum(axis=0)
    return {
        "use": list(range(1, T + 1)),
        "norm": [float(np.linalg.norm(G)) for G in parts()],
        "cosine": [_cosine(G, total) for G in parts()],
    }


def account() -> str:
    """The sum against the tied gradient, and against the sum of the norms."""
    total = parts().sum(axis=0)
    gap = np.linalg.norm(total - tied()) / np.linalg.norm(tied())
    return (
        f"norm, tied gradient: {np.linalg.norm(tied()):.3f}\n"
        f"norm, sum over uses: {np.linalg.norm(total):.3f}\n"
        f"equal to 14 digits:  {gap < 1e-14}\n"
        f"norm, mean of uses:  {np.linalg.norm(total / T):.3f}\n"
        f"sum of the norms:    {sum(use_numbers()['norm']):.3f}"
    )


def _map(ax: Axes, G: np.ndarray, title: str, words: str, largest: float) -> QuadMesh:
    """One small heat map with words above and below."""
    picture = ax.pcolormesh(G, cmap=heat(signed=True), norm=Normalize(-largest, largest))
    ax.invert_yaxis()
    ax.set(aspect="equal", xticks=[], yticks=[])
    ax.set_title(title, color="C2" if title == "sum" else ink())
    ax.set_xlabel(words.replace("-", "−"), color=faint(), fontsize=9)
    return picture


def uses() -> Figure:
    """The gradient of every use as a small heat map, and the sum."""
    total = parts().sum(axis=0)
    largest = np.abs(total).max()
    fig, axes = plt.subplots(3, 3, figsize=(4.8, 6.6), height_ratios=[1, 1, 1.1])
    fig.get_layout_engine().set(h_pad=0.1)
    for k, (ax, G) in enumerate(zip(axes.flat, parts(), strict=False), start=1):
        words = f"norm {np.linalg.norm(G):.2f}, cos {_cosine(G, total):.2f}"
        _map(ax, G, f"use {k}", words, largest)
    picture = _map(axes[2, 1], total, "sum", f"norm {np.linalg.norm(total):.2f}", largest)
    axes[2, 0].axis("off")
    axes[2, 2].axis("off")
    fig.colorbar(picture, ax=axes, location="bottom", shrink=0.7, aspect=30)
    return fig
