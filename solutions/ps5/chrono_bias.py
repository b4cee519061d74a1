"""Answers to `chrono_bias`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("chrono_bias")


@bank.reference
def chrono_bias(T_max: int, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    b_f = np.log(rng.uniform(1, T_max - 1, size=n))
    return b_f, -b_f


@bank.right
def by_the_gate(T_max: int, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    # Draw the length 1/(1 − f), turn it into the gate, and the gate into its bias.
    length = 2 + (T_max - 2) * np.random.RandomState(seed % 2**32).rand(n)
    f = 1 - 1 / length
    return np.log(f / (1 - f)), np.log((1 - f) / f)


@bank.right
def one_by_one(T_max: int, n: int, seed: int) -> tuple[list[float], list[float]]:
    import random

    r = random.Random(seed)
    b_f = [np.log(r.uniform(1, T_max - 1)) for _ in range(n)]
    return b_f, [-b for b in b_f]


@bank.right
def by_rejection(T_max: int, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    # b has the density e^b / (T_max − 2) on [0, ln(T_max − 1)].
    rng, top, found = np.random.default_rng([seed, 1]), np.log(T_max - 1), np.zeros(0)
    while len(found) < n:
        b = rng.uniform(0, top, size=4 * n + 20)
        found = np.append(found, b[rng.uniform(0, T_max - 1, size=len(b)) < np.exp(b)])
    return found[:n], -found[:n]


DRAW = "np.log(rng.uniform(1, T_max - 1, size=n))"
BOUND, DIST, UNIT = {"bounds"}, {"distribution"}, {"every_unit"}
bank.edit("bias_uniform", DRAW, "rng.uniform(0, np.log(T_max - 1), size=n)", loses=DIST | UNIT)
bank.edit("from_zero", "uniform(1,", "uniform(0,", loses=BOUND)
bank.edit("from_two", "uniform(1,", "uniform(2,", loses=DIST)
bank.edit("up_to_T_max", "T_max - 1,", "T_max,", loses=BOUND)
bank.edit("up_to_two_less", "T_max - 1,", "T_max - 2,", loses=DIST)
bank.edit(
    "whole_numbers", "rng.uniform(1, T_max - 1, size=n)", "rng.integers(1, T_max, size=n)", loses=DIST | UNIT
)
bank.edit("logarithm_forgotten", DRAW, "rng.uniform(1, T_max - 1, size=n)", loses=BOUND)
bank.edit("base_two", "np.log(", "np.log2(", loses=BOUND)
bank.edit("one_for_all", DRAW, "np.full(n, np.log(rng.uniform(1, T_max - 1)))", loses=DIST | UNIT)
bank.edit("seed_forgotten", "default_rng(seed)", "default_rng(0)", loses=UNIT)
bank.edit("seed_is_random", "default_rng(seed)", "default_rng()", loses={"keeps"})
bank.edit("spaced", DRAW, "np.log(np.linspace(1, T_max - 1, n))", loses=UNIT)
bank.edit(
    "spaced_and_shuffled",
    DRAW,
    "np.log(rng.permutation(np.linspace(1, T_max - 1, n)))",
    loses=UNIT,
)
bank.edit("time_constants", DRAW, "-np.log(np.expm1(1 / rng.uniform(2, T_max, size=n)))", loses=BOUND)
bank.edit(
    "input_bias_drawn_too",
    "return b_f, -b_f",
    "return b_f, -np.log(rng.uniform(1, T_max - 1, size=n))",
    loses={"opposite"},
)
bank.edit("input_bias_zero", "return b_f, -b_f", "return b_f, 0 * b_f", loses={"opposite"})
bank.edit("same_sign", "return b_f, -b_f", "return b_f, b_f", loses={"opposite"})
bank.edit("swapped", "return b_f, -b_f", "return -b_f, b_f", loses=BOUND)
bank.edit(
    "two_halves",
    "    return b_f,",
    "    b_f = np.resize(b_f[: (n + 1) // 2], n)\n    return b_f,",
    loses=UNIT,
)
bank.edit(
    "normal",
    DRAW,
    "np.log(np.clip(rng.normal(T_max / 2, T_max / 6, size=n), 1, T_max - 1))",
    loses=DIST,
)
bank.edit("reciprocal", DRAW, "np.log(1 / rng.uniform(1 / (T_max - 1), 1, size=n))", loses=DIST | UNIT)
bank.edit("a_column", "size=n", "size=(n, 1)", loses={"returns"})
bank.edit("a_number", "size=n", "size=None", loses={"returns"})
bank.edit(
    "antithetic",
    DRAW,
    "np.log(1 + (T_max - 2) * (lambda u: np.r_[u, 1 - u][:n])(rng.random((n + 1) // 2)))",
    loses=UNIT,
)
bank.edit("nearly_uniform", DRAW, "np.log(1 + (T_max - 2) * rng.beta(1.2, 1.2, size=n))", loses=DIST)
