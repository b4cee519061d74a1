"""Answers to `randomized_bptt`."""

import numpy as np

from course import RNN, rnn_forward
from course.grader.bank import Bank

bank = Bank("randomized_bptt")


@bank.reference
def randomized_bptt(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, xi: np.ndarray
) -> tuple[RNN, np.ndarray, np.ndarray]:
    H, O = rnn_forward(p, X, h_0)
    dO = (O - Y) / len(X)
    dA = np.zeros_like(H[1:])
    carry = np.zeros_like(h_0)
    for t in reversed(range(len(X))):
        dA[t] = (1 - H[t + 1] ** 2) * (p.W_qh.T @ dO[t] + carry)
        carry = xi[t] * (p.W_hh.T @ dA[t])
    grads = RNN(dA.T @ X, dA.T @ H[:-1], dA.sum(axis=0), dO.T @ H[1:], dO.sum(axis=0))
    return grads, carry, dA @ p.W_hx


@bank.right
def as_in_the_formula(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, xi: np.ndarray
) -> tuple[RNN, np.ndarray, np.ndarray]:
    # z_t for every quantity at once, forward in time.
    (T, d), h = X.shape, len(h_0)
    count = [h * d, h * h, h, h, T * d]
    at = np.concatenate([[0], np.cumsum(count)])
    z, state, total = np.zeros((h, at[-1])), h_0, np.zeros(at[-1])
    z[:, at[3] : at[4]] = np.eye(h)
    W_qh, b_q = np.zeros_like(p.W_qh), np.zeros_like(p.b_q)
    for t in range(T):
        direct = np.zeros_like(z)
        direct[:, : at[1]] = np.kron(np.eye(h), X[t])
        direct[:, at[1] : at[2]] = np.kron(np.eye(h), state)
        direct[:, at[2] : at[3]] = np.eye(h)
        direct[:, at[4] + t * d : at[4] + (t + 1) * d] = p.W_hx
        state = np.tanh(p.W_hx @ X[t] + p.W_hh @ state + p.b_h)
        D = np.diag(1 - state**2)
        z = D @ direct + xi[t] * (D @ p.W_hh) @ z
        error = (p.W_qh @ state + p.b_q - Y[t]) / T
        total, W_qh, b_q = total + error @ p.W_qh @ z, W_qh + np.outer(error, state), b_q + error
    grads = RNN(
        total[: at[1]].reshape(h, d), total[at[1] : at[2]].reshape(h, h), total[at[2] : at[3]], W_qh, b_q
    )
    return grads, total[at[3] : at[4]], total[at[4] :].reshape(T, d)


@bank.right
def sum_over_pairs(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, xi: np.ndarray
) -> tuple[RNN, np.ndarray, np.ndarray]:
    H, O = rnn_forward(p, X, h_0)
    T, errors = len(X), (O - Y) / len(X)
    g, dX, dh_0 = [np.zeros_like(w) for w in p[:3]], np.zeros_like(X), np.zeros_like(h_0)
    for t in range(1, T + 1):
        back = errors[t - 1] @ p.W_qh
        for k in range(t, 0, -1):
            weight = np.prod(xi[k:t])
            delta = back * (1 - H[k] ** 2)
            for a, b in zip(g, (np.outer(delta, X[k - 1]), np.outer(delta, H[k - 1]), delta), strict=True):
                a += weight * b
            dX[k - 1] += weight * delta @ p.W_hx
            back = delta @ p.W_hh
        dh_0 += np.prod(xi[:t]) * back
    return RNN(g[0], g[1], g[2], errors.T @ H[1:], errors.sum(0)), dh_0, dX


