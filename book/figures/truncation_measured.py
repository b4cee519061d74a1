"""Chapter 8: bias and variance, computed exactly for a trained network; and what training says."""

import json
from functools import cache
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.style import faint
from figures.truncation import band_kept, sweeps_kept
from figures.truncation_tasks import ECHO, LETTERS, STRATEGIES
from figures.truncation_training import EVERY, FILE
from figures.unrolling_training import networks
from matplotlib.figure import Figure

BATCHES = {1: "1 sequence", 100: "100 sequences", 10_000: "10 000 sequences"}

# --- exact bias and variance ----------------------------------------------------------------------


@cache
def entries() -> np.ndarray:
    """G_{t,k} of the trained network of chapter 1 for 32 sequences, (32, T, T, 64), by autograd on copies."""
    case = networks()
    p, X, Y = case["trained"], torch.tensor(case["X"]), torch.tensor(case["Y"])
    W_hx, W_hh, b_h, W_qh, b_q = map(torch.tensor, p)
    (N, T), n = X.shape[:2], len(p.b_h)
    h = torch.tensor(case["h_0"]).expand(N, -1)
    uses = [W_hh.expand(N, n, n).clone().requires_grad_() for _ in range(T)]
    G = np.zeros((N, T, T, n * n))
    for t, W in enumerate(uses):
        h = torch.tanh(torch.einsum("nij,nj->ni", W, h) + X[:, t] @ W_hx.T + b_h)
        loss = 0.5 * ((h @ W_qh.T + b_q - Y[:, t]) ** 2).sum()
        for k, g in enumerate(torch.autograd.grad(loss, uses[: t + 1], retain_graph=True)):
            G[:, t, k] = g.reshape(N, -1).numpy()
    return G


def overlap(T: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All pairs (t, k) of the triangle, and the number of steps that two journeys share."""
    t, k = np.tril_indices(T)
    shared = np.minimum(t[:, None], t) - np.maximum(k[:, None], k)
    return t, k, np.maximum(shared, 0)


def relative_bias(weight: np.ndarray) -> float:
    """How far the weighted sum lies from the mean gradient of the 32 sequences."""
    mean = entries().mean(axis=0)
    full = mean.sum(axis=(0, 1))
    return float(np.linalg.norm(np.tensordot(weight, mean, 2) - full) / np.linalg.norm(full))


@cache
def _products() -> tuple[np.ndarray, float]:
    """The mean over sequences of the inner products of all pairs of entries, and the norm of the gradient."""
    T = entries().shape[1]
    t, k = np.tril_indices(T)
    flat = entries()[:, t, k]
    return np.einsum("nip,njp->ij", flat, flat) / len(flat), float(
        np.linalg.norm(entries().mean(axis=0).sum(axis=(0, 1)))
    )


def relative_noise(pi: float, sequences: int = 1) -> float:
    """The standard deviation of randomized truncation over a batch, by eq-truncation-pairs."""
    products, size = _products()
    *_, shared = overlap(entries().shape[1])
    return float(np.sqrt(np.sum((pi ** -shared.astype(float) - 1) * products) / sequences) / size)


def kept_per_loss(weight: np.ndarray) -> float:
    """The mean number of uses that a loss keeps."""
    return float((weight > 0).sum() / len(weight))


def chance_kept(pi: float, T: int = 16) -> float:
    """The same for a random cut: the expected number of uses that are reached."""
    lag = np.arange(T)
    return float(np.sum((T - lag) * pi**lag) / T)


def curves() -> dict[str, tuple[list[float], list[float]]]:
    """Uses kept for each loss, and relative error, for the three strategies."""
    bands = [band_kept(16, tau) for tau in range(15)]
    chunks = [sweeps_kept(16, s, s) for s in (1, 2, 4, 8)]
    pis = [0.05, *np.linspace(0.1, 0.95, 18), 0.98]
    found = {
        "band": ([kept_per_loss(w) for w in bands], [relative_bias(w) for w in bands]),
        "chunks": ([kept_per_loss(w) for w in chunks], [relative_bias(w) for w in chunks]),
    }
    for sequences in BATCHES:
        found[f"randomized, {sequences}"] = (
            [chance_kept(pi) for pi in pis],
            [relative_noise(pi, sequences) for pi in pis],
        )
    return found


def curve_numbers() -> dict[str, list]:
    """All points of the picture."""
    rows = [(name, x, y) for name, (xs, ys) in curves().items() for x, y in zip(xs, ys, strict=True)]
    return dict(zip(("strategy", "kept", "error"), map(list, zip(*rows, strict=True)), strict=True))


def bias_and_noise() -> Figure:
    """Relative error against the uses kept: a bias stays, a noise falls with the batch."""
    fig, ax = plt.subplots(figsize=(6, 4))
    looks = {"band": ("C1", "-o"), "chunks": ("C2", "-s")}
    for name, (kept, error) in curves().items():
        colour, style = looks.get(name, ("C3", "--"))
        ax.semilogy(kept, error, style, color=colour, markersize=4)
        if name.startswith("rand"):
            ax.text(8.7, error[-1], BATCHES[int(name.split()[1])], color=colour, fontsize=9, va="center")
    ax.text(8.6, 0.012, "band", color="C1", fontsize=10)
    ax.text(4.6, 0.58, "chunks", color="C2", fontsize=10)
    ax.text(2.1, 60, "randomized", color="C3", fontsize=10)
    ax.axhline(1, color=faint(), linewidth=0.8)
    ax.set(
        xlabel="uses kept for each loss (mean)", ylabel="relative error", ylim=(1e-3, 1e3), xlim=(0.8, 11.8)
    )
    return fig


# --- training -------------------------------------------------------------------------------------


@cache
def recorded() -> dict[str, Any]:
    """What `figures.truncation_training` wrote."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def curve(task: str, strategy: str, column: int = -1) -> np.ndarray:
    """The recorded numbers, (seeds, records): the loss of the echo, or bits of one half of the text."""
    return np.array(recorded()[task]["curves"][strategy])[:, :, column]


def training_numbers() -> dict[str, list]:
    """The means over seeds, step by step; the text has fewer steps than the echo."""
    length = curve("echo", "full").shape[1]
    columns: dict[str, list] = {"step": [EVERY * (i + 1) for i in range(length)]}
    for task in ("echo", "text"):
        for name in STRATEGIES:
            mean = curve(task, name).mean(axis=0).round(4).tolist()
            columns[f"{task} {name}"] = mean + [""] * (length - len(mean))
    return columns


def training() -> Figure:
    """The echo's loss and the text's held-out bits under the four strategies: mean and range of all seeds."""
    fig, axes = plt.subplots(2, 1, figsize=(5.6, 5.8))
    for ax, task in zip(axes, (ECHO, LETTERS), strict=True):
        for name, colour, style in zip(
            STRATEGIES, ("C0", "C1", "C2", "C3"), ("-", "--", "-.", ":"), strict=True
        ):
            found = curve(task.name, name)
            step = EVERY * np.arange(1, found.shape[1] + 1)
            ax.fill_between(step, found.min(axis=0), found.max(axis=0), color=colour, alpha=0.15, linewidth=0)
            ax.plot(step, found.mean(axis=0), style, color=colour, label=name)
    axes[0].set(yscale="log", ylabel="loss of the echo", ylim=(1e-4, 1))
    axes[0].set_yticks([1, 0.1, 0.01, 0.001, 0.0001])
    axes[0].legend(ncols=2, fontsize=9, loc="center right", bbox_to_anchor=(1, 0.6))
    axes[1].set(ylabel="bits per letter, held out", xlabel="training step", ylim=(3, 4))
    return fig
