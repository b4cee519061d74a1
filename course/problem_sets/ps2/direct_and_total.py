"""The direct and the total derivative of one state with respect to W_hh."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Parts
from course.models import RNN, Array, rnn_forward
from course.oracles import complex_step
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


def _total(p: RNN, X: Array, h_0: Array, t: int) -> Array:
    return complex_step(lambda W: rnn_forward(p._replace(W_hh=W), X, h_0)[0][t], p.W_hh)


def _direct(p: RNN, X: Array, h_0: Array, t: int) -> Array:
    """The same with the edge from h_{t-1} cut: the state before the step is a constant."""
    before = rnn_forward(p, X, h_0)[0][t - 1]
    return complex_step(lambda W: rnn_forward(p._replace(W_hh=W), X[t - 1 : t], before)[0][1], p.W_hh)


@exercise.expects
def expected(p: RNN, X: Array, h_0: Array, t: int) -> Parts:
    """The complex step of the given forward pass, with and without the cut edge."""
    return {"direct": _direct(p, X, h_0, t), "total": _total(p, X, h_0, t)}


SEE = "Direct and total derivatives"
exercise.claim("first_step", "At t = 1 both are right, and equal.", on="t=1", points=1, see=SEE)
exercise.claim(
    "direct", "∂⁺h_t/∂W_hh is right at later steps.", parts=("direct",), but="t=1", points=2, see=SEE
)
exercise.claim("total", "dh_t/dW_hh is right at later steps.", parts=("total",), but="t=1", points=2, see=SEE)


def rearranged(change: Callable[[Array, Array], tuple[Array, Array]], *args: Any) -> Parts:
    """The right derivatives, put together wrongly."""
    right = expected(*args)
    return dict(zip(("direct", "total"), change(right["direct"], right["total"]), strict=True))


def other_axes(order: tuple[int, ...], names: tuple[str, ...], *args: Any) -> Parts:
    """The right derivatives, some of them with their axes in another order."""
    right = expected(*args)
    return {name: part.transpose(order) if name in names else part for name, part in right.items()}


for _order in ((1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0), (0, 2, 1)):
    for _names in (("direct", "total"), ("direct",), ("total",)):
        if _order[2] == 2 and "direct" in _names:
            continue  # it is the same, as it is zero for i ≠ j
        if _order == (0, 2, 1) and len(_names) == 2:
            continue  # that has a name of its own
        exercise.slip(
            "axes_in_another_order",
            f"The axes of {' and '.join(_names)} stand in another order: [i, j, k] is right.",
            partial(other_axes, _order, _names),
            SEE,
        )

DIRECT_TWICE = "The total derivative is the direct one: the path through h_{t-1} is missing."
for name, sentence, change in (
    (
        "direct_twice",
        DIRECT_TWICE,
        lambda direct, total: (direct, direct),
    ),
    (
        "total_twice",
        "The direct derivative is the total one: h_{t-1} should be held fixed.",
        lambda direct, total: (total, total),
    ),
    (
        "swapped",
        "The two results are swapped: direct first, then total.",
        lambda direct, total: (total, direct),
    ),
    (
        "direct_missing",
        "The total derivative counts the path through h_{t-1} alone; the direct one belongs to it.",
        lambda direct, total: (direct, total - direct),
    ),
    (
        "transposed_indices",
        "The last two indices are swapped: [i, j, k] belongs to W_hh[j, k].",
        lambda direct, total: (direct.swapaxes(1, 2), total.swapaxes(1, 2)),
    ),
):
    exercise.slip(name, sentence, partial(rearranged, change), SEE)


def at_step(step: Callable[[int, int], int], p: RNN, X: Array, h_0: Array, t: int) -> Parts:
    """The right derivatives, of another state."""
    return expected(p, X, h_0, step(t, len(X)))


def carries_the_direct(p: RNN, X: Array, h_0: Array, t: int) -> Parts:
    """The total takes the direct derivative of step t itself back through h_{t-1}."""
    before = rnn_forward(p, X, h_0)[0][t - 1]
    J = complex_step(lambda h: rnn_forward(p, X[t - 1 : t], h)[0][1], before)
    direct = _direct(p, X, h_0, t)
    return {"direct": direct, "total": direct + np.tensordot(J, direct, 1)}


exercise.slip(
    "of_the_last_step",
    "Both are derivatives of the last state h_T: t says which state is asked for.",
    partial(at_step, lambda t, T: T),
    SEE,
)


def before_or_zero(p: RNN, X: Array, h_0: Array, t: int) -> Parts:
    """The right derivatives of h_{t-1}; those of h_0 are zero."""
    return (
        at_step(lambda t, T: max(t - 1, 1), p, X, h_0, t)
        if t > 1
        else rearranged(lambda direct, total: (0 * direct, 0 * total), p, X, h_0, t)
    )


exercise.slip(
    "of_the_step_after",
    "Both are derivatives of h_{t+1}: one step less is asked for.",
    partial(at_step, lambda t, T: min(t + 1, T)),
    SEE,
)
for value in (partial(at_step, lambda t, T: max(t - 1, 1)), before_or_zero):
    exercise.slip(
        "of_the_step_before", "Both are derivatives of h_{t-1}: one step more is asked for.", value, SEE
    )
exercise.slip(
    "carries_the_direct",
    "The path through h_{t-1} carries the direct derivative of h_t; the total one of h_{t-1} belongs there.",
    carries_the_direct,
    SEE,
)


def in_all_rows(p: RNN, X: Array, h_0: Array, t: int) -> Parts:
    """Both derivatives as if every entry W_hh[j, k] stood in every row of its column."""
    ones = np.ones_like(p.W_hh)

    def state(X: Array, h: Array, t: int) -> Array:
        def moved(W: Array) -> Array:
            return np.asarray(rnn_forward(p._replace(W_hh=p.W_hh + ones @ (W - p.W_hh)), X, h)[0][t])

        return complex_step(moved, p.W_hh)

    return {"direct": state(X[t - 1 : t], rnn_forward(p, X, h_0)[0][t - 1], 1), "total": state(X, h_0, t)}


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
