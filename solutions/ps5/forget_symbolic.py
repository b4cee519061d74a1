"""Answers to `forget_symbolic`."""

from typing import Any

import sympy as sp

from course.grader.bank import Bank

bank = Bank("forget_symbolic")


@bank.reference
def forget_symbolic() -> tuple[Any, Any, Any]:
    c, o, s_i, s_f, s_g, u_i, u_f, u_g, delta, h = sp.symbols("c o s_i s_f s_g u_i u_f u_g delta h")
    i = 1 / (1 + sp.exp(-s_i - u_i * h))
    f = 1 / (1 + sp.exp(-s_f - u_f * h))
    cell = f * c + i * sp.tanh(s_g + u_g * h)
    state = o * sp.tanh(c)
    direct = sp.diff(cell, c)
    gate = delta * c * f * (1 - f)
    total = sp.diff(cell.subs(h, state), c)
    return direct, gate, total


@bank.right
def by_hand() -> tuple[Any, Any, Any]:
    # The chain rule written out, one gate after the other.
    c, o, s_i, s_f, s_g, u_i, u_f, u_g, delta = sp.symbols("c o s_i s_f s_g u_i u_f u_g delta", real=True)
    h = o * sp.tanh(c)
    i, f = (1 / (1 + sp.exp(-s - u * h)) for s, u in ((s_i, u_i), (s_f, u_f)))
    g = (sp.exp(2 * (s_g + u_g * h)) - 1) / (sp.exp(2 * (s_g + u_g * h)) + 1)
    slope = o / sp.cosh(c) ** 2
    through = c * f * (1 - f) * u_f + g * i * (1 - i) * u_i + i * (1 - g**2) * u_g
    return f, delta * f * (1 - f) * c, f + slope * through


@bank.right
def by_logistic_of_half() -> tuple[Any, Any, Any]:
    # σ(a) = (1 + tanh(a/2))/2, and the derivative along a direction: h moves with c, or not.
    c, o, s_i, s_f, s_g, u_i, u_f, u_g, delta, e, m = sp.symbols("c o s_i s_f s_g u_i u_f u_g delta e m")
    h = o * sp.tanh(c + m * e)

    def sigma(a: Any) -> Any:
        return (1 + sp.tanh(a / 2)) / 2

    cell = sigma(s_f + u_f * h) * (c + e) + sigma(s_i + u_i * h) * sp.tanh(s_g + u_g * h)
    moved = sp.diff(cell, e).subs(e, 0)
    gate = sp.diff(delta * c * sigma(s_f), s_f).subs(s_f, s_f + u_f * o * sp.tanh(c))
    return moved.subs(m, 0), gate, moved.subs(m, 1)


@bank.right
def with_h_left_in() -> tuple[Any, Any, Any]:
    c, h, s_i, s_f, s_g, u_i, u_f, u_g, delta, o = sp.symbols("c h s_i s_f s_g u_i u_f u_g delta o")
    f, i = 1 / (1 + sp.exp(-(s_f + u_f * h))), 1 / (1 + sp.exp(-(s_i + u_i * h)))
    cell = f * c + i * sp.tanh(s_g + u_g * h)
    gate = delta * c * sp.exp(-s_f - u_f * h) * f**2
    return f, gate, f + sp.diff(cell, h) * (o - h**2 / o)


