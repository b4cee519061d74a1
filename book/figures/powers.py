"""Chapter 5: Jordan blocks, the luck of a random start, and angles that fall, or do not."""

from functools import cache
from math import comb

import matplotlib.pyplot as plt
import mpmath
import numpy as np
from figures.style import faint, ink
from matplotlib.figure import Figure

# --- Jordan blocks --------------------------------------------------------------------------------

SIZES, JORDAN_LAMBDA = (1, 2, 3, 4), 0.9


def corner(m: int, k: int, value: float = JORDAN_LAMBDA) -> float:
    """The upper right entry of the k-th power of a block of size m: eq-powers-corner."""
    return comb(k, m - 1) * value ** max(k - m + 1, 0)


@cache
def jordan_numbers() -> dict[str, list[float]]:
    """The corner entry for every size and power."""
    powers = list(range(151))
    return {"k": powers} | {f"m = {m}": [corner(m, k) for k in powers] for m in SIZES}


def jordan() -> Figure:
    """How the corner of a Jordan block grows before it decays, for four sizes."""
    numbers = jordan_numbers()
    fig, ax = plt.subplots(figsize=(5.6, 3.9))
    for m, style in zip(SIZES, ("-", "--", "-.", ":"), strict=True):
        values = np.array(numbers[f"m = {m}"])
        shown = values > 0
        k = np.array(numbers["k"])[shown]
        ax.semilogy(k, values[shown], style, color=f"C{m - 1}", label=f"size $m = {m}$")
    ax.axhline(1, color=faint(), linewidth=0.8)
    ax.set(xlabel="power $k$", ylabel="upper right entry of $J^k$", ylim=(1e-5, 1e3))
    ax.set_yticks([1e-4, 1e-2, 1, 100])
    ax.minorticks_off()
    ax.legend(loc="lower left", fontsize=10)
    return fig


def fragile_table() -> str:
    """The eigenvalues LAPACK finds for Jordan blocks with the eigenvalue 0.9 in a turned basis."""
    rng = np.random.default_rng(0)
    lines = ["size   smallest and largest modulus"]
    for m in (1, 2, 4, 8, 16):
        Q = np.linalg.qr(rng.normal(size=(m, m)))[0]
        J = JORDAN_LAMBDA * np.eye(m) + np.eye(m, k=1)
        found = abs(np.linalg.eigvals(Q @ J @ Q.T))
        lines.append(f"{m:4}   {found.min():.6f}   {found.max():.6f}")
    return "\n".join(lines)


# --- luck -----------------------------------------------------------------------------------------

DIMENSIONS = (2, 10, 1000)


def chance(eps: float, n: int) -> float:
    """P(|<x, v_1>| / |x| <= eps) for a normal column of n entries: the Beta law eq-powers-beta."""
    return float(mpmath.betainc(0.5, (n - 1) / 2, 0, eps**2, regularized=True))


@cache
def luck_numbers() -> dict[str, list[float]]:
    """P(|<x, v_1>| / |x| <= eps) by the Beta law, and the bound, for three dimensions."""
    eps = np.logspace(-4, 0, 81)
    columns = {"eps": eps.tolist()}
    for n in DIMENSIONS:
        columns[f"exact, n = {n}"] = [chance(e, n) for e in eps]
        columns[f"bound, n = {n}"] = (eps * np.sqrt(2 * n / np.pi)).tolist()
    return columns


def luck() -> Figure:
    """The exact law beside the straight line of the bound."""
    numbers = luck_numbers()
    fig, ax = plt.subplots(figsize=(5.6, 4.0))
    for colour, n in zip(("C0", "C1", "C2"), DIMENSIONS, strict=True):
        ax.loglog(numbers["eps"], numbers[f"exact, n = {n}"], color=colour, label=f"$n = {n}$")
        ax.loglog(numbers["eps"], numbers[f"bound, n = {n}"], ":", color=colour)
    ax.set(xlabel=r"$\varepsilon$", ylabel=r"probability of a share below $\varepsilon$", ylim=(5e-5, 3))
    ax.set_xticks([1e-4, 1e-3, 1e-2, 0.1, 1])
    ax.minorticks_off()
    ax.plot([], [], ":", color=ink(), label="bound")
    ax.legend(loc="lower right", fontsize=10)
    return fig


# --- angles ---------------------------------------------------------------------------------------

ETA, DELTA, N, RATIO = 0.1, 0.05, 10, 0.9


