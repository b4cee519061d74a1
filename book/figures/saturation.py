"""Chapter 12: values and slopes, and initialisation, by the mean field and measured."""

from collections.abc import Callable
from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.saturation_net import CURES, DEPTH, begin, losses, points, states
from matplotlib.figure import Figure
from numpy.polynomial.hermite_e import hermegauss

Function = Callable[[np.ndarray], np.ndarray]
Z, P = hermegauss(120)  # a standard normal number and its probabilities, exact for polynomials
P = P / P.sum()


def logistic(a: np.ndarray) -> np.ndarray:
    """σ(a)."""
    return 1 / (1 + np.exp(-a))


def tanh_slope(a: np.ndarray) -> np.ndarray:
    """The slope of tanh."""
    return 1 - np.tanh(a) ** 2


# --- values and slopes ----------------------------------------------------------------------------

UNITS: dict[str, tuple[Function, Function, float, float]] = {  # function, slope, and the bounds of both
    "tanh(2z)": (lambda z: np.tanh(2 * z), lambda z: 2 * tanh_slope(2 * z), 1, 2),
    "100 tanh(z/100)": (lambda z: 100 * np.tanh(z / 100), lambda z: tanh_slope(z / 100), 100, 1),
    "tanh(z)": (np.tanh, tanh_slope, 1, 1),
    "z/2": (lambda z: z / 2, lambda z: np.full_like(z, 0.5), np.inf, 0.5),
    "sigma(z) - 1/2": (lambda z: logistic(z) - 0.5, lambda z: logistic(z) * (1 - logistic(z)), 0.5, 0.25),
}


def chain(name: str, start: float, depth: int = DEPTH) -> float:
    """The derivative of the last value by the first in a chain of equal units, w = 1, no bias."""
    phi, slope, *_ = UNITS[name]
    h, product = np.array(start), 1.0
    for _ in range(depth):
        product, h = product * float(slope(h)), phi(h)
    return product


def unit_table() -> str:
    """Fifty equal units: the bounds, and the derivative from two starts."""
    lines = ["                   bound of   bound of   gradient over 50 layers"]
    lines.append("                     values     slopes      from 0      from 1")
    for name, (_, _, values, slopes) in UNITS.items():
        numbers = f"{values:10g} {slopes:10g} {chain(name, 0.0):11.2g} {chain(name, 1.0):11.2g}"
        lines.append(f"{name:17}{numbers}")
    return "\n".join(lines)


# --- initialisation -------------------------------------------------------------------------------

STARTS = ("tanh, old scale", "tanh, Glorot", "tanh, orthogonal", "tanh, layer by layer")
SEEDS = 9


def mean(f: Function) -> float:
    """E f(z) for a standard normal z."""
    return float(P @ f(Z))


def mean_field(g: float, q: float, depth: int = DEPTH) -> tuple[np.ndarray, np.ndarray]:
    """Tanh layers with weights of variance g²/n on inputs of mean square q: all q_t, all χ_t."""
    variances, factors = [], []
    for _ in range(depth):
        q = g**2 * q
        variances.append(q)
        factors.append(g**2 * mean(lambda z, q=q: tanh_slope(np.sqrt(q) * z) ** 2))
        q = mean(lambda z, q=q: np.tanh(np.sqrt(q) * z) ** 2)
    return np.array(variances), np.array(factors)


def expected(name: str) -> np.ndarray:
    """The mean field's ‖∂L/∂h_t‖ over ‖∂L/∂h_T‖ for t = 1 … T; the inputs of the task have mean square 2."""
    if name == "tanh, layer by layer":
        factors = np.full(DEPTH, mean(lambda z: tanh_slope(z) ** 2) / mean(lambda z: np.tanh(z) ** 2))
    else:
        factors = mean_field(np.sqrt(1 / 3) if "old" in name else 1.0, 2.0)[1]
    return np.append(np.sqrt(np.cumprod(factors[:0:-1])[::-1]), 1)


@cache
def profile(name: str, seed: int) -> np.ndarray:
    """The measured ‖∂L/∂h_t‖ over ‖∂L/∂h_T‖ for t = 1 … T of one network of the table."""
    cure, rng = CURES[name], np.random.default_rng(seed)
    p, (X, Y) = begin(cure, seed), points(rng, 1, 128)
    p["E"].requires_grad_()
    H, _ = states(cure, p, X)
    parts = torch.autograd.grad(losses(cure, p, H, Y).mean(0).sum(), H[1:])
    sizes = np.array([float(part.norm()) for part in parts])
    return sizes / sizes[-1]


@cache
def profiles() -> dict[str, np.ndarray]:
    """The median profile of each start."""
    return {name: np.median([profile(name, seed) for seed in range(SEEDS)], axis=0) for name in STARTS}


def start_numbers() -> dict[str, list[float]]:
    """Measured medians and the mean field as columns."""
    columns: dict[str, list[float]] = {"t": list(range(1, DEPTH + 1))}
    for name in STARTS:
        columns |= {name: profiles()[name].tolist(), f"{name}, mean field": expected(name).tolist()}
    return columns


def starts() -> Figure:
    """The gradient on its way from layer 50 down to the input."""
    fig, ax = plt.subplots(figsize=(5.8, 3.9))
    marks = {"tanh, old scale": (26, 3e-9), "tanh, Glorot": (7, 0.008), "tanh, orthogonal": (16, 0.008)}
    marks["tanh, layer by layer"] = (14, 90)
    for i, name in enumerate(STARTS):
        ax.semilogy(range(1, DEPTH + 1), profiles()[name], color=f"C{i}")
        ax.semilogy(range(1, DEPTH + 1), expected(name), "--", color=f"C{i}", linewidth=1)
        ax.text(*marks[name], name.removeprefix("tanh, "), color=f"C{i}", fontsize=10)
    ax.set(xlabel="layer $t$", ylabel=r"$\|\partial L/\partial h_t\|$, relative", ylim=(1e-13, 1e4))
    ax.set_yticks([1e-12, 1e-9, 1e-6, 1e-3, 1, 1000])
    ax.minorticks_off()
    return fig


def stretches(kind: str, seed: int = 0) -> tuple[float, float, float]:
    """Largest, middle and smallest singular value of the product of the fifty first matrices."""
    W = begin(CURES[kind], seed)["W"][:, 0].numpy()
    s = np.linalg.svd(np.linalg.multi_dot(list(W[::-1])), compute_uv=False)
    return float(s[0]), float(np.median(s)), float(s[-1])
