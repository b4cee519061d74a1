"""Answers to `softplus`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("softplus")


@bank.reference
def softplus(x: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    e = np.exp(-np.abs(x))
    y = np.maximum(x, 0) + np.log1p(e)
    return y, dy * np.where(x > 0, 1, e) / (1 + e)


@bank.right
def by_logaddexp(x: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    y = np.logaddexp(0, x)
    return y, dy * np.exp(x - y)


@bank.right
def by_masks(x: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    y, slope = np.zeros(x.shape), np.zeros(x.shape)
    left = x < 0
    small = np.exp(x[left])
    y[left], slope[left] = np.log1p(small), small / (1 + small)
    small = np.exp(-x[~left])
    y[~left], slope[~left] = x[~left] + np.log1p(small), 1 / (1 + small)
    return y, slope * dy


@bank.right
def one_number_at_a_time(x: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # ln(1+e^x) = x/2 + ln(2 cosh(x/2)), by the area function: 2 artanh(t) = ln((1+t)/(1−t)).
    y, dx = np.zeros(x.size), np.zeros(x.size)
    for i, (value, d) in enumerate(zip(x.ravel().tolist(), dy.ravel().tolist(), strict=True)):
        u = float(np.exp(-abs(value)))
        y[i] = 2 * np.arctanh(u / (2 + u)) + max(value, 0.0)
        dx[i] = d * (1 - u / (1 + u) if value > 0 else u / (1 + u))
    return y.reshape(x.shape), dx.reshape(x.shape)


@bank.right
def exponential_that_overflows(x: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # 1/(1 + inf) = 0 is what is wanted.
    return np.logaddexp(x, 0), dy / (1 + np.exp(-x))


SOME = {"around_0", "far_right", "no_overflow", "far_left"}
Y, SLOPE = "np.maximum(x, 0) + np.log1p(e)", "dy * np.where(x > 0, 1, e) / (1 + e)"
bank.edit("as_written", Y, "np.log(1 + np.exp(x))", loses={"returns"})
bank.edit(
    "as_written_and_clipped", Y, "np.log(1 + np.exp(np.minimum(x, 700)))", loses={"no_overflow", "far_left"}
)
bank.edit("plain_logarithm", Y, "np.maximum(x, 0) + np.log(1 + e)", loses={"far_left"})
bank.edit(
    "threshold_of_20",
    Y,
    "np.where(x > 20, x, np.log1p(np.exp(np.minimum(x, 20))))",
    loses={"far_right"},
    slip="threshold",
)
bank.edit("slope_by_tanh", SLOPE, "dy * 0.5 * (1 + np.tanh(x / 2))", loses={"far_left"})
bank.edit("slope_by_1_minus", SLOPE, "dy * (1 - 1 / (1 + np.exp(np.minimum(x, 700))))", loses={"far_left"})
bank.edit("slope_of_a_quotient", SLOPE, "dy * np.exp(x) / (1 + np.exp(x))", loses={"returns"})
bank.edit(
    "second_derivative", SLOPE, "dy * e / (1 + e) ** 2", loses=SOME - {"far_left"}, slip="second_derivative"
)
bank.edit("slope_of_tanh", SLOPE, "dy * 4 * e**2 / (1 + e**2) ** 2", loses=SOME, slip="slope_of_tanh")
bank.edit("value_as_slope", SLOPE, "dy * y", loses=SOME - {"far_left"}, slip="value_as_slope")
bank.edit("mirrored", SLOPE, "dy * np.where(x > 0, e, 1) / (1 + e)", loses=SOME, slip="mirrored")
bank.edit(
    "rectified",
    SLOPE,
    "dy * (x > 0)",
    loses={"around_0", "far_left", "no_overflow", "far_right"},
    slip="rectified",
)
bank.edit("dy_missing", SLOPE, "np.where(x > 0, 1, e) / (1 + e)", loses=SOME)
bank.edit("dy_divides", SLOPE, "np.where(x > 0, 1, e) / (1 + e) / dy", loses=SOME)
bank.edit("base_2", Y, "(np.maximum(x, 0) + np.log1p(e)) / np.log(2)", loses=SOME, slip="base_2")
bank.edit(
    "rectifier_missing",
    "np.maximum(x, 0) + np.log1p(e)",
    "np.log1p(e)",
    loses={"around_0", "far_right", "no_overflow"},
)
bank.edit(
    "overwritten",
    "    return y, dy * np.where(x > 0, 1, e) / (1 + e)",
    "    dy *= np.where(x > 0, 1, e) / (1 + e)\n    return y, dy",
    loses={"keeps"},
)
bank.edit(
    "exponent_clipped",
    "np.where(x > 0, 1, e) / (1 + e)",
    "1 / (1 + np.exp(-np.clip(x, -700, 700)))",
    loses={"far_left"},
)
