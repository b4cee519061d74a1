"""Answers to `masked_forward`."""

import numpy as np

from course import RNN, rnn_forward
from course.grader.bank import Bank

bank = Bank("masked_forward")


@bank.reference
def masked_forward(
    p: RNN, X: np.ndarray, lengths: np.ndarray, h_0: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    T, N, _ = X.shape
    H = np.zeros((T + 1, N, len(p.b_h)))
    H[0] = h_0
    mask = np.arange(1, T + 1)[:, None, None] <= lengths[:, None]
    for t in range(T):
        moved = np.tanh(X[t] @ p.W_hx.T + H[t] @ p.W_hh.T + p.b_h)
        H[t + 1] = np.where(mask[t], moved, H[t])
    O = np.where(mask, H[1:] @ p.W_qh.T + p.b_q, 0.0)
    return H, O


@bank.right
def one_sequence_at_a_time(
    p: RNN, X: np.ndarray, lengths: np.ndarray, h_0: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    # Each sequence is cut to its length, run alone, and padded afterwards.
    T = len(X)
    H, O = [], []
    for n, T_n in enumerate(lengths):
        states, outputs = rnn_forward(p, X[:T_n, n], h_0[n])
        H.append(np.pad(states, ((0, T - T_n), (0, 0)), mode="edge"))
        O.append(np.pad(outputs, ((0, T - T_n), (0, 0))))
    return np.stack(H, axis=1), np.stack(O, axis=1)


@bank.right
def packed(p: RNN, X: np.ndarray, lengths: np.ndarray, h_0: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # Sorted by length, so that the rows still running are the first ones: no mask is needed.
    T, N, _ = X.shape
    order = np.argsort(-lengths, kind="stable")
    state = h_0[order]
    H, O = [state], np.zeros((T, N, len(p.b_q)))
    for t in range(T):
        running = int(np.sum(lengths > t))
        state = state.copy()
        rows = X[t, order[:running]]
        state[:running] = np.tanh(rows @ p.W_hx.T + state[:running] @ p.W_hh.T + p.b_h)
        O[t, order[:running]] = state[:running] @ p.W_qh.T + p.b_q
        H.append(state)
    back = np.argsort(order, kind="stable")
    return np.stack(H)[:, back], O


MASK = "np.arange(1, T + 1)"
STATE = "np.where(mask[t], moved, H[t])"
bank.edit("mask_ignored", STATE, "moved", loses={"frozen"}, slip="unmasked")
bank.edit(
    "no_mask",
    "np.where(mask, H[1:] @ p.W_qh.T + p.b_q, 0.0)",
    "H[1:] @ p.W_qh.T + p.b_q",
    of="mask_ignored",
    loses={"frozen", "outputs"},
    slip="unmasked_throughout",
)
bank.edit("state_zeroed", STATE, "moved * mask[t]", loses={"frozen"}, slip="zeroed")
bank.edit(
    "stops_one_early", MASK, "np.arange(2, T + 2)", loses={"real_steps", "outputs"}, slip="one_step_short"
)
bank.edit("runs_one_late", MASK, "np.arange(T)", loses={"frozen", "outputs"}, slip="one_step_long")
bank.edit(
    "outputs_everywhere",
    "np.where(mask, H[1:] @ p.W_qh.T + p.b_q, 0.0)",
    "H[1:] @ p.W_qh.T + p.b_q",
    loses={"outputs"},
    slip="output_in_the_padding",
)
bank.edit(
    "bias_in_the_padding",
    "np.where(mask, H[1:] @ p.W_qh.T + p.b_q, 0.0)",
    "(H[1:] * mask) @ p.W_qh.T + p.b_q",
    loses={"outputs"},
    slip="bias_in_the_padding",
)
bank.edit(
    "output_bias_missing", "p.W_qh.T + p.b_q", "p.W_qh.T", loses={"outputs"}, slip="output_bias_missing"
)
bank.edit("outputs_of_the_state_before", "H[1:] @ p.W_qh.T", "H[:-1] @ p.W_qh.T", loses={"outputs"})
bank.edit(
    "padding_in_front",
    "<= lengths[:, None]",
    "> T - lengths[:, None]",
    loses={"real_steps", "frozen", "outputs"},
)
bank.edit(
    "input_masked_only",
    STATE,
    "np.tanh((X[t] * mask[t]) @ p.W_hx.T + H[t] @ p.W_hh.T + p.b_h)",
    loses={"frozen"},
)
bank.edit("initial_state_shared", "H[0] = h_0", "H[0] = h_0[0]", loses={"start"})
bank.edit("initial_state_zero", "    H[0] = h_0\n", "", loses={"start"})
bank.edit("back_to_the_start", STATE, "np.where(mask[t], moved, h_0)", loses={"frozen"})
bank.edit(
    "lengths_sorted",
    "<= lengths[:, None]",
    "<= np.sort(lengths)[::-1, None]",
    loses={"real_steps", "frozen", "outputs"},
    slip="lengths_falling",
)
bank.edit("transposed_weights", "H[t] @ p.W_hh.T", "H[t] @ p.W_hh", loses={"real_steps"})
bank.edit("bias_missing", "H[t] @ p.W_hh.T + p.b_h", "H[t] @ p.W_hh.T", loses={"real_steps"})
bank.edit(
    "inputs_cleaned_in_place",
    "    for t in range(T):",
    "    X *= mask\n    for t in range(T):",
    loses={"keeps"},
)
bank.edit(
    "single_precision",
    "moved = np.tanh(X[t]",
    "moved = np.tanh(X[t].astype(np.float32)",
    loses={"real_steps"},
)
bank.edit(  # two mistakes, of which one has a name
    "bias_in_the_padding_and_states_from_the_start",
    "np.where(mask[t], moved, H[t])\n    O = np.where(mask, H[1:] @ p.W_qh.T + p.b_q, 0.0)",
    "np.where(mask[t], moved, h_0)\n    O = np.where(mask, H[1:] @ p.W_qh.T + p.b_q, p.b_q)",
    loses={"frozen", "outputs"},
)
