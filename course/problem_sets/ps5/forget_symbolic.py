"""The forget gate in symbols: SymPy, for one unit."""

from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.altered_lstm import LSTMSlip, altered_step
from course.exercise import Case, Exercise, Parts
from course.gated import lstm_step
from course.lstm_slips import STEP_SLIPS
from course.models import Array
from course.problem_sets.ps5._one_unit import (
    CELLS,
    GATES,
    NAMES,
    STATES,
    SYMBOLS,
    gates_by,
    of_gate,
    of_state,
    of_step,
    without_gate,
)
from course.recognise.slips import flows
from course.symbols import evaluate_all, written


def forget_symbolic() -> tuple[Any, Any, Any]:
    """How a cell of one unit depends on the cell before, directly and in all, and what reaches a^f_t.

    Formula: c_t = σ(a^f) c + σ(a^i) tanh(a^g),  σ(a) = 1/(1 + e^{−a}),  with c for c_{t-1}, and
             a^i = s_i + u_i h,  a^f = s_f + u_f h,  a^g = s_g + u_g h,  h = o tanh(c), which is h_{t-1}.
    Here s_i, s_f, s_g are what input and bias give, u_i, u_f, u_g are the recurrent weights, and o, which is
    o_{t-1}, does not depend on c_{t-1}.

    Use the symbols `c`, `o`, `s_i`, `s_f`, `s_g`, `u_i`, `u_f`, `u_g` and `delta`, made by `sp.symbols`.
    Return SymPy expressions in these; where it is shorter, `h` may stand for o tanh(c).

    Returns:
        direct: ∂⁺c_t/∂c_{t-1}: h_{t-1} is held fixed.
        gate: ∂L/∂a^f_t, if ∂L/∂c_t = delta.
        total: dc_t/dc_{t-1}: h_{t-1} follows c_{t-1}.
    """
    raise NotImplementedError("forget_symbolic: return direct, gate, total")


def read(texts: Any, values: Array) -> list[Array]:
    """The values of the written results at the points, one column each."""
    places = dict(zip(SYMBOLS, values, strict=True))
    places["h"] = places["o"] * np.tanh(places["c"])
    return evaluate_all(texts, places)


exercise = Exercise(
    forget_symbolic,
    title="The forget gate in symbols",
    chapter="10 lstm",
    returns=NAMES,
    entry=written,
    needs=("sympy",),
    read=read,
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Three draws of six points each. The student's function sees none of it."""
    drawn = []
    for number in (1, 2, 3):
        values = 2 * draws.away_from_zero(rng, len(SYMBOLS), 6)
        values[1] = rng.uniform(0.2, 0.9, size=6)  # o is a gate
        drawn.append(Case(f"drawn numbers {number}", (values,)))
    return drawn


exercise.expects(partial(of_step, lstm_step))

SEE, BACKWARD = "The direct path and the total derivative", "Backward, gate by gate"
exercise.claim("direct", "∂⁺c_t/∂c_{t-1} is right.", parts=("direct",), points=1, see=SEE)
exercise.claim("gate", "∂L/∂a^f_t is right.", parts=("gate",), points=1, see=BACKWARD)
exercise.claim(
    "total", "dc_t/dc_{t-1} is right: three gates read h_{t-1}.", parts=("total",), points=2, see=SEE
)


def altered(slip: LSTMSlip, part: str, values: Array) -> Parts:
    """One of the three, with the derivative of the step altered."""
    return {part: of_step(partial(altered_step, slip=slip), values)[part]}


def instead(part: str, other: str, values: Array) -> Parts:
    """One of the three in the place of another."""
    return {part: of_step(lstm_step, values)[other]}


exercise.slip(
    "direct_for_total",
    "total is the forget gate alone: c_{t-1} also moves h_{t-1}, which three gates read.",
    partial(instead, "total", "direct"),
    SEE,
)
exercise.slip(
    "total_for_direct",
    "direct counts the way through h_{t-1}, which should be held fixed.",
    partial(instead, "direct", "total"),
    SEE,
)
exercise.slip(
    "delta_missing",
    "gate is ∂c_t/∂a^f_t: what arrives, delta = ∂L/∂c_t, multiplies it.",
    lambda values: {"gate": of_step(lstm_step, np.vstack([values[:-1], np.ones_like(values[-1:])]))["gate"]},
    BACKWARD,
)
_known = {slip.name: slip for slip in STEP_SLIPS}
for _name, _part, _slip in (
    ("forget_slope_missing", "gate", _known["forget_slope_missing"]),
    (
        "slope_is_value",
        "gate",
        LSTMSlip(
            "",
            "In gate the value stands where the slope belongs: σ′ is f_t (1 − f_t), not f_t.",
            slope="value",
        ),
    ),
    ("cell_after", "gate", _known["cell_after"]),
    (
        "forget_path_alone",
        "total",
        LSTMSlip(
            "", "In total h_{t-1} moves the forget gate alone: i_t and g_t read it too.", state_read="f"
        ),
    ),
    (
        "input_path_missing",
        "total",
        LSTMSlip(
            "", "In total h_{t-1} does not move i_t, which reads it as f_t and g_t do.", state_read="fg"
        ),
    ),
    (
        "candidate_path_missing",
        "total",
        LSTMSlip(
            "", "In total h_{t-1} does not move g_t, which reads it as i_t and f_t do.", state_read="if"
        ),
    ),
    (
        "slope_of_tanh",
        "gate",
        LSTMSlip("", "gate has the slope of tanh, 1 − f_t²: that of σ is f_t (1 − f_t).", slope="tanh"),
    ),
    (
        "forget_path_missing",
        "total",
        LSTMSlip(
            "",
            "In total h_{t-1} does not move the forget gate, which reads it as i_t and g_t do.",
            state_read="ig",
        ),
    ),
):
    exercise.slip(
        _name, _slip.sentence, partial(altered, _slip, _part), SEE if _part == "total" else BACKWARD
    )
for _name, _sentence, _state in STATES:
    exercise.slip(_name, _sentence, partial(of_state, _state), SEE)
for _name, _sentence, _gates in CELLS:
    exercise.slip(_name, _sentence, partial(without_gate, _gates), "The cell", flows(*gates_by(_gates)))
for _name, _sentence, _change in GATES:
    exercise.slip(_name, _sentence, partial(of_gate, _change), BACKWARD)
