"""Answers to `highway`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("highway")


@bank.reference
def highway(
    W_t: np.ndarray, b_t: np.ndarray, W_p: np.ndarray, b_p: np.ndarray, x: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    a_t = W_t @ x + b_t
    t = 0.5 + 0.5 * np.tanh(a_t / 2)
    p = np.tanh(W_p @ x + b_p)
    da_t = dy * (p - x) * t * (1 - t)
    da_p = dy * t * (1 - p**2)
    dx = dy * (1 - t) + W_t.T @ da_t + W_p.T @ da_p
    return t * p + (1 - t) * x, np.outer(da_t, x), da_t, np.outer(da_p, x), da_p, dx


@bank.right
def by_jacobians(
    W_t: np.ndarray, b_t: np.ndarray, W_p: np.ndarray, b_p: np.ndarray, x: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    e = np.exp(-np.abs(W_t @ x + b_t))
    t = np.where(W_t @ x + b_t > 0, 1, e) / (1 + e)
    p = np.tanh(W_p @ x + b_p)
    by_t = np.diag((p - x) * e / (1 + e) ** 2)
    by_p = np.diag(t * (1 - p) * (1 + p))
    J = by_t @ W_t + by_p @ W_p + np.diag(1 - t)
    rows = [np.outer(d * dy, x) for d in (np.diag(by_t), np.diag(by_p))]
    return x + t * (p - x), rows[0], dy @ by_t, rows[1], dy @ by_p, dy @ J


@bank.right
def with_x_and_1_in_one_vector(
    W_t: np.ndarray, b_t: np.ndarray, W_p: np.ndarray, b_p: np.ndarray, x: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    h = len(x)
    W = np.block([[W_t, b_t[:, None]], [W_p, b_p[:, None]]])
    u = np.append(x, 1.0)
    squashed = np.tanh(np.repeat([0.5, 1.0], h) * (W @ u))
    t, p = (1 + squashed[:h]) / 2, squashed[h:]
    slopes = np.repeat([0.25, 1.0], h) * (1 - squashed**2)
    delta = slopes * np.append(dy * (p - x), dy * t)
    dW = delta[:, None] * u[None, :]
    du = delta @ W
    return (1 - t) * x + p * t, dW[:h, :h], dW[:h, h], dW[h:, :h], dW[h:, h], du[:h] + dy - dy * t


@bank.right
def entry_by_entry(
    W_t: np.ndarray, b_t: np.ndarray, W_p: np.ndarray, b_p: np.ndarray, x: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    h = len(x)
    y, dx = np.zeros(h), np.zeros(h)
    dW_t, db_t, dW_p, db_p = np.zeros((h, h)), np.zeros(h), np.zeros((h, h)), np.zeros(h)
    for i in range(h):
        t = 0.5 * (1 + np.tanh((sum(W_t[i] * x) + b_t[i]) / 2))
        p = np.tanh(sum(W_p[i] * x) + b_p[i])
        y[i] = t * p + (1 - t) * x[i]
        db_t[i] = dy[i] * (p - x[i]) * t * (1 - t)
        db_p[i] = dy[i] * t * (1 - p * p)
        dx[i] += dy[i] * (1 - t)
        dW_t[i] = db_t[i] * x
        dW_p[i] = db_p[i] * x
        dx += W_t[i] * db_t[i] + W_p[i] * db_p[i]
    return y, dW_t, db_t, dW_p, db_p, dx


BACK = {"gate", "unit", "input"}
DT, DP = "dy * (p - x) * t * (1 - t)", "dy * t * (1 - p**2)"
DX = "dy * (1 - t) + W_t.T @ da_t + W_p.T @ da_p"
Y = "return t * p + (1 - t) * x,"
bank.edit("gate_path", DX, "dy * (1 - t) + W_p.T @ da_p", loses={"input"}, slip="gate_path")
bank.edit("unit_path", DX, "dy * (1 - t) + W_t.T @ da_t", loses={"input"}, slip="unit_path")
bank.edit("path_around", DX, "W_t.T @ da_t + W_p.T @ da_p", loses={"input"}, slip="path_around")
bank.edit(
    "transposes_missing", DX, "dy * (1 - t) + W_t @ da_t + W_p @ da_p", loses={"input"}, slip="transpose"
)
bank.edit(
    "one_transpose_missing",
    DX,
    "dy * (1 - t) + W_t @ da_t + W_p.T @ da_p",
    loses={"input"},
    slip="transpose_of_t",
)
bank.edit("open_path", DX, "dy + W_t.T @ da_t + W_p.T @ da_p", loses={"input"}, slip="around_whole")
bank.edit("gate_on_path", DX, "dy * t + W_t.T @ da_t + W_p.T @ da_p", loses={"input"}, slip="around_turned")
bank.edit(
    "gate_on_unit_alone", DT, "dy * p * t * (1 - t)", loses={"gate", "input"}, slip="gate_on_unit_alone"
)
bank.edit("gate_sum", DT, "dy * (p + x) * t * (1 - t)", loses={"gate", "input"}, slip="update_is_p+x")
bank.edit("gate_slope_missing", DT, "dy * (p - x)", loses={"gate", "input"}, slip="gate_slope_missing")
bank.edit(
    "gate_slope_of_tanh", DT, "dy * (p - x) * (1 - t**2)", loses={"gate", "input"}, slip="slope_t_is_1-t^2"
)
bank.edit(
    "gate_slope_of_value",
    DT,
    "dy * (p - x) / (1 + np.exp(-t)) * (1 - 1 / (1 + np.exp(-t)))",
    loses={"gate", "input"},
    slip="gate_slope_of_value",
)
bank.edit("unit_slope_missing", DP, "dy * t", loses={"unit", "input"}, slip="unit_slope_missing")
bank.edit("unit_not_gated", DP, "dy * (1 - p**2)", loses={"unit", "input"}, slip="unit_ungated")
bank.edit(
    "unit_gated_wrongly", DP, "dy * (1 - t) * (1 - p**2)", loses={"unit", "input"}, slip="unit_gated_wrongly"
)
bank.edit(
    "sum_in_bias", "np.outer(da_t, x), da_t,", "np.outer(da_t, x), da_t.sum() + 0 * da_t,", loses={"gate"}
)
bank.edit(
    "outer_turned",
    "np.outer(da_t, x), da_t,",
    "np.outer(x, da_t), da_t,",
    loses={"gate"},
    slip="transposed@dW_t",
)
bank.edit(
    "output_for_input",
    "np.outer(da_p, x), da_p,",
    "np.outer(da_p, t), da_p,",
    loses={"unit"},
    slip="weights_beside_t@dW_p",
)
bank.edit("overflow", "0.5 + 0.5 * np.tanh(a_t / 2)", "np.exp(a_t) / (1 + np.exp(a_t))", loses={"returns"})
bank.edit("both_paths_open", Y, "return t * p + x,", loses={"output"}, slip="values_output_around_whole")
bank.edit(
    "gate_of_units",
    "t = 0.5 + 0.5 * np.tanh(a_t / 2)",
    "t = np.tanh(a_t)",
    loses={"output", *BACK},
    slip="values_gate_of_tanh",
)
bank.edit("in_place", "    a_t = W_t @ x + b_t", "    b_t += W_t @ x\n    a_t = b_t", loses={"keeps"})

bank.edit(
    "single_precision",
    "np.tanh(W_p @ x + b_p)",
    "np.tanh(W_p @ x + b_p).astype(np.float32)",
    loses={"output", *BACK},
    slip="precision",
)


@bank.wrong(loses={"output", "gate", "unit", "input"}, slip="gates_exchanged")
def gates_exchanged(
    W_t: np.ndarray, b_t: np.ndarray, W_p: np.ndarray, b_p: np.ndarray, x: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    t = (1 + np.tanh((W_t @ x + b_t) / 2)) / 2
    p = np.tanh(W_p @ x + b_p)
    da_t = dy * (x - p) * t * (1 - t)
    da_p = dy * (1 - t) * (1 - p**2)
    dx = dy * t + da_t @ W_t + da_p @ W_p
    return t * x + (1 - t) * p, np.outer(da_t, x), da_t, np.outer(da_p, x), da_p, dx


bank.edit("gate_slope_is_value", DT, "dy * (p - x) * t", loses={"gate", "input"}, slip="gate_slope_is_value")
bank.edit("gate_turned", DT, "dy * (x - p) * t * (1 - t)", loses={"gate", "input"}, slip="gate_turned")
bank.edit("output_exchanged", Y, "return (1 - t) * p + t * x,", loses={"output"}, slip="output_exchanged")
bank.edit("clipped", "    da_t =", "    dy = np.clip(dy, -1, 1)\n    da_t =", loses=BACK)
for _name, _old, _new, _loses, _slip in (  # of the table
    ("unit_slope_of_a_gate", "(1 - p**2)", "p * (1 - p)", {"unit", "input"}, "slope_p_is_p(1-p)"),
    ("update_by_y", "(p - x)", "(1 - t) * (p - x)", {"gate", "input"}, "update_is_p-y"),
    (
        "matrices_exchanged",
        "W_t.T @ da_t + W_p.T @ da_p",
        "W_p.T @ da_t + W_t.T @ da_p",
        {"input"},
        "weights_exchanged",
    ),
    (
        "unit_first",
        "np.outer(da_t, x), da_t, np.outer(da_p, x), da_p",
        "np.outer(da_p, x), da_p, np.outer(da_t, x), da_t",
        {"gate", "unit"},
        "gradients_exchanged",
    ),
    ("input_beside_the_bias", "x), da_t,", "x), da_t * x,", {"gate"}, "biases_beside_x@db_t"),
    ("unit_beside_the_gate", "np.outer(da_t, x)", "np.outer(da_t, p)", {"gate"}, "weights_beside_p@dW_t"),
):
    bank.edit(_name, _old, _new, loses=_loses, slip=_slip)
