"""Chapter 10: the trained cell, its forget gates, and how far its output reaches back."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.lstm_training import LATCH, D, H, recorded
from figures.style import faint, heat, ink
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from course.gated import LSTM, lstm_forward, lstm_step
from course.oracles import complex_step

SEQUENCES, MARK = 64, 21  # the second mark; the first is at step 1
WHICH = ("before training", "after training")


def trained(which: str) -> tuple[LSTM, np.ndarray]:
    """The recorded network: the LSTM, and the readout (h+1) with its bias last."""
    kept = recorded()["latch"]["before" if which == WHICH[0] else "after"]
    W, b, v = (np.array(kept[name][0]) for name in ("W", "b", "v"))
    return LSTM(W[:, :D], W[:, D:], b), v


@cache
def inputs() -> np.ndarray:
    """Signs at every step, marks at steps 1 and 21: (sequences, T, 2)."""
    X = np.zeros((SEQUENCES, LATCH, D))
    X[:, :, 0] = np.random.default_rng(5).choice((-1.0, 1.0), (SEQUENCES, LATCH))
    X[:, [0, MARK - 1], 1] = 1
    return X


@cache
def forget_gates(which: str, n: int = 0) -> np.ndarray:
    """The gates f_t of sequence n, (T, h)."""
    p, _ = trained(which)
    X, zero = inputs()[n], np.zeros(H)
    states, _ = lstm_forward(p, X, zero, zero)
    a = X @ p.W_x.T + states[:-1] @ p.W_h.T + p.b
    return 1 / (1 + np.exp(-np.split(a, 4, axis=1)[1]))


def order() -> np.ndarray:
    """The units, those that keep most over steps 2 to 20 first."""
    return np.argsort(-np.log(forget_gates(WHICH[1])[1 : MARK - 1]).mean(axis=0))


def gates_columns() -> dict[str, list]:
    """One line for each step, one column for each unit."""
    f = forget_gates(WHICH[1])[:, order()]
    return {"t": list(range(1, LATCH + 1))} | {f"unit {j + 1}": f[:, j].tolist() for j in range(H)}


def gates() -> Figure:
    """Above, the gates of all units; below, the three cells that remember most."""
    p, _ = trained(WHICH[1])
    X, zero = inputs()[0], np.zeros(H)
    _, C = lstm_forward(p, X, zero, zero)
    fig, axes = plt.subplots(2, 1, figsize=(5.8, 5.2), sharex=True, height_ratios=(3, 2))
    edges = np.arange(LATCH + 1) + 0.5
    picture = axes[0].pcolormesh(
        edges, np.arange(H + 1) + 0.5, forget_gates(WHICH[1])[:, order()].T, cmap=heat(), vmin=0, vmax=1
    )
    axes[0].set(ylabel="unit", yticks=[1, 4, 8, 12])
    axes[0].invert_yaxis()
    fig.colorbar(picture, ax=axes[0], label="$f_t$")
    for n, j in enumerate(order()[:3]):
        axes[1].plot(range(LATCH + 1), C[:, j], color=f"C{n}", label=f"unit {n + 1}")
    for t in (1, MARK):
        axes[1].axvline(t, color=faint(), linewidth=0.8, linestyle=":")
        sign = "$+$" if X[t - 1, 0] > 0 else "$-$"
        axes[1].annotate(
            f"mark, {sign}", (t, 1.02), xycoords=("data", "axes fraction"), color=ink(), fontsize=9
        )
    axes[1].set(xlabel="step $t$", ylabel="$c_t$", xticks=[1, 10, 20, 30, 40])
    axes[1].legend(loc="upper left", bbox_to_anchor=(1.01, 1), fontsize=9)
    return fig


@cache
def triangle(which: str) -> np.ndarray:
    """The root mean square of the norm of du_t/dc_k over the sequences, (T, T), by autograd on the cells."""
    p, v = trained(which)
    W_x, W_h, b, v = map(torch.tensor, (*p, v))
    h = c = torch.zeros(SEQUENCES, H, dtype=torch.float64)
    cells, size = [], np.zeros((LATCH, LATCH))
    for t, x in enumerate(torch.tensor(inputs()).transpose(0, 1)):
        i, f, g, o = (x @ W_x.T + h @ W_h.T + b).split(H, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        c.requires_grad_()
        cells.append(c)
        h = torch.sigmoid(o) * torch.tanh(c)
        for k, g in enumerate(torch.autograd.grad((h @ v[:-1]).sum(), cells, retain_graph=True)):
            size[t, k] = np.sqrt((g**2).sum(1).mean().item())
    return size


def triangle_columns() -> dict[str, list]:
    """One line for each pair of a step and an earlier one."""
    t, k = np.tril_indices(LATCH)
    columns = {which: triangle(which)[t, k].tolist() for which in WHICH}
    return {"t": (t + 1).tolist(), "k": (k + 1).tolist()} | columns


def triangles() -> Figure:
    """The triangle of the output by the cell, before and after training, in one scale of colours."""
    fig, axes = plt.subplots(2, 1, figsize=(5.0, 8.0), sharex=True, layout="compressed")
    edges = np.arange(LATCH + 1) + 0.5
    for ax, which in zip(axes, WHICH, strict=True):
        size = triangle(which)
        picture = ax.pcolormesh(
            edges, edges, np.ma.masked_where(size == 0, size), cmap=heat(), norm=LogNorm(1e-4, 10)
        )
        ax.text(29, 8, which, ha="center", va="center", color=ink(), fontsize=12)
        ticks = [1, 10, 20, 30, 40]
        ax.set(ylabel="step $t$ of the output", aspect="equal", xticks=ticks, yticks=ticks)
        ax.invert_yaxis()
    axes[1].set(xlabel="step $k$ of the cell")
    fig.colorbar(picture, ax=axes, label=r"$\|\mathrm{d}u_t/\mathrm{d}c_k\|$", extend="both", shrink=0.5)
    return fig


def from_cell_to_cell(which: str, start: int, end: int, n: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Direct and total derivative of c_end by c_start, both (h, h), by the complex step."""
    p, _ = trained(which)
    X, zero = inputs()[n], np.zeros(H)
    states, cells = lstm_forward(p, X, zero, zero)
    gate = states[start] / np.tanh(cells[start])

    def later(cell: np.ndarray) -> np.ndarray:
        state = gate * np.tanh(cell)
        for x in X[start:end]:
            state, cell = lstm_step(p, x, state, cell)
        return cell

    direct = np.diag(np.prod(forget_gates(which, n)[start:end], axis=0))
    return direct, complex_step(later, cells[start])


SPANS = ((1, 2), (1, 20), (20, 22), (22, 40))


def path_sizes(which: str, start: int, end: int) -> list[float]:
    """Largest singular values of the direct derivative, the total one, and their difference, the rest."""
    direct, total = from_cell_to_cell(which, start, end)
    return [float(np.linalg.norm(M, 2)) for M in (direct, total, total - direct)]


def paths_table() -> str:
    """The three sizes over four spans, before and after training."""
    lines = [
        "                    before training               after training",
        "cell of step   direct    total     rest     direct    total     rest",
    ]
    for start, end in SPANS:
        before, after = ("".join(f"{size:9.1e}" for size in path_sizes(w, start, end)) for w in WHICH)
        lines.append(f"{start:3} to {end:2}   {before}  {after}")
    return "\n".join(lines)
