"""Answers to `taylor_slope`."""

import numpy as np

from course.grader.bank import Bank
from course.practice import gradient, value

bank = Bank("taylor_slope")


@bank.reference
def taylor_slope(name: str, x: np.ndarray, u: np.ndarray) -> tuple[float, bool]:
    steps = np.geomspace(1e-4, 1e-2, 7)
    start = value(name, x)
    first = gradient(name, x) @ u
    remainders = np.array([abs(value(name, x + e * u) - start - e * first) for e in steps])
    if remainders.max() <= 1e-12 * (1 + abs(start)):
        return 0.0, False
    slope = np.polyfit(np.log(steps), np.log(remainders), 1)[0]
    return float(slope), True


@bank.right
def two_points(name: str, x: np.ndarray, u: np.ndarray) -> tuple[float, bool]:
    # A line through two points is a fit too.
    def remainder(e: float) -> float:
        return float(abs(value(name, x + e * u) - value(name, x) - e * np.sum(gradient(name, x) * u)))

    small, large = remainder(0.002), remainder(0.004)
    if max(small, large) <= 1e-12 * (1 + abs(value(name, x))):
        return 0.0, False
    return float(np.log2(large / small)), True


@bank.right
def median_of_halvings(name: str, x: np.ndarray, u: np.ndarray) -> tuple[float, bool]:
    # How many bits the remainder loses at each halving, and the median of that.
    steps = 0.01 * 0.5 ** np.arange(5)
    values = np.array([value(name, x + e * u) for e in steps])
    R = np.abs(values - value(name, x) - steps * np.dot(u, gradient(name, x)))
    if max(R) <= 1e-12 * (1 + abs(value(name, x))):
        return 0.0, False
    return float(np.median(np.log2(R[:-1] / R[1:]))), True


ALL = {"right", "wrong", "direction", "large_values"}
FIT = "np.polyfit(np.log(steps), np.log(remainders), 1)"
bank.edit("no_linear_term", " - e * first", "", loses={"right", "large_values", "linear", "rounding"})
bank.edit("step_forgotten", " - e * first", " - first", loses={*ALL, "linear", "rounding"})
bank.edit("start_forgotten", " - start - e", " - e", loses={*ALL, "linear", "rounding"})
bank.edit("added", "- e * first", "+ e * first", loses={"right", "large_values", "linear", "rounding"})
bank.edit(
    "tiny_steps",
    "np.geomspace(1e-4, 1e-2, 7)",
    "np.geomspace(1e-16, 1e-13, 7)",
    loses=ALL,
)
bank.edit("large_steps", "np.geomspace(1e-4, 1e-2, 7)", "np.geomspace(0.5, 8.0, 7)", loses=ALL | {"rounding"})
bank.edit(
    "axes_exchanged",
    "np.log(steps), np.log(remainders)",
    "np.log(remainders), np.log(steps)",
    loses={"right", "large_values"},
)
bank.edit("no_logarithms", FIT, "np.polyfit(steps, remainders, 1)", loses=ALL)
bank.edit("half_a_logarithm", "np.log(steps), ", "np.log10(steps), ", loses=ALL)
bank.edit(
    "no_threshold", "remainders.max() <= 1e-12 * (1 + abs(start))", "False", loses={"linear", "rounding"}
)
bank.edit("threshold_absolute", "1e-12 * (1 + abs(start))", "1e-12", loses={"rounding"})
bank.edit("threshold_of_f_alone", "(1 + abs(start))", "abs(start)", loses={"rounding"})
bank.edit("own_direction", "    steps =", "    u = np.ones_like(x)\n    steps =", loses={"direction"})
bank.edit("threshold_not_relative", "1e-12 * (1 + abs(start))", "1.0", loses=ALL)
bank.edit("always_seen", "return 0.0, False", "return 0.0, True", loses={"linear", "rounding"})
bank.edit(
    "gradient_elsewhere",
    "gradient(name, x) @ u",
    "gradient(name, x + u) @ u",
    loses={"right", "large_values"},
)
bank.edit("sign_of_the_slope", "float(slope)", "float(-slope)", loses=ALL)
bank.edit(
    "point_moved",
    "    return float(slope), True",
    "    x += u\n    return float(slope), True",
    loses={"keeps"},
)
