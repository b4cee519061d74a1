"""Chapter 11: the terms of the GRU's Jacobian, the two conventions, leaks, and stacks of layers."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from figures.style import faint, ink
from matplotlib.figure import Figure

from course.gated import GRU, gru_forward, logistic
from course.oracles import complex_step

UNITS, NETWORKS, WARM = 16, 20, 20


def random_gru(rng: np.random.Generator, scale: float, h: int = UNITS) -> GRU:
    """Weights by x of standard deviation 1, weights by h of scale/√h, biases zero."""
    W_x, W_h = rng.normal(size=(3 * h, 1)), scale * rng.normal(size=(3 * h, h)) / np.sqrt(h)
    return GRU(W_x, W_h, np.zeros(3 * h), np.zeros(3 * h))


def terms(p: GRU, x: np.ndarray, h: np.ndarray) -> list[np.ndarray]:
    """The four terms of dh_t/dh_{t-1} by cutting edges: through the mean, z, the candidate and r."""
    u_r, u_z, u_n = (p.W_x @ x + p.b_x).reshape(3, -1)

    def new(s: np.ndarray, way: int) -> np.ndarray:
        """One step in which the old state moves on one of its four ways only."""
        seen = [s if n == way else s.real for n in range(4)]
        v_z, v_n, v_r = ((p.W_h @ seen[n] + p.b_h).reshape(3, -1)[row] for n, row in ((1, 1), (2, 2), (3, 0)))
        z = logistic(u_z + v_z)
        return (1 - z) * np.tanh(u_n + logistic(u_r + v_r) * v_n) + z * seen[0]

    return [complex_step(lambda s, way=way: new(s, way), h) for way in range(4)]


@cache
def term_norms(scale: float) -> np.ndarray:
    """Medians over networks of the largest singular values of the four terms, and of their sum."""
    found = []
    for seed in range(NETWORKS):
        rng = np.random.default_rng([seed, 11])
        p, X = random_gru(rng, scale), rng.normal(size=(WARM + 1, 1))
        parts = terms(p, X[-1], gru_forward(p, X[:-1], np.zeros(UNITS))[-1])
        found.append([np.linalg.norm(M, 2) for M in (*parts, sum(parts))])
    return np.median(found, axis=0)


def terms_table() -> str:
    """One line for each scale of the recurrent weights."""
    lines = ["weights    diag z  through z  candidate  through r   all four"]
    for scale in (1.0, 4.0):
        lines.append(f"scale {scale:.0f} " + "".join(f"{size:10.2f}" for size in term_norms(scale)))
    return "\n".join(lines)


@cache
def convention_gaps(scale: float, h: int = UNITS) -> np.ndarray:
    """Medians: the commutator against what the candidate receives, and how the candidate changes."""
    found = []
    for seed in range(NETWORKS):
        rng = np.random.default_rng([seed, 12])
        p, X = random_gru(rng, scale), rng.normal(size=(WARM + 1, 1))
        state = gru_forward(p, X[:-1], np.zeros(h))[-1]
        u, v = (p.W_x @ X[-1]).reshape(3, h), (p.W_h @ state).reshape(3, h)
        r, W = logistic(u[0] + v[0]), p.W_h[2 * h :]
        gap = ((r[None, :] - r[:, None]) * W) @ state
        moved = np.tanh(u[2] + r * v[2] + gap) - np.tanh(u[2] + r * v[2])
        found.append([np.linalg.norm(gap) / np.linalg.norm(r * v[2]), abs(moved).max()])
    return np.median(found, axis=0)


def conventions_table() -> str:
    """One line for each scale of the recurrent weights."""
    lines = ["weights  difference / what arrives  largest change of n"]
    for scale in (1.0, 4.0):
        gap, moved = convention_gaps(scale)
        lines.append(f"scale {scale:.0f} {gap:20.0%} {moved:24.2f}")
    return "\n".join(lines)


# --- leaks ----------------------------------------------------------------------------------------

SCALE, ALPHAS, WIDE = 1.5, (1.0, 0.5, 0.1), 100


@cache
def disc(alpha: float) -> np.ndarray:
    """The eigenvalues of one Gaussian matrix of scale 1.5, seen through a leak."""
    W = SCALE * np.random.default_rng(3).normal(size=(WIDE, WIDE)) / np.sqrt(WIDE)
    return np.linalg.eigvals((1 - alpha) * np.eye(WIDE) + alpha * W)


def leak_columns() -> dict[str, list[float]]:
    """Real and imaginary parts, one pair of columns for each leak."""
    return {f"{part}, {a}": getattr(disc(a), part).tolist() for a in ALPHAS for part in ("real", "imag")}


def leak() -> Figure:
    """Three discs of eigenvalues that touch the right side of 1."""
    fig, ax = plt.subplots(figsize=(5.0, 4.4))
    turn = np.exp(2j * np.pi * np.linspace(0, 1, 400))
    ax.plot(turn.real, turn.imag, color=ink(), linewidth=1.2)
    for n, alpha in enumerate(ALPHAS):
        name = "no leak" if alpha == 1 else rf"$\alpha = {alpha}$"
        ax.plot(disc(alpha).real, disc(alpha).imag, ".", color=f"C{n}", label=name, ms=5)
        edge = 1 - alpha + alpha * SCALE * turn
        ax.plot(edge.real, edge.imag, color=f"C{n}", linewidth=0.8, linestyle=":")
    ax.axvline(1, color=faint(), linewidth=0.8)
    ax.set(aspect="equal", xlabel="real part", ylabel="imaginary part", xlim=(-1.8, 1.9), ylim=(-1.75, 2.2))
    ax.legend(loc="upper center", ncol=3, fontsize=10)
    return fig


# --- depth ----------------------------------------------------------------------------------------

LAYERS, WIDTH, STACKS = 50, 64, 5
KINDS = ("plain", "residual", "highway")


@cache
def depth_numbers(kind: str, scale: float) -> np.ndarray:
    """‖J‖/√64 from the input to each layer, the median of five stacks, (layers)."""
    found = []
    for seed in range(STACKS):
        rng = np.random.default_rng([seed, 13])
        x = rng.normal(size=(WIDTH, 1)) + 1e-30j * np.eye(WIDTH)  # one column for each direction
        sizes = []
        for _ in range(LAYERS):
            W, gate = scale * rng.normal(size=(2, WIDTH, WIDTH)) / np.sqrt(WIDTH)
            F = np.tanh(W @ x)
            alpha = logistic(gate @ x - 2)
            x = {"plain": F, "residual": x + F, "highway": x + alpha * (F - x)}[kind]
            sizes.append(np.linalg.norm(x.imag) / 1e-30 / np.sqrt(WIDTH))
        found.append(sizes)
    return np.median(found, axis=0)


def depth_columns() -> dict[str, list[float]]:
    """One column for each kind of layer and scale."""
    columns = {
        f"{kind}, scale {s:.0f}": depth_numbers(kind, s).tolist() for s in (1.0, 2.0) for kind in KINDS
    }
    return {"layer": list(range(1, LAYERS + 1))} | columns


def depth() -> Figure:
    """The stretch against the layer for both scales."""
    fig, axes = plt.subplots(1, 2, figsize=(5.8, 3.5), sharey=True)
    for ax, scale in zip(axes, (1.0, 2.0), strict=True):
        for n, (kind, style) in enumerate(zip(KINDS, ("-", "--", "-."), strict=True)):
            ax.semilogy(range(1, LAYERS + 1), depth_numbers(kind, scale), style, color=f"C{n}", label=kind)
        ax.axhline(1, color=faint(), linewidth=0.8)
        ax.set_title(f"scale {scale:.0f}", fontsize=11)
        ax.set_xlabel("layer $k$")
        ax.minorticks_off()
    axes[0].set_ylabel(r"$\|J\|/\sqrt{64}$")
    axes[0].legend(loc="upper left", fontsize=10)
    return fig
