"""Answers to `chunked_bptt`."""

import numpy as np

from course import RNN, rnn_forward
from course.grader.bank import Bank

bank = Bank("chunked_bptt")


@bank.reference
def chunked_bptt(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, every: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    H, O = rnn_forward(p, X, h_0)
    T = len(X)
    dO = (O - Y) / T
    dA = np.zeros_like(H[1:])
    carry = np.zeros_like(h_0)
    for t in reversed(range(T)):
        if (t + 1) % every == 0:
            carry = np.zeros_like(h_0)
        dA[t] = (1 - H[t + 1] ** 2) * (p.W_qh.T @ dO[t] + carry)
        carry = p.W_hh.T @ dA[t]
    grads = RNN(dA.T @ X, dA.T @ H[:-1], dA.sum(axis=0), dO.T @ H[1:], dO.sum(axis=0))
    return grads, carry, dA @ p.W_hx


@bank.right
def chunk_by_chunk(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, every: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    # Each chunk is a sequence of its own; its mean loss is turned back into a share of the whole mean.
    total, pieces, dh_0, state = RNN(*[np.zeros_like(w) for w in p]), [], h_0, h_0
    for first in range(0, len(X), every):
        x, y = X[first : first + every], Y[first : first + every]
        states = [state]
        for x_t in x:
            states.append(np.tanh(p.W_hx @ x_t + p.W_hh @ states[-1] + p.b_h))
        back = np.zeros_like(h_0)
        for n in range(len(x), 0, -1):
            error = (p.W_qh @ states[n] + p.b_q - y[n - 1]) / len(X)
            delta = (1 - states[n] ** 2) * (error @ p.W_qh + back)
            terms = [np.outer(delta, x[n - 1]), np.outer(delta, states[n - 1]), delta]
            terms += [np.outer(error, states[n]), error]
            total = RNN(*[a + b for a, b in zip(total, terms, strict=True)])
            pieces.append((first + n - 1, delta @ p.W_hx))
            back = delta @ p.W_hh
        if first == 0:
            dh_0 = back
        state = states[-1]
    return total, dh_0, np.array([row for _, row in sorted(pieces, key=lambda piece: piece[0])])


@bank.right
def sum_over_pairs(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, every: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    H, O = rnn_forward(p, X, h_0)
    T, errors = len(X), (O - Y) / len(X)
    delta, dh_0 = np.zeros((T, len(h_0))), np.zeros_like(h_0)
    for t in range(T):
        row = errors[t] @ p.W_qh * (1 - H[t + 1] ** 2)
        for k in range(t, t // every * every - 1, -1):
            delta[k] += row
            row = row @ p.W_hh
            if k > 0:
                row = row * (1 - H[k] ** 2)
        if t < every:
            dh_0 += row
    return (
        RNN(delta.T @ X, delta.T @ H[:-1], delta.sum(0), errors.T @ H[1:], errors.sum(0)),
        dh_0,
        delta @ p.W_hx,
    )


@bank.right
def forward_mode(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, every: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    # Tangents of the state with respect to everything, set to zero at the beginning of each later chunk.
    T, d = X.shape
    h = len(h_0)
    sizes = [h * d, h * h, h, h, T * d]
    a, b, c, e = np.cumsum(sizes)[:-1]
    S, state, total = np.zeros((h, sum(sizes))), h_0, np.zeros(sum(sizes))
    S[:, c:e] = np.eye(h)
    W_qh, b_q = np.zeros_like(p.W_qh), np.zeros_like(p.b_q)
    for t in range(T):
        if t and t % every == 0:
            S = np.zeros_like(S)
        direct = np.zeros_like(S)
        direct[:, :a], direct[:, a:b] = np.kron(np.eye(h), X[t]), np.kron(np.eye(h), state)
        direct[:, b:c], direct[:, e + t * d : e + (t + 1) * d] = np.eye(h), p.W_hx
        state = np.tanh(p.W_hx @ X[t] + p.W_hh @ state + p.b_h)
        S = (1 - state**2)[:, None] * (direct + p.W_hh @ S)
        error = (p.W_qh @ state + p.b_q - Y[t]) / T
        total, W_qh, b_q = total + error @ p.W_qh @ S, W_qh + np.outer(error, state), b_q + error
    grads = RNN(total[:a].reshape(h, d), total[a:b].reshape(h, h), total[b:c], W_qh, b_q)
    return grads, total[c:e], total[e:].reshape(T, d)


SOME = {"equal_chunks", "shorter_last"}
CUT, CARRY, TERM = "(t + 1) % every == 0", "carry = p.W_hh.T @ dA[t]", "1 - H[t + 1] ** 2"
bank.edit(
    "cut_never",
    CUT,
    "False",
    loses={"every_step", "equal_chunks", "shorter_last"},
    slip="whole_gradient",
)
bank.edit("cut_before_the_chunks_end", CUT, "(t + 2) % every == 0", loses=SOME, slip="cut_one_early")
bank.edit(
    "cut_after_the_chunks_end",
    CUT,
    "t % every == 0 and t > 0",
    loses={"every_step", "equal_chunks", "shorter_last"},
    slip="cut_one_late",
)
bank.edit(
    "cut_at_t",
    CUT,
    "t % every == 0",
    loses={"one_chunk", "equal_chunks", "shorter_last"},
    slip="cut_behind_first",
)
bank.edit(
    "counted_from_the_end", CUT, "(T - 1 - t) % every == 0", loses={"shorter_last"}, slip="from_the_end"
)
bank.edit(
    "chunks_of_one_more",
    CUT,
    "(t + 1) % (every + 1) == 0",
    loses={"every_step", "equal_chunks", "shorter_last"},
    slip="chunks_too_long",
)
bank.edit(
    "cut_everywhere", CUT, "True", loses={"one_chunk", "equal_chunks", "shorter_last"}, slip="own_use_only"
)
bank.edit(
    "transpose_missing",
    "p.W_hh.T @ dA[t]",
    "p.W_hh @ dA[t]",
    loses={"one_step", "every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="transpose",
)
bank.edit(
    "slope_missing",
    f"({TERM}) * (",
    "(",
    loses={"one_step", "every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="slope_missing",
)
bank.edit(
    "slope_twice",
    TERM,
    f"({TERM}) ** 2",
    loses={"one_step", "every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="slope_twice",
)
bank.edit(
    "slope_of_state",
    TERM,
    "1 - np.tanh(H[t + 1]) ** 2",
    loses={"one_step", "every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="slope_of_state",
)
bank.edit(
    "later_state",
    "dA.T @ H[:-1]",
    "dA.T @ H[1:]",
    loses={"one_step", "every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="later_state",
)
bank.edit(
    "h_0_detached",
    "return grads, carry,",
    "return grads, 0 * carry,",
    loses={"one_step", "every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="initial_state_cut",
)
bank.edit(
    "cut_one_late_and_h_0_too",
    "return grads, carry,",
    "return grads, 0 * carry,",
    of="cut_after_the_chunks_end",
    loses={"one_step", "every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="cut_one_late initial_state_cut",
)
bank.edit(
    "sum_for_mean",
    "(O - Y) / T",
    "O - Y",
    loses={"every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="factor_T",
)
bank.edit(
    "mean_over_chunk",
    "(O - Y) / T",
    "(O - Y) / every",
    loses={"one_step", "every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="divided_by_every",
)
bank.edit(
    "sign",
    "(O - Y) / T",
    "(Y - O) / T",
    loses={"one_step", "every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="sign",
)
bank.edit(
    "last_whole_chunk_is_the_last",
    "    dO = (O - Y) / T\n",
    "    dO = (O - Y) / T\n    dO[T // every * every :] = 0\n",
    loses={"one_step", "one_chunk", "shorter_last"},
    slip="whole_chunks",
)
bank.edit(
    "loss_at_the_ends_of_chunks",
    "p.W_qh.T @ dO[t] + carry",
    "p.W_qh.T @ dO[t] * ((t + 1) % every == 0 or t == T - 1) + carry",
    loses={"one_chunk", "equal_chunks", "shorter_last"},
    slip="last_losses",
)
bank.edit(
    "window_of_every_steps",
    "        dA[t] =",
    "        carry = np.zeros_like(h_0)\n"
    "        for n in range(min(t + every, T) - 1, t, -1):\n"
    "            carry = p.W_hh.T @ ((1 - H[n + 1] ** 2) * (p.W_qh.T @ dO[n] + carry))\n"
    "        dA[t] =",
    loses=SOME,
    slip="band",
)
bank.edit(
    "window_of_one_more",
    "min(t + every, T)",
    "min(t + every + 1, T)",
    of="window_of_every_steps",
    loses={"every_step", "equal_chunks", "shorter_last"},
    slip="wider_band",
)
bank.edit(
    "inputs_scaled",
    "    H, O = rnn_forward(p, X, h_0)\n",
    "    X /= np.abs(X).max()\n    H, O = rnn_forward(p, X, h_0)\n",
    loses={"one_step", "every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="changes_arguments",
)
bank.edit(
    "single_precision",
    "    return grads,",
    "    grads = RNN(*[g.astype(np.float32) for g in grads])\n    return grads,",
    loses={"one_step", "every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="precision",
)
bank.edit(
    "buffer_reused",
    "    return grads, carry, dA @ p.W_hx",
    "    dX = chunked_bptt.__dict__.setdefault(str(X.shape), np.zeros_like(X))\n"
    "    dX[:] = dA @ p.W_hx\n"
    "    return grads, carry, dX",
    loses={"keeps"},
)


# Written from a description of the task alone, as a person would write them, mistakes and all.


@bank.wrong(loses={"shorter_last"}, slip="mean_of_means")
def average_of_the_chunks(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, every: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    grads, dX, state, dh_0 = [np.zeros_like(w) for w in p], [], h_0, h_0
    starts = list(range(0, len(X), every))
    for s in starts:
        x, y = X[s : s + every], Y[s : s + every]
        H, O = rnn_forward(p, x, state)
        dO = (O - y) / len(x)
        da, carry = np.zeros_like(H[1:]), np.zeros_like(h_0)
        for t in range(len(x) - 1, -1, -1):
            da[t] = (1 - H[t + 1] ** 2) * (dO[t] @ p.W_qh + carry)
            carry = da[t] @ p.W_hh
        for g, new in zip(grads, (da.T @ x, da.T @ H[:-1], da.sum(0), dO.T @ H[1:], dO.sum(0)), strict=True):
            g += new / len(starts)
        dX.append(da @ p.W_hx / len(starts))
        if s == 0:
            dh_0 = carry / len(starts)
        state = H[-1]
    return RNN(*grads), dh_0, np.concatenate(dX)


bank.edit(
    "last_losses_missing_on_the_way_back",
    "p.W_qh.T @ dO[t] + carry",
    "p.W_qh.T @ dO[t] * ((t + 1) % every != 0 and t + 1 != T) + carry",
    loses={"one_step", "every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="last_losses_missing@W_hx+W_hh+b_h+dh_0+dX",
)
bank.edit(
    "mean_over_chunk_on_the_way_back",
    "p.W_qh.T @ dO[t] + carry",
    "p.W_qh.T @ dO[t] * T / every + carry",
    loses={"one_step", "every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="divided_by_every@W_hx+W_hh+b_h+dh_0+dX",
)
bank.edit(
    "chunks_added_up",
    ") / len(X)",
    ") / len(x)",
    of="chunk_by_chunk",
    loses={"every_step", "equal_chunks", "shorter_last"},
    slip="sum_of_means",
)
bank.edit(
    "state_forgotten",
    "state = states[-1]",
    "state = 0 * h_0",
    of="chunk_by_chunk",
    loses={"every_step", "equal_chunks", "shorter_last"},
    slip="restarted_at_zero",
)
bank.edit(
    "state_put_back",
    "state = states[-1]",
    "state = h_0",
    of="chunk_by_chunk",
    loses={"every_step", "equal_chunks", "shorter_last"},
    slip="restarted_at_h_0",
)


@bank.wrong(loses={"every_step", "equal_chunks", "shorter_last"}, slip="initial_state_of_all_chunks")
def every_chunk_reaches_h_0(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, every: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    H, O = rnn_forward(p, X, h_0)
    T, dh_0, dO = len(X), np.zeros_like(h_0), (O - Y) / len(X)
    dA, carry = np.zeros_like(H[1:]), np.zeros_like(h_0)
    for t in reversed(range(T)):
        dA[t] = (1 - H[t + 1] ** 2) * (p.W_qh.T @ dO[t] + carry)
        carry = p.W_hh.T @ dA[t]
        if t % every == 0:
            dh_0 += carry
            carry = np.zeros_like(h_0)
    return RNN(dA.T @ X, dA.T @ H[:-1], dA.sum(axis=0), dO.T @ H[1:], dO.sum(axis=0)), dh_0, dA @ p.W_hx


@bank.wrong(loses={"every_step", "equal_chunks", "shorter_last"}, slip="initial_state_of_last_chunk")
def h_0_of_the_last_chunk(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, every: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    state, dO = h_0, (rnn_forward(p, X, h_0)[1] - Y) / len(X)
    total, dX = [np.zeros_like(w) for w in p], np.zeros_like(X)
    for first in range(0, len(X), every):
        H, _ = rnn_forward(p, X[first : first + every], state)
        dh = np.zeros_like(h_0)
        for t in reversed(range(first, first + len(H) - 1)):
            before, after = H[t - first], H[t - first + 1]
            da = (1 - after**2) * (p.W_qh.T @ dO[t] + dh)
            parts = (np.outer(da, X[t]), np.outer(da, before), da, np.outer(dO[t], after), dO[t])
            total = [a + b for a, b in zip(total, parts, strict=True)]
            dX[t], dh = p.W_hx.T @ da, p.W_hh.T @ da
        state = H[-1]
    return RNN(*total), dh, dX


@bank.wrong(loses={"shorter_last"})
def chunks_of_nearly_equal_length(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, every: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    H, O = rnn_forward(p, X, h_0)
    T, dO = len(X), (O - Y) / len(X)
    last = {chunk[-1] for chunk in np.array_split(np.arange(T), -(-T // every))}
    dA, carry = np.zeros_like(H[1:]), np.zeros_like(h_0)
    for t in reversed(range(T)):
        dA[t] = (1 - H[t + 1] ** 2) * (p.W_qh.T @ dO[t] + carry * (t not in last))
        carry = p.W_hh.T @ dA[t]
    return RNN(dA.T @ X, dA.T @ H[:-1], dA.sum(axis=0), dO.T @ H[1:], dO.sum(axis=0)), carry, dA @ p.W_hx


@bank.right
def all_chunks_side_by_side(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, every: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    # The last chunk is filled up with steps that have no error and no slope; then one pass for all chunks.
    H, O = rnn_forward(p, X, h_0)
    T, h, every = len(X), len(h_0), min(every, len(X))
    count = -(-T // every)
    fill = ((0, count * every - T), (0, 0))
    dO = (O - Y) / T
    direct = np.pad(dO @ p.W_qh, fill).reshape(count, every, h)
    slopes = np.pad(1 - H[1:] ** 2, fill).reshape(count, every, h)
    delta, carried = np.zeros_like(direct), np.zeros((count, h))
    for i in reversed(range(every)):
        delta[:, i] = (direct[:, i] + carried) * slopes[:, i]
        carried = delta[:, i] @ p.W_hh
    dA = delta.reshape(-1, h)[:T]
    grads = RNN(dA.T @ X, dA.T @ H[:-1], dA.sum(axis=0), dO.T @ H[1:], dO.sum(axis=0))
    return grads, carried[0], dA @ p.W_hx


bank.edit("twelve_steps_at_most", CUT, "(t + 1) % min(every, 12) == 0", loses={"one_chunk"})
bank.edit(
    "slope_at_the_state_before",
    "1 - H[t + 1] ** 2",
    "1 - H[t] ** 2",
    loses={"one_step", "every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="slope_one_early",
)
bank.edit(
    "cut_behind_every_second_chunk",
    "(t + 1) % every == 0",
    "(t + 1) % (2 * every) == 0",
    loses={"every_step", "equal_chunks", "shorter_last"},
    slip="cuts_missing",
)
bank.edit(
    "cut_inside_the_chunks",
    "(t + 1) % every == 0",
    "(t + 1) % every",
    loses={"every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="cuts_inverted",
)
bank.edit(
    "entry_state_missing",
    "dA.T @ H[:-1]",
    "dA.T @ (H[:-1] * (np.arange(T) % every != 0)[:, None])",
    loses={"one_step", "every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="chunk_entry_missing",
)
bank.edit(
    "entry_state_h_0",
    "dA.T @ H[:-1]",
    "dA.T @ np.where((np.arange(T) % every == 0)[:, None], h_0, H[:-1])",
    loses={"every_step", "equal_chunks", "shorter_last"},
    slip="initial_state_in_every_chunk",
)
bank.edit(
    "h_0_before_the_matrix",
    "return grads, carry,",
    "return grads, dA[0],",
    loses={"one_step", "every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="another_derivative",
)
bank.edit(
    "output_layer_of_the_first_chunk",
    "dO.T @ H[1:], dO.sum(axis=0)",
    "dO[:every].T @ H[1:][:every], dO[:every].sum(axis=0)",
    loses={"every_step", "equal_chunks", "shorter_last"},
    slip="output_layer_of_a_chunk",
)
bank.edit(
    "from_step_two",
    "reversed(range(T))",
    "reversed(range(1, T))",
    loses={"one_step", "every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="step_1_not_reached",
)
bank.edit(
    "number_of_chunks_for_the_length",
    "(O - Y) / T",
    "(O - Y) / -(-T // every)",
    loses={"one_chunk", "equal_chunks", "shorter_last"},
    slip="divided_by_chunks",
)
bank.edit(
    "one_state_too_early",
    "state = states[-1]",
    "state = states[-2]",
    of="chunk_by_chunk",
    loses={"every_step", "equal_chunks", "shorter_last"},
    slip="restarted_too_early",
)
bank.edit(
    "targets_of_the_first_chunk",
    "y[n - 1]",
    "Y[n - 1]",
    of="chunk_by_chunk",
    loses={"every_step", "equal_chunks", "shorter_last"},
    slip="targets_of_the_first_chunk",
)
bank.edit(
    "inputs_of_the_first_chunk",
    "np.outer(delta, x[n - 1])",
    "np.outer(delta, X[n - 1])",
    of="chunk_by_chunk",
    loses={"every_step", "equal_chunks", "shorter_last"},
    slip="rows_of_the_first_chunk",
)
bank.edit(
    "terms_assigned",
    "[a + b for",
    "[b for",
    of="chunk_by_chunk",
    loses={"every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="one_step_left",
)
bank.edit(
    "carried_to_the_next",
    "        back = np.zeros_like(h_0)\n",
    "        back = back if first else np.zeros_like(h_0)\n",
    loses={"equal_chunks", "every_step", "shorter_last"},
    slip="carried_to_the_next",
    of="chunk_by_chunk",
)
bank.edit(
    "rows_of_the_first_chunk",
    "dA @ p.W_hx",
    "np.array([sum(((dA @ p.W_hx)[t::every]), 0 * X[0]) * (t < every) for t in range(T)])",
    loses={"equal_chunks", "every_step", "shorter_last"},
    slip="rows_of_the_first_chunk",
)
bank.edit(
    "chunks_reversed",
    "dA @ p.W_hx",
    "np.concatenate([(dA @ p.W_hx)[n : n + every] for n in range(0, T, every)][::-1])",
    loses={"equal_chunks", "every_step", "shorter_last"},
    slip="rows_reversed",
)
bank.edit(
    "cut_until_the_end",
    "(t + 1) % every == 0",
    "T - t > every",
    loses={"equal_chunks", "shorter_last"},
    slip="end_of_sequence",
)
bank.edit(
    "every_counts_the_chunks",
    "(t + 1) % every == 0",
    "(t + 1) % -(-T // every) == 0",
    loses={"every_step", "one_chunk", "shorter_last"},
    slip="number_of_chunks",
)
bank.edit(
    "matrix_twice_at_h_0",
    "grads, carry, dA",
    "grads, p.W_hh.T @ carry, dA",
    loses={"equal_chunks", "every_step", "one_chunk", "one_step", "shorter_last"},
    slip="another_derivative",
)
bank.edit(
    "first_steps_missing",
    "    grads = RNN(dA.T",
    "    dA[::every] = 0\n    grads = RNN(dA.T",
    loses={"one_step", "every_step", "one_chunk", "equal_chunks", "shorter_last"},
    slip="first_steps_missing",
)
