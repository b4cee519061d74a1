"""Answers to `linear_rnn_bptt`."""

import numpy as np

from course.grader.bank import Bank
from course.models import LinearRNN, linear_forward, linear_loss

bank = Bank("linear_rnn_bptt")


@bank.reference
def linear_rnn_bptt(
    p: LinearRNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray
) -> tuple[LinearRNN, np.ndarray, np.ndarray]:
    T = len(X)
    H, O = linear_forward(p, X, h_0)
    errors = (O - Y) / T
    dH = np.zeros((T, len(h_0)))
    later = np.zeros(len(h_0))
    for t in range(T - 1, -1, -1):
        dH[t] = p.W_qh.T @ errors[t] + later
        later = p.W_hh.T @ dH[t]
    grads = LinearRNN(dH.T @ X, dH.T @ H[:T], errors.T @ H[1:])
    return grads, later, dH @ p.W_hx


@bank.right
def powers(
    p: LinearRNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray
) -> tuple[LinearRNN, np.ndarray, np.ndarray]:
    # The expansion in powers of the transposed matrix: no recursion at all.
    T, power = len(X), np.linalg.matrix_power
    W = p.W_hh
    H = [h_0]
    for t in range(1, T + 1):
        H.append(power(W, t) @ h_0 + sum(power(W, t - i) @ p.W_hx @ X[i - 1] for i in range(1, t + 1)))
    e = [p.W_qh.T @ (p.W_qh @ H[t] - Y[t - 1]) / T for t in range(1, T + 1)]
    dH = [sum(power(W.T, i - t) @ e[i] for i in range(t, T)) for t in range(T)]
    dW_hx = np.sum([np.outer(dH[t], X[t]) for t in range(T)], axis=0)
    dW_hh = np.sum([np.outer(dH[t], H[t]) for t in range(T)], axis=0)
    dW_qh = np.mean([np.outer(p.W_qh @ H[t + 1] - Y[t], H[t + 1]) for t in range(T)], axis=0)
    return LinearRNN(dW_hx, dW_hh, dW_qh), W.T @ dH[0], np.array([p.W_hx.T @ v for v in dH])


@bank.right
def one_linear_system(
    p: LinearRNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray
) -> tuple[LinearRNN, np.ndarray, np.ndarray]:
    # All states at once solve a block bidiagonal system; all gradients solve its transpose.
    T, h = len(X), len(h_0)
    system = np.eye(T * h) - np.kron(np.eye(T, k=-1), p.W_hh)
    right = X @ p.W_hx.T
    right[0] += p.W_hh @ h_0
    states = np.linalg.solve(system, right.reshape(-1)).reshape(T, h)
    errors = (states @ p.W_qh.T - Y) / T
    dH = np.linalg.solve(system.T, (errors @ p.W_qh).reshape(-1)).reshape(T, h)
    before = np.vstack([h_0, states[:-1]])
    grads = LinearRNN(dH.T @ X, dH.T @ before, errors.T @ states)
    return grads, p.W_hh.T @ dH[0], dH @ p.W_hx


@bank.wrong(loses={"one_step", "output_layer", "hidden_weights", "ends"}, slip="precision")
def difference_quotient(
    p: LinearRNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray
) -> tuple[LinearRNN, np.ndarray, np.ndarray]:
    def slope(array: np.ndarray) -> np.ndarray:
        result = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            kept = array[index]
            array[index] = kept + 1e-6
            up = linear_loss(p, X, Y, h_0)
            array[index] = kept - 1e-6
            result[index] = (up - linear_loss(p, X, Y, h_0)) / 2e-6
            array[index] = kept
        return result

    return LinearRNN(*[slope(field) for field in p]), slope(h_0), slope(X)


ALL = {"one_step", "output_layer", "hidden_weights", "ends"}
HIDDEN = {"hidden_weights", "ends"}
CARRY = "later = p.W_hh.T @ dH[t]"

