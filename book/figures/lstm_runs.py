"""Chapter 10: what the recorded trainings came to, for each forget bias, and with and without a clip."""

import matplotlib.pyplot as plt
import numpy as np
from figures.lstm_training import BLOCK, LAGS, SEEDS, SETTINGS, recorded
from figures.style import faint
from matplotlib.figure import Figure

SOLVED, ENDS = 0.1, 3  # a loss, and blocks of ten steps
LABELS = {"0": "$b_f = 0$", "1": "$b_f = 1$", "lag": r"$\tau = T$", "chrono": "chrono"}
CLIPS = ("no clip", "clipped")


def solved(losses: np.ndarray) -> int:
    """How many of the runs, (seeds, blocks), end with a loss below 0.1."""
    return int((np.nan_to_num(losses, nan=np.inf)[:, -ENDS:].mean(axis=1) < SOLVED).sum())


def reached(losses: np.ndarray) -> str:
    """The step at which the median run is first below 0.1, or `never`."""
    below = losses < SOLVED
    steps = np.where(below.any(axis=1), (below.argmax(axis=1) + 1) * BLOCK, np.inf)
    return f"{np.median(steps):.0f}" if np.isfinite(np.median(steps)) else "never"


def bias_losses(T: int, setting: str) -> np.ndarray:
    """The curves of one lag and one setting, (seeds, blocks)."""
    return recorded()["bias"][str(T)][SETTINGS.index(setting)]


def bias_table() -> str:
    """One line for each forget bias."""
    head = "            " + "".join(f"  T = {T:<3}          " for T in LAGS)
    lines = [head, "            " + "learned  at step    " * len(LAGS)]
    names = {"0": "bias 0", "1": "bias 1", "lag": "tau = T", "chrono": "chrono"}
    for setting in SETTINGS:
        cells = [
            f"{solved(x):4}/{len(x)}  {reached(x):>7}    " for x in (bias_losses(T, setting) for T in LAGS)
        ]
        lines.append(f"{names[setting]:12}" + "".join(cells))
    return "\n".join(lines)


def bias_columns() -> dict[str, list]:
    """The median curves as columns of a file."""
    columns: dict[str, list] = {}
    for T in LAGS:
        for setting in SETTINGS:
            columns[f"T={T}, {setting}"] = np.median(bias_losses(T, setting), axis=0).tolist()
    return {"step": [(n + 1) * BLOCK for n in range(len(next(iter(columns.values()))))]} | columns


def bias_figure() -> Figure:
    """Loss curves: a column for each lag, a row for each forget bias."""
    fig, axes = plt.subplots(len(SETTINGS), len(LAGS), figsize=(5.8, 6.8), sharex=True, sharey=True)
    for row, setting, colour in zip(axes, SETTINGS, ("C0", "C1", "C2", "C3"), strict=True):
        for ax, T in zip(row, LAGS, strict=True):
            curves = bias_losses(T, setting)
            steps = (np.arange(curves.shape[1]) + 1) * BLOCK
            ax.semilogy(steps, curves.T, color=colour, linewidth=0.9)
            ax.axhline(np.log(2), color=faint(), linewidth=0.9, linestyle=":")
            ax.set_title(f"{LABELS[setting]}, $T = {T}$: {solved(curves)} of {len(curves)}", fontsize=10)
            ax.set(ylim=(1e-3, 3), yticks=[1e-3, 1e-2, 0.1, 1])
            ax.minorticks_off()
    for ax in axes[-1]:
        ax.set_xlabel("training step")
    for row in axes:
        row[0].set_ylabel("loss")
    return fig


def clip_columns() -> dict[str, list]:
    """Losses (medians) and the first seed's norms, in means over ten steps."""
    kept = recorded()["clip"]
    columns: dict[str, list] = {"step": [(n + 1) * BLOCK for n in range(kept["losses"].shape[2])]}
    for n, name in enumerate(CLIPS):
        columns[f"median loss, {name}"] = np.median(kept["losses"][n], axis=0).tolist()
        columns[f"norm of seed 0, {name}"] = kept["norms"][n][0].tolist()
    return columns


def clip_figure() -> Figure:
    """Norms above, losses below; without a clip and with."""
    kept = recorded()["clip"]
    fig, axes = plt.subplots(2, 2, figsize=(5.8, 4.8), sharex=True, sharey="row")
    steps = (np.arange(kept["losses"].shape[2]) + 1) * BLOCK
    for n, name in enumerate(CLIPS):
        axes[0, n].semilogy(steps, kept["norms"][n].T, color=f"C{n}", linewidth=0.9)
        axes[0, n].axhline(1, color=faint(), linewidth=0.9, linestyle=":")
        axes[1, n].semilogy(steps, kept["losses"][n].T, color=f"C{n}", linewidth=0.9)
        axes[1, n].axhline(np.log(2), color=faint(), linewidth=0.9, linestyle=":")
        axes[0, n].set_title(f"{name}: {solved(kept['losses'][n])} of {SEEDS} learn", fontsize=11)
        axes[1, n].set_xlabel("training step")
    axes[0, 0].set_ylabel("norm before the clip")
    axes[1, 0].set_ylabel("loss")
    for ax in axes.ravel():
        ax.minorticks_off()
    return fig


STORY = 4  # the seed whose first gradient is longest


def steps_table() -> str:
    """The first steps of one seed, without a clip and with: loss, and norm before the clip."""
    losses, norms = recorded()["clip"]["first"][:, :, STORY]
    lines = ["        no clip             clipped at 1", "step     loss       norm      loss       norm"]
    for k in range(losses.shape[1]):
        cells = "  ".join(f"{losses[n, k]:7.3f}  {norms[n, k]:9.3g}" for n in range(2))
        lines.append(f"{k + 1:4}  {cells}")
    return "\n".join(lines)


def clip_table() -> str:
    """Both ways in two lines."""
    kept = recorded()["clip"]
    lines = [
        "           learned  median   longest norm  median norm",
        "           of ten  at step  of a block    of a block",
    ]
    for n, name in enumerate(CLIPS):
        x, norms = kept["losses"][n], kept["norms"][n]
        lines.append(
            f"{name:10}{solved(x):7}  {reached(x):>7}  {norms.max():11.1f}  {np.median(norms):11.3f}"
        )
    return "\n".join(lines)
