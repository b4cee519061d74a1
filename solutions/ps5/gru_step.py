"""Answers to `gru_step`."""

import numpy as np

from course import GRU, gru_forward
from course.grader.bank import Bank

bank = Bank("gru_step")


@bank.reference
def gru_step(p: GRU, x: np.ndarray, h: np.ndarray) -> np.ndarray:
    u_r, u_z, u_n = np.split(p.W_x @ x + p.b_x, 3)
    W_r, W_z, W_n = np.split(p.W_h, 3)
    b_r, b_z, b_n = np.split(p.b_h, 3)
    r = 0.5 + 0.5 * np.tanh((u_r + W_r @ h + b_r) / 2)
    z = 0.5 + 0.5 * np.tanh((u_z + W_z @ h + b_z) / 2)
    n = np.tanh(u_n + W_n @ (r * h) + b_n)
    h_next: np.ndarray = (1 - z) * n + z * h
    return h_next


@bank.right
def concatenated(p: GRU, x: np.ndarray, h: np.ndarray) -> np.ndarray:
    # One matrix acts on [x, h, 1] for the gates, and one on [x, r h, 1] for the candidate.
    k = len(h)
    M = np.hstack([p.W_x, p.W_h, (p.b_x + p.b_h)[:, None]])
    gates = M[: 2 * k] @ np.concatenate([x, h, [1.0]])
    with np.errstate(over="ignore"):
        r, z = np.split(1 / (1 + np.exp(-gates)), 2)
    n = np.tanh(M[2 * k :] @ np.concatenate([x, r * h, [1.0]]))
    h_next: np.ndarray = n + z * (h - n)
    return h_next


@bank.right
def unit_by_unit(p: GRU, x: np.ndarray, h: np.ndarray) -> list[float]:
    k = len(h)

    def row(j: int, state: np.ndarray) -> float:
        return float(sum(p.W_x[j] * x) + sum(p.W_h[j] * state) + p.b_x[j] + p.b_h[j])

    def sigma(a: float) -> float:
        return float(1 / (1 + np.exp(-a)) if a > 0 else np.exp(a) / (1 + np.exp(a)))

    kept = np.array([sigma(row(j, h)) * h[j] for j in range(k)])
    found = []
    for j in range(k):
        z = sigma(row(k + j, h))
        found.append((1 - z) * np.tanh(row(2 * k + j, kept)) + z * h[j])
    return found


@bank.right
def by_the_given_network(p: GRU, x: np.ndarray, h: np.ndarray) -> np.ndarray:
    # torch's convention agrees where its reset gate is open; the original one is then in the weights.
    k = len(h)
    r = np.exp(-np.logaddexp(0, -(p.W_x[:k] @ x + p.b_x[:k] + p.W_h[:k] @ h + p.b_h[:k])))
    W_x, W_h, b = p.W_x.copy(), p.W_h.copy(), p.b_x.copy()
    W_x[:k], W_h[:k], b[:k] = 0, 0, 1000
    W_h[2 * k :] *= r
    return gru_forward(GRU(W_x, W_h, b, p.b_h), x[None, :], h)[1:].ravel()


ANY, ALL = {"any_reset"}, {"open_reset", "any_reset"}
N, MIX = "W_n @ (r * h) + b_n", "(1 - z) * n + z * h"
bank.edit("reset_after", N, "r * (W_n @ h + b_n)", loses=ANY, slip="reset_after")
bank.edit("reset_rows", N, "r * (W_n @ h) + b_n", loses=ANY, slip="reset_rows")
bank.edit("bias_reset_too", N, "W_n @ (r * h) + r * b_n", loses=ANY, slip="bias_reset_too")
bank.edit("reset_missing", N, "W_n @ h + b_n", loses=ANY, slip="reset_missing")
bank.edit("reset_turned", "(r * h)", "((1 - r) * h)", loses=ALL, slip="reset_turned")
bank.edit("candidate_bias_missing", N, "W_n @ (r * h)", loses=ALL, slip="candidate_bias_missing")
bank.edit("update_gate_turned", MIX, "(1 - z) * h + z * n", loses=ALL, slip="update_gate_turned")
bank.edit(
    "rows_zrn",
    "    n = np.tanh",
    "    r, z = z, r\n    n = np.tanh",
    loses=ALL,
    slip="rows_zrn",
)
bank.edit("gate_twice", MIX, "(1 - z) * n + z * r * h", loses=ANY, slip="mix_not_z_z_reset")
bank.edit("update_gate_reads_reset_state", "W_z @ h", "W_z @ (r * h)", loses=ANY, slip="z_reads_reset")
bank.edit("input_bias_alone", "W_r @ h + b_r", "W_r @ h", loses=ANY, slip="b_h_missing_at_r")
bank.edit("two_biases_for_the_candidate", "+ b_n)", "+ 2 * b_n)", loses=ALL, slip="b_h_twice_at_n")
bank.edit("transposed", "W_n @ (r * h)", "W_n.T @ (r * h)", loses=ALL, slip="transposed_at_n")
bank.edit("input_reset_too", "u_n + W_n", "r * u_n + W_n", loses=ANY, slip="input_reset_too")
bank.edit(
    "slope_for_gate",
    "0.5 + 0.5 * np.tanh((u_z + W_z @ h + b_z) / 2)",
    "np.tanh(u_z + W_z @ h + b_z)",
    loses=ALL,
    slip="tanh_at_z",
)
bank.edit("not_mixed", MIX, "n + z * h", loses=ALL, slip="mix_one_z")
bank.edit("candidate_alone", MIX, "n", loses=ALL, slip="mix_one_none")
bank.edit(
    "single_precision", "return h_next", "return h_next.astype(np.float32)", loses=ALL, slip="precision"
)
bank.edit("state_overwritten", "return h_next", "h[:] = h_next\n    return h", loses={"keeps"})
for _name, _old, _new, _loses, _slip in (  # of the table
    ("reset_everywhere", "u_n + " + N, "r * (u_n + W_n @ h + b_n)", ANY, "reset_everywhere"),
    (
        "sigma_for_the_candidate",
        "n = np.tanh(u_n + W_n @ (r * h) + b_n)",
        "n = 0.5 + 0.5 * np.tanh((u_n + W_n @ (r * h) + b_n) / 2)",
        ALL,
        "logistic_at_n",
    ),
    ("blocks_of_n_first", "W_r, W_z, W_n =", "W_n, W_r, W_z =", ALL, "W_h_read_as_znr"),
    (
        "candidate_reset",
        "np.tanh(u_n + W_n @ (r * h) + b_n)",
        "r * np.tanh(u_n + W_n @ h + b_n)",
        ANY,
        "candidate_reset",
    ),
):
    bank.edit(_name, _old, _new, loses=_loses, slip=_slip)
