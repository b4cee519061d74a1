"""Answers to `state_jacobian`."""

import numpy as np

from course import RNN, rnn_forward
from course.grader.bank import Bank

bank = Bank("state_jacobian")


@bank.reference
def state_jacobian(p: RNN, X: np.ndarray, h_0: np.ndarray, s: int, t: int) -> np.ndarray:
    H, _ = rnn_forward(p, X, h_0)
    J = np.eye(len(h_0))
    for k in range(s + 1, t + 1):
        J = np.diag(1 - H[k] ** 2) @ p.W_hh @ J
    return J


@bank.right
def backward_rows(p: RNN, X: np.ndarray, h_0: np.ndarray, s: int, t: int) -> np.ndarray:
    # Each row of the Jacobian is the gradient of one unit of h_t, carried back from t to s.
    H, _ = rnn_forward(p, X, h_0)
    rows = np.eye(len(h_0))
    for k in range(t, s, -1):
        rows = (rows * (1 - H[k] ** 2)) @ p.W_hh
    return rows


@bank.right
def tangent_columns(p: RNN, X: np.ndarray, h_0: np.ndarray, s: int, t: int) -> np.ndarray:
    # State and tangent run forward together, one direction at a time.
    columns = []
    for direction in np.eye(len(h_0)):
        h, v = h_0, np.zeros(len(h_0))
        for k in range(t):
            v = direction if k == s else v
            h = np.tanh(p.W_hx @ X[k] + p.W_hh @ h + p.b_h)
            v = (1 - h * h) * (p.W_hh @ v)
        columns.append(direction if s == t else v)
    return np.stack(columns, axis=1)


@bank.right
def one_block_solve(p: RNN, X: np.ndarray, h_0: np.ndarray, s: int, t: int) -> np.ndarray:
    # The linearised steps as one block bidiagonal system; its inverse holds every dh_t/dh_s.
    H, _ = rnn_forward(p, X, h_0)
    n, size = len(X) + 1, len(h_0)
    system = np.eye(n * size)
    for k in range(1, n):
        block = (1 - H[k] ** 2)[:, None] * p.W_hh
        system[k * size : (k + 1) * size, (k - 1) * size : k * size] = -block
    return np.linalg.inv(system)[t * size : (t + 1) * size, s * size : (s + 1) * size]