SOME = {"a_draw"}
CARRY, TERM = "xi[t] * (p.W_hh.T @ dA[t])", "1 - H[t + 1] ** 2"
bank.edit("draws_one_step_early", "xi[t] *", "xi[t - 1] *", loses={"a_draw", "any_numbers"}, slip="one_early")
bank.edit(
    "draws_one_step_late",
    "xi[t] *",
    "np.append(xi, 1.0)[t + 1] *",
    loses={"one_step", "all_cut", "a_draw", "any_numbers"},
    slip="one_late",
)
bank.edit(
    "own_index_of_the_loop",
    "xi[t] *",
    "xi[len(X) - 1 - t] *",
    loses={"a_draw", "any_numbers"},
    slip="reversed",
)
bank.edit(
    "draws_ignored",
    CARRY,
    "p.W_hh.T @ dA[t]",
    loses={"one_step", "all_cut", "a_draw", "any_numbers"},
    slip="whole_gradient",
)
bank.edit(
    "cut_without_factor",
    "xi[t] *",
    "(xi[t] != 0) *",
    loses={"one_step", "a_draw", "any_numbers", "mean"},
    slip="not_rescaled",
)
bank.edit("positive_draws_only", "xi[t] *", "max(xi[t], 0) *", loses={"any_numbers"}, slip="negative_cut")
bank.edit("one_draw_for_all", "xi[t] *", "xi[0] *", loses={"a_draw", "any_numbers", "mean"}, slip="shared")
bank.edit(
    "divided",
    "xi[t] *",
    "(1 / xi[t] if xi[t] else 0.0) *",
    loses={"one_step", "a_draw", "any_numbers", "mean"},
    slip="divided",
)
bank.edit(
    "states_weighed",
    "    H, O = rnn_forward(p, X, h_0)\n",
    "    states = [h_0]\n"
    "    for x, weight in zip(X, xi, strict=True):\n"
    "        states.append(np.tanh(p.W_hx @ x + weight * (p.W_hh @ states[-1]) + p.b_h))\n"
    "    H = np.stack(states)\n"
    "    O = H[1:] @ p.W_qh.T + p.b_q\n",
    loses={"one_step", "all_cut", "a_draw", "any_numbers", "mean"},
    slip="states_weighed",
)
bank.edit(
    "mean_of_the_draws",
    "xi[t] *",
    "xi.mean() *",
    loses={"a_draw", "any_numbers", "mean"},
    slip="mean_of_draws",
)
bank.edit(
    "edge_of_h_0_left_alone",
    "xi[t] *",
    "(xi[t] if t > 0 else 1) *",
    loses={"one_step", "all_cut", "a_draw", "any_numbers"},
    slip="initial_edge_whole",
)
bank.edit(
    "everything_weighed",
    "        carry = xi[t] * (p.W_hh.T @ dA[t])\n",
    "        dA[t] *= xi[t]\n        carry = p.W_hh.T @ dA[t]\n",
    loses={"one_step", "all_cut", "a_draw", "any_numbers"},
    slip="direct_use_weighed",
)
bank.edit(
    "loss_weighed",
    "(p.W_qh.T @ dO[t] + carry)",
    "(p.W_qh.T @ (xi[t] * dO[t]) + carry)",
    loses={"one_step", "all_cut", "a_draw", "any_numbers", "mean"},
    slip="loss_weighed@W_hx+W_hh+b_h+dh_0+dX",
)


@bank.wrong(
    loses={"one_step", "all_cut", "a_draw", "any_numbers", "mean"},
    slip="loss_weighed@W_hx+W_hh+b_h+W_qh+dh_0+dX",
)
def loss_weighed_but_for_b_q(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, xi: np.ndarray
) -> tuple[RNN, np.ndarray, np.ndarray]:
    H, O = rnn_forward(p, X, h_0)
    dO = (O - Y) / len(X)
    b_q = dO.sum(axis=0)
    dO *= xi[:, None]
    dA = np.zeros_like(H[1:])
    carry = np.zeros_like(h_0)
    for t in reversed(range(len(X))):
        dA[t] = (1 - H[t + 1] ** 2) * (p.W_qh.T @ dO[t] + carry)
        carry = xi[t] * (p.W_hh.T @ dA[t])
    return RNN(dA.T @ X, dA.T @ H[:-1], dA.sum(axis=0), dO.T @ H[1:], b_q), carry, dA @ p.W_hx


bank.edit(
    "loss_weighed_in_b_q_alone",
    "dO.sum(axis=0))",
    "xi @ dO)",
    loses={"one_step", "all_cut", "a_draw", "any_numbers"},
    slip="output_layer_weighed@b_q",
)


@bank.wrong(
    loses={"one_step", "all_kept", "all_cut", "a_draw", "any_numbers", "mean"}, slip="step_1_not_reached"
)
def loop_without_step_1(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, xi: np.ndarray
) -> tuple[RNN, np.ndarray, np.ndarray]:
    H, O = rnn_forward(p, X, h_0)
    grads, dX, carry = RNN(*map(np.zeros_like, p)), np.zeros_like(X), np.zeros_like(h_0)
    for t in range(len(X) - 1, 0, -1):
        error = (O[t] - Y[t]) / len(X)
        da = (1 - H[t + 1] ** 2) * (error @ p.W_qh + carry)
        terms = np.outer(da, X[t]), np.outer(da, H[t]), da, np.outer(error, H[t + 1]), error
        grads = RNN(*[a + b for a, b in zip(grads, terms, strict=True)])
        dX[t] = da @ p.W_hx
        carry = xi[t] * (da @ p.W_hh)
    return grads, carry, dX


