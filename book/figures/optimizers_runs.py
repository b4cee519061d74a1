"""Chapter 13: which optimizer remembers how far, as recorded by optimizers_training."""

import matplotlib.pyplot as plt
import numpy as np
from figures.optimizers_training import LENGTHS, MAKERS, SEEDS, TASKS, recorded
from figures.style import ink
from matplotlib.figure import Figure

LEARNT = 0.1


def learned(task: str, name: str, T: int, output: int = 0) -> int:
    """How many of ten seeds end with a loss below 0.1 on that output; 0 is the far one."""
    return int((np.array(recorded()[task][name][str(T)][output]) < LEARNT).sum())


def runs_table() -> str:
    """One line for each task and optimizer, one column for each length."""
    lines = ["learned, of ten                  T =" + "".join(f"{T:5}" for T in LENGTHS)]
    for task in (TASKS[0], TASKS[2], TASKS[1]):
        lines += ["", f"{task}:"]
        for name in MAKERS:
            lines.append(f"  {name:33}" + "".join(f"{learned(task, name, T):5}" for T in LENGTHS))
    lines += ["", "the near output itself:"]
    for name in MAKERS:
        lines.append(f"  {name:33}" + "".join(f"{learned(TASKS[1], name, T, 1):5}" for T in LENGTHS))
    return "\n".join(lines)


def runs_columns() -> dict[str, list]:
    """The counts as columns."""
    columns: dict[str, list] = {"T": list(LENGTHS)}
    return columns | {
        f"{name}, {task}": [learned(task, name, T) for T in LENGTHS] for task in TASKS[:2] for name in MAKERS
    }


def runs_figure() -> Figure:
    """Success against length, for both tasks, without biases."""
    fig, axes = plt.subplots(2, 1, figsize=(5.6, 5.4), sharex=True, layout="constrained")
    styles = (":", "-.", "-", "--", "-")
    for ax, task in zip(axes, TASKS[:2], strict=True):
        for i, (name, style) in enumerate(zip(MAKERS, styles, strict=True)):
            shift = 0.12 * (i - 2)  # lines at 0 and at 10 would hide each other
            counts = [learned(task, name, T) + shift for T in LENGTHS]
            ax.plot(
                LENGTHS, counts, style, marker="o", markersize=4, label=name.replace("1e-30", "10$^{-30}$")
            )
        ax.set_xscale("log")
        ax.set_xticks(LENGTHS, [str(T) for T in LENGTHS])
        ax.minorticks_off()
        ax.set(ylabel=f"learned, of {SEEDS}", ylim=(-0.7, 10.7), yticks=[0, 5, 10])
        ax.set_title(task, fontsize=11, color=ink())
    axes[1].set_xlabel("length $T$")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=9)
    return fig
