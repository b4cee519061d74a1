"""Mistakes in the backward pass of the LSTM, each as an altered step of `course.altered_lstm`."""

from course.altered_lstm import GATES, HERE, PATHS, LSTMSlip


def _one_gate_forgotten(gate: str) -> LSTMSlip:
    return LSTMSlip(
        f"state_read_without_{gate}",
        f"What goes back to h_{{t-1}} lacks the way through a^{gate}_t: each block of a_t reads it.",
        PATHS,
        state_read=GATES.replace(gate, ""),
    )


def _held(gate: str) -> LSTMSlip:
    return LSTMSlip(
        f"held_{gate}",
        f"{gate}_t is taken for a constant: nothing reaches a^{gate}_t.",
        held=gate,
    )


def _slopes_at(of: str, kind: str, said: str) -> LSTMSlip:
    gates = " and ".join(of)
    others = f", and likewise for {' and '.join(of[1:])}" if of[1:] else ""
    wrong = f"{said.format(g=of[0])}{others}. The other gates' slopes are right."
    return LSTMSlip(f"slope_{kind}_at_{'_and_'.join(of)}", f"At {gates} {wrong}", slope=KINDS[kind], of=of)


KINDS = {"missing": "missing", "is_value": "value", "squashed": "squashed", "of_tanh": "tanh"}
SAID = {
    "missing": "the slope {g}_t (1 − {g}_t) is missing",
    "is_value": "the value {g}_t stands where the slope {g}_t (1 − {g}_t) belongs",
    "squashed": "σ′ is taken at the gate, which is σ(a) already; the slope should be {g}_t (1 − {g}_t)",
    "of_tanh": "the slope of tanh, 1 − {g}_t², stands where {g}_t (1 − {g}_t) belongs",
}
NAMED = {("missing", gate) for gate in "ifo"} | {("of_tanh", "o")}  # below, by names of their own

STEP_SLIPS = (
    *[
        _slopes_at(of, kind, said)
        for kind, said in SAID.items()
        for of in ("i", "f", "o", "if")
        if (kind, of) not in NAMED
    ],
    LSTMSlip(
        "slopes_missing",
        "The slopes of all four gates are missing: ∂L/∂i_t stands where ∂L/∂a^i_t belongs, and so on.",
        slope="missing",
        slope_g="missing",
    ),
    LSTMSlip("slope_missing", "At the gates i, f and o the slope σ′ = σ(1 − σ) is missing.", slope="missing"),
    LSTMSlip(
        "slope_is_value",
        "At the gates the value stands where the slope belongs: σ′(a^f_t) is f_t (1 − f_t), not f_t.",
        slope="value",
    ),
    LSTMSlip(
        "slope_squashed",
        "σ′ is taken at the gate, which is σ(a) already: with f_t = σ(a^f_t) the slope is f_t (1 − f_t).",
        slope="squashed",
    ),
    LSTMSlip(
        "slope_of_tanh_at_gates",
        "The gates i, f and o get the slope of tanh, 1 − f_t²; theirs is f_t (1 − f_t).",
        slope="tanh",
    ),
    LSTMSlip(
        "input_slope_missing",
        "At the input gate the slope i_t (1 − i_t) is missing.",
        slope="missing",
        of="i",
    ),
    LSTMSlip(
        "forget_slope_missing",
        "At the forget gate the slope f_t (1 − f_t) is missing.",
        slope="missing",
        of="f",
    ),
    LSTMSlip(
        "output_slope_missing",
        "At the output gate the slope o_t (1 − o_t) is missing.",
        slope="missing",
        of="o",
    ),
    LSTMSlip(
        "output_slope_of_tanh",
        "The output gate gets the slope of tanh, 1 − o_t²; its own is o_t (1 − o_t).",
        slope="tanh",
        of="o",
    ),
    LSTMSlip("candidate_slope_missing", "At g_t the slope 1 − g_t² is missing.", slope_g="missing"),
    LSTMSlip(
        "candidate_slope_squashed",
        "tanh′ is taken at g_t, which is tanh(a^g_t) already: the slope is 1 − g_t².",
        slope_g="squashed",
    ),
    LSTMSlip(
        "candidate_slope_logistic",
        "g_t gets the slope of a gate, g_t (1 − g_t); it is a tanh, with 1 − g_t².",
        slope_g="logistic",
    ),
    LSTMSlip("cell_slope_missing", "From h_t to c_t the factor tanh′(c_t) is missing.", slope_c="missing"),
    LSTMSlip(
        "output_gate_missing",
        "From h_t to c_t the factor o_t is missing: h_t = o_t ⊙ tanh(c_t).",
        cell_shown=False,
    ),
    LSTMSlip(
        "cell_slope_before", "tanh′ is taken at c_{t-1}: h_t = o_t ⊙ tanh(c_t) reads c_t.", slope_c="before"
    ),
    LSTMSlip(
        "cell_slope_of_state",
        "tanh′(c_t) is made of h_t: 1 − tanh²(c_t) is not 1 − h_t², as h_t has o_t in it.",
        slope_c="state",
    ),
    LSTMSlip("cell_slope_of_cell", "tanh′(c_t) is 1 − tanh²(c_t), not 1 − c_t².", slope_c="cell"),
    LSTMSlip(
        "tanh_of_cell_before",
        "tanh(c_{t-1}) stands where tanh(c_t) belongs: h_t reads the cell after the step.",
        slope_c="before",
        output_factor="before",
    ),
    LSTMSlip(
        "state_slope",
        "What goes back to h_{t-1} gets a slope 1 − h²_{t-1}, as in a plain RNN: here h is no tanh of a sum.",
        PATHS,
        state_slope=True,
    ),
    LSTMSlip(
        "cell_slope_squashed",
        "tanh′(c_t) is 1 − tanh²(c_t): one tanh is enough.",
        slope_c="squashed",
    ),
    LSTMSlip(
        "cell_not_gated",
        "What goes back to c_{t-1} lacks the factor f_t.",
        PATHS,
        direct="ungated",
    ),
    LSTMSlip(
        "state_to_cell_missing",
        "∂L/∂c_t lacks what h_t gives to c_t: h_t reads c_t.",
        cell_read=False,
    ),
    LSTMSlip(
        "cell_after",
        "c_t is used where c_{t-1} belongs: the forget gate multiplies the cell before the step.",
        cell_used="after",
    ),
    LSTMSlip(
        "factors_swapped",
        "i_t and g_t are exchanged as factors: ∂c_t/∂i_t is g_t, and ∂c_t/∂g_t is i_t.",
        factors="swapped",
    ),
    LSTMSlip(
        "output_factor",
        "At the output gate c_t stands where tanh(c_t) belongs: h_t = o_t ⊙ tanh(c_t).",
        output_factor="cell",
    ),
    LSTMSlip(
        "transpose",
        "Each gate's block of W_h stands where its transpose belongs: ∂L/∂a^f_t goes back by (W_{fh})ᵀ.",
        transpose=False,
    ),
    LSTMSlip(
        "rows_ifog",
        f"You have the rows in the order i, f, o, g; {HERE}.",
        rows="ifog",
    ),
    LSTMSlip(
        "rows_figo",
        f"You have the rows in the order f, i, g, o; {HERE}.",
        rows="figo",
    ),
    *map(_one_gate_forgotten, GATES),
    *map(_held, GATES),
)
