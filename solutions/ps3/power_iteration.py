"""Answers to `power_iteration`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("power_iteration")


@bank.reference
def power_iteration(M: np.ndarray, x: np.ndarray, steps: int) -> tuple[float, np.ndarray]:
    v = x / np.linalg.norm(x)
    for _ in range(steps):
        v = M @ v
        v = v / np.linalg.norm(v)
    return v @ M @ v, v


@bank.right
def in_the_eigenbasis(M: np.ndarray, x: np.ndarray, steps: int) -> tuple[float, np.ndarray]:
    # Each coordinate is multiplied by its own eigenvalue, relative to the largest.
    values, V = np.linalg.eigh(M)
    c = (values / np.abs(values).max()) ** steps * (V.T @ x)
    c = c / np.sqrt(c @ c)
    return np.sum(values * c**2), V @ c


@bank.right
def by_squaring(M: np.ndarray, x: np.ndarray, steps: int) -> tuple[float, np.ndarray]:
    # The binary digits of the number of steps, squares scaled by their largest entry.
    v, square, left = x / np.abs(x).max(), M / np.abs(M).max(), steps
    while left:
        if left % 2:
            v = square @ v
            v = v / np.abs(v).max()
        square, left = square @ square, left // 2
        square = square / np.abs(square).max()
    return (v @ M @ v) / (v @ v), -v / np.linalg.norm(v)


@bank.right
def through_logarithms_of_coordinates(M: np.ndarray, x: np.ndarray, steps: int) -> tuple[float, np.ndarray]:
    values, V = np.linalg.eigh(M)
    c = V.T @ x
    signs = np.sign(c) * np.sign(values) ** steps
    logs = np.log(np.abs(c) + 1e-300) + steps * np.log(np.abs(values))
    v = V @ (signs * np.exp(logs - logs.max()))
    v /= np.sqrt(v @ v)
    return float(v.T @ (M @ v)), v


@bank.right
def lists_and_powers_of_two(M: np.ndarray, x: np.ndarray, steps: int) -> tuple[float, list[float]]:
    rows, v = M.tolist(), x.tolist()
    for step in range(steps):
        v = [sum(a * b for a, b in zip(row, v, strict=True)) for row in rows]
        if step % 20 == 0:
            scale = 2.0 ** -np.frexp(max(abs(a) for a in v))[1]
            v = [a * scale for a in v]
    length = sum(a * a for a in v) ** 0.5
    v = [a / length for a in v]
    return sum(a * M[i, j] * b for i, a in enumerate(v) for j, b in enumerate(v)), v


@bank.wrong(loses={"many"})
def the_oracle_itself(M: np.ndarray, x: np.ndarray, steps: int) -> tuple[float, np.ndarray]:
    from course.exercise import load

    oracle = load("power_iteration").oracle
    assert oracle is not None
    parts = oracle(M, x, steps)
    column = parts["v"][:, np.argmax(np.diag(parts["v"]))]
    return float(parts["λ"]), column / np.linalg.norm(column)


LOOP = """    for _ in range(steps):
        v = M @ v
        v = v / np.linalg.norm(v)
