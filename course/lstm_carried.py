"""Mistakes in what an LSTM's backward pass carries from step to step: see `course.altered_lstm`."""

from course.altered_lstm import PATHS, LSTMSlip

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
        "state_added_up",
        "∂L/∂h_t itself goes back to h_{t-1}, beside what the gates send: is the carry added up?",
        PATHS,
        added=True,
    ),
    LSTMSlip(
        "forget_gate_early",
        "∂L/∂c_t goes back to c_{t-1} with the factor f_{t-1}: the gate between them is f_t.",
        PATHS,
        direct="early",
    ),
)
