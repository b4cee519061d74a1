"""Answers to `complex_step`."""

import numpy as np

from course.grader.bank import Bank
from course.practice import value

bank = Bank("complex_step")


@bank.reference
def complex_step(name: str, x: np.ndarray) -> np.ndarray:
    eps = 1e-30
    columns = []
    for j in range(len(x)):
        moved = x.astype(complex)
        moved[j] += 1j * eps
        columns.append(np.imag(value(name, moved)) / eps)
    return np.stack(columns, axis=1)


@bank.right
def conjugate_pair(name: str, x: np.ndarray) -> np.ndarray:
    # A central difference along the imaginary axis: nothing cancels there.
    steps = 1e-20j * np.eye(len(x))
    pairs = [(value(name, x + e), value(name, x - e)) for e in steps]
    return np.array([np.real((up - down) / 2e-20j) for up, down in pairs]).T


@bank.right
def random_directions(name: str, x: np.ndarray) -> np.ndarray:
    # Steps in n orthonormal directions, and the Jacobian solved from them.
    rng = np.random.default_rng(271828)
    Q = np.linalg.qr(rng.normal(size=(len(x), len(x))))[0]
    slopes = [np.imag(value(name, x + 1e-25j * q)) / 1e-25 for q in Q.T]
    return np.asarray(np.stack(slopes, axis=1) @ Q.T)


ALL = {"few_results", "many_results", "large_values", "steep"}
IMAG = "np.imag(value(name, moved)) / eps"
bank.edit("real_step", "1j * eps", "eps", loses=ALL, slip="zero")
bank.edit("size_of_the_imaginary_part", IMAG, f"np.abs({IMAG})", loses=ALL, slip="modulus")
bank.edit("backward_step", "+= 1j", "-= 1j", loses=ALL, slip="sign")
bank.edit(
    "not_reset",
    "    for j in range(len(x)):\n        moved = x.astype(complex)\n",
    "    moved = x.astype(complex)\n    for j in range(len(x)):\n",
    loses=ALL,
    slip="accumulated",
)
bank.edit("all_at_once", "moved[j] += 1j", "moved += 1j", loses=ALL, slip="together")
bank.edit("not_divided", " / eps", "", loses=ALL, slip="zero")
bank.edit("halved", " / eps", " / (2 * eps)", loses=ALL, slip="factor")
bank.edit("real_part", "np.imag(", "np.real(", loses=ALL, slip="real_part")
bank.edit("real_part_not_divided", IMAG, "np.real(value(name, moved))", loses=ALL, slip="values")
bank.edit("large_step", "eps = 1e-30", "eps = 1e-4", loses=ALL)
bank.edit("step_of_a_difference", "eps = 1e-30", "eps = 3e-7", loses={"steep"}, slip="precision")
bank.edit("one_column", "range(len(x)):", "[0] * len(x):", loses=ALL, slip="same_column")
bank.edit("next_entry", "moved[j] +=", "moved[j - 1] +=", loses=ALL)
bank.edit("transposed", "axis=1", "axis=0", loses={"returns"})
bank.edit("step_below_everything", "eps = 1e-30", "eps = 1e-320", loses=ALL)
bank.edit("complex_result", IMAG, "value(name, moved) / eps", loses={"returns"})
bank.edit("point_overwritten", "    return np", "    x *= 2\n    return np", loses={"keeps"})


@bank.wrong(loses=ALL)
def forward_difference(name: str, x: np.ndarray) -> np.ndarray:
    columns = []
    for e in np.eye(len(x)):
        columns.append((value(name, x + 1e-7 * e) - value(name, x)) / 1e-7)
    return np.stack(columns, axis=1)
