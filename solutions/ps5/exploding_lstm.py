"""Answers to `exploding_lstm`."""

import numpy as np

from course import LSTM, lstm_step
from course.grader.bank import Bank

bank = Bank("exploding_lstm")


@bank.reference
def exploding_lstm(T: int) -> tuple[LSTM, np.ndarray, np.ndarray, np.ndarray]:
    # All gates open, and g reads the state: c_t is about c_{t-1} + 3 h_{t-1} near zero, which is unstable.
    W_h = np.zeros((8, 2))
    W_h[4:6] = 3.0 * np.eye(2)
    b = np.array([4.0, 4, 4, 4, 0, 0, 4, 4])
    return LSTM(np.zeros((8, 1)), W_h, b), np.zeros((T, 1)), np.zeros(2), np.zeros(2)


@bank.right
def turning(T: int) -> tuple[LSTM, np.ndarray, np.ndarray, np.ndarray]:
    # Two units that drive each other round, with forget gates nearly shut: zero is an unstable spiral.
    W_h = np.zeros((8, 2))
    W_h[4:6] = [[0.0, -4.0], [4.0, 0.0]]
    b = np.array([3.0, 3, -4, -4, 0, 0, 3, 3])
    return LSTM(np.zeros((8, 1)), W_h, b), np.zeros((T, 1)), np.zeros(2), np.zeros(2)


@bank.right
def held_by_the_input(T: int) -> tuple[LSTM, np.ndarray, np.ndarray, np.ndarray]:
    # The input undoes at each step what the state drives, so the cell stays small and its slope large.
    W_h, W_x = np.zeros((8, 2)), np.zeros((8, 1))
    W_h[4], W_x[4] = 3.5, 4.0
    p = LSTM(W_x, W_h, np.array([4.0, 4, 0, 0, 0, 0, 4, 4]))
    h, c, X = np.array([0.1, 0.0]), np.array([0.1, 0.0]), []
    for _ in range(T):
        X.append([-(3.5 * h.sum() + 0.5 * c[0]) / 4.0])
        h, c = lstm_step(p, np.array(X[-1]), h, c)
    return p, np.array(X), np.array([0.1, 0.0]), np.array([0.1, 0.0])


@bank.right
def through_the_output_gate(T: int) -> tuple[LSTM, np.ndarray, np.ndarray, np.ndarray]:
    # Full cells, so that h is the output gate, which reads both states; the input holds it at 1/2.
    W_h, W_x = np.zeros((8, 2)), np.zeros((8, 1))
    W_h[6:], W_x[6:] = 4.0, 1.0
    p = LSTM(W_x, W_h, np.array([4.0, 4, 4, 4, 4, 4, 0, 0]))
    h, c, X = np.full(2, 0.5), np.full(2, 4.0), []
    for _ in range(T):
        X.append([-4.0 * h.sum()])
        h, c = lstm_step(p, np.array(X[-1]), h, c)
    return p, np.array(X), np.full(2, 0.5), np.full(2, 4.0)


ALL = {"explodes"}
EYE, BIAS, ZEROS = (
    "3.0 * np.eye(2)",
    "np.array([4.0, 4, 4, 4, 0, 0, 4, 4])",
    "np.zeros((T, 1)), np.zeros(2), np.zeros(2)",
)
bank.edit("no_recurrent_weights", EYE, "0.0", loses=ALL)
bank.edit("forget_gate_alone", "W_h[4:6] =", "W_h[2:4] =", loses=ALL)
bank.edit("output_gate_alone", "W_h[4:6] =", "W_h[6:8] =", loses=ALL)
bank.edit("input_gate_shut", BIAS, "np.array([-4.0, -4, 4, 4, 0, 0, 4, 4])", loses=ALL)
bank.edit("output_gate_shut", BIAS, "np.array([4.0, 4, 4, 4, 0, 0, -4, -4])", loses=ALL)
bank.edit("candidate_saturated", BIAS, "np.array([4.0, 4, 4, 4, 4, 4, 4, 4])", loses=ALL)
bank.edit("weak", EYE, "0.1 * np.eye(2)", loses=ALL)
bank.edit("away_from_zero", ZEROS, "np.zeros((T, 1)), np.zeros(2), np.ones(2)", loses=ALL)
bank.edit("entries_of_forty", EYE, "40.0 * np.eye(2)", loses={"bounded"})
bank.edit("bias_of_ten", BIAS, "np.array([10.0, 10, 10, 10, 0, 0, 10, 10])", loses={"bounded"})
bank.edit(
    "pushed_away_half_way",
    "    return LSTM(np.zeros((8, 1)), W_h, b), np.zeros((T, 1)),",
    "    W_x = np.zeros((8, 1))\n"
    "    W_x[4:6] = 4\n"
    "    return LSTM(W_x, W_h, b), 4.0 * (np.arange(T)[:, None] > 15),",
    loses={"goes_on"},
)
bank.edit("nilpotent", EYE, "np.array([[0.0, 4.0], [0.0, 0.0]])", loses=ALL)
bank.edit("all_gates_shut", BIAS, "-4.0 * np.ones(8)", loses=ALL)
bank.edit("large_cell", "np.zeros(2), np.zeros(2)\n", "np.zeros(2), 4 * np.ones(2)\n", loses=ALL)
bank.edit("one_unit", "W_h[4:6]", "W_h[4:5]", loses={"returns"})
bank.edit("one_input_only", "np.zeros((T, 1)), np", "np.zeros((1, 1)), np", loses={"returns"})
bank.edit("infinite", EYE, "np.inf * np.ones((2, 2))", loses={"returns"})
bank.edit(
    "grows_with_every_call",
    "    return LSTM",
    "    kept = exploding_lstm.__dict__.setdefault('kept', [])\n"
    "    kept.append(T)\n"
    "    b[0] -= 1e-9 * len(kept)\n"
    "    return LSTM",
    loses={"keeps"},
)
