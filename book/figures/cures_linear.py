"""Chapter 14: linear recurrences by design, and the tree of a scan."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from figures.style import faint, ink
from matplotlib.figure import Figure

# --- long memories and their gradients ------------------------------------------------------------

SPANS = (3.0, 10.0, 30.0, 100.0, 300.0)
RUNS, STEP = 2000, 1e-30


@cache
def spreads(span: float, seed: int = 0) -> tuple[float, float, float]:
    """Standard deviations of ∂a/∂λ, of ∂a/∂ν, and of the latter for normalised states; λ = exp(−1/span).

    By the complex step, after ten spans, over 2000 sequences.
    """
    x = np.random.default_rng(seed).normal(size=(int(10 * span), RUNS))
    modulus, nu = np.exp(-1 / span), -np.log(span)

    def last(value: complex) -> np.ndarray:
        a = np.zeros(RUNS, dtype=complex)
        for row in x:
            a = value * a + row
        return a.imag / STEP

    by_value = last(modulus + 1j * STEP)
    by_nu = last(np.exp(-np.exp(nu + 1j * STEP)))
    gain = np.sqrt(1 - modulus**2)
    return float(by_value.std()), float(by_nu.std()), float((gain * by_nu).std())


def span_columns() -> dict[str, list[float]]:
    """The three spreads as columns."""
    names = ("by the eigenvalue", "by nu", "by nu, normalised")
    return {"span": list(SPANS)} | {name: [spreads(s)[i] for s in SPANS] for i, name in enumerate(names)}


def span_figure() -> Figure:
    """Three ways to hold one eigenvalue."""
    fig, ax = plt.subplots(figsize=(5.6, 3.7))
    columns = span_columns()
    labels = (
        r"$\partial a_t / \partial \lambda$",
        r"$\partial a_t / \partial \nu$",
        r"the same, normalised",
    )
    for (_, curve), label, style in zip(list(columns.items())[1:], labels, (":", "--", "-"), strict=True):
        ax.loglog(SPANS, curve, style, marker="o", markersize=4, label=label)
    ax.set(xlabel=r"memory $\tau$, steps", ylabel="standard deviation", ylim=(0.2, 1e4))
    ax.set_xticks(SPANS, [f"{s:.0f}" for s in SPANS])
    ax.minorticks_off()
    ax.legend(loc="upper left", fontsize=11)
    return fig


# --- the tree of a scan ---------------------------------------------------------------------------

WIDE = 8


def tree() -> Figure:
    """Eight pairs, three levels: who is joined with whom."""
    fig, ax = plt.subplots(figsize=(5.8, 3.6))
    levels = int(np.log2(WIDE))
    for level in range(levels + 1):
        for t in range(WIDE):
            first = max(0, t - 2**level + 1)
            ax.plot(t, -level, "o", color="C0", markersize=7)
            done = "C0" if first == 0 else faint()
            words = f"{first + 1}…{t + 1}" if first < t else f"{t + 1}"
            at = {"textcoords": "offset points", "ha": "left", "fontsize": 9}
            ax.annotate(words, (t, -level), (4, 4), color=done, **at)
            if level < levels:
                ax.plot([t, t], [-level, -level - 1], color=faint(), linewidth=0.8, zorder=0)
                if t - 2**level >= 0:
                    ax.plot([t - 2**level, t], [-level, -level - 1], color="C1", linewidth=1.2, zorder=0)
    ax.set(xlim=(-0.6, WIDE - 0.4), ylim=(-levels - 0.3, 0.5), yticks=[-i for i in range(levels + 1)])
    ax.set_yticklabels([f"after {i}" if i else "start" for i in range(levels + 1)])
    ax.set_xticks(range(WIDE), [f"$t = {t + 1}$" for t in range(WIDE)])
    ax.tick_params(length=0, labelcolor=ink())
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    return fig


# --- what a scan costs ----------------------------------------------------------------------------


def costs(T: int, h: int) -> dict[str, tuple[int, int]]:
    """For a loop, a scan and a tree: rounds one after the other, and all multiplications (T a power of 2)."""
    levels = int(np.log2(T))
    joins = sum(T - 2**level for level in range(levels))
    up_and_down = 2 * (T - 1)
    return {
        "loop, diagonal": (T, T * h),
        "scan, diagonal": (levels, 2 * joins * h),
        "tree, diagonal": (2 * levels, 2 * up_and_down * h),
        "loop, dense": (T, T * h**2),
        "scan, dense": (levels, joins * (h**3 + h**2)),
        "tree, dense": (2 * levels, up_and_down * (h**3 + h**2)),
    }


def cost_table(T: int = 4096, h: int = 64) -> str:
    """The six lines."""
    lines = [f"T = {T}, h = {h}     rounds   multiplications"]
    lines += [f"  {name:18}{rounds:6}{work:18,}" for name, (rounds, work) in costs(T, h).items()]
    return "\n".join(lines)
