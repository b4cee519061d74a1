"""Answers to `jordan_power`."""

from typing import Any

import sympy as sp

from course.grader.bank import Bank

bank = Bank("jordan_power")


@bank.reference
def jordan_power() -> tuple[Any, Any, Any]:
    lam, k, j = sp.symbols("lambda k j", positive=True)
    beside = k * lam ** (k - 1)
    entry = sp.binomial(k, j) * lam ** (k - j)
    peak = -1 / sp.log(lam)
    return beside, entry, peak


@bank.right
def by_sympys_own_power() -> tuple[Any, Any, Any]:
    # SymPy knows the power of a block; the general entry is a derivative, written with factorials.
    lam, k, j = sp.symbols("lambda k j")
    beside = (sp.Matrix([[lam, 1], [0, lam]]) ** k)[0, 1]
    entry = sp.factorial(k) / (sp.factorial(j) * sp.factorial(k - j)) * lam**k / lam**j
    return beside, entry, sp.solve(sp.diff(beside, k), k)[0]


@bank.right
def by_a_generating_function() -> tuple[Any, Any, Any]:
    # J = λI + N, and (λ + z)^k holds the entries as coefficients of z^j.
    lam, k, j, z = sp.symbols("lambda k j z", positive=True)
    beside = sp.diff((lam + z) ** k, z).subs(z, 0)
    entry = sp.ff(k, j) / sp.gamma(j + 1) * sp.exp((k - j) * sp.log(lam))
    return beside, entry, 1 / sp.log(1 / lam)


@bank.right
def by_pascals_rule() -> tuple[Any, Any, Any]:
    # The last factor of k either steps to the right or does not. There is no way to choose −1 or k of k − 1.
    lam, k, j = sp.symbols("lambda k j")
    ways = sp.binomial(k - 1, j) + sp.binomial(k - 1, j - 1)
    return k * lam**k / lam, ways * lam ** (k - j), 1 / (sp.log(lam) * -1)


@bank.right
def with_a_rising_factorial() -> tuple[Any, Any, Any]:
    lam, k, j = sp.symbols("lambda k j")
    entry = sp.rf(k - j + 1, j) / sp.factorial(j) * lam ** (k - j)
    return sp.exp(sp.log(k) + (k - 1) * sp.log(lam)), entry, 1 / -sp.ln(lam)


