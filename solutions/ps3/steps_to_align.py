"""Answers to `steps_to_align`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("steps_to_align")


@bank.reference
def steps_to_align(l1: float, l2: float, n: int, eta: float, delta: float) -> int:
    if abs(l1) == abs(l2):
        return -1
    epsilon = delta * np.sqrt(np.pi / (2 * n))
    shrink = epsilon * np.tan(eta)
    if shrink >= 1:
        return 0
    if l2 == 0:
        return 1
    return int(np.ceil(np.log(shrink) / np.log(abs(l2 / l1))))


@bank.right
def by_trying(l1: float, l2: float, n: int, eta: float, delta: float) -> int:
    # Count steps until the theorem's bound on the probability to miss has fallen below δ.
    if abs(l2) >= abs(l1):
        return -1
    missed, k = np.sqrt(2 * n / np.pi) / np.tan(eta), 0
    while missed > delta:
        missed, k = missed * abs(l2) / abs(l1), k + 1
    return k


@bank.right
def by_the_exact_law(l1: float, l2: float, n: int, eta: float, delta: float) -> int:
    # The least k. The angle φ to the equator has density ∝ cos^{n-2} φ: its integral by a recursion in n.
    if abs(l1) == abs(l2):
        return -1

    def integral(phi: float) -> float:
        total, m = (phi, 0) if n % 2 == 0 else (np.sin(phi), 1)
        while m < n - 2:
            m += 2
            total = np.cos(phi) ** (m - 1) * np.sin(phi) / m + (m - 1) / m * total
        return float(total)

    k = 0
    while True:
        phi = np.arctan(abs(l2 / l1) ** k / np.tan(eta))
        if integral(phi) <= delta * integral(np.pi / 2):
            return k
        k += 1


@bank.right
def with_the_sharper_tangent(l1: float, l2: float, n: int, eta: float, delta: float) -> float:
    # tan∠ = √(1 − ε²)/ε instead of 1/ε: between the two. A float is a whole number too.
    ratio = abs(l2) / abs(l1)
    if ratio == 1:
        return -1.0
    e = delta / np.sqrt(2 * n / np.pi)
    tangent = np.sqrt(1 - e * e) / e
    if tangent <= np.tan(eta):
        return 0.0
    return 1.0 if ratio == 0 else float(np.ceil(-np.log(tangent / np.tan(eta)) / np.log(ratio)))


@bank.right
def by_halving(l1: float, l2: float, n: int, eta: float, delta: float) -> int:
    # The angle itself, and a search between a power of two that is enough and half of it.
    if abs(l1) == abs(l2):
        return -1
    start = np.arccos(delta * np.sqrt(np.pi / (2 * n)))

    def enough(k: int) -> bool:
        return bool(np.arctan(abs(l2 / l1) ** k * np.tan(start)) <= eta)

    low, high = -1, 1
    while not enough(high):
        high *= 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


FEW, MANY, EDGES = {"enough"}, {"not_more"}, {"edges"}
bank.edit("degrees", "np.tan(eta)", "np.tan(np.radians(eta))", loses=MANY | EDGES)
bank.edit("chance_to_hit", "epsilon = delta *", "epsilon = (1 - delta) *", loses=FEW | MANY)
bank.edit("no_dimension", "np.sqrt(np.pi / (2 * n))", "np.sqrt(np.pi / 2)", loses=FEW)
bank.edit("dimension_not_rooted", "np.sqrt(np.pi / (2 * n))", "np.pi / (2 * n)", loses=MANY)
bank.edit("dimension_in_the_numerator", "np.sqrt(np.pi / (2 * n))", "np.sqrt(2 * n / np.pi)", loses=FEW)
bank.edit(
    "nearly_equal_taken_as_equal", "abs(l1) == abs(l2)", "abs(abs(l1) - abs(l2)) < 1e-3 * abs(l1)", loses=FEW
)
bank.edit("angle_itself", "epsilon * np.tan(eta)", "epsilon * eta", loses=MANY | EDGES)
bank.edit("rounded_down", "np.ceil", "np.floor", loses=FEW)
bank.edit("one_more", "return int(np.ceil(", "return 1 + int(np.ceil(", loses=MANY)
bank.edit("signed_ratio", "np.log(abs(l2 / l1))", "np.log(np.maximum(l2 / l1, 0.01))", loses=FEW)
bank.edit("negative_ratio_refused", "abs(l2 / l1)", "l2 / l1", loses={"returns"})
bank.edit("squared_ratio", "np.log(abs(l2 / l1))", "np.log((l2 / l1) ** 2)", loses=FEW)
bank.edit("ratio_of_differences", "np.log(abs(l2 / l1))", "np.log(1 - abs(l2 / l1))", loses=FEW | MANY)
bank.edit("rate_for_logarithm", "np.log(abs(l2 / l1))", "(abs(l2 / l1) - 1)", loses=MANY)
bank.edit("sine_for_tangent", "epsilon * np.tan(eta)", "epsilon * np.sin(eta)", loses=MANY | EDGES)
bank.edit("angle_for_tangent", "epsilon * np.tan(eta)", "epsilon * eta / 3", loses=MANY | EDGES)
bank.edit("square_root_forgotten", "delta * np.sqrt", "delta**2 * np.sqrt", loses=MANY)
bank.edit("two_tails", "delta * np.sqrt", "delta / 2 * np.sqrt", loses=MANY)
bank.edit("one_tail", "delta * np.sqrt", "2 * delta * np.sqrt", loses=FEW)
bank.edit("never_negative_forgotten", "    if shrink >= 1:\n        return 0\n", "", loses=EDGES)
bank.edit(
    "zero_is_done", "    if l2 == 0:\n        return 1\n", "    if l2 == 0:\n        return 0\n", loses=EDGES
)
bank.edit(
    "equal_not_met",
    "    if abs(l1) == abs(l2):\n        return -1\n",
    "    if l1 == l2:\n        return -1\n",
    loses={"returns"},
)
bank.edit(
    "not_whole",
    "int(np.ceil(np.log(shrink) / np.log(abs(l2 / l1))))",
    "np.log(shrink) / np.log(abs(l2 / l1))",
    loses={"returns"},
)
bank.edit(
    "always_many",
    "    return int(np.ceil(np.log(shrink) / np.log(abs(l2 / l1))))",
    "    return 5_000",
    loses=FEW | MANY,
)
bank.edit(
    "delta_left_out",
    "epsilon = delta * np.sqrt(np.pi / (2 * n))",
    "epsilon = np.sqrt(np.pi / (2 * n))",
    loses=FEW,
)
bank.edit("probability_forgotten", "delta * np.sqrt", "0.05 * np.sqrt", loses=FEW | MANY)
bank.edit("angle_forgotten", "np.tan(eta)", "np.tan(0.1)", loses=FEW | MANY | EDGES)
bank.edit(
    "remembers_the_start",
    "    if abs(l1)",
    "    kept = steps_to_align.__dict__.setdefault('kept', [])\n"
    "    kept.append(l1)\n"
    "    l2 = l2 if kept.count(l1) == 1 else l2 / 4\n"
    "    if abs(l1)",
    loses={"keeps"},
)

bank.edit("nearest_whole_number", "np.ceil", "np.round", loses=FEW)
