"""Chapter 14: what an untrained reservoir remembers, and what noise on a weight does to a cliff."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from figures.style import faint
from matplotlib.figure import Figure

# --- echo states ----------------------------------------------------------------------------------

UNITS, WASH, SEEN, LAGS = 50, 200, 4000, 120
KINDS = {"Gaussian, 0.5": 0.5, "Gaussian, 0.9": 0.9, "Gaussian, 0.99": 0.99, "orthogonal, 0.99": 0.99}
INPUT = 0.1  # small, so that tanh is nearly linear


@cache
def states(kind: str, size: float) -> tuple[np.ndarray, np.ndarray]:
    """Inputs of variance 1 and the states of an untrained tanh network; `kind` names matrix and radius."""
    rng = np.random.default_rng(0)
    W = rng.normal(size=(UNITS, UNITS))
    W = np.linalg.qr(W)[0] if kind.startswith("orthogonal") else W
    W *= KINDS[kind] / np.abs(np.linalg.eigvals(W)).max()
    w_in, x, h, kept = rng.normal(size=UNITS), rng.normal(size=WASH + SEEN), np.zeros(UNITS), []
    for value in x:
        h = np.tanh(W @ h + size * w_in * value)
        kept.append(h)
    return x[WASH:], np.array(kept[WASH:])


@cache
def recall(kind: str, size: float = INPUT) -> np.ndarray:
    """The squared correlation of x_{t−k} with its best linear readout from h_t, by k, on the second half."""
    x, H = states(kind, size)
    half, past = SEEN // 2, np.array([np.roll(x, k) for k in range(LAGS)]).T
    read = H[half:] @ np.linalg.lstsq(H[LAGS:half], past[LAGS:half], rcond=1e-10)[0]
    return np.array([np.corrcoef(a, b)[0, 1] ** 2 for a, b in zip(read.T, past[half:].T, strict=True)])


def capacity(kind: str, size: float = INPUT) -> float:
    """The sum over lags; a lag that is not above chance counts as nothing."""
    r2 = recall(kind, size)
    return float(r2[r2 > 0.01].sum())


def recall_columns() -> dict[str, list[float]]:
    """The curves as columns."""
    return {"lag": list(range(LAGS))} | {kind: recall(kind).tolist() for kind in KINDS}


def recall_figure() -> Figure:
    """How much of the input of k steps ago can be read from the state."""
    fig, ax = plt.subplots(figsize=(5.6, 3.6))
    for kind, style in zip(KINDS, (":", "-.", "--", "-"), strict=True):
        ax.plot(recall(kind), style, label=f"{kind}: {capacity(kind):.0f} in all")
    ax.axvline(UNITS, color=faint(), linewidth=0.8, linestyle=":")
    ax.set(xlabel="lag $k$", ylabel="share of $x_{t-k}$ recalled", ylim=(-0.03, 1.05))
    ax.legend(loc="upper right", fontsize=10)
    return fig


# --- noise ----------------------------------------------------------------------------------------

WEIGHT, LENGTH, GOAL = 8.0, 50, 0.7
NOISES = (0.01, 0.1, 0.5)
AROUND = np.linspace(-1.5, 1.5, 400)  # not 0 itself, where the state stands on the edge


def cliff(b: np.ndarray) -> np.ndarray:
    """The loss of chapter 7's logistic unit at w = 8 against the distance of b from the cliff."""
    h = np.full(np.shape(b), 0.5)
    for _ in range(LENGTH):
        h = 1 / (1 + np.exp(-(WEIGHT * (h - 0.5) + b)))
    return 0.5 * (h - GOAL) ** 2


@cache
def smoothed(spread: float) -> np.ndarray:
    """The mean of the loss over noise on b of this standard deviation, by 2001 points."""
    z = np.linspace(-6, 6, 2001)
    weights = np.exp(-(z**2) / 2)
    return np.array([weights @ cliff(b + spread * z) for b in AROUND]) / weights.sum()


def steepest(spread: float) -> float:
    """The largest slope of the mean loss, by the mean of z L(b + σ z)/σ: no difference is taken."""
    z = np.linspace(-6, 6, 2001)
    weights = z * np.exp(-(z**2) / 2) / np.exp(-(z**2) / 2).sum() / spread
    return float(max(abs(weights @ cliff(b + spread * z)) for b in AROUND))


def noise_columns() -> dict[str, list[float]]:
    """The curves as columns."""
    columns = {"distance": AROUND.tolist(), "no noise": cliff(AROUND).tolist()}
    return columns | {f"noise {spread}": smoothed(spread).tolist() for spread in NOISES}


def noise_figure() -> Figure:
    """The cliff, and its means over noise."""
    fig, ax = plt.subplots(figsize=(5.6, 3.6))
    ax.plot(AROUND, cliff(AROUND), color="C1", label="no noise")
    for spread, style in zip(NOISES, (":", "--", "-"), strict=True):
        ax.plot(AROUND, smoothed(spread), style, color="C0", label=rf"$\sigma = {spread}$")
    ax.set(xlabel="distance of $b$ from the cliff", ylabel="mean loss", ylim=(0, 0.27))
    ax.legend(loc="upper right", fontsize=10)
    return fig