bank.edit("transpose_missing", CARRY, "later = p.W_hh @ dH[t]", loses={"one_step", *HIDDEN}, slip="transpose")
bank.edit("carry_dropped", "errors[t] + later", "errors[t]", loses=HIDDEN, slip="no_recurrence")
bank.edit("carry_summed", CARRY, "later = later + p.W_hh.T @ dH[t]", loses=HIDDEN, slip="carry_summed")
bank.edit(
    "carry_without_matrix", CARRY, "later = dH[t]", loses={"one_step", *HIDDEN}, slip="carry_without_matrix"
)
bank.edit(
    "output_matrix_untransposed",
    "p.W_qh.T @ errors[t]",
    "errors[t] @ p.W_qh * 0.5",
    loses={"one_step", *HIDDEN},
    slip="factor@W_hx+W_hh+dh_0+dX",
)
bank.edit(
    "later_state", "dH.T @ H[:T]", "dH.T @ H[1:]", loses={"one_step", "hidden_weights"}, slip="later_state"
)
bank.edit(
    "first_use_missing",
    "dH.T @ H[:T]",
    "dH[1:].T @ H[1:T]",
    loses={"one_step", "hidden_weights"},
    slip="first_use",
)
bank.edit(
    "tanh_out_of_habit",
    "errors[t] + later\n",
    "errors[t] + later\n        dH[t] *= 1 - H[t + 1] ** 2\n",
    loses={"one_step", *HIDDEN},
    slip="slope_present",
)
bank.edit(
    "last_loss_only",
    "    dH = np",
    "    errors[:-1] = 0\n    dH = np",
    loses={"output_layer", *HIDDEN},
    slip="last_loss",
)
bank.edit("sum_for_mean", "(O - Y) / T", "O - Y", loses={"output_layer", *HIDDEN}, slip="no_mean")
bank.edit("sign", "(O - Y) / T", "(Y - O) / T", loses=ALL, slip="sign")
bank.edit("factor_two", "(O - Y) / T", "2 * (O - Y) / T", loses=ALL, slip="twice")
bank.edit(
    "output_before",
    "errors.T @ H[1:]",
    "errors.T @ H[:T]",
    loses={"one_step", "output_layer"},
    slip="output_state_before",
)
for name, whole, one, lost in (
    ("W_hx", "dH.T @ X,", "np.outer(dH[0], X[0]),", "hidden_weights"),
    ("W_hh", "dH.T @ H[:T]", "np.outer(dH[0], H[0])", "hidden_weights"),
    ("W_qh", "errors.T @ H[1:]", "np.outer(errors[0], H[1])", "output_layer"),
):
    bank.edit(f"assigned_{name}", whole, one, loses={lost}, slip=f"only_first_use@{name}")
