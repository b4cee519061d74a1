"""The derivatives of a cell of one unit, and those of cells with one thing altered, for `forget_symbolic`."""

from functools import partial
from typing import Any

import numpy as np

from course.altered_lstm import gate_slope
from course.exercise import Parts
from course.gated import LSTM, logistic, lstm_step
from course.models import Array
from course.oracles import STEP

NAMES = ("direct", "gate", "total")
SYMBOLS = ("c", "o", "s_i", "s_f", "s_g", "u_i", "u_f", "u_g", "delta")


def units(s: Array, u: Array) -> LSTM:
    """An LSTM whose units read themselves alone: biases s and weights u (4, units), rows i, f, g, o."""
    return LSTM(np.zeros((s.size, 1)), np.concatenate([np.diag(row) for row in u]), s.ravel())


def state_of(o: Any, c: Any) -> Any:
    """h_{t-1} as it follows c_{t-1}."""
    return o * np.tanh(c)


def of_step(step: Any, values: Array, state: Any = state_of) -> Parts:
    """The three derivatives at every point, by the complex step of `step`, and of `state` in the total one.

    Each point is a unit.
    """
    c, o, s_i, s_f, s_g, u_i, u_f, u_g, delta = values
    s, u, x = np.stack([s_i, s_f, s_g, 0 * c]), np.stack([u_i, u_f, u_g, 0 * c]), np.zeros(1)
    h, nudged = state_of(o, c), c + 1j * STEP
    moved = units(s + 1j * STEP * np.eye(4)[1][:, None], u)
    direct = step(units(s, u), x, h, nudged)[1]
    gate = delta * step(moved, x, h, c)[1]
    total = step(units(s, u), x, state(o, nudged), nudged)[1]
    return {name: np.imag(v) / STEP for name, v in zip(NAMES, (direct, gate, total), strict=True)}


def of_state(state: Any, values: Array) -> Parts:
    """total, if h_{t-1} follows c_{t-1} in another way."""
    return {"total": of_step(lstm_step, values, state)["total"]}


STATES = (
    (
        "slope_of_the_state_missing",
        "In total the slope tanh′(c) is missing: ∂h_{t-1}/∂c_{t-1} is o (1 − tanh²(c)).",
        lambda o, c: o * (np.tanh(c.real) + 1j * c.imag),
    ),
    (
        "output_gate_forgotten",
        "In total h_{t-1} follows c_{t-1} as tanh(c): it is o tanh(c).",
        lambda o, c: np.tanh(c),
    ),
    (
        "output_gate_forgotten",
        "In total ∂h_{t-1}/∂c_{t-1} lacks the factor o: h_{t-1} is o tanh(c).",
        lambda o, c: o * np.tanh(c.real) + 1j * np.tanh(c).imag,
    ),
    (
        "state_for_the_cell",
        "In total h_{t-1} follows c_{t-1} as o c: it is o tanh(c).",
        lambda o, c: o * c,
    ),
    (
        "slope_of_the_state_squashed",
        "In total tanh′ is made of h_{t-1}: it is 1 − tanh²(c), not 1 − h².",
        lambda o, c: o * np.tanh(c.real) + 1j * o * (1 - (o * np.tanh(c.real)) ** 2) * c.imag,
    ),
)


def cell_by(gates: Any, p: LSTM, x: Array, h: Array, c: Array) -> tuple[Array, Array]:
    """A step whose cell is i g + f c, where `gates(i, f, g)` of the sums a are other ones than given."""
    i, f, g = gates(*np.split(p.W_h @ h + p.b, 4)[:3])
    return h, f * c + i * g


def without_gate(gates: Any, values: Array) -> Parts:
    """direct and total for such a cell."""
    found = of_step(partial(cell_by, gates), values)
    return {name: found[name] for name in ("direct", "total")}


def slope_as_written(gates: Any, i: Array, f: Array, g: Array) -> tuple[Array, Array, Array]:
    """The same, but that f has the derivative f (1 − f), whatever it is."""
    i, value, g = gates(i, f, g)
    return i, value.real + 1j * gate_slope("right", value.real) * np.imag(f), g


def gates_by(gates: Any) -> list[Any]:
    """What gate may be for such a cell: its derivative, or that with σ′ as written for the given one."""
    return [partial(of_step, partial(cell_by, way)) for way in (gates, partial(slope_as_written, gates))]


CELLS = (
    (
        "candidate_unsquashed",
        "g is taken for the sum a^g itself: it is tanh(a^g).",
        lambda i, f, g: (logistic(i), logistic(f), g),
    ),
    (
        "coupled",
        "i is taken for 1 − f: it is a gate of its own, σ(a^i).",
        lambda i, f, g: (1 - logistic(f), logistic(f), np.tanh(g)),
    ),
    (
        "sign_of_the_exponent",
        "f is σ(−a^f), which is 1 − σ(a^f): the exponent is −a^f, with s_f and u_f h both turned.",
        lambda i, f, g: (logistic(i), logistic(-f), np.tanh(g)),
    ),
    (
        "sign_of_the_exponent",
        "i is σ(−a^i), which is 1 − σ(a^i): the exponent is −a^i, with s_i and u_i h both turned.",
        lambda i, f, g: (logistic(-i), logistic(f), np.tanh(g)),
    ),
    (
        "gate_squashed_by_tanh",
        "f is tanh(a^f): a gate is σ(a^f), between 0 and 1.",
        lambda i, f, g: (logistic(i), np.tanh(f), np.tanh(g)),
    ),
)


def of_gate(change: Any, values: Array) -> Parts:
    """gate, changed by a function of it and of the values by symbol."""
    return {"gate": change(of_step(lstm_step, values)["gate"], dict(zip(SYMBOLS, values, strict=True)))}


def second(gate: Array, at: dict[str, Array]) -> Array:
    """The derivative of σ′ where σ′ belongs, by the complex step."""
    a = at["s_f"] + at["u_f"] * state_of(at["o"], at["c"])
    return np.asarray(at["delta"] * at["c"] * np.imag(gate_slope("right", logistic(a + 1j * STEP))) / STEP)


GATES = (
    (
        "cell_forgotten",
        "gate lacks the factor c_{t-1}, which f_t multiplies.",
        lambda gate, at: gate / at["c"],
    ),
    (
        "with_the_weight",
        "gate has the factor u_f too: this is what goes on to h_{t-1}, behind a^f_t.",
        lambda gate, at: gate * at["u_f"],
    ),
    (
        "slope_of_the_slope",
        "gate has the second derivative of σ: once is enough, σ′ is f_t (1 − f_t).",
        second,
    ),
)
