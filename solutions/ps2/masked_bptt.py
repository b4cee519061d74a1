"""Answers to `masked_bptt`."""

import numpy as np

from course import RNN, rnn_forward
from course.grader.bank import Bank

bank = Bank("masked_bptt")


@bank.reference
def masked_bptt(
    p: RNN, X: np.ndarray, Y: np.ndarray, lengths: np.ndarray, h_0: np.ndarray
) -> tuple[RNN, np.ndarray, np.ndarray]:
    T, N, _ = X.shape
    H = np.zeros((T + 1, N, h_0.shape[1]))
    H[0] = h_0
    for t in range(T):
        H[t + 1] = np.tanh(X[t] @ p.W_hx.T + H[t] @ p.W_hh.T + p.b_h)
    mask = (np.arange(T)[:, None] < lengths)[:, :, None]
    errors = np.where(mask, H[1:] @ p.W_qh.T + p.b_q - Y, 0.0)
    dO = errors / lengths[:, None] / N
    dA = np.zeros((T, N, h_0.shape[1]))
    carry = np.zeros_like(h_0)
    for t in reversed(range(T)):
        dA[t] = (dO[t] @ p.W_qh + carry) * (1 - H[t + 1] ** 2)
        carry = dA[t] @ p.W_hh
    grads = RNN(
        np.einsum("tnh,tnd->hd", dA, X),
        np.einsum("tni,tnj->ij", dA, H[:-1]),
        dA.sum(axis=(0, 1)),
        np.einsum("tnq,tnh->qh", dO, H[1:]),
        dO.sum(axis=(0, 1)),
    )
    return grads, carry, dA @ p.W_hx


@bank.right
def one_sequence_at_a_time(
    p: RNN, X: np.ndarray, Y: np.ndarray, lengths: np.ndarray, h_0: np.ndarray
) -> tuple[RNN, np.ndarray, np.ndarray]:
    # L is the mean of the losses of the sequences, each cut to its length: so is its gradient.
    N = len(lengths)
    total = [np.zeros_like(field) for field in p]
    dh_0, dX = np.zeros_like(h_0), np.zeros_like(X)
    for n, T_n in enumerate(lengths):
        H, O = rnn_forward(p, X[:T_n, n], h_0[n])
        error = (O - Y[:T_n, n]) / (T_n * N)
        dh = np.zeros_like(h_0[n])
        for t in range(T_n - 1, -1, -1):
            delta = (1 - H[t + 1] ** 2) * (p.W_qh.T @ error[t] + dh)
            hidden = (np.outer(delta, X[t, n]), np.outer(delta, H[t]), delta)
            terms = (*hidden, np.outer(error[t], H[t + 1]), error[t])
            total = [sum_so_far + term for sum_so_far, term in zip(total, terms, strict=True)]
            dX[t, n] = p.W_hx.T @ delta
            dh = p.W_hh.T @ delta
        dh_0[n] = dh
    return RNN(*total), dh_0, dX


@bank.right
def frozen_states_and_paths(
    p: RNN, X: np.ndarray, Y: np.ndarray, lengths: np.ndarray, h_0: np.ndarray
) -> tuple[RNN, np.ndarray, np.ndarray]:
    # The state is frozen in the padding; every error is carried back along its one path by itself.
    T, N, _ = X.shape
    H = [h_0]
    for t in range(T):
        moved = np.tanh(X[t] @ p.W_hx.T + H[-1] @ p.W_hh.T + p.b_h)
        H.append(np.where((t < lengths)[:, None], moved, H[-1]))
    W_hx, W_hh, b_h = np.zeros_like(p.W_hx), np.zeros_like(p.W_hh), np.zeros_like(p.b_h)
    W_qh, b_q = np.zeros_like(p.W_qh), np.zeros_like(p.b_q)
    dX, dh_0 = np.zeros_like(X), np.zeros_like(h_0)
    for n in range(N):
        for t in range(lengths[n]):
            e = (p.W_qh @ H[t + 1][n] + p.b_q - Y[t, n]) / lengths[n] / N
            W_qh += np.outer(e, H[t + 1][n])
            b_q += e
            row = e @ p.W_qh
            for k in range(t, -1, -1):
                row = row * (1 - H[k + 1][n] ** 2)
                W_hx += np.outer(row, X[k, n])
                W_hh += np.outer(row, H[k][n])
                b_h += row
                dX[k, n] += row @ p.W_hx
                row = row @ p.W_hh
            dh_0[n] += row
    return RNN(W_hx, W_hh, b_h, W_qh, b_q), dh_0, dX


ALL = {"one_step", "output_layer", "hidden_weights", "ends"}
HIDDEN = {"hidden_weights", "ends"}
ERRORS = "np.where(mask, H[1:] @ p.W_qh.T + p.b_q - Y, 0.0)"
MEAN = "errors / lengths[:, None] / N"
LATE = {"output_layer", *HIDDEN}

