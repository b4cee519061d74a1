"""Answers to `rnn_bptt`."""

import numpy as np

from course import RNN, rnn_loss
from course.grader.bank import Bank

bank = Bank("rnn_bptt")


@bank.reference
def rnn_bptt(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> tuple[RNN, np.ndarray, np.ndarray]:
    T = len(X)
    H = np.zeros((T + 1, len(h_0)))
    H[0] = h_0
    for t in range(T):
        H[t + 1] = np.tanh(p.W_hx @ X[t] + p.W_hh @ H[t] + p.b_h)
    dO = (H[1:] @ p.W_qh.T + p.b_q - Y) / T
    dA = np.zeros((T, len(h_0)))
    carry = np.zeros_like(h_0)
    for t in reversed(range(T)):
        dh = p.W_qh.T @ dO[t] + carry
        dA[t] = (1 - H[t + 1] ** 2) * dh
        carry = p.W_hh.T @ dA[t]
    grads = RNN(dA.T @ X, dA.T @ H[:-1], dA.sum(axis=0), dO.T @ H[1:], dO.sum(axis=0))
    return grads, carry, dA @ p.W_hx


@bank.right
def sum_over_paths(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray
) -> tuple[RNN, np.ndarray, np.ndarray]:
    # Every loss t reaches every step k <= t along one path: no carry, no accumulation in place.
    T, h = len(X), len(h_0)
    H = [h_0]
    for x_t in X:
        H.append(np.tanh(p.W_hx @ x_t + p.W_hh @ H[-1] + p.b_h))
    D = [np.diag(1 - s**2) for s in H]
    errors = [(p.W_qh @ H[t] + p.b_q - Y[t - 1]) / T for t in range(1, T + 1)]
    W_hx, W_hh, b_h = np.zeros_like(p.W_hx), np.zeros_like(p.W_hh), np.zeros(h)
    dX, dh_0 = np.zeros_like(X), np.zeros(h)
    for t in range(1, T + 1):
        for k in range(1, t + 1):
            row = errors[t - 1] @ p.W_qh @ D[t]
            for j in range(t - 1, k - 1, -1):
                row = row @ p.W_hh @ D[j]
            W_hx += np.outer(row, X[k - 1])
            W_hh += np.outer(row, H[k - 1])
            b_h += row
            dX[k - 1] += row @ p.W_hx
            if k == 1:
                dh_0 += row @ p.W_hh
    W_qh = np.sum([np.outer(errors[t - 1], H[t]) for t in range(1, T + 1)], axis=0)
    return RNN(W_hx, W_hh, b_h, W_qh, np.sum(errors, axis=0)), dh_0, dX


@bank.right
def forward_mode(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> tuple[RNN, np.ndarray, np.ndarray]:
    # Tangents of the state with respect to everything at once, carried forward: real-time recurrent learning.
    T, d = X.shape
    h = len(h_0)
    count = h * d + h * h + h + h + T * d
    S = np.zeros((h, count))
    start = np.cumsum([0, h * d, h * h, h, h])
    S[:, start[3] : start[4]] = np.eye(h)
    state, total = h_0, np.zeros(count)
    W_qh, b_q = np.zeros_like(p.W_qh), np.zeros_like(p.b_q)
    for t in range(T):
        direct = np.zeros((h, count))
        direct[:, start[0] : start[1]] = np.kron(np.eye(h), X[t])
        direct[:, start[1] : start[2]] = np.kron(np.eye(h), state)
        direct[:, start[2] : start[3]] = np.eye(h)
        direct[:, start[4] + t * d : start[4] + (t + 1) * d] = p.W_hx
        state = np.tanh(p.W_hx @ X[t] + p.W_hh @ state + p.b_h)
        S = (1 - state**2)[:, None] * (direct + p.W_hh @ S)
        error = (p.W_qh @ state + p.b_q - Y[t]) / T
        total = total + error @ p.W_qh @ S
        W_qh, b_q = W_qh + np.outer(error, state), b_q + error
    pieces = np.split(total, start[1:])
    grads = RNN(pieces[0].reshape(h, d), pieces[1].reshape(h, h), pieces[2], W_qh, b_q)
    return grads, pieces[3], pieces[4].reshape(T, d)


@bank.wrong(
    loses={"one_step", "output_layer", "input_weights", "recurrent_weights", "initial_state", "inputs"},
    slip="precision",
)
def difference_quotient(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray
) -> tuple[RNN, np.ndarray, np.ndarray]:
    def slope(array: np.ndarray) -> np.ndarray:
        result = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            kept = array[index]
            array[index] = kept + 1e-6
            up = rnn_loss(p, X, Y, h_0)
            array[index] = kept - 1e-6
            result[index] = (up - rnn_loss(p, X, Y, h_0)) / 2e-6
            array[index] = kept
        return result

    return RNN(*[slope(field) for field in p]), slope(h_0), slope(X)


ALL = {"one_step", "output_layer", "input_weights", "recurrent_weights", "initial_state", "inputs"}
HIDDEN = {"input_weights", "recurrent_weights", "initial_state", "inputs"}  # all that passes through a state
CARRY, TERM = "carry = p.W_hh.T @ dA[t]", "dA[t] = (1 - H[t + 1] ** 2) * dh"

bank.edit(
    "transpose_between_states",
    CARRY,
    "carry = (p.W_hh if t else p.W_hh.T) @ dA[t]",
    loses=HIDDEN,
    slip="transpose_in_the_sweep",
)
bank.edit(
    "transpose_for_h_0",
    "return grads, carry, dA",
    "return grads, p.W_hh @ dA[0], dA",
    loses={"one_step", "initial_state"},
    slip="another_derivative@dh_0",
)
bank.edit("transpose_missing", CARRY, "carry = p.W_hh @ dA[t]", loses={"one_step", *HIDDEN}, slip="transpose")
bank.edit("slope_missing", TERM, "dA[t] = dh", loses={"one_step", *HIDDEN}, slip="slope_missing")
bank.edit(
    "slope_twice",
    "(1 - H[t + 1] ** 2) * dh",
    "(1 - H[t + 1] ** 2) ** 2 * dh",
    loses={"one_step", *HIDDEN},
    slip="slope_twice",
)
bank.edit(
    "slope_of_state",
    "1 - H[t + 1] ** 2",
    "1 - np.tanh(H[t + 1]) ** 2",
    loses={"one_step", *HIDDEN},
    slip="slope_of_state",
)
bank.edit(
    "slope_one_early",
    "H[t + 1] ** 2",
    "H[t] ** 2",
    loses={"one_step", *HIDDEN},
    slip="slope_one_early",
)
bank.edit(
    "later_state",
    "dA.T @ H[:-1]",
    "dA.T @ H[1:]",
    loses={"one_step", "recurrent_weights"},
    slip="later_state",
)
bank.edit("carry_dropped", "p.W_qh.T @ dO[t] + carry", "p.W_qh.T @ dO[t]", loses=HIDDEN, slip="no_recurrence")
bank.edit(
    "carry_summed",
    "        carry = p.W_hh.T",
    "        carry = carry + p.W_hh.T",
    loses=HIDDEN,
    slip="carry_summed",
)
bank.edit(
    "carry_before_slope",
    "p.W_hh.T @ dA[t]",
    "p.W_hh.T @ dh",
    loses={"one_step", *HIDDEN},
    slip="carry_unsloped",
)
bank.edit(
    "last_loss_only",
    "    dA = np",
    "    dO[:-1] = 0\n    dA = np",
    loses={"output_layer", *HIDDEN},
    slip="last_loss",
)
bank.edit("sum_for_mean", ") / T", ")", loses={"output_layer", *HIDDEN}, slip="no_mean")
bank.edit("sign", "(H[1:] @ p.W_qh.T + p.b_q - Y)", "(Y - H[1:] @ p.W_qh.T - p.b_q)", loses=ALL, slip="sign")
bank.edit(
    "stops_at_step_two",
    "dA.T @ H[:-1]",
    "dA[1:].T @ H[1:-1]",
    loses={"one_step", "recurrent_weights"},
    slip="first_use",
)
bank.edit(
    "h_0_not_reached",
    "return grads, carry,",
    "return grads, dh,",
    loses={"one_step", "initial_state"},
    slip="another_derivative@dh_0",
)
bank.edit("mean_in_bias", "dA.sum(axis=0)", "dA.mean(axis=0)", loses={"input_weights"}, slip="factor_1/T@b_h")
bank.edit(
    "mean_in_output_bias", "dO.sum(axis=0)", "dO.mean(axis=0)", loses={"output_layer"}, slip="factor_1/T@b_q"
)
bank.edit(
    "same_row_in_dX",
    "dA @ p.W_hx",
    "dh @ p.W_hx + 0 * X",
    loses={"one_step", "inputs"},
)
bank.edit(
    "last_row_in_dX",
    "dA @ p.W_hx",
    "dA[0] @ p.W_hx + 0 * X",
    loses={"inputs"},
    slip="same_row@dX",
)
bank.edit(
    "single_precision",
    "    return grads",
    "    grads = RNN(*[g.astype(np.float32) for g in grads])\n    return grads",
    loses={"one_step", "output_layer", "input_weights", "recurrent_weights"},
    slip="precision",
)
bank.edit(
    "overwrites_targets",
    "dO = (H[1:] @ p.W_qh.T + p.b_q - Y) / T",
    "Y -= H[1:] @ p.W_qh.T + p.b_q\n    dO = -Y / T",
    loses={"keeps"},
)
bank.edit(
    "output_state_before",
    "dO.T @ H[1:]",
    "dO.T @ H[:-1]",
    loses={"one_step", "output_layer"},
    slip="output_state_before",
)
bank.edit("initial_state_ignored", "    H[0] = h_0\n", "", loses=ALL, slip="ignores_h_0")
bank.edit(
    "buffer_reused",
    "    return grads, carry, dA @ p.W_hx",
    "    dX = rnn_bptt.__dict__.setdefault(str(X.shape), np.zeros_like(X))\n"
    "    dX[:] = dA @ p.W_hx\n"
    "    return grads, carry, dX",
    loses={"keeps"},
)
bank.edit(
    "states_kept_for_shapes",
    "    dO = (H[1:]",
    "    H = rnn_bptt.__dict__.setdefault(str((X.shape, Y.shape, h_0.shape)), H)\n    dO = (H[1:]",
    loses={"keeps"},
)
bank.edit(
    "gradients_accumulate",
    "    return grads, carry, dA @ p.W_hx",
    "    kept = rnn_bptt.__dict__.setdefault(str(X.shape), [])\n"
    "    kept.append(grads.b_h)\n"
    "    return grads._replace(b_h=sum(kept)), carry, dA @ p.W_hx",
    loses={"keeps"},
)
bank.edit(
    "window_of_ten_steps",
    "        carry = p.W_hh.T @ dA[t]\n",
    "        carry = np.zeros_like(h_0)\n"
    "        for k in range(10):\n"
    "            if t + k < T:\n"
    "                late = p.W_qh.T @ dO[t + k]\n"
    "                for j in range(t + k, t - 1, -1):\n"
    "                    late = p.W_hh.T @ ((1 - H[j + 1] ** 2) * late)\n"
    "                carry = carry + late\n",
    loses=HIDDEN,
    slip="truncated_10",
)


# Written from a description of the task alone, as a person would write them, mistakes and all.


@bank.wrong(loses={"input_weights", "recurrent_weights", "output_layer"}, slip="only_first_use")
def assigned_in_the_loop(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray
) -> tuple[RNN, np.ndarray, np.ndarray]:
    hs = [h_0]
    for x in X:
        hs.append(np.tanh(p.W_hx @ x + p.W_hh @ hs[-1] + p.b_h))
    n = len(X)
    dh_next = np.zeros(len(h_0))
    dX = np.zeros_like(X)
    for t in range(n, 0, -1):
        do = (p.W_qh @ hs[t] + p.b_q - Y[t - 1]) / n
        W_qh, b_q = np.outer(do, hs[t]), do
        da = (p.W_qh.T @ do + dh_next) * (1 - hs[t] ** 2)
        W_hx, W_hh, b_h = np.outer(da, X[t - 1]), np.outer(da, hs[t - 1]), da
        dX[t - 1] = p.W_hx.T @ da
        dh_next = p.W_hh.T @ da
    return RNN(W_hx, W_hh, b_h, W_qh, b_q), dh_next, dX


@bank.wrong(loses={"one_step", *HIDDEN}, slip="slope_from_value")
def slope_of_the_sum(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray
) -> tuple[RNN, np.ndarray, np.ndarray]:
    a, hs = [], [h_0]
    for x in X:
        a.append(p.W_hx @ x + p.W_hh @ hs[-1] + p.b_h)
        hs.append(np.tanh(a[-1]))
    g = RNN(*[np.zeros_like(w) for w in p])
    dX, dh = np.zeros_like(X), np.zeros_like(h_0)
    for t in range(len(X) - 1, -1, -1):
        err = (p.W_qh @ hs[t + 1] + p.b_q - Y[t]) / len(X)
        g.W_qh[:] += err[:, None] * hs[t + 1]
        g.b_q[:] += err
        delta = (1 - a[t] ** 2) * (p.W_qh.T @ err + dh)
        g.W_hx[:] += delta[:, None] * X[t]
        g.W_hh[:] += delta[:, None] * hs[t]
        g.b_h[:] += delta
        dX[t], dh = delta @ p.W_hx, delta @ p.W_hh
    return g, dh, dX


@bank.wrong(loses={"inputs"}, slip="reversed@dX")
def inputs_collected_backwards(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray
) -> tuple[RNN, np.ndarray, np.ndarray]:
    H = [h_0]
    for x in X:
        H.append(np.tanh(p.W_hx @ x + p.W_hh @ H[-1] + p.b_h))
    g, dX, back = [np.zeros_like(w) for w in p], [], 0 * h_0
    for t in reversed(range(len(X))):
        e = (p.W_qh @ H[t + 1] + p.b_q - Y[t]) / len(X)
        d = (e @ p.W_qh + back) * (1 - H[t + 1] * H[t + 1])
        for i, term in enumerate((np.outer(d, X[t]), np.outer(d, H[t]), d, np.outer(e, H[t + 1]), e)):
            g[i] += term
        dX.append(d @ p.W_hx)
        back = d @ p.W_hh
    return RNN(*g), back, np.array(dX)


@bank.wrong(loses={"one_step", *HIDDEN, "output_layer"}, slip="step_1_not_reached")
def loop_ends_one_step_short(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray
) -> tuple[RNN, np.ndarray, np.ndarray]:
    H = [h_0]
    for x in X:
        H.append(np.tanh(p.W_hx @ x + p.W_hh @ H[-1] + p.b_h))
    g, dX, back = [np.zeros_like(w) for w in p], np.zeros_like(X), np.zeros_like(h_0)
    for t in range(len(X) - 1, 0, -1):
        e = (p.W_qh @ H[t + 1] + p.b_q - Y[t]) / len(X)
        d = (e @ p.W_qh + back) * (1 - H[t + 1] ** 2)
        for i, term in enumerate((np.outer(d, X[t]), np.outer(d, H[t]), d, np.outer(e, H[t + 1]), e)):
            g[i] += term
        dX[t] = d @ p.W_hx
        back = d @ p.W_hh
    return RNN(*g), back, dX


bank.edit(
    "clipped_for_safety",
    "    return grads, carry, dA @ p.W_hx",
    "    norm = np.sqrt(sum(np.sum(g**2) for g in grads))\n"
    "    if norm > 0.05:\n"
    "        grads = RNN(*[g * 0.05 / norm for g in grads])\n"
    "    return grads, carry, dA @ p.W_hx",
    loses={"one_step", "output_layer", "input_weights", "recurrent_weights"},
    slip="factor_per_case@W_hx+W_hh+b_h+W_qh+b_q",
)
bank.edit(
    "each_gradient_normalised",
    "    return grads, carry, dA @ p.W_hx",
    "    grads = RNN(*[g / np.linalg.norm(g) for g in grads])\n    return grads, carry, dA @ p.W_hx",
    loses={"one_step", "output_layer", "input_weights", "recurrent_weights"},
    slip="factor_per_part@W_hx+W_hh+b_h+W_qh+b_q",
)
bank.edit("mean_over_outputs", ") / T", ") / T / Y.shape[1]", loses=ALL, slip="factor_1/q")
bank.edit(
    "carry_clipped", "p.W_qh.T @ dO[t] + carry", "p.W_qh.T @ dO[t] + np.clip(carry, -1, 1)", loses=HIDDEN
)
bank.edit("half_forgotten", ") / T", ") * 2 / T", loses=ALL, slip="twice")
bank.edit(
    "two_steps_are_enough",
    "    for t in reversed(range(T)):\n"
    "        dh = p.W_qh.T @ dO[t] + carry\n"
    "        dA[t] = (1 - H[t + 1] ** 2) * dh\n"
    "        carry = p.W_hh.T @ dA[t]\n",
    "    for t in range(T):\n"
    "        dh = p.W_qh.T @ dO[t]\n"
    "        for k in range(t, max(t - 3, -1), -1):\n"
    "            da = (1 - H[k + 1] ** 2) * dh\n"
    "            dA[k] += da\n"
    "            dh = p.W_hh.T @ da\n"
    "            carry = carry + dh * (k == 0)\n",
    loses=HIDDEN,
    slip="truncated_2",
)
bank.edit(
    "detached_every_third_step",
    "        carry = p.W_hh.T @ dA[t]\n",
    "        carry = p.W_hh.T @ dA[t] * (t == 0 or t % 3 != 0)\n",
    loses=HIDDEN,
    slip="chunked_3",
)
bank.edit(
    "initial_state_forgotten",
    "return grads, carry,",
    "return grads, 0 * carry,",
    loses={"one_step", "initial_state"},
    slip="zero@dh_0",
)
bank.edit(
    "slope_of_another_function",
    "1 - H[t + 1] ** 2",
    "H[t + 1] * (1 - H[t + 1])",
    loses={"one_step", *HIDDEN},
    slip="slope_of_sigmoid",
)
bank.edit(
    "square_forgotten",
    "1 - H[t + 1] ** 2",
    "1 - H[t + 1]",
    loses={"one_step", *HIDDEN},
    slip="slope_not_squared",
)
bank.edit(
    "slope_before_adding",
    "dA[t] = (1 - H[t + 1] ** 2) * dh",
    "dA[t] = (1 - H[t + 1] ** 2) * (p.W_qh.T @ dO[t]) + carry",
    loses=HIDDEN,
    slip="carry_after_slope",
)
bank.edit(
    "state_gradients_at_the_weights",
    "    grads = RNN(dA.T @ X, dA.T @ H[:-1], dA.sum(axis=0),",
    "    dA = dA / (1 - H[1:] ** 2)\n    grads = RNN(dA.T @ X, dA.T @ H[:-1], dA.sum(axis=0),",
    loses={"one_step", "input_weights", "recurrent_weights", "inputs"},
    slip="use_unsloped",
)
bank.edit(
    "inputs_one_late",
    "return grads, carry, dA @ p.W_hx",
    "return grads, carry, np.roll(dA @ p.W_hx, 1, axis=0)",
    loses={"inputs"},
    slip="late_around@dX",
)
bank.edit(
    "sums_multiplied",
    "dA.T @ H[:-1], dA.sum(axis=0)",
    "np.outer(dA.sum(axis=0), H[:-1].sum(axis=0)), dA.sum(axis=0)",
    loses={"recurrent_weights"},
    slip="another_derivative@W_hh",
)
bank.edit(
    "first_error_skipped",
    "    dA = np",
    "    dO[0] = 0\n    dA = np",
    loses={"one_step", "output_layer", *HIDDEN},
    slip="first_loss_missing",
)
bank.edit(
    "carry_never_grows",
    "carry = p.W_hh.T @ dA[t]",
    "carry = p.W_hh.T @ ((1 - H[t + 1] ** 2) * (p.W_qh.T @ dO[t]))",
    loses=HIDDEN,
    slip="truncated_1",
)

# Two and three mistakes at once: both are named, or nothing is.

bank.edit(
    "transpose_and_sum",
    CARRY,
    "carry = p.W_hh @ dA[t]",
    of="sum_for_mean",
    loses=ALL,
    slip="transpose factor_T",
)
bank.edit(
    "slope_and_last_loss", TERM, "dA[t] = dh", of="last_loss_only", loses=ALL, slip="slope_missing last_loss"
)
bank.edit(
    "mean_and_order",
    "dA @ p.W_hx",
    "(dA @ p.W_hx)[::-1]",
    of="mean_in_bias",
    loses={"input_weights", "inputs"},
    slip="factor_1/T@b_h reversed@dX",
)
bank.edit(
    "slope_and_transpose", CARRY, "carry = p.W_hh @ dA[t]", of="slope_missing", loses={"one_step", *HIDDEN}
)
bank.edit(
    "loop_over_the_later_states",
    "for t in reversed(range(T))",
    "for t in range(T - 1, 0, -1)",
    loses={"one_step", *HIDDEN},
    slip="step_1_not_reached",
)
bank.edit(
    "errors_in_reverse",
    "p.W_qh.T @ dO[t]",
    "p.W_qh.T @ dO[T - 1 - t]",
    loses=HIDDEN,
    slip="errors_reversed",
)
bank.edit(
    "outputs_collected_backwards",
    "    dA = np",
    "    dO = dO[::-1]\n    dA = np",
    loses={"output_layer", *HIDDEN},
    slip="errors_reversed",
)
bank.edit("matrix_missing", CARRY, "carry = dA[t]", loses={"one_step", *HIDDEN}, slip="carry_without_matrix")
bank.edit(
    "slope_after_the_matrix",
    CARRY,
    "carry = (1 - H[t + 1] ** 2) * (p.W_hh.T @ dh)",
    loses={"one_step", *HIDDEN},
    slip="slope_behind_matrix",
)
bank.edit("window_of_eight_steps", CARRY, CARRY + " * (t != T - 8)", loses=HIDDEN, slip="last_8_apart")
bank.edit(
    "slope_missing_and_twice_the_bias",
    "dA.sum(axis=0)",
    "2 * dA.sum(axis=0)",
    of="slope_missing",
    loses={"one_step", *HIDDEN},
)
bank.edit(
    "three_parts",
    "return grads, carry, dA",
    "return grads, -carry, 2 * dA",
    of="mean_in_bias",
    loses={"one_step", "input_weights", "initial_state", "inputs"},
)
bank.edit(  # which shows only where gradients are small
    "small_carry_dropped",
    CARRY,
    "carry = p.W_hh.T @ dA[t]\n        carry = carry * (t == 0 or np.abs(carry).max() > 1e-2)",
    loses=HIDDEN,
)
bank.edit(
    "first_use_missing_and_biases_unsloped",
    "dA.T @ H[:-1], dA.sum(axis=0)",
    "dA[1:].T @ H[1:-1], (dA / (1 - H[1:] ** 2)).sum(axis=0)",
    loses={"one_step", "input_weights", "recurrent_weights"},
    slip="first_use@W_hh use_unsloped@b_h",
)
bank.edit(
    "target_of_the_step_before",
    "p.b_q - Y) / T",
    "p.b_q - np.roll(Y, 1, axis=0)) / T",
    loses={"output_layer", *HIDDEN},
    slip="target_before",
)
bank.edit(
    "outputs_by_softmax",
    "dO = (H[1:] @ p.W_qh.T + p.b_q - Y) / T",
    "P = np.exp(H[1:] @ p.W_qh.T + p.b_q)\n    dO = (P / P.sum(axis=1, keepdims=True) - Y) / T",
    loses=ALL,
    slip="outputs_squashed",
)
bank.edit(
    "mean_up_to_the_step",
    ") / T",
    ") / np.arange(1, T + 1)[:, None]",
    loses={"output_layer", *HIDDEN},
    slip="losses_by_step",
)
bank.edit("one_step_too_many_in_the_mean", ") / T", ") / (T + 1)", loses=ALL, slip="mean_of_one_more")
bank.edit("mean_over_outputs_for_steps", ") / T", ") / Y.shape[1]", loses=ALL, slip="mean_over_units")
bank.edit(
    "last_error_twice", "    dA = np", "    dO[-1] *= 2\n    dA = np", loses=ALL, slip="last_loss_twice"
)
bank.edit(
    "input_of_the_step_before",
    "dA.T @ X,",
    "dA.T @ np.roll(X, 1, axis=0),",
    loses={"input_weights"},
    slip="input_before@W_hx",
)
bank.edit(
    "last_state_for_the_first",
    "dA.T @ H[:-1]",
    "dA.T @ np.roll(H[1:], 1, axis=0)",
    loses={"one_step", "recurrent_weights"},
    slip="state_around@W_hh",
)
bank.edit(
    "sums_before_tanh",
    "dO.T @ H[1:]",
    "dO.T @ np.arctanh(H[1:])",
    loses={"one_step", "output_layer"},
    slip="output_state_unsquashed@W_qh",
)
bank.edit(
    "carry_for_delta",
    "dA.T @ X,",
    "(dA @ p.W_hh).T @ X,",
    loses={"input_weights", "one_step"},
    slip="carry_sent@W_hx",
)
bank.edit(
    "times_the_step",
    "dA.T @ H[:-1]",
    "(dA * np.arange(T)[:, None]).T @ H[:-1]",
    loses={"one_step", "recurrent_weights"},
    slip="terms_by_step@W_hh",
)
bank.edit(
    "mean_over_units_in_bias",
    "dA.sum(axis=0)",
    "dA.sum(axis=0) / len(h_0)",
    loses={"input_weights", "one_step"},
    slip="factor_1/h@b_h",
)
bank.edit(
    "slope_of_the_next_step",
    "1 - H[t + 1] ** 2",
    "1 - H[min(t + 2, T)] ** 2",
    loses=HIDDEN,
    slip="slope_one_late",
)
bank.edit(
    "slope_of_relu",
    "(1 - H[t + 1] ** 2)",
    "(H[t + 1] > 0)",
    loses={"one_step", *HIDDEN},
    slip="slope_of_relu",
)
bank.edit(
    "slope_twice_in_the_carry",
    "carry = p.W_hh.T @ dA[t]",
    "carry = p.W_hh.T @ ((1 - H[t + 1] ** 2) * dA[t])",
    loses={"one_step", *HIDDEN},
    slip="slope_twice_in_carry",
)
bank.edit(
    "carry_subtracted",
    "carry = p.W_hh.T @ dA[t]",
    "carry = -p.W_hh.T @ dA[t]",
    loses={"one_step", *HIDDEN},
    slip="carry_negative",
)
bank.edit(
    "carry_decays",
    "carry = p.W_hh.T @ dA[t]",
    "carry = 0.9 * p.W_hh.T @ dA[t]",
    loses={"one_step", *HIDDEN},
    slip="carry_scaled",
)
bank.edit(
    "first_step_without_carry",
    "p.W_qh.T @ dO[t] + carry",
    "p.W_qh.T @ dO[t] + carry * (t > 0)",
    loses=HIDDEN,
    slip="cut_after_1",
)
bank.edit(
    "last_step_is_not_carried",
    "p.W_qh.T @ dO[t] + carry",
    "p.W_qh.T @ dO[t] + carry * (t < T - 2)",
    loses=HIDDEN,
    slip="last_1_apart",
)
bank.edit(
    "loop_forward",
    "reversed(range(T))",
    "range(T)",
    loses={"initial_state", "input_weights", "inputs", "recurrent_weights"},
    slip="loop_forward",
)
bank.edit(
    "slope_of_the_carry_alone",
    "dA[t] = (1 - H[t + 1] ** 2) * dh",
    "dA[t] = p.W_qh.T @ dO[t] + (1 - H[t + 1] ** 2) * carry",
    loses={"initial_state", "input_weights", "inputs", "one_step", "recurrent_weights"},
    slip="slope_missing_at_own_loss",
)
bank.edit(
    "slope_twice_further_back",
    "carry = p.W_hh.T @ dA[t]",
    "carry = (1 - H[t] ** 2) * (p.W_hh.T @ dA[t])",
    loses={"initial_state", "input_weights", "inputs", "one_step", "recurrent_weights"},
    slip="slope_twice_further_back",
)
bank.edit(
    "state_of_the_loss",
    "np.outer(row, H[k - 1])",
    "np.outer(row, H[t - 1])",
    loses={"recurrent_weights"},
    slip="state_of_the_loss",
    of="sum_over_paths",
)
bank.edit(
    "input_of_the_loss",
    "np.outer(row, X[k - 1])",
    "np.outer(row, X[t - 1])",
    loses={"input_weights"},
    slip="input_of_the_loss",
    of="sum_over_paths",
)
bank.edit(
    "inputs_by_loss",
    "dX[k - 1] +=",
    "dX[t - 1] +=",
    loses={"inputs"},
    slip="inputs_by_loss",
    of="sum_over_paths",
)
bank.edit(
    "initial_state_of_the_first_loss",
    "if k == 1:",
    "if t == 1:",
    loses={"initial_state"},
    slip="first_loss@dh_0",
    of="sum_over_paths",
)
bank.edit(
    "initial_state_of_the_last_step",
    "return grads, carry,",
    "return grads, p.W_hh.T @ dA[-1],",
    loses={"initial_state"},
    slip="initial_state_of_another_step",
)
bank.edit(
    "initial_state_of_all_steps",
    "return grads, carry,",
    "return grads, p.W_hh.T @ dA.sum(axis=0),",
    loses={"initial_state"},
    slip="initial_state_of_all_steps",
)
bank.edit(
    "initial_state_sloped",
    "return grads, carry,",
    "return grads, (1 - h_0**2) * carry,",
    loses={"initial_state", "one_step"},
    slip="initial_state_sloped",
)
bank.edit(
    "initial_state_is_the_carry",
    "return grads, carry,",
    "return grads, dh - p.W_qh.T @ dO[0],",
    loses={"initial_state", "one_step"},
    slip="initial_state_is_carry_of_step_1",
)
bank.edit(
    "forward_transposed",
    "p.W_hh @ H[t] + p.b_h",
    "p.W_hh.T @ H[t] + p.b_h",
    loses={"initial_state", "input_weights", "inputs", "one_step", "output_layer", "recurrent_weights"},
    slip="forward_transposed",
)
bank.edit(
    "forward_linear",
    "np.tanh(p.W_hx @ X[t] + p.W_hh @ H[t] + p.b_h)",
    "(p.W_hx @ X[t] + p.W_hh @ H[t] + p.b_h)",
    loses={"initial_state", "input_weights", "inputs", "one_step", "output_layer", "recurrent_weights"},
    slip="forward_linear",
)
bank.edit(
    "forward_from_zeros",
    "p.W_hh @ H[t] + p.b_h",
    "p.W_hh @ (H[t] if t > 0 else 0 * h_0) + p.b_h",
    loses={"initial_state", "input_weights", "inputs", "one_step", "output_layer", "recurrent_weights"},
    slip="forward_from_zeros",
)
bank.edit(
    "forward_held",
    "p.W_hh @ H[t] + p.b_h",
    "p.W_hh @ h_0 + p.b_h",
    loses={"initial_state", "input_weights", "inputs", "output_layer", "recurrent_weights"},
    slip="forward_held",
)
bank.edit(
    "sums_kept_as_states",
    "np.tanh(p.W_hx @ X[t] + p.W_hh @ H[t] + p.b_h)",
    "p.W_hx @ X[t] + p.W_hh @ (np.tanh(H[t]) if t else h_0) + p.b_h",
    loses={"initial_state", "input_weights", "inputs", "one_step", "output_layer", "recurrent_weights"},
    slip="sums_kept_as_states",
)
bank.edit(
    "error_sent_to_the_step_before",
    "carry = p.W_hh.T @ dA[t]",
    "carry = p.W_hh.T @ dA[t] + p.W_qh.T @ dO[t]",
    loses={"initial_state", "input_weights", "inputs", "one_step", "recurrent_weights"},
    slip="error_beside",
)
bank.edit(
    "slope_behind_the_matrix_but_for_h_0",
    "carry = p.W_hh.T @ dA[t]",
    "carry = p.W_hh.T @ dA[t] if t == 0 else (1 - H[t + 1] ** 2) * (p.W_hh.T @ dh)",
    loses={"initial_state", "input_weights", "inputs", "recurrent_weights"},
    slip="slope_behind_matrix_but_for_h_0",
)
bank.edit(
    "slope_of_the_last_step_missing",
    "dA[t] = (1 - H[t + 1] ** 2) * dh",
    "dA[t] = (1 - H[t + 1] ** 2) * dh if t < T - 1 else dh",
    loses={"initial_state", "input_weights", "inputs", "one_step", "recurrent_weights"},
    slip="slope_missing_at_the_last_step",
)
bank.edit(
    "states_overwritten",
    "    dA = np.zeros((T, len(h_0)))",
    "    H[1:] = H[T]\n    dA = np.zeros((T, len(h_0)))",
    loses={"initial_state", "input_weights", "inputs", "output_layer", "recurrent_weights"},
    slip="states_overwritten",
)
bank.edit(
    "sum_begins_at_the_weight",
    "dA.T @ H[:-1],",
    "p.W_hh + dA.T @ H[:-1],",
    loses={"one_step", "recurrent_weights"},
    slip="begins_at_the_parameter@W_hh",
)
