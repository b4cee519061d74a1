"""The figure of appendix A: the shapes of a product and of its two gradients, drawn to scale."""

import matplotlib.pyplot as plt
from figures.style import faint, ink
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

ROWS, COLUMNS, UNIT = 3, 5, 0.22


def _factor(ax: Axes, x: float, y: float, name: str, shape: tuple[int, int], colour: str) -> float:
    """A rectangle of `shape` with its name inside or above and its shape below; returns its width."""
    height, width = (n * UNIT for n in shape)
    box = Rectangle((x, y - height / 2), width, height, facecolor=colour, edgecolor=colour, alpha=0.28)
    ax.add_patch(box)
    ax.add_patch(Rectangle((x, y - height / 2), width, height, fill=False, edgecolor=colour, linewidth=1.6))
    ax.text(
        x + width / 2, y + height / 2 + 0.06, f"${name}$", ha="center", va="bottom", color=ink(), fontsize=12
    )
    under = f"({shape[0]}, {shape[1]})"
    ax.text(x + width / 2, y - height / 2 - 0.06, under, ha="center", va="top", color=faint(), fontsize=8)
    return width


def _row(ax: Axes, y: float, factors: list[tuple[str, tuple[int, int], str]]) -> None:
    """One equation: the first factor is the result."""
    x = 0.3
    for i, (name, shape, colour) in enumerate(factors):
        x += _factor(ax, x, y, name, shape, colour)
        if i == 0:
            ax.text(x + 0.35, y, "$=$", ha="center", va="center", color=ink(), fontsize=13)
        x += 0.7 if i == 0 else 0.55


def shapes() -> Figure:
    """u = A v, the gradient by v and the gradient by A, each factor drawn to scale."""
    m, n = ROWS, COLUMNS
    fig, axes = plt.subplots(1, 3, figsize=(6, 2.3))
    rows = (
        [("u", (m, 1), "C1"), ("A", (m, n), "C0"), ("v", (n, 1), "C2")],
        [(r"\partial L/\partial v", (n, 1), "C2"), (r"A^\mathsf{T}", (n, m), "C0"), ("g", (m, 1), "C1")],
        [(r"\partial L/\partial A", (m, n), "C0"), ("g", (m, 1), "C1"), (r"v^\mathsf{T}", (1, n), "C2")],
    )
    for ax, factors in zip(axes, rows, strict=True):
        _row(ax, 0, factors)
        ax.set(xlim=(0, 3.6), ylim=(-1, 1), aspect="equal")
        ax.axis("off")
    return fig
