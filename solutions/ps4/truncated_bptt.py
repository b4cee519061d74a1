"""Answers to `truncated_bptt`."""

import numpy as np

from course import RNN, rnn_forward
from course.grader.bank import Bank

bank = Bank("truncated_bptt")


@bank.reference
def truncated_bptt(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, tau: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    H, O = rnn_forward(p, X, h_0)
    T = len(X)
    dO = (O - Y) / T
    dA, dh_0 = np.zeros((T + 1, len(h_0))), np.zeros_like(h_0)
    for t in range(1, T + 1):
        dh = p.W_qh.T @ dO[t - 1]
        for k in range(t, max(t - tau, 1) - 1, -1):
            da = (1 - H[k] ** 2) * dh
            dA[k] += da
            dh = p.W_hh.T @ da
        if t <= tau:
            dh_0 += dh
    dA = dA[1:]
    grads = RNN(dA.T @ X, dA.T @ H[:-1], dA.sum(axis=0), dO.T @ H[1:], dO.sum(axis=0))
    return grads, dh_0, dA @ p.W_hx


@bank.right
def all_losses_one_step_at_a_time(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, tau: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    # Diagonal by diagonal: row t of E is loss t, all rows go back together; at lag n row t stands at t - n.
    H, O = rnn_forward(p, X, h_0)
    T, errors = len(X), (O - Y) / len(X)
    E, delta, dh_0 = errors @ p.W_qh, np.zeros((T, len(h_0))), np.zeros_like(h_0)
    for lag in range(min(tau, T - 1) + 1):
        if lag:
            arrived = E @ p.W_hh
            dh_0 = dh_0 + arrived[0]
            E = arrived[1:]
        E = E * (1 - H[1 : T + 1 - lag] ** 2)
        delta[: T - lag] += E
    if tau >= T:
        dh_0 = dh_0 + (E @ p.W_hh)[0]
    return (
        RNN(delta.T @ X, delta.T @ H[:-1], delta.sum(0), errors.T @ H[1:], errors.sum(0)),
        dh_0,
        delta @ p.W_hx,
    )


@bank.right
def backward_with_a_queue(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, tau: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    # One pass: a queue of carries, one for each loss that is still on its way; the oldest falls out.
    H = [h_0]
    for x in X:
        H.append(np.tanh(p.W_hx @ x + p.W_hh @ H[-1] + p.b_h))
    g, dX = [np.zeros_like(w) for w in p], np.zeros_like(X)
    queue: list[np.ndarray] = []
    for k in range(len(X), 0, -1):
        error = (p.W_qh @ H[k] + p.b_q - Y[k - 1]) / len(X)
        queue = [error @ p.W_qh, *queue][: tau + 1]
        deltas = [(1 - H[k] ** 2) * carry for carry in queue]
        d = np.sum(deltas, axis=0)
        for i, term in enumerate(
            (np.outer(d, X[k - 1]), np.outer(d, H[k - 1]), d, np.outer(error, H[k]), error)
        ):
            g[i] += term
        dX[k - 1] = d @ p.W_hx
        queue = [delta @ p.W_hh for delta in deltas]
    return RNN(*g), np.sum([np.zeros_like(h_0), *queue[:tau]], axis=0), dX


@bank.right
def products_of_jacobians(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, tau: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    H, O = rnn_forward(p, X, h_0)
    T, errors = len(X), (O - Y) / len(X)
    W_hx, W_hh, b_h = np.zeros_like(p.W_hx), np.zeros_like(p.W_hh), np.zeros_like(p.b_h)
    dX, dh_0 = np.zeros_like(X), np.zeros_like(h_0)
    for t in range(1, T + 1):
        J, row = np.eye(len(h_0)), errors[t - 1] @ p.W_qh
        for lag in range(tau + 1):
            k = t - lag
            if k == 0:
                dh_0 += row @ J
                break
            D = np.diag(1 - H[k] ** 2)
            delta = row @ J @ D
            W_hx, W_hh, b_h = W_hx + np.outer(delta, X[k - 1]), W_hh + np.outer(delta, H[k - 1]), b_h + delta
            dX[k - 1] += delta @ p.W_hx
            J = J @ D @ p.W_hh
    return RNN(W_hx, W_hh, b_h, errors.T @ H[1:], errors.sum(0)), dh_0, dX


STEPS = {"weights", "inputs"}
LOOP, REACHES = "range(t, max(t - tau, 1) - 1, -1)", "if t <= tau:"
bank.edit(
    "k_beyond_t_minus_tau",
    LOOP,
    "range(t, max(t - tau, 0), -1)",
    loses={"no_step_back", "weights", "inputs"},
    slip="one_step_short",
)
bank.edit(
    "tau_plus_one",
    "max(t - tau, 1)",
    "max(t - tau - 1, 1)",
    loses={"no_step_back", "weights", "inputs"},
    slip="one_step_far",
)
bank.edit(
    "never_stops", LOOP, "range(t, 0, -1)", loses={"no_step_back", "weights", "inputs"}, slip="whole_gradient"
)
bank.edit(
    "h_0_with_step_one",
    REACHES,
    "if t - tau <= 1:",
    loses={"no_step_back", "initial_state"},
    slip="initial_state_far",
)
bank.edit(
    "h_0_before_tau", REACHES, "if t < tau:", loses={"one_step", "initial_state"}, slip="initial_state_short"
)
bank.edit(
    "carry_into_h_0_always",
    REACHES,
    "if True:",
    loses={"no_step_back", "initial_state"},
    slip="initial_state_of_windows",
)
bank.edit(
    "h_0_forgotten",
    "dh_0 += dh",
    "dh_0 += 0 * dh",
    loses={"one_step", "everything", "initial_state"},
    slip="zero@dh_0",
)
bank.edit(
    "transpose_missing",
    "p.W_hh.T @ da",
    "p.W_hh @ da",
    loses={"one_step", "everything", "weights", "inputs", "initial_state"},
    slip="transpose",
)
bank.edit(
    "slope_missing",
    "(1 - H[k] ** 2) * dh",
    "dh",
    loses={"one_step", "no_step_back", "everything", "weights", "inputs", "initial_state"},
    slip="slope_missing",
)
bank.edit(
    "slope_twice",
    "(1 - H[k] ** 2) * dh",
    "(1 - H[k] ** 2) ** 2 * dh",
    loses={"one_step", "no_step_back", "everything", "weights", "inputs", "initial_state"},
    slip="slope_twice",
)
bank.edit(
    "slope_of_state",
    "1 - H[k] ** 2",
    "1 - np.tanh(H[k]) ** 2",
    loses={"one_step", "no_step_back", "everything", "weights", "inputs", "initial_state"},
    slip="slope_of_state",
)
bank.edit(
    "later_state",
    "dA.T @ H[:-1]",
    "dA.T @ H[1:]",
    loses={"one_step", "no_step_back", "everything", "weights"},
    slip="later_state",
)
bank.edit(
    "sum_for_mean",
    "dO = (O - Y) / T",
    "dO = O - Y",
    loses={"no_step_back", "everything", "output_layer", "weights", "inputs", "initial_state"},
    slip="factor_T",
)
bank.edit(
    "sign",
    "dO = (O - Y) / T",
    "dO = (Y - O) / T",
    loses={"one_step", "no_step_back", "everything", "output_layer", "weights", "inputs", "initial_state"},
    slip="sign",
)
bank.edit(
    "own_use_only",
    LOOP,
    "[t]",
    loses={"everything", "weights", "inputs", "initial_state"},
    slip="own_use_only",
)
bank.edit(
    "assigned_not_added",
    "dA[k] += da",
    "dA[k] = da",
    loses={"everything", "weights", "inputs"},
    slip="only_latest_loss",
)
bank.edit(
    "window_at_the_end",
    "    for t in range(1, T + 1):\n",
    "    for t in [T]:\n",
    loses={"no_step_back", "everything", "weights", "inputs", "initial_state"},
    slip="last_loss",
)
bank.edit(
    "output_layer_truncated",
    "dO.T @ H[1:], dO.sum(axis=0)",
    "dO[-tau - 1 :].T @ H[1:][-tau - 1 :], dO[-tau - 1 :].sum(axis=0)",
    loses={"no_step_back", "output_layer"},
    slip="output_layer_truncated",
)
bank.edit(
    "mean_over_the_window",
    "    for t in range(1, T + 1):\n",
    "    for t in range(1, T + 1):\n        dO[t - 1] /= min(t, tau + 1)\n",
    loses={"everything", "output_layer", "weights", "inputs", "initial_state"},
    slip="mean_over_window",
)
bank.edit(
    "targets_overwritten", "    dO = (O - Y) / T\n", "    Y[:] = (O - Y) / T\n    dO = Y\n", loses={"keeps"}
)
bank.edit(
    "single_precision",
    "    return grads,",
    "    grads = RNN(*[g.astype(np.float32) for g in grads])\n    return grads,",
    loses={"one_step", "no_step_back", "everything", "output_layer", "weights"},
    slip="precision",
)
bank.edit(
    "buffer_reused",
    "    return grads, dh_0, dA @ p.W_hx",
    "    dX = truncated_bptt.__dict__.setdefault(str(X.shape), np.zeros_like(X))\n"
    "    dX[:] = dA @ p.W_hx\n"
    "    return grads, dh_0, dX",
    loses={"keeps"},
)


# Written from a description of the task alone, as a person would write them, mistakes and all.


@bank.wrong(loses={"no_step_back", "weights", "inputs", "initial_state"}, slip="chunks_from_the_end")
def reset_every_tau_steps(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, tau: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    H, O = rnn_forward(p, X, h_0)
    dO, dA = (O - Y) / len(X), np.zeros((len(X), len(h_0)))
    carry, taken = np.zeros_like(h_0), 0
    for t in reversed(range(len(X))):
        if taken == max(tau, 1):
            carry, taken = np.zeros_like(h_0), 0
        dA[t] = (1 - H[t + 1] ** 2) * (p.W_qh.T @ dO[t] + carry)
        carry, taken = p.W_hh.T @ dA[t], taken + 1
    grads = RNN(dA.T @ X, dA.T @ H[:-1], dA.sum(axis=0), dO.T @ H[1:], dO.sum(axis=0))
    return grads, carry, dA @ p.W_hx


@bank.wrong(loses={"no_step_back", "weights", "inputs", "initial_state"}, slip="end_of_sequence")
def one_backward_pass(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, tau: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    H, O = rnn_forward(p, X, h_0)
    T = len(X)
    dO = (O - Y) / T
    dA, dh_0, carry = np.zeros_like(H[1:]), np.zeros_like(h_0), np.zeros_like(h_0)
    for k in range(T, 0, -1):
        if T - k > tau:
            break
        dA[k - 1] = (1 - H[k] ** 2) * (p.W_qh.T @ dO[k - 1] + carry)
        carry = p.W_hh.T @ dA[k - 1]
        if k == 1:
            dh_0 = carry
    return RNN(dA.T @ X, dA.T @ H[:-1], dA.sum(0), dO.T @ H[1:], dO.sum(0)), dh_0, dA @ p.W_hx


@bank.wrong(loses={"no_step_back", "weights", "inputs", "initial_state"}, slip="chunks")
def detached_every_tau_steps(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, tau: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    H, O = rnn_forward(p, X, h_0)
    T = len(X)
    dO = (O - Y) / T
    dA, carry = np.zeros_like(H[1:]), np.zeros_like(h_0)
    for k in range(T, 0, -1):
        dA[k - 1] = (1 - H[k] ** 2) * (p.W_qh.T @ dO[k - 1] + carry)
        carry = p.W_hh.T @ dA[k - 1]
        if (k - 1) % max(tau, 1) == 0 and k > 1:
            carry = 0 * carry
    return RNN(dA.T @ X, dA.T @ H[:-1], dA.sum(0), dO.T @ H[1:], dO.sum(0)), carry, dA @ p.W_hx


bank.edit(
    "detached_every_tau_plus_one_steps",
    "max(tau, 1)",
    "(tau + 1)",
    of="detached_every_tau_steps",
    loses={"no_step_back", "weights", "inputs", "initial_state"},
    slip="wider_chunks",
)
bank.edit(
    "not_truncated_at_all",
    "(k - 1) % max(tau, 1) == 0 and k > 1",
    "k > T",
    of="detached_every_tau_steps",
    loses={"no_step_back", "weights", "inputs", "initial_state"},
    slip="whole_gradient",
)


@bank.wrong(loses={"no_step_back", "output_layer", "weights", "inputs"}, slip="restarted")
def every_window_from_zero(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, tau: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    g, dX, dh_0 = [np.zeros_like(w) for w in p], np.zeros_like(X), np.zeros_like(h_0)
    for t in range(1, len(X) + 1):
        first = max(t - tau, 1)
        start = h_0 if first == 1 and t <= tau else np.zeros_like(h_0)
        H, O = rnn_forward(p, X[first - 1 : t], start)
        error = (O[-1] - Y[t - 1]) / len(X)
        g[3] += np.outer(error, H[-1])
        g[4] += error
        back = error @ p.W_qh
        for k in range(t, first - 1, -1):
            delta = back * (1 - H[k - first + 1] ** 2)
            g[0] += np.outer(delta, X[k - 1])
            g[1] += np.outer(delta, H[k - first])
            g[2] += delta
            dX[k - 1] += delta @ p.W_hx
            back = delta @ p.W_hh
        if t <= tau:
            dh_0 += back
    return RNN(*g), dh_0, dX


@bank.wrong(loses={"no_step_back", "output_layer", "weights", "inputs"}, slip="restarted_after_h_0")
def every_later_window_from_zero(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, tau: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    g, dX, dh_0 = [np.zeros_like(w) for w in p], np.zeros_like(X), np.zeros_like(h_0)
    for t in range(1, len(X) + 1):
        first = max(t - tau, 1)
        start = h_0 if first == 1 else np.zeros_like(h_0)
        H, O = rnn_forward(p, X[first - 1 : t], start)
        error = (O[-1] - Y[t - 1]) / len(X)
        g[3] += np.outer(error, H[-1])
        g[4] += error
        back = error @ p.W_qh
        for k in range(t, first - 1, -1):
            delta = back * (1 - H[k - first + 1] ** 2)
            g[0] += np.outer(delta, X[k - 1])
            g[1] += np.outer(delta, H[k - first])
            g[2] += delta
            dX[k - 1] += delta @ p.W_hx
            back = delta @ p.W_hh
        if t <= tau:
            dh_0 += back
    return RNN(*g), dh_0, dX


bank.edit(
    "five_steps_at_most",
    "    H, O",
    "    tau = min(tau, 5)\n    H, O",
    loses={"weights", "inputs", "initial_state", "everything"},
)
bank.edit(
    "first_result_of_these_shapes",
    "    return grads, dh_0, dA @ p.W_hx",
    """    shapes = str((X.shape, p.W_qh.shape, tau))
    return truncated_bptt.__dict__.setdefault(shapes, (grads, dh_0, dA @ p.W_hx))""",
    loses={"keeps"},
)
bank.edit(
    "slope_at_the_state_before",
    "1 - H[k] ** 2",
    "1 - H[k - 1] ** 2",
    loses={"one_step", "no_step_back", "everything", "weights", "inputs", "initial_state"},
    slip="slope_one_early",
)
bank.edit(
    "carry_skips_the_slope",
    "p.W_hh.T @ da",
    "p.W_hh.T @ dh",
    loses={"one_step", "everything", "weights", "inputs", "initial_state"},
    slip="carry_unsloped",
)
bank.edit(
    "slope_of_the_loss",
    "1 - H[k] ** 2",
    "1 - H[t] ** 2",
    loses={"everything", "weights", "inputs", "initial_state"},
    slip="slope_of_the_loss",
)
bank.edit(
    "first_slope_missing",
    "(1 - H[k] ** 2) * dh",
    "((1 - H[k] ** 2) if k < t else 1) * dh",
    loses={"one_step", "no_step_back", "everything", "weights", "inputs", "initial_state"},
    slip="slope_at_the_loss_missing",
)
bank.edit(
    "all_at_the_loss",
    "dA[k] += da",
    "dA[t] += da",
    loses={"everything", "weights", "inputs"},
    slip="counted_at_the_loss",
)
bank.edit(
    "one_step_off",
    "dA = dA[1:]",
    "dA = dA[:-1]",
    loses={"one_step", "no_step_back", "everything", "weights", "inputs"},
    slip="errors_one_step_late",
)
bank.edit(
    "far_end_only",
    "dA[k] += da",
    "dA[k] += da * (t - k == min(tau, t - 1))",
    loses={"everything", "weights", "inputs"},
    slip="end_of_window_only",
)
bank.edit(
    "full_windows_only",
    "for t in range(1, T + 1)",
    "for t in range(min(tau + 1, T), T + 1)",
    loses={"everything", "weights", "inputs", "initial_state"},
    slip="full_windows",
)
bank.edit(
    "mean_over_the_states_window",
    "dA[k] += da",
    "dA[k] += da / min(t, tau + 1)",
    loses={"everything", "weights", "inputs"},
    slip="mean_over_window@W_hx+W_hh+b_h+dX",
)
bank.edit(
    "window_for_the_length_on_the_way_back",
    "dh = p.W_qh.T @ dO[t - 1]",
    "dh = p.W_qh.T @ dO[t - 1] * T / (tau + 1)",
    loses={"one_step", "no_step_back", "everything", "weights", "inputs", "initial_state"},
    slip="divided_by_window@W_hx+W_hh+b_h+dh_0+dX",
)
bank.edit(
    "window_for_the_length",
    "(O - Y) / T",
    "(O - Y) / (tau + 1)",
    loses={"one_step", "no_step_back", "everything", "output_layer", "weights", "inputs", "initial_state"},
    slip="divided_by_window",
)
bank.edit(
    "h_0_of_the_latest_loss",
    "dh_0 += dh",
    "dh_0 = dh",
    loses={"everything", "initial_state"},
    slip="initial_state_latest",
)
bank.edit(
    "h_0_before_the_matrix",
    "dh_0 += dh",
    "dh_0 += da",
    loses={"one_step", "everything", "initial_state"},
    slip="another_derivative",
)
bank.edit(
    "input_of_the_next_step",
    "dA.T @ X",
    "dA[:-1].T @ X[1:]",
    loses={"one_step", "no_step_back", "everything", "weights"},
    slip="input_after@W_hx",
)
bank.edit(
    "carry_fades",
    "p.W_hh.T @ da",
    "0.9 * p.W_hh.T @ da",
    loses={"one_step", "everything", "weights", "inputs", "initial_state"},
    slip="carry_scaled",
)
bank.edit(
    "last_losses_only",
    "for t in range(1, T + 1)",
    "for t in range(max(1, T - tau), T + 1)",
    loses={"initial_state", "inputs", "no_step_back", "weights"},
    slip="last_losses",
)
bank.edit(
    "one_early",
    "for k in range(t, max(",
    "for k in range(t - 1, max(",
    loses={"everything", "initial_state", "inputs", "no_step_back", "one_step", "weights"},
    slip="begins_one_early",
)
bank.edit(
    "rows_of_the_window",
    "dA[k] += da",
    "dA[k - max(t - tau, 1) + 1] += da",
    loses={"inputs", "no_step_back", "weights"},
    slip="rows_of_the_window",
)
bank.edit(
    "slope_of_h_0",
    "grads, dh_0, dA",
    "grads, dh_0 * (1 - h_0**2), dA",
    loses={"everything", "initial_state", "one_step"},
    slip="another_derivative",
)
bank.edit(
    "one_window_short",
    "queue = [error @ p.W_qh, *queue][: tau + 1]",
    "queue = [error @ p.W_qh, *queue][: max(tau, 1)]",
    loses={"inputs", "weights"},
    slip="one_step_short",
    of="backward_with_a_queue",
)