bank.edit("mask_forgotten", ERRORS, "H[1:] @ p.W_qh.T + p.b_q - Y", loses=LATE, slip="mask_forgotten")
bank.edit(
    "padding_is_real",
    MEAN,
    "(H[1:] @ p.W_qh.T + p.b_q - Y) / T / N",
    loses=LATE,
    slip="unmasked",
)
bank.edit(
    "mask_one_short",
    "np.arange(T)[:, None] <",
    "np.arange(1, T + 1)[:, None] <",
    loses=ALL,
    slip="last_loss_missing",
)
bank.edit(
    "mask_one_long",
    "np.arange(T)[:, None] < lengths",
    "np.arange(T)[:, None] <= lengths",
    loses=LATE,
    slip="one_step_long",
)
bank.edit("all_steps_pooled", MEAN, "errors / lengths.sum()", loses=LATE, slip="pooled")
bank.edit("divided_by_T", MEAN, "errors / T / N", loses=LATE, slip="padded_mean")
bank.edit("no_mean_over_sequences", MEAN, "errors / lengths[:, None]", loses=ALL, slip="sum_over_sequences")
bank.edit("no_mean_over_steps", MEAN, "errors / N", loses=LATE, slip="sum_over_steps")
bank.edit("no_mean_at_all", MEAN, "errors", loses=ALL, slip="no_mean_at_all")
bank.edit("divided_by_the_longest", MEAN, "errors / lengths.max() / N", loses=LATE, slip="longest")
bank.edit("mean_over_outputs", MEAN, f"{MEAN} / Y.shape[2]", loses=ALL, slip="factor_1/q")
bank.edit("sign", MEAN, "-errors / lengths[:, None] / N", loses=ALL, slip="sign")
bank.edit(
    "last_real_loss",
    "(np.arange(T)[:, None] < lengths)",
    "(np.arange(T)[:, None] == lengths - 1)",
    loses=LATE,
    slip="last_loss",
)
bank.edit("last_row_only", "    dA = np", "    dO[:-1] = 0\n    dA = np", loses=LATE, slip="last_row_only")
bank.edit(
    "last_row_of_the_states",
    "dO[t] @ p.W_qh + carry",
    "(dO[t] @ p.W_qh if t == T - 1 else carry)",
    loses=HIDDEN,
    slip="last_row_only@W_hx+W_hh+b_h+dh_0+dX",
)
bank.edit("transpose", "dA[t] @ p.W_hh", "dA[t] @ p.W_hh.T", loses={"one_step", *HIDDEN}, slip="transpose")
bank.edit("slope_missing", " * (1 - H[t + 1] ** 2)", "", loses={"one_step", *HIDDEN}, slip="slope_missing")
bank.edit(
    "slope_twice",
    "(1 - H[t + 1] ** 2)",
    "(1 - H[t + 1] ** 2) ** 2",
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
bank.edit("carry_dropped", "p.W_qh + carry)", "p.W_qh)", loses=HIDDEN, slip="no_recurrence")
bank.edit(
    "later_state", "dA, H[:-1])", "dA, H[1:])", loses={"one_step", "hidden_weights"}, slip="later_state"
)
bank.edit(
    "first_use_missing",
    '"tni,tnj->ij", dA, H[:-1]',
    '"tni,tnj->ij", dA[1:], H[1:-1]',
    loses={"one_step", "hidden_weights"},
    slip="first_use",
)
bank.edit(
    "mean_in_bias",
    "dA.sum(axis=(0, 1))",
    "dA.sum(axis=0).mean(axis=0)",
    loses={"one_step", "hidden_weights"},
    slip="factor_1/N@b_h",
)
bank.edit(
    "carry_summed_over_batch",
    "return grads, carry,",
    "return grads, 0 * carry + carry.sum(axis=0),",
    loses={"one_step", "ends"},
    slip="same_row@dh_0",
)
bank.edit(
    "padded_inputs_blamed",
    "dA @ p.W_hx",
    "np.where(mask, dA, dA[0]) @ p.W_hx",
    loses={"ends"},
    slip="padded_inputs_blamed",
)
bank.edit(
    "padded_inputs_of_the_last_real_step",
    "return grads, carry, dA @ p.W_hx",
    "last = dA[lengths - 1, np.arange(N)]\n    return grads, carry, np.where(mask, dA, last) @ p.W_hx",
    loses={"ends"},
    slip="padded_inputs_blamed",
)
bank.edit(
    "single_precision", f"dO = {MEAN}", f"dO = ({MEAN}).astype(np.float32)", loses=ALL, slip="precision"
)
bank.edit("inputs_cleaned_in_place", "    errors =", "    X *= mask\n    errors =", loses={"keeps"})
bank.edit(
    "gradients_clipped",
    "    return grads, carry",
    "    grads = RNN(*[np.clip(g, -20, 20) for g in grads])\n    return grads, carry",
    loses={"output_layer", "hidden_weights"},
    slip="clipped",
)


@bank.right
def aligned_at_the_end(
    p: RNN, X: np.ndarray, Y: np.ndarray, lengths: np.ndarray, h_0: np.ndarray
) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    # The padding is moved before each sequence, where the state waits: all sequences end together.
    T, N, _ = X.shape
    late = np.arange(T)[:, None] - (T - lengths)
    real, step, row = late >= 0, np.maximum(late, 0), np.arange(N)
    Xs, Ys, H = X[step, row], Y[step, row], [h_0]
    for x, r in zip(Xs, real, strict=True):
        H.append(np.where(r[:, None], np.tanh(x @ p.W_hx.T + H[-1] @ p.W_hh.T + p.b_h), h_0))
    before, after = np.array(H[:-1]), np.array(H[1:])
    dO = np.where(real[:, :, None], after @ p.W_qh.T + p.b_q - Ys, 0) / (N * lengths)[:, None]
    dA, carry = np.zeros(after.shape, order="F"), np.zeros_like(h_0)
    for t in range(T)[::-1]:
        dA[t] = (dO[t] @ p.W_qh + carry) * (1 - after[t] ** 2) * real[t][:, None]
        carry = np.where(real[t][:, None], dA[t] @ p.W_hh, carry)
    dX = np.zeros_like(X)
    dX[late[real], np.nonzero(real)[1]] = (dA @ p.W_hx)[real]
    weights = [np.tensordot(dA, Xs, ((0, 1), (0, 1))), np.tensordot(dA, before, ((0, 1), (0, 1)))]
    weights += [dA.sum((0, 1)), np.tensordot(dO, after, ((0, 1), (0, 1))), dO.sum((0, 1))]
    return weights, carry, dX


bank.edit(
    "lengths_sorted",
    "np.arange(T)[:, None] < lengths",
    "np.arange(T)[:, None] < np.sort(lengths)[::-1]",
    loses=LATE,
    slip="mask_of_others",
)
bank.edit(
    "padding_in_front",
    "np.arange(T)[:, None] < lengths",
    "np.arange(T)[:, None] >= T - lengths",
    loses=LATE,
    slip="mask_from_the_end",
)
bank.edit(
    "targets_masked_alone",
    "np.where(mask, H[1:] @ p.W_qh.T + p.b_q - Y, 0.0)",
    "H[1:] @ p.W_qh.T + p.b_q - np.where(mask, Y, 0.0)",
    loses=LATE,
    slip="mask_of_one_alone",
)
bank.edit(
    "shortest_for_all",
    "np.arange(T)[:, None] < lengths",
    "np.arange(T)[:, None] < lengths.min() + 0 * lengths",
    loses=LATE,
    slip="shortest",
)
bank.edit(
    "mean_of_the_running",
    "errors / lengths[:, None] / N",
    "errors / lengths[:, None] / np.maximum(mask.sum(axis=1, keepdims=True), 1)",
    loses=LATE,
    slip="mean_of_the_running",
)
bank.edit(
    "bias_of_one_sequence",
    "dA.sum(axis=(0, 1))",
    "dA[:, 0].sum(axis=0)",
    loses={"hidden_weights", "one_step"},
    slip="one_sequence@b_h",
)
bank.edit(
    "mask_inverted",
    "[:, None] < lengths)",
    "[:, None] >= lengths)",
    loses={"ends", "hidden_weights", "one_step", "output_layer"},
    slip="mask_inverted",
)
bank.edit(
    "pooled_and_averaged",
    "errors / lengths[:, None] / N",
    "errors / lengths.sum() / N",
    loses={"ends", "hidden_weights", "one_step", "output_layer"},
    slip="pooled_twice",
)
bank.edit(
    "bias_of_all_errors",
    "dO.sum(axis=(0, 1))",
    "((H[1:] @ p.W_qh.T + p.b_q - Y) / lengths[:, None] / N).sum(axis=(0, 1))",
    loses={"output_layer"},
    slip="mask_forgotten_in_outputs@b_q",
)
bank.edit(
    "one_h_0",
    "X[:T_n, n], h_0[n])",
    "X[:T_n, n], h_0[0])",
    loses={"ends", "hidden_weights", "one_step", "output_layer"},
    slip="one_h_0",
    of="one_sequence_at_a_time",
)
bank.edit(
    "carry_not_reset",
    "dh = np.zeros_like(h_0[n])",
    "dh = np.zeros_like(h_0[n]) if n == 0 else dh",
    loses={"ends", "hidden_weights", "one_step"},
    slip="carry_not_reset",
    of="one_sequence_at_a_time",
)
bank.edit(
    "step_1_not_reached",
    "reversed(range(T))",
    "range(T - 1, 0, -1)",
    loses={"ends", "hidden_weights", "one_step"},
    slip="step_1_not_reached",
)
bank.edit(
    "divided_by_one_step_less",
    "errors / lengths[:, None]",
    "errors / np.maximum(lengths - 1, 1)[:, None]",
    loses={"ends", "hidden_weights", "output_layer"},
    slip="mean_of_one_more",
)
bank.edit(
    "divided_by_sorted_lengths",
    "errors / lengths[:, None]",
    "errors / np.sort(lengths)[::-1, None]",
    loses={"ends", "hidden_weights", "output_layer"},
    slip="divided_by_other_lengths",
)
bank.edit(
    "h_0_of_another_order",
    "H[0] = h_0",
    "H[0] = h_0[np.argsort(np.argsort(-lengths))]",
    loses={"ends", "hidden_weights", "output_layer"},
    slip="h_0_of_others",
)
