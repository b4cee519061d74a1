"""Answers to `gru_step_backward`."""

import numpy as np

from course import GRU, gru_forward
from course.grader.bank import Bank

bank = Bank("gru_step_backward")


@bank.reference
def gru_step_backward(
    p: GRU, x: np.ndarray, h: np.ndarray, dh_next: np.ndarray
) -> tuple[GRU, np.ndarray, np.ndarray]:
    u_r, u_z, u_n = np.split(p.W_x @ x + p.b_x, 3)
    v_r, v_z, v_n = np.split(p.W_h @ h + p.b_h, 3)
    r, z = 1 / (1 + np.exp(-u_r - v_r)), 1 / (1 + np.exp(-u_z - v_z))
    n = np.tanh(u_n + r * v_n)
    delta_z = dh_next * (h - n) * z * (1 - z)
    delta_n = dh_next * (1 - z) * (1 - n**2)
    delta_r = delta_n * v_n * r * (1 - r)
    du = np.concatenate([delta_r, delta_z, delta_n])
    dv = np.concatenate([delta_r, delta_z, delta_n * r])
    grads = GRU(np.outer(du, x), np.outer(dv, h), du, dv)
    return grads, p.W_x.T @ du, p.W_h.T @ dv + dh_next * z


@bank.right
def by_jacobians(
    p: GRU, x: np.ndarray, h: np.ndarray, dh_next: np.ndarray
) -> tuple[GRU, np.ndarray, np.ndarray]:
    # The Jacobian of h' with respect to (u, v, h) as one matrix, then one row.
    k = len(h)
    u, v = (p.W_x @ x + p.b_x).reshape(3, k), (p.W_h @ h + p.b_h).reshape(3, k)
    r, z = 0.5 + 0.5 * np.tanh((u[:2] + v[:2]) / 2)
    n = np.tanh(u[2] + r * v[2])
    by_n = np.diag((1 - z) / np.cosh(u[2] + r * v[2]) ** 2)
    by_r, by_z = by_n @ np.diag(v[2] * r * (1 - r)), np.diag((h - n) * (z - z**2))
    row = dh_next @ np.hstack([by_r, by_z, by_n, by_r, by_z, by_n @ np.diag(r), np.diag(z)])
    du, dv, kept = row[: 3 * k], row[3 * k : 6 * k], row[6 * k :]
    return GRU(du[:, None] * x, dv[:, None] * h, du, dv), du @ p.W_x, dv @ p.W_h + kept


@bank.right
def unit_by_unit(
    p: GRU, x: np.ndarray, h: np.ndarray, dh_next: np.ndarray
) -> tuple[GRU, np.ndarray, np.ndarray]:
    k = len(h)
    grads, dx, dh = GRU(*[np.zeros_like(w) for w in p]), np.zeros_like(x), np.zeros_like(h)
    for j in range(k):
        u = [p.W_x[row] @ x + p.b_x[row] for row in (j, k + j, 2 * k + j)]
        v = [p.W_h[row] @ h + p.b_h[row] for row in (j, k + j, 2 * k + j)]
        r, z = 1 / (1 + np.exp(-u[0] - v[0])), 1 / (1 + np.exp(-u[1] - v[1]))
        n = np.tanh(u[2] + r * v[2])
        late = dh_next[j] * (1 - z) * (1 - n) * (1 + n)
        dh[j] += dh_next[j] * z
        at_r, at_z = late * v[2] * r * (1 - r), dh_next[j] * (h[j] - n) * z * (1 - z)
        for row, du, dv in ((j, at_r, at_r), (k + j, at_z, at_z), (2 * k + j, late, late * r)):
            grads.W_x[row], grads.W_h[row], grads.b_x[row], grads.b_h[row] = du * x, dv * h, du, dv
            dx += du * p.W_x[row]
            dh += dv * p.W_h[row]
    return grads, dx, dh


