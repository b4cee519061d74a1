"""Answers to `lag_norms`."""

import numpy as np

from course import RNN, rnn_forward
from course.grader.bank import Bank

bank = Bank("lag_norms")


@bank.reference
def lag_norms(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> np.ndarray:
    T = len(X)
    H, O = rnn_forward(p, X, h_0)
    N = np.zeros((T, T))
    for t in range(T):
        dh = p.W_qh.T @ (O[t] - Y[t])
        for k in range(t, -1, -1):
            da = (1 - H[k + 1] ** 2) * dh
            N[t, k] = np.linalg.norm(da) * np.linalg.norm(H[k])
            dh = p.W_hh.T @ da
    return N


@bank.right
def all_losses_at_once(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> np.ndarray:
    # One backward sweep over the uses; each carries a row for every loss that is later.
    H, O = rnn_forward(p, X, h_0)
    errors = (O - Y) @ p.W_qh
    T, N = len(X), np.zeros((len(X), len(X)))
    rows = np.zeros_like(errors)
    for k in range(T - 1, -1, -1):
        rows[k] = errors[k]
        rows = rows * (1 - H[k + 1] ** 2)
        N[:, k] = np.sqrt(np.sum(rows**2, axis=1) * (H[k] @ H[k]))
        rows = rows @ p.W_hh
    return N


@bank.right
def forwards_from_each_use(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> np.ndarray:
    # How the outputs of all later steps answer to each entry of one copy of W_hh, carried forward.
    H, O = rnn_forward(p, X, h_0)
    T, n = len(X), len(h_0)
    N = np.zeros((T, T))
    for k in range(T):
        S = np.kron(np.eye(n), H[k])  # da_k by the entries of the copy, row by row
        for t in range(k, T):
            S = (1 - H[t + 1] ** 2)[:, None] * S
            G = (O[t] - Y[t]) @ p.W_qh @ S
            N[t, k] = np.linalg.norm(G.reshape(n, n), 2)  # of rank one: both norms agree
            S = p.W_hh @ S
    return N


@bank.right
def by_products_of_jacobians(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> np.ndarray:
    states = [h_0]
    for x in X:
        states.append(np.tanh(p.W_hx @ x + p.W_hh @ states[-1] + p.b_h))
    N = []
    for t in range(1, len(X) + 1):
        error = p.W_qh @ states[t] + p.b_q - Y[t - 1]
        row = []
        for k in range(1, t + 1):
            J = np.diag(1 - states[k] ** 2)
            for j in range(k + 1, t + 1):
                J = np.diag(1 - states[j] ** 2) @ p.W_hh @ J
            row.append(np.sqrt(np.sum(np.outer(error @ p.W_qh @ J, states[k - 1]) ** 2)))
        N.append(row + [0.0] * (len(X) - t))
    return np.array(N)


ALL, BELOW = {"one_step", "diagonal", "triangle"}, {"triangle"}
bank.edit("transpose", "p.W_hh.T @ da", "p.W_hh @ da", loses=BELOW, slip="transpose")
bank.edit("slope_missing", "(1 - H[k + 1] ** 2) * dh", "dh", loses=ALL, slip="slope_missing")
bank.edit("slope_twice", "(1 - H[k + 1] ** 2)", "(1 - H[k + 1] ** 2) ** 2", loses=ALL, slip="slope_twice")
bank.edit(
    "slope_of_state", "1 - H[k + 1] ** 2", "1 - np.tanh(H[k + 1]) ** 2", loses=ALL, slip="slope_of_state"
)
bank.edit("slope_one_early", "1 - H[k + 1] ** 2", "1 - H[k] ** 2", loses=ALL)
bank.edit("later_state", "np.linalg.norm(H[k])", "np.linalg.norm(H[k + 1])", loses=ALL, slip="later_state")
bank.edit("state_missing", " * np.linalg.norm(H[k])", "", loses=ALL, slip="state_missing")
bank.edit(
    "of_the_state", "np.linalg.norm(da) *", "np.linalg.norm(dh) *", loses=ALL, slip="slope_of_use_missing"
)
bank.edit("carry_unsloped", "dh = p.W_hh.T @ da", "dh = p.W_hh.T @ dh", loses=BELOW)
bank.edit("diagonal_only", "range(t, -1, -1)", "[t]", loses=BELOW, slip="no_recurrence")
bank.edit("first_use_missing", "range(t, -1, -1)", "range(t, 0, -1)", loses=ALL, slip="first_use")
bank.edit("truncated", "range(t, -1, -1)", "range(t, max(t - 3, -1), -1)", loses=BELOW)
bank.edit(
    "squared",
    "np.linalg.norm(da) * np.linalg.norm(H[k])",
    "(da @ da) * (H[k] @ H[k])",
    loses=ALL,
    slip="squared",
)
bank.edit(
    "largest_entries",
    "np.linalg.norm(da) * np.linalg.norm(H[k])",
    "np.abs(da).max() * np.abs(H[k]).max()",
    loses=ALL,
)
bank.edit("inner_product", "np.linalg.norm(da) * np.linalg.norm(H[k])", "np.abs(da @ H[k])", loses=ALL)
bank.edit(
    "mean_over_steps", "(O[t] - Y[t])", "(O[t] - Y[t]) / T", loses={"diagonal", "triangle"}, slip="mean"
)
bank.edit("by_lag", "N[t, k]", "N[t, t - k]", loses={"diagonal", "triangle"}, slip="by_lag")
bank.edit("turned_over", "N[t, k]", "N[k, t]", loses={"causal", "triangle"}, slip="transposed")
bank.edit("error_of_the_last_step", "(O[t] - Y[t])", "(O[-1] - Y[-1])", loses={"diagonal", "triangle"})
bank.edit("targets_forgotten", "(O[t] - Y[t])", "O[t]", loses=ALL, slip="ignores_Y")
bank.edit("square_complete", "    return N", "    return N + np.triu(N.T, 1)", loses={"causal", "triangle"})
bank.edit("relative", "    return N", "    return N / N.max()", loses=ALL)
bank.edit("logarithms", "    return N", "    return np.log10(N)", loses={"returns"})
bank.edit("dimension_missing", "    return N", "    return N[np.tril_indices(T)]", loses={"returns"})
bank.edit("single_precision", "    return N", "    return N.astype(np.float32)", loses=ALL, slip="precision")
bank.edit("targets_overwritten", "    return N", "    Y -= O\n    return N", loses={"keeps"})


@bank.wrong(loses=BELOW, slip="up_to_use")
def gradients_of_each_loss_up_to_a_use(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> np.ndarray:
    H, O = rnn_forward(p, X, h_0)
    N = np.zeros((len(X), len(X)))
    for t in range(len(X)):
        G, back = np.zeros_like(p.W_hh), (O[t] - Y[t]) @ p.W_qh
        for k in range(t, -1, -1):
            back = back * (1 - H[k + 1] ** 2)
            G += np.outer(back, H[k])
            N[t, k] = np.sqrt((G**2).sum())
            back = back @ p.W_hh
    return N


@bank.wrong(loses=BELOW, slip="up_to_loss")
def losses_added_up(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> np.ndarray:
    H, O = rnn_forward(p, X, h_0)
    T = len(X)
    N = np.zeros((T, T))
    for k in range(T):
        G = np.zeros_like(p.W_hh)
        for t in range(k, T):
            back = (1 - H[t + 1] ** 2) * ((O[t] - Y[t]) @ p.W_qh)
            for j in range(t, k, -1):
                back = (1 - H[j] ** 2) * (back @ p.W_hh)
            G = G + np.outer(back, H[k])
            N[t, k] = np.linalg.norm(G)
    return N


@bank.wrong(loses=ALL)
def norms_of_the_jacobians(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> np.ndarray:
    H, _ = rnn_forward(p, X, h_0)
    N = np.zeros((len(X), len(X)))
    for k in range(len(X)):
        J = np.eye(len(h_0))
        for t in range(k, len(X)):
            N[t, k] = np.linalg.norm(J, 2)
            J = np.diag(1 - H[t + 1] ** 2) @ p.W_hh @ J
    return N


@bank.wrong(loses={"keeps"})
def one_table_for_all(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> np.ndarray:
    H, O = rnn_forward(p, X, h_0)
    N = lag_norms.__dict__.setdefault(str(len(X)), np.zeros((len(X), len(X))))
    for t in range(len(X)):
        d = (O[t] - Y[t]) @ p.W_qh
        for k in range(t, -1, -1):
            d = d * (1 - H[k + 1] ** 2)
            N[t, k] = np.sqrt((d @ d) * (H[k] @ H[k]))
            d = d @ p.W_hh
    return np.asarray(N)
