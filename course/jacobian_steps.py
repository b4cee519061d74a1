"""LSTM steps with other values, by mistake: with the rules as they are, or with those that follow."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from course.altered_jacobian import JacobianSlip
from course.gated import LSTM, logistic
from course.jacobian_values import At, Word
from course.models import Array

Change = Callable[[LSTM, At], dict[str, Array]]


def _with(change: Change, p: LSTM, at: At) -> At:
    """The step with some values computed otherwise, and what depends on them."""
    other = change(p, at)
    i, f, g = (other.get(name, getattr(at, name)) for name in "ifg")
    cell = other.get("cell", f * at.c + i * g)
    return replace(at, i=i, f=f, g=g, o=other.get("o", at.o), cell=cell, y=other.get("y", np.tanh(cell)))


def _of(
    name: str, said: str, change: Change, throughout: dict[str, str | Word] | None = None
) -> tuple[JacobianSlip, ...]:
    """Values computed otherwise, with the rules as they are; and `throughout`, with the rules that follow."""
    values = partial(_with, change)
    one = JacobianSlip(
        f"values_{name}", f"{said}: all that follows is of another step.", "The cell", values=values
    )
    if throughout is None:
        return (one,)
    sentence = f"{said}, in the slopes too: that is another step."
    return one, JacobianSlip(f"step_{name}", sentence, "The cell", factors=throughout, values=values)


def _exchanged(one: str, other: str) -> Change:
    """The rows of two gates are taken for each other's."""

    def change(p: LSTM, s: At) -> dict[str, Array]:
        rows = dict(zip("ifgo", s.a, strict=True))
        rows[one], rows[other] = rows[other], rows[one]
        return {name: np.tanh(a) if name == "g" else logistic(a) for name, a in rows.items()}

    return change


def _exchanged_throughout(one: str, other: str) -> JacobianSlip:
    rows = "ifgo".translate(str.maketrans(one + other, other + one))
    said = f"You read the rows of p in the order {', '.join(rows)}; the exercise's order is i, f, g, o."
    values = partial(_with, _exchanged(one, other))
    return JacobianSlip(f"rows_read_as_{rows}", said, "The cell", rows=rows, values=values)


VALUES = (
    *_of(
        "g_logistic", "g is computed with σ", lambda p, s: {"g": logistic(s.a[2])}, {"slope_g": "g (1 − g)"}
    ),
    *_of("g_linear", "g is computed without tanh", lambda p, s: {"g": s.a[2]}, {"slope_g": "1"}),
    *_of("i_as_1-f", "i is taken for 1 − f", lambda p, s: {"i": 1 - s.f}),
    *_of(
        "cell_coupled", "c_t is computed with 1 − f for i", lambda p, s: {"cell": s.f * s.c + (1 - s.f) * s.g}
    ),
    *_of(
        "cell_without_i",
        "c_t is computed without i",
        lambda p, s: {"cell": s.f * s.c + s.g},
        {"by_i": "0", "by_g": "1"},
    ),
    *_of(
        "cell_without_f",
        "c_t is computed without f",
        lambda p, s: {"cell": s.c + s.i * s.g},
        {"by_f": "0", "kept": "1"},
    ),
    *_of("cell_of_gates", "c_t is computed as i ⊙ g alone", lambda p, s: {"cell": s.i * s.g}),
    *_of("cell_kept", "c_t is computed as f ⊙ c_{t-1} alone", lambda p, s: {"cell": s.f * s.c}),
    *_of(
        "state_linear",
        "c_t stands for tanh(c_t), in the slope too",
        lambda p, s: {"y": s.cell},
        {"slope_c": "1"},
    ),
    *_of("state_of_cell_before", "tanh(c_{t-1}) stands for tanh(c_t)", lambda p, s: {"y": np.tanh(s.c)}),
    *_of("state_squashed_twice", "tanh(tanh(c_t)) stands for tanh(c_t)", lambda p, s: {"y": np.tanh(s.y)}),
    *_of("state_logistic", "σ(c_t) stands for tanh(c_t)", lambda p, s: {"y": logistic(s.cell)}),
    *_of("forget_bias", "1 is added to a^f", lambda p, s: {"f": logistic(s.a[1] + 1)}),
    *[
        slip
        for one, other in ("if", "ig", "io", "fg", "fo", "go")
        for slip in (
            *_of(
                f"rows_{one}{other}", f"The rows of {one} and {other} are exchanged", _exchanged(one, other)
            ),
            _exchanged_throughout(one, other),
        )
    ],
    *_of(
        "gates_of_tanh",
        "i, f and o are computed with tanh",
        lambda p, s: dict(zip("ifo", map(np.tanh, (s.a[0], s.a[1], s.a[3])), strict=True)),
        {f"slope_{gate}": f"1 − {gate}²" for gate in "ifo"},
    ),
    *_of(
        "gates_turned",
        "i, f and o are computed with e^a for e^{−a}",
        lambda p, s: dict(zip("ifo", (logistic(-a) for a in (s.a[0], s.a[1], s.a[3])), strict=True)),
    ),
)