BESIDE, ENTRY, PEAK = {"beside"}, {"entry"}, {"peak"}
B, E, P = "k * lam ** (k - 1)", "sp.binomial(k, j) * lam ** (k - j)", "-1 / sp.log(lam)"
bank.edit("beside_power_too_high", B, "k * lam**k", loses=BESIDE, slip="beside_power_too_high")
bank.edit("beside_uncounted", B, "lam ** (k - 1)", loses=BESIDE)
bank.edit("beside_one_less", B, "(k - 1) * lam ** (k - 1)", loses=BESIDE)
bank.edit("beside_of_the_power_before", B, "(k - 1) * lam ** (k - 2)", loses=BESIDE)
bank.edit("diagonal", B, "lam**k", loses=BESIDE)
bank.edit("sign_of_beside", B, "-k * lam ** (k - 1)", loses=BESIDE, slip="sign@beside")
bank.edit("orders_counted", E, "sp.ff(k, j) * lam ** (k - j)", loses=ENTRY, slip="orders_counted")
bank.edit("powers_of_k", E, "k**j * lam ** (k - j)", loses=ENTRY)
bank.edit("leading_order", E, "k**j / sp.factorial(j) * lam ** (k - j)", loses=ENTRY, slip="large_k")
bank.edit("powers_exchanged", E, "sp.binomial(k, j) * lam**j", loses=ENTRY, slip="powers_exchanged")
bank.edit("power_too_high", E, "sp.binomial(k, j) * lam**k", loses=ENTRY, slip="power_too_high")
bank.edit("uncounted", E, "lam ** (k - j)", loses=ENTRY, slip="power_alone")
bank.edit("one_more", E, "sp.binomial(k + 1, j) * lam ** (k + 1 - j)", loses=ENTRY, slip="one_more")
bank.edit(
    "one_less",
    E,
    "sp.factorial(k - 1) * (k - j) / sp.factorial(k - j) / sp.factorial(j) * lam ** (k - 1 - j)",
    loses=ENTRY,
    slip="one_less",
)
bank.edit("third_entry_only", E, "k * (k - 1) / 2 * lam ** (k - 2)", loses=ENTRY)
bank.edit("binomial_turned", E, "sp.binomial(j, k) * lam ** (k - j)", loses=ENTRY)
bank.edit("one_place_further", E, "sp.binomial(k, j + 1) * lam ** (k - j - 1)", loses=ENTRY)
bank.edit("peak_for_entry_itself", P, "-1 / lam", loses=PEAK)
bank.edit("peak_sign", P, "1 / sp.log(lam)", loses=PEAK, slip="peak_negative")
bank.edit("peak_near_one", P, "1 / (1 - lam)", loses=PEAK)
bank.edit("peak_one_late", P, "1 - 1 / sp.log(lam)", loses=PEAK)
bank.edit("peak_inverse", P, "-sp.log(lam)", loses=PEAK, slip="peak_upside_down")
bank.edit("peak_of_whole_numbers", P, "lam / (1 - lam)", loses=PEAK, slip="peak_of_whole_numbers")
bank.edit("peak_base_10", P, "-sp.log(10) / sp.log(lam)", loses=PEAK, slip="factor@peak")
bank.edit("peak_of_lambda_k", P, "lam", loses=PEAK)
bank.edit("peak_is_a_number", P, "sp.Float(9.49)", loses=PEAK)
bank.edit("peak_rounded", P, "sp.floor(-1 / sp.log(lam))", loses={"returns"})
bank.edit("other_symbol", '"lambda k j"', '"l k j"', loses={"returns"})
bank.edit("a_matrix", "return beside,", "return sp.Matrix([[beside]]),", loses={"returns"})
bank.edit("two_results", "return beside, entry, peak", "return beside, entry", loses={"returns"})
bank.edit(
    "swapped",
    "return beside, entry,",
    "return entry, beside,",
    loses=BESIDE | ENTRY,
    slip="swapped@beside+entry",
)
bank.edit("small_error", E, E + " * sp.Rational(1001, 1000)", loses=ENTRY, slip="factor@entry")
bank.edit(
    "counts_its_calls",
    "    return beside",
    "    jordan_power.calls = getattr(jordan_power, 'calls', 0) + 1  # type: ignore[attr-defined]\n"
    "    beside = beside + sp.Rational(jordan_power.calls, 10**17)  # type: ignore[attr-defined]\n"
    "    return beside",
    loses={"keeps"},
)
# Two mistakes at once, and one in several results.
bank.edit("counted_and_peak_one_late", P, "1 - 1 / sp.log(lam)", of="orders_counted", loses=ENTRY | PEAK)
bank.edit(
    "counted_and_peak_sign",
    P,
    "1 / sp.log(lam)",
    of="orders_counted",
    loses=ENTRY | PEAK,
    slip="orders_counted peak_negative",
)
bank.edit(
    "power_too_high_and_powers_of_k",
    E,
    "k**j * lam ** (k - j)",
    of="beside_power_too_high",
    loses=BESIDE | ENTRY,
)
bank.edit(
    "power_too_high_everywhere",
    B,
    "k * lam**k",
    of="power_too_high",
    loses=BESIDE | ENTRY,
    slip="beside_power_too_high power_too_high",
)
bank.edit("one_more_and_beside", B, "(k + 1) * lam**k", of="one_more", loses=BESIDE | ENTRY, slip="one_more")
bank.edit(
    "one_more_everywhere",
    P,
    "-1 / sp.log(lam) - 1",
    of="one_more_and_beside",
    loses=BESIDE | ENTRY | PEAK,
    slip="one_more",
)
bank.edit("one_more_and_peak_one_early", P, "-1 / sp.log(lam) - 1", of="one_more", loses=ENTRY | PEAK)
bank.edit(
    "small_error_and_peak_sign",
    P,
    "1 / sp.log(lam)",
    of="small_error",
    loses=ENTRY | PEAK,
    slip="factor@entry sign@peak",
)
