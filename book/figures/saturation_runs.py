"""Chapter 12: fifty layers with every cure, as recorded by saturation_training."""

import matplotlib.pyplot as plt
import numpy as np
from figures.saturation_net import CURES
from figures.saturation_training import BLOCK, RATES, STEPS, recorded
from figures.style import faint
from matplotlib.figure import Figure

LEARNT = 0.9


def middle(cure: str, what: str) -> float:
    """The median over the seeds of one of the recorded numbers."""
    return float(np.median(recorded()[cure][what]))


def extremes(cure: str, what: str) -> tuple[float, float]:
    """The smallest and the largest over the seeds."""
    return float(recorded()[cure][what].min()), float(recorded()[cure][what].max())


def learned(cure: str) -> int:
    """How many of the seeds end with 90% right answers."""
    return int((recorded()[cure]["right after"] >= LEARNT).sum())


def reached(cure: str, loss: float = 0.35) -> float:
    """The step at which the median seed's loss is first below a value, or infinity."""
    below = recorded()[cure]["losses"] < loss
    return float(np.median(np.where(below.any(axis=1), (below.argmax(axis=1) + 1) * BLOCK, np.inf)))


def flat(cure: str, when: str) -> str:
    """The share of flat units, or a dash for units that have no flat end on both sides."""
    known = CURES[cure].unit in ("tanh", "logistic")
    return f"{middle(cure, f'flat {when}'):5.1%}" if known else "    –"


def cures_table() -> str:
    """One line for each cure: medians over the seeds, and the range of the right answers."""
    lines = ["                        gradient left     flat units        right answers"]
    lines.append("                        before   after  before  after  rate median  range")
    for cure in CURES:
        left = " ".join(f"{middle(cure, f'ratio {when}'):7.0e}" for when in ("before", "after"))
        low, high = (round(100 * share) for share in extremes(cure, "right after"))
        rate = RATES[int(recorded()[cure]["rate"])]
        line = f"{cure:23}{left}  {flat(cure, 'before')}  {flat(cure, 'after')}  {rate:4g}"
        lines.append(f"{line}  {middle(cure, 'right after'):4.0%}  {low:2}-{high}%")
    return "\n".join(lines)


def cures_columns() -> dict[str, list]:
    """One line for each cure and seed."""
    columns: dict[str, list] = {"cure": [], "seed": []}
    keys = ("ratio before", "ratio after", "flat before", "flat after", "right after")
    columns |= {key: [] for key in keys}
    for cure in CURES:
        for seed in range(len(recorded()[cure]["right after"])):
            columns["cure"].append(cure)
            columns["seed"].append(seed)
            for key in keys:
                columns[key].append(float(recorded()[cure][key][seed]))
    return columns


def cures_figure() -> Figure:
    """Left what is left of the gradient, before and after training; right the share of right answers."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(6, 7.2), sharey=True, width_ratios=(3, 2))
    for row, cure in enumerate(CURES):
        for when, colour, marker in (("before", "C0", "o"), ("after", "C1", "D")):
            sizes = np.clip(recorded()[cure][f"ratio {when}"], 1e-16, 1e6)
            left.plot(sizes, np.full(len(sizes), row), marker, color=colour, markersize=4.5, mew=0)
        shares = recorded()[cure]["right after"]
        right.plot(shares, np.full(len(shares), row), "s", color="C2", markersize=4.5, mew=0)
    left.axvline(1, color=faint(), linewidth=0.8)
    right.axvline(0.5, color=faint(), linewidth=0.8)
    left.set(
        xscale="log", xlim=(3e-17, 1e7), xlabel="gradient left", xticks=[1e-16, 1e-12, 1e-8, 1e-4, 1, 1e4]
    )
    left.minorticks_off()
    left.set_yticks(range(len(CURES)), list(CURES), fontsize=9)
    left.invert_yaxis()
    right.set(xlabel="right answers", xlim=(0.4, 1.02))
    right.set_xticks([0.5, 0.75, 1], ["50%", "75%", "100%"])
    left.plot([], [], "o", color="C0", label="before")
    left.plot([], [], "D", color="C1", label="after training")
    left.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, fontsize=9)
    return fig


SHOWN = (
    "tanh, old scale",
    "a loss every 10 layers",
    "residual",
    "residual, loss every 10",
    "tanh, orthogonal",
    "highway",
)


def supervision_columns() -> dict[str, list]:
    """The median curves as the columns of a file."""
    steps = (np.arange(STEPS // BLOCK) + 1) * BLOCK
    return {"step": steps.tolist()} | {
        cure: np.median(recorded()[cure]["losses"], axis=0).tolist() for cure in SHOWN
    }


def supervision() -> Figure:
    """The loss of the last head of every run, one panel for each of six networks."""
    fig, axes = plt.subplots(3, 2, figsize=(5.8, 5.8), sharex=True, sharey=True)
    steps = (np.arange(STEPS // BLOCK) + 1) * BLOCK
    for ax, cure in zip(axes.ravel(), SHOWN, strict=True):
        for losses in recorded()[cure]["losses"]:
            ax.semilogy(steps, losses, color="C0", linewidth=1)
        ax.axhline(np.log(2), color=faint(), linewidth=0.8, linestyle=":")
        ax.set_title(cure, fontsize=10)
        ax.set(ylim=(0.02, 2))
        ax.set_yticks([0.05, 0.2, 1], ["0.05", "0.2", "1"])
        ax.minorticks_off()
    for ax in axes[-1]:
        ax.set(xlabel="training step")
    for ax in axes[:, 0]:
        ax.set(ylabel="loss")
    return fig
