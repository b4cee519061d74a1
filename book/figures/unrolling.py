"""The figures of chapter 1: the network folded and unrolled, and the triangle before and after training."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.style import faint, heat, ink
from figures.unrolling_training import networks
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch

from course.models import RNN

# --- the graph, folded and unrolled ---------------------------------------------------------------


def _node(ax: Axes, x: float, y: float, text: str) -> None:
    ax.add_patch(Circle((x, y), 0.3, facecolor="none", edgecolor=ink(), linewidth=1.5))
    ax.text(x, y, text, ha="center", va="center", color=ink(), fontsize=12)


def _edge(
    ax: Axes, start: tuple[float, float], end: tuple[float, float], colour: str, bend: float = 0
) -> None:
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            connectionstyle=f"arc3,rad={bend}",
            shrinkA=13,
            shrinkB=13,
            arrowstyle="-|>",
            mutation_scale=11,
            color=colour,
            linewidth=2.2 if colour != faint() else 1.3,
        )
    )


def _column(ax: Axes, x: float, index: str) -> None:
    """Input, state and output of one step."""
    for y, letter in ((0, "x"), (1.5, "h"), (3, "o")):
        _node(ax, x, y, f"${letter}_{index}$")
    for y, name, colour in ((0, "$W_{hx}$", "C0"), (1.5, "$W_{qh}$", "C2")):
        _edge(ax, (x, y), (x, y + 1.5), colour)
        ax.text(x + 0.1, y + 0.72, name, color=colour, fontsize=10, va="center")


def folded_and_unrolled() -> Figure:
    """Left, one copy of the network and an edge into the past; right, three steps without a cycle."""
    fig, ax = plt.subplots(figsize=(6, 3.5))
    _column(ax, 0, "t")
    loop = FancyArrowPatch(
        (-0.15, 1.77),
        (-0.15, 1.23),
        connectionstyle="arc3,rad=2.4",
        arrowstyle="-|>",
        mutation_scale=11,
        color="C1",
        linewidth=2.2,
    )
    ax.add_patch(loop)
    ax.text(-0.8, 2.1, "$W_{hh}$", color="C1", fontsize=10, ha="center")
    ax.text(-0.85, 0.8, "one step\nlater", color=faint(), fontsize=9, ha="center", va="center")
    _node(ax, 2.4, 1.5, "$h_0$")
    for t in (1, 2, 3):
        x = 2.4 + 1.5 * t
        _column(ax, x, str(t))
        _edge(ax, (x - 1.5, 1.5), (x, 1.5), "C1")
        ax.text(x - 0.75, 1.67, "$W_{hh}$", color="C1", fontsize=10, ha="center")
    ax.text(1.45, 1.5, "unroll", color=faint(), ha="center", va="bottom", fontsize=10)
    ax.annotate("", (1.9, 1.45), (1.0, 1.45), arrowprops={"arrowstyle": "->", "color": faint()})
    ax.set(xlim=(-1.4, 7.4), ylim=(-0.4, 3.4), aspect="equal")
    ax.axis("off")
    return fig


# --- the triangle, before and after training ------------------------------------------------------


def _losses(p: RNN, X: torch.Tensor, Y: torch.Tensor, h_0: np.ndarray, uses: list[torch.Tensor]) -> list:
    """The loss of every step for every sequence, when step t of sequence n reads its own copy uses[t][n]."""
    W_hx, _, b_h, W_qh, b_q = map(torch.tensor, p)
    h, losses = torch.tensor(h_0).expand(len(X), -1), []
    for t, W in enumerate(uses):
        h = torch.tanh(X[:, t] @ W_hx.T + torch.einsum("nij,nj->ni", W, h) + b_h)
        losses.append(0.5 * ((h @ W_qh.T + b_q - Y[:, t]) ** 2).sum(1))
    return losses


@cache
def triangle(which: str) -> np.ndarray:
    """The root mean square over 32 sequences of the norm of G_{t,k}, (T, T), by autograd on copies."""
    case = networks()
    p, X, Y = case[which], torch.tensor(case["X"]), torch.tensor(case["Y"])
    N, T, h = len(X), X.shape[1], len(p.b_h)
    uses = [torch.tensor(p.W_hh).expand(N, h, h).clone().requires_grad_() for _ in range(T)]
    size = np.zeros((T, T))
    for t, loss in enumerate(_losses(p, X, Y, case["h_0"], uses)):
        for k, G in enumerate(torch.autograd.grad(loss.sum(), uses[: t + 1], retain_graph=True)):
            size[t, k] = np.sqrt((G**2).sum((1, 2)).mean().item())
    return size


def triangle_numbers() -> dict[str, list]:
    """The columns of the file behind the picture: one line for each pair."""
    t, k = np.tril_indices(len(triangle("trained")))
    return {
        "t": (t + 1).tolist(),
        "k": (k + 1).tolist(),
        "untrained": triangle("untrained")[t, k].tolist(),
        "trained": triangle("trained")[t, k].tolist(),
    }


def triangles() -> Figure:
    """The norm of G_{t,k} before and after training, in one scale of logarithmic colours."""
    fig, axes = plt.subplots(2, 1, figsize=(5.2, 7.2), sharex=True)
    for ax, which in zip(axes, ("untrained", "trained"), strict=True):
        size = triangle(which)
        T = len(size)
        edges = np.arange(T + 1) + 0.5
        picture = ax.pcolormesh(
            edges, edges, np.ma.masked_where(size == 0, size), cmap=heat(), norm=LogNorm(1e-4, 1)
        )
        ax.text(11.4, 4.2, which, ha="center", va="center", color=ink(), fontsize=13)
        ticks = {"xticks": [1, 4, 8, 12, 16], "yticks": [1, 4, 8, 12, 16]}
        ax.set(ylabel=r"step $t$ of the loss $\ell_t$", aspect="equal", **ticks)
        ax.invert_yaxis()
    axes[1].set(xlabel="step $k$ at which $W_{hh}$ is used")
    fig.colorbar(picture, ax=axes, label=r"$\|G_{t,k}\|$", extend="both", shrink=0.6)
    return fig
