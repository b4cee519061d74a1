"""Answers to `direct_and_total`."""

import numpy as np

from course import RNN, rnn_forward
from course.grader.bank import Bank

bank = Bank("direct_and_total")


@bank.reference
def direct_and_total(p: RNN, X: np.ndarray, h_0: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
    n = len(h_0)
    H, _ = rnn_forward(p, X, h_0)
    direct = np.zeros((n, n, n))
    total = np.zeros((n, n, n))
    for s in range(1, t + 1):
        slope = 1 - H[s] ** 2
        direct = np.einsum("i,ij,k->ijk", slope, np.eye(n), H[s - 1])
        total = direct + np.einsum("i,im,mjk->ijk", slope, p.W_hh, total)
    return direct, total


@bank.right
def sum_over_uses(p: RNN, X: np.ndarray, h_0: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
    # One term for every use of W_hh: the product of Jacobians after it, times its direct derivative.
    n = len(h_0)
    states = [h_0]
    for x_s in X[:t]:
        states.append(np.tanh(p.W_hx @ x_s + p.W_hh @ states[-1] + p.b_h))
    after, total = np.eye(n), np.zeros((n, n, n))
    direct = np.zeros((n, n, n))
    for s in range(t, 0, -1):
        local = np.zeros((n, n, n))
        for i in range(n):
            local[i, i] = (1 - states[s][i] ** 2) * states[s - 1]
        direct = local if s == t else direct
        total = total + np.tensordot(after, local, axes=1)
        after = after @ np.diag(1 - states[s] ** 2) @ p.W_hh
    return direct, total


@bank.right
def row_by_row(p: RNN, X: np.ndarray, h_0: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
    # A backward pass for each unit of h_t: its row of the Jacobian, carried back to every use of W_hh.
    n = len(h_0)
    H, _ = rnn_forward(p, X, h_0)
    direct, total = np.zeros((n, n, n)), np.zeros((n, n, n))
    for i in range(n):
        delta = np.zeros(n)
        delta[i] = 1 - H[t, i] ** 2
        direct[i] = np.outer(delta, H[t - 1])
        for s in range(t, 0, -1):
            total[i] += np.outer(delta, H[s - 1])
            delta = (1 - H[s - 1] ** 2) * (p.W_hh.T @ delta)
    return direct, total


BOTH = {"first_step", "direct", "total"}
bank.edit(
    "path_missing",
    'direct + np.einsum("i,im,mjk->ijk", slope, p.W_hh, total)',
    "direct",
    loses={"total"},
    slip="direct_twice",
)
bank.edit(
    "everything_total", "return direct, total", "return total, total", loses={"direct"}, slip="total_twice"
)
bank.edit(
    "swapped", "return direct, total", "return total, direct", loses={"direct", "total"}, slip="swapped"
)
bank.edit("slope_missing", "slope = 1 - H[s] ** 2", "slope = np.ones(n)", loses=BOTH, slip="slope_missing")
bank.edit("slope_twice", "1 - H[s] ** 2", "(1 - H[s] ** 2) ** 2", loses=BOTH, slip="slope_twice")
bank.edit("slope_of_state", "1 - H[s] ** 2", "1 - np.tanh(H[s]) ** 2", loses=BOTH, slip="slope_of_state")
bank.edit("slope_one_early", "1 - H[s] ** 2", "1 - H[s - 1] ** 2", loses=BOTH, slip="slope_one_early")
bank.edit(
    "slope_missing_in_the_path",
    '"i,im,mjk->ijk", slope, p.W_hh',
    '"i,im,mjk->ijk", np.ones(n), p.W_hh',
    loses={"total"},
    slip="carry_unsloped",
)
bank.edit("transpose", "p.W_hh, total", "p.W_hh.T, total", loses={"total"}, slip="transpose")
bank.edit("later_state", "H[s - 1])", "H[s])", loses=BOTH, slip="later_state")
bank.edit("indices_swapped", '"i,ij,k->ijk"', '"i,ik,j->ijk"', loses=BOTH, slip="transposed_indices")
bank.edit(
    "carries_the_direct",
    "slope, p.W_hh, total)",
    "slope, p.W_hh, direct)",
    loses={"first_step", "total"},
    slip="carries_the_direct",
)
bank.edit(
    "first_use_missing", "range(1, t + 1)", "range(2, t + 1)", loses={"first_step", "total"}, slip="first_use"
)
bank.edit("one_step_late", "range(1, t + 1)", "range(1, len(X) + 1)", loses=BOTH, slip="of_the_last_step")
bank.edit(
    "one_step_early",
    "range(1, t + 1)",
    "range(1, max(t, 2))",
    loses={"direct", "total"},
    slip="of_the_step_before",
)
bank.edit(
    "initial_state_zero",
    "    direct = np.zeros",
    "    H[0] = 0\n    direct = np.zeros",
    loses={"first_step", "total"},
    slip="first_use",
)
bank.edit(
    "single_precision",
    "np.zeros((n, n, n))\n    for",
    "np.zeros((n, n, n))\n    H = H.astype(np.float32)\n    for",
    loses=BOTH,
    slip="precision",
)
bank.edit(
    "weights_overwritten",
    "    return direct",
    "    p.W_hh[:] = np.eye(n)\n    return direct",
    loses={"keeps"},
)


# Written from a description of the task alone, as a person would write them, mistakes and all.


@bank.wrong(loses={"total"}, slip="transpose")
def jacobian_transposed(p: RNN, X: np.ndarray, h_0: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
    H, _ = rnn_forward(p, X, h_0)
    n = len(h_0)
    grads = []
    for s in range(1, t + 1):
        g = np.zeros((n, n, n))
        for i in range(n):
            g[i, i, :] = (1 - H[s, i] ** 2) * H[s - 1]
        grads.append(g)
    total = grads[0]
    for s in range(2, t + 1):
        J = np.diag(1 - H[s] ** 2) @ p.W_hh.T
        total = grads[s - 1] + np.tensordot(J, total, axes=1)
    return grads[-1], total


@bank.wrong(loses={"first_step", "direct", "total"}, slip="in_all_rows direct_twice")
def only_the_own_row_summed(p: RNN, X: np.ndarray, h_0: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
    H, _ = rnn_forward(p, X, h_0)
    slope = 1 - H[t] ** 2
    direct = slope[:, None, None] * np.ones((len(h_0), len(h_0), 1)) * H[t - 1]
    return direct, direct


bank.edit("both_doubled", "return direct, total", "return 2 * direct, 2 * total", loses=BOTH, slip="twice")
bank.edit(
    "sign_of_the_slope",
    "slope = 1 - H[s] ** 2",
    "slope = H[s] ** 2 - 1",
    loses=BOTH,
    slip="slope_negative",
)
bank.edit("slope_not_squared", "1 - H[s] ** 2", "1 - H[s]", loses=BOTH, slip="slope_not_squared")
bank.edit(
    "direct_without_slope",
    '"i,ij,k->ijk", slope, np',
    '"i,ij,k->ijk", np.ones(n), np',
    loses=BOTH,
    slip="use_unsloped",
)
bank.edit(
    "only_the_path_through_the_state",
    "return direct, total",
    "return direct, total - direct",
    loses={"first_step", "total"},
    slip="direct_missing",
)
bank.edit(
    "unit_matrix_forgotten",
    '"i,ij,k->ijk", slope, np.eye(n), H',
    '"i,ij,k->ijk", slope, np.ones((n, n)), H',
    loses=BOTH,
    slip="in_all_rows",
)
bank.edit(
    "matrix_missing_in_the_path",
    '"i,im,mjk->ijk", slope, p.W_hh',
    '"i,im,mjk->ijk", slope, np.eye(n)',
    loses={"total"},
    slip="carry_without_matrix",
)
bank.edit(
    "slope_behind_the_matrix",
    '"i,im,mjk->ijk", slope, p.W_hh',
    '"m,im,mjk->ijk", slope, p.W_hh',
    loses={"total"},
    slip="slope_behind_matrix",
)

# Each family of mistakes in the path, in what enters, and in the order of the Jacobians.
PATH = 'np.einsum("i,im,mjk->ijk", slope, p.W_hh, total)'
IN_PATH = '"i,im,mjk->ijk", slope, p.W_hh'
bank.edit("directs_summed", PATH, "total", loses={"total"}, slip="jacobian_missing")
bank.edit(
    "jacobian_whole", IN_PATH, '"m,mi,mjk->ijk", slope, p.W_hh', loses={"total"}, slip="jacobian_transposed"
)
bank.edit(
    "slope_of_the_step_before_in_the_path",
    IN_PATH,
    '"i,im,mjk->ijk", 1 - H[s - 1] ** 2, p.W_hh',
    loses={"total"},
    slip="slope_one_early_in_the_path",
)
bank.edit(
    "slope_squared_in_the_direct_derivative",
    '"i,ij,k->ijk", slope, np',
    '"i,ij,k->ijk", slope**2, np',
    loses=BOTH,
    slip="slope_twice_in_the_direct_derivative",
)
bank.edit(
    "path_at_the_row", IN_PATH, '"j,jm,imk->ijk", slope, p.W_hh', loses={"total"}, slip="wrong_index_carried"
)
bank.edit(
    "slope_at_the_row",
    IN_PATH,
    '"j,im,mjk->ijk", slope, p.W_hh',
    loses={"total"},
    slip="slope_of_the_weights_unit",
)
bank.edit(
    "total_added_again",
    "total = direct + np",
    "total = total + direct + np",
    loses={"total"},
    slip="kept_and_carried",
)
bank.edit(
    "path_subtracted",
    "total = direct + np",
    "total = direct - np",
    loses={"total"},
    slip="slope_negative_in_the_path",
)
bank.edit(
    "begins_with_ones",
    "    total = np.zeros((n, n, n))\n    for",
    "    total = np.ones((n, n, n))\n    for",
    loses={"first_step", "total"},
    slip="start_not_zero",
)
bank.edit(
    "four_steps_are_enough",
    "range(1, t + 1)",
    "range(max(1, t - 3), t + 1)",
    loses={"total"},
    slip="truncated_3",
)
bank.edit(
    "direct_with_the_initial_state",
    "return direct, total",
    'return np.einsum("i,ij,k->ijk", slope, np.eye(n), h_0), total',
    loses={"direct"},
    slip="first_state_everywhere@direct",
)
bank.edit("one_state_for_all_uses", "H[s - 1])", "H[t - 1])", loses={"total"}, slip="last_state_everywhere")
bank.edit("stops_before_t", "range(1, t + 1)", "range(1, t)", loses=BOTH, slip="of_the_step_before")
bank.edit(
    "product_from_the_left",
    "after @ np.diag(1 - states[s] ** 2) @ p.W_hh",
    "np.diag(1 - states[s] ** 2) @ p.W_hh @ after",
    loses={"total"},
    slip="product_in_the_other_order",
    of="sum_over_uses",
)
bank.edit(
    "own_jacobian_too",
    "        total = total + np.tensordot(after, local, axes=1)\n"
    "        after = after @ np.diag(1 - states[s] ** 2) @ p.W_hh\n",
    "        through = after @ np.diag(1 - states[s] ** 2) @ p.W_hh\n"
    "        total = total + np.tensordot(after if s == t else through, local, axes=1)\n"
    "        after = through\n",
    loses={"total"},
    slip="one_jacobian_too_many",
    of="sum_over_uses",
)
bank.edit(
    "axes_of_the_total",
    "return direct, total",
    "return direct, total.transpose(1, 2, 0)",
    loses={"first_step", "total"},
    slip="axes_in_another_order",
)
bank.edit(
    "axes_of_the_direct_part",
    '"i,ij,k->ijk"',
    '"i,ij,k->kij"',
    loses={"direct", "first_step", "total"},
    slip="direct_in_another_order",
)
bank.edit(
    "slope_by_column",
    'np.einsum("i,ij,k->ijk", slope',
    'np.einsum("k,ij,k->ijk", slope',
    loses={"direct", "first_step", "total"},
    slip="slope_of_the_column",
)
bank.edit(
    "direct_of_step_1",
    "        direct = np.einsum(",
    "        direct = direct if s > 1 else np.einsum(",
    loses={"direct", "total"},
    slip="direct_of_step_1",
)
bank.edit(
    "one_jacobian",
    "after = after @ np.diag",
    "after = np.diag",
    loses={"total"},
    slip="one_jacobian_left",
    of="sum_over_uses",
)
bank.edit(
    "mean_over_the_steps",
    "return direct, total",
    "return direct, total / t",
    loses={"total"},
    slip="factor_1/t@total",
)
bank.edit(
    "one_step_too_many",
    "H, _ = rnn_forward(p, X, h_0)",
    "t, (H, _) = min(t + 1, len(X)), rnn_forward(p, X, h_0)",
    loses={"direct", "first_step", "total"},
    slip="of_the_step_after",
)
