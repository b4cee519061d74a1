"""Answers to `glorot_std`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("glorot_std")


@bank.reference
def glorot_std(fan_in: int, fan_out: int) -> float:
    return float(np.sqrt(2 / (fan_in + fan_out)))


@bank.right
def by_bisection(fan_in: int, fan_out: int) -> float:
    # A sum of n independent terms of mean square s² has the mean square n s²; it grows with s.
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        both = sum(fan * middle**2 for fan in (fan_in, fan_out)) / 2
        low, high = (middle, high) if both < 1 else (low, middle)
    return low


@bank.right
def by_a_uniform_limit(fan_in: int, fan_out: int) -> float:
    # The limit of the uniform distribution that has this standard deviation, then its moment by quadrature.
    limit = np.sqrt(6.0) / np.sqrt(fan_in + fan_out)
    nodes, weights = np.polynomial.legendre.leggauss(4)
    return float(np.sqrt(weights @ (limit * nodes) ** 2 / 2))


@bank.right
def by_a_mean_of_precisions(fan_in: int, fan_out: int) -> float:
    # Forward asks for the variance 1/fan_in, backward for 1/fan_out: their harmonic mean.
    asked = np.array([1 / fan_in, 1 / fan_out])
    return float((1 / np.mean(1 / asked)) ** 0.5)


BOTH = {"as_many", "unequal"}
S = "np.sqrt(2 / (fan_in + fan_out))"
bank.edit("variance", S, "2 / (fan_in + fan_out)", loses=BOTH, slip="variance")
bank.edit("inputs_alone", S, "np.sqrt(1 / fan_in)", loses={"unequal"}, slip="inputs_alone")
bank.edit("outputs_alone", S, "np.sqrt(1 / fan_out)", loses={"unequal"}, slip="outputs_alone")
bank.edit("for_rectifiers", S, "np.sqrt(2 / fan_in)", loses=BOTH, slip="twice_the_variance")
bank.edit("limit", S, "np.sqrt(6 / (fan_in + fan_out))", loses=BOTH, slip="limit")
bank.edit("sum_of_both", S, "np.sqrt(1 / (fan_in + fan_out))", loses=BOTH, slip="sum")
bank.edit("geometric", S, "(fan_in * fan_out) ** -0.25", loses={"unequal"}, slip="product")
bank.edit("mean_of_variances", S, "np.sqrt((1 / fan_in + 1 / fan_out) / 2)", loses={"unequal"})
bank.edit("mean_of_deviations", S, "(fan_in**-0.5 + fan_out**-0.5) / 2", loses={"unequal"})
bank.edit("larger_fan", S, "np.sqrt(1 / max(fan_in, fan_out))", loses={"unequal"})
bank.edit("default_of_torch", S, "np.sqrt(1 / (3 * fan_in))", loses=BOTH)
bank.edit("negative", S, "-np.sqrt(2 / (fan_in + fan_out))", loses=BOTH)
bank.edit("two_digits", S, "round(np.sqrt(2 / (fan_in + fan_out)), 2)", loses=BOTH)
bank.edit(
    "off_in_the_eighth_digit",
    "float(np.sqrt(2 / (fan_in + fan_out)))",
    "float(np.sqrt(2 / (fan_in + fan_out)) * (1 + 1e-7))",
    loses=BOTH,
)
bank.edit(
    "counts_calls",
    "    return float(np.sqrt(2 / (fan_in + fan_out)))",
    "    seen = glorot_std.__dict__.setdefault('seen', set())\n"
    "    again = (fan_in, fan_out) in seen\n"
    "    seen.add((fan_in, fan_out))\n"
    "    return float(np.sqrt(2 / (fan_in + fan_out))) * (1 + again)",
    loses={"keeps"},
)
