"""Rprop with one part of its rule altered. A mistake speaks of the results that it returns."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course.exercise import Parts
from course.models import Array

LOW, HIGH = 1e-6, 50.0


def without(change: Callable[..., Parts], w: Array, grad: Array, previous: Array, step: Array) -> Parts:
    """What a change of the rule gives, from the factor by which each step changes."""
    turn = np.sign(grad) * np.sign(previous)
    return change(w, grad, np.where(turn > 0, 1.2, np.where(turn < 0, 0.5, 1.0)), step)


def limited(step: Array) -> Array:
    """Between the limits."""
    return np.clip(step, LOW, HIGH)


def by_turn(factor: Callable[[Array, Array], Array], *args: Array) -> Parts:
    """All right, but with factors that are another function of the signs of grad and previous."""
    w, grad, previous, step = args
    return whole(w, grad, factor(np.sign(grad), np.sign(previous)), step)


def by_product(w: Array, grad: Array, previous: Array, step: Array) -> Parts:
    """The signs compared by a product that may be too small for float64."""
    with np.errstate(all="ignore"):
        turn = np.sign(grad * previous)
    return whole(w, grad, np.where(turn > 0, 1.2, np.where(turn < 0, 0.5, 1.0)), step)


def whole(w: Array, g: Array, f: Array, s: Array) -> Parts:
    """All three results, from the factors."""
    kept = np.where(f < 1, 0.0, g)
    return {"w": w - np.sign(kept) * limited(f * s), "previous": kept, "step": limited(f * s)}


def waits_then_moves(value: Callable[..., Parts]) -> list[Callable[..., Parts]]:
    """What else a rule with this mistake does: it waits where signs differ, or where its step shrinks."""

    def otherwise(by_step: bool, w: Array, grad: Array, previous: Array, step: Array) -> Parts:
        right = without(whole, w, grad, previous, step)
        new = value(w, grad, previous, step).get("step", right["step"])
        waits = (new < step) if by_step else (np.sign(grad) * np.sign(previous) < 0)
        kept = np.where(waits, 0.0, grad)
        return {"w": w - np.sign(kept) * new, "previous": kept, "step": right["step"]}

    return [partial(otherwise, by_step) for by_step in (False, True)]


def taken_back(w: Array, grad: Array, previous: Array, step: Array) -> Parts:
    """The variant of 1993: a change of sign takes the last move back."""
    turned = np.sign(grad) * np.sign(previous) < 0
    right = without(whole, w, grad, previous, step)
    return {"w": right["w"] + np.where(turned, np.sign(previous) * step, 0.0)}


ALTERED: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    (
        "no_waiting",
        "After a change of sign the weight moves all the same: here its gradient counts as 0.",
        lambda w, g, f, s: {"w": w - np.sign(g) * limited(f * s), "previous": g},
    ),
    (
        "sign_kept",
        "After a change of sign the gradient is handed on; here it counts as 0, so 0 is.",
        lambda w, g, f, s: {"w": w - np.where(f < 1, 0, np.sign(g)) * limited(f * s), "previous": g},
    ),
    (
        "step_before",
        "The weight moves by the old step; the new one belongs there.",
        lambda w, g, f, s: {"w": w - np.where(f < 1, 0, np.sign(g)) * s, "step": limited(f * s)},
    ),
    ("no_limits", "The limits of the steps are missing.", lambda w, g, f, s: {"step": f * s}),
    (
        "no_lower_limit",
        "The steps have no lower limit.",
        lambda w, g, f, s: {"step": np.minimum(f * s, HIGH)},
    ),
    ("no_upper_limit", "The steps have no upper limit.", lambda w, g, f, s: {"step": np.maximum(f * s, LOW)}),
    (
        "factors_exchanged",
        "Growing and shrinking are exchanged: equal signs say that the step may grow.",
        lambda w, g, f, s: {"step": limited(np.where(f > 1, 0.5, np.where(f < 1, 1.2, 1.0)) * s)},
    ),
    (
        "size_counts",
        "The weight moves by step times gradient; only the sign counts.",
        lambda w, g, f, s: {"w": w - np.where(f < 1, 0, g) * limited(f * s)},
    ),
    (
        "uphill",
        "The weights move uphill: against the sign of the gradient is downhill.",
        lambda w, g, f, s: {"w": w + np.where(f < 1, 0, np.sign(g)) * limited(f * s)},
    ),
    (
        "moved_before_waiting",
        "After a change of sign the weight moves, though 0 is handed on: there it should stand still.",
        lambda w, g, f, s: {"w": w - np.sign(g) * limited(f * s), "previous": np.where(f < 1, 0.0, g)},
    ),
    (
        "sign_for_gradient",
        "The sign is handed on; it should be the gradient itself.",
        lambda w, g, f, s: {"previous": np.where(f < 1, 0.0, np.sign(g))},
    ),
    (
        "zero_moves",
        "Where the gradient is 0 the weight moves: a gradient of 0 has no sign.",
        lambda w, g, f, s: {"w": w - np.where(f < 1, 0, np.where(g >= 0, 1, -1)) * limited(f * s)},
    ),
    (
        "zero_moves_after_a_turn",
        "Where the gradient is 0, or counts as 0, the weight moves: 0 has no sign.",
        lambda w, g, f, s: {"w": w - np.where((f < 1) | (g >= 0), 1, -1) * limited(f * s)},
    ),
)
MISTAKES: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    *[(name, sentence, partial(without, change)) for name, sentence, change in ALTERED],
    (
        "zero_as_equal",
        "Where one sign is 0 the step grows: there it stays.",
        partial(by_turn, lambda a, b: np.where(a * b >= 0, 1.2, 0.5)),
    ),
    (
        "zeros_as_equal",
        "Where both gradients are 0 the step grows: there it stays.",
        partial(by_turn, lambda a, b: np.where(a == b, 1.2, np.where(a * b < 0, 0.5, 1.0))),
    ),
    (
        "zero_as_opposite",
        "Where one sign is 0 the step shrinks: there it stays.",
        lambda *args: {"step": by_turn(lambda a, b: np.where(a * b > 0, 1.2, 0.5), *args)["step"]},
    ),
    (
        "product_underflows",
        "Gradients of 1e-200 count as 0 when signs are compared: is their product too small for float64?",
        by_product,
    ),
    (
        "move_taken_back",
        "A change of sign takes the last move back; in this variant it does not.",
        taken_back,
    ),
)
