"""Chapter 8 in numbers: the recurrence a_t = b + c a_{t-1}, and every draw of its randomized truncation."""

from itertools import product
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from figures.style import ink
from matplotlib.figure import Figure


class Law(NamedTuple):
    """All values a random number can take, and their probabilities."""

    values: np.ndarray
    chances: np.ndarray

    def mean(self) -> float:
        """The expectation."""
        return float(self.chances @ self.values)

    def std(self) -> float:
        """The standard deviation."""
        return float(np.sqrt(self.chances @ (self.values - self.mean()) ** 2))


def exact(T: int, b: float, c: float) -> list[float]:
    """a_0 … a_T."""
    a = [0.0]
    for _ in range(T):
        a.append(b + c * a[-1])
    return a


def run(kind: str, xi: tuple[float, ...], b: float, c: float) -> list[float]:
    """z_0 … z_T for one draw ξ_1 … ξ_T of the `recursive`, the `one-step` or the `shared` variant."""
    a, z = exact(len(xi), b, c), [0.0]
    for t, x in enumerate(xi):
        z.append(b + (xi[-1] if kind == "shared" else x) * c * (a[t] if kind == "one-step" else z[t]))
    return z


def law(kind: str, T: int, b: float, c: float, pi: float, loss: tuple[int, ...] = ()) -> Law:
    """Every one of the 2^T draws of z_T, or of z_t - z_s for loss = (t, s)."""
    values, chances = [], []
    for draws in product((0, 1), repeat=T):
        z = run(kind, tuple(kept / pi for kept in draws), b, c)
        values.append(z[loss[0]] - z[loss[1]] if loss else z[T])
        kept = draws[-1:] if kind == "shared" else draws
        ignored = 2.0 ** (T - len(kept))  # a shared ξ is one draw: the others only repeat it
        chances.append(float(np.prod([pi if k else 1 - pi for k in kept])) / ignored)
    return Law(np.array(values), np.array(chances))


VARIANTS = {"recursive": "C0", "one-step": "C2", "shared": "C1"}


def law_table() -> str:
    """Mean and standard deviation of the three variants: T = 6, b = 1, c = 0.9, π = 0.7."""
    lines = [f"exact      {exact(6, 1, 0.9)[6]:.5f}"]
    for kind in VARIANTS:
        found = law(kind, 6, 1, 0.9, 0.7)
        lines.append(f"{kind:10} {found.mean():.5f} ± {found.std():.3f}")
    return "\n".join(lines)


def law_numbers() -> dict[str, list]:
    """The different values of each variant and their probabilities."""
    rows = []
    for kind in VARIANTS:
        found = law(kind, 6, 1, 0.9, 0.7)
        for value in np.unique(found.values.round(9)):
            rows.append((kind, float(value), float(found.chances[abs(found.values - value) < 1e-6].sum())))
    return dict(zip(("variant", "value", "probability"), map(list, zip(*rows, strict=True)), strict=True))


def laws() -> Figure:
    """The probabilities of all values, one panel for each variant, with the exact value and the mean."""
    fig, axes = plt.subplots(3, 1, figsize=(5.6, 4.6), sharex=True, sharey=True)
    table = law_numbers()
    for ax, (kind, colour) in zip(axes, VARIANTS.items(), strict=True):
        here = [i for i, name in enumerate(table["variant"]) if name == kind]
        ax.vlines(
            [table["value"][i] for i in here], 0, [table["probability"][i] for i in here], color=colour, lw=5
        )
        ax.axvline(exact(6, 1, 0.9)[6], color=ink(), linewidth=1, linestyle=":")
        ax.plot(law(kind, 6, 1, 0.9, 0.7).mean(), 0.75, "v", color=colour)
        ax.text(11.7, 0.6, kind, color=colour, ha="right")
        ax.set(ylim=(0, 0.85), yticks=[0, 0.5])
    axes[1].set(ylabel="probability")
    axes[2].set(xlabel="estimate of $a_6$", xticks=[0, 2, 4, 6, 8, 10, 12])
    return fig
