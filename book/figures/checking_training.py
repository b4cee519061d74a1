"""Chapter 2: the loss falls with wrong gradients too. As a program it trains, and writes training.json."""

import json
from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from figures.checking_slips import edge_cut, slope_missing, transposed
from figures.unrolling_training import FILE, plain, recorded, train
from matplotlib.figure import Figure

WAYS = {
    "right": (plain, "C0"),
    "a transpose missing": (transposed, "C1"),
    "recurrent edge cut": (edge_cut, "C2"),
    "slope left out": (slope_missing, "C3"),
}


def record() -> None:
    """Train in every way and keep the result: weights to 6 decimals, curves to 4 digits."""
    result = {}
    for name, (step, _) in WAYS.items():
        p, losses, cosines = train(step)
        result[name] = {
            "weights": [np.round(part.detach().numpy(), 6).tolist() for part in p],
            "losses": [float(f"{x:.4g}") for x in losses],
            "cosines": [float(f"{x:.4g}") for x in cosines],
        }
    FILE.write_text(json.dumps(result, separators=(",", ":")) + "\n", encoding="utf-8")


@cache
def runs() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Losses and cosines of every way, step by step: same start, same data."""
    kept = recorded()
    return {name: (np.array(kept[name]["losses"]), np.array(kept[name]["cosines"])) for name in WAYS}


def training_numbers() -> dict[str, list[float]]:
    """The losses as the columns of a file."""
    return {name: losses.tolist() for name, (losses, _) in runs().items()}


def smooth(losses: np.ndarray) -> np.ndarray:
    """The mean over ten steps."""
    return np.convolve(losses, np.ones(10) / 10, mode="valid")


def the_loss_fell() -> Figure:
    """Training curves for the right gradient and three wrong ones."""
    fig, ax = plt.subplots(figsize=(5.6, 3.9))
    for (name, (losses, _)), style in zip(runs().items(), ("-", "--", "-.", ":"), strict=True):
        ax.semilogy(np.arange(len(losses) - 9) + 10, smooth(losses), style, color=WAYS[name][1], label=name)
    ax.set(xlabel="training step", ylabel="loss (mean over ten steps)", ylim=(8e-4, 0.3))
    ax.set_yticks([0.1, 0.01, 0.001], ["0.1", "0.01", "0.001"])
    ax.minorticks_off()
    ax.legend(loc="upper right", bbox_to_anchor=(1.0, 1.08), ncols=2, fontsize=9)
    return fig


if __name__ == "__main__":
    record()
