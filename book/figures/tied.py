"""The figures of chapter 3: the diagonal, the copies, a kernel's uses, embeddings, sum against mean."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.style import faint, heat, ink
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

# --- the diagonal in the plane of the two weights -------------------------------------------------


def diagonal_numbers() -> dict[str, np.ndarray]:
    """The example y = w_1 exp(-w_2) on the diagonal, with both partial derivatives, in 31 places."""
    w = np.linspace(0, 3, 31)
    return {"w": w, "y": w * np.exp(-w), "dy_dw1": np.exp(-w), "dy_dw2": -w * np.exp(-w)}


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], colour: str, width: float) -> None:
    """An arrow whose ends are exact."""
    style = {"arrowstyle": "-|>", "mutation_scale": 12, "shrinkA": 0, "shrinkB": 0}
    ax.add_patch(FancyArrowPatch(start, end, color=colour, linewidth=width, **style))


def plane() -> Figure:
    """Level curves of w_1 exp(-w_2) with the gradient at (1, 1), and the tied function beside them."""
    fig, (above, below) = plt.subplots(2, 1, figsize=(4.6, 6.6), height_ratios=[1.25, 1])
    w = np.linspace(0, 2, 101)
    w_1, w_2 = np.meshgrid(w, w)
    levels = above.contour(w_1, w_2, w_1 * np.exp(-w_2), levels=[0.1, 0.2, 1 / np.e, 0.6, 1.0], cmap=heat())
    above.clabel(levels, fmt="%.2g", fontsize=9, colors=ink())
    above.plot(w, w, color=ink(), linewidth=1.2, linestyle="--")
    _arrow(above, (1, 1), (1 + 1 / np.e, 1 - 1 / np.e), "C0", 2.4)
    above.plot(1, 1, "o", color="C0")
    above.text(0.3, 0.5, "tied", rotation=45, ha="center", va="center", color=ink())
    above.set(xlabel="$w_1$", ylabel="$w_2$", aspect="equal", xticks=[0, 1, 2], yticks=[0, 1, 2])
    _tied_curve(below)
    return fig


def _tied_curve(ax: Axes) -> None:
    """The function on the diagonal; at w = 1 the two partial derivatives, drawn as arrows up and down."""
    w = np.linspace(0, 3, 121)
    ax.plot(w, w * np.exp(-w), color=ink())
    for side, sign, name in ((-1, 1, "1"), (1, -1, "2")):
        x = 1 + 0.07 * side
        _arrow(ax, (x, 1 / np.e), (x, (1 + sign) / np.e), "C0" if sign > 0 else "C1", 2.4)
        label = rf"$\partial y/\partial w_{name} = {'' if sign > 0 else '-'}0.368$"
        ax.text(1.2, (1 + 0.85 * sign) / np.e, label, va="center", color="C0" if sign > 0 else "C1")
    ax.text(1.2, 1.28 / np.e, "sum 0", va="center", color=ink())
    ax.set(xlabel="$w = w_1 = w_2$", ylabel="$y = w\\,e^{-w}$", ylim=(-0.03, 0.8), xticks=[0, 1, 2, 3])


# --- copying forward, adding backward -------------------------------------------------------------


def _box(ax: Axes, x: float, y: float, text: str, colour: str, height: float = 0.56) -> None:
    """A box with a name in it."""
    box = Rectangle(
        (x - 0.32, y - height / 2), 0.64, height, facecolor="none", edgecolor=colour, linewidth=1.6
    )
    ax.add_patch(box)
    ax.text(x, y, text, ha="center", va="center", color=ink(), fontsize=13)


def copies() -> Figure:
    """One weight, three copies, one function; the gradients of the copies come back and are added."""
    fig, ax = plt.subplots(figsize=(5.8, 2.9))
    _box(ax, 0, 1, "$w$", "C1")
    _box(ax, 4.2, 1, "$g$", ink(), height=2.4)
    _box(ax, 5.7, 1, "$L$", ink())
    _arrow(ax, (4.55, 1), (5.35, 1), faint(), 1.3)
    for k, y in ((1, 2), (2, 1), (3, 0)):
        _box(ax, 2.3, y, f"$w_{k}$", "C1")
        bend = 0.55 * (y - 1)
        _arrow(ax, (0.35, 1.08 + 0.1 * (y - 1)), (1.95, y + 0.1), faint(), 1.3)
        _arrow(ax, (2.65, y), (3.85, y), faint(), 1.3)
        _arrow(ax, (1.95, y - 0.14), (0.62, 0.86 + bend * 0.25), "C0", 2.0)
        ax.text(
            3.25, y - 0.13, rf"$\partial L/\partial w_{k}$", ha="center", va="top", color="C0", fontsize=10
        )
    ax.text(0.5, 0.84, "+", ha="center", va="center", color="C0", fontsize=15, fontweight="bold")
    ax.set(xlim=(-0.45, 6.15), ylim=(-0.5, 2.5), aspect="equal")
    ax.axis("off")
    return fig


# --- the uses of a kernel -------------------------------------------------------------------------


@cache
def kernel_gradient() -> tuple[np.ndarray, np.ndarray]:
    """The gradient of a loss by every entry of the matrix M of a convolution, and by the kernel."""
    generator = torch.Generator().manual_seed(5)
    x = torch.randn(12, generator=generator, dtype=torch.float64)
    want = torch.randn(10, generator=generator, dtype=torch.float64)
    kappa = torch.tensor([0.8, -0.5, 0.3], dtype=torch.float64, requires_grad=True)
    shift = [torch.eye(12, dtype=torch.float64)[2 - j : 12 - j] for j in range(3)]
    M = sum(kappa[j] * shift[j] for j in range(3))
    M.retain_grad()
    (torch.tanh(M @ x) - want).square().sum().div(2).backward()
    return M.grad.numpy(), kappa.grad.numpy()


def kernel_numbers() -> dict[str, np.ndarray]:
    """One row for each entry of M: its place and its gradient."""
    G, _ = kernel_gradient()
    t, s = np.indices(G.shape)
    return {"t": t.ravel() + 3, "s": s.ravel() + 1, "gradient": G.ravel()}


def kernel() -> Figure:
    """The gradient by the matrix of a convolution, with the three diagonals of the kernel outlined."""
    G, by_kernel = kernel_gradient()
    fig, ax = plt.subplots(figsize=(5.2, 4.2))
    norm = TwoSlopeNorm(0, -np.abs(G).max(), np.abs(G).max())
    picture = ax.pcolormesh(np.arange(0.5, 13), np.arange(2.5, 13), G, cmap=heat(signed=True), norm=norm)
    for j in range(3):
        for t in range(3, 13):
            corner = (t - j - 0.44, t - 0.44)
            ax.add_patch(
                Rectangle(corner, 0.88, 0.88, facecolor="none", edgecolor=f"C{2 + j}", linewidth=1.8)
            )
        label = rf"$\kappa_{j}$: {by_kernel[j]:.2f}".replace("-", "−")
        ax.text(13.2, 7.1 + 1.3 * j, label, color=f"C{2 + j}", va="center", clip_on=False)
    ax.invert_yaxis()
    ax.set(xlabel="$s$", ylabel="$t$", aspect="equal", xticks=[1, 4, 8, 12], yticks=[3, 6, 9, 12])
    ax.text(13.2, 5.8, "sums:", color=ink(), va="center")
    fig.colorbar(picture, ax=ax, label=r"$[\partial L/\partial M]_{ts}$", location="bottom", shrink=0.7)
    return fig


# --- a tied table of words ------------------------------------------------------------------------


def embedding_rows(read: list[int], wanted: list[int]) -> str:
    """The norm of each row of the gradient of a tied table, through the input and through the output."""
    generator = torch.Generator().manual_seed(0)
    table, A = (torch.randn(n, 3, generator=generator, dtype=torch.float64) for n in (6, 3))
    inner, outer = (table.clone().requires_grad_() for _ in range(2))
    scores = torch.tanh(inner[read] @ A.T) @ outer.T
    torch.nn.functional.cross_entropy(scores, torch.tensor(wanted)).backward()
    rows = ["word  read  through input  through output"]
    for word in range(6):
        parts = (f"{g[word].norm().item():.3f}" for g in (inner.grad, outer.grad))
        rows.append("{:4}  {:4}  {:>13}  {:>14}".format(word, read.count(word), *parts))
    return "\n".join(rows)


# --- sum against mean -----------------------------------------------------------------------------


def _loss(w: np.ndarray | float) -> np.ndarray | float:
    return 0.5 * (w * w - 4) ** 2 + w * w


@cache
def _walk(uses_share: float) -> np.ndarray:
    """Sixty steps downhill; the derivative of the first term is multiplied by the share."""
    path = [0.4]
    for _ in range(60):
        w = path[-1]
        path.append(w - 0.05 * (uses_share * 2 * w * (w * w - 4) + 2 * w))
    return np.array(path)


def descent_numbers() -> dict[str, np.ndarray]:
    """The weight and the loss after each step, with the sum and with the mean."""
    by_sum, by_mean = _walk(1.0), _walk(0.5)
    return {
        "step": np.arange(61),
        "w_sum": by_sum,
        "loss_sum": _loss(by_sum),
        "w_mean": by_mean,
        "loss_mean": _loss(by_mean),
    }


def descent() -> Figure:
    """The weight after each step with either rule, and where each comes to rest."""
    fig, ax = plt.subplots(figsize=(5.0, 3.3))
    ends = (
        (1.0, "C0", "sum", r"$\sqrt{3}$: $L = 3.5$, the minimum"),
        (0.5, "C1", "mean", r"$\sqrt{2}$: $L = 4$"),
    )
    for share, colour, name, words in ends:
        path = _walk(share)
        ax.plot(path, color=colour, label=name)
        ax.text(61, path[-1] + 0.04, words, ha="right", va="bottom", color=colour)
    ax.set(xlabel="step", ylabel="$w$", ylim=(0.3, 2.0), xticks=[0, 20, 40, 60])
    ax.legend(loc="lower right")
    return fig
