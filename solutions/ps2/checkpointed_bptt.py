"""Answers to `checkpointed_bptt`."""

import numpy as np

from course import RNN, rnn_forward
from course.grader.bank import Bank

bank = Bank("checkpointed_bptt")


@bank.reference
def checkpointed_bptt(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, every: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    T = len(X)
    checkpoints = []
    h = h_0
    for t in range(T):
        if t % every == 0:
            checkpoints.append(h)
        h = np.tanh(p.W_hx @ X[t] + p.W_hh @ h + p.b_h)
    total = RNN(*[np.zeros_like(field) for field in p])
    dX = np.zeros_like(X)
    carry = np.zeros_like(h_0)
    for number in reversed(range(len(checkpoints))):
        first = number * every
        last = min(first + every, T)
        H, O = rnn_forward(p, X[first:last], checkpoints[number])
        dO = (O - Y[first:last]) / T
        dA = np.zeros((last - first, len(h_0)))
        for t in reversed(range(last - first)):
            dA[t] = (1 - H[t + 1] ** 2) * (p.W_qh.T @ dO[t] + carry)
            carry = p.W_hh.T @ dA[t]
        dX[first:last] = dA @ p.W_hx
        terms = (dA.T @ X[first:last], dA.T @ H[:-1], dA.sum(axis=0), dO.T @ H[1:], dO.sum(axis=0))
        total = RNN(*[a + b for a, b in zip(total, terms, strict=True)])
    return total, carry, dX


@bank.wrong(loses={"memory"})
def all_states_kept(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, every: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    # Ordinary BPTT: the gradient is right, and it spares no memory.
    T = len(X)
    H, O = rnn_forward(p, X, h_0)
    dO = (O - Y) / T
    deltas, dh = list[np.ndarray](), np.zeros_like(h_0)
    for t in range(T, 0, -1):
        deltas.insert(0, (1 - H[t] ** 2) * (p.W_qh.T @ dO[t - 1] + dh))
        dh = p.W_hh.T @ deltas[0]
    dA = np.array(deltas)
    return RNN(dA.T @ X, dA.T @ H[:-1], dA.sum(0), dO.T @ H[1:], dO.sum(0)), dh, dA @ p.W_hx


@bank.right
def each_from_its_checkpoint(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, every: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    # No segment is kept: each state is computed again from its checkpoint when its turn comes. Rows in lists.
    def step(h: np.ndarray, x: np.ndarray) -> np.ndarray:
        return np.asarray(np.tanh(p.W_hx @ x + p.W_hh @ h + p.b_h))

    kept, h = {0: h_0}, h_0
    for t, x in enumerate(X, 1):
        h = step(h, x)
        if t % every == 0:
            kept[t] = h

    def state(t: int) -> np.ndarray:
        first = t // every * every
        h = kept[first]
        for x in X[first:t]:
            h = step(h, x)
        return h

    W_hx, W_hh, b_h, W_qh, b_q = [np.zeros_like(field) for field in p]
    rows, dh = list[np.ndarray](), np.zeros_like(h_0)
    for t in range(len(X), 0, -1):
        h, before = state(t), state(t - 1)
        error = (p.W_qh @ h + p.b_q - Y[t - 1]) / len(X)
        delta = (1 - h**2) * (error @ p.W_qh + dh)
        W_hx, W_hh, b_h = W_hx + np.outer(delta, X[t - 1]), W_hh + np.outer(delta, before), b_h + delta
        W_qh, b_q = W_qh + np.outer(error, h), b_q + error
        rows.append(delta @ p.W_hx)
        dh = delta @ p.W_hh
    return RNN(W_hx, W_hh, b_h, W_qh, b_q), dh, np.array(rows[::-1])


@bank.right
def halves(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, every: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    # Recursive halving: one checkpoint in the middle, the right half first.
    T = len(X)
    total = [np.zeros_like(field) for field in p]
    dX = np.zeros_like(X)

    def back(first: int, last: int, start: np.ndarray, dh: np.ndarray) -> np.ndarray:
        if last - first > 1:
            middle = (first + last) // 2
            h = start
            for x in X[first:middle]:
                h = np.tanh(p.W_hx @ x + p.W_hh @ h + p.b_h)
            return back(first, middle, start, back(middle, last, h, dh))
        h = np.tanh(p.W_hx @ X[first] + p.W_hh @ start + p.b_h)
        e = (p.W_qh @ h + p.b_q - Y[first]) / T
        delta = (1 - h**2) * (p.W_qh.T @ e + dh)
        terms = (np.outer(delta, X[first]), np.outer(delta, start), delta, np.outer(e, h), e)
        for field, term in zip(total, terms, strict=True):
            field += term
        dX[first] = p.W_hx.T @ delta
        return np.asarray(p.W_hh.T @ delta)

    dh_0 = back(0, T, h_0, np.zeros_like(h_0))
    return RNN(*total), dh_0, dX


LONG = {"equal_segments", "shorter_last"}
MANY = {"one_segment", *LONG}
ALL = {"one_step", *MANY}
TERM, CARRY = "dA[t] = (1 - H[t + 1] ** 2)", "carry = p.W_hh.T @ dA[t]"

bank.edit(
    "carry_reset",
    "        first = number * every\n",
    "        first = number * every\n        carry = np.zeros_like(h_0)\n",
    loses=LONG,
    slip="cut",
)
bank.edit(
    "last_segment_lost",
    "last = min(first + every, T)",
    "last = first + every\n        if last > T:\n            continue",
    loses={"one_segment", "shorter_last"},
    slip="whole_segments",
)
bank.edit("wrong_checkpoint", "checkpoints[number])", "checkpoints[0])", loses=LONG, slip="wrong_checkpoint")
bank.edit(
    "initial_state_kept_again",
    "checkpoints.append(h)",
    "checkpoints.append(h_0)",
    loses=LONG,
    slip="wrong_checkpoint",
)
bank.edit(
    "checkpoint_one_late",
    "if t % every == 0:",
    "if t % every == 1 % every:",
    loses={"one_segment", *LONG},
    slip="checkpoint_one_late",
)
bank.edit(
    "kept_from_the_first_step",
    "if t % every == 0:",
    "if (t - 1) % every == 0:",
    loses={"one_segment", *LONG},
    slip="checkpoint_one_late",
)
bank.edit(
    "checkpoint_after_the_step",
    "            checkpoints.append(h)\n        h = np.tanh(p.W_hx @ X[t] + p.W_hh @ h + p.b_h)",
    "            checkpoints.append(np.tanh(p.W_hx @ X[t] + p.W_hh @ h + p.b_h))\n"
    "        h = np.tanh(p.W_hx @ X[t] + p.W_hh @ h + p.b_h)",
    loses=ALL,
    slip="checkpoint_after_the_step",
)
bank.edit(
    "state_moved_before_it_is_kept",
    "        if t % every == 0:\n            checkpoints.append(h)\n"
    "        h = np.tanh(p.W_hx @ X[t] + p.W_hh @ h + p.b_h)\n",
    "        h = np.tanh(p.W_hx @ X[t] + p.W_hh @ h + p.b_h)\n"
    "        if t % every == 0:\n            checkpoints.append(h)\n",
    loses=ALL,
    slip="checkpoint_after_the_step",
)
bank.edit(
    "never_one_step",
    "last = min(first + every, T)",
    "last = min(first + max(every, 2), T)",
    loses={"equal_segments"},
    slip="never_one_step",
)
bank.edit(
    "never_one_step_and_inputs_added",
    "dX[first:last] = dA",
    "dX[first:last] += dA",
    loses={"equal_segments"},
    slip="never_one_step",
    of="never_one_step",
)
bank.edit(
    "segments_forward",
    "reversed(range(len(checkpoints)))",
    "range(len(checkpoints))",
    loses=LONG,
    slip="segments_forward",
)
bank.edit(
    "segments_enumerated",
    "for number in reversed(range(len(checkpoints))):",
    "for number, _ in enumerate(checkpoints):",
    loses=LONG,
    slip="segments_forward",
)
bank.edit(
    "mean_of_the_segment",
    "(O - Y[first:last]) / T",
    "(O - Y[first:last]) / (last - first)",
    loses=LONG,
    slip="own_means",
)
bank.edit("no_mean", "(O - Y[first:last]) / T", "O - Y[first:last]", loses=MANY, slip="no_mean")
bank.edit("sign", "(O - Y[first:last]) / T", "(Y[first:last] - O) / T", loses=ALL, slip="sign")
bank.edit(
    "targets_of_the_first_segment",
    "(O - Y[first:last])",
    "(O - Y[: last - first])",
    loses=LONG,
    slip="targets_of_the_first_segment",
)
bank.edit(
    "targets_by_the_step_of_the_segment",
    "(O - Y[first:last])",
    "np.array([o - Y[t] for t, o in enumerate(O)])",
    loses=LONG,
    slip="targets_of_the_first_segment",
)
bank.edit(
    "sum_overwritten",
    "RNN(*[a + b for a, b in zip(total, terms, strict=True)])",
    "RNN(*terms)",
    loses=LONG,
    slip="first_segment",
)
bank.edit("transpose", CARRY, "carry = p.W_hh @ dA[t]", loses=ALL, slip="transpose")
bank.edit("slope_missing", TERM + " * ", "dA[t] = ", loses=ALL, slip="slope_missing")
bank.edit("slope_twice", TERM, "dA[t] = (1 - H[t + 1] ** 2) ** 2", loses=ALL, slip="slope_twice")
bank.edit("slope_of_state", TERM, "dA[t] = (1 - np.tanh(H[t + 1]) ** 2)", loses=ALL, slip="slope_of_state")
bank.edit("later_state", "dA.T @ H[:-1]", "dA.T @ H[1:]", loses=ALL, slip="later_state")
bank.edit("carry_dropped", "dO[t] + carry)", "dO[t])", loses=MANY, slip="no_recurrence")
bank.edit(
    "first_use", "dA.T @ H[:-1]", "dA[first == 0 :].T @ H[first == 0 : -1]", loses=ALL, slip="first_use"
)
bank.edit(
    "last_loss",
    "        dA = np",
    "        dO[: (-1 if last == T else None)] = 0\n        dA = np",
    loses=MANY,
    slip="last_loss",
)
bank.edit(
    "last_loss_of_each_segment",
    "        dA = np",
    "        dO[:-1] = 0\n        dA = np",
    loses=MANY,
    slip="last_loss_of_segments",
)
bank.edit(
    "no_checkpoint_for_h_0",
    "        h = np.tanh(p.W_hx @ X[t] + p.W_hh @ h + p.b_h)",
    "        h = np.tanh(p.W_hx @ X[t] + p.W_hh @ h + p.b_h)\n    checkpoints[0] = np.zeros_like(h_0)",
    loses=ALL,
    slip="no_checkpoint_for_h_0",
)
bank.edit(
    "first_checkpoint_of_zeros",
    "checkpoints.append(h)",
    "checkpoints.append(h if t else 0 * h)",
    loses=ALL,
    slip="no_checkpoint_for_h_0",
)
bank.edit(
    "single_precision",
    "checkpoints.append(h)",
    "checkpoints.append(h.astype(np.float32))",
    loses=ALL,
    slip="precision",
)
bank.edit(
    "result_is_the_input",
    "    return total, carry, dX",
    "    X[:] = dX\n    return total, carry, X",
    loses={"keeps"},
)
bank.edit(
    "views_keep_all_states",
    "            h = start\n"
    "            for x in X[first:middle]:\n"
    "                h = np.tanh(p.W_hx @ x + p.W_hh @ h + p.b_h)\n",
    "            h = rnn_forward(p, X[first:middle], start)[0][-1]\n",
    loses={"memory"},
    of="halves",
)
bank.edit(
    "checkpoints_chosen_too_late",
    "        if t % every == 0:\n            checkpoints.append(h)\n"
    "        h = np.tanh(p.W_hx @ X[t] + p.W_hh @ h + p.b_h)\n",
    "        checkpoints.append(h)\n        h = np.tanh(p.W_hx @ X[t] + p.W_hh @ h + p.b_h)\n"
    "    checkpoints = checkpoints[::every]\n",
    loses={"memory"},
)
bank.edit(
    "gradients_clipped",
    "    return total, carry",
    "    total = RNN(*[np.clip(g, -20, 20) for g in total])\n    return total, carry",
    loses={"shorter_last"},
    slip="clipped",
)

# Each family of mistakes at the edges of segments: what is run again, read, counted and carried there.
BEGIN, ERRORS = "checkpoints[number])", "(O - Y[first:last]) / T"
bank.edit(
    "checkpoint_of_the_next_segment",
    BEGIN,
    "checkpoints[min(number + 1, len(checkpoints) - 1)])",
    loses=LONG,
    slip="next_checkpoint",
)
bank.edit("begins_at_zero", BEGIN, "np.zeros_like(h_0))", loses=ALL, slip="no_checkpoint")
bank.edit(
    "bias_missing_in_the_first_pass",
    "X[t] + p.W_hh @ h + p.b_h)",
    "X[t] + p.W_hh @ h)",
    loses=LONG,
    slip="first_pass_altered",
)
bank.edit(
    "bias_missing_in_the_second_pass",
    "rnn_forward(p, X",
    "rnn_forward(p._replace(b_h=0 * p.b_h), X",
    loses=ALL,
    slip="run_without_bias",
)
bank.edit(
    "inputs_of_the_first_segment_run_again",
    "rnn_forward(p, X[first:last]",
    "rnn_forward(p, X[: last - first]",
    loses=LONG,
    slip="inputs_of_other_steps",
)
bank.edit(
    "inputs_of_the_first_segment",
    "dA.T @ X[first:last]",
    "dA.T @ X[: last - first]",
    loses=LONG,
    slip="inputs_of_the_first_segment",
)
bank.edit(
    "matrix_missing_between_segments",
    CARRY,
    "carry = p.W_hh.T @ dA[t] if t or not first else dA[t]",
    loses=LONG,
    slip="carry_without_matrix_at_later_first_steps",
)
bank.edit(
    "slope_missing_at_the_end_of_a_segment",
    TERM,
    "dA[t] = (1 - H[t + 1] ** 2 * (t < last - first - 1))",
    loses=ALL,
    slip="slope_missing_at_last_steps",
)
bank.edit("entry_missing", "dA.T @ H[:-1]", "dA[1:].T @ H[1:-1]", loses=ALL, slip="entry_missing")
bank.edit(
    "first_steps_missing_in_the_bias",
    "dA.sum(axis=0), dO.T",
    "dA[1:].sum(axis=0), dO.T",
    loses=ALL,
    slip="first_steps_missing",
)
bank.edit("mean_over_every", ERRORS, "(O - Y[first:last]) / every", loses=MANY, slip="mean_over_every")
bank.edit(
    "carry_doubled_between_segments",
    "        dX[first:last] = dA",
    "        carry = 2 * carry if first else carry\n        dX[first:last] = dA",
    loses=LONG,
    slip="edges_twice",
)
bank.edit(
    "first_segment_missing",
    "reversed(range(len(checkpoints)))",
    "reversed(range(1, len(checkpoints)))",
    loses=ALL,
    slip="first_segment_missing",
)
bank.edit(
    "rows_counted_in_the_segment",
    "dX[first:last] = dA",
    "dX[: last - first] = dA",
    loses=LONG,
    slip="another_derivative@dX",
)
bank.edit(
    "segments_overlap",
    "last = min(first + every, T)",
    "last = min(first + every + 1, T)",
    loses={"equal_segments", "shorter_last"},
    slip="segments_overlap",
)
bank.edit(
    "slope_at_the_checkpoint",
    "        dX[first:last] = dA",
    "        carry = carry * (1 - H[0] ** 2)\n        dX[first:last] = dA",
    loses={"equal_segments", "one_segment", "one_step", "shorter_last"},
    slip="slope_again",
)
bank.edit(
    "slope_of_h_0",
    "return total, carry, dX",
    "return total, carry * (1 - h_0**2), dX",
    loses={"equal_segments", "one_segment", "one_step", "shorter_last"},
    slip="slope_of_h_0",
)
bank.edit(
    "mean_in_segments",
    "dA.sum(axis=0)",
    "dA.mean(axis=0)",
    loses={"equal_segments", "one_segment", "shorter_last"},
    slip="averaged_in_segments",
)
bank.edit(
    "behind_its_end",
    "rnn_forward(p, X[first:last], checkpoints[number])",
    "rnn_forward(p, X[first:last], (checkpoints + [h])[number + 1])",
    loses={"equal_segments", "one_segment", "one_step", "shorter_last"},
    slip="next_checkpoint",
)
bank.edit(
    "second_steps_first",
    "for t in reversed(range(last - first))",
    "for t in range(last - first - 1, 0, -1)",
    loses={"one_step", "one_segment", "equal_segments", "shorter_last"},
    slip="segments_from_their_second_step",
)
bank.edit(
    "own_loss_of_the_edge_twice",
    "p.W_qh.T @ dO[t] + carry",
    "p.W_qh.T @ dO[t] * (2 if t == last - first - 1 and last < T else 1) + carry",
    loses={"equal_segments", "shorter_last"},
    slip="last_losses_back_twice",
)
bank.edit(
    "run_again_without_advancing",
    "H, O = rnn_forward(p, X[first:last], checkpoints[number])",
    "H = np.tanh(X[first:last] @ p.W_hx.T + p.W_hh @ checkpoints[number] + p.b_h)\n"
    "        H = np.vstack([checkpoints[number], H])\n"
    "        O = H[1:] @ p.W_qh.T + p.b_q",
    loses={"one_segment", "equal_segments", "shorter_last"},
    slip="rerun_held",
)
