"""The figure of appendix A: the shapes of a product and of its two gradients, drawn to scale."""

import matplotlib.pyplot as plt
from figures.style import faint, ink
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

ROWS, COLUMNS, UNIT = 3, 5, 0.25


def _factor(ax: Axes, x: float, y: float, name: str, shape: tuple[int, int], colour: str) -> None:
    """A rectangle of `shape` around (x, y), with its name above and its shape below."""
    height, width = (n * UNIT for n in shape)
    corner = (x - width / 2, y - height / 2)
    ax.add_patch(Rectangle(corner, width, height, facecolor=colour, alpha=0.28))
    ax.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=colour, linewidth=1.6))
    ax.text(x, y + height / 2 + 0.06, f"${name}$", ha="center", va="bottom", color=ink(), fontsize=13)
    ax.text(x, y - height / 2 - 0.06, f"{shape}", ha="center", va="top", color=faint(), fontsize=9)


def shapes() -> Figure:
    """u = A v, the gradient by v and the gradient by A, each factor drawn to scale."""
    m, n = ROWS, COLUMNS
    fig, ax = plt.subplots(figsize=(4.2, 5.4))
    rows = (
        [("u", (m, 1), "C1"), ("A", (m, n), "C0"), ("v", (n, 1), "C2")],
        [(r"\partial L/\partial v", (n, 1), "C2"), (r"A^\mathsf{T}", (n, m), "C0"), ("g", (m, 1), "C1")],
        [(r"\partial L/\partial A", (m, n), "C0"), ("g", (m, 1), "C1"), (r"v^\mathsf{T}", (1, n), "C2")],
    )
    for y, factors in zip((4.2, 2.1, 0.2), rows, strict=True):
        for x, factor in zip((0.8, 2.6, 4.1), factors, strict=True):
            _factor(ax, x, y, *factor)
        ax.text(1.75, y, "$=$", ha="center", va="center", color=ink(), fontsize=14)
    ax.set(xlim=(0, 4.9), ylim=(-0.6, 5.2), aspect="equal")
    ax.axis("off")
    return fig
