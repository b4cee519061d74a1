"""Chapter 14: how far a gradient travels through an orthogonal matrix, and through every other cure."""

from collections.abc import Callable
from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from figures.style import faint
from matplotlib.figure import Figure

from course.gated import LSTM, lstm_step
from course.models import Array

STEP = 1e-60  # of the complex step
UNITS, LAST = 24, 200
Step = Callable[[Array, Array], Array]


def cayley(A: np.ndarray) -> np.ndarray:
    """The transform (I + A)^{−1}(I − A); orthogonal if A is skew."""
    return np.linalg.solve(np.eye(len(A)) + A, np.eye(len(A)) - A)


def turning(n: int, rng: np.random.Generator) -> np.ndarray:
    """The Cayley transform of a random skew matrix."""
    B = rng.normal(size=(n, n))
    return cayley(B - B.T)


def jacobian_sizes(step: Step, X: np.ndarray, state: np.ndarray) -> np.ndarray:
    """The largest stretch of d(state t)/d(state 0) for t = 1 … T, by the complex step of `step(state, x)`."""
    columns = list(state + 1j * STEP * np.eye(len(state)))
    sizes = []
    for x in X:
        columns = [step(column, x) for column in columns]
        J = np.array([column.imag / STEP for column in columns])
        sizes.append(np.linalg.norm(J, 2))
    return np.array(sizes)


def plain(W: np.ndarray, phi: Callable[[Array], Array]) -> Step:
    """h' = φ(W h + x)."""
    return lambda h, x: phi(W @ h + x)


def relu(a: Array) -> Array:
    """max(a, 0), by the real part."""
    return a * (a.real > 0)


def inputs(spread: float, T: int = LAST, seed: int = 3) -> np.ndarray:
    """Random inputs of this standard deviation, (T, UNITS)."""
    return spread * np.random.default_rng(seed).normal(size=(T, UNITS))


# --- orthogonal matrices --------------------------------------------------------------------------

SPREADS = (0.01, 0.1, 1.0)


@cache
def travels() -> dict[str, np.ndarray]:
    """‖dh_t/dh_0‖ for one orthogonal matrix: linear, and tanh with inputs of three sizes; a Gaussian one."""
    rng = np.random.default_rng(14)
    Q, W = turning(UNITS, rng), rng.normal(size=(UNITS, UNITS)) / np.sqrt(UNITS)
    start = np.zeros(UNITS)
    found = {"linear": jacobian_sizes(plain(Q, lambda a: a), inputs(1.0), start)}
    for spread in SPREADS:
        found[f"tanh, inputs {spread:g}"] = jacobian_sizes(plain(Q, np.tanh), inputs(spread), start)
    found["Gaussian, tanh, inputs 1"] = jacobian_sizes(plain(W, np.tanh), inputs(1.0), start)
    return found


def travel_columns() -> dict[str, list[float]]:
    """The curves as columns."""
    return {"t": list(range(1, LAST + 1))} | {name: sizes.tolist() for name, sizes in travels().items()}


def travel_figure() -> Figure:
    """An orthogonal matrix keeps every length; the slopes of tanh do not."""
    fig, ax = plt.subplots(figsize=(5.6, 4.0))
    styles = ("-", "-", "-", "-", "--")
    for (name, sizes), style in zip(travels().items(), styles, strict=True):
        ax.semilogy(np.arange(1, LAST + 1), sizes, style, label=name)
    ax.axhline(1, color=faint(), linewidth=0.6)
    ax.set(xlabel="step $t$", ylabel=r"$\|\mathrm{d}h_t/\mathrm{d}h_0\|$", ylim=(1e-75, 1e5))
    ax.set_yticks([1e-60, 1e-40, 1e-20, 1])
    ax.minorticks_off()
    ax.legend(loc="lower left", fontsize=10)
    return fig


# --- every cure, one journey ----------------------------------------------------------------------

LONG = 100


def gated(bias: float, scale: float, rng: np.random.Generator) -> Step:
    """An LSTM with the forget bias `bias`; its state is (h, c) in one column."""
    n = UNITS
    W_h, b = scale * rng.normal(size=(4 * n, n)) / np.sqrt(n), np.zeros(4 * n)
    b[n : 2 * n] = bias
    p = LSTM(rng.normal(size=(4 * n, n)) / np.sqrt(n), W_h, b)
    return lambda s, x: np.concatenate(lstm_step(p, x, s[:n], s[n:]))


@cache
def journeys() -> dict[str, float]:
    """‖d(state 100)/d(state 0)‖ for every cure: random weights, 24 units, inputs of size 0.5."""
    rng = np.random.default_rng(5)
    W = rng.normal(size=(UNITS, UNITS)) / np.sqrt(UNITS)
    Q, u = turning(UNITS, rng), rng.normal(size=UNITS)
    nudged = np.eye(UNITS) + 0.05 * np.outer(u, u) / (u @ u)
    modulus = np.exp(-1 / 50)  # forgets over 50 steps
    steps = {
        "plain, g = 0.8": plain(0.8 * W, np.tanh),
        "plain, g = 4": plain(4 * W, np.tanh),
        "orthogonal, tanh": plain(Q, np.tanh),
        "identity, ReLU, inputs ≥ 0": lambda h, x: relu(h + abs(x)),
        "the same, moved by 0.05": lambda h, x: relu(nudged @ h + abs(x)),
        "smaller steps, 1/50": lambda h, x: 0.98 * h + 0.02 * np.tanh(0.8 * W @ h + x),
        "LSTM, forget bias 0": gated(0.0, 1.0, np.random.default_rng(6)),
        "LSTM, forget bias 3.9": gated(3.9, 1.0, np.random.default_rng(6)),
        "linear, |λ| = exp(-1/50)": lambda h, x: modulus * (Q @ h) + x,
    }
    sizes = {}
    for name, step in steps.items():
        start = np.zeros(2 * UNITS if "LSTM" in name else UNITS)
        sizes[name] = float(jacobian_sizes(step, inputs(0.5, LONG), start)[-1])
    return sizes


def journey_table() -> str:
    """One line for each."""
    lines = ["largest stretch over 100 steps"]
    lines += [f"  {name:28}{size:10.2g}" for name, size in journeys().items()]
    return "\n".join(lines)
