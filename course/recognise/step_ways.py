"""Mistakes of loops over losses and steps that concern slopes and Jacobians, and of linear networks."""

import numpy as np

from course.models import Array
from course.recognise.composed import ALTERED, SLOPES, in_carry
from course.recognise.loop_ways import INITIAL, LOOPS
from course.recognise.loops import Parts, Run, Walk, Way, slope_of_loss, slopes_of, under, unlike
from course.recognise.rules import BACK, RULES, USES

MISSING = next(rule for rule in RULES if rule.name == "slope_missing")
TWICE = next(rule for rule in RULES if rule.name == "slope_twice")
INITIAL_SLOPE = "∂L/∂h_0 is multiplied by 1 − h_0²: h_0 is given, no tanh stands behind it."


def _twice_behind(run: Run) -> Parts:
    answers = run.walk(Walk(between=run.slopes() ** 2, use=run.slopes() ** 2))
    return run.parts((answers[0], answers[1] * (1 - run.s.h_0**2)))


WITH_TANH: list[Way] = [
    *LOOPS,
    *slopes_of((*ALTERED, MISSING)),
    (
        f"{TWICE.name}_further_back",
        f"{TWICE.sentence} This is so behind each loss's own step alone.",
        TWICE.see,
        _twice_behind,
    ),
    *under(in_carry(rule) for rule in SLOPES if rule not in ALTERED),
    (
        "initial_state_sloped",
        INITIAL_SLOPE,
        INITIAL,
        unlike(h_0=lambda run: run.right[1].sum(axis=0) * (1 - run.s.h_0**2)),
    ),
    (
        "slope_of_the_loss",
        "The slope at every use is that of the loss's step: the use at step k has 1 − h_k².",
        USES,
        slope_of_loss,
    ),
    (
        "jacobian_transposed",
        "The Jacobian of each step is transposed: back through step t leads W_hhᵀ times the slope of step t.",
        BACK,
        lambda run: run.parts(run.walk(Walk(turned=True))),
    ),
]


def _powers_by_entry(run: Run, with_h_0: bool = False) -> Parts:
    T, W = run.T, run.s.p.W_hh
    powers = np.stack([W**n for n in range(T)])
    t, k = np.mgrid[:T, :T]
    of_a = np.einsum("tj,tkjh->tkh", run.after, powers[np.maximum(t - k, 0)]) * (t >= k)[..., None]
    return run.parts((of_a, of_a[:, 0] @ W if with_h_0 else run.right[1]))


def _squashed(run: Run, edges: bool) -> Parts:
    """A slope that does not belong in a linear network: not at the last step, or on the edges alone."""
    slope, one = run.slopes("from_value"), np.ones((run.T, run.h))
    if not edges:
        own = np.vstack([slope[:-1], one[:1]])
        return run.parts(run.walk(Walk(own=own, between=own, use=own)))
    to_first = np.vstack([one[:1], slope[1:]])
    own = np.eye(run.T, dtype=bool)[:, :, None]
    of_a, of_h_0 = run.walk(Walk(own=to_first, between=to_first, use=one))
    return run.parts((np.where(own, run.right[0], of_a), of_h_0))


PRESENT = "A factor 1 − h_t² is there, but this network has no tanh: the slope of the identity is 1."
BY_ENTRY = "The entries of W_hh are raised to a power: a product of matrices is meant."
WITHOUT_TANH: list[Way] = [
    *LOOPS,
    ("slope_present", PRESENT, "A linear network", lambda run: _squashed(run, False)),
    (
        "slope_present_in_carry",
        f"{PRESENT} This is so on the way from step to step alone.",
        "A linear network",
        lambda run: _squashed(run, True),
    ),
    ("powers_by_entry", BY_ENTRY, "A linear network", _powers_by_entry),
    ("powers_by_entry", BY_ENTRY, "A linear network", lambda run: _powers_by_entry(run, True)),
]


def _one_edge(run: Run) -> Parts:
    """Each use has one Jacobian of its own in front, not the product of all."""
    T, slope = run.T, run.slopes()
    jacobians = slope[:, :, None] * run.s.p.W_hh
    of_a = np.zeros((T, T, run.h))
    for k in range(T):
        of_a[k, k] = run.after[k] * slope[k]
        if k + 1 < T:
            of_a[k + 1 :, k] = run.after[k + 1 :] @ jacobians[k + 1] * slope[k]
    return run.parts((of_a, run.right[1]))


def _jacobian_too_many(run: Run) -> Parts:
    """The Jacobian of a step is applied before its use is counted."""
    (of_a, of_h_0), W = run.right, run.s.p.W_hh
    return run.parts((of_a @ W * run.slopes(), of_h_0))


EACH_USE: list[Way] = [
    *WITH_TANH,
    (
        "one_jacobian",
        "Only one step's Jacobian stands between a loss and a use: the product of all between them does.",
        BACK,
        _one_edge,
    ),
    (
        "jacobian_too_many",
        "The Jacobian of step k is applied before the use at step k is counted: one too many is in it.",
        BACK,
        _jacobian_too_many,
    ),
    (
        "all_in_the_first",
        "The first copy has the whole gradient of the tied matrix: every step uses its own copy.",
        USES,
        lambda run: run.parts(run.right) | {"W_hh": _first(run.parts(run.right)["W_hh"])},
    ),
]


def _first(uses: Array) -> Array:
    return np.concatenate([uses.sum(axis=0, keepdims=True), 0 * uses[1:]])
