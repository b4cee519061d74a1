"""Chapter 7: the edge of chaos, by the mean field and measured on networks."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from figures.exploding_unit import logistic
from figures.style import faint, ink
from matplotlib.figure import Figure

Z = np.linspace(-10, 10, 801)  # a standard normal number, and its probabilities on this grid
P = np.exp(-(Z**2) / 2) / np.exp(-(Z**2) / 2).sum()
UNITS, STEPS, SETTLE = 1000, 500, 200


class Activation(NamedTuple):
    """A function, its slope, and whether the bias -W1/2 centres it."""

    phi: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]
    centred: bool = False


def _tanh_slope(a: np.ndarray) -> np.ndarray:
    return 1 - np.tanh(a) ** 2


def _logistic_slope(a: np.ndarray) -> np.ndarray:
    return logistic(a) * (1 - logistic(a))


ACTIVATIONS = {
    "tanh": Activation(np.tanh, _tanh_slope),
    "ReLU": Activation(lambda a: np.maximum(a, 0), lambda a: (a > 0).astype(float)),
    "logistic, centred": Activation(logistic, _logistic_slope, centred=True),
    "logistic, $b = 0$": Activation(logistic, _logistic_slope),
}


def variance(g: float, phi: Callable, inputs: float = 0.0) -> float:
    """The fixed point of eq-exploding-variance, with the variance of the inputs added, from q = 1."""
    q = 1.0
    for _ in range(3000):
        old, q = q, g**2 * float(P @ phi(np.sqrt(q) * Z) ** 2) + inputs
        if abs(q - old) < 1e-12 * q:
            break
    return q


def rate(name: str, g: float, inputs: float = 0.0) -> float:
    """The exponent ½ ln χ of the mean field, eq-exploding-chi."""
    if name == "ReLU":  # homogeneous: half of the units have slope 1, whatever their variance
        return 0.5 * np.log(g**2 / 2)
    if name == "logistic, centred":
        return rate("tanh", g / 4, inputs)
    phi, slope, _ = ACTIVATIONS[name]
    q = variance(g, phi, inputs)
    return 0.5 * float(np.log(g**2 * (P @ slope(np.sqrt(q) * Z) ** 2)))


@cache
def edge(name: str, low: float = 1.01, high: float = 30.0, inputs: float = 0.0) -> float:
    """The scale g at which the exponent changes sign, by bisection."""
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if rate(name, middle, inputs) < 0 else (low, middle)
    return (low + high) / 2


def measured(name: str, g: float, inputs: float = 0.0, n: int = UNITS, seed: int = 5) -> float:
    """The largest Lyapunov exponent of one network of n units: the mean log growth of one tangent."""
    phi, slope, centred = ACTIVATIONS[name]
    rng = np.random.default_rng(seed)
    W = g * rng.normal(size=(n, n)) / np.sqrt(n)
    b = -W.sum(axis=1) / 2 if centred else np.zeros(n)
    h, v, total = phi(rng.normal(size=n)), rng.normal(size=n), 0.0
    for step in range(SETTLE + STEPS):
        a = W @ h + b + (np.sqrt(inputs) * rng.normal(size=n) if inputs else 0)
        h = phi(a)
        if name == "ReLU":  # its Jacobian does not depend on the length of the state
            h = h / np.linalg.norm(h)
        v = slope(a) * (W @ v)
        size = np.linalg.norm(v)
        v, total = v / size, total + np.log(size) * (step >= SETTLE)
    return total / STEPS


CURVES = {"tanh": "C0", "ReLU": "C1", "logistic, centred": "C2", "logistic, $b = 0$": "C3"}
LABELS = dict(zip(CURVES, ((3.0, 0.2), (3.2, 0.55), (7.4, 0.24), (15, 0.42)), strict=True))
FILE = Path(__file__).resolve().parents[1] / "data" / "exploding.json"
DOTS = {
    name: np.geomspace(0.55, 2.2, 11) * where for name, where in zip(CURVES, (1, 1.4, 4, 10), strict=True)
}


@cache
def recorded() -> dict[str, list[float]]:
    """The measured exponents of the dots, by activation; `figures.exploding_training` makes them."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def edge_numbers() -> dict[str, list]:
    """The dots of the picture: activation, scale, measured exponent, and the mean field's."""
    rows = [(name, g, dot) for name in CURVES for g, dot in zip(DOTS[name], recorded()[name], strict=True)]
    return {
        "activation": [name.replace("$", "") for name, *_ in rows],
        "g": [float(g) for _, g, _ in rows],
        "measured": [dot for *_, dot in rows],
        "mean field": [rate(name, g) for name, g, _ in rows],
    }


def edges_of_chaos() -> Figure:
    """The exponent against the scale of the weights: curves of the mean field, dots of one network each."""
    fig, ax = plt.subplots(figsize=(6, 3.9))
    ax.axhline(0, color=ink(), linewidth=0.8)
    for (name, colour), marker in zip(CURVES.items(), "osD^", strict=True):
        where = np.geomspace(DOTS[name][0] * 0.9, DOTS[name][-1] * 1.1, 30)
        ax.plot(where, [rate(name, g) for g in where], color=colour, linewidth=1.4)
        ax.plot(DOTS[name], recorded()[name], marker, color=colour, markersize=4.5)
        ax.text(*LABELS[name], name, color=colour, fontsize=10, ha="center")
    ax.set(xscale="log", xlabel="scale $g$ of the weights", ylabel="exponent", ylim=(-0.7, 0.65))
    ticks = (0.5, 1, 1.41, 4, 10.15, 20)
    ax.set_xticks(ticks, [f"{g:g}" for g in ticks])
    ax.minorticks_off()
    ax.text(0.47, 0.03, "explodes", color=faint(), fontsize=9)
    ax.text(0.47, -0.07, "vanishes", color=faint(), fontsize=9)
    return fig


# --- a wide saturated layer -----------------------------------------------------------------------


def saturated(s: float, mean: float = 0.0) -> tuple[float, float, float]:
    """For a tanh layer, a ~ N(mean, s²): the median slope, the mean slope, and the gain s √E slope²."""
    z = np.linspace(-8, 8, 200_001)
    p = np.exp(-(z**2) / 2)
    p /= p.sum()
    slope = 1 / np.cosh(np.clip(mean + s * z, -300, 300)) ** 2
    middle = np.median(np.abs(mean + s * z[np.searchsorted(np.cumsum(p), (np.arange(2000) + 0.5) / 2000)]))
    return float(1 / np.cosh(middle) ** 2), float(p @ slope), float(s * np.sqrt(p @ slope**2))


def saturation_table() -> str:
    """The three numbers for five scales."""
    lines = ["    s    median slope   mean slope    gain"]
    for s in (1, 3, 10, 30, 100):
        median, mean, gain = saturated(s)
        lines.append(f"{s:5d} {median:15.1e} {mean:12.3f} {gain:7.2f}")
    return "\n".join(lines)
