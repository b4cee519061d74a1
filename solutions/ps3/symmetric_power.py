"""Answers to `symmetric_power`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("symmetric_power")


@bank.reference
def symmetric_power(M: np.ndarray, k: int) -> tuple[np.ndarray, float]:
    values, V = np.linalg.eigh(M)
    radius = np.max(np.abs(values))
    P = (V * (values / radius) ** k) @ V.T
    return P, k * np.log(radius)


@bank.right
def digit_by_digit(M: np.ndarray, k: int) -> tuple[np.ndarray, float]:
    # From the first decimal digit of k on: the tenth power of what is there, and as many factors more.
    P, s = np.eye(len(M)), 0.0
    for digit in str(k):
        tenth, times = P, 10 * s
        for _ in range(9):
            tenth = tenth @ P
        for _ in range(int(digit)):
            tenth = tenth @ M
        size = np.linalg.norm(tenth, 2)
        P, s = tenth / size, times + np.log(size)
    return P, float(s)


@bank.right
def scaled_first(M: np.ndarray, k: int) -> tuple[np.ndarray, float]:
    # ‖M^k‖ = ‖M‖^k, as M is symmetric: nothing is left to be scaled, but for rounding.
    norm = np.linalg.svd(M)[1][0]
    return np.linalg.matrix_power(M / norm, k), k * np.log(norm)


@bank.right
def by_squaring(M: np.ndarray, k: int) -> tuple[np.ndarray, float]:
    # The binary digits of k; each square is brought back to norm 1.
    P, s = np.eye(len(M)), 0.0
    norm = np.linalg.norm(M, 2)
    square, log = M / norm, np.log(norm)
    while k:
        if k & 1:
            P = P @ square
            norm = np.linalg.norm(P, 2)
            P, s = P / norm, s + log + np.log(norm)
        square, log, k = square @ square, 2 * log, k >> 1
        norm = np.linalg.norm(square, 2)
        square, log = square / norm, log + np.log(norm)
    return P, s


@bank.right
def singular_vectors_of_both_sides(M: np.ndarray, k: int) -> tuple[np.ndarray, float]:
    # M² = V S² Vᵀ, so an even power is V S^k Vᵀ, and an odd one U S^k Vᵀ: no sign is ever needed.
    U, S, Vt = np.linalg.svd(M)
    return np.einsum("ij,j,jl->il", U if k % 2 else Vt.T, (S / S[0]) ** k, Vt), k * np.log(S[0])


@bank.right
def halved_again_and_again(M: np.ndarray, k: int) -> tuple[list[list[float]], float]:
    # M^k = (M^{k//2})², times M for odd k; scaled by its sum of squares, and by the right norm at the end.
    def power(k: int) -> tuple[np.ndarray, float]:
        if k == 0:
            return np.eye(len(M)), 0.0
        half, s = power(k // 2)
        whole = half @ half @ M if k % 2 else half @ half
        size = np.linalg.norm(whole)
        return whole / size, 2 * s + float(np.log(size))

    P, s = power(k)
    size = np.linalg.norm(P, 2)
    return (P / size).T.tolist(), s + np.log(size)


@bank.right
def general_eigenvectors(M: np.ndarray, k: int) -> tuple[np.ndarray, float]:
    values, V = np.linalg.eig(M)
    largest = max(abs(values))
    return V @ np.diag((values / largest) ** k) @ np.linalg.inv(V), float(np.log(largest) * k)


ALL = {"no_power", "directions", "sizes"}
P, S = "(V * (values / radius) ** k) @ V.T", "k * np.log(radius)"
bank.edit("the_power_itself", P, "np.linalg.matrix_power(M, k) / radius**float(k)", loses={"returns"})
bank.edit(
    "norm_of_the_power",
    "    return P, k * np.log(radius)",
    "    P = np.linalg.matrix_power(M, k)\n"
    "    norm = np.linalg.norm(np.nan_to_num(P), 2)\n"
    "    return P / norm, np.log(norm)",
    loses={"returns"},
)
bank.edit("largest_not_modulus", "np.max(np.abs(values))", "np.max(values)", loses={"returns"})
bank.edit(
    "through_a_logarithm", "(values / radius) ** k", "np.exp(k * np.log(values / radius))", loses={"returns"}
)
bank.edit("one_more", "    values, V", "    k = k + 1\n    values, V", loses=ALL, slip="one_more")
bank.edit("one_less", "    values, V", "    k = max(k - 1, 0)\n    values, V", loses={"directions", "sizes"})
bank.edit("unsigned", "(values / radius)", "np.abs(values / radius)", loses={"directions"}, slip="unsigned")
bank.edit("not_transposed", "@ V.T", "@ V", loses={"no_power", "directions"})
bank.edit(
    "transposed_the_other_way",
    P,
    "(V.T * (values / radius) ** k) @ V",
    loses={"directions"},
    slip="rows_for_columns",
)
bank.edit("entry_by_entry", P, "(M / radius) ** k", loses={"no_power", "directions"})
bank.edit("eigenvalues_alone", P, "np.diag((values / radius) ** k)", loses={"directions"})
bank.edit(
    "leading_term_alone",
    P,
    "(lambda i: np.outer(V[:, i], V[:, i]) * np.sign(values[i]) ** k)(np.argmax(np.abs(values)))",
    loses={"no_power", "directions"},
    slip="leading_term",
)
bank.edit(
    "sign_divided_out",
    "(values / radius)",
    "(values / values[np.argmax(np.abs(values))])",
    loses={"directions"},
    slip="sign_divided_out",
)
bank.edit("one_less_beyond_a_million", "** k)", "** (k - k // 1_000_000))", loses={"far"})
bank.edit("size_as_if_a_million", S, "min(k, 1_000_000) * np.log(radius)", loses={"far"})
bank.edit(
    "frobenius",
    "    return P, k * np.log(radius)",
    "    norm = np.sqrt(np.sum(P**2))\n    return P / norm, k * np.log(radius) + np.log(norm)",
    loses=ALL,
    slip="frobenius",
)
bank.edit(
    "largest_entry",
    "    return P, k * np.log(radius)",
    "    norm = np.max(np.abs(P))\n    return P / norm, k * np.log(radius) + np.log(norm)",
    loses={"directions", "sizes"},
    slip="largest_entry",
)
bank.edit("base_10", S, "k * np.log10(radius)", loses={"sizes"}, slip="base_10")
bank.edit("base_2", S, "k * np.log2(radius)", loses={"sizes"}, slip="base_2")
bank.edit("power_forgotten", S, "np.log(radius)", loses={"no_power", "sizes"}, slip="size_of_one")
bank.edit("sum_of_logarithms", S, "k * np.sum(np.log(np.abs(values)))", loses={"returns"})
bank.edit(
    "norm_of_numpy", S, "k * np.log(np.linalg.norm(M))", loses={"sizes"}, slip="sizes_of_factors_by_squares"
)
bank.edit(
    "null_space_left_out",
    "    radius",
    "    V = V[:, np.abs(values) > 1e-12]\n    values = values[np.abs(values) > 1e-12]\n    radius",
    loses={"no_power", "directions"},
)
bank.edit(
    "logarithm_of_zero",
    P,
    "(V * (np.sign(values) ** k * np.exp(k * np.log(np.abs(values) / radius)))) @ V.T",
    loses={"returns"},
)
bank.edit(
    "limit_beyond_a_thousand",
    "    return P,",
    "    v = V[:, np.argmax(np.abs(values))]\n    if k > 1000:\n"
    "        P = np.sign(v @ M @ v) ** k * np.outer(v, v)\n"
    "    return P,",
    loses={"directions"},
)
bank.edit(
    "ratios_as_if_ten_thousand",
    "(values / radius) ** k)",
    "(values / radius) ** min(k, 10**4 + k % 2))",
    loses={"far"},
)

bank.edit("shrinking_negative", S, "k * np.abs(np.log(radius))", loses={"sizes"})
bank.edit(
    "single_precision",
    "    return P,",
    "    P = P.astype(np.float32)\n    return P,",
    loses={"directions"},
    slip="precision",
)
bank.edit(
    "scaled_in_place",
    "    values, V",
    "    M /= np.linalg.norm(M, 2)\n    values, V",
    loses={"sizes", "keeps"},
)


@bank.wrong(loses={"returns"})
def scaled_only_at_the_end(M: np.ndarray, k: int) -> tuple[np.ndarray, float]:
    power = np.eye(len(M))
    for _ in range(k):
        power = power @ M
    size = np.abs(np.linalg.eigvalsh(power)).max() if np.isfinite(power).all() else np.inf
    return power / size, np.log(size)


@bank.wrong(loses={"sizes"})
def size_of_every_other_factor(M: np.ndarray, k: int) -> tuple[np.ndarray, float]:
    P, s = np.eye(len(M)), 0.0
    for step in range(k):
        P = P @ M
        norm = np.linalg.norm(P, 2)
        P = P / norm
        if step:
            s += np.log(norm)
    return P, s


@bank.wrong(loses={"keeps"})
def a_table_of_results(M: np.ndarray, k: int) -> tuple[np.ndarray, float]:
    values, V = np.linalg.eigh(M)
    radius = np.abs(values).max()
    table = symmetric_power.__dict__.setdefault(str(M.shape), np.zeros_like(M))
    table[:] = (V * (values / radius) ** k) @ V.T
    return table, k * np.log(radius)


@bank.wrong(loses={"far"})
def from_the_course(M: np.ndarray, k: int) -> tuple[np.ndarray, float]:
    # The public oracle: whole numbers, which get too long.
    from course.problem_sets.ps3 import _exact

    return _exact.power(M, k)


@bank.wrong(loses={"far"})
def the_oracle_itself(M: np.ndarray, k: int) -> tuple[np.ndarray, float]:
    from course.exercise import load

    oracle = load("symmetric_power").oracle
    assert oracle is not None
    parts = oracle(M, k)
    return parts["P"], float(parts["s"])


bank.edit("least_for_leading", "np.max(np.abs(values))", "np.abs(values[0])", loses={"returns"})
bank.edit(
    "leading_term_of_the_other",
    "(np.argmax(np.abs(values)))",
    "(len(M) - 1 - np.argmax(np.abs(values[::-1])))",
    of="leading_term_alone",
    loses={"no_power", "directions"},
    slip="leading_term",
)
# Two at once.
bank.edit("leading_term_and_base_10", S, "k * np.log10(radius)", of="leading_term_alone", loses=ALL)
bank.edit(
    "leading_term_and_nothing_for_two",
    "(np.argmax(np.abs(values)))",
    "(np.argmax(np.abs(values))) * (np.sum(np.abs(values) > 0.999 * radius) < 2)",
    of="leading_term_alone",
    loses={"no_power", "directions"},
)
bank.edit("unsigned_and_base_2", S, "k * np.log2(radius)", of="unsigned", loses={"directions", "sizes"})
