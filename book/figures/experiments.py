"""Chapter 15: the three tasks drawn, success against length, and the tables, from what was recorded."""

from functools import cache
from math import comb
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.experiments_tasks import TASKS, draw
from figures.experiments_training import BACKS, LENGTHS, RATES, SEEDS, SHORT, SHOWN, STARTS, recorded
from figures.style import faint, heat
from matplotlib.figure import Figure

CURVES = (  # cell, clipped, biased; name, colour, line, shift to the side
    ("RNN", False, False, "plain", "C1", ":", -0.6),
    ("RNN", True, False, "plain, clipped", "C1", "-", -0.2),
    ("LSTM", True, False, "LSTM, forget bias 0", "C0", ":", 0.2),
    ("LSTM", True, True, "LSTM, forget bias $\\ln(T-1)$", "C0", "-", 0.6),
)


# --- the tasks ------------------------------------------------------------------------------------


def tasks_figure() -> Figure:
    """One sequence of each task: inputs as rows, steps across."""
    fig, axes = plt.subplots(3, 1, figsize=(5.8, 5.6), height_ratios=[2, 6, 6])
    rows = {
        "adding": ["number", "mark"],
        "order": ["A", "B", "c", "d", "e", "f"],
        "copy": ["1", "2", "3", "4", "blank", "bell"],
    }
    for ax, (task, names) in zip(axes, rows.items(), strict=True):
        X, Y = draw(task, SHOWN, (1, 1), torch.Generator().manual_seed(4))
        ax.pcolormesh(np.arange(SHOWN + 1) + 0.5, np.arange(len(names) + 1), X[:, 0, :, 0].T, cmap=heat())
        ax.set_yticks(np.arange(len(names)) + 0.5, names)
        ax.set_xticks([1, 5, 10, 15, 20, 25, 30])
        ax.invert_yaxis()
        ax.set_title(f"{TASKS[task].title}: {asked(task, Y[:, 0, 0])}", loc="left")
    axes[-1].set(xlabel="step $t$")
    return fig


def asked(task: str, Y: torch.Tensor) -> str:
    """The right answer in words."""
    if task == "adding":
        return f"say {Y.item():.2f} after step {SHOWN}"
    if task == "order":
        return f"say {('AA', 'AB', 'BA', 'BB')[int(Y.item())]} after step {SHOWN}"
    return f"say {', '.join(str(int(y) + 1) for y in Y)} at the last three steps"


# --- counts ---------------------------------------------------------------------------------------


def interval(k: int, n: int, tail: float = 0.025) -> tuple[float, float]:
    """The exact interval for a success probability after k of n: outside of it, a tail would be rarer."""

    def at_least(p: float, k: int) -> float:
        return sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1))

    def root(goal: float, k: int) -> float:
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if at_least(middle, k) < goal else (low, middle)
        return low

    return (root(tail, k) if k else 0.0), (root(1 - tail, k + 1) if k < n else 1.0)


@cache
def found(name: str, task: str, T: int, cell: str, back: int = 0) -> dict[str, Any]:
    """The recorded group with these marks."""
    marks = {"name": name, "task": task, "T": T, "back": back}
    (group,) = [
        g
        for g in recorded()
        if all(g[key] == value for key, value in marks.items()) and g["ways"][0]["cell"] == cell
    ]
    return group


def counts(group: dict[str, Any], **marks: Any) -> np.ndarray:
    """How many seeds of a way learned, for each rate."""
    (place,) = [
        i for i, way in enumerate(group["ways"]) if all(way[key] == value for key, value in marks.items())
    ]
    return (np.array(group["learned"][place]) > 0).sum(axis=1)


def curve(cell: str, clipped: bool, biased: bool) -> np.ndarray:
    """The best count of the three rates, for each length."""
    marks = {"clip": 1.0 if clipped else None, "biased": biased}
    return np.array([counts(found("lengths", "order", T, cell), **marks).max() for T in LENGTHS])


# --- success against length -----------------------------------------------------------------------


