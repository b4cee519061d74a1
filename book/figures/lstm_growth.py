"""Chapter 10: the growth per step of random LSTMs, against the scale of their weights."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from figures.lstm_training import log_odds
from figures.style import faint
from matplotlib.figure import Figure

from course.gated import logistic

H, NETS, STEPS, WARM, SMALL = 32, 5, 250, 50, 1e-30
SCALES = np.array([0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16.0])
TAU = 50
SETTINGS = ("LSTM, biases 0", "LSTM, forget bias 3.9", "LSTM, chrono", "tanh network")


def biases(setting: str, rng: np.random.Generator) -> np.ndarray:
    """The four blocks of the bias, (4h)."""
    b = np.zeros((4, H))
    if setting == "LSTM, chrono":
        b[1] = log_odds(1 - 1 / rng.uniform(2, 2 * TAU, H))
        b[0] = -b[1]
    elif setting != "LSTM, biases 0":
        b[1] = log_odds(np.exp(-1 / TAU))
    return b.ravel()


def step(W: np.ndarray, given: np.ndarray, state: np.ndarray, setting: str) -> np.ndarray:
    """One step of many networks at once: `state` (S, 2h) holds h and c, or (S, h) for the tanh network."""
    seen = W @ np.stack((state[:, :H].real, state[:, :H].imag), axis=2)  # real products are faster
    a = seen[..., 0] + 1j * seen[..., 1] + given
    if setting == "tanh network":
        return np.tanh(a)
    i, f, g, o = np.split(a, 4, axis=1)
    c = logistic(f) * state[:, H:] + logistic(i) * np.tanh(g)
    return np.concatenate((logistic(o) * np.tanh(c), c), axis=1)


@cache
def exponents(setting: str) -> np.ndarray:
    """The Lyapunov exponents, (scales, networks): one direction is carried along and rescaled each step."""
    rows = H if setting == "tanh network" else 4 * H
    rngs = [np.random.default_rng([seed, 11]) for seed in range(NETS)]
    W = np.concatenate([s * r.normal(size=(rows, H)) / np.sqrt(H) for s in SCALES for r in rngs])
    W = W.reshape(-1, rows, H)
    rng = np.random.default_rng(12)
    b = 0 if setting == "tanh network" else np.stack([biases(setting, rng) for _ in W])
    W_x = rng.normal(size=(len(W), rows))
    state = np.zeros((len(W), H if setting == "tanh network" else 2 * H), complex)
    move, total = rng.normal(size=state.shape), np.zeros(len(W))
    for t in range(STEPS + WARM):
        move /= np.linalg.norm(move, axis=1, keepdims=True)
        given = W_x * rng.normal(size=(len(W), 1)) + b
        state = step(W, given, state.real + 1j * SMALL * move, setting)
        move = state.imag / SMALL
        if t >= WARM:
            total += np.log(np.linalg.norm(move, axis=1))
    return (total / STEPS).reshape(len(SCALES), NETS)


def growth_columns() -> dict[str, list[float]]:
    """The medians as columns of a file."""
    medians = {name: np.median(exponents(name), axis=1).tolist() for name in SETTINGS}
    return {"scale": SCALES.tolist()} | medians


def growth() -> Figure:
    """The exponent against the scale, four kinds of networks."""
    fig, ax = plt.subplots(figsize=(5.6, 3.8))
    columns = growth_columns()
    for n, (name, style) in enumerate(zip(SETTINGS, ("o-", "s-", "^-", "x--"), strict=True)):
        ax.semilogx(SCALES, columns[name], style, color=f"C{n}", label=name, ms=5)
    ax.axhline(0, color=faint(), linewidth=0.8)
    ax.set(xlabel="scale $s$ of the recurrent weights", ylabel="growth per step, $\\lambda_L$")
    ax.set_xticks([0.5, 1, 2, 4, 8, 16], ["0.5", "1", "2", "4", "8", "16"])
    ax.minorticks_off()
    ax.set_ylim(-1.3, 1.3)
    ax.legend(loc="lower right", fontsize=10)
    return fig
