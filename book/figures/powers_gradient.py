"""Chapter 5: terms of a gradient that turn to an eigenvector, totals that do not, and random matrices."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.style import faint, heat, ink
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

UNITS, STEPS, DRAWS = 5, 45, 50_001
RADII = (0.8, 1.2)

# --- terms and totals -----------------------------------------------------------------------------


def drawn_spectra(rng: np.random.Generator) -> np.ndarray:
    """Eigenvalues of symmetric matrices with normal entries, by falling modulus, the first of modulus 1."""
    A = rng.normal(size=(DRAWS, UNITS, UNITS))
    spectrum = np.linalg.eigvalsh(A + A.swapaxes(1, 2))
    order = np.argsort(-abs(spectrum), axis=1)
    spectrum = np.take_along_axis(spectrum, order, axis=1)
    return spectrum / abs(spectrum[:, :1])


@cache
def cosines(radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Median cosines with v_1, for every number of steps: of the oldest term alone, and of the total.

    W is symmetric with normal entries, scaled to the given radius; the errors are normal columns. All is
    written in the eigenvectors of W, which changes no angle.
    """
    rng = np.random.default_rng(45)
    spectrum = radius * drawn_spectra(rng)
    total, term, rows = np.zeros((DRAWS, UNITS)), np.ones((DRAWS, UNITS)), []
    for _ in range(STEPS):
        error = term * rng.normal(size=(DRAWS, UNITS))
        total += error
        rows.append([np.median(abs(y[:, 0]) / np.linalg.norm(y, axis=1)) for y in (error, total)])
        term *= spectrum
    one, whole = np.array(rows).T
    return one, whole


@cache
def limit_cosine(radius: float) -> float:
    """The median cosine of the total with v_1 after infinitely many steps, below radius 1.

    The coordinates are independent and normal, with the variances 1/(1 - λ_j²) of {eq}`eq-powers-variance`.
    """
    rng = np.random.default_rng(45)
    spectrum = radius * drawn_spectra(rng)
    y = rng.normal(size=spectrum.shape) / np.sqrt(1 - spectrum**2)
    return float(np.median(abs(y[:, 0]) / np.linalg.norm(y, axis=1)))


def cosine_numbers() -> dict[str, list[float]]:
    """The medians as columns."""
    columns: dict[str, list[float]] = {"steps": list(range(STEPS))}
    for radius in RADII:
        one, whole = cosines(radius)
        columns |= {f"term, {radius}": one.tolist(), f"total, {radius}": whole.tolist()}
    return columns


def turning() -> Figure:
    """The cosine with v_1 of a term and of the total, below and above radius 1."""
    numbers = cosine_numbers()
    fig, axes = plt.subplots(1, 2, figsize=(5.8, 3.4), sharey=True, layout="constrained")
    for ax, radius in zip(axes, RADII, strict=True):
        ax.plot(numbers["steps"], numbers[f"term, {radius}"], "--", color="C0", label="one term")
        ax.plot(numbers["steps"], numbers[f"total, {radius}"], color="C1", label="the total")
        ax.set_title(rf"$\rho(W) = {radius}$", fontsize=11, color=ink())
        ax.set(xlabel="steps back", ylim=(0, 1.04))
    axes[0].set_ylabel("median cosine with $v_1$")
    axes[0].legend(loc="center right", bbox_to_anchor=(1.0, 0.7), fontsize=10)
    return fig


# --- the triangle ---------------------------------------------------------------------------------

SIDE = 14


@cache
def carried(radius: float) -> tuple[np.ndarray, np.ndarray]:
    """The gradient of loss t by a_k in a linear network, all norms and all cosines with v_1, by autograd."""
    rng = np.random.default_rng(9)
    Q = np.linalg.qr(rng.normal(size=(UNITS, UNITS)))[0]
    W, v = radius * (Q * [1.0, -0.6, 0.5, -0.3, 0.1]) @ Q.T, Q[:, 0]
    moves = torch.zeros(SIDE, UNITS, dtype=torch.float64, requires_grad=True)
    h = torch.zeros(UNITS, dtype=torch.float64)
    size, cosine = np.zeros((2, SIDE, SIDE))
    for t in range(SIDE):
        h = torch.tensor(W) @ h + moves[t]
        error = torch.tensor(rng.normal(size=UNITS))
        (g,) = torch.autograd.grad(error / error.norm() @ h, moves, retain_graph=True)
        size[t] = g.norm(dim=1).numpy()
        cosine[t, : t + 1] = abs(g[: t + 1].numpy() @ v) / size[t, : t + 1]
    return size, cosine


