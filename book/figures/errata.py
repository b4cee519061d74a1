"""Appendix D: what is written against what is right, in numbers, and two starts that are not forgotten."""

import matplotlib.pyplot as plt
import numpy as np
from figures.style import ink
from matplotlib.figure import Figure

STEP = 1e-30
NILPOTENT = np.array([[2.0, 2.0], [-2.0, -2.0]])
PUSH = np.array([-2.0, 4.0])
STARTS = {"left": np.array([0.0, 0.0]), "right": np.array([0.75, 0.75])}


def slope(f, w: float) -> float:
    """The derivative by one number, by the complex step."""
    return float(np.imag(f(w + 1j * STEP)) / STEP)


def size(M: np.ndarray) -> float:
    """The largest singular value."""
    return float(np.linalg.norm(M, 2))


def _table(rows: list[tuple[str, float, float]]) -> str:
    width = max(len(name) for name, *_ in rows)
    lines = [f"{'':{width}}  as written     right"]
    return "\n".join([*lines, *(f"{name:{width}}  {a:10.4g}  {b:8.4g}" for name, a, b in rows)])


# --- derivatives ----------------------------------------------------------------------------------


def two_partials(w_1: float = -2.0, w_2: float = 0.5, x: float = 1.0) -> tuple[float, float]:
    """∂y/∂w_1 and ∂y/∂w_2 for y = tanh(w_1 tanh(w_2 x)), by the complex step."""
    inner = np.tanh(w_2 * x)
    return (
        slope(lambda w: np.tanh(w * inner), w_1),
        slope(lambda w: np.tanh(w_1 * np.tanh(w * x)), w_2),
    )


def counted_twice(w: float = 1.0, t: int = 20, h_0: float = 1.0) -> tuple[float, float]:
    """The sum over uses with total derivatives in it, and dh_t/dw, for h_t = w h_{t-1}."""
    totals = [slope(lambda v, k=k: v**k * h_0, w) for k in range(1, t + 1)]
    return sum(w ** (t - k) * total for k, total in enumerate(totals, 1)), totals[-1]


def product_for_sum(w: float = 0.5, t: int = 3, h_0: float = 1.0) -> tuple[float, float]:
    """∂g/∂w times dh_t/dw, and the derivative of o_t = w h_t, for h_t = w h_{t-1}."""
    h_t = w**t * h_0
    return h_t * slope(lambda v: v**t * h_0, w), slope(lambda v: v * v**t * h_0, w)


def one_factor_more(b: float = 1.0, c: float = 0.9, t: int = 6) -> tuple[float, float]:
    """The sum whose products run down to j = i, and the recursion it should expand."""
    a = 0.0
    for _ in range(t):
        a = b + c * a
    return sum(c ** (t - i + 1) * b for i in range(1, t + 1)), a


def derivatives_table() -> str:
    """The four of the first section."""
    by_1, by_2 = two_partials()
    return _table(
        [
            ("labels exchanged: by w_1", by_2, by_1),
            ("labels exchanged: by w_2", by_1, by_2),
            ("one sign for two: dh_20/dw", *counted_twice()),
            ("product for sum: do_3/dw", *product_for_sum()),
            ("one factor more: dh_6/dw", *one_factor_more()),
        ]
    )


# --- matrices -------------------------------------------------------------------------------------


SHEAR = np.array([[1.0, 1.0], [0.0, 1.0]])


def matrices_table() -> str:
    """Two norms that a transpose changes, and a power of a number below one."""
    W, D = np.array([[0.0, 2.0], [0.0, 0.0]]), np.diag([1.0, 0.1])
    return _table(
        [
            ("norm of the Jacobian, W transposed", size(W.T @ D), size(W @ D)),
            (
                "norm of a 10th power, read as a transpose",
                size(SHEAR.T),
                size(np.linalg.matrix_power(SHEAR, 10)),
            ),
            ("size of the eigenvalue -2 to the 40th", 0.0, abs((-2.0) ** 40)),
        ]
    )


def states(start: np.ndarray, W: np.ndarray = NILPOTENT, steps: int = 40) -> np.ndarray:
    """h_t = tanh(W h_{t-1} + b) under a constant input, shape (steps + 1, 2)."""
    H = [start]
    for _ in range(steps):
        H.append(np.tanh(W @ H[-1] + PUSH))
    return np.array(H)


def distances(W: np.ndarray) -> list[float]:
    """How far apart two runs are that differ in their start alone."""
    left, right = (states(start, W) for start in STARTS.values())
    return [float(d) for d in np.linalg.norm(left - right, axis=1)]


SMALL = NILPOTENT * 0.9 / 4
REST, EDGE = (0.04155, 1.52196), 1.04275  # sums of the states that stay: two at rest, one on the edge


def echo_columns() -> dict[str, list[float]]:
    """The two distances, step by step."""
    return {"step": list(range(41)), "norm 4": distances(NILPOTENT), "norm 0.9": distances(SMALL)}


def next_sum(s: np.ndarray) -> np.ndarray:
    """The sum of the two states one step later: W h_{t-1} depends on the sum alone."""
    return np.tanh(2 * s + PUSH[0]) + np.tanh(-2 * s + PUSH[1])


def echo() -> Figure:
    """Left, why: the sum of the states has two resting places. Right, two runs kept apart, two that meet."""
    columns = echo_columns()
    fig, (left, right) = plt.subplots(1, 2, figsize=(5.9, 3.1))
    s = np.linspace(-0.5, 2, 300)
    left.plot(s, next_sum(s), "C1")
    left.plot(s, s, color=ink(), linewidth=0.8)
    left.plot(REST, REST, "o", color="C1", markersize=6)
    left.plot([EDGE], [EDGE], "o", color="C1", markersize=6, markerfacecolor="none")
    left.set(xlabel="sum of the states", ylabel="a step later", aspect="equal")
    for name, colour in (("norm 4", "C1"), ("norm 0.9", "C0")):
        right.semilogy(columns["step"][:21], columns[name][:21], colour, label=name)
    right.set(xlabel="step", ylabel="distance", ylim=(1e-9, 10))
    right.set_yticks([1e-8, 1e-6, 1e-4, 1e-2, 1])
    right.minorticks_off()
    right.legend(loc="center right")
    return fig


# --- gates and clips ------------------------------------------------------------------------------


def logistic(a: float) -> float:
    """1/(1 + e^{-a})."""
    return float(1 / (1 + np.exp(-a)))


def time_constant(bias: float) -> float:
    """Steps until a cell has lost all but 1/e of its content, if the forget gate stays at its bias."""
    return float(-1 / np.log(logistic(bias)))


def gates_table() -> str:
    """Slope of the candidate, growth of a cell without its tilde, memory of a bias that is added twice."""
    f, i, g = 0.9, 0.9, np.tanh(0.0)
    norms = [3.0, 4.0]
    return _table(
        [
            ("slope of g at rest, taken for a gate", g * (1 - g), 1 - g**2),
            ("growth of an empty-handed cell, tilde lost", f / (1 - i), f),
            ("steps of memory, 'bias 1' set twice", time_constant(2), time_constant(1)),
            ("global norm of lengths 3 and 4, as a sum", sum(norms), float(np.hypot(*norms))),
        ]
    )
