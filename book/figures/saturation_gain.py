"""Chapter 12: a gain behind a unit, in one chain and in wide layers."""

from collections.abc import Callable
from functools import cache
from math import exp, tanh

import matplotlib.pyplot as plt
import numpy as np
from figures.saturation import mean, tanh_slope
from figures.style import faint, ink
from matplotlib.figure import Figure

GAINS = np.round(np.linspace(0.5, 3, 51), 2)


def logistic(a: float) -> float:
    """σ(a) of one number."""
    return 1 / (1 + exp(-a))


def rest(a: float, phi: Callable[[float], float] = tanh) -> float:
    """The state at which h ← a φ(h) comes to rest, from far above."""
    h = 3.0 * a
    for _ in range(20_000):
        h, old = a * phi(h), h
        if h == old:
            break
    return h


def slope_at_rest(a: float, unit: str) -> float:
    """The slope a φ'(h*) of one tanh or logistic unit."""
    if unit == "tanh":
        return a * (1 - tanh(rest(a)) ** 2)
    share = logistic(rest(a, logistic))
    return a * share * (1 - share)


def wide(a: float) -> tuple[float, float]:
    """Wide layers of a tanh, weights of variance 1/n: the variance q at rest, and the factor χ."""
    q = 1.0
    for _ in range(4000):
        q, old = a**2 * mean(lambda z, q=q: np.tanh(np.sqrt(q) * z) ** 2), q
        if abs(q - old) < 1e-12 * q:
            break
    return q, a**2 * mean(lambda z: tanh_slope(np.sqrt(q) * z) ** 2)


@cache
def growth(a: float, n: int = 200, settle: int = 100, seed: int = 3) -> float:
    """One network of independent layers of n units: the mean factor per layer of one tangent."""
    rng = np.random.default_rng(seed)
    h, v, total = rng.normal(size=n), rng.normal(size=n), 0.0
    for t in range(2 * settle):
        W = rng.normal(size=(n, n)) / np.sqrt(n)
        z = W @ h
        h, v = a * np.tanh(z), a * tanh_slope(z) * (W @ v)
        size = np.linalg.norm(v)
        v, total = v / size, total + np.log(size) * (t >= settle)
    return float(np.exp(total / settle))


DOTS = (0.6, 0.8, 1.0, 1.2, 1.5, 2.0, 2.5, 3.0)


@cache
def gain_numbers() -> dict[str, list[float]]:
    """The three curves of the picture."""
    return {
        "a": GAINS.tolist(),
        "one tanh unit": [slope_at_rest(a, "tanh") for a in GAINS],
        "one logistic unit": [slope_at_rest(a, "logistic") for a in GAINS],
        "wide tanh layers": [float(np.sqrt(wide(a)[1])) for a in GAINS],
    }


def gains() -> Figure:
    """The factor for each layer once the values have come to rest."""
    numbers = gain_numbers()
    fig, ax = plt.subplots(figsize=(5.6, 3.7))
    ax.axhline(1, color=ink(), linewidth=0.6)
    places = {
        "one tanh unit": (1.75, 0.36),
        "one logistic unit": (0.5, 0.31),
        "wide tanh layers": (1.55, 1.27),
    }
    for (name, place), style in zip(places.items(), ("-", "--", "-."), strict=True):
        colour = f"C{list(places).index(name)}"
        ax.plot(numbers["a"], numbers[name], style, color=colour)
        ax.text(*place, name, color=colour, fontsize=10)
    ax.plot(DOTS, [growth(a) for a in DOTS], "D", color="C2", markersize=4)
    ax.text(0.52, 1.03, "explodes", color=faint(), fontsize=9)
    ax.text(0.52, 0.92, "vanishes", color=faint(), fontsize=9)
    ax.set(xlabel="gain $a$", ylabel="factor for each layer", ylim=(0, 1.5))
    return fig