def triangle_numbers() -> dict[str, list[float]]:
    """One line for each pair of a loss and a use."""
    pairs = [(t, k) for t in range(SIDE) for k in range(t + 1)]
    columns: dict[str, list[float]] = {"t": [t + 1 for t, _ in pairs], "k": [k + 1 for _, k in pairs]}
    for radius in RADII:
        for name, table in zip(("size", "cosine"), carried(radius), strict=True):
            columns[f"{name}, {radius}"] = [float(table[pair]) for pair in pairs]
    return columns


def triangles() -> Figure:
    """Sizes above, cosines with v_1 below; radius 0.8 on the left, 1.2 on the right."""
    fig, axes = plt.subplots(2, 2, figsize=(5.8, 5.4), sharex=True, sharey=True, layout="constrained")
    edges = np.arange(SIDE + 1) + 0.5
    hidden = np.triu(np.ones((SIDE, SIDE), dtype=bool), 1)
    for column, radius in enumerate(RADII):
        size, cosine = carried(radius)
        for row, table in enumerate((size, cosine)):
            norm = {"norm": LogNorm(0.05, 20)} if row == 0 else {"vmin": 0, "vmax": 1}
            shown = np.ma.masked_where(hidden, table)
            picture = axes[row, column].pcolormesh(edges, edges, shown, cmap=heat(), **norm)
            picture.set_rasterized(True)
            axes[row, column].set(aspect="equal", xticks=[1, 7, 14], yticks=[1, 7, 14])
            if column == 1:
                words = "size" if row == 0 else "cosine with $v_1$"
                fig.colorbar(picture, ax=axes[row, :], label=words, shrink=0.85)
        axes[0, column].set_title(rf"$\rho(W) = {radius}$", fontsize=11, color=ink())
    axes[0, 0].invert_yaxis()
    fig.supxlabel("step $k$ of the use", fontsize=10)
    fig.supylabel("step $t$ of the loss", fontsize=10)
    return fig


# --- random matrices ------------------------------------------------------------------------------

LARGE = 400


@cache
def spectra() -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues of a Gaussian matrix at scale g = 1, and of its symmetric relative at the same scale."""
    A = np.random.default_rng(2).normal(size=(LARGE, LARGE)) / np.sqrt(LARGE)
    return np.linalg.eigvals(A), np.linalg.eigvalsh((A + A.T) / np.sqrt(2))


def random_numbers() -> dict[str, list[float]]:
    """Both spectra as columns."""
    disk, line = spectra()
    return {"real": disk.real.tolist(), "imaginary": disk.imag.tolist(), "symmetric": line.tolist()}


def random_spectra() -> Figure:
    """The disk of radius g, and the half-ellipse that reaches to 2g."""
    disk, line = spectra()
    fig, axes = plt.subplots(1, 2, figsize=(5.8, 3.1), layout="constrained")
    turn = np.linspace(0, 2 * np.pi, 181)
    # Very short lines with round ends: one path weighs half of what 400 marks do.
    dots = np.stack([disk - 0.004, disk + 0.004, np.full(LARGE, np.nan)], axis=1).ravel()
    axes[0].plot(dots.real, dots.imag, color="C0", linewidth=1.9, solid_capstyle="round")
    axes[0].plot(np.cos(turn), np.sin(turn), color="C1", linewidth=1.4)
    axes[0].set(aspect="equal", xlim=(-1.25, 1.25), ylim=(-1.25, 1.25), xlabel="real", ylabel="imaginary")
    axes[0].set(xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    axes[0].set_title("Gaussian", fontsize=11, color=ink())
    axes[1].hist(line, bins=np.linspace(-2.2, 2.2, 34), density=True, color="C0", alpha=0.65)
    u = np.linspace(-2, 2, 201)
    axes[1].plot(u, np.sqrt(4 - u**2) / (2 * np.pi), color="C1", linewidth=1.6)
    axes[1].set(xlabel="eigenvalue", ylabel="density", xticks=[-2, -1, 0, 1, 2])
    axes[1].set_title("symmetric", fontsize=11, color=ink())
    for ax in axes:
        ax.axvline(0, color=faint(), linewidth=0.6)
    return fig