STEP = "np.diag(1 - H[k] ** 2) @ p.W_hh @ J"
BOTH = {"one_step", "many_steps"}
bank.edit("transpose", STEP, "np.diag(1 - H[k] ** 2) @ p.W_hh.T @ J", loses=BOTH, slip="transpose")
bank.edit("slope_missing", STEP, "p.W_hh @ J", loses=BOTH, slip="slope_missing")
bank.edit("slope_twice", "1 - H[k] ** 2", "(1 - H[k] ** 2) ** 2", loses=BOTH, slip="slope_twice")
bank.edit("slope_of_state", "1 - H[k] ** 2", "1 - np.tanh(H[k]) ** 2", loses=BOTH, slip="slope_of_state")
bank.edit(
    "slope_on_the_right", STEP, "p.W_hh @ np.diag(1 - H[k] ** 2) @ J", loses=BOTH, slip="slope_on_the_right"
)
bank.edit(
    "slope_of_the_step_before", "1 - H[k] ** 2", "1 - H[k - 1] ** 2", loses=BOTH, slip="slope_one_early"
)
bank.edit("order", STEP, "J @ np.diag(1 - H[k] ** 2) @ p.W_hh", loses={"many_steps"}, slip="order")
bank.edit("starts_one_late", "range(s + 1, t + 1)", "range(s + 2, t + 1)", loses=BOTH, slip="one_factor_less")
bank.edit("stops_one_early", "range(s + 1, t + 1)", "range(s + 1, t)", loses=BOTH, slip="last_factor_missing")
bank.edit(
    "starts_one_early",
    "range(s + 1, t + 1)",
    "range(s, t + 1)",
    loses={*BOTH, "no_step"},
    slip="one_factor_more",
)
bank.edit(
    "from_the_very_start",
    "range(s + 1, t + 1)",
    "range(1, t + 1)",
    loses={"no_step", "many_steps"},
    slip="from_the_start",
)
bank.edit("shifted", "range(s + 1, t + 1)", "range(s, t)", loses=BOTH, slip="slope_one_early")
bank.edit(
    "last_step_only",
    f"J = {STEP}",
    "J = np.diag(1 - H[k] ** 2) @ p.W_hh",
    loses={"many_steps"},
    slip="one_step_only",
)
bank.edit(
    "power_of_the_matrix",
    "np.diag(1 - H[k] ** 2) @ p.W_hh @ J",
    "np.diag(1 - H[t] ** 2) @ p.W_hh @ J",
    loses={"many_steps"},
    slip="same_factor",
)
bank.edit("transposed_result", "return J", "return J.T", loses=BOTH, slip="transposed_result")
bank.edit("elementwise", "p.W_hh @ J", "p.W_hh * J", loses=BOTH, slip="entry_by_entry")
bank.edit("summed", f"J = {STEP}", "J = J + np.diag(1 - H[k] ** 2) @ p.W_hh", loses=BOTH, slip="steps_added")
bank.edit(
    "zero_for_no_step",
    "    return J",
    "    return J * (s < t)",
    loses={"no_step", "many_steps"},
    slip="zero_for_no_step",
)
bank.edit("to_the_end", "t + 1)", "len(X) + 1)", loses=BOTH | {"no_step"}, slip="to_the_end")
bank.edit(
    "run_from_h_0",
    "rnn_forward(p, X, h_0)\n    J = np.eye(len(h_0))\n    for k in range(s + 1, t + 1)",
    "rnn_forward(p, X[s:], h_0)\n    J = np.eye(len(h_0))\n    for k in range(1, t - s + 1)",
    loses={"many_steps"},
    slip="started_at_h_0",
)
bank.edit(
    "single_precision",
    "p.W_hh @ J",
    "p.W_hh.astype(np.float32) @ J",
    loses=BOTH,
    slip="precision",
)
bank.edit("weights_overwritten", "    return J", "    p.W_hh[:] = J\n    return J", loses={"keeps"})
SLOPE, STEPS = "1 - H[k] ** 2", {"one_step", "many_steps"}
for _name, _old, _new, _loses, _slip in (  # of the table
    ("not_squared", SLOPE, "1 - H[k]", STEPS, "slope_not_squared"),
    ("slope_of_a_sigmoid", SLOPE, "H[k] * (1 - H[k])", STEPS, "slope_logistic"),
    ("slope_of_the_first_state", "H[k] ** 2", "H[s] ** 2", STEPS, "slope_of_the_first"),
):
    bank.edit(_name, _old, _new, loses=_loses, slip=_slip)
for _name, _old, _new, _loses, _slip in (  # of matrices and ends
    (
        "identity_beside_the_matrix",
        "@ p.W_hh @ J",
        "@ (np.eye(len(J)) + p.W_hh) @ J",
        STEPS,
        "matrix_and_identity",
    ),
    ("slope_without_an_axis", STEP, "(1 - H[k] ** 2) * (p.W_hh @ J)", STEPS, "slopes_on_the_columns"),
    (
        "rows_for_columns",
        "@ p.W_hh @ J",
        "@ p.W_hh @ J.T",
        {"many_steps"},
        "turned_before_each_step",
    ),
    (
        "begins_with_the_matrix",
        "J = np.eye(len(h_0))",
        "J = p.W_hh",
        STEPS | {"no_step"},
        "begins_with_matrix",
    ),
    (
        "one_step_later",
        "range(s + 1, t + 1)",
        "range(s + 1, min(t + 2, len(H)))",
        STEPS | {"no_step"},
        "one_step_later",
    ),
):
    bank.edit(_name, _old, _new, loses=_loses, slip=_slip)
