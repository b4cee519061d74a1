"""Answers to `tied_pair`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("tied_pair")


@bank.reference
def tied_pair(w: float, x: float) -> tuple[float, float, float]:
    f = np.tanh(w * x)
    outer = np.cos(w * f)
    first = outer * f
    second = outer * w * (1 - f**2) * x
    return first, second, first + second


@bank.right
def forward_mode(w: float, x: float) -> tuple[float, float, float]:
    # Dual numbers (value, tangent), carried through the function three times.
    def tangent(v_1: float, v_2: float) -> float:
        u, du = w * x, v_2 * x
        f, df = np.tanh(u), du / np.cosh(u) ** 2
        z, dz = w * f, v_1 * f + w * df
        return float(np.cos(z) * dz)

    return tangent(1.0, 0.0), tangent(0.0, 1.0), tangent(1.0, 1.0)


@bank.right
def total_directly(w: float, x: float) -> tuple[float, float, float]:
    # The total by the product rule for w·tanh(w x), without untying; tanh by exponentials.
    e = np.exp(-2 * w * x)
    f = (1 - e) / (1 + e)
    slope = 4 * e / (1 + e) ** 2
    total = np.cos(w * f) * (f + w * x * slope)
    first = np.cos(w * f) * f
    return first, total - first, total


FIRST, SECOND, BOTH = {"first_use"}, {"second_use"}, {"both_uses"}
ALL = FIRST | SECOND | BOTH
bank.edit("swapped", "return first, second,", "return second, first,", loses=FIRST | SECOND, slip="swapped")
bank.edit("mean", "first + second", "(first + second) / 2", loses=BOTH, slip="mean")
bank.edit("only_the_outer_use", "second, first + second", "second, first", loses=BOTH, slip="first_alone")
bank.edit("only_the_inner_use", "second, first + second", "second, second", loses=BOTH, slip="second_alone")
bank.edit("product_of_both", "first + second", "first * second", loses=BOTH, slip="product")
bank.edit(
    "outer_slope_missing", "outer = np.cos(w * f)", "outer = 1.0", loses=ALL, slip="outer_slope_missing"
)
bank.edit("outer_slope_at_y", "np.cos(w * f)", "np.cos(np.sin(w * f))", loses=ALL, slip="outer_slope_at_y")
bank.edit("outer_slope_at_f", "np.cos(w * f)", "np.cos(f)", loses=ALL, slip="sine_slope_at_tanh")
bank.edit("outer_sign", "np.cos(w * f)", "-np.cos(w * f)", loses=ALL, slip="sign")
bank.edit("sine_for_cosine", "np.cos(w * f)", "np.sin(w * f)", loses=ALL, slip="sine_for_its_slope")
bank.edit("inner_slope_missing", " * (1 - f**2)", "", loses=SECOND | BOTH, slip="inner_slope_missing")
bank.edit("inner_slope_twice", "(1 - f**2)", "(1 - f**2) ** 2", loses=SECOND | BOTH, slip="inner_slope_twice")
bank.edit("inner_slope_plus", "1 - f**2", "1 + f**2", loses=SECOND | BOTH, slip="inner_slope_plus")
bank.edit(
    "inner_slope_of_value",
    "1 - f**2",
    "1 - np.tanh(f) ** 2",
    loses=SECOND | BOTH,
    slip="inner_slope_of_value",
)
bank.edit("square_missing", "1 - f**2", "1 - f", loses=SECOND | BOTH, slip="inner_slope_not_squared")
bank.edit("weight_missing", "outer * w * (1", "outer * (1", loses=SECOND | BOTH, slip="weight_missing")
bank.edit("input_missing", "(1 - f**2) * x", "(1 - f**2)", loses=SECOND | BOTH, slip="input_missing")
bank.edit(
    "one_use_in_one_formula",
    "outer * f",
    "outer * f * w",
    loses=FIRST | BOTH,
    slip="weight_too_many_in_the_first",
)
bank.edit("x_for_f", "outer * f\n", "outer * x\n", loses=FIRST | BOTH, slip="input_for_tanh")
bank.edit("difference_of_both", "first + second", "first - second", loses=BOTH, slip="difference")
bank.edit(
    "half_of_the_total_each",
    "    return first, second, first + second",
    "    total = first + second\n    return total / 2, total / 2, total",
    loses=FIRST | SECOND,
    slip="halves",
)
bank.edit(
    "tied_before_the_derivative",
    "    return first, second, first + second",
    "    return (first + second,) * 3",
    loses=FIRST | SECOND,
    slip="tied_too_early",
)
bank.edit("length_of_both", "first + second", "np.hypot(first, second)", loses=BOTH)
bank.edit(
    "single_precision", "f = np.tanh(w * x)", "f = np.tanh(np.float32(w * x))", loses=ALL, slip="precision"
)
bank.edit(
    "remembers",
    "    return first,",
    "    kept = tied_pair.__dict__.setdefault('kept', np.zeros(()))\n    kept[...] = first\n    return kept,",
    loses={"keeps"},
)


@bank.wrong(loses=ALL, slip="precision")
def difference_quotient(w: float, x: float) -> tuple[float, float, float]:
    def y(w_1: float, w_2: float) -> float:
        return float(np.sin(w_1 * np.tanh(w_2 * x)))

    e = 1e-7
    return (y(w + e, w) - y(w, w)) / e, (y(w, w + e) - y(w, w)) / e, (y(w + e, w + e) - y(w, w)) / e


ALL_LOST = {"first_use", "second_use", "both_uses"}
for _name, _old, _new, _loses, _slip in (  # of the table
    (
        "slope_of_the_argument",
        "(1 - f**2)",
        "(1 - (w * x) ** 2)",
        {"second_use", "both_uses"},
        "inner_slope_of_argument",
    ),
    (
        "second_without_cosine",
        "outer * w",
        "w",
        {"second_use", "both_uses"},
        "sine_slope_too_few_in_the_second",
    ),
):
    bank.edit(_name, _old, _new, loses=_loses, slip=_slip)
