"""Answers to `rprop_step`."""

import numpy as np

from course.grader.bank import Bank

bank = Bank("rprop_step")


@bank.reference
def rprop_step(
    w: np.ndarray, grad: np.ndarray, previous: np.ndarray, step: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    turn = np.sign(grad) * np.sign(previous)
    factor = np.where(turn > 0, 1.2, np.where(turn < 0, 0.5, 1.0))
    step = np.clip(factor * step, 1e-6, 50.0)
    kept = np.where(turn < 0, 0.0, grad)
    return w - np.sign(kept) * step, kept, step


@bank.right
def entry_by_entry(
    w: np.ndarray, grad: np.ndarray, previous: np.ndarray, step: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    new_w, new_previous, new_step = w.copy(), grad.copy(), step.copy()
    for i in np.ndindex(w.shape):
        g, before = float(grad[i]), float(previous[i])
        if (g > 0 and before > 0) or (g < 0 and before < 0):
            new_step[i] = min(1.2 * step[i], 50.0)
        elif (g > 0 > before) or (g < 0 < before):
            new_step[i] = max(0.5 * step[i], 1e-6)
            new_previous[i] = g = 0.0
        if g > 0:
            new_w[i] -= new_step[i]
        elif g < 0:
            new_w[i] += new_step[i]
    return new_w, new_previous, new_step


@bank.right
def powers_of_the_factors(
    w: np.ndarray, grad: np.ndarray, previous: np.ndarray, step: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    up = (grad > 0).astype(int) - (grad < 0)
    before = (previous > 0).astype(int) - (previous < 0)
    turn = up * before
    new = step * np.array([0.5, 1.0, 1.2])[turn + 1]
    new[new > 50] = 50.0
    new[new < 1e-6] = 1e-6
    waits = turn == -1
    return w - new * up * ~waits, grad * (1 - waits), new


@bank.right
def by_masks(
    w: np.ndarray, grad: np.ndarray, previous: np.ndarray, step: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    same = np.signbit(grad) == np.signbit(previous)
    both = (grad != 0) & (previous != 0)
    grow, flip = same & both, ~same & both
    w, previous, step = w.copy(), grad.copy(), step.copy()
    step[grow] = np.fmin(step[grow] * 1.2, 50)
    step[flip] = np.fmax(step[flip] / 2, 1e-6)
    previous[flip] = 0
    w[previous > 0] -= step[previous > 0]
    w[previous < 0] += step[previous < 0]
    return w, previous, step


STEPS, LIMITS, MOVES, MEMORY = "steps", "limits", "moves", "memory"
FACTOR = "np.where(turn > 0, 1.2, np.where(turn < 0, 0.5, 1.0))"
CLIP, KEPT, MOVE = (
    "np.clip(factor * step, 1e-6, 50.0)",
    "np.where(turn < 0, 0.0, grad)",
    "w - np.sign(kept) * step, kept,",
)
bank.edit("no_waiting", KEPT, "grad", loses={MOVES, MEMORY}, slip="no_waiting")
bank.edit("sign_kept", MOVE, "w - np.sign(kept) * step, grad,", loses={MEMORY}, slip="sign_kept")
bank.edit(
    "moves_but_forgets", MOVE, "w - np.sign(grad) * step, kept,", loses={MOVES}, slip="moved_before_waiting"
)
bank.edit("no_limits", CLIP, "factor * step", loses={LIMITS}, slip="no_limits")
bank.edit("no_lower_limit", CLIP, "np.minimum(factor * step, 50.0)", loses={LIMITS}, slip="no_lower_limit")
bank.edit("no_upper_limit", CLIP, "np.maximum(factor * step, 1e-6)", loses={LIMITS}, slip="no_upper_limit")
bank.edit("limits_before", CLIP, "factor * np.clip(step, 1e-6, 50.0)", loses={LIMITS}, slip="no_limits")
bank.edit(
    "factors_exchanged",
    FACTOR,
    "np.where(turn < 0, 1.2, np.where(turn > 0, 0.5, 1.0))",
    loses={STEPS},
    slip="factors_exchanged",
)
bank.edit("never_grows", FACTOR, "np.where(turn < 0, 0.5, 1.0)", loses={STEPS})
bank.edit("grows_at_zero", FACTOR, "np.where(turn < 0, 0.5, 1.2)", loses={STEPS}, slip="zero_as_equal")
bank.edit("shrinks_at_zero", FACTOR, "np.where(turn > 0, 1.2, 0.5)", loses={STEPS}, slip="zero_as_opposite")
bank.edit(
    "inverse_factors", FACTOR, "np.where(turn > 0, 1.2, np.where(turn < 0, 1 / 1.2, 1.0))", loses={STEPS}
)
bank.edit("size_counts", MOVE, "w - kept * step, kept,", loses={MOVES, "magnitude"}, slip="size_counts")
bank.edit("uphill", MOVE, "w + np.sign(kept) * step, kept,", loses={MOVES}, slip="uphill")
bank.edit(
    "signs_handed_on",
    MOVE,
    "w - np.sign(kept) * step, np.sign(kept),",
    loses={MEMORY, "magnitude"},
    slip="sign_for_gradient",
)
bank.edit(
    "product_underflows",
    "np.sign(grad) * np.sign(previous)",
    "grad * previous",
    loses={"magnitude"},
    slip="product_underflows",
)
bank.edit(
    "small_counts_as_zero",
    "np.sign(grad) * np.sign(previous)",
    "np.sign(grad) * np.sign(previous) * (np.abs(grad) > 1e-12)",
    loses={"magnitude"},
    slip="product_underflows",
)
bank.edit("old_previous", MOVE, "w - np.sign(kept) * step, previous,", loses={MEMORY})


@bank.wrong(loses={MOVES}, slip="step_before")
def moved_by_the_old_step(
    w: np.ndarray, grad: np.ndarray, previous: np.ndarray, step: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    s = np.sign(np.sign(grad) * np.sign(previous))
    grad = grad * (s >= 0)
    w = w - step * np.sign(grad)
    step = np.where(s == 1, step * 1.2, np.where(s == -1, step * 0.5, step))
    return w, grad, np.maximum(np.minimum(step, 50), 1e-6)


@bank.wrong(loses={MOVES}, slip="move_taken_back")
def taken_back(
    w: np.ndarray, grad: np.ndarray, previous: np.ndarray, step: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    # The rule of 1993, as far as it can be had without the last move: the step before is taken back.
    s = np.sign(grad) * np.sign(previous)
    new = np.clip(step * np.where(s > 0, 1.2, np.where(s < 0, 0.5, 1.0)), 1e-6, 50)
    moved = np.where(s < 0, np.sign(previous) * step, -np.sign(grad) * new)
    return w + moved, np.where(s < 0, 0.0, grad), new


bank.edit(
    "in_place",
    "    step = np.clip(factor * step, 1e-6, 50.0)",
    "    step *= factor\n    np.clip(step, 1e-6, 50.0, out=step)",
    loses={"keeps"},
)
bank.edit(
    "zeros_are_equal",
    FACTOR,
    "np.where(np.sign(grad) == np.sign(previous), 1.2, np.where(turn < 0, 0.5, 1.0))",
    loses={STEPS},
    slip="zeros_as_equal",
)
bank.edit(
    "zero_moves",
    MOVE,
    "w - np.where(turn < 0, 0, np.where(grad >= 0, 1, -1)) * step, kept,",
    loses={MOVES},
    slip="zero_moves",
)
bank.edit(
    "zero_moves_after_a_turn",
    MOVE,
    "w - np.where(kept >= 0, 1, -1) * step, kept,",
    loses={MOVES},
    slip="zero_moves_after_a_turn",
)
bank.edit("gradient_clipped", KEPT, "np.where(turn < 0, 0.0, np.clip(grad, -10, 10))", loses={MEMORY})
bank.edit(  # two mistakes, of which one has a name
    "no_upper_limit_and_old_steps",
    "    step = np.clip(factor * step, 1e-6, 50.0)\n    kept = np.where(turn < 0, 0.0, grad)\n"
    "    return w - np.sign(kept) * step, kept, step",
    "    new = np.maximum(factor * step, 1e-6)\n    kept = np.where(turn < 0, 0.0, grad)\n"
    "    return w - np.sign(kept) * step, kept, new",
    loses={LIMITS, "moves"},
)
