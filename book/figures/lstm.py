"""Chapter 10: one step of the cell, drawn; the way round for random weights; the carousel of 1997."""

from functools import cache, partial
from types import SimpleNamespace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.clipping_training import angle
from figures.style import faint, ink
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch

from course.gated import LSTM, lstm_step
from course.oracles import complex_step

# --- one step -------------------------------------------------------------------------------------

SPOTS = {
    r"$c_{t-1}$": (0, 3.2), r"$c_t$": (6, 3.2), r"$h_{t-1}$": (0, 0), r"$h_t$": (6, 0),
    r"$f_t$": (1.9, 1.6), r"$i_t$": (3.0, 1.6), r"$g_t$": (4.1, 1.6), r"$o_t$": (4.2, 0.0),
}  # fmt: skip


def _arrow(ax: Axes, start: str, end: str, colour: str, **look: Any) -> None:
    look = {"linewidth": 1.8, "shrinkA": 15, "shrinkB": 15} | look
    ax.add_patch(
        FancyArrowPatch(SPOTS[start], SPOTS[end], arrowstyle="-|>", mutation_scale=12, color=colour, **look)
    )


def cell() -> Figure:
    """The graph of one step: the direct path, the way round, and what reaches the state alone."""
    fig, ax = plt.subplots(figsize=(5.8, 3.6))
    for name, spot in SPOTS.items():
        ax.add_patch(Circle(spot, 0.36, facecolor="none", edgecolor=ink(), linewidth=1.4))
        ax.text(*spot, name, ha="center", va="center", color=ink(), fontsize=12)
    c, c_new, h, h_new, f, i, g, o = SPOTS
    _arrow(ax, c, c_new, "C0", linewidth=4)
    ax.text(3, 3.4, r"$\times f_t$", color="C0", fontsize=12, ha="center", va="bottom")
    _arrow(ax, c, h, "C1", linewidth=2.6)
    ax.text(-0.2, 1.6, r"$E_{t-1}$", color="C1", fontsize=12, ha="right", va="center")
    for gate in (f, i, g):
        _arrow(ax, h, gate, "C1")
        _arrow(ax, gate, c_new, "C1")
    ax.text(1.35, 1.25, r"$K_t$", color="C1", fontsize=12, ha="right")
    for start, end in ((h, o), (o, h_new), (c_new, h_new)):
        _arrow(ax, start, end, faint(), linestyle="--")
    ax.text(2.2, -0.15, r"$R_t$", color=faint(), fontsize=12, ha="center", va="top")
    ax.text(6.2, 1.6, r"$E_t$", color=faint(), fontsize=12, ha="left", va="center")
    ax.set(xlim=(-1.1, 6.9), ylim=(-0.6, 3.95), aspect="equal")
    ax.axis("off")
    return fig


# --- the way round, for random weights ------------------------------------------------------------

UNITS, NETWORKS, SPAN = 16, 20, 20


def random_lstm(rng: np.random.Generator, scale: float, h: int = UNITS) -> LSTM:
    """Weights by x of standard deviation 1, weights by h of scale/√h, biases zero."""
    W_x = rng.normal(size=(4 * h, 1))
    return LSTM(W_x, scale * rng.normal(size=(4 * h, h)) / np.sqrt(h), np.zeros(4 * h))


def one_net(seed: int, scale: float) -> list[float]:
    """Norms of diag(f) and of the way round over one step, and of the direct and the total over 20."""
    rng = np.random.default_rng([seed, 10])
    p, h, c = random_lstm(rng, scale), np.zeros(UNITS), np.zeros(UNITS)
    X = rng.normal(size=(2 * SPAN, 1))
    for x in X[:SPAN]:
        h, c = lstm_step(p, x, h, c)
    gate = h / np.tanh(c)  # the output gate of this step

    def later(cell: np.ndarray, steps: int, held: bool) -> np.ndarray:
        """The cell some steps later as a function of this one; `held` keeps every state from moving."""
        state = gate * np.tanh(cell)
        for x in X[SPAN : SPAN + steps]:
            state, cell = lstm_step(p, x, state.real if held else state, cell)
        return cell

    D = {(n, held): complex_step(partial(later, steps=n, held=held), c) for n in (1, SPAN) for held in (0, 1)}
    shown = (D[1, 1], D[1, 0] - D[1, 1], D[SPAN, 1], D[SPAN, 0])
    return [float(np.linalg.norm(M, 2)) for M in shown]


