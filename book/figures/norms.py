"""Chapter 6: transient growth, products of changing Jacobians, and an explosion below radius one."""

from collections.abc import Callable
from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.style import heat, ink
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

# --- transient growth -----------------------------------------------------------------------------

TRANSIENT = np.array([[0.9, 10.0], [0.0, 0.9]])
LAST = 120


@cache
def transient_numbers() -> dict[str, list[float]]:
    """The norm of every power, and what radius and norm alone would say."""
    top = np.linalg.norm(TRANSIENT, 2)
    powers = [np.linalg.matrix_power(TRANSIENT, k) for k in range(LAST + 1)]
    return {
        "k": list(range(LAST + 1)),
        "norm of the power": [float(np.linalg.norm(P, 2)) for P in powers],
        "radius to the k": [0.9**k for k in range(LAST + 1)],
        "norm to the k": [float(top**k) for k in range(LAST + 1)],
    }


def transient() -> Figure:
    """The powers of a matrix with radius 0.9, between two straight lines."""
    numbers = transient_numbers()
    fig, ax = plt.subplots(figsize=(5.6, 3.9))
    labels = {
        "norm of the power": (r"$\|M^k\|$", "-", "C0"),
        "radius to the k": (r"$\rho(M)^k$", "--", "C1"),
        "norm to the k": (r"$\|M\|^k$", ":", "C2"),
    }
    for name, (label, style, colour) in labels.items():
        ax.semilogy(numbers["k"], numbers[name], style, color=colour, label=label)
    ax.axhline(1, color=ink(), linewidth=0.6)
    ax.set(xlabel="power $k$", ylabel="size", ylim=(1e-6, 1e4))
    ax.set_yticks([1e-6, 1e-4, 1e-2, 1, 100, 1e4])
    ax.minorticks_off()
    ax.legend(loc="upper right", fontsize=11)
    return fig


SIDE = 40


@cache
def carried(which: str) -> np.ndarray:
    """The size of the gradient of loss t by a_k in a linear network with the matrix of that name, (t, k)."""
    W = torch.tensor(TRANSIENT if which == "not normal" else 0.9 * np.eye(2))
    rng = np.random.default_rng(12)
    moves = torch.zeros(SIDE, 2, dtype=torch.float64, requires_grad=True)
    h, size = torch.zeros(2, dtype=torch.float64), np.zeros((SIDE, SIDE))
    for t in range(SIDE):
        h = W @ h + moves[t]
        error = torch.tensor(rng.normal(size=2))
        (g,) = torch.autograd.grad(error / error.norm() @ h, moves, retain_graph=True)
        size[t] = g.norm(dim=1).numpy()
    return size


def triangle_numbers() -> dict[str, list[float]]:
    """One line for each pair of a loss and a use."""
    pairs = [(t, k) for t in range(SIDE) for k in range(t + 1)]
    columns: dict[str, list[float]] = {"t": [t + 1 for t, _ in pairs], "k": [k + 1 for _, k in pairs]}
    return columns | {
        name: [float(carried(name)[pair]) for pair in pairs] for name in ("normal", "not normal")
    }


def triangles() -> Figure:
    """Two matrices with the same eigenvalues: one triangle fades, the other swells first."""
    fig, axes = plt.subplots(1, 2, figsize=(5.8, 3.2), sharey=True, layout="constrained")
    edges = np.arange(SIDE + 1) + 0.5
    for ax, name in zip(axes, ("normal", "not normal"), strict=True):
        shown = np.ma.masked_equal(carried(name), 0)
        picture = ax.pcolormesh(edges, edges, shown, cmap=heat(), norm=LogNorm(0.01, 40))
        picture.set_rasterized(True)
        ax.set(aspect="equal", xticks=[1, 20, 40], yticks=[1, 20, 40], xlabel="step $k$ of the use")
        ax.set_title(name, fontsize=11, color=ink())
    axes[0].invert_yaxis()
    axes[0].set_ylabel("step $t$ of the loss")
    fig.colorbar(picture, ax=axes, label="size", shrink=0.8)
    return fig


# --- explosion below one --------------------------------------------------------------------------

NILPOTENT = np.array([[2.0, 2.0], [-2.0, -2.0]])
HELD = np.array([0.0, np.arctanh(np.sqrt(0.9))])  # slopes of tanh: 1 and 0.1
STEP = 1e-60  # of the complex step; 1.8^100 times it is still tiny
RUN = 100

Input = Callable[[np.ndarray], np.ndarray]


def held_run(x: Input) -> tuple[np.ndarray, np.ndarray]:
    """The norm of dh_k/dh_0 and the distance of h_k from the fixed point; x gets the real last state.

    The start misses the fixed point by 1e-15, a few units in the last place.
    """
    start = np.tanh(HELD) + np.array([1e-15, 0.0])
    H = start[:, None] + 1j * STEP * np.eye(2)  # one column for each direction
    sizes, distances = [], []
    for _ in range(RUN):
        H = np.tanh(x(H[:, 0].real)[:, None] + NILPOTENT @ H)
        sizes.append(np.linalg.norm(H.imag / STEP, 2))
        distances.append(np.linalg.norm(H[:, 0].real - np.tanh(HELD)))
    return np.array(sizes), np.array(distances)


@cache
def below_one() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """One run with a constant input, and one whose input imposes the pre-activation at every step."""
    constant = HELD - NILPOTENT @ np.tanh(HELD)
    return {
        "constant input": held_run(lambda h: constant),
        "imposed": held_run(lambda h: HELD - NILPOTENT @ h),
    }


def below_one_numbers() -> dict[str, list[float]]:
    """Both runs as columns."""
    columns: dict[str, list[float]] = {"k": list(range(1, RUN + 1))}
    for name, (sizes, distances) in below_one().items():
        columns |= {f"size, {name}": sizes.tolist(), f"distance, {name}": distances.tolist()}
    return columns


def explosion() -> Figure:
    """The gradient above, the distance from the fixed point below."""
    k, runs = np.arange(1, RUN + 1), below_one()
    fig, axes = plt.subplots(2, 1, figsize=(5.6, 4.8), sharex=True, layout="constrained")
    for (name, (sizes, distances)), style, colour in zip(
        runs.items(), ("-", "--"), ("C0", "C1"), strict=True
    ):
        axes[0].semilogy(k, sizes, style, color=colour, label=name)
        axes[1].semilogy(k, np.maximum(distances, 1e-17), style, color=colour, label=name)
    axes[0].set(
        ylabel=r"$\|\mathrm{d}h_k/\mathrm{d}h_0\|$", ylim=(1e-13, 1e28), yticks=[1e-10, 1, 1e10, 1e20]
    )
    axes[1].set(ylabel="distance of $h_k$", xlabel="step $k$", ylim=(3e-18, 30))
    axes[1].set_yticks([1e-16, 1e-12, 1e-8, 1e-4, 1])
    for ax in axes:
        ax.minorticks_off()
    axes[0].legend(loc="upper left", fontsize=10)
    return fig
