"""Chapter 8: the strategies drawn on a text, and cut out of a triangle."""

from functools import cache
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from figures.style import faint, heat, ink
from figures.truncation_tasks import TEXT
from figures.unrolling import triangle
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

# --- which pairs are kept -------------------------------------------------------------------------


def _pairs(T: int) -> tuple[np.ndarray, np.ndarray]:
    """The steps t and k of every cell of the triangle, both (T, T)."""
    return np.meshgrid(np.arange(1, T + 1), np.arange(1, T + 1), indexing="ij")


def band_kept(T: int, tau: int) -> np.ndarray:
    """Where 0 ≤ t - k ≤ τ."""
    t, k = _pairs(T)
    return ((k <= t) & (t - k <= tau)).astype(float)


def sweeps_kept(T: int, k1: int, k2: int) -> np.ndarray:
    """A sweep after every k1 steps, over k2 steps: where k > k1⌈t/k1⌉ - k2; chunks if k1 = k2."""
    t, k = _pairs(T)
    return ((k <= t) & (k > k1 * -(-t // k1) - k2)).astype(float)


def random_weights(xi: np.ndarray) -> np.ndarray:
    """The product ξ_{k+1} … ξ_t for every cell; `xi[t-1]` is ξ_t."""
    T = len(xi)
    return np.array([[np.prod(xi[k:t]) if k <= t else 0.0 for k in range(1, T + 1)] for t in range(1, T + 1)])


def draw(pi: float, T: int, seed: int) -> np.ndarray:
    """One draw of ξ_1 … ξ_T."""
    return (np.random.default_rng(seed).random(T) < pi) / pi


# --- the first characters -------------------------------------------------------------------------

LENGTH, CHUNK = 32, 8


@cache
def first_characters() -> str:
    """The first 32 characters of The Time Machine."""
    return TEXT.read_text(encoding="utf-8")[:LENGTH]


def _letters(ax: Axes, y: float, name: str) -> None:
    for x, letter in enumerate(first_characters()):
        ax.text(x, y, letter, ha="center", va="center", family="monospace", fontsize=9, color=ink())
    ax.text(-0.5, y + 0.85, name, color=ink(), fontsize=10, va="center")


def _bar(ax: Axes, first: float, last: float, y: float, colour: str) -> None:
    ax.plot([first - 0.35, last + 0.35], [y, y], color=colour, linewidth=3, solid_capstyle="butt")


def random_runs(pi: float = 1 - 1 / CHUNK, seed: int = 5) -> list[tuple[int, int]]:
    """The stretches between the cuts of one draw, as first and last character."""
    xi = draw(pi, LENGTH, seed)
    starts = [0, *[t for t in range(1, LENGTH) if xi[t] == 0], LENGTH]
    return [(a, b - 1) for a, b in pairwise(starts)]


def strategies_on_text() -> Figure:
    """Four rows: how far back each character's error travels."""
    fig, ax = plt.subplots(figsize=(6, 4.7))
    rows = {"full": 9.9, "band": 7.0, "chunks": 2.9, "randomized": 0.3}
    for name, y in rows.items():
        title = {
            "band": f"band, $\\tau = {CHUNK - 1}$ (five of the 32 windows)",
            "chunks": f"chunks of {CHUNK}",
        }
        _letters(ax, y, title.get(name, name if name == "full" else "randomized, $\\pi = 7/8$"))
    _bar(ax, 0, LENGTH - 1, rows["full"] - 0.7, "C0")
    for i, last in enumerate((10, 13, 16, 19, 31)):
        y = rows["band"] - 0.65 - 0.42 * (i % 4)
        _bar(ax, last - CHUNK + 1, last, y, "C1")
        ax.plot(last, y, "o", color="C1", markersize=5)
    for first in range(0, LENGTH, CHUNK):
        _bar(ax, first, first + CHUNK - 1, rows["chunks"] - 0.7, "C2")
    for first, last in random_runs():
        _bar(ax, first, last, rows["randomized"] - 0.7, "C3")
    ax.set(xlim=(-1, LENGTH), ylim=(-0.8, 11.2))
    ax.axis("off")
    return fig


# --- the triangle, cut ----------------------------------------------------------------------------


def kept_weights() -> dict[str, np.ndarray]:
    """What the four strategies make of the triangle of chapter 1, T = 16."""
    return {
        r"band, $\tau = 3$": band_kept(16, 3),
        "chunks of 4": sweeps_kept(16, 4, 4),
        "$k_1 = 4$, $k_2 = 8$": sweeps_kept(16, 4, 8),
        r"randomized, $\pi = 3/4$": random_weights(draw(0.75, 16, 36)),
    }


def kept_numbers() -> dict[str, list]:
    """The weight of every cell, one line for each pair."""
    t, k = np.tril_indices(16)
    plain = {name.replace("$", "").replace("\\", ""): w[t, k].tolist() for name, w in kept_weights().items()}
    return {"t": (t + 1).tolist(), "k": (k + 1).tolist(), "norm": triangle("trained")[t, k].tolist(), **plain}


def triangles_cut() -> Figure:
    """The trained triangle under the four strategies; what is lost is left blank."""
    fig, axes = plt.subplots(2, 2, figsize=(6, 6.2), sharex=True, sharey=True)
    size, edges = triangle("trained"), np.arange(17) + 0.5
    for ax, (name, weight) in zip(axes.flat, kept_weights().items(), strict=True):
        shown = np.ma.masked_where(weight == 0, weight * size)
        picture = ax.pcolormesh(edges, edges, shown, cmap=heat(), norm=LogNorm(1e-2, 1))
        ax.plot(np.repeat(edges, 2)[1:], np.repeat(edges, 2)[:-1], color=faint(), linewidth=0.8)
        ax.set(title=name, aspect="equal", xticks=[1, 8, 16], yticks=[1, 8, 16])
    axes[0, 0].invert_yaxis()
    for ax in axes[:, 0]:
        ax.set(ylabel="loss $t$")
    for ax in axes[1]:
        ax.set(xlabel="use $k$")
    fig.colorbar(picture, ax=axes, label=r"weight times $\|G_{t,k}\|$", location="bottom", shrink=0.6)
    return fig
