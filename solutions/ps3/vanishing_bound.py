"""Answers to `vanishing_bound`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("vanishing_bound")


@bank.reference
def vanishing_bound(W: np.ndarray, gamma: float, k: int) -> float:
    singular = np.linalg.svd(W, compute_uv=False)
    return float((gamma * singular[0]) ** k)


@bank.right
def by_the_gram_matrix(W: np.ndarray, gamma: float, k: int) -> float:
    bound = 1.0
    for _ in range(k):
        bound = bound * gamma * np.sqrt(np.max(np.linalg.eigvalsh(W.T @ W)))
    return float(bound)


@bank.right
def the_smaller_of_two(W: np.ndarray, gamma: float, k: int) -> float:
    # |D W ⋯ D W| ≤ γ^k |W|^k entry by entry: a second bound that holds, sometimes the smaller one.
    moduli = np.linalg.matrix_power(np.abs(W), k)
    return float(gamma**k * min(np.linalg.norm(W, 2) ** k, np.linalg.norm(moduli, 2)))


@bank.right
def in_a_scaled_basis(W: np.ndarray, gamma: float, k: int) -> float:
    # A diagonal S commutes with every D: κ(S) (γ s_max(S W S⁻¹))^k holds as well, and S = I is the theorem's.
    found = []
    for base in 10.0 ** np.linspace(-3, 3, 13):
        S = base ** np.linspace(0, 1, len(W))
        size = np.linalg.norm(S[:, None] * W / S, 2)
        found.append(S.max() / S.min() * (gamma * size) ** k)
    return float(min(found))


@bank.right
def by_power_iteration(W: np.ndarray, gamma: float, k: int) -> float:
    # WᵀW squared sixty times over turns everything to the leading singular vector.
    G = W.T @ W
    for _ in range(60):
        G = G @ G
        G = G / np.linalg.norm(G)
    v = G[:, np.argmax(np.diag(G))]
    return float((gamma * np.linalg.norm(W @ v) / np.linalg.norm(v)) ** k)


HOLDS, TIGHT, LARGER = {"holds"}, {"tight"}, {"no_larger"}
B = "(gamma * singular[0]) ** k"
NUMBER = "singular[0]"
bank.edit("radius", NUMBER, "np.max(np.abs(np.linalg.eigvals(W)))", loses=HOLDS, slip="radius")
bank.edit("largest_eigenvalue", NUMBER, "np.max(np.linalg.eigvals(W).real)", loses=HOLDS)
bank.edit("frobenius", NUMBER, "np.linalg.norm(W)", loses=TIGHT, slip="frobenius")
bank.edit("row_sums", NUMBER, "np.abs(W).sum(axis=1).max()", loses=HOLDS | TIGHT, slip="largest_row")
bank.edit("column_sums", NUMBER, "np.abs(W).sum(axis=0).max()", loses=HOLDS | TIGHT, slip="largest_column")
bank.edit("largest_entry", NUMBER, "np.abs(W).max()", loses=HOLDS, slip="largest_entry")
bank.edit(
    "symmetric_part",
    NUMBER,
    "np.abs(np.linalg.eigvalsh((W + W.T) / 2)).max()",
    loses=HOLDS,
    slip="symmetric_part",
)
bank.edit("smallest_singular_value", NUMBER, "singular[-1]", loses=HOLDS)
bank.edit("mean_singular_value", NUMBER, "singular.mean()", loses=HOLDS)
bank.edit("sum_of_singular_values", NUMBER, "singular.sum()", loses=TIGHT)
bank.edit("norm_squared", NUMBER, "singular[0] ** 2", loses=HOLDS | TIGHT, slip="root_missing")
bank.edit("slope_once", B, "gamma * singular[0] ** k", loses={"no_step", "tight"}, slip="slope_once")
bank.edit("slope_forgotten", B, "singular[0] ** k", loses=HOLDS | TIGHT, slip="slope_missing")
bank.edit("power_of_the_slope_alone", B, "gamma ** k * singular[0]", loses={"no_step", "holds", "tight"})
bank.edit(
    "one_step_more",
    B,
    "(gamma * singular[0]) ** (k + 1)",
    loses={"no_step", "holds", "tight"},
    slip="one_more",
)
bank.edit("one_step_less", B, "(gamma * singular[0]) ** max(k - 1, 0)", loses=HOLDS | TIGHT, slip="one_less")
bank.edit("k_times", B, "gamma * singular[0] * k", loses={"no_step", "holds", "tight"}, slip="times_k")
bank.edit(
    "norm_of_the_power",
    B,
    "gamma**k * np.linalg.norm(np.linalg.matrix_power(W, k), 2)",
    loses=HOLDS,
    slip="norm_of_power",
)
bank.edit("never_above_one", B, "min(gamma * singular[0], 1.0) ** k", loses=HOLDS, slip="cut_at_one")
bank.edit("smallest_of_three_norms", NUMBER, "min(np.linalg.norm(W, p) for p in (1, 2, np.inf))", loses=HOLDS)
bank.edit("slope_cut_at_one", "gamma *", "min(gamma, 1.0) *", loses=HOLDS)
bank.edit(
    "moduli_alone", B, "gamma**k * np.linalg.norm(np.linalg.matrix_power(np.abs(W), k), 2)", loses=TIGHT
)
bank.edit("zero", B, "0.0 * gamma", loses={"no_step", "holds"})
bank.edit("infinite", B, "gamma * np.inf", loses={"returns"})
bank.edit("very_large", B, "1e9 ** k", loses=TIGHT)
bank.edit("a_little_too_small", B, "(gamma * singular[0]) ** k * 0.999", loses={"no_step", "holds"})
bank.edit("a_little_too_large", B, "(gamma * singular[0]) ** k * (1.001 if k else 1.0)", loses=TIGHT)
bank.edit(
    "larger_over_many_steps",
    B,
    "(gamma * singular[0]) ** k * (k if np.trace(W) < 1e-9 > -np.trace(W) else 1)",
    loses=LARGER,
)
bank.edit("scaled_in_place", "    singular", "    W *= gamma\n    gamma = 1.0\n    singular", loses={"keeps"})


@bank.wrong(loses=HOLDS)
def the_largest_of_some_hundred(W: np.ndarray, gamma: float, k: int) -> float:
    # Slopes drawn at random: what is found so is no bound.
    rng = np.random.default_rng(0)
    best = 0.0
    for _ in range(300):
        product = np.eye(len(W))
        for _ in range(k):
            product = gamma * rng.integers(0, 2, size=(len(W), 1)) * (W @ product)
        best = max(best, float(np.linalg.norm(product, 2)))
    return float(best)


bank.edit(
    "ten_steps_of_power_iteration",
    NUMBER,
    "np.linalg.norm(W @ (v := np.linalg.matrix_power(W.T @ W, 10) @ np.ones(len(W)))) / np.linalg.norm(v)",
    loses=HOLDS,
)
bank.edit(
    "some_slopes_and_equal_ones",
    "    singular",
    """    rng = np.random.default_rng(0)
    chosen = np.concatenate([np.ones((1, k, len(W))), rng.integers(0, 2, size=(200, k, len(W)))])
    found = []
    for slopes in chosen:
        product = np.eye(len(W))
        for D in slopes:
            product = gamma * D[:, None] * (W @ product)
        found.append(np.linalg.norm(product, 2))
    return float(max(found))
    singular""",
    loses=HOLDS,
)