DIRECT, GATE, TOTAL = {"direct"}, {"gate"}, {"total"}
G, D, S = "delta * c * f * (1 - f)", "sp.diff(cell, c)\n", "sp.diff(cell.subs(h, state), c)"
bank.edit("direct_for_total", S, "direct", loses=TOTAL, slip="direct_for_total")
bank.edit("total_for_direct", D, S + "\n", loses=DIRECT, slip="total_for_direct")
bank.edit("forget_slope_missing", G, "delta * c", loses=GATE, slip="forget_slope_missing")
bank.edit("slope_is_value", G, "delta * c * f", loses=GATE, slip="slope_is_value")
bank.edit("cell_after", G, "delta * cell * f * (1 - f)", loses=GATE, slip="cell_after")
bank.edit(
    "forget_path_alone",
    S,
    "direct + sp.diff(f * c, h) * sp.diff(state, c)",
    loses=TOTAL,
    slip="forget_path_alone",
)
bank.edit(
    "forget_path_missing",
    S,
    "direct + sp.diff(cell - f * c, h) * sp.diff(state, c)",
    loses=TOTAL,
    slip="forget_path_missing",
)
bank.edit("cell_forgotten", G, "delta * f * (1 - f)", loses=GATE, slip="cell_forgotten")
bank.edit("error_forgotten", G, "c * f * (1 - f)", loses=GATE, slip="delta_missing")
bank.edit("slope_of_tanh", G, "delta * c * (1 - f**2)", loses=GATE, slip="slope_of_tanh")
bank.edit(
    "slope_of_the_slope", G, "delta * c * f * (1 - f) * (1 - 2 * f)", loses=GATE, slip="slope_of_the_slope"
)
bank.edit("with_the_weight", G, "delta * c * f * (1 - f) * u_f", loses=GATE, slip="with_the_weight")
bank.edit(
    "slope_of_the_state_missing",
    S,
    "direct + sp.diff(cell, h) * o",
    loses=TOTAL,
    slip="slope_of_the_state_missing",
)
bank.edit("output_gate_forgotten", "state = o * sp", "state = sp", loses=TOTAL, slip="output_gate_forgotten")
bank.edit(
    "state_for_the_cell", "state = o * sp.tanh(c)", "state = o * c", loses=TOTAL, slip="state_for_the_cell"
)
bank.edit(
    "candidate_unsquashed",
    "i * sp.tanh(s_g + u_g * h)",
    "i * (s_g + u_g * h)",
    loses=TOTAL,
    slip="candidate_unsquashed",
)
bank.edit(
    "coupled",
    "i = 1 / (1 + sp.exp(-s_i - u_i * h))",
    "i = 1 - 1 / (1 + sp.exp(-s_f - u_f * h))",
    loses=TOTAL,
    slip="coupled",
)
bank.edit(
    "sign_of_the_exponent",
    "sp.exp(-s_f - u_f * h)",
    "sp.exp(s_f + u_f * h)",
    loses=DIRECT | TOTAL,
    slip="sign_of_the_exponent",
)
bank.edit(
    "swapped",
    "return direct, gate, total",
    "return total, gate, direct",
    loses=DIRECT | TOTAL,
    slip="direct_for_total total_for_direct",
)
bank.edit("other_symbol", '"c o s_i', '"C o s_i', loses={"returns"})
bank.edit("derivative_left_open", "sp.diff(cell, c)\n", "sp.Derivative(cell, c)\n", loses={"returns"})
bank.edit("two_results", "return direct, gate, total", "return direct, gate", loses={"returns"})
bank.edit("sign", "gate = delta", "gate = -delta", loses=GATE, slip="sign@gate")
bank.edit("small_error", S, S + " * sp.Rational(1001, 1000)", loses=TOTAL, slip="factor@total")
bank.edit(
    "counts_its_calls",
    "    return direct",
    "    forget_symbolic.calls = getattr(forget_symbolic, 'calls', 0) + 1  # type: ignore[attr-defined]\n"
    "    direct = direct + sp.Rational(forget_symbolic.calls, 10**17)  # type: ignore[attr-defined]\n"
    "    return direct",
    loses={"keeps"},
)
bank.edit(
    "input_path_missing",
    S,
    "direct + sp.diff(cell - i * sp.tanh(s_g + u_g * h), h) * sp.diff(state, c)"
    " + i * sp.diff(sp.tanh(s_g + u_g * h), h) * sp.diff(state, c)",
    loses=TOTAL,
    slip="input_path_missing",
)
bank.edit(
    "candidate_path_missing",
    S,
    "direct + (sp.diff(f * c, h) + sp.diff(i, h) * sp.tanh(s_g + u_g * h)) * sp.diff(state, c)",
    loses=TOTAL,
    slip="candidate_path_missing",
)
bank.edit(
    "slope_without_the_output_gate",
    S,
    "direct + sp.diff(cell, h) * (1 - sp.tanh(c) ** 2)",
    loses=TOTAL,
    slip="output_gate_forgotten",
)
bank.edit(
    "slope_made_of_the_state",
    S,
    "direct + sp.diff(cell, h) * o * (1 - h**2)",
    loses=TOTAL,
    slip="slope_of_the_state_squashed",
)
bank.edit(
    "sign_of_the_exponent_of_i",
    "sp.exp(-s_i - u_i * h)",
    "sp.exp(s_i + u_i * h)",
    loses=TOTAL,
    slip="sign_of_the_exponent",
)
bank.edit(
    "gate_by_differentiating",
    G,
    "delta * sp.diff(cell, s_f)",
    of="sign_of_the_exponent",
    loses=DIRECT | GATE | TOTAL,
    slip="sign_of_the_exponent",
)
bank.edit(
    "gate_squashed_by_tanh",
    "1 / (1 + sp.exp(-s_f - u_f * h))",
    "sp.tanh(s_f + u_f * h)",
    loses=DIRECT | GATE | TOTAL,
    slip="gate_squashed_by_tanh",
)