bank.edit(
    "stops_at_the_first_cut",
    "        dA[t] =",
    "        if not xi[t:].all():\n            break\n        dA[t] =",
    loses={"all_cut", "a_draw", "mean"},
)
bank.edit(
    "transpose_missing",
    "p.W_hh.T @ dA[t]",
    "p.W_hh @ dA[t]",
    loses={"one_step", "all_kept", "a_draw", "any_numbers", "mean"},
    slip="transpose",
)
bank.edit(
    "slope_missing",
    f"({TERM}) * (",
    "(",
    loses={"one_step", "all_kept", "all_cut", "a_draw", "any_numbers", "mean"},
    slip="slope_missing",
)
bank.edit(
    "slope_twice",
    TERM,
    f"({TERM}) ** 2",
    loses={"one_step", "all_kept", "all_cut", "a_draw", "any_numbers", "mean"},
    slip="slope_twice",
)
bank.edit(
    "slope_of_state",
    TERM,
    "1 - np.tanh(H[t + 1]) ** 2",
    loses={"one_step", "all_kept", "all_cut", "a_draw", "any_numbers", "mean"},
    slip="slope_of_state",
)
bank.edit(
    "later_state",
    "dA.T @ H[:-1]",
    "dA.T @ H[1:]",
    loses={"one_step", "all_kept", "all_cut", "a_draw", "any_numbers", "mean"},
    slip="later_state",
)
bank.edit(
    "sum_for_mean",
    "(O - Y) / len(X)",
    "O - Y",
    loses={"all_kept", "all_cut", "a_draw", "any_numbers", "mean"},
    slip="factor_T",
)
bank.edit(
    "sign",
    "(O - Y) / len(X)",
    "(Y - O) / len(X)",
    loses={"one_step", "all_kept", "all_cut", "a_draw", "any_numbers", "mean"},
    slip="sign",
)
bank.edit(
    "initial_state_forgotten",
    "return grads, carry,",
    "return grads, 0 * carry,",
    loses={"one_step", "all_kept", "a_draw", "any_numbers", "mean"},
    slip="zero@dh_0",
)
bank.edit(
    "draws_its_own",
    "    dA = np.zeros_like",
    "    kept = np.random.default_rng(0).uniform(size=len(xi)) < 0.5\n"
    "    xi = np.where((xi == 0) | (xi == 1), xi, kept * 2.0)\n"
    "    dA = np.zeros_like",
    loses={"one_step", "a_draw", "any_numbers", "mean"},
)
bank.edit(
    "single_precision",
    "    return grads,",
    "    grads = RNN(*[g.astype(np.float32) for g in grads])\n    return grads,",
    loses={"one_step", "all_kept", "all_cut", "a_draw", "any_numbers", "mean"},
    slip="precision",
)
bank.edit(
    "targets_overwritten",
    "    dO = (O - Y) / len(X)\n",
    "    Y[:] = (O - Y) / len(X)\n    dO = Y\n",
    loses={"keeps"},
)


# Written from a description of the task alone, as a person would write them, mistakes and all.


@bank.wrong(loses={"a_draw", "any_numbers"}, slip="one_step_variant")
def whole_derivative_behind_the_draw(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, xi: np.ndarray
) -> tuple[RNN, np.ndarray, np.ndarray]:
    H, O = rnn_forward(p, X, h_0)
    T, errors = len(X), (O - Y) / len(X)
    g, dX, dh_0 = [np.zeros_like(w) for w in p[:3]], np.zeros_like(X), np.zeros_like(h_0)
    for t in range(1, T + 1):
        back, weight = errors[t - 1] @ p.W_qh, 1.0
        for k in range(t, 0, -1):
            delta = weight * back * (1 - H[k] ** 2)
            for a, b in zip(g, (np.outer(delta, X[k - 1]), np.outer(delta, H[k - 1]), delta), strict=True):
                a += b
            dX[k - 1] += delta @ p.W_hx
            back = back * (1 - H[k] ** 2) @ p.W_hh
            weight = xi[t - 1]
        dh_0 += weight * back
    return RNN(g[0], g[1], g[2], errors.T @ H[1:], errors.sum(0)), dh_0, dX


