"""Mistakes of loops over losses and steps, of their order and ends, with or without a tanh."""

from collections.abc import Callable

import numpy as np

from course.models import Array
from course.recognise.loops import Parts, Run, Walk, Way, no_edges, unlike
from course.recognise.rules import BACK, USES

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
    of_h_0 = run.right[1]
    plain = run.walk(Walk(use=np.ones((run.T, run.h)), own=run.slopes()))[0]
    if run.T == 1 and initial == "zero_later":  # the last step is set before the loop
        return run.parts(run.right)
    found = counted(lambda t, k, T: k > 0, lambda t, T: t >= 0, (lambda t, T: t > 0) if output else None)(run)
    arriving = plain[1:, 0].sum(axis=0)
    of_h_0 = {"right": of_h_0.sum(axis=0), "kept": arriving}.get(initial, 0 * arriving)
    return found | {"h_0": of_h_0}


STEP_1 = "The way back ends at step 2: step 1 has a loss, uses the weights, and leads to h_0."
SHORT: list[Way] = [
    ("step_1_not_reached", STEP_1, BACK, lambda run, i=i, o=o: _short(run, i, o))  # type: ignore[misc]
    for i in ("right", "zero", "kept", "zero_later")
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


AGAIN = "A step's own loss goes back twice: ∂L/∂h_t holds it already."
LOOPS: list[Way] = [
    *map(_windows, range(13)),
    (
        "loop_forward",
        "The loop runs forward in time, from step 1 to T: what comes back from step t+1 is not there yet.",
        BACK,
        lambda run: run.parts(run.walk(Walk(back=True))),
    ),
    (
        "filled_forward",
        "The loop runs forward in time: step t reads ∂L/∂h_{t+1} before it is there.",
        BACK,
        counted(lambda t, k, T: (t == k) | ((t == T - 1) & (k == T - 2)), lambda t, T: (t == 0) | (T == 2)),
    ),
    ("later_losses_twice", AGAIN, BACK, counted(lambda t, k, T: 1 + (t > k), lambda t, T: 1 + (t > 0))),
    ("later_losses_twice", AGAIN, BACK, counted(lambda t, k, T: 1 + (t > k), lambda t, T: 2 + 0 * t)),
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
