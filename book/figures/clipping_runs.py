"""Chapter 9: the eight ways to clip on one task, as recorded by clipping_training."""

import matplotlib.pyplot as plt
import numpy as np
from figures.clipping_training import BLOCK, SEEDS, STEPS, WAYS, plain, recorded
from figures.style import faint
from matplotlib.figure import Figure

SOLVED = 0.1
ENDS = 3  # blocks of ten steps


def solved(way: str) -> int:
    """How many of the seeds end with a loss below 0.1."""
    return int((recorded()[way]["losses"][:, -ENDS:].mean(axis=1) < SOLVED).sum())


def reached(way: str) -> float:
    """The step at which the median seed is first below 0.1, or infinity."""
    below = recorded()[way]["losses"] < SOLVED
    steps = np.where(below.any(axis=1), (below.argmax(axis=1) + 1) * BLOCK, np.inf)
    return float(np.median(steps))


def acted(way: str) -> tuple[float, np.ndarray, np.ndarray]:
    """Seed 0: the share of steps that were clipped by 1% or more; their angles; the shares of length left."""
    run = recorded()[way]
    left = run["length"] / np.linalg.norm(run["norms"], axis=1)
    clipped = left < 0.99
    return float(clipped.mean()), run["angle"][clipped], left[clipped]


def runs_table() -> str:
    """One line for each way to clip."""
    lines = ["                       learned  median   steps    angle if clipped  length"]
    lines.append("                       of ten  at step  clipped  median  largest   left")
    for way in WAYS:
        share, angles, left = acted(way)
        step = f"{reached(way):.0f}" if np.isfinite(reached(way)) else "never"
        line = f"{plain(way):22}{solved(way):7}  {step:>7}"
        if len(angles):
            line += (
                f"  {share:7.0%}  {np.median(angles):5.1f}°  {angles.max():6.1f}°   {np.median(left):4.0%}"
            )
        lines.append(line)
    return "\n".join(lines)


def runs_columns() -> dict[str, list]:
    """The median curves as the columns of a file."""
    steps = (np.arange(STEPS // BLOCK) + 1) * BLOCK
    medians = {plain(way): np.median(recorded()[way]["losses"], axis=0).tolist() for way in WAYS}
    return {"step": steps.tolist()} | medians


def runs_figure() -> Figure:
    """The loss of every run, one panel for each way to clip."""
    fig, axes = plt.subplots(4, 2, figsize=(5.8, 7.6), sharex=True, sharey=True)
    steps = (np.arange(STEPS // BLOCK) + 1) * BLOCK
    for ax, way in zip(axes.ravel(), WAYS, strict=True):
        for losses in recorded()[way]["losses"]:
            ax.semilogy(steps, losses, color="C0" if losses[-ENDS:].mean() < SOLVED else "C1", linewidth=1)
        ax.axhline(np.log(2), color=faint(), linewidth=0.8, linestyle=":")
        ax.set_title(f"{way}: {solved(way)} of {SEEDS}", fontsize=10)
        ax.set(ylim=(1e-4, 10))
        ax.set_yticks([1, 0.01, 0.0001], ["1", "0.01", "0.0001"])
        ax.minorticks_off()
    for ax in axes[-1]:
        ax.set(xlabel="training step")
    for ax in axes[:, 0]:
        ax.set(ylabel="loss")
    return fig