@cache
def rest_numbers(scale: float) -> np.ndarray:
    """The medians of the four norms over random networks."""
    return np.median([one_net(seed, scale) for seed in range(NETWORKS)], axis=0)


def rest_table() -> str:
    """One line for each scale of the recurrent weights."""
    lines = ["weights   one step:           20 steps:", "          diag f  way round   direct     total"]
    for scale in (1.0, 4.0):
        f, around, direct, total = rest_numbers(scale)
        lines.append(f"scale {scale:.0f}  {f:7.2f}  {around:9.2f}  {direct:.1e}  {total:.1e}")
    return "\n".join(lines)


# --- the carousel of 1997 -------------------------------------------------------------------------


def carousel_cell(
    p: LSTM, X: np.ndarray, h_0: np.ndarray, c_0: np.ndarray, cut: bool = False
) -> SimpleNamespace:
    """A cell without forget gate, every value kept; `cut` detaches the state that the gates read."""
    W_x, W_h, b = (torch.tensor(w, requires_grad=True) for w in p)
    h, c = ([torch.tensor(v, requires_grad=True)] for v in (h_0, c_0))
    kept: dict[str, list[Any]] = {"i": [None], "g": [None], "o": [None]}
    for x in torch.tensor(X):
        i, _, g, o = (W_x @ x + W_h @ (h[-1].detach() if cut else h[-1]) + b).split(len(h_0))
        for name, part in (("i", torch.sigmoid(i)), ("g", torch.tanh(g)), ("o", torch.sigmoid(o))):
            kept[name].append(part)
        c.append(c[-1] + kept["i"][-1] * kept["g"][-1])
        h.append(kept["o"][-1] * torch.tanh(c[-1]))
    return SimpleNamespace(W_h=W_h, h=h, c=c, **kept)


@cache
def carousel_angles(scale: float, T: int = 30, h: int = 12) -> np.ndarray:
    """Angles in degrees between the cut and the true gradient of half the squared last state by W_h."""
    found = []
    for seed in range(NETWORKS):
        rng = np.random.default_rng([seed, 97])
        p, X = random_lstm(rng, scale, h), rng.normal(size=(T, 1))
        grads = []
        for cut in (False, True):
            run = carousel_cell(p, X, np.zeros(h), np.zeros(h), cut)
            loss = 0.5 * ((run.h[-1] - 1) ** 2).sum()
            grads.append(torch.autograd.grad(loss, run.W_h)[0].numpy().ravel())
        found.append(angle(*grads))
    return np.array(found)


@cache
def carousel_drift(T: int, h: int = 12) -> tuple[float, float]:
    """The median |c| after T steps of cells that never forget, and the share whose slope is below 1e-6."""
    cells = []
    for seed in range(5):
        rng = np.random.default_rng([seed, 98])
        with torch.no_grad():
            run = carousel_cell(random_lstm(rng, 1.0, h), rng.normal(size=(T, 1)), np.zeros(h), np.zeros(h))
        cells.append(np.abs(run.c[-1].numpy()))
    return float(np.median(cells)), float((np.array(cells) > np.arccosh(1e3)).mean())


def carousel_table() -> str:
    """The angles for two scales of weights, and how far the cells drift."""
    lines = ["weights    median angle   largest"]
    for scale in (1.0, 2.0):
        angles = carousel_angles(scale)
        lines.append(f"scale {scale:.0f}  {np.median(angles):12.0f}°  {angles.max():8.0f}°")
    for T in (30, 1000):
        size, flat = carousel_drift(T)
        lines.append(f"after {T:4} steps: median |c| {size:5.1f}, slope of tanh(c) below 1e-6 in {flat:.0%}")
    return "\n".join(lines)