@bank.right
def by_values(
    p: GRU, x: np.ndarray, h: np.ndarray, dh_next: np.ndarray
) -> tuple[GRU, np.ndarray, np.ndarray]:
    # h' is known from the forward pass, and n follows from it: n = (h' − z h)/(1 − z).
    k = len(h)
    after = gru_forward(p, x[None], h)[1]
    v = p.W_h @ h + p.b_h
    a = p.W_x @ x + p.b_x + v
    one_less_z, r = 1 / (1 + np.exp(a[k : 2 * k])), 1 / (1 + np.exp(-a[:k]))
    n = (after - h + one_less_z * h) / one_less_z
    du = np.zeros((3, k))
    du[2] = dh_next * (one_less_z - one_less_z * n * n)
    du[1] = dh_next * (h - after) * (1 - one_less_z)
    du[0] = du[2] * v[2 * k :] * r / (1 + np.exp(a[:k]))
    dv = du * np.stack([np.ones(k), np.ones(k), r])
    grads = GRU(np.outer(du, x), np.outer(dv, h), du.ravel(), dv.ravel())
    return grads, du.ravel() @ p.W_x, dv.ravel() @ p.W_h + dh_next - dh_next * one_less_z


WEIGHTS, BIASES, STATE, INPUT, ALONE = {"weights"}, {"biases"}, {"state"}, {"input"}, {"no_recurrence"}
ROWS = WEIGHTS | BIASES
ALL = ROWS | STATE | INPUT | ALONE
Z, N, R = "dh_next * (h - n) * z * (1 - z)", "dh_next * (1 - z) * (1 - n**2)", "delta_n * v_n * r * (1 - r)"
for _name, _slope in (
    ("slope_missing", "{0}"),
    ("slope_is_value", "{0} * {1}"),
    ("slope_squashed", "{0} / (1 + np.exp(-{1})) / (1 + np.exp({1}))"),
    ("slope_of_tanh_at_gates", "{0} * (1 - {1} ** 2)"),
):
    _alone = "reset_slope_missing" if _name == "slope_missing" else f"{_name.removesuffix('_at_gates')}_at_r"
    if _name != "slope_missing":
        _at_z = f"{_name.removesuffix('_at_gates')}_at_z"
        bank.edit(_at_z, Z, _slope.format("dh_next * (h - n)", "z"), loses=ALL, slip=_at_z)
    bank.edit(f"{_name}_at_r", R, _slope.format("delta_n * v_n", "r"), loses=ALL, slip=_alone)
    bank.edit(_name, Z, _slope.format("dh_next * (h - n)", "z"), of=f"{_name}_at_r", loses=ALL, slip=_name)
bank.edit("candidate_slope_missing", " * (1 - n**2)", "", loses=ALL, slip="candidate_slope_missing")
bank.edit(
    "candidate_slope_squashed",
    "(1 - n**2)",
    "(1 - np.tanh(n) ** 2)",
    loses=ALL,
    slip="candidate_slope_squashed",
)
bank.edit("not_kept", " + dh_next * z\n", "\n", loses=STATE | ALONE, slip="not_kept")
bank.edit("update_turned", "(h - n)", "(n - h)", loses=ALL, slip="update_turned")
bank.edit("update_without_candidate", "(h - n)", "h", loses=ALL, slip="update_without_candidate")
bank.edit(
    "mixed_turned", "dh_next * (1 - z) * (1 - n", "dh_next * z * (1 - n", loses=ALL, slip="mixed_turned"
)
bank.edit("mixed_missing", "dh_next * (1 - z) * (1 - n", "dh_next * (1 - n", loses=ALL, slip="mixed_missing")
bank.edit("reset_of_the_state", "delta_n * v_n", "delta_n * h", loses=ALL, slip="reset_of_the_state")
bank.edit("reset_missing", "delta_n * r]", "delta_n]", loses=ALL - INPUT, slip="reset_missing")
bank.edit(
    "transpose",
    "p.W_h.T @ dv",
    "sum(W @ d for W, d in zip(np.split(p.W_h, 3), np.split(dv, 3)))",
    loses=STATE,
    slip="transpose",
)
bank.edit(
    "rows_zrn_in_u",
    "du = np.concatenate([delta_r, delta_z,",
    "du = np.concatenate([delta_z, delta_r,",
    loses=ALL - STATE,
    slip="rows_zrn_of_x",
)
bank.edit(
    "rows_zrn",
    "dv = np.concatenate([delta_r, delta_z,",
    "dv = np.concatenate([delta_z, delta_r,",
    of="rows_zrn_in_u",
    loses=ALL,
    slip="rows_zrn",
)
for _number, _row in enumerate("rzn"):
    bank.edit(
        f"reads_without_{_row}",
        "p.W_h.T @ dv",
        f"p.W_h.T @ (dv * (np.arange(len(dv)) // len(h) != {_number}))",
        loses=STATE,
        slip=f"reads_without_{_row}",
    )
