"""Answers to `tied_symbolic`."""

from typing import Any

import sympy as sp

from course.grader.bank import Bank

bank = Bank("tied_symbolic")


@bank.reference
def tied_symbolic() -> tuple[Any, Any, Any]:
    w, x, w_1, w_2 = sp.symbols("w x w_1 w_2")
    F, f = sp.Function("F"), sp.Function("f")
    y = F(w_1 * f(w_2 * x))
    tied = {w_1: w, w_2: w}
    first = sp.diff(y, w_1).subs(tied)
    second = sp.diff(y, w_2).subs(tied)
    return first, second, sp.diff(y.subs(tied), w)


@bank.right
def by_hand() -> tuple[Any, Any, Any]:
    # The chain rule written out: F′ and f′ as derivatives at a point.
    w, x, u = sp.symbols("w x u")
    F, f = sp.Function("F"), sp.Function("f")
    outer = sp.Subs(sp.Derivative(F(u), u), u, w * f(w * x))
    inner = sp.Subs(sp.Derivative(f(u), u), u, w * x)
    first = outer * f(w * x)
    second = outer * w * x * inner
    return first, second, first + second


@bank.right
def by_a_series() -> tuple[Any, Any, Any]:
    # The coefficient of ε when w_1 moves by aε and w_2 by bε.
    w, x, a, b, e = sp.symbols("w x a b epsilon")
    F, f = sp.Function("F"), sp.Function("f")
    moved = F((w + a * e) * f((w + b * e) * x))
    slope = sp.expand(sp.diff(moved, e).subs(e, 0).doit())
    return slope.subs({a: 1, b: 0}), slope.subs({a: 0, b: 1}), slope.subs({a: 1, b: 1})


FIRST, SECOND, BOTH = {"first_use"}, {"second_use"}, {"both_uses"}
ALL = FIRST | SECOND | BOTH
TOTAL = "sp.diff(y.subs(tied), w)"
bank.edit("swapped", "return first, second,", "return second, first,", loses=FIRST | SECOND, slip="swapped")
bank.edit("mean", TOTAL, "(first + second) / 2", loses=BOTH, slip="mean")
bank.edit("outer_use_alone", TOTAL, "first", loses=BOTH, slip="first_alone")
bank.edit("inner_use_alone", TOTAL, "second", loses=BOTH, slip="second_alone")
bank.edit(
    "tied_too_early",
    "    first = sp.diff(y, w_1).subs(tied)\n    second = sp.diff(y, w_2).subs(tied)",
    "    first = second = sp.diff(y.subs(tied), w)",
    loses=FIRST | SECOND,
    slip="tied_too_early",
)
bank.edit(
    "tied_too_early_and_summed",
    "    first = sp.diff(y, w_1).subs(tied)\n    second = sp.diff(y, w_2).subs(tied)",
    "    first = second = (sp.diff(y, w_1) + sp.diff(y, w_2)).subs(tied)",
    loses=FIRST | SECOND,
    slip="tied_too_early",
)
bank.edit("not_tied", "sp.diff(y, w_1).subs(tied)", "sp.diff(y, w_1)", loses={"returns"})
bank.edit("derivative_left_open", TOTAL, "sp.Derivative(y.subs(tied), w)", loses={"returns"})
bank.edit("wrong_variable", "sp.diff(y, w_2)", "sp.diff(y, x)", loses=SECOND)
bank.edit("second_derivative", "sp.diff(y, w_2)", "sp.diff(y, w_2, w_1)", loses={"returns"})
bank.edit("a_chosen_function", 'sp.Function("F"), sp', "sp.tanh, sp", loses=ALL)
bank.edit("another_name", 'sp.Function("F"), sp', 'sp.Function("G"), sp', loses={"returns"})
bank.edit("the_same_function_twice", 'sp.Function("f")', 'sp.Function("F")', loses=ALL)
bank.edit("product_inside", "w_1 * f(w_2 * x)", "w_1 + f(w_2 * x)", loses=ALL)
bank.edit("weight_outside", "F(w_1 * f(w_2 * x))", "w_1 * F(f(w_2 * x))", loses=ALL)
bank.edit("total_is_product", TOTAL, "first * second", loses=BOTH, slip="product")
LAST = "    return first, second, first + second"
for name, factor, loses in (
    ("outer_slope_missing", "first, second = first / outer, second / outer", ALL),
    ("weight_missing", "second /= w", SECOND | BOTH),
    ("input_missing", "second /= x", SECOND | BOTH),
):
    bank.edit(name, LAST, f"    {factor}\n{LAST}", loses=loses, slip=name, of="by_hand")

bank.edit("sign", TOTAL, "-sp.diff(y.subs(tied), w)", loses=BOTH, slip="sign@total")
bank.edit("a_number", TOTAL, "1", loses={"returns"})
bank.edit("two_results", "return first, second,", "return second,", loses={"returns"})
bank.edit("small_error", TOTAL, TOTAL + " * sp.Rational(1001, 1000)", loses=BOTH, slip="factor@total")
bank.edit(
    "grows_with_every_call",
    "    return first,",
    "    kept = tied_symbolic.__dict__.setdefault('kept', [])\n"
    "    kept.append(w)\n"
    "    first = first + sum(kept) - len(kept) * w + sp.Rational(len(kept), 10**16)\n"
    "    return first,",
    loses={"keeps"},
)
