"""Answers to `scan`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("scan")


@bank.reference
def scan(c: np.ndarray, b: np.ndarray) -> np.ndarray:
    C, a = c.copy(), b.copy()
    reach = 1
    while reach < len(c):
        a[reach:] = a[reach:] + C[reach:] * a[:-reach]
        C[reach:] = C[reach:] * C[:-reach]
        reach = 2 * reach
    return a


@bank.right
def pairs_and_back(c: np.ndarray, b: np.ndarray) -> np.ndarray:
    # Join neighbours, solve the half as long recurrence, and fill in the steps between.
    def solve(c: np.ndarray, b: np.ndarray) -> np.ndarray:
        T = len(c)
        if T == 1:
            return b
        even = T - T % 2
        half = solve(c[1:even:2] * c[0:even:2], c[1:even:2] * b[0:even:2] + b[1:even:2])
        a = np.empty_like(b)
        a[0] = b[0]
        a[1:even:2] = half
        a[2::2] = c[2::2] * half[: len(a[2::2])] + b[2::2]
        return a

    return solve(c, b)


@bank.right
def halves(c: np.ndarray, b: np.ndarray) -> np.ndarray:
    # Both halves by themselves, all of one length at a time; then the first half's end goes into the second.
    T, h = b.shape
    size = 1
    while size < T:
        size *= 2
    C, a = np.ones((size, h)), np.zeros((size, h))
    C[:T], a[:T] = c, b
    width = 1
    while width < size:
        blocks_C, blocks_a = C.reshape(-1, 2, width, h), a.reshape(-1, 2, width, h)  # views of C and a
        blocks_a[:, 1] += blocks_C[:, 1] * blocks_a[:, 0, -1:]
        blocks_C[:, 1] *= blocks_C[:, 0, -1:]
        width *= 2
    return a[:T]


@bank.right
def in_sequence_with_care(c: np.ndarray, b: np.ndarray) -> np.ndarray:
    # A chain of T additions, in which the rounding error of each is carried along (Kahan).
    result = np.empty_like(b)
    for k in range(b.shape[1]):
        a, lost = 0.0, 0.0
        for t, (factor, added) in enumerate(zip(c[:, k].tolist(), b[:, k].tolist(), strict=True)):
            carried, rest = factor * a, factor * lost
            total = carried + added
            behind = total - carried
            lost = rest + (carried - (total - behind)) + (added - behind)
            a = total
            result[t, k] = a + lost
    return result


@bank.right
def list_of_rows(c: np.ndarray, b: np.ndarray) -> list[np.ndarray]:
    C, a, reach = c.copy(), b.copy(), 1
    while reach < len(c):
        C[reach:], a[reach:] = C[reach:] * C[:-reach], a[reach:] + C[reach:] * a[:-reach]
        reach *= 2
    return list(a)


@bank.wrong(loses={"long"})
def in_sequence(c: np.ndarray, b: np.ndarray) -> np.ndarray:
    a = np.zeros(b.shape[1])
    rows = []
    for c_t, b_t in zip(c, b, strict=True):
        a = c_t * a + b_t
        rows.append(a)
    return np.array(rows)


@bank.wrong(loses={"no_division"})
def by_a_product_of_factors(c: np.ndarray, b: np.ndarray) -> np.ndarray:
    P = np.cumprod(np.where(c == 0, 1e-300, c), axis=0)
    total = np.zeros_like(b)
    parts = b / np.where(P == 0, 1e-300, P)
    reach, total = 1, parts.copy()
    while reach < len(total):
        total[reach:] = total[reach:] + total[:-reach]
        reach *= 2
    return np.nan_to_num(P * total)


@bank.wrong(loses={"recurrence", "no_division"}, slip="one_round")
def one_round(c: np.ndarray, b: np.ndarray) -> np.ndarray:
    a = b.copy()
    a[1:] = a[1:] + c[1:] * b[:-1]
    return a


@bank.wrong(loses={"recurrence", "no_division"}, slip="sums")
def sums(c: np.ndarray, b: np.ndarray) -> np.ndarray:
    result: np.ndarray = np.cumsum(b, axis=0)
    return result


@bank.wrong(loses={"recurrence", "no_division"}, slip="backwards")
def backwards(c: np.ndarray, b: np.ndarray) -> np.ndarray:
    a = b.copy()
    for t in range(len(c) - 2, -1, -1):
        a[t] += c[t] * a[t + 1]
    return a


ALL = {"recurrence", "no_division"}
A, C = "a[reach:] = a[reach:] + C[reach:] * a[:-reach]", "C[reach:] = C[reach:] * C[:-reach]"
bank.edit("factors_not_joined", C, "pass", loses=ALL)
bank.edit("factors_of_the_early_half", A, "a[reach:] = a[reach:] + C[:-reach] * a[:-reach]", loses=ALL)
bank.edit("reach_grows_by_one", "reach = 2 * reach", "reach = reach + 1", loses=ALL)
bank.edit("last_round_missing", "while reach < len(c):", "while 2 * reach < len(c):", loses=ALL)
bank.edit("powers_of_two_only", "while reach < len(c):", "while reach <= len(c) // 2:", loses=ALL)
bank.edit("eight_rounds", "while reach < len(c):", "while reach < min(len(c), 256):", loses={"long"})
bank.edit("factors_joined_first", f"{A}\n        {C}", f"{C}\n        {A}", loses=ALL)
bank.edit(
    "added_first",
    "C, a = c.copy(), b.copy()",
    "C, a = c.copy(), c * b",
    loses={"one_step", *ALL},
    slip="added_first",
)
bank.edit(
    "one_step_late", "C, a = c.copy()", "C, a = np.roll(c, 1, axis=0)", loses=ALL, slip="earlier_factor"
)
bank.edit("minus", "a[reach:] + C", "a[reach:] - C", loses=ALL)
bank.edit("moduli", "C, a = c.copy()", "C, a = np.abs(c)", loses=ALL)
bank.edit(
    "starts_at_one", "    reach = 1\n", "    reach = 1\n    a[0] = c[0] + b[0]\n", loses={"one_step", *ALL}
)
bank.edit("in_place", "C, a = c.copy(), b.copy()", "C, a = c, b", loses={"keeps"})
bank.edit(
    "single_precision",
    "C, a = c.copy(), b.copy()",
    "C, a = c.astype(np.float32), b.astype(np.float32)",
    loses={"one_step", *ALL},
    slip="precision",
)


@bank.wrong(loses={"recurrence", "no_division"}, slip="earlier_factor")
def earlier_factor(c: np.ndarray, b: np.ndarray) -> np.ndarray:
    a = [b[0]]
    for t in range(1, len(b)):
        a.append(c[t - 1] * a[t - 1] + b[t])
    return np.array(a)


bank.edit("four_digits", "C, a = c.copy()", "C, a = np.round(c, 4)", loses=ALL)


@bank.wrong(loses={"recurrence"})
def one_round_too_few_for_some_lengths(c: np.ndarray, b: np.ndarray) -> np.ndarray:
    c, b, k = c.copy(), b.copy(), 1
    for _ in range(round(np.log2(len(c)))):
        b[k:], c[k:] = b[k:] + c[k:] * b[:-k], c[k:] * c[:-k]
        k *= 2
    return b
