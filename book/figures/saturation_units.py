"""Chapter 12: where the gradient of a unit on a distance lives, and what normalising does to a gradient."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.saturation import Function, logistic, mean, tanh_slope
from figures.style import faint
from matplotlib.figure import Figure
from torch.nn.functional import softplus

# --- units on a distance --------------------------------------------------------------------------

SIZES = (4, 32, 256)
DRAWS = 4000


def shell(u: np.ndarray) -> np.ndarray:
    """The length of ∂y/∂x at r = u w, times w."""
    return u * np.exp(-(u**2) / 2)


def distances(n: int, seed: int = 8) -> np.ndarray:
    """Distances of standard normal points and centres in n dimensions."""
    rng = np.random.default_rng(seed)
    return np.linalg.norm(rng.normal(size=(DRAWS, n)) - rng.normal(size=(DRAWS, n)), axis=1)


def widths(n: int) -> dict[str, float]:
    """The two widths of the picture: 1, and the one of eq-saturation-width for these points."""
    return {"$w = 1$": 1.0, "$w^2 = n - 2$": np.sqrt(n - 2)}


def shell_numbers() -> dict[str, list[float]]:
    """For each number of dimensions and each width: the middle 90% of r/w, and the median of y."""
    columns: dict[str, list] = {"n": [], "w": [], "5% of r/w": [], "95% of r/w": [], "median y": []}
    for n in SIZES:
        for w in widths(n).values():
            u = distances(n) / w
            low, middle, high = np.quantile(u, (0.05, 0.5, 0.95))
            row = (n, w, low, high, np.exp(-(middle**2) / 2))
            for column, v in zip(columns.values(), row, strict=True):
                column.append(float(v))
    return columns


def shells() -> Figure:
    """The size of the gradient against r/w, and where the distances are."""
    fig, axes = plt.subplots(2, 1, figsize=(5.6, 4.6), layout="constrained")
    for ax, name, right in zip(axes, widths(3), (26, 4.2), strict=True):
        u = np.linspace(0, right, 500)
        ax.fill_between(u, shell(u) / shell(np.array(1.0)), color=faint(), alpha=0.35, linewidth=0)
        for i, n in enumerate(SIZES):
            found = distances(n) / widths(n)[name]
            heights, edges = np.histogram(found, bins=np.linspace(0, right, 131))
            ax.stairs(heights / heights.max(), edges, color=f"C{i}", label=f"$n = {n}$")
        ax.set(yticks=[], ylim=(0, 1.1), xlim=(0, right), title=name)
    axes[1].set(xlabel="distance $r/w$")
    axes[0].legend(loc="upper center", bbox_to_anchor=(0.6, 1), fontsize=10)
    return fig


# --- normalising ----------------------------------------------------------------------------------

FUNCTIONS: dict[str, tuple[Function, Function]] = {
    "tanh": (np.tanh, tanh_slope),
    "logistic": (logistic, lambda z: logistic(z) * (1 - logistic(z))),
    "softplus": (lambda z: np.logaddexp(0, z), logistic),
    "exp(-z/2)": (lambda z: np.exp(-z / 2), lambda z: -np.exp(-z / 2) / 2),
    "sin(2z)": (lambda z: np.sin(2 * z), lambda z: 2 * np.cos(2 * z)),
}


def degree(name: str) -> float:
    """The mean degree of a function, eq-saturation-degree; for ReLU it is π/(π - 1)."""
    if name == "ReLU":
        return float(np.pi / (np.pi - 1))
    phi, slope = FUNCTIONS[name]
    return mean(lambda z: slope(z) ** 2) / (mean(lambda z: phi(z) ** 2) - mean(phi) ** 2)


IN_TORCH = {
    "tanh": torch.tanh,
    "logistic": torch.sigmoid,
    "softplus": softplus,
    "ReLU": torch.relu,
    "sin(2z)": lambda z: torch.sin(2 * z),
}
LAYERS, UNITS, POINTS = 30, 200, 400


@cache
def normalised(name: str, seed: int = 4) -> np.ndarray:
    """‖∂L/∂h_t‖ over ‖∂L/∂h_T‖, T - t = 0 … LAYERS: wide layers, each normalised over the batch."""
    rng = np.random.default_rng(seed)
    H = [torch.tensor(rng.normal(size=(POINTS, UNITS)), requires_grad=True)]
    for _ in range(LAYERS + 1):  # the first one is not counted: its inputs have another scale
        z = H[-1] @ torch.tensor(rng.normal(size=(UNITS, UNITS)) / np.sqrt(UNITS))
        H.append(IN_TORCH[name]((z - z.mean(0)) / z.std(0, unbiased=False)))
    top = torch.tensor(rng.normal(size=(POINTS, UNITS)))
    sizes = np.array([float(g.norm()) for g in torch.autograd.grad((top * H[-1]).sum(), H[1:])])
    return (sizes / sizes[-1])[::-1]


def normal_numbers() -> dict[str, list[float]]:
    """Measured sizes and the floor, by layers back."""
    columns: dict[str, list[float]] = {"layers back": list(range(LAYERS + 1))}
    for name in IN_TORCH:
        floor = degree(name) ** (np.arange(LAYERS + 1) / 2)
        columns |= {name: normalised(name).tolist(), f"{name}, floor": floor.tolist()}
    return columns


def normals() -> Figure:
    """Growth of a gradient through layers with batch normalisation, five units."""
    fig, ax = plt.subplots(figsize=(5.8, 3.9))
    back = np.arange(LAYERS + 1)
    for i, name in enumerate(IN_TORCH):
        ax.semilogy(back, normalised(name), color=f"C{i}")
        ax.semilogy(back, degree(name) ** (back / 2), "--", color=f"C{i}", linewidth=1)
        end = normalised(name)[-1] * {"tanh": 1.6, "softplus": 0.8, "logistic": 0.8}.get(name, 1)
        ax.text(LAYERS + 0.4, end, name, color=f"C{i}", fontsize=10, va="center")
    ax.set(xlabel="layers back", ylabel=r"$\|\partial L/\partial h_t\|$, relative", xlim=(0, LAYERS + 5.5))
    ax.minorticks_off()
    return fig