bank.edit(
    "draw_of_the_last_edge_only",
    "weight = xi[t - 1]",
    "weight = xi[k - 1]",
    of="whole_derivative_behind_the_draw",
    loses={"a_draw", "any_numbers"},
    slip="factor_of_the_use",
)
bank.edit(
    "slope_at_the_state_before",
    "1 - H[t + 1] ** 2",
    "1 - H[t] ** 2",
    loses={"one_step", "all_kept", "all_cut", "a_draw", "any_numbers", "mean"},
    slip="slope_one_early",
)
bank.edit(
    "squared",
    "xi[t] *",
    "xi[t] ** 2 *",
    loses={"one_step", "a_draw", "any_numbers", "mean"},
    slip="squared",
)
bank.edit(
    "magnitude",
    "xi[t] *",
    "abs(xi[t]) *",
    loses={"any_numbers"},
    slip="absolute",
)
bank.edit(
    "complement",
    "xi[t] *",
    "(1 - xi[t]) *",
    loses={"one_step", "all_kept", "all_cut", "a_draw", "any_numbers", "mean"},
    slip="complement",
)
bank.edit(
    "product_of_the_draws",
    "xi[t] *",
    "np.prod(xi[t:]) *",
    loses={"a_draw", "any_numbers", "mean"},
    slip="cumulative",
)
bank.edit(
    "at_most_one",
    "xi[t] *",
    "min(xi[t], 1) *",
    loses={"a_draw", "any_numbers", "mean"},
    slip="limited",
)
bank.edit(
    "use_of_W_hh_weighed",
    "dA.T @ H[:-1]",
    "dA.T @ (xi[:, None] * H[:-1])",
    loses={"one_step", "all_cut", "a_draw", "any_numbers"},
    slip="direct_use_weighed@W_hh",
)
bank.edit(
    "output_layer_weighed",
    "dO.T @ H[1:], dO.sum(axis=0)",
    "(xi[:, None] * dO).T @ H[1:], xi @ dO",
    loses={"one_step", "all_cut", "a_draw", "any_numbers"},
    slip="output_layer_weighed",
)
bank.edit(
    "edge_of_h_0_twice",
    "return grads, carry,",
    "return grads, xi[0] * carry,",
    loses={"one_step", "a_draw", "any_numbers", "mean"},
    slip="initial_edges",
)
bank.edit(
    "mean_of_the_way",
    "np.prod(xi[k:t])",
    "(np.mean(xi[k:t]) if k < t else 1.0)",
    of="sum_over_pairs",
    loses={"a_draw", "any_numbers"},
    slip="not_multiplied",
)
bank.edit(
    "way_one_short",
    "np.prod(xi[k:t])",
    "np.prod(xi[k : t - 1])",
    of="sum_over_pairs",
    loses={"all_cut", "a_draw", "any_numbers"},
    slip="edge_missing",
)
bank.edit(
    "all_draws_before_the_loss",
    "np.prod(xi[k:t])",
    "np.prod(xi[:t])",
    of="sum_over_pairs",
    loses={"one_step", "all_cut", "a_draw", "any_numbers"},
    slip="edges_beyond",
)
bank.edit(
    "weighed_twice",
    "(p.W_qh.T @ dO[t] + carry)",
    "(p.W_qh.T @ dO[t] + carry) * xi[t]",
    loses={"a_draw", "all_cut", "any_numbers", "mean", "one_step"},
    slip="weighed_twice",
)
bank.edit(
    "ends_at_zero",
    "        carry = xi[t] * (p.W_hh.T @ dA[t])\n",
    "        carry = xi[t] * (p.W_hh.T @ dA[t])\n        if xi[t] == 0:\n            break\n",
    loses={"a_draw", "all_cut", "mean"},
    slip="stopped_at_zero",
)
bank.edit(
    "cut_for_good",
    "carry = xi[t] * (",
    "carry = xi[t] * all(xi[t:]) * (",
    loses={"a_draw", "mean"},
    slip="cut_for_good",
)
bank.edit(
    "last_edge_alone",
    "carry = xi[t] * (",
    "carry = (xi[t] if t == len(X) - 1 else 1) * (",
    loses={"a_draw", "all_cut", "any_numbers"},
    slip="one_edge_weighed",
)
bank.edit(
    "last_loss_left",
    "p.W_qh.T @ dO[t] + carry",
    "p.W_qh.T @ dO[t] * (t == len(X) - 1) + carry",
    loses={"a_draw", "all_cut", "all_kept", "any_numbers", "mean"},
    slip="one_loss_left",
)
bank.edit(
    "no_carry",
    "p.W_qh.T @ dO[t] + carry",
    "p.W_qh.T @ dO[t]",
    loses={"a_draw", "all_kept", "any_numbers", "mean"},
    slip="own_use_only",
)
