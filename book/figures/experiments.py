"""Chapter 15: the three tasks drawn, success against length, and the tables, from what was recorded."""

from functools import cache
from math import comb
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.experiments_tasks import TASKS, draw
from figures.experiments_training import LENGTHS, SEEDS, SHOWN, recorded
from figures.style import faint, heat
from matplotlib.figure import Figure

CURVES = (  # group, cell, clipped, biased; name, colour, line, shift to the side
    ("momentum", "RNN", False, False, "plain, momentum", "C1", ":", -0.75),
    ("momentum", "RNN", True, False, "plain, momentum, clipped", "C1", "-", -0.25),
    ("lengths", "RNN", False, False, "plain, Adam", "C2", ":", 0.25),
    ("lengths", "RNN", True, False, "plain, Adam, clipped", "C2", "-", 0.75),
    ("lengths", "LSTM", True, False, "LSTM, forget bias 0", "C0", ":", -0.25),
    ("lengths", "LSTM", True, True, "LSTM, forget bias $\\ln(T-1)$", "C0", "-", 0.25),
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


def lengths(name: str) -> list[int]:
    """The lengths at which a curve was measured."""
    return [T for T in LENGTHS if name == "lengths" or LENGTHS[-2] >= T]


def curve(name: str, cell: str, clipped: bool, biased: bool) -> np.ndarray:
    """The better count of the two rates, for each length."""
    marks = {"clip": 1.0 if clipped else None, "biased": biased}
    return np.array([counts(found(name, "order", T, cell), **marks).max() for T in lengths(name)])


# --- success against length -----------------------------------------------------------------------


def lengths_figure() -> Figure:
    """The share of runs that learn the temporal order, against length, with exact intervals."""
    fig, axes = plt.subplots(2, 1, figsize=(5.8, 6.4), sharex=True)
    for name, cell, clipped, biased, called, colour, line, shift in CURVES:
        ax = axes[0 if cell == "RNN" else 1]
        share = curve(name, cell, clipped, biased) / SEEDS
        low, high = np.array([interval(round(k * SEEDS), SEEDS) for k in share]).T
        bars = np.abs(np.stack([share - low, high - share]))
        look = {"marker": "o", "markersize": 5, "elinewidth": 0.9, "capsize": 2}
        at = np.array(lengths(name)) + shift
        ax.errorbar(at, share, bars, color=colour, linestyle=line, label=called, **look)
    for ax, place in zip(axes, ("upper right", "lower left"), strict=True):
        ax.set(ylabel=f"share of {SEEDS} runs that learn", ylim=(-0.04, 1.04), xticks=LENGTHS)
        ax.grid(axis="y", color=faint(), alpha=0.3)
        ax.legend(fontsize=10, loc=place)
    axes[1].set(xlabel="length $T$ of the sequence")
    return fig


def lengths_columns() -> dict[str, list[Any]]:
    """The counts behind the figure; empty where nothing was measured."""
    columns: dict[str, list[Any]] = {"length": list(LENGTHS)}
    for name, cell, clipped, biased, called, *_ in CURVES:
        k = curve(name, cell, clipped, biased).tolist()
        columns[plain(called)] = k + [""] * (len(LENGTHS) - len(k))
    return columns


def plain(called: str) -> str:
    """The name of a curve for a table of text."""
    return called.replace("$", "").replace("\\", "")
