"""Chapter 9: clipping inside the backward pass, by hooks, and what it does to the triangle."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.clipping_training import angle
from figures.style import faint, heat, ink
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

T, D, H, Q, G = 16, 3, 12, 2, 2.5
THRESHOLD = 0.3
Hook = Callable[[torch.Tensor], torch.Tensor]


class Net(NamedTuple):
    """A random tanh network with data; the weights are fixed, each step reads a copy of W_hh of its own."""

    given: torch.Tensor
    W_hh: torch.Tensor
    W_qh: torch.Tensor
    Y: torch.Tensor
    h_0: torch.Tensor


def network(seed: int) -> Net:
    """T steps, H units, entries of W_hh with standard deviation G/√H."""
    rng = np.random.default_rng(seed)
    X, W_hx = rng.normal(size=(T, D)), 0.5 * rng.normal(size=(H, D))
    W_hh, W_qh = G * rng.normal(size=(H, H)) / np.sqrt(H), rng.normal(size=(Q, H)) / np.sqrt(H)
    parts = (X @ W_hx.T, W_hh, W_qh, rng.normal(size=(T, Q)), 0.5 * rng.normal(size=H))
    return Net(*map(torch.tensor, parts))


def by_norm(c: float) -> Hook:
    """A hook that shortens what passes to the length c, if it is longer."""
    return lambda passing: torch.renorm(passing[None], 2, 0, c)[0]


def by_value(c: float) -> Hook:
    """A hook that clips every entry of what passes."""
    return lambda passing: torch.clamp(passing, -c, c)


def losses(net: Net, uses: list[torch.Tensor], hook: Hook | None = None) -> list[torch.Tensor]:
    """The loss of every step when step t reads uses[t]; a hook, if given, sits on every state."""
    h, found = net.h_0, []
    for given, y, W in zip(net.given, net.Y, uses, strict=True):
        h = torch.tanh(given + W @ h)
        if hook:
            h.register_hook(hook)
        found.append(0.5 * ((net.W_qh @ h - y) ** 2).sum())
    return found


def copies(net: Net) -> list[torch.Tensor]:
    """One copy of W_hh for each step."""
    return [net.W_hh.clone().requires_grad_() for _ in range(T)]


def gradient(net: Net, hook: Hook | None = None) -> np.ndarray:
    """∂L/∂W_hh, (H, H), or what a hook makes of it."""
    uses = copies(net)
    parts = torch.autograd.grad(sum(losses(net, uses, hook)) / T, uses)
    return sum(parts).numpy()


@cache
def factors(seed: int, c: float) -> np.ndarray:
    """What the clip by norm multiplies the adjoint of h_1 … h_T by, in one backward pass of L."""
    net, found = network(seed), []

    def note(passing: torch.Tensor) -> torch.Tensor:
        clipped = by_norm(c)(passing)
        found.append(float(clipped.norm() / passing.norm()))
        return clipped

    gradient(net, note)
    return np.array(found[::-1])


@cache
def entries(seed: int) -> np.ndarray:
    """G[t-1, k-1]: the gradient of the loss of step t by the copy of step k, (T, T, H, H)."""
    net = network(seed)
    uses, found = copies(net), np.zeros((T, T, H, H))
    for t, loss in enumerate(losses(net, uses)):
        for k, part in enumerate(torch.autograd.grad(loss, uses[: t + 1], retain_graph=True)):
            found[t, k] = part.numpy()
    return found


def paths(s: np.ndarray) -> np.ndarray:
    """The products s_k ⋯ s_t for all k ≤ t, (T, T), and 0 above the diagonal."""
    return np.array([[np.prod(s[k : t + 1]) if k <= t else 0.0 for k in range(T)] for t in range(T)])


SEED = 0


@cache
def triangle_numbers() -> dict[str, np.ndarray]:
    """The norms of G_{t,k}: as they are, after a clip of the sum to the same length, and clipped inside."""
    net, size = network(SEED), np.linalg.norm(entries(SEED), axis=(2, 3))
    inside = gradient(net, by_norm(THRESHOLD))
    return {
        "not clipped": size,
        "clipped after": np.linalg.norm(inside) / np.linalg.norm(gradient(net)) * size,
        "clipped inside": paths(factors(SEED, THRESHOLD)) * size,
    }


def triangle_columns() -> dict[str, list]:
    """The columns of the file behind the picture."""
    t, k = np.tril_indices(T)
    columns = {name: size[t, k].tolist() for name, size in triangle_numbers().items()}
    return {"t": (t + 1).tolist(), "k": (k + 1).tolist(), **columns}


def triangles() -> Figure:
    """Three triangles in one scale of colours: before, after a clip of the sum, after clips inside."""
    fig, axes = plt.subplots(3, 1, figsize=(4.6, 9.0), sharex=True, layout="compressed")
    edges = np.arange(T + 1) + 0.5
    for ax, (name, size) in zip(axes, triangle_numbers().items(), strict=True):
        shown = np.ma.masked_where(size == 0, size)
        picture = ax.pcolormesh(edges, edges, shown, cmap=heat(), norm=LogNorm(1e-2, 90))
        ax.text(11.3, 3.6, name, ha="center", va="center", color=ink(), fontsize=12)
        ax.set(
            ylabel=r"step $t$ of the loss", aspect="equal", xticks=[1, 4, 8, 12, 16], yticks=[1, 4, 8, 12, 16]
        )
        ax.invert_yaxis()
    axes[-1].set(xlabel="step $k$ at which $W_{hh}$ is used")
    fig.colorbar(picture, ax=axes, label=r"$\|G_{t,k}\|$", extend="both", shrink=0.5)
    return fig


# --- the bias -------------------------------------------------------------------------------------

LEVELS = tuple(10.0 ** np.arange(1, -4.1, -0.5))
NETWORKS = 51


@cache
def bias() -> dict[str, np.ndarray]:
    """Angles to the right gradient of both clips inside, (levels, networks), and its norms."""
    nets = [network(seed) for seed in range(NETWORKS)]
    right = [gradient(net) for net in nets]
    found = {"norms": np.array([np.linalg.norm(g) for g in right])}
    for name, hook in (("by norm", by_norm), ("by value", by_value)):
        found[name] = np.array(
            [[angle(gradient(net, hook(c)).ravel(), g.ravel()) for net, g in zip(nets, right, strict=True)]
             for c in LEVELS]
        )  # fmt: skip
    return found


def bias_columns() -> dict[str, list[float]]:
    """Medians and quartiles as the columns of a file."""
    columns: dict[str, list[float]] = {"threshold": list(LEVELS)}
    for name in ("by norm", "by value"):
        for q in (25, 50, 75):
            columns[f"{name}, {q}%"] = np.percentile(bias()[name], q, axis=1).tolist()
    return columns


def bias_figure() -> Figure:
    """The angle between the gradient clipped inside and the right one, against the threshold."""
    fig, ax = plt.subplots(figsize=(5.6, 3.7))
    columns = bias_columns()
    for name, colour, style in (("by norm", "C0", "o-"), ("by value", "C1", "s--")):
        low, middle, high = (columns[f"{name}, {q}%"] for q in (25, 50, 75))
        ax.fill_between(LEVELS, low, high, color=colour, alpha=0.2, linewidth=0)
        ax.semilogx(LEVELS, middle, style, color=colour, label=f"every adjoint {name}")
    ax.axhline(0, color="C2", linewidth=2.2)
    ax.text(1e-4, 2, "the sum, by norm", color="C2", fontsize=10, ha="right", va="bottom")
    ax.axhline(90, color=faint(), linewidth=0.8, linestyle=":")
    ax.set(xlabel="threshold $c$ at every state", ylabel="angle to the gradient, degrees", ylim=(-3, 95))
    ax.set_yticks([0, 30, 60, 90])
    ax.invert_xaxis()
    ax.legend(loc="upper left", fontsize=10)
    return fig
