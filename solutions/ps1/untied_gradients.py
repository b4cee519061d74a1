"""Answers to `untied_gradients`."""

import numpy as np

from course import RNN, rnn_forward
from course.grader.bank import Bank

bank = Bank("untied_gradients")


@bank.reference
def untied_gradients(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> np.ndarray:
    T = len(X)
    H, O = rnn_forward(p, X, h_0)
    errors = (O - Y) / T
    G = np.zeros((T, len(h_0), len(h_0)))
    dh = np.zeros(len(h_0))
    for t in range(T, 0, -1):
        delta = (1 - H[t] ** 2) * (p.W_qh.T @ errors[t - 1] + dh)
        G[t - 1] = np.outer(delta, H[t - 1])
        dh = p.W_hh.T @ delta
    return G


@bank.right
def sum_over_losses(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> np.ndarray:
    # The column sums of the triangle: every loss t through every use k.
    T, n = len(X), len(h_0)
    H, O = rnn_forward(p, X, h_0)
    G = np.zeros((T, n, n))
    for t in range(1, T + 1):
        row = (O[t - 1] - Y[t - 1]) @ p.W_qh / T
        for k in range(t, 0, -1):
            row = row @ np.diag(1 - H[k] ** 2)
            G[k - 1] += np.outer(row, H[k - 1])
            row = row @ p.W_hh
    return G


@bank.right
def forward_from_every_use(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> np.ndarray:
    # For every use k, the Jacobian of the states by that copy alone, carried forward to the end.
    T, n = len(X), len(h_0)
    H, O = rnn_forward(p, X, h_0)
    G = []
    for k in range(T):
        S = np.einsum("ij,l->ijl", np.diag(1 - H[k + 1] ** 2), H[k])
        total = np.zeros((n, n))
        for t in range(k, T):
            if t > k:
                S = np.tensordot((1 - H[t + 1] ** 2)[:, None] * p.W_hh, S, axes=1)
            total += np.tensordot((O[t] - Y[t]) @ p.W_qh, S, axes=1) / T
        G.append(total)
    return np.stack(G)


@bank.right
def one_linear_system(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> np.ndarray:
    # All deltas at once, from the transposed block bidiagonal system of the linearised network.
    T, n = len(X), len(h_0)
    H, O = rnn_forward(p, X, h_0)
    D = 1 - H[1:] ** 2
    system = np.eye(T * n)
    for t in range(1, T):
        system[t * n : (t + 1) * n, (t - 1) * n : t * n] = -D[t][:, None] * p.W_hh
    dH = np.linalg.solve(system.T, ((O - Y) @ p.W_qh / T).reshape(-1)).reshape(T, n)
    return np.asarray(np.einsum("ti,tj->tij", D * dH, H[:-1]))


SUM, LAST, EVERY, ONE = {"sum"}, {"last_copy"}, {"every_copy"}, {"one_step"}
ALL = SUM | LAST | EVERY | ONE
CARRY = "dh = p.W_hh.T @ delta"
bank.edit("transpose", CARRY, "dh = p.W_hh @ delta", loses=SUM | EVERY, slip="transpose")
bank.edit("slope_missing", "(1 - H[t] ** 2) * (p", "(p", loses=ALL, slip="slope_missing")
bank.edit("slope_twice", "(1 - H[t] ** 2)", "(1 - H[t] ** 2) ** 2", loses=ALL, slip="slope_twice")
bank.edit("slope_of_state", "1 - H[t] ** 2", "1 - np.tanh(H[t]) ** 2", loses=ALL, slip="slope_of_state")
bank.edit("slope_one_early", "1 - H[t] ** 2", "1 - H[t - 1] ** 2", loses=ALL, slip="slope_one_early")
bank.edit("slope_of_sigmoid", "1 - H[t] ** 2", "H[t] * (1 - H[t])", loses=ALL, slip="slope_of_sigmoid")
bank.edit("slope_not_squared", "1 - H[t] ** 2", "1 - H[t]", loses=ALL, slip="slope_not_squared")
bank.edit("slope_plus", "1 - H[t] ** 2", "1 + H[t] ** 2", loses=ALL, slip="slope_plus")
bank.edit("slope_negative", "1 - H[t] ** 2", "H[t] ** 2 - 1", loses=ALL, slip="slope_negative")
bank.edit(
    "slope_from_value",
    "1 - H[t] ** 2",
    "1 - np.arctanh(H[t]) ** 2",
    loses=ALL,
    slip="slope_from_value",
)
bank.edit(
    "carry_unsloped",
    CARRY,
    "dh = p.W_hh.T @ (delta / (1 - H[t] ** 2))",
    loses=SUM | EVERY,
    slip="carry_unsloped",
)
bank.edit("carry_without_matrix", CARRY, "dh = delta", loses=SUM | EVERY, slip="carry_without_matrix")
bank.edit(
    "slope_behind_matrix",
    CARRY,
    "dh = (1 - H[t] ** 2) * (p.W_hh.T @ (delta / (1 - H[t] ** 2)))",
    loses=SUM | EVERY,
    slip="slope_behind_matrix",
)
bank.edit(
    "carry_after_slope",
    "(1 - H[t] ** 2) * (p.W_qh.T @ errors[t - 1] + dh)",
    "(1 - H[t] ** 2) * (p.W_qh.T @ errors[t - 1]) + dh",
    loses=SUM | EVERY,
    slip="carry_after_slope",
)
bank.edit(
    "use_unsloped",
    "np.outer(delta, H[t - 1])",
    "np.outer(delta / (1 - H[t] ** 2), H[t - 1])",
    loses=ALL,
    slip="use_unsloped",
)
bank.edit(
    "carry_clipped",
    CARRY,
    "dh = np.clip(p.W_hh.T @ delta, -5, 5)",
    loses=SUM | EVERY,
)
USES = "for k in range(t, 0, -1)"
for tau in (1, 2):
    shorter = f"for k in range(t, max(0, t - {tau + 1}), -1)"
    name = f"truncated_{tau}"
    bank.edit(name, USES, shorter, loses=SUM | EVERY, slip=name, of="sum_over_losses")
bank.edit(
    "own_loss_missing",
    "G[k - 1] += np",
    "G[k - 1] += (k < t) * np",
    loses=ALL,
    slip="own_loss_missing",
    of="sum_over_losses",
)
bank.edit(
    "accumulated_forward",
    "    return G",
    "    return np.cumsum(G, axis=0)",
    loses=SUM | LAST | EVERY,
    slip="running_sum_forward",
)
bank.edit("later_state", "np.outer(delta, H[t - 1])", "np.outer(delta, H[t])", loses=ALL, slip="later_state")
bank.edit("no_recurrence", "errors[t - 1] + dh", "errors[t - 1]", loses=SUM | EVERY, slip="no_recurrence")
bank.edit("first_use", "range(T, 0, -1)", "range(T, 1, -1)", loses=ALL, slip="first_use")
bank.edit("last_loss", "    G = np", "    errors[:-1] = 0\n    G = np", loses=SUM | EVERY, slip="last_loss")
bank.edit("reversed", "return G", "return G[::-1]", loses=LAST | EVERY, slip="reversed")
bank.edit(
    "accumulated",
    "    return G",
    "    for t in range(T - 2, -1, -1):\n        G[t] += G[t + 1]\n    return G",
    loses=SUM | EVERY,
    slip="running_sum",
)
bank.edit(
    "total_everywhere",
    "    return G",
    "    G[:] = G.sum(axis=0)\n    return G",
    loses=SUM | LAST | EVERY,
    slip="total_everywhere",
)
bank.edit(
    "share_of_the_total",
    "    return G",
    "    G[:] = G.mean(axis=0)\n    return G",
    loses=LAST | EVERY,
    slip="equal_shares",
)
bank.edit("no_mean", "(O - Y) / T", "O - Y", loses=SUM | LAST | EVERY, slip="no_mean")
bank.edit("sign", "(O - Y) / T", "(Y - O) / T", loses=ALL, slip="sign")
bank.edit(
    "outer_swapped", "np.outer(delta, H[t - 1])", "np.outer(H[t - 1], delta)", loses=ALL, slip="transposed"
)
bank.edit("carry_summed", CARRY, "dh = dh + p.W_hh.T @ delta", loses=SUM | EVERY, slip="carry_summed")
bank.edit("one_row_early", "G[t - 1] = np", "G[t - 2] = np", loses=LAST | EVERY, slip="early_around")
bank.edit("single_precision", "return G", "return G.astype(np.float32)", loses=ALL, slip="precision")
bank.edit(
    "targets_overwritten", "errors = (O - Y) / T", "O -= Y\n    Y[:] = O / T\n    errors = Y", loses={"keeps"}
)


@bank.wrong(loses=LAST | EVERY, slip="rows")
def one_loss_through_all_uses(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> np.ndarray:
    T, n = len(X), len(h_0)
    H, O = rnn_forward(p, X, h_0)
    G = np.zeros((T, n, n))
    for t in range(T):
        dh = p.W_qh.T @ (O[t] - Y[t]) / T
        for k in range(t, -1, -1):
            delta = (1 - H[k + 1] ** 2) * dh
            G[t] += np.outer(delta, H[k])
            dh = p.W_hh.T @ delta
    return G


bank.edit(
    "last_loss_whole",
    "(O - Y) / T",
    "(O - Y) * (np.arange(T) == T - 1)[:, None]",
    loses=SUM | LAST | EVERY,
    slip="last_loss_whole",
)
bank.edit(
    "target_before",
    "(O - Y) / T",
    "(O - np.roll(Y, 1, axis=0)) / T",
    loses=SUM | LAST | EVERY,
    slip="target_before",
)
bank.edit(
    "slope_twice_in_the_carry",
    "dh = p.W_hh.T @ delta",
    "dh = p.W_hh.T @ ((1 - H[t] ** 2) * delta)",
    loses=SUM | EVERY,
    slip="slope_twice_in_carry",
)
bank.edit("mean_over_outputs", "(O - Y) / T", "(O - Y) / Y.size", loses=ALL, slip="factor_1/q")
bank.edit(
    "state_two_steps_before",
    "np.outer(delta, H[t - 1])",
    "np.outer(delta, H[t - 2] if t > 1 else 0 * h_0)",
    loses=ALL,
    slip="state_before",
)
bank.edit(
    "carry_beside",
    "dh = p.W_hh.T @ delta",
    "dh = p.W_qh.T @ errors[t - 1] + dh + p.W_hh.T @ delta",
    loses={"every_copy", "sum"},
    slip="carry_beside",
)
bank.edit(
    "no_jacobians",
    "            row = row @ np.diag(1 - H[k] ** 2)\n"
    "            G[k - 1] += np.outer(row, H[k - 1])\n"
    "            row = row @ p.W_hh\n",
    "            G[k - 1] += np.outer(row * (1 - H[k] ** 2), H[k - 1])\n",
    loses={"every_copy", "sum"},
    slip="no_jacobians",
    of="sum_over_losses",
)
bank.edit(
    "jacobian_transposed",
    "            row = row @ np.diag(1 - H[k] ** 2)\n"
    "            G[k - 1] += np.outer(row, H[k - 1])\n"
    "            row = row @ p.W_hh\n",
    "            G[k - 1] += np.outer(row * (1 - H[k] ** 2), H[k - 1])\n"
    "            row = np.diag(1 - H[k] ** 2) @ p.W_hh @ row\n",
    loses={"every_copy", "sum"},
    slip="jacobian_transposed",
    of="sum_over_losses",
)
bank.edit(
    "slope_of_the_loss",
    "            row = row @ np.diag(1 - H[k] ** 2)\n"
    "            G[k - 1] += np.outer(row, H[k - 1])\n"
    "            row = row @ p.W_hh\n",
    "            G[k - 1] += np.outer(row * (1 - H[t] ** 2), H[k - 1])\n"
    "            row = row @ np.diag(1 - H[k] ** 2) @ p.W_hh\n",
    loses={"every_copy", "sum"},
    slip="slope_of_the_loss",
    of="sum_over_losses",
)
bank.edit(
    "jacobian_too_many",
    "            G[k - 1] += np.outer(row, H[k - 1])\n            row = row @ p.W_hh\n",
    "            row = row @ p.W_hh\n            G[k - 1] += np.outer(row * (1 - H[k] ** 2), H[k - 1])\n",
    loses={"every_copy", "last_copy", "one_step", "sum"},
    slip="jacobian_too_many",
    of="sum_over_losses",
)
bank.edit(
    "one_jacobian",
    "            G[k - 1] += np.outer(row, H[k - 1])\n            row = row @ p.W_hh\n",
    "            G[k - 1] += np.outer(row, H[k - 1])\n"
    "            row = (O[t - 1] - Y[t - 1]) @ p.W_qh / T @ np.diag(1 - H[k] ** 2) @ p.W_hh\n",
    loses={"every_copy", "sum"},
    slip="one_jacobian",
    of="sum_over_losses",
)
bank.edit(
    "first_copy_has_all",
    "    return G\n",
    "    return np.concatenate([G.sum(axis=0, keepdims=True), 0 * G[1:]])\n",
    loses={"every_copy", "last_copy"},
    slip="all_in_the_first",
)
