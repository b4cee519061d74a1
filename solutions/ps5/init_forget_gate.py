"""Answers to `init_forget_gate`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("init_forget_gate")


@bank.reference
def init_forget_gate(b_ih: np.ndarray, b_hh: np.ndarray, tau: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    h = len(tau)
    b_ih, b_hh = b_ih.copy(), b_hh.copy()
    b_ih[h : 2 * h] = -np.log(np.expm1(1 / tau))
    b_hh[h : 2 * h] = 0
    return b_ih, b_hh


@bank.right
def half_each(b_ih: np.ndarray, b_hh: np.ndarray, tau: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # Rows as a matrix; each bias gets one half.
    f = np.exp(-1 / tau)
    half = 0.5 * np.log(f / (1 - f))
    both = [np.array(b).reshape(4, -1) for b in (b_ih, b_hh)]
    for b in both:
        b[1] = half
    return both[0].ravel(), both[1].ravel()


@bank.right
def second_makes_up_for_the_first(
    b_ih: np.ndarray, b_hh: np.ndarray, tau: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    # The first stays as it is, whatever it is, and the second takes the rest.
    i, _, g, o = np.split(b_hh, 4)
    forget = -1 / tau - np.log1p(-np.exp(-1 / tau))
    return b_ih, np.concatenate([i, forget - np.split(b_ih, 4)[1], g, o])


@bank.right
def unit_by_unit(b_ih: np.ndarray, b_hh: np.ndarray, tau: np.ndarray) -> tuple[list[float], list[float]]:
    first, second = b_ih.tolist(), b_hh.tolist()
    for j, t in enumerate(tau):
        low, high = -50.0, 50.0
        for _ in range(120):
            middle = (low + high) / 2
            low, high = (low, middle) if np.log1p(np.exp(-middle)) < 1 / t else (middle, high)
        first[len(tau) + j], second[len(tau) + j] = high + 1.5, -1.5
    return first, second


TIME, OTHERS = {"time_constant"}, {"others"}
FIRST, SECOND, RULE = "    b_ih[h : 2 * h] =", "    b_hh[h : 2 * h] = 0\n", "-np.log(np.expm1(1 / tau))"
bank.edit("both", SECOND, f"    b_hh[h : 2 * h] = {RULE}\n", loses=TIME)
bank.edit("one_left", SECOND, "", loses=TIME)
bank.edit("added", FIRST, "    b_ih[h : 2 * h] +=", loses=TIME)
bank.edit("added_to_both", SECOND, "", of="added", loses=TIME)
bank.edit("the_other_left", f"{FIRST} {RULE}\n", f"    b_hh[h : 2 * h] = {RULE}\n", loses=TIME, of="one_left")
bank.edit("input_gate", FIRST, "    b_ih[:h] =", loses=TIME | OTHERS)
bank.edit("candidate", FIRST, "    b_ih[2 * h : 3 * h] =", loses=TIME | OTHERS)
bank.edit("all_rows_of_the_second", "b_hh[h : 2 * h]", "b_hh[:]", loses=OTHERS)
bank.edit("all_rows", SECOND, "    b_hh[:] = 0\n    b_ih[: h], b_ih[2 * h :] = 0, 0\n", loses=OTHERS)
bank.edit("log_of_tau", RULE, "np.log(tau)", loses=TIME)
bank.edit("first_order", "np.expm1(1 / tau)", "1 / tau", loses=TIME)
bank.edit("gate_for_bias", RULE, "np.exp(-1 / tau)", loses=TIME)
bank.edit("one", RULE, "1.0", loses=TIME)
bank.edit("sign", RULE, RULE[1:], loses=TIME)
bank.edit("mean_time_constant", "1 / tau", "1 / tau.mean()", loses=TIME)
bank.edit("units_reversed", "1 / tau", "1 / tau[::-1]", loses=TIME)
bank.edit("half_of_both", RULE, "-np.log(np.expm1(1 / tau)) / 2", loses=TIME)
bank.edit("half_length", "    h = len(tau)", "    h = 1", loses={"returns"})
bank.edit("swapped", "return b_ih, b_hh", "return b_hh, b_ih", loses=OTHERS)
bank.edit("in_place", "    b_ih, b_hh = b_ih.copy(), b_hh.copy()\n", "", loses={"keeps"})
bank.edit("sum_alone", "return b_ih, b_hh", "return b_ih + b_hh, 0 * b_hh", loses=OTHERS)
bank.edit(
    "raised_where_it_is_low",
    f"{FIRST} {RULE}\n{SECOND}",
    f"    low = b_ih[h : 2 * h] + b_hh[h : 2 * h] < {RULE} + 5\n"
    f"    b_ih[h : 2 * h] = np.where(low, {RULE}, b_ih[h : 2 * h])\n"
    "    b_hh[h : 2 * h] = np.where(low, 0, b_hh[h : 2 * h])\n",
    loses={"any_start"},
)