"""
ALL = {"no_step", "direction", "quotient"}
STEP = "        v = v / np.linalg.norm(v)\n"
bank.edit("never_scaled", STEP, "", loses={"returns"})
bank.edit(
    "scaled_at_the_end",
    STEP + "    return",
    "    v = v / np.linalg.norm(v)\n    return",
    loses={"returns"},
)
bank.edit(
    "matrix_power",
    "    for _ in range(steps):",
    "    M = np.linalg.matrix_power(M, steps)\n    for _ in range(1):",
    loses={"returns"},
)
bank.edit("one_more", "range(steps)", "range(steps + 1)", loses=ALL, slip="one_more")
bank.edit("one_less", "range(steps)", "range(steps - 1)", loses={"direction", "quotient"}, slip="one_less")
bank.edit(
    "length_of_Mv",
    "return v @ M @ v, v",
    "return np.linalg.norm(M @ v), v",
    loses={"no_step", "quotient"},
    slip="modulus",
)
bank.edit(
    "growth_of_the_last_step",
    LOOP + "    return v @ M @ v, v",
    "    size = v @ M @ v\n    for _ in range(steps):\n        v = M @ v\n"
    "        size = np.linalg.norm(v)\n        v = v / size\n    return size, v",
    loses={"quotient"},
    slip="growth",
)
bank.edit(
    "quotient_before",
    LOOP + "    return v @ M @ v, v",
    "    quotient = v @ M @ v\n    for _ in range(steps):\n        quotient = v @ M @ v\n        v = M @ v\n"
    "        v = v / np.linalg.norm(v)\n    return quotient, v",
    loses={"quotient"},
    slip="quotient_before",
)
bank.edit(
    "the_limit",
    LOOP,
    "    values, V = np.linalg.eigh(M)\n    v = V[:, np.argmax(np.abs(values))]\n",
    loses=ALL,
    slip="limit",
)
bank.edit(
    "largest_eigenvalue_by_sign",
    LOOP,
    "    values, V = np.linalg.eigh(M)\n    v = V[:, -1]\n",
    loses=ALL,
)
bank.edit(
    "stops_early",
    "        v = M @ v\n        v = v / np.linalg.norm(v)\n",
    "        old, v = v, M @ v\n        v = v / np.linalg.norm(v)\n"
    "        if np.abs(np.abs(v) - np.abs(old)).max() < 1e-3:\n            break\n",
    loses={"direction", "quotient"},
)
bank.edit(
    "five_at_most",
    "range(steps)",
    "range(min(steps, 5))",
    loses={"direction", "quotient"},
)
bank.edit(
    "largest_entry_one",
    "    return v @ M @ v, v",
    "    return v @ M @ v, v / np.abs(v).max()",
    loses={"no_step", "direction"},
    slip="largest_entry",
)
bank.edit(
    "quotient_undivided",
    "    return v @ M @ v, v",
    "    v = v / np.abs(v).max()\n    return v @ M @ v, v",
    loses=ALL,
    slip="undivided",
)
bank.edit("start_not_scaled", "v = x / np.linalg.norm(x)", "v = x", loses=ALL, slip="start_not_scaled")
bank.edit(
    "unsigned",
    "return v @ M @ v, v",
    "return np.abs(v @ M @ v), v",
    loses={"no_step", "quotient"},
    slip="without_sign",
)
bank.edit(
    "leading_eigenvalue",
    "return v @ M @ v, v",
    "values = np.linalg.eigvalsh(M)\n    return values[np.argmax(np.abs(values))], v",
    loses={"no_step", "quotient"},
    slip="quotient_at_the_limit",
)
bank.edit(
    "a_hundred_and_fifty_at_most", "range(steps)", "range(min(steps, 150))", loses={"direction", "quotient"}
)
bank.edit("even_steps_alone", "range(steps)", "range(steps // 2)", loses={"direction", "quotient"})
bank.edit(
    "a_constant_added",
    STEP,
    "        v = v / (np.linalg.norm(v) + 1e-12)\n",
    loses={"direction", "quotient"},
    slip="precision",
)
bank.edit(
    "quotient_of_the_start",
    "return v @ M @ v, v",
    "x = x / np.linalg.norm(x)\n    return x @ M @ x, v",
    loses={"quotient"},
)
bank.edit("mixed_quotient", "return v @ M @ v, v", "return (x @ M @ v) / (x @ v), v", loses={"quotient"})
bank.edit("entry_by_entry", "v = M @ v\n", "v = M.sum(axis=1) * v\n", loses={"direction", "quotient"})
bank.edit("sum_of_squares", STEP, "        v = v / (v @ v)\n", loses={"direction", "quotient"})
bank.edit("squared_matrix", "v = M @ v\n", "v = M @ (M @ v)\n", loses={"direction", "quotient"})
bank.edit("swapped", "return v @ M @ v, v", "return v, v @ M @ v", loses={"returns"})
bank.edit("a_column", "return v @ M @ v, v", "return v @ M @ v, v[:, None]", loses={"returns"})
bank.edit(
    "single_precision",
    "v = x / np.linalg.norm(x)",
    "v = (x / np.linalg.norm(x)).astype(np.float32)",
    loses=ALL,
    slip="precision",
)
bank.edit(
    "start_overwritten", "v = x / np.linalg.norm(x)", "v = x\n    v /= np.linalg.norm(x)", loses={"keeps"}
)
# One mistake with more than one first value; and two at once.
START = "    size = v @ M @ v\n"
WITH_NO_STEP = {"no_step", "quotient"}
bank.edit(
    "growth_from_zero",
    START,
    "    size = 0.0\n",
    of="growth_of_the_last_step",
    loses=WITH_NO_STEP,
    slip="growth",
)
bank.edit(
    "growth_from_length",
    START,
    "    size = np.linalg.norm(x)\n",
    of="growth_of_the_last_step",
    loses=WITH_NO_STEP,
    slip="growth",
)
bank.edit("growth_from_seven", START, "    size = 7.0\n", of="growth_of_the_last_step", loses=WITH_NO_STEP)
bank.edit(
    "growth_and_largest_entry",
    "return size, v",
    "return size, v / np.abs(v).max()",
    of="growth_of_the_last_step",
    loses=ALL,
)
bank.edit(
    "one_more_and_length_of_Mv",
    "return v @ M @ v, v",
    "return np.linalg.norm(M @ v), v",
    of="one_more",
    loses=ALL,
)
