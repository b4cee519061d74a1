"""The second half of chapter 4's figures: masks, checkpoints, and a thousand steps, all measured."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.bptt import STEP, triangle_case
from figures.style import faint, heat, ink
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch.utils.checkpoint import checkpoint

from course.models import RNN, rnn_forward, rnn_loss

LENGTHS = (12, 9, 7, 4, 2)  # of the sequences in the picture of the masks


# --- the masks ------------------------------------------------------------------------------------


@cache
def input_gradients(masked: bool) -> np.ndarray:
    """The norm of the gradient by x_t of every padded sequence, (N, T), with or without a masked loss."""
    p, *_ = triangle_case()
    rng = np.random.default_rng(12)
    T, d, q, h = LENGTHS[0], p.W_hx.shape[1], len(p.b_q), len(p.b_h)
    norms = np.zeros((len(LENGTHS), T))
    for n, length in enumerate(LENGTHS):
        X, Y, h_0 = rng.normal(size=(T, d)), rng.normal(size=(T, q)), rng.normal(size=h)
        X[length:], Y[length:] = 0.0, 0.0
        counted = length if masked else T
        for t, i in np.ndindex(T, d):
            moved = X.astype(complex)
            moved[t, i] += 1j * STEP
            errors = (rnn_forward(p, moved, h_0)[1] - Y)[:counted]
            norms[n, t] += (np.imag(0.5 * np.sum(errors**2)) / counted / STEP) ** 2
    return np.sqrt(norms)


def masks() -> Figure:
    """Where the gradient by the inputs is zero: padding, if the loss is masked, and only then."""
    fig, axes = plt.subplots(2, 1, figsize=(5.6, 4.4), sharex=True)
    for ax, masked in zip(axes, (True, False), strict=True):
        norms = input_gradients(masked)
        N, T = norms.shape
        edges = (np.arange(T + 1) + 0.5, np.arange(N + 1) + 0.5)
        picture = ax.pcolormesh(
            *edges, np.ma.masked_where(norms == 0, norms), cmap=heat(), norm=LogNorm(1e-3, 1)
        )
        for n, length in enumerate(LENGTHS, start=1):
            box = Rectangle(
                (length + 0.5, n - 0.5), T - length, 1, hatch="///", facecolor="none", linewidth=0
            )
            ax.add_patch(box)
            ax.plot([length + 0.5] * 2, [n - 0.5, n + 0.5], color=ink(), linewidth=2)
        ax.set(
            ylabel="sequence", title="loss masked" if masked else "loss not masked", yticks=range(1, N + 1)
        )
        ax.invert_yaxis()
    axes[1].set(xlabel="step $t$ (hatched: padding)", xticks=range(1, LENGTHS[0] + 1))
    fig.colorbar(picture, ax=axes, label=r"$\|\partial L/\partial x_t\|$", extend="min", shrink=0.8)
    return fig


# --- checkpoints ----------------------------------------------------------------------------------


class _Alive:
    """Counts the different states that autograd keeps, at any moment and at the worst."""

    def __init__(self, width: int) -> None:
        self.width, self.users, self.worst = width, {}, 0

    def keep(self, tensor: torch.Tensor) -> "_Kept":
        return _Kept(self, tensor)


class _Kept:
    """One tensor kept by one operation; a state kept by several operations is counted once."""

    def __init__(self, alive: _Alive, tensor: torch.Tensor) -> None:
        self.alive, self.tensor = alive, tensor
        self.key = tensor.data_ptr() if tensor.shape == (alive.width,) else None
        if self.key is not None:
            alive.users[self.key] = alive.users.get(self.key, 0) + 1
            alive.worst = max(alive.worst, len(alive.users))

    def __del__(self) -> None:
        if self.key is not None:
            self.alive.users[self.key] -= 1
            if not self.alive.users[self.key]:
                del self.alive.users[self.key]


def _segment(
    W: torch.Tensor, h: torch.Tensor, loss: torch.Tensor, X: torch.Tensor
) -> tuple[torch.Tensor, ...]:
    for x in X:
        h = torch.tanh(W @ h + x)
        loss = loss + h.sum()
    return h, loss


@cache
def states_alive(T: int, every: int) -> int:
    """The largest number of states kept at once when torch checkpoints every so many steps, measured."""
    width = 7
    generator = torch.Generator().manual_seed(0)
    W = torch.randn(width, width, generator=generator).div_(3).requires_grad_()
    X = torch.randn(T, width, generator=generator)
    h, loss = torch.randn(width, generator=generator).requires_grad_(), torch.zeros(())
    alive = _Alive(width)
    with torch.autograd.graph.saved_tensors_hooks(alive.keep, lambda kept: kept.tensor):
        for part in X.split(every):
            h, loss = checkpoint(_segment, W, h, loss, part, use_reentrant=True)
        loss.backward()
    return alive.worst


def checkpoint_numbers(T: int = 256) -> dict[str, list[int]]:
    """The states alive for every spacing that divides T."""
    spacings = [s for s in range(1, T + 1) if T % s == 0]
    return {"spacing": spacings, "states": [states_alive(T, s) for s in spacings]}


def checkpoints() -> Figure:
    """States alive against the spacing of the checkpoints: measured, and the formula."""
    T = 256
    numbers = checkpoint_numbers(T)
    s = np.geomspace(1, T, 200)
    fig, ax = plt.subplots(figsize=(5.6, 3.4))
    ax.loglog(s, T / s + s, color="C0", label="$T/s + s$")
    ax.loglog(numbers["spacing"], numbers["states"], "o", color="C1", label="measured in torch")
    ax.axhline(T + 1, color=faint(), linestyle="--", linewidth=1.2)
    ax.text(16, 1.1 * T, "no checkpoints: $T+1$ states", ha="center", va="bottom", color=faint())
    ax.set(xlabel="spacing $s$ of the checkpoints", ylabel="states alive at the worst moment", ylim=(22, 450))
    ax.set_xticks([1, 4, 16, 64, 256], ["1", "4", "16", "64", "256"])
    ax.set_yticks([32, 64, 128, 256], ["32", "64", "128", "256"])
    ax.minorticks_off()
    ax.legend(loc="lower left")
    return fig


# --- a thousand steps -----------------------------------------------------------------------------


def thousand_steps(T: int, d: int, h: int, q: int) -> str:
    """Full BPTT by autograd on a long sequence, judged by the complex step in a random direction."""
    rng = np.random.default_rng(0)
    W = 0.9 * rng.normal(size=(h, h)) / np.sqrt(h)
    p = RNN(
        rng.normal(size=(h, d)) / np.sqrt(d),
        W,
        np.zeros(h),
        rng.normal(size=(q, h)) / np.sqrt(h),
        np.zeros(q),
    )
    X, Y, h_0, V = (rng.normal(size=size) for size in ((T, d), (T, q), h, (h, h)))
    along = np.imag(rnn_loss(p._replace(W_hh=W + 1j * STEP * V), X, Y, h_0)) / STEP

    recurrent = torch.tensor(W, requires_grad=True)
    state, states = torch.tensor(h_0), []
    for a in torch.tensor(X @ p.W_hx.T):
        state = torch.tanh(a + recurrent @ state)
        states.append(state)
    outputs = torch.stack(states) @ torch.tensor(p.W_qh.T)
    (((outputs - torch.tensor(Y)) ** 2).sum() / (2 * T)).backward()

    gap = abs(float((recurrent.grad.numpy() * V).sum()) / along - 1)
    return (
        f"relative difference of the derivative along V below 1e-12: {gap < 1e-12}\n"
        f"multiplications, forward and backward: {3 * T * (h * d + h * h + q * h) / 1e6:.0f} million\n"
        f"states kept: {(T + 1) * h * 8 / 1e6:.1f} MB"
    )
