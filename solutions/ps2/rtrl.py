"""Answers to `rtrl`."""

import numpy as np

from course import RNN, rnn_forward
from course.grader.bank import Bank

bank = Bank("rtrl")


@bank.reference
def rtrl(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    T, d = X.shape
    n = len(h_0)
    S_hx, S_hh, S_h = np.zeros((n, n, d)), np.zeros((n, n, n)), np.zeros((n, n))
    dW_hx, dW_hh, db_h = np.zeros((T, n, d)), np.zeros((T, n, n)), np.zeros((T, n))
    h = h_0
    for t in range(T):
        before, h = h, np.tanh(p.W_hx @ X[t] + p.W_hh @ h + p.b_h)
        D = np.diag(1 - h**2)
        J = D @ p.W_hh
        S_hx = np.einsum("ij,k->ijk", D, X[t]) + np.tensordot(J, S_hx, axes=1)
        S_hh = np.einsum("ij,k->ijk", D, before) + np.tensordot(J, S_hh, axes=1)
        S_h = D + J @ S_h
        dh = p.W_qh.T @ (p.W_qh @ h + p.b_q - Y[t])
        dW_hx[t] = np.einsum("i,ijk->jk", dh, S_hx)
        dW_hh[t] = np.einsum("i,ijk->jk", dh, S_hh)
        db_h[t] = dh @ S_h
    return dW_hx, dW_hh, db_h


@bank.right
def backward_from_every_loss(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    # The same rows of the triangle, each by its own backward pass.
    T, n = len(X), len(h_0)
    H, O = rnn_forward(p, X, h_0)
    dW_hx, dW_hh, db_h = np.zeros((T, n, X.shape[1])), np.zeros((T, n, n)), np.zeros((T, n))
    for t in range(T):
        dh = p.W_qh.T @ (O[t] - Y[t])
        for k in range(t, -1, -1):
            delta = (1 - H[k + 1] ** 2) * dh
            dW_hx[t] += np.outer(delta, X[k])
            dW_hh[t] += np.outer(delta, H[k])
            db_h[t] += delta
            dh = p.W_hh.T @ delta
    return dW_hx, dW_hh, db_h


@bank.right
def one_tangent_at_a_time(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    # One number per weight and unit: a tangent of the state for each single entry, run forward.
    def run(W_hx: np.ndarray, W_hh: np.ndarray, b_h: np.ndarray) -> np.ndarray:
        h, v, slopes = h_0, np.zeros_like(h_0), []
        for x, y in zip(X, Y, strict=True):
            forced = W_hx @ x + W_hh @ h + b_h
            h = np.tanh(p.W_hx @ x + p.W_hh @ h + p.b_h)
            v = (1 - h**2) * (forced + p.W_hh @ v)
            slopes.append((p.W_qh @ h + p.b_q - y) @ (p.W_qh @ v))
        return np.array(slopes)

    zeros = [np.zeros_like(p.W_hx), np.zeros_like(p.W_hh), np.zeros_like(p.b_h)]
    results = []
    for which, zero in enumerate(zeros):
        result = np.zeros((len(X), *zero.shape))
        for index in np.ndindex(zero.shape):
            directions = [z.copy() for z in zeros]
            directions[which][index] = 1.0
            result[(slice(None), *index)] = run(*directions)
        results.append(result)
    return results[0], results[1], results[2]


LATER = {"input_weights", "recurrent_weights"}
ALL = {"one_step", *LATER}
bank.edit("transpose", "J = D @ p.W_hh", "J = D @ p.W_hh.T", loses=LATER, slip="transpose")
bank.edit("slope_missing", "np.diag(1 - h**2)", "np.eye(n)", loses=ALL, slip="slope_missing")
bank.edit("slope_twice", "1 - h**2", "(1 - h**2) ** 2", loses=ALL, slip="slope_twice")
bank.edit("slope_of_state", "1 - h**2", "1 - np.tanh(h) ** 2", loses=ALL, slip="slope_of_state")
bank.edit("slope_one_early", "1 - h**2", "1 - before**2", loses=ALL, slip="slope_one_early")
bank.edit("slope_not_squared", "1 - h**2", "1 - h", loses=ALL, slip="slope_not_squared")
bank.edit("slope_negative", "1 - h**2", "h**2 - 1", loses=ALL, slip="slope_negative")
bank.edit(
    "slope_missing_in_the_direct_part",
    "        J = D @ p.W_hh\n",
    "        J = D @ p.W_hh\n        D = np.eye(n)\n",
    loses=ALL,
    slip="use_unsloped",
)
bank.edit(
    "forgets_after_six_steps",
    "        J = D @ p.W_hh\n",
    "        J = D @ p.W_hh * (t != 6)\n",
    loses=LATER,
    slip="cut_after_6",
)
bank.edit("slope_missing_in_the_carry", "J = D @ p.W_hh", "J = p.W_hh", loses=LATER, slip="carry_unsloped")
bank.edit(
    "starts_anew_after_nine_steps",
    "        J = D @ p.W_hh\n",
    "        J = D @ p.W_hh\n"
    "        if t == 9:\n"
    "            S_hx, S_hh, S_h = np.zeros_like(S_hx), np.zeros_like(S_hh), np.zeros_like(S_h)\n",
    loses=LATER,
    slip="cut_after_9",
)
bank.edit(
    "starts_anew_after_sixteen_steps",
    "        J = D @ p.W_hh\n",
    "        J = D @ p.W_hh\n"
    "        if t == 16:\n"
    "            S_hx, S_hh, S_h = np.zeros_like(S_hx), np.zeros_like(S_hh), np.zeros_like(S_h)\n",
    loses=LATER,
    slip="cut_after_16",
)
bank.edit(
    "starts_anew_every_four_steps",
    "J = D @ p.W_hh",
    "J = D @ p.W_hh if t % 4 else 0 * D",
    loses=LATER,
    slip="chunked_4",
)
bank.edit("slope_on_the_right", "J = D @ p.W_hh", "J = p.W_hh @ D", loses=LATER, slip="slope_behind_matrix")
bank.edit(
    "slope_after_the_matrix_going_back",
    "dh = p.W_hh.T @ delta",
    "dh = (1 - H[k + 1] ** 2) * (p.W_hh.T @ dh)",
    loses=LATER,
    slip="slope_behind_matrix",
    of="backward_from_every_loss",
)
bank.edit("matrix_missing", "J = D @ p.W_hh", "J = D", loses=LATER, slip="carry_without_matrix")
bank.edit(
    "three_steps_are_enough",
    "range(t, -1, -1)",
    "range(t, max(t - 3, -1), -1)",
    loses=LATER,
    slip="truncated_2",
    of="backward_from_every_loss",
)
bank.edit("later_state", "D, before)", "D, h)", loses={"one_step", "recurrent_weights"}, slip="later_state")
bank.edit("nothing_carried", "J = D @ p.W_hh", "J = np.zeros((n, n))", loses=LATER, slip="no_recurrence")
bank.edit(
    "never_updated",
    "S_hh = np.einsum",
    "S_hh_new = np.einsum",
    loses={"one_step", "recurrent_weights"},
    slip="zero@dW_hh",
)
bank.edit(
    "initial_state_zero",
    '"ij,k->ijk", D, before)',
    '"ij,k->ijk", D, before * (t > 0))',
    loses={"one_step", "recurrent_weights"},
    slip="first_use",
)
bank.edit(
    "bias_path_missing",
    "S_h = D + J @ S_h",
    "S_h = D",
    loses={"input_weights"},
    slip="no_recurrence@db_h",
)
bank.edit(
    "input_path_missing",
    " + np.tensordot(J, S_hx, axes=1)",
    "",
    loses={"input_weights"},
    slip="no_recurrence@dW_hx",
)
bank.edit(
    "indices_swapped",
    "dh, S_hh)",
    "dh, S_hh.swapaxes(1, 2))",
    loses={"one_step", "recurrent_weights"},
    slip="transposed@dW_hh",
)
bank.edit(
    "wrong_index_summed",
    '"i,ijk->jk", dh, S_hh',
    '"j,ijk->ik", dh, S_hh',
    loses={"recurrent_weights"},
    slip="wrong_index_summed",
)
bank.edit(
    "bias_times_the_error", "dh @ S_h\n", "S_h @ dh\n", loses={"input_weights"}, slip="wrong_index_summed"
)
bank.edit(
    "all_losses_so_far",
    "    return dW_hx, dW_hh, db_h",
    "    return dW_hx.cumsum(0), dW_hh.cumsum(0), db_h.cumsum(0)",
    loses=LATER,
    slip="running_sum",
)
bank.edit("mean_of_steps", "+ p.b_q - Y[t])", "+ p.b_q - Y[t]) / T", loses=LATER, slip="mean")
bank.edit("sign", "(p.W_qh @ h + p.b_q - Y[t])", "(Y[t] - p.W_qh @ h - p.b_q)", loses=ALL, slip="sign")
bank.edit(
    "error_of_the_step_before",
    "(p.W_qh @ h +",
    "(p.W_qh @ before +",
    loses=ALL,
    slip="error_of_the_step_before",
)
bank.edit(
    "outputs_of_the_states_before",
    "(O[t] - Y[t])",
    "(H[t] @ p.W_qh.T + p.b_q - Y[t])",
    loses=ALL,
    slip="error_of_the_step_before",
    of="backward_from_every_loss",
)
bank.edit(
    "every_row_the_last",
    "    return dW_hx, dW_hh, db_h",
    "    dW_hh[:] = dW_hh[-1]\n    return dW_hx, dW_hh, db_h",
    loses={"recurrent_weights"},
    slip="every_row_the_last",
)
bank.edit(
    "whole_array_assigned",
    "db_h[t] = dh @ S_h",
    "db_h[:] = dh @ S_h",
    loses={"input_weights"},
    slip="every_row_the_last",
)
bank.edit(
    "single_precision",
    "D = np.diag(1 - h**2)",
    "D = np.diag(1 - h**2).astype(np.float32)",
    loses=ALL,
    slip="precision",
)
bank.edit(
    "state_carried_over",
    "    return dW_hx, dW_hh, db_h",
    "    h_0[:] = h\n    return dW_hx, dW_hh, db_h",
    loses={"keeps"},
)
bank.edit(
    "gradients_clipped",
    "return dW_hx, dW_hh, db_h",
    "return np.clip(dW_hx, -40, 40), np.clip(dW_hh, -40, 40), np.clip(db_h, -40, 40)",
    loses={"input_weights", "recurrent_weights"},
    slip="clipped",
)

# Each family of mistakes in the tensors, in what enters them, in the errors, and in the rows of the results.
CARRIED, JACOBIAN, ERROR = "S_h = D + J @ S_h", "J = D @ p.W_hh", "p.b_q - Y[t])"
BIAS = {"one_step", "input_weights"}
bank.edit(
    "carried_from_the_right",
    CARRIED,
    "S_h = D + S_h @ J",
    loses={"input_weights"},
    slip="wrong_index_carried@db_h",
)
bank.edit(
    "slope_by_column",
    CARRIED,
    "S_h = (np.eye(n) + p.W_hh @ S_h) * (1 - h**2)",
    loses={"input_weights"},
    slip="slope_of_the_weights_unit@db_h",
)
bank.edit(
    "tensor_added_again",
    CARRIED,
    "S_h = S_h + D + J @ S_h",
    loses={"input_weights"},
    slip="kept_and_carried@db_h",
)
bank.edit(
    "slope_of_the_step_before_too",
    JACOBIAN,
    "J = D @ p.W_hh @ np.diag(1 - before**2)",
    loses=LATER,
    slip="earlier_slope_again",
)
bank.edit(
    "starts_anew_every_eight_steps", JACOBIAN, "J = D @ p.W_hh * (t % 8 > 0)", loses=LATER, slip="chunked_8"
)
bank.edit("path_damped", JACOBIAN, "J = 0.9 * D @ p.W_hh", loses=LATER, slip="path_scaled")
bank.edit("bias_begins_with_one", "np.zeros((n, n))\n", "np.eye(n)\n", loses=BIAS, slip="start_not_zero@db_h")
bank.edit(
    "input_of_the_step_before", "D, X[t])", "D, X[t - 1])", loses={"input_weights"}, slip="input_one_early"
)
bank.edit(
    "initial_state_at_every_step",
    "D, before)",
    "D, h_0)",
    loses={"recurrent_weights"},
    slip="first_state_everywhere",
)
bank.edit("target_of_the_step_before", ERROR, "p.b_q - Y[t - 1])", loses=LATER, slip="target_one_early")
bank.edit("mean_of_outputs", ERROR, "p.b_q - Y[t]) / len(p.b_q)", loses=ALL, slip="factor_1/q")
bank.edit("divided_by_the_step", ERROR, "p.b_q - Y[t]) / (t + 1)", loses=LATER, slip="divided_by_the_step")
bank.edit(
    "sign_of_the_error",
    "(p.W_qh @ h + p.b_q - Y[t])",
    "np.sign(p.W_qh @ h + p.b_q - Y[t])",
    loses=ALL,
    slip="only_signs",
)
bank.edit("slope_at_the_output", "dh = p.W_qh.T", "dh = D @ p.W_qh.T", loses=ALL, slip="slope_at_the_output")
bank.edit(
    "last_row_alone",
    "    return dW_hx, dW_hh, db_h",
    "    dW_hx[:-1], dW_hh[:-1], db_h[:-1] = 0, 0, 0\n    return dW_hx, dW_hh, db_h",
    loses=LATER,
    slip="last_row_only",
)
bank.edit(
    "by_use",
    "dW_hh[t] += ",
    "dW_hh[k] += ",
    loses={"recurrent_weights"},
    slip="by_use@dW_hh",
    of="backward_from_every_loss",
)
bank.edit(
    "state_of_the_loss",
    "np.outer(delta, H[k])",
    "np.outer(delta, H[t])",
    loses={"recurrent_weights"},
    slip="read_at_the_loss@dW_hh",
    of="backward_from_every_loss",
)
bank.edit(
    "slope_of_the_loss",
    "1 - H[k + 1] ** 2",
    "1 - H[t + 1] ** 2",
    loses={"input_weights", "recurrent_weights"},
    slip="slope_of_the_loss",
    of="backward_from_every_loss",
)
bank.edit(
    "other_index_carried",
    "+ np.tensordot(J, S_hh, axes=1)",
    '+ np.einsum("il,jlk->ijk", J, S_hh)',
    loses={"recurrent_weights"},
    slip="wrong_index_carried@dW_hh",
)
bank.edit(
    "jacobian_on_the_direct_part",
    "S_h = D + J @ S_h",
    "S_h = J @ (D + S_h)",
    loses={"input_weights", "one_step"},
    slip="one_jacobian_too_many@db_h",
)