bank.edit(
    "last_loss_of_the_states",
    "errors[t] + later",
    "errors[t] * (t == T - 1) + later",
    loses=HIDDEN,
    slip="last_loss_of_states",
)
bank.edit("window_of_seven_steps", CARRY, CARRY + " * (t != T - 7)", loses=HIDDEN, slip="last_7_apart")
bank.edit(
    "detached_at_step_nine",
    CARRY,
    "later = p.W_hh.T @ dH[t] if t != 9 else 0 * h_0",
    loses=HIDDEN,
    slip="cut_after_9",
)
bank.edit(
    "mean_over_uses",
    "dH.T @ X, dH",
    "dH.T @ X / T, dH",
    loses={"hidden_weights"},
    slip="factor_1/T@W_hx",
)
bank.edit(
    "h_0_not_reached",
    "return grads, later",
    "return grads, dH[0]",
    loses={"one_step", "ends"},
    slip="another_derivative@dh_0",
)
bank.edit(
    "transpose_between_states",
    CARRY,
    "later = (p.W_hh if t else p.W_hh.T) @ dH[t]",
    loses=HIDDEN,
    slip="transpose_in_the_sweep",
)
bank.edit(
    "errors_reversed",
    "p.W_qh.T @ errors[t]",
    "p.W_qh.T @ errors[T - 1 - t]",
    loses=HIDDEN,
    slip="errors_reversed",
)
bank.edit(
    "errors_collected_backwards",
    "    errors = (O - Y) / T",
    "    errors = np.array([(O[t] - Y[t]) / T for t in reversed(range(T))])",
    loses={"output_layer", *HIDDEN},
    slip="errors_reversed",
)
bank.edit(
    "inputs_from_errors", "dH @ p.W_hx", "errors @ p.W_qh @ p.W_hx", loses={"ends"}, slip="no_recurrence@dX"
)
bank.edit(
    "single_precision",
    "    errors = (O - Y) / T",
    "    errors = ((O - Y) / T).astype(np.float32)",
    loses=ALL,
    slip="precision",
)
bank.edit(
    "overwrites_targets",
    "    errors = (O - Y) / T",
    "    Y -= O\n    errors = -Y / T",
    loses={"keeps"},
)
bank.edit(
    "output_state_before_and_inputs_reversed",  # two mistakes, of which one has a name
    "errors.T @ H[1:])\n    return grads, later, dH @ p.W_hx",
    "errors.T @ H[:-1])\n    return grads, later, (dH @ p.W_hx)[::-1] / 2",
    loses={"one_step", "output_layer", "ends"},
)
bank.edit(
    "target_of_the_next_step",
    "(O - Y) / T",
    "(O - np.roll(Y, -1, axis=0)) / T",
    loses={"output_layer", *HIDDEN},
    slip="target_after",
)
bank.edit("mean_over_outputs", "(O - Y) / T", "(O - Y) / Y.size", loses=ALL, slip="factor_1/q")
bank.edit(
    "tanh_in_the_carry",
    "later = p.W_hh.T @ dH[t]",
    "later = p.W_hh.T @ ((1 - H[t + 1] ** 2) * dH[t])",
    loses={"one_step", *HIDDEN},
    slip="slope_present_in_carry",
)
bank.edit(
    "matrix_twice",
    "later = p.W_hh.T @ dH[t]",
    "later = p.W_hh.T @ p.W_hh.T @ dH[t]",
    loses={"one_step", *HIDDEN},
    slip="matrix_twice",
)
bank.edit(
    "times_the_step",
    "dH.T @ H[:T]",
    "(dH * np.arange(1, T + 1)[:, None]).T @ H[:T]",
    loses={"hidden_weights"},
    slip="terms_by_step@W_hh",
)
bank.edit(
    "powers_by_entry",
    "sum(power(W.T, i - t) @ e[i]",
    "sum((W.T ** (i - t)) @ e[i]",
    loses={"ends", "hidden_weights", "one_step"},
    slip="powers_by_entry",
    of="powers",
)
bank.edit(
    "later_losses_twice",
    "later = p.W_hh.T @ dH[t]",
    "later = p.W_hh.T @ (dH[t] + p.W_qh.T @ errors[t])",
    loses={"ends", "hidden_weights", "one_step"},
    slip="later_losses_twice",
)
bank.edit(
    "matrix_at_the_start_alone",
    "later = p.W_hh.T @ dH[t]",
    "later = dH[t] if t > 0 else p.W_hh.T @ dH[t]",
    loses={"ends", "hidden_weights"},
    slip="carry_without_matrix_but_for_h_0",
)
bank.edit(
    "transpose_at_h_0",
    "return grads, later,",
    "return grads, p.W_hh @ dH[0],",
    loses={"ends", "one_step"},
    slip="transpose_at_h_0",
)
bank.edit(
    "slope_on_the_edges",
    "later = p.W_hh.T @ dH[t]",
    "later = p.W_hh.T @ (dH[t] * (1 - H[t + 1] ** 2 if t > 0 else 1))",
    loses={"ends", "hidden_weights"},
    slip="slope_present_in_carry",
)
bank.edit(
    "first_step_left_out",
    "range(T - 1, -1, -1)",
    "range(T - 1, 0, -1)",
    loses={"ends", "hidden_weights", "one_step"},
    slip="step_1_not_reached",
)
bank.edit(
    "filled_forward",
    "    for t in range(T - 1, -1, -1):\n"
    "        dH[t] = p.W_qh.T @ errors[t] + later\n"
    "        later = p.W_hh.T @ dH[t]\n",
    "    for t in [T - 1, *range(T - 1)]:\n"
    "        dH[t] = p.W_qh.T @ errors[t] + (p.W_hh.T @ dH[t + 1] if t < T - 1 else 0)\n"
    "    later = p.W_hh.T @ dH[0]\n",
    loses={"ends", "hidden_weights"},
    slip="filled_forward",
)
