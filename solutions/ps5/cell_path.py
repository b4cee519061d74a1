"""Answers to `cell_path`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("cell_path")


@bank.reference
def cell_path(F: np.ndarray) -> np.ndarray:
    T, h = F.shape
    P = np.ones((T + 1, h))
    for t in range(T - 1, -1, -1):
        P[t] = P[t + 1] * F[t]
    return P


@bank.right
def cumulative(F: np.ndarray) -> np.ndarray:
    return np.vstack([np.cumprod(F[::-1], axis=0)[::-1], np.ones(F.shape[1])])


@bank.right
def nudged(F: np.ndarray) -> np.ndarray:
    # Linear in c: run the cells on from a one at each step.
    rows = []
    for t in range(len(F) + 1):
        c = np.ones(F.shape[1])
        for k in range(t, len(F)):
            c = F[k] * c
        rows.append(c)
    return np.array(rows)


@bank.right
def by_logarithms(F: np.ndarray) -> np.ndarray:
    # Sums of logarithms; a shut gate is −inf, and exp(−inf) is 0.
    with np.errstate(divide="ignore"):
        L = np.log(F)
    return np.stack([np.exp(L[t:].sum(axis=0)) for t in range(len(F) + 1)])


@bank.right
def diagonal_matrices(F: np.ndarray) -> list[np.ndarray]:
    found = [np.eye(F.shape[1])]
    for f in F[::-1]:
        found.insert(0, found[0] @ np.diag(f))
    return [np.diag(M) for M in found]


STEP, ALL = "P[t] = P[t + 1] * F[t]", {"one_step", "many_steps", "shut"}
MANY = ALL - {"one_step"}
bank.edit(
    "from_the_start",
    "    return P",
    "    P = np.vstack([np.ones(h), np.cumprod(F, axis=0)])\n    return P",
    loses=ALL,
    slip="from_the_start",
)
bank.edit("one_factor_more", "return P", "return np.roll(P, 1, axis=0)", loses=ALL, slip="one_factor_more")
bank.edit(
    "one_factor_less", "return P", "return np.vstack([P[1:], np.ones(h)])", loses=ALL, slip="one_factor_less"
)
bank.edit("whole_path", "return P", "return P[0] * np.ones_like(P)", loses=ALL, slip="whole_path")
bank.edit("one_step_only", STEP, "P[t] = F[t]", loses=MANY, slip="one_step_only")
bank.edit("reversed", "return P", "return P[::-1]", loses=ALL, slip="reversed")
bank.edit(
    "divided",
    "    return P",
    "    with np.errstate(all='ignore'):\n"
    "        P[1:] = np.nan_to_num(P[0] / np.cumprod(F, axis=0))\n"
    "    return P",
    loses={"shut", "many_steps"},
    slip="divided",
)
bank.edit("summed", STEP, "P[t] = P[t + 1] + F[t]", loses=ALL, slip="summed")
bank.edit("sums_of_gates", STEP, "P[t] = F[t:].sum(axis=0)", loses=MANY, slip="summed")
bank.edit(
    "sums_from_zero",
    "    return P",
    "    P = np.array([F[t:].sum(0) for t in range(T + 1)])\n    return P",
    loses=ALL,
    slip="summed",
)
bank.edit("squared", STEP, "P[t] = P[t + 1] * F[t] ** 2", loses=ALL, slip="squared")
bank.edit("squared_at_the_end", "return P", "return P * P", loses=ALL, slip="squared")
bank.edit("gates_one_late", STEP, "P[t] = P[t + 1] * F[min(t + 1, T - 1)]", loses=MANY, slip="gates_one_late")
bank.edit("gates_one_early", STEP, "P[t] = P[t + 1] * F[t - 1]", loses=MANY, slip="gates_one_early")
bank.edit("power_of_one_gate", STEP, "P[t] = F[t] ** (T - t)", loses=MANY, slip="path_power_of_one_gate")
bank.edit(
    "gates_clipped",
    "    P = np.ones",
    "    F = np.clip(F, 0.01, 0.99)\n    P = np.ones",
    loses={"shut", "many_steps"},
    slip="gates_clipped",
)
bank.edit(
    "gates_kept_open",
    "    T, h = F.shape\n",
    "    T, h = F.shape\n    F = F + (F < 1e-6) * (1e-6 - F)\n",
    loses={"shut", "many_steps"},
    slip="gates_clipped",
)
bank.edit("mean_over_units", STEP, "P[t] = P[t + 1] * F[t].mean()", loses=ALL, slip="mean_over_units")
bank.edit(
    "one_mean_for_all",
    "    return P",
    "    means = F[::-1].mean(axis=1, keepdims=True) * np.ones(h)\n"
    "    P = np.cumprod([np.ones(h), *means], axis=0)[::-1]\n"
    "    return P",
    loses=ALL,
    slip="mean_over_units",
)
bank.edit(
    "last_row_zero",
    "return P",
    "return P * (np.arange(T + 1)[:, None] < T)",
    loses=ALL,
    slip="last_row_zero",
)
bank.edit(
    "last_row_left_out",
    "    return P",
    "    P = np.zeros_like(P)\n    for t in range(T):\n        P[t] = np.prod(F[t:], axis=0)\n    return P",
    loses=ALL,
    slip="last_row_zero",
)
for _name, _old, _new, _loses, _slip in (  # of each kind of the table
    ("complement_of_the_gates", STEP, "P[t] = P[t + 1] * (1 - F[t])", ALL, "gate_1-f"),
    ("slopes_of_the_gates", STEP, "P[t] = P[t + 1] * F[t] * (1 - F[t])", ALL, "gate_f(1-f)"),
    ("mean_over_steps", STEP, "P[t] = F.mean(axis=0) ** (T - t)", MANY, "gate_mean_over_steps"),
    ("first_row_left_out", "range(T - 1, -1, -1)", "range(T - 1, 0, -1)", ALL, "path_first_row_one"),
    ("last_gate_left_out", "range(T - 1, -1, -1)", "range(T - 2, -1, -1)", ALL, "path_to_the_last_but_one"),
    ("last_row_is_the_gate", "    return P", "    P[T] = F[-1]\n    return P", ALL, "path_last_row_gate"),
    ("largest_gate", STEP, "P[t] = F[t:].max(axis=0)", MANY, "path_most"),
    ("mean_gate", STEP, "P[t] = F[t:].mean(axis=0)", MANY, "path_mean"),
    ("two_steps", STEP, "P[t] = np.prod(F[t : t + 2], axis=0)", MANY, "path_2_steps_only"),
    ("all_later_cells", STEP, "P[t] = P[t + 1] * F[t] + 1", ALL, "path_with_all_later"),
    ("not_turned_back", "    return P", "    P[:-1] = P[-2::-1]\n    return P", MANY, "path_not_turned_back"),
    (
        "along_the_units",
        "    return P",
        "    P[:-1] = np.cumprod(F, axis=1)\n    return P",
        ALL,
        "path_over_units",
    ),
    ("products_limited", "return P", "return np.maximum(P, 1e-6)", MANY, "raised"),
):
    bank.edit(_name, _old, _new, loses=_loses, slip=_slip)
bank.edit("without_the_last", "return P", "return P[:-1]", loses={"returns"})
bank.edit(
    "single_precision",
    "np.ones((T + 1, h))",
    "np.ones((T + 1, h), dtype=np.float32)",
    loses=ALL,
    slip="precision",
)
bank.edit("in_place", "    return P", "    F[:] = P[:-1]\n    return P", loses={"keeps"})
bank.edit("small_counts_as_zero", "return P", "return np.where(P < 1e-12, 0, P)", loses={"many_steps"})
bank.edit("eps_for_zero", "    T, h =", "    F = np.maximum(F, 1e-300)\n    T, h =", loses={"shut"})
bank.edit(
    "divided_without_zeros",
    "    return P",
    "    F = np.maximum(F, 1e-30)\n    P[1:] = P[0] / np.cumprod(F, axis=0)\n    return P",
    loses={"shut", "many_steps"},
    slip="divided",
)
