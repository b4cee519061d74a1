"""Mistakes in what an LSTM's backward pass carries from step to step: see `course.altered_lstm`."""

from course.altered_lstm import PATHS, LSTMSlip


def _on_both(name: str, factor: str, arriving: str) -> LSTMSlip:
    said = f"What comes back to c_t from step t+1 gets the factor {factor}, too: that is on h_t's way alone."
    return LSTMSlip(name, said, PATHS, arriving=arriving)


ADDED = "is the new gradient added to the old one?"
# What arrives at a step and what leaves it; the Jacobian of a step does not show them.
PASSED_SLIPS = (
    _on_both("cell_slope_on_both", "tanh′(c_t)", "slope"),
    _on_both("output_gate_on_both", "o_t", "output"),
    _on_both("output_gate_and_slope_on_both", "o_t ⊙ tanh′(c_t)", "shown"),
    LSTMSlip(
        "gated_before_adding",
        "What comes back to c_t from step t+1 gets the factor f_t before it is added: f_t stands between c_t "
        "and c_{t-1}.",
        PATHS,
        arriving="forget",
    ),
    LSTMSlip(
        "cell_added_up",
        f"∂L/∂c_t itself goes back to c_{{t-1}}, beside f_t ⊙ ∂L/∂c_t: {ADDED}",
        PATHS,
        direct="added",
    ),
    LSTMSlip(
        "later_cell_added_up",
        f"What comes back to c_t from step t+1 goes on to c_{{t-1}} itself, beside f_t ⊙ ∂L/∂c_t: {ADDED}",
        PATHS,
        added="later c",
    ),
    LSTMSlip(
        "state_added_up",
        f"∂L/∂h_t itself goes back to h_{{t-1}}, beside what the gates send: {ADDED}",
        PATHS,
        added="h",
    ),
)


MOST = 20  # steps; the longest case has more


def _last_steps_alone(steps: int) -> LSTMSlip:
    said = f"Nothing goes back from one step to the one before but within the last {steps} steps."
    return LSTMSlip("last_steps_alone", said, PATHS, carried="", within=steps)


FORGET_GATE_EARLY = LSTMSlip(
    "forget_gate_early",
    "∂L/∂c_t goes back to c_{t-1} with the factor f_{t-1}; it should be f_t, the gate between them.",
    PATHS,
    direct="early",
)
CARRIED_SLIPS = (
    LSTMSlip(
        "cell_not_carried",
        "∂L/∂c_t does not go back to step t - 1: what the step returns for c_{t-1} is dropped.",
        PATHS,
        carried="h",
    ),
    LSTMSlip(
        "state_not_carried",
        "∂L/∂h_t does not go back to step t - 1: the gates of step t read h_{t-1}.",
        PATHS,
        carried="c",
    ),
    LSTMSlip("nothing_carried", "Nothing goes back from step to step.", PATHS, carried=""),
    LSTMSlip(
        "later_steps_kept_from_cell",
        "Of ∂L/∂h_t only what the loss says reaches c_t; what comes back from step t+1 belongs there too.",
        PATHS,
        onward="o",
    ),
    LSTMSlip(
        "loss_kept_from_cell",
        "Of ∂L/∂h_t only what comes back from step t+1 reaches c_t; what the loss says belongs there too.",
        PATHS,
        seen="o",
    ),
    LSTMSlip(
        "later_steps_kept_from_output_gate",
        "Of ∂L/∂h_t only what the loss says reaches o_t; what comes back from step t+1 belongs there too.",
        PATHS,
        onward="c",
    ),
    LSTMSlip(
        "later_state_added_up",
        "What comes back to h_t from step t+1 goes on to h_{t-1} itself, beside what the gates send: is the "
        "carry added up?",
        PATHS,
        added="later h",
    ),
    LSTMSlip(
        "loss_added_up",
        "What the loss says of h_t goes to h_{t-1} itself as well: is dH[t] added twice?",
        PATHS,
        added="loss h",
    ),
    FORGET_GATE_EARLY,
    LSTMSlip(
        "cell_gated_first",
        "∂L/∂c_t gets the factor f_t where it comes back to c_t, and none where it goes on to c_{t-1}: f_t "
        "is the gate between these two.",
        PATHS,
        direct="ungated",
        arriving="forget",
    ),
    LSTMSlip(
        "gates_of_the_later_state",
        "The gates of step t are computed from h_t; they should read h_{t-1}.",
        "The cell",
        gates_of="after",
    ),
    LSTMSlip(
        "later_state_throughout",
        "h_t is used where h_{t-1} belongs, in the gates of step t and in ∂L/∂W_h.",
        "The cell",
        gates_of="after",
        state_used="after",
    ),
)
LAST_STEPS = tuple(map(_last_steps_alone, range(2, MOST + 1)))
