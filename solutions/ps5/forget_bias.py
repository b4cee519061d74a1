"""Answers to `forget_bias`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("forget_bias")


@bank.reference
def forget_bias(tau: float) -> float:
    return float(-np.log(np.expm1(1 / tau)))


@bank.right
def logit_of_the_gate(tau: float) -> float:
    # ln f is −1/τ exactly; 1 − f without cancellation.
    return float(-1 / tau - np.log(-np.expm1(-1 / tau)))


@bank.right
def by_bisection(tau: float) -> np.ndarray:
    low, high = -100.0, 100.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if np.log1p(np.exp(-middle)) > 1 / tau else (low, middle)
    return np.array(low)


@bank.right
def by_hyperbolic_sine(tau: float) -> float:
    return float(-0.5 / tau - np.log(2 * np.sinh(0.5 / tau)))


RULE = "float(-np.log(np.expm1(1 / tau)))"
ALL = {"usual", "short", "long"}
bank.edit("rounded", "np.expm1(1 / tau)", "(np.exp(1 / tau) - 1)", loses={"long"})
bank.edit("logit_rounded", "np.log(np.expm1(1 / tau))", "np.log(1 / np.exp(-1 / tau) - 1)", loses={"long"})
bank.edit("gate_for_bias", RULE, "float(np.exp(-1 / tau))", loses=ALL, slip="gate_for_bias")
bank.edit("log_of_tau", RULE, "float(np.log(tau))", loses=ALL, slip="log_of_tau")
bank.edit(
    "chrono_length", RULE, "float(np.log(tau - 1)) if tau > 1 else 0.0", loses=ALL, slip="chrono_length"
)
bank.edit("sign", "-np.log", "np.log", loses=ALL)
bank.edit("half_life", "np.expm1(1 / tau)", "np.expm1(np.log(2) / tau)", loses=ALL)
bank.edit("tau_inverted", "1 / tau", "tau", loses={"returns"})
bank.edit("plus_one", "np.expm1(1 / tau)", "(np.exp(1 / tau) + 1)", loses=ALL)
bank.edit("one_step_more", "1 / tau", "1 / (tau + 1)", loses=ALL)
bank.edit("long_memories_only", "np.expm1(1 / tau)", "(1 / tau)", loses=ALL, slip="log_of_tau")
bank.edit("second_order", "np.expm1(1 / tau)", "(1 / tau + 0.5 / tau**2)", loses=ALL - {"long"})
bank.edit("base_two", "-np.log(", "-np.log2(", loses=ALL)
bank.edit("rounded_to_four_digits", RULE, "round(float(-np.log(np.expm1(1 / tau))), 4)", loses=ALL)
bank.edit("single_precision", RULE, "np.float32(-np.log(np.expm1(1 / tau)))", loses=ALL)
bank.edit("tanh_for_logistic", RULE, "float(np.arctanh(np.exp(-1 / tau)))", loses=ALL)
bank.edit(
    "counts_its_calls",
    "    return float",
    "    kept = forget_bias.__dict__.setdefault('kept', [])\n"
    "    kept.append(tau)\n"
    "    return len(kept) * 1e-14 + float",
    loses={"keeps"},
)
