"""Mistakes of loops over losses and steps, of their order and ends, as ways to walk (`course.recognise.loops`)."""

from collections.abc import Callable

import numpy as np

from course.models import Array
from course.recognise.composed import ALTERED, SLOPES
from course.recognise.composed import in_carry as slope_in_carry
from course.recognise.loops import Parts, Run, Walk, Way, no_edges, slope_of_loss, slopes_of, under, unlike
from course.recognise.rules import BACK, RULES, USES

MISSING = next(rule for rule in RULES if rule.name == "slope_missing")
TWICE = next(rule for rule in RULES if rule.name == "slope_twice")
INITIAL = "Inputs and the initial state"


def counted(
    alpha: Callable[[Array, Array, int], Array],
    initial: Callable[[Array, int], Array],
    output: Callable[[Array, int], Array] | None = None,
) -> Callable[[Run], Parts]:
    """Losses and uses counted by t, k and T, steps from 0."""

    def of(run: Run) -> Parts:
        T = run.T
        t, k = np.mgrid[:T, :T]
        steps = np.arange(T)
        return run.counted(
            alpha(t, k, T) * (t >= k), initial(steps, T) * np.ones(T), output and 1.0 * output(steps, T)
        )

    return of


def _short(run: Run, initial: str, output: bool) -> Parts:
    """The loop ends at step 2."""
    of_a, of_h_0 = run.right
    plain = run.walk(Walk(use=np.ones((run.T, run.h)), own=run.slopes()))[0]
    if run.T == 1 and initial == "last":  # the last step is set before the loop
        return run.parts(run.right)
    found = counted(lambda t, k, T: k > 0, lambda t, T: t >= 0, (lambda t, T: t > 0) if output else None)(run)
    arriving = plain[1:, 0].sum(axis=0)
    return found | {
        "h_0": {"right": of_h_0.sum(axis=0), "zero": 0 * arriving, "kept": arriving}.get(
            initial, 0 * arriving
        )
    }


STEP_1 = "The way back ends at step 2: step 1 has a loss, uses the weights, and leads to h_0."
SHORT: list[Way] = [
    ("step_1_not_reached", STEP_1, BACK, lambda run, i=i, o=o: _short(run, i, o))  # type: ignore[misc]
    for i in ("right", "zero", "kept", "last")
    for o in (False, True)
]


def _delta(run: Run) -> Array:
    return np.asarray(run.right[0].sum(axis=0))


def _own_uses(read: Callable[[Run], Array]) -> Callable[[Run], Array]:
    """For every loss the same row is read at each of its uses."""
    return lambda run: np.einsum("tkh,td->khd", run.right[0], read(run))


def _inputs_of_losses(run: Run) -> Array:
    return np.asarray(run.right[0].sum(axis=1) @ run.s.p.W_hx)


def _windows(tau: int) -> Way:
    """Each loss goes back tau steps, and what arrives at the end of its window counts as that of h_0."""

    def of(run: Run) -> Parts:
        of_a, steps = run.right[0], np.arange(run.T)
        ends = of_a[steps, np.maximum(steps - tau, 0)].sum(axis=0)
        alpha = np.tril(np.ones((run.T, run.T))) - np.tril(np.ones((run.T, run.T)), -tau - 1)
        return run.counted(alpha, steps >= 0) | {"h_0": ends @ run.s.p.W_hh}

    said = "one step" if tau == 1 else f"{tau} steps"
    sentence = (
        f"Truncated: each loss goes back {said} and no further, and what leaves its window goes to h_0."
    )
    return (f"truncated_{tau}_into_h_0", sentence, BACK, of)