def lengths_figure() -> Figure:
    """The share of runs that learn the temporal order, against length, with exact intervals."""
    fig, ax = plt.subplots(figsize=(5.8, 4.2))
    for cell, clipped, biased, name, colour, line, shift in CURVES:
        k = curve(cell, clipped, biased)
        low, high = np.array([interval(int(n), SEEDS) for n in k]).T
        bars = np.abs(np.stack([k / SEEDS - low, high - k / SEEDS]))
        ax.errorbar(
            np.array(LENGTHS) + shift,
            k / SEEDS,
            bars,
            color=colour,
            linestyle=line,
            marker="o",
            markersize=5,
            elinewidth=0.9,
            capsize=2,
            label=name,
        )
    ax.set(
        xlabel="length $T$ of the sequence", ylabel=f"share of {SEEDS} runs that learn", ylim=(-0.04, 1.04)
    )
    ax.set_xticks(LENGTHS)
    ax.grid(axis="y", color=faint(), alpha=0.3)
    fig.legend(loc="outside lower center", ncols=2, fontsize=10)
    return fig


def lengths_columns() -> dict[str, list[Any]]:
    """The counts behind the figure."""
    columns: dict[str, list[Any]] = {"length": list(LENGTHS)}
    for cell, clipped, biased, name, *_ in CURVES:
        columns[name.replace("$", "").replace("\\", "")] = curve(cell, clipped, biased).tolist()
    return columns


def updates(cell: str, clipped: bool, biased: bool, T: int) -> float:
    """The median number of updates of the runs that learned, at the best rate; nan if fewer than half did."""
    group = found("lengths", "order", T, cell)
    marks = {"clip": 1.0 if clipped else None, "biased": biased}
    (place,) = [i for i, w in enumerate(group["ways"]) if all(w[k] == v for k, v in marks.items())]
    taken = np.array(group["learned"][place], dtype=float)
    taken[taken <= 0] = np.inf
    medians = np.median(taken, axis=1)
    return float(medians.min())


def updates_table() -> str:
    """The updates that the median run needed, at the best rate."""
    lines = [f"{'':28}" + "".join(f"T = {T:<5}" for T in LENGTHS)]
    for cell, clipped, biased, name, *_ in CURVES:
        cells = [updates(cell, clipped, biased, T) for T in LENGTHS]
        told = "".join(f"{'-' if np.isinf(c) else f'{c:.0f}':<9}" for c in cells)
        lines.append(f"{name.replace('$', '').replace(chr(92), ''):28}{told}")
    return "\n".join(lines)


# --- tables ---------------------------------------------------------------------------------------


def rates_row(k: np.ndarray) -> str:
    """Counts for each rate."""
    return "".join(f"{int(n):>7}" for n in k)


HEAD = f"{'learned, of ' + str(SEEDS):26}" + "".join(f"{f'{r:g}':>7}" for r in RATES)


def tasks_table() -> str:
    """Three tasks, three cells, three rates."""
    lines = [f"T = {SHOWN}, clipped; rate:".ljust(26) + "".join(f"{r:>7g}" for r in RATES)]
    for task in TASKS:
        for cell in ("RNN", "LSTM", "GRU"):
            name = "lengths" if task == "order" and cell != "GRU" else "tasks"
            k = counts(found(name, task, SHOWN, cell), clip=1.0, biased=cell != "RNN")
            lines.append(f"{TASKS[task].title + ', ' + cell:26}{rates_row(k)}")
    return "\n".join(lines)


def starts_table() -> str:
    """The plain network: how W_hh starts, with and without a clip."""
    lines = [f"plain, T = {SHORT}; rate:".ljust(26) + "".join(f"{r:>7g}" for r in RATES)]
    group = found("starts", "order", SHORT, "RNN")
    for start in STARTS:
        name = start if start.isalpha() else f"Gaussian, g = {start}"
        for clip in (None, 1.0):
            k = counts(group, start=start, clip=clip)
            lines.append(f"{name + (', clipped' if clip else ''):26}{rates_row(k)}")
    return "\n".join(lines)


def backs_table() -> str:
    """How many of the last steps the gradient passes."""
    lines = [f"T = {SHORT}, clipped; rate:".ljust(26) + "".join(f"{r:>7g}" for r in RATES)]
    for cell in ("RNN", "LSTM"):
        for back in BACKS:
            k = counts(found("backs", "order", SHORT, cell, back), clip=1.0)
            lines.append(f"{cell + f', last {back} steps':26}{rates_row(k)}")
    return "\n".join(lines)
