"""Answers to `tied_convolution`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("tied_convolution")


@bank.reference
def tied_convolution(k: np.ndarray, x: np.ndarray, g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    m = len(k)
    dk = np.zeros(m)
    dx = np.zeros(len(x))
    for i in range(len(g)):
        dk += g[i] * x[i : i + m]
        dx[i : i + m] += g[i] * k
    return dk, dx


@bank.right
def library_calls(k: np.ndarray, x: np.ndarray, g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # The gradient of a correlation: a correlation for the kernel, a full convolution for the input.
    return np.correlate(x, g, mode="valid"), np.convolve(g, k, mode="full")


@bank.right
def band_matrix(k: np.ndarray, x: np.ndarray, g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # y = A x with a band matrix A, and y = X k with a matrix of windows X: two transposes.
    windows = np.lib.stride_tricks.sliding_window_view(x, len(k))
    A = np.zeros((len(g), len(x)))
    for j, k_j in enumerate(k):
        A += k_j * np.eye(len(g), len(x), k=j)
    return windows.T @ g, A.T @ g


@bank.right
def polynomials(k: np.ndarray, x: np.ndarray, g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # Products of polynomials: reversed sequences turn correlation into multiplication.
    n, m = len(x), len(k)
    size = 2 * n
    spectrum = np.fft.rfft(x, size) * np.conj(np.fft.rfft(g, size))
    dx = np.fft.irfft(np.fft.rfft(g, size) * np.fft.rfft(k, size), size)[:n]
    return np.fft.irfft(spectrum, size)[:m], dx


USE, READ = "dk += g[i] * x[i : i + m]", "dx[i : i + m] += g[i] * k"
KERNEL, INPUTS, ONE = {"kernel"}, {"inputs"}, {"one_use"}
bank.edit("kernel_flipped", "return dk,", "return dk[::-1],", loses=ONE | KERNEL, slip="kernel_flipped")
bank.edit("mean_over_uses", "return dk,", "return dk / len(g),", loses=KERNEL, slip="mean_over_uses")
bank.edit("last_use_wins", USE, "dk = g[i] * x[i : i + m]", loses=KERNEL, slip="last_use")
bank.edit("first_use_only", USE, "dk += (i == 0) * g[i] * x[i : i + m]", loses=KERNEL, slip="first_use")
bank.edit("uses_without_g", USE, "dk += x[i : i + m]", loses=ONE | KERNEL, slip="kernel_without_g")
bank.edit(
    "sum_of_products_exchanged", "return dk,", "return g.sum() * x[:m],", loses=KERNEL, slip="x_entry@dk"
)
bank.edit("always_the_first_window", "g[i] * x[i : i + m]", "g[i] * x[:m]", loses=KERNEL, slip="x_entry@dk")
bank.edit(
    "window_one_late",
    "g[i] * x[i : i + m]",
    "g[i] * np.roll(x, -1)[i : i + m]",
    loses=ONE | KERNEL,
    slip="x_after_around@dk",
)
bank.edit("g_reversed", "dk += g[i]", "dk += g[-1 - i]", loses=KERNEL, slip="kernel_g_reversed")
bank.edit("last_use_forgotten", "range(len(g))", "range(max(1, len(g) - 1))", loses=KERNEL | INPUTS)
bank.edit("input_flipped", "g[i] * k\n", "g[i] * k[::-1]\n", loses=ONE | INPUTS, slip="input_flipped")
bank.edit("readers_overwrite", READ, "dx[i : i + m] = g[i] * k", loses=INPUTS, slip="last_reader")
bank.edit(
    "one_reader_each", READ, "dx[i] += g[i] * k[0]", loses=ONE | INPUTS, slip="without_first_entry_alone@dx"
)
bank.edit("input_without_g", READ, "dx[i : i + m] += k", loses=ONE | INPUTS, slip="input_without_g")
bank.edit("input_reversed", "return dk, dx", "return dk, dx[::-1]", loses=ONE | INPUTS, slip="input_reversed")
bank.edit(
    "one_position_less",
    "range(len(g))",
    "range(len(x) - m)",
    loses=ONE | KERNEL | INPUTS,
    slip="last_position",
)
bank.edit("from_one", "range(len(g))", "range(1, len(g))", loses=ONE | KERNEL | INPUTS, slip="first_position")
bank.edit("input_without_kernel", READ, "dx[i : i + m] += g[i]", loses=ONE | INPUTS, slip="x_left_out")
bank.edit(
    "input_mean", "return dk, dx", "return dk, dx / m", loses=ONE | INPUTS, slip="factor_1/k.shape[0]@dx"
)
bank.edit(
    "padded", "return dk, dx", "return dk, np.convolve(g, k, mode='same')[:1] + 0 * x", loses=ONE | INPUTS
)
bank.edit("sign", "return dk, dx", "return -dk, -dx", loses=ONE | KERNEL | INPUTS, slip="sign")
bank.edit(
    "single_precision",
    "    return dk, dx",
    "    return dk.astype(np.float32), dx.astype(np.float32)",
    loses=ONE | KERNEL | INPUTS,
    slip="precision",
)
bank.edit(
    "dx_in_place",
    "dx = np.zeros(len(x))",
    "x *= 1.0\n    dx = x\n    x = x.copy()\n    dx[:] = 0",
    loses={"keeps"},
)
for _name, _old, _new, _loses, _slip in (  # of the table
    (
        "kernel_of_the_difference",
        USE,
        "dk += g[i] * x[i - np.arange(m)]",
        ONE | KERNEL,
        "x_difference_around@dk",
    ),
    ("input_by_g_reversed", READ, "dx[i : i + m] += g[-1 - i] * k", INPUTS, "g_turned@dx"),
    ("input_times_itself", READ, "dx[i : i + m] += g[i] * x[i : i + m]", ONE | INPUTS, "x_for_the_other"),
):
    bank.edit(_name, _old, _new, loses=_loses, slip=_slip)