bank.edit(
    "reset_before",
    "np.outer(dv, h)",
    "np.outer(np.concatenate([delta_r, delta_z, delta_n]), h)",
    loses=WEIGHTS | ALONE,
    slip="reset_missing_in_W_h",
)
bank.edit(
    "weights_by_du", "np.outer(dv, h)", "np.outer(du, h)", loses=WEIGHTS | ALONE, slip="reset_missing_in_W_h"
)
bank.edit("state_by_du", "p.W_h.T @ dv", "p.W_h.T @ du", loses=STATE, slip="reset_missing_in_dh")
bank.edit(
    "rows_zrn_in_v",
    "dv = np.concatenate([delta_r, delta_z,",
    "dv = np.concatenate([delta_z, delta_r,",
    loses=ALL - INPUT,
    slip="rows_zrn_of_h",
)
bank.edit("bias_as_input", "du, dv)", "du, du)", loses=BIASES | ALONE, slip="reset_missing_in_b_h")
bank.edit("bias_as_state", "du, dv)", "dv, dv)", loses=BIASES | ALONE, slip="reset_on_b_x")
bank.edit("biases_exchanged", "du, dv)", "dv, du)", loses=BIASES | ALONE, slip="biases_exchanged")
bank.edit("reset_twice", "delta_n * r]", "delta_n * r**2]", loses=ALL - INPUT, slip="reset_twice")
bank.edit(
    "reset_gate_without_product", "delta_n * v_n", "delta_n", loses=ALL, slip="reset_without_the_product"
)
bank.edit("kept_without_z", "+ dh_next * z\n", "+ dh_next\n", loses=STATE | ALONE, slip="kept_whole")
bank.edit("kept_turned", "+ dh_next * z\n", "+ dh_next * (1 - z)\n", loses=STATE | ALONE, slip="kept_turned")
bank.edit("sign", "p.W_x.T @ du", "-p.W_x.T @ du", loses=INPUT | ALONE, slip="sign@dx")
bank.edit(
    "single_precision",
    "    grads =",
    "    du, dv = np.float32(du), np.float32(dv)\n    grads =",
    loses=ALL,
    slip="precision",
)
bank.edit("outer_turned", "np.outer(du, x)", "np.outer(x, du)", loses={"returns"})
bank.edit(
    "in_place",
    "    return grads, p.W_x.T @ du, p.W_h.T @ dv + dh_next * z",
    "    dh_next *= z\n    return grads, p.W_x.T @ du, p.W_h.T @ dv + dh_next",
    loses={"keeps"},
)
bank.edit("update_slope_missing", Z, "dh_next * (h - n)", loses=ALL, slip="update_slope_missing")
bank.edit("update_without_state", "(h - n)", "-n", loses=ALL, slip="update_without_state")
bank.edit("reset_held", R, "0 * delta_n", loses=ALL, slip="reset_held")
bank.edit(
    "reset_on_both",
    "du = np.concatenate([delta_r, delta_z, delta_n])",
    "du = np.concatenate([delta_r, delta_z, delta_n * r])",
    loses=ALL - STATE,
    slip="reset_on_both",
)
bank.edit(
    "product_without_its_bias",
    "delta_n * v_n",
    "delta_n * (v_n - p.b_h[-len(h) :])",
    loses=ALL,
    slip="reset_of_the_product_alone",
)
bank.edit(
    "candidate_bias_missing",
    "    r, z =",
    "    v_n = v_n - p.b_h[-len(h) :]\n    r, z =",
    loses=ALL,
    slip="candidate_bias_missing",
)
bank.edit(
    "update_gate_turned",
    "    n = np.tanh",
    "    z = 1 - z\n    n = np.tanh",
    loses=ALL,
    slip="shares_turned",
)
bank.edit(
    "update_gate_turned_throughout",
    Z,
    "dh_next * (n - h) * z * (1 - z)",
    of="update_gate_turned",
    loses=ALL,
    slip="update_gate_turned",
)
bank.edit(
    "rows_read_as_zrn",
    "    n = np.tanh",
    "    r, z = z, r\n    n = np.tanh",
    of="rows_zrn",
    loses=ALL,
    slip="rows_read_as_zrn",
)
bank.edit(
    "later_state",
    "np.outer(dv, h)",
    "np.outer(dv, (1 - z) * n + z * h)",
    loses=WEIGHTS | ALONE,
    slip="later_state",
)
for _name, _old, _new, _loses, _slip in (  # one for each kind of the table
    (
        "at_r_without_n's_slope",
        "delta_n * v_n",
        "dh_next * (1 - z) * v_n",
        ALL,
        "slope_n_missing_on_the_way_to_r",
    ),
    ("inputs_by_dv", "p.W_x.T @ du", "p.W_x.T @ dv", INPUT | ALONE, "reset_on_both@dx"),
    (
        "states_reset_first",
        "np.outer(dv, h)",
        "np.outer(du, r * h)",
        WEIGHTS | ALONE,
        "state_reset_in_W_h_without_r",
    ),
    ("candidate_slope_of_a_gate", "(1 - n**2)", "n * (1 - n)", ALL, "slope_n_is_n(1-n)"),
    ("update_by_the_next_state", "(h - n)", "z * (h - n)", ALL, "update_is_h_next-n"),
    ("kept_times_h", "+ dh_next * z\n", "+ dh_next * z * h\n", STATE | ALONE, "kept_is_zh"),
    (
        "update_gate_held_for_x",
        "p.W_x.T @ du",
        "p.W_x.T @ np.concatenate([delta_r, 0 * delta_z, delta_n])",
        INPUT | ALONE,
        "row_z_of_u_times_0@dx",
    ),
    (
        "one_block_turned",
        "p.W_h.T @ dv",
        "p.W_h.T @ dv + (np.split(p.W_h, 3)[2] - np.split(p.W_h, 3)[2].T) @ (delta_n * r)",
        STATE,
        "transpose_of_n",
    ),
    (
        "reset_behind_the_matrix",
        "p.W_h.T @ dv",
        "np.split(p.W_h, 3)[2].T @ delta_n * r + p.W_h[: 2 * len(h)].T @ dv[: 2 * len(h)]",
        STATE,
        "reset_behind_the_matrix",
    ),
    ("state_weighed_at_the_end", "dv + dh_next * z", "dv * z + dh_next * z", STATE, "sent_by_rzn_times_z"),
    ("gates_of_the_input", "np.exp(-u_r - v_r)", "np.exp(-u_r)", ALL, "values_r_of_u"),
    (
        "reset_before_the_product",
        "    n = np.tanh(u_n + r * v_n)",
        "    n = np.tanh(u_n + np.split(p.W_h, 3)[2] @ (r * h) + np.split(p.b_h, 3)[2])",
        ALL,
        "values_state_reset",
    ),
):
    bank.edit(_name, _old, _new, loses=_loses, slip=_slip)