def angle(y: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The angle between the lines through the rows of y and the unit vector v."""
    along = y @ v
    return np.arctan2(np.linalg.norm(y - along[..., None] * v, axis=-1), abs(along))


@cache
def angles() -> np.ndarray:
    """Angles of M^k x with v_1 for 2001 random starts: (k, start). Eigenvalues 1 and nine times 0.9."""
    rng = np.random.default_rng(5)
    Q = np.linalg.qr(rng.normal(size=(N, N)))[0]
    M = (Q * np.array([1.0] + [RATIO] * (N - 1))) @ Q.T
    X = rng.normal(size=(2001, N))
    return np.stack([angle(X @ np.linalg.matrix_power(M, k), Q[:, 0]) for k in range(91)])


def angle_numbers() -> dict[str, list[float]]:
    """The median angle and the one that 95 % of the starts stay below, and the curve of the theorem."""
    k = np.arange(91)
    eps = DELTA * np.sqrt(np.pi / (2 * N))
    bound = np.arctan(RATIO**k * np.sqrt(1 - eps**2) / eps)
    return {
        "k": k.tolist(),
        "median": np.median(angles(), axis=1).tolist(),
        "95 percent": np.quantile(angles(), 1 - DELTA, axis=1).tolist(),
        "theorem": bound.tolist(),
    }


def alignment() -> Figure:
    """The angle against k for 20 starts, with the quantile that counts and the theorem's curve."""
    numbers = angle_numbers()
    fig, ax = plt.subplots(figsize=(5.6, 4.0))
    sparse = np.arange(0, len(angles()), 3)  # straight enough, and a third of the page's heaviest drawing
    ax.semilogy(sparse, angles()[sparse, :20], color=faint(), linewidth=0.5, alpha=0.6)
    ax.semilogy(numbers["median"], "-.", color="C0", label="median")
    ax.semilogy(numbers["95 percent"], color="C1", linewidth=4.5, alpha=0.6, label="95 % stay below")
    ax.semilogy(numbers["theorem"], "--", color="C2", label="theorem")
    ax.axhline(ETA, color=ink(), linewidth=0.9)
    ax.annotate(r"$\eta = 0.1$", (1, ETA * 0.72), color=ink(), fontsize=10)
    ax.set(xlabel="power $k$", ylabel="angle with $v_1$, radians", ylim=(1e-4, 2), xlim=(0, 90))
    ax.set_yticks([1, 0.1, 0.01, 0.001], ["1", "0.1", "0.01", "0.001"])
    ax.minorticks_off()
    ax.legend(loc="lower left", fontsize=10)
    return fig


FAILURES = {
    "a gap: 1 and 0.8": np.diag([1.0, 0.8]),
    "a tie: 1 and $-1$": np.diag([1.0, -1.0]),
    "a pair: turn by 25°": np.array(
        [
            [np.cos(np.pi * 25 / 180), -np.sin(np.pi * 25 / 180)],
            [np.sin(np.pi * 25 / 180), np.cos(np.pi * 25 / 180)],
        ]
    ),
    "a sign: $-1$ and 0.8": np.diag([-1.0, 0.8]),
}


@cache
def failure_numbers() -> dict[str, list[float]]:
    """The angle in degrees from the first axis to M^k x, from 0 to 180, for x at 50 degrees."""
    x = np.array([np.cos(np.pi * 50 / 180), np.sin(np.pi * 50 / 180)])
    columns: dict[str, list[float]] = {"k": list(range(25))}
    for name, M in FAILURES.items():
        y = np.stack([np.linalg.matrix_power(M, k) @ x for k in range(25)])
        columns[name] = np.degrees(np.arccos(y[:, 0] / np.linalg.norm(y, axis=1))).tolist()
    return columns


def failures() -> Figure:
    """Four matrices: one aligns, three do not."""
    numbers = failure_numbers()
    fig, axes = plt.subplots(2, 2, figsize=(5.8, 4.4), sharex=True, sharey=True, layout="constrained")
    for ax, name, colour in zip(axes.flat, FAILURES, ("C0", "C1", "C2", "C3"), strict=True):
        ax.plot(numbers["k"], numbers[name], "o-", markersize=3.5, linewidth=0.9, color=colour)
        ax.set_title(name, fontsize=10, color=ink())
        ax.set(ylim=(-8, 188), yticks=[0, 90, 180], xticks=[0, 8, 16, 24])
    fig.supxlabel("power $k$", fontsize=10)
    fig.supylabel("angle of $M^k x$ with the first axis, degrees", fontsize=10)
    return fig
