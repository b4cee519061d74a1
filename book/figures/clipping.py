"""Chapter 9: where a clip moves a gradient, and which angle it costs."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.clipping_training import SIZES, Params, angle, batch, flat, loss, start
from figures.style import faint, ink
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle
from torch.nn.utils import clip_grad_norm_, clip_grad_value_


def split(g: np.ndarray, sizes: tuple[int, ...]) -> Params:
    """Parameters of these sizes on which the parts of the column g hang as gradients."""
    params = [torch.zeros(n, dtype=torch.float64, requires_grad=True) for n in sizes]
    for w, part in zip(params, np.split(g, np.cumsum(sizes)[:-1]), strict=True):
        w.grad = torch.tensor(part)
    return params


def clipped(g: np.ndarray, sizes: tuple[int, ...], c: float) -> np.ndarray:
    """The column g, cut into groups of these sizes, each clipped by torch to the norm c."""
    params = split(np.asarray(g, dtype=float), sizes)
    for w in params:
        clip_grad_norm_([w], c)
    return flat(params)


def by_value(g: np.ndarray, c: float) -> np.ndarray:
    """The column g with each entry clipped by torch."""
    params = split(np.asarray(g, dtype=float), (len(g),))
    clip_grad_value_(params, c)
    return flat(params)


# --- two numbers ----------------------------------------------------------------------------------

POINTS = ((2.6, 0.5), (1.9, 1.5), (0.4, 2.3), (-1.6, 0.7), (-2.3, -0.35), (0.3, -0.4), (1.2, -2.0))


def _arrow(ax: Axes, start: np.ndarray, end: np.ndarray, colour: str) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.5, "shrinkA": 3, "shrinkB": 0}
    if np.linalg.norm(end - start) > 0.05:
        ax.annotate("", end, start, arrowprops=style)


def shapes() -> Figure:
    """Gradients of two numbers, and where a clip by norm and one by value move them."""
    fig, ax = plt.subplots(figsize=(5.2, 4.5))
    ax.add_patch(Circle((0, 0), 1, fill=False, edgecolor="C0", linewidth=2))
    ax.add_patch(Rectangle((-1, -1), 2, 2, fill=False, edgecolor="C1", linewidth=2))
    for point in POINTS:
        g = np.array(point)
        _arrow(ax, g, clipped(g, (2,), 1), "C0")
        _arrow(ax, g, by_value(g, 1), "C1")
        ax.plot(*g, "o", color=ink(), markersize=5)
    ax.plot(0, 0, "+", color=faint(), markersize=9)
    ax.text(1.5, -0.62, "by norm: the disc", color="C0", fontsize=11)
    ax.text(1.5, -1.0, "by value: the square", color="C1", fontsize=11)
    ax.set(xlim=(-2.6, 3.3), ylim=(-2.3, 2.6), aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    ax.set(xlabel="first entry of $g$, in units of $c$", ylabel="second entry")
    return fig


# --- the price of a shorter step ------------------------------------------------------------------


@cache
def real_gradient(seed: int = 0) -> np.ndarray:
    """The gradient of the training task at its start: five tensors, one column."""
    rng = np.random.default_rng(seed)
    p = start(rng)
    for w, g in zip(p, torch.autograd.grad(loss(p, *batch(rng)), p), strict=True):
        w.grad = g
    return flat(p)


def alone(g: np.ndarray, c: float) -> np.ndarray:
    """The column with the entries of W_hh alone clipped, by their norm."""
    first, last = SIZES[0], SIZES[0] + SIZES[1]
    return np.concatenate([g[:first], clipped(g[first:last], (SIZES[1],), c), g[last:]])


@cache
def prices() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """For every way to clip: the share of the length that is left, and the angle, over 60 thresholds."""
    g, found = real_gradient(), {}
    ways = {
        "by value": by_value,
        "per tensor": lambda g, c: clipped(g, SIZES, c),
        "$W_{hh}$ alone": alone,
        "global": lambda g, c: clipped(g, (len(g),), c),
    }
    for name, way in ways.items():
        moved = [way(g, c) for c in np.linalg.norm(g) * np.geomspace(1e-5, 1, 60)]
        left = np.array([np.linalg.norm(m) for m in moved]) / np.linalg.norm(g)
        found[name] = (left, np.array([angle(g, m) for m in moved]))
    return found


def price_columns() -> dict[str, list[float]]:
    """The curves as the columns of a file."""
    return {f"{name}: {what}".replace("$", ""): pair[i].tolist()
            for name, pair in prices().items() for i, what in enumerate(("length", "angle"))}  # fmt: skip


def price_figure() -> Figure:
    """The angle that each clip costs, against the length that it leaves."""
    fig, ax = plt.subplots(figsize=(5.6, 3.9))
    for (name, (left, turned)), style in zip(prices().items(), ("-", "--", "-.", "-"), strict=True):
        colour = {"by value": "C1", "per tensor": "C2", "global": "C0"}.get(name, "C3")
        ax.semilogx(left, turned, style, color=colour, label=name)
    for n, colour in ((sum(SIZES), "C1"), (len(SIZES), "C2")):
        bound = np.degrees(np.arccos(1 / np.sqrt(n)))
        ax.axhline(bound, color=colour, linewidth=0.9, linestyle=":")
        ax.text(1e-3, bound + 1, f"bound, {n} groups", color=colour, va="bottom", fontsize=9)
    ax.set(xlabel="length left, as a share of the gradient's", ylabel="angle to the gradient, degrees")
    ax.set(xlim=(8e-4, 1.3), ylim=(-3, 97), yticks=[0, 30, 60, 90])
    ax.set_xticks([0.001, 0.01, 0.1, 1], ["0.001", "0.01", "0.1", "1"])
    ax.legend(loc="lower left", fontsize=9, bbox_to_anchor=(0, 0.06))
    return fig