bank.edit(
    "clipped", "    delta_z =", "    dh_next = np.clip(dh_next, -1, 1)\n    delta_z =", loses=ALL - ALONE
)
bank.edit(  # two mistakes, and both have names
    "later_state_and_inputs_by_dv",
    "np.outer(dv, h), du, dv)\n    return grads, p.W_x.T @ du",
    "np.outer(dv, (1 - z) * n + z * h), du, dv)\n    return grads, p.W_x.T @ dv",
    loses=WEIGHTS | ALONE | {"input"},
    slip="later_state@W_h reset_on_both@dx",
)
bank.edit(  # two mistakes, of which one has a name
    "later_state_and_inputs_limited",
    "np.outer(dv, h), du, dv)\n    return grads, p.W_x.T @ du",
    "np.outer(dv, (1 - z) * n + z * h), du, dv)\n    return grads, np.clip(p.W_x.T @ du, -0.1, 0.1)",
    loses=WEIGHTS | ALONE | {"input"},
)
bank.edit(
    "candidate_with_the_gates_bias",
    "    r, z =",
    "    v_n = v_n - p.b_h[-len(h) :] + p.b_h[: len(h)]\n    r, z =",
    loses=ALL,
    slip="values_b_h_of_r_at_n",
)
bank.edit(
    "candidate_bias_not_reset",
    "np.tanh(u_n + r * v_n)",
    "np.tanh(u_n + r * (v_n - p.b_h[-len(h) :]) + p.b_h[-len(h) :])",
    loses=ALL,
    slip="values_bias_not_reset",
)
