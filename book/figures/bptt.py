"""The first figures of chapter 4: the unrolled graph, and the triangle measured by the complex step."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from figures.style import faint, heat, ink
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

from course.models import RNN, rnn_forward

STEP = 1e-30  # of the complex step: nothing is subtracted, so it may be as small as we like


# --- the unrolled graph ---------------------------------------------------------------------------


def _node(ax: Axes, x: float, y: float, text: str, colour: str, square: bool = False) -> None:
    r = 0.27
    shape = Rectangle((x - r, y - r), 2 * r, 2 * r) if square else Circle((x, y), r)
    shape.set(facecolor="none", edgecolor=colour, linewidth=1.6)
    ax.add_patch(shape)
    ax.text(x, y, text, ha="center", va="center", color=ink(), fontsize=12)


def _edge(ax: Axes, start: tuple[float, float], end: tuple[float, float], colour: str, width: float) -> None:
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            shrinkA=14,
            shrinkB=14,
            arrowstyle="-|>",
            mutation_scale=11,
            color=colour,
            linewidth=width,
        )
    )


def unrolled_graph() -> Figure:
    """Three steps of the network; the path from the first use of W_hh to the last loss is marked."""
    fig, ax = plt.subplots(figsize=(5.8, 3.7))
    _node(ax, 0, 1, "$h_0$", ink())
    for t in (1, 2, 3):
        x = 1.7 * t
        names = {0: f"$x_{t}$", 1: f"$h_{t}$", 2: f"$o_{t}$", 3: rf"$\ell_{t}$"}
        for y, name in names.items():
            _node(ax, x, y, name, ink() if y else faint())
        _node(ax, x - 0.85, 1.85, "$W_{hh}$", "C1", square=True)
        for y in (0, 1, 2):
            on_path = t == 3 and y > 0
            _edge(ax, (x, y), (x, y + 1), "C1" if on_path else faint(), 2.6 if on_path else 1.2)
        on_path = t > 1
        _edge(ax, (x - 1.7, 1), (x, 1), "C1" if on_path else faint(), 2.6 if on_path else 1.2)
        _edge(ax, (x - 0.85, 1.85), (x, 1), "C1" if t == 1 else faint(), 2.6 if t == 1 else 1.2)
        ax.text(x - 0.85, 2.27, f"use {t}", ha="center", va="bottom", fontsize=9, color="C1")
    ax.set(xlim=(-0.4, 5.6), ylim=(-0.4, 3.4), aspect="equal")
    ax.axis("off")
    return fig


# --- the triangle ---------------------------------------------------------------------------------


@cache
def triangle_case() -> tuple[RNN, np.ndarray, np.ndarray, np.ndarray]:
    """The network of the triangle: 16 steps, 8 units, drawn once; nothing is trained."""
    rng = np.random.default_rng(4)
    T, d, h, q = 16, 3, 8, 2
    p = RNN(
        rng.normal(size=(h, d)) / np.sqrt(d),
        0.9 * rng.normal(size=(h, h)) / np.sqrt(h),
        0.1 * rng.normal(size=h),
        rng.normal(size=(q, h)) / np.sqrt(h),
        np.zeros(q),
    )
    return p, rng.normal(size=(T, d)), rng.normal(size=(T, q)), rng.normal(size=h)


def _losses_after(p: RNN, X: np.ndarray, Y: np.ndarray, H: np.ndarray, k: int, W: np.ndarray) -> np.ndarray:
    """The losses of the steps k … T when step k alone reads W instead of W_hh."""
    h_k = rnn_forward(p._replace(W_hh=W), X[k - 1 : k], H[k - 1])[0][1]
    later = rnn_forward(p, X[k:], h_k)[1] if k < len(X) else np.empty((0, Y.shape[1]))
    O = np.vstack([p.W_qh @ h_k + p.b_q, later])
    return 0.5 * np.sum((O - Y[k - 1 :]) ** 2, axis=1)


@cache
def gradient_uses() -> np.ndarray:
    """G[t-1, k-1], the gradient of the loss of step t through the use of W_hh at step k: (T, T, h, h)."""
    p, X, Y, h_0 = triangle_case()
    T, h = len(X), len(h_0)
    H = rnn_forward(p, X, h_0)[0]
    G = np.zeros((T, T, h, h))
    for k in range(1, T + 1):
        for i, j in np.ndindex(h, h):
            W = p.W_hh.astype(complex)
            W[i, j] += 1j * STEP
            G[k - 1 :, k - 1, i, j] = np.imag(_losses_after(p, X, Y, H, k, W)) / STEP
    return G


def triangle_numbers() -> dict[str, np.ndarray]:
    """The norms of the triangle's entries, of its row sums and of its column sums."""
    G = gradient_uses()
    size = {"axis": (-2, -1)}
    return {
        "entries": np.linalg.norm(G, **size),
        "rows": np.linalg.norm(G.sum(axis=1), **size),
        "columns": np.linalg.norm(G.sum(axis=0), **size),
    }


def gradient_triangle() -> Figure:
    """The norm of G_{t,k} for every loss t and every use k of W_hh, in logarithmic colours."""
    entries = triangle_numbers()["entries"]
    T = len(entries)
    fig, ax = plt.subplots(figsize=(5.4, 4.6))
    norm = LogNorm(vmin=1e-4, vmax=entries.max())
    shown = np.ma.masked_where(entries == 0, entries)
    picture = ax.pcolormesh(np.arange(T + 1) + 0.5, np.arange(T + 1) + 0.5, shown, cmap=heat(), norm=norm)
    ax.text(11.2, 4.0, "a later use\ncannot change\nan earlier loss", ha="center", va="center", color=faint())
    ax.set(
        xlabel="step $k$ at which $W_{hh}$ is used", ylabel=r"step $t$ of the loss $\ell_t$", aspect="equal"
    )
    ax.set(xticks=[1, 4, 8, 12, 16], yticks=[1, 4, 8, 12, 16])
    ax.invert_yaxis()
    fig.colorbar(picture, ax=ax, label=r"$\|G_{t,k}\|$", extend="min", shrink=0.85)
    return fig
