"""Chapter 13: many layers, each with a gradient of its own, and one recurrent matrix with a single sum."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.clipping_training import angle
from figures.optimizers_scale import MAKERS
from figures.style import heat, ink
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

# --- depth: one matrix for each layer -------------------------------------------------------------

LAYERS, WIDTH, GAIN = 30, 20, 0.8
SHOWN = ("gradient descent", "RMSProp", "Adam", "LARS")


def deep(seed: int = 0) -> list[torch.Tensor]:
    """The matrices of a deep tanh network with fixed biases, and their gradients of a squared distance."""
    rng = np.random.default_rng(seed)
    shape = (WIDTH, WIDTH)
    W = [
        torch.tensor(GAIN * rng.normal(size=shape) / np.sqrt(WIDTH), requires_grad=True)
        for _ in range(LAYERS)
    ]
    h, y = (torch.tensor(rng.normal(size=WIDTH)) for _ in range(2))
    for M in W:
        h = torch.tanh(M @ h + 0.5 * torch.tensor(rng.normal(size=WIDTH)))
    (0.5 * ((h - y) ** 2).sum()).backward()
    return W


@cache
def relative_steps() -> dict[str, np.ndarray]:
    """The first step of every layer, as a share of the layer's length, for each optimizer."""
    found = {}
    for name in SHOWN:
        W = deep()
        before = [M.detach().clone() for M in W]
        MAKERS[name](W).step()
        after = [M.detach() for M in W]
        found[name] = np.array(
            [float((M - old).norm() / old.norm()) for M, old in zip(after, before, strict=True)]
        )
    return found


def layer_columns() -> dict[str, list[float]]:
    """The shares as columns."""
    return {"layer": list(range(1, LAYERS + 1))} | {
        name: steps.tolist() for name, steps in relative_steps().items()
    }


def layers() -> Figure:
    """Thirty layers, one step."""
    fig, ax = plt.subplots(figsize=(5.6, 3.7))
    for (name, steps), style in zip(relative_steps().items(), (":", "-.", "-", "--"), strict=True):
        ax.semilogy(np.arange(1, LAYERS + 1), steps, style, label=name)
    ax.set(xlabel="layer", ylabel=r"$\|\Delta W\| / \|W\|$ of the first step")
    ax.set_yticks([1e-16, 1e-12, 1e-8, 1e-4, 1])
    ax.minorticks_off()
    ax.legend(loc="lower center", fontsize=10, ncols=2, bbox_to_anchor=(0.5, 0.02))
    return fig


# --- time: one matrix for all steps ---------------------------------------------------------------

T, D, H, Q, SCALE, FAR = 20, 3, 24, 2, 0.8, 10


@cache
def cells(seed: int = 0) -> np.ndarray:
    """G[t-1, k-1] of a tanh network whose gradient vanishes: (T, T, H, H)."""
    rng = np.random.default_rng(seed)
    X, W_hx = rng.normal(size=(T, D)), 0.5 * rng.normal(size=(H, D))
    W_hh, W_qh = SCALE * rng.normal(size=(H, H)) / np.sqrt(H), rng.normal(size=(Q, H)) / np.sqrt(H)
    given, Y = torch.tensor(X @ W_hx.T), torch.tensor(rng.normal(size=(T, Q)))
    uses = [torch.tensor(W_hh, requires_grad=True) for _ in range(T)]
    h, found = torch.tensor(0.5 * rng.normal(size=H)), np.zeros((T, T, H, H))
    for t in range(T):
        h = torch.tanh(given[t] + uses[t] @ h)
        loss = 0.5 * ((torch.tensor(W_qh) @ h - Y[t]) ** 2).sum()
        for k, part in enumerate(torch.autograd.grad(loss, uses[: t + 1], retain_graph=True)):
            found[t, k] = part.numpy()
    return found


def lags() -> np.ndarray:
    """t − k of every cell, (T, T)."""
    return np.arange(T)[:, None] - np.arange(T)


def split(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The gradient of L as the sum of its near terms (lag up to 10) and its far ones."""
    G, far = cells(seed) / T, lags() > FAR
    return G[~far].sum(axis=0), G[far].sum(axis=0)


def rescaled(seed: int = 0) -> np.ndarray:
    """The triangle of ‖S ⊙ G_{t,k}‖ with S = 1/|Σ G_{t,k}|: what the sign makes of each term."""
    total = cells(seed).sum(axis=(0, 1))
    return np.linalg.norm(cells(seed) / np.abs(total), axis=(2, 3))


@cache
def triangle_numbers() -> dict[str, np.ndarray]:
    """The triangle as it is, and after every entry has been rescaled."""
    return {"the gradient": np.linalg.norm(cells(), axis=(2, 3)), "every entry rescaled": rescaled()}


def far_share(size: np.ndarray) -> float:
    """The part of the sum of norms that lies more than ten steps off the diagonal."""
    return float(size[lags() > FAR].sum() / size.sum())


def flips(seeds: int = 20) -> tuple[int, int]:
    """How many signs of the gradient's entries change if its far terms are left out, of how many."""
    pairs = [split(seed) for seed in range(seeds)]
    changed = sum(int((np.sign(near) != np.sign(near + far)).sum()) for near, far in pairs)
    return changed, seeds * H * H


def turned(seeds: int = 20) -> dict[str, float]:
    """The median angle between the first steps with and without the far terms, for each optimizer."""
    found = {}
    for name in ("gradient descent", "Rprop", "RMSProp", "Adam"):
        angles = []
        for seed in range(seeds):
            near, far = split(seed)
            steps = []
            for g in (near + far, near):
                w = torch.zeros(H, H, dtype=torch.float64, requires_grad=True)
                w.grad = torch.tensor(g)
                MAKERS[name]([w]).step()
                steps.append(w.detach().numpy().ravel())
            angles.append(angle(*steps))
        found[name] = float(np.median(angles))
    return found


def far_table() -> str:
    """What is left of the far terms, before and after."""
    shares = {name: far_share(size) for name, size in triangle_numbers().items()}
    lines = [f"far share, {name:22}{share:.1e}" for name, share in shares.items()]
    changed, of = flips()
    lines += ["", f"signs that change without the far terms: {changed} of {of}"]
    lines += [f"angle without them, {name:18}{degrees:8.4f}°" for name, degrees in turned().items()]
    return "\n".join(lines)


def triangle_columns() -> dict[str, list]:
    """The columns of the file behind the picture."""
    t, k = np.tril_indices(T)
    columns = {name: size[t, k].tolist() for name, size in triangle_numbers().items()}
    return {"t": (t + 1).tolist(), "k": (k + 1).tolist(), **columns}


def triangles() -> Figure:
    """Two triangles, each on a scale of its own, five decades deep."""
    fig, axes = plt.subplots(1, 2, figsize=(5.9, 3.5), sharey=True, layout="constrained")
    edges = np.arange(T + 1) + 0.5
    for ax, (name, size) in zip(axes, triangle_numbers().items(), strict=True):
        shown, top = np.ma.masked_where(size == 0, size), size.max()
        picture = ax.pcolormesh(edges, edges, shown, cmap=heat(), norm=LogNorm(top * 1e-5, top))
        picture.set_rasterized(True)
        ax.set(aspect="equal", xticks=[1, 10, 20], yticks=[1, 10, 20], xlabel="step $k$ of the use")
        ax.set_title(name, fontsize=11, color=ink())
        fig.colorbar(picture, ax=ax, location="bottom", shrink=0.9)
    axes[0].invert_yaxis()
    axes[0].set_ylabel("step $t$ of the loss")
    return fig
