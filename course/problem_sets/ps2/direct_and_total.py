"""The direct and the total derivative of one state with respect to W_hh."""

from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Parts
from course.models import RNN, Array
from course.problem_sets.ps2._direct_and_total import DIRECT_TWICE, MISTAKES, derivatives, in_all_rows
from course.problem_sets.ps2.rnn_bptt import many as rnn_bptt_many
from course.recognise.each_loss import BEYOND, STATE_RULES
from course.recognise.forward_patterns import STATE_PATTERNS
from course.recognise.one_state import OneState, up_to
from course.recognise.partly import without
from course.recognise.slips import flows


def direct_and_total(p: RNN, X: np.ndarray, h_0: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
    """The direct and the total derivative of h_t with respect to W_hh.

    Formula: h_t = tanh(W_hx x_t + W_hh h_{t-1} + b_h). The direct derivative ∂⁺h_t/∂W_hh holds h_{t-1}
             fixed; the total derivative dh_t/dW_hh also counts how h_{t-1} depends on W_hh.

    Args:
        p: parameters W_hx (h, d), W_hh (h, h), b_h (h), W_qh (q, h), b_q (q).
        X: inputs, shape (T, d).
        h_0: initial state, shape (h); it does not depend on W_hh.
        t: the step, from 1 to T.

    Returns:
        direct: shape (h, h, h); direct[i, j, k] is ∂⁺h_t[i]/∂W_hh[j, k].
        total: shape (h, h, h); total[i, j, k] is dh_t[i]/dW_hh[j, k].
    """
    raise NotImplementedError("direct_and_total: return direct and total")


exercise = Exercise(
    direct_and_total, title="Direct and total derivatives", chapter="4 bptt", returns=("direct", "total")
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """The first step, where both agree; then middle steps and the last."""
    drawn = []
    for T, t in ((4, 1), (5, 3), (9, 7), (12, 12)):
        d, h, q = draws.sizes(rng, 3, T)
        p = draws.rnn(rng, d, h, q)
        name = "t=1" if t == 1 else f"t={t}, T={T}, d={d}, h={h}"
        drawn.append(Case(name, (p, rng.normal(size=(T, d)), draws.away_from_zero(rng, h), t)))
    return drawn


@exercise.expects
def expected(p: RNN, X: Array, h_0: Array, t: int) -> Parts:
    """The complex step of the given forward pass, with and without the cut edge."""
    return derivatives(p, X, h_0, t)


SEE = "Direct and total derivatives"
exercise.claim("first_step", "At t = 1 both are right, and equal.", on="t=1", points=1, see=SEE)
exercise.claim(
    "direct", "∂⁺h_t/∂W_hh is right at later steps.", parts=("direct",), but="t=1", points=2, see=SEE
)
exercise.claim("total", "dh_t/dW_hh is right at later steps.", parts=("total",), but="t=1", points=2, see=SEE)

for _name, _sentence, _value in MISTAKES:
    exercise.slip(_name, _sentence, _value, SEE)
exercise.slip(
    "in_all_rows",
    "direct does not depend on j. But W_hh[j, k] enters a_t[j] alone.",
    without(("total",), in_all_rows),
    SEE,
    flows(in_all_rows),
)
exercise.slip(  # a second mistake beside that one
    "direct_twice",
    DIRECT_TWICE,
    lambda *args: {"total": in_all_rows(*args)["direct"]},
    SEE,
    flows(in_all_rows),
)


def many(rng: draws.Rng) -> tuple[Any, ...]:
    """More units than steps; the last of seven."""
    p, X, _, h_0 = rnn_bptt_many(rng)
    return p, X, h_0, len(X)


exercise.unrolled = OneState(
    up_to, {"direct": "direct", "W_hh": "total"}, many, rules=(*STATE_RULES, *BEYOND), patterns=STATE_PATTERNS
)
