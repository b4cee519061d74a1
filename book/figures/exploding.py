"""Chapter 7, first figures: the triangle at three scales; a bounded state with a growing Jacobian."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.style import faint, heat, ink
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

SCALES = (0.5, 1.0, 4.0)  # g: the recurrent weights have the standard deviation g/√n
T, UNITS, SEQUENCES = 20, 64, 32


# --- the triangle of lags -------------------------------------------------------------------------


@cache
def lag_triangle(g: float) -> np.ndarray:
    """The root mean square over 32 sequences of the norm of G_{t,k}, (T, T), by autograd on copies of W."""
    rng = np.random.default_rng(7)
    W = torch.tensor(g * rng.normal(size=(UNITS, UNITS)) / np.sqrt(UNITS))
    out = torch.tensor(rng.normal(size=UNITS) / np.sqrt(UNITS))
    X = torch.tensor(0.1 * rng.normal(size=(SEQUENCES, T, UNITS)))
    Y = torch.tensor(rng.normal(size=(SEQUENCES, T)))
    h = torch.tensor(0.5 * rng.normal(size=(SEQUENCES, UNITS)))
    uses = [W.expand(SEQUENCES, -1, -1).clone().requires_grad_() for _ in range(T)]
    size = np.zeros((T, T))
    for t, copy in enumerate(uses):
        h = torch.tanh(torch.einsum("nij,nj->ni", copy, h) + X[:, t])
        loss = 0.5 * ((h @ out - Y[:, t]) ** 2).sum()
        for k, G in enumerate(torch.autograd.grad(loss, uses[: t + 1], retain_graph=True)):
            size[t, k] = np.sqrt((G**2).sum((1, 2)).mean().item())
    return size


def profile(g: float) -> np.ndarray:
    """The root mean square over t of the norm of G_{t,t-lag}, for the lags 0 … T-1."""
    size = lag_triangle(g)
    return np.array([np.sqrt(np.mean(np.diagonal(size, -lag) ** 2)) for lag in range(T)])


def lag_numbers() -> dict[str, list]:
    """The columns of the file behind the picture: one line for each pair."""
    t, k = np.tril_indices(T)
    columns = {f"g = {g}": lag_triangle(g)[t, k].tolist() for g in SCALES}
    return {"t": (t + 1).tolist(), "k": (k + 1).tolist(), **columns}


def lag_triangles() -> Figure:
    """Three triangles in one scale of colours, and their mean along the diagonals."""
    fig, axes = plt.subplots(2, 2, figsize=(6, 5.8))
    edges = np.arange(T + 1) + 0.5
    for ax, g in zip(axes.flat, SCALES, strict=False):
        size = np.ma.masked_where(lag_triangle(g) == 0, lag_triangle(g))
        picture = ax.pcolormesh(edges, edges, size, cmap=heat(), norm=LogNorm(1e-5, 1e4))
        ax.text(14.5, 5, f"$g = {g:g}$", ha="center", color=ink(), fontsize=13)
        ax.set(aspect="equal", xticks=[1, 10, 20], yticks=[1, 10, 20])
        ax.invert_yaxis()
    axes[0, 0].set(ylabel="loss $t$")
    axes[1, 0].set(ylabel="loss $t$", xlabel="use $k$")
    fig.colorbar(picture, ax=axes[:, 0], label=r"$\|G_{t,k}\|$", extend="min", location="bottom", shrink=0.9)
    ax = axes[1, 1]
    for g, style, colour in zip(SCALES, ("-", "--", "-."), ("C0", "C2", "C1"), strict=True):
        ax.semilogy(profile(g), style, color=colour)
        ax.text(T - 0.5, profile(g)[-1], f"$g = {g:g}$", color=colour, va="center", fontsize=10)
    ax.set(xlabel="lag $t - k$", xlim=(0, 26), ylim=(1e-7, 1e5), xticks=[0, 10, 19])
    ax.set_yticks([1e-6, 1e-4, 1e-2, 1, 100])
    ax.minorticks_off()
    return fig


# --- forward and backward -------------------------------------------------------------------------


@cache
def growth(activation: str, g: float = 4.0, n: int = 100, steps: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """The norm of the state over √n, and the largest singular value of dh_t/dh_0, for t = 0 … steps."""
    rng = np.random.default_rng(3)
    W, h, J = g * rng.normal(size=(n, n)) / np.sqrt(n), rng.normal(size=n), np.eye(n)
    phi, slope = {
        "tanh": (np.tanh, lambda a: 1 / np.cosh(a) ** 2),
        "ReLU": (lambda a: np.maximum(a, 0), lambda a: (a > 0).astype(float)),
    }[activation]
    states, journeys = [h], [J]
    for _ in range(steps):
        a = W @ h
        h, J = phi(a), slope(a)[:, None] * (W @ J)
        states.append(h)
        journeys.append(J)
    return np.linalg.norm(states, axis=1) / np.sqrt(n), np.linalg.norm(journeys, 2, axis=(1, 2))


def growth_numbers() -> dict[str, np.ndarray]:
    """The four curves as the columns of a file."""
    columns = {}
    for name in ("tanh", "ReLU"):
        columns[f"{name} state"], columns[f"{name} Jacobian"] = growth(name)
    return {"t": np.arange(len(columns["tanh state"])), **columns}


def forward_and_backward() -> Figure:
    """The state and its Jacobian against time, for tanh and for ReLU."""
    fig, axes = plt.subplots(1, 2, figsize=(6, 3.4), sharex=True, sharey=True)
    for ax, name in zip(axes, ("tanh", "ReLU"), strict=True):
        state, journey = growth(name)
        ax.semilogy(journey, "-", color="C1", label=r"$s_{\max}(\mathrm{d}h_t/\mathrm{d}h_0)$")
        ax.semilogy(state, "--", color="C0", label=r"$\|h_t\| / \sqrt{n}$")
        ax.axhline(1, color=faint(), linewidth=0.8)
        ax.set(title=name, xlabel="step $t$")
    axes[0].legend(loc="upper left", fontsize=10)
    return fig
