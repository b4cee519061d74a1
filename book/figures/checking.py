"""Chapter 2: differences against the complex step, and two gradients put to the adjoint and Taylor tests."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.checking_slips import SLIPS, gradient
from matplotlib.figure import Figure

from course.models import RNN, rnn_loss
from course.oracles import complex_step

# --- steps ----------------------------------------------------------------------------------------


@cache
def small_network() -> tuple[RNN, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A network with data and one direction V for W_hh: sizes all different, nothing zero."""
    rng = np.random.default_rng(3)
    T, d, h, q = 6, 2, 5, 3
    p = RNN(*(0.5 * rng.normal(size=shape) for shape in ((h, d), (h, h), (h,), (q, h), (q,))))
    return p, rng.normal(size=(T, d)), rng.normal(size=(T, q)), rng.normal(size=h), rng.normal(size=(h, h))


def loss_along(step: complex, dtype: type = complex) -> complex:
    """The loss at W_hh + step·V, in the arithmetic of `dtype`."""
    p, X, Y, h_0, V = small_network()
    moved = p._replace(W_hh=p.W_hh.astype(dtype) + dtype(step) * V.astype(dtype))
    moved = RNN(*(w.astype(dtype) for w in moved))
    return rnn_loss(moved, X.astype(dtype), Y.astype(dtype), h_0.astype(dtype))


def _forward(step: float, dtype: type) -> float:
    difference = loss_along(step, dtype) - loss_along(0.0, dtype)
    return float(difference) / float(dtype(step))


def _central(step: float) -> float:
    return float((loss_along(step, np.float64) - loss_along(-step, np.float64)) / (2 * step))


def complex_along(step: float) -> float:
    """The derivative of the loss along V by the complex step."""
    return float(np.imag(loss_along(1j * step)) / step)


@cache
def step_errors() -> dict[str, list[float]]:
    """The relative error of four ways to differentiate, for every step size."""
    steps, truth = 10.0 ** np.arange(-1, -17, -0.5), complex_along(1e-30)
    ways = {
        "forward, float32": lambda e: _forward(e, np.float32),
        "forward": lambda e: _forward(e, np.float64),
        "central": _central,
        "complex step": complex_along,
    }
    errors = {name: [abs(way(e) / truth - 1) for e in steps] for name, way in ways.items()}
    return {"step": steps.tolist()} | errors


def steps() -> Figure:
    """Relative error against step size for differences and for the complex step."""
    errors = step_errors()
    fig, ax = plt.subplots(figsize=(5.6, 4.2))
    lines = {"forward, float32": "C4", "forward": "C1", "central": "C2", "complex step": "C0"}
    for name, colour in lines.items():
        marks = {"marker": "o", "markersize": 3.5, "linewidth": 1.4}
        ax.loglog(errors["step"], np.maximum(errors[name], 1e-17), color=colour, label=name, **marks)
    ax.set(xlabel=r"step $\varepsilon$", ylabel="relative error of the derivative", ylim=(4e-18, 30))
    ax.set_yticks([1, 1e-4, 1e-8, 1e-12, 1e-16])
    ax.set_xticks([1e-16, 1e-12, 1e-8, 1e-4])
    ax.minorticks_off()
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 0.14), fontsize=10)
    return fig


# --- a right and a wrong gradient, tried ----------------------------------------------------------


@cache
def two_gradients() -> dict[str, np.ndarray]:
    """The gradient by W_hh of the small network, and the one without a transpose."""
    p, X, Y, h_0, _ = small_network()
    case = {name: torch.tensor(w)[None] for name, w in zip(p._fields, p, strict=True)}
    case |= {"X": torch.tensor(X)[None], "Y": torch.tensor(Y)[None], "h_0": torch.tensor(h_0)[None]}
    right = complex_step(lambda W: rnn_loss(p._replace(W_hh=W), X, Y, h_0), p.W_hh)
    return {"right": right, "transpose missing": gradient(case, SLIPS[0])[0]}


def adjoint_table() -> str:
    """One derivative of the loss along a random V, and what each gradient says it is."""
    V = small_network()[-1]
    lines = [f"complex step along V      {complex_along(1e-30):+.12f}"]
    lines += [f"g·V, {name:20} {np.sum(g * V):+.12f}" for name, g in two_gradients().items()]
    return "\n".join(lines)


def remainder(g: np.ndarray, step: float) -> float:
    """|f(W + εV) − f(W) − ε g·V| for the small network."""
    ahead = float(loss_along(step, np.float64) - loss_along(0.0, np.float64))
    return abs(ahead - step * np.sum(g * small_network()[-1]))


def taylor_table() -> str:
    """The slopes of the Taylor remainder for both gradients, for smaller and smaller steps."""
    lines = ["step      " + "".join(f"{name:>20}" for name in two_gradients())]
    for k in range(4, 29, 4):
        pairs = [(remainder(g, 0.5**k), remainder(g, 0.5 ** (k + 1))) for g in two_gradients().values()]
        slopes = "".join(f"{np.log2(whole / half):20.3f}" for whole, half in pairs)
        lines.append(f"{0.5**k:.1e}   {slopes}")
    return "\n".join(lines)
