"""How a state depends on an earlier one."""

from functools import partial

import numpy as np

from course import draws
from course.altered import FORWARD, RNN_SLIPS
from course.exercise import Case, Exercise
from course.models import RNN
from course.problem_sets.ps2._state_jacobian import (
    altered,
    between,
    expected,
    from_factors,
    step_at,
    wrong_steps,
)
from course.problem_sets.ps2._state_jacobian_table import SLIPS
from course.recognise.tables import listed


def state_jacobian(p: RNN, X: np.ndarray, h_0: np.ndarray, s: int, t: int) -> np.ndarray:
    """The Jacobian of the state after step t with respect to the state after step s.

    Formula: h_t = tanh(W_hx x_t + W_hh h_{t-1} + b_h).

    Args:
        p: parameters W_hx (h, d), W_hh (h, h), b_h (h), W_qh (q, h), b_q (q).
        X: inputs, shape (T, d).
        h_0: initial state, shape (h).
        s: the earlier step, from 0 to t.
        t: the later step, at most T.

    Returns:
        J: shape (h, h); J[i, j] is dh_t[i]/dh_s[j].
    """
    raise NotImplementedError("state_jacobian: return J")


exercise = Exercise(state_jacobian, title="From one state to another", chapter="4 bptt", returns=("J",))


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One step; no step; several in the middle of a sequence; all of them; some that grow."""
    drawn = []
    for T, s, t in ((4, 0, 1), (4, 2, 2), (6, 1, 5), (6, 0, 6)):
        d, h, q = draws.sizes(rng, 3, T)
        name = {1: "t=1", 2: "s=t"}.get(t, f"s={s}, t={t}, d={d}, h={h}")
        args = (draws.rnn(rng, d, h, q), rng.normal(size=(T, d)), draws.away_from_zero(rng, h), s, t)
        drawn.append(Case(name, args))
    return [*drawn, growing(rng)]


def growing(rng: draws.Rng) -> Case:
    """Small states and W_hh of twice an orthogonal matrix: entries of the Jacobian are larger than 1."""
    d, h, q = draws.sizes(rng, 3, 6)
    p = draws.rnn(rng, d, h, q)
    U, _, V = np.linalg.svd(p.W_hh)
    X, h_0 = 0.1 * rng.normal(size=(6, d)), 0.1 * draws.away_from_zero(rng, h)
    return Case(
        f"s=2, t=5, d={d}, h={h}, growing", (p._replace(W_hh=2 * U @ V, b_h=0.1 * p.b_h), X, h_0, 2, 5)
    )


exercise.expects(expected)


SEE = "Backward in time"
exercise.claim("one_step", "dh_1/dh_0 is right.", on="t=1", points=1, see=SEE)
exercise.claim("no_step", "dh_t/dh_t is the identity.", on="s=t", points=1, see=SEE)
exercise.claim("many_steps", "dh_t/dh_s is right for every s and t.", points=2, see=SEE)


for _slip in RNN_SLIPS:
    if _slip.name in ("transpose", "slope_missing", "slope_twice", "slope_of_state"):
        sentence = FORWARD.get(_slip.name, _slip.sentence)
        exercise.slip(_slip.name, sentence, partial(altered, _slip.alter), _slip.see)


exercise.slip(
    "order",
    "The factors stand in the wrong order: the latest step's Jacobian stands leftmost.",
    partial(from_factors, lambda factors: factors),
    SEE,
)
exercise.slip(
    "one_factor_less",
    "One factor is missing at the early end: the path from h_s to h_t starts with step s + 1.",
    partial(from_factors, lambda factors: factors[:0:-1]),
    SEE,
)
exercise.slip(
    "last_factor_missing",
    "One factor is missing at the late end: the path from h_s to h_t ends with step t.",
    partial(from_factors, lambda factors: factors[-2::-1] if len(factors) > 1 else []),
    SEE,
)
exercise.slip(
    "one_step_only",
    "This is the Jacobian of the last step alone; the steps between s and t multiply.",
    partial(from_factors, lambda factors: factors[-1:]),
    SEE,
)


exercise.slip(
    "slope_on_the_right",
    "The slopes scale the columns of W_hh; they should scale its rows.",
    partial(wrong_steps, "right"),
    SEE,
)
exercise.slip(
    "slope_one_early",
    "The slope of step t is taken at h_{t-1} and not at h_t. Or does the product run over s … t − 1 "
    "and not s + 1 … t?",
    partial(wrong_steps, "early"),
    SEE,
)


exercise.slip(
    "transposed_result",
    "The whole Jacobian is transposed: row i belongs to h_t[i], column j to h_s[j].",
    lambda *args: {"J": expected(*args)["J"].T},
    SEE,
)
exercise.slip(
    "one_factor_more",
    "There is one factor too many at the early end: the path from h_s starts with step s + 1, not s.",
    lambda *args: {"J": expected(*args)["J"] @ step_at(*args)},
    SEE,
)


for _name, _sentence, _s_t in (
    (
        "from_the_start",
        "This is dh_t/dh_0: the product starts with step s + 1, not with step 1.",
        lambda s, t, T: (0, t),
    ),
    (
        "to_the_end",
        "This is dh_T/dh_s: the product ends with step t, not with the last one.",
        lambda s, t, T: (s, T),
    ),
):
    exercise.slip(_name, _sentence, partial(between, _s_t), SEE)

exercise.slip(
    "zero_for_no_step",
    "At s = t it is zero; a state by itself has the derivative I.",
    lambda *args: {"J": expected(*args)["J"] * (args[3] < args[4])},
    SEE,
)
exercise.slip(
    "same_factor",
    "Every step has the Jacobian of the last one; each has a slope of its own.",
    partial(from_factors, lambda factors: factors[-1:] * len(factors)),
    SEE,
)
exercise.slip(
    "started_at_h_0",
    "The steps after s are run from h_0; at step s the network has reached h_s.",
    lambda p, X, h_0, s, t: expected(p, X[s:], h_0, 0, t - s),
    SEE,
)


exercise.table = listed(SLIPS, SEE)