LOOPS: list[Way] = [
    *map(_windows, range(13)),
    (
        "loop_forward",
        "The loop runs forward in time, from step 1 to T: what step t sends back is there only after step t+1.",
        BACK,
        lambda run: run.parts(run.walk(Walk(back=True))),
    ),
    (
        "filled_forward",
        "The loop runs forward in time: step t reads ∂L/∂h_{t+1} before it is there.",
        BACK,
        counted(lambda t, k, T: (t == k) | ((t == T - 1) & (k == T - 2)), lambda t, T: (t == 0) | (T == 2)),
    ),
    (
        "later_losses_twice",
        "Step t+1's own loss goes back twice: ∂L/∂h_{t+1} holds it already.",
        BACK,
        counted(lambda t, k, T: 1 + (t > k), lambda t, T: 1 + (t > 0)),
    ),
    *SHORT,
    (
        "first_loss_alone",
        "Only the first step's loss is counted: is each loss's term assigned instead of added?",
        BACK,
        counted(lambda t, k, T: t == 0, lambda t, T: t == 0),
    ),
    (
        "state_of_the_loss",
        "The state at the loss's step is read at all uses behind it: the use at step k reads h_{k-1}.",
        USES,
        unlike(W_hh=_own_uses(lambda run: run.s.values[1])),
    ),
    (
        "state_of_the_loss",
        "The state at the loss's step is read at all uses behind it: the use at step k reads h_{k-1}.",
        USES,
        unlike(W_hh=_own_uses(lambda run: run.s.values[2])),
    ),
    (
        "input_of_the_loss",
        "The input at the loss's step is read at all uses behind it: the use at step k reads x_k.",
        USES,
        unlike(W_hx=_own_uses(lambda run: run.s.X)),
    ),
    (
        "inputs_by_loss",
        "What a loss sends to all inputs is added up at the loss's own step: ∂L/∂x_k holds what goes to x_k.",
        INITIAL,
        unlike(X=_inputs_of_losses),
    ),
    (
        "initial_state_of_another_step",
        "∂L/∂h_0 is made of ∂L/∂a_t of the last step; it is W_hhᵀ ∂L/∂a_1.",
        INITIAL,
        unlike(h_0=lambda run: _delta(run)[-1] @ run.s.p.W_hh),
    ),
    (
        "initial_state_of_all_steps",
        "∂L/∂h_0 adds up what every step sends back; only step 1 reads h_0.",
        INITIAL,
        unlike(h_0=lambda run: _delta(run).sum(axis=0) @ run.s.p.W_hh),
    ),
    (
        "initial_state_is_carry_of_step_1",
        "∂L/∂h_0 holds what step 2 sends back to h_1: one more step leads to h_0.",
        INITIAL,
        lambda run: run.parts(run.right) | {"h_0": _short(run, "kept", False)["h_0"]},
    ),
    (
        "carry_beside",
        "∂L/∂h_t itself goes back to h_{t-1} as well: only W_hhᵀ ∂L/∂a_t does.",
        BACK,
        lambda run: run.parts(run.walk(Walk(beside=True))),
    ),
    (
        "no_jacobians",
        "Each loss's error reaches every step unchanged: nothing is multiplied on the way from step to step.",
        BACK,
        no_edges,
    ),
    (
        "carry_without_matrix_but_for_h_0",
        "W_hhᵀ is missing on the way from step to step; in ∂L/∂h_0 it is right.",
        BACK,
        lambda run: run.parts(run.walk(Walk(W=np.eye(run.h), first=run.s.p.W_hh))),
    ),
    (
        "transpose_at_h_0",
        "In ∂L/∂h_0 alone W_hh stands where W_hhᵀ belongs.",
        INITIAL,
        unlike(h_0=lambda run: run.s.p.W_hh @ _delta(run)[0]),
    ),
]
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
    *under(slope_in_carry(rule) for rule in SLOPES if rule not in ALTERED),
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


def _powers_by_entry(run: Run) -> Parts:
    T, W = run.T, run.s.p.W_hh
    powers = np.stack([W**n for n in range(T)])
    t, k = np.mgrid[:T, :T]
    of_a = np.einsum("tj,tkjh->tkh", run.after, powers[np.maximum(t - k, 0)]) * (t >= k)[..., None]
    return run.parts((of_a, run.right[1]))


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
WITHOUT_TANH: list[Way] = [
    *LOOPS,
    ("slope_present", PRESENT, "A linear network", lambda run: _squashed(run, False)),
    (
        "slope_present_in_carry",
        f"{PRESENT} This is so in the carry alone.",
        "A linear network",
        lambda run: _squashed(run, True),
    ),
    (
        "powers_by_entry",
        "The entries of W_hh are raised to a power: a product of matrices is meant.",
        "A linear network",
        _powers_by_entry,
    ),
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
