"""Losses, uses and edges that count wrongly at the edges of segments."""

import numpy as np

from course.models import Array
from course.problem_sets.ps2._pieces import SEE
from course.recognise.patterns import HIDDEN
from course.recognise.segments import Chosen, Counted


def begins(t: Array, T: int, every: int) -> Array:
    """The first step of every segment."""
    return np.asarray(t % every == 0)


def ends(t: Array, T: int, every: int) -> Array:
    """The last step of every segment."""
    return np.asarray((t % every == every - 1) | (t == T - 1))


def length(t: Array, T: int, every: int) -> Array:
    """The steps of the segment of step t."""
    first = every * (t // every)
    return np.asarray(np.minimum(first + every, T) - first)


def _losses(name: str, sentence: str, weight: Chosen) -> Counted:
    """Every loss times a weight."""
    return Counted(name, sentence, SEE, alpha=lambda t, k, T, every: weight(t, T, every), output=weight)


def _uses(
    name: str, sentence: str, chosen: Chosen, only: tuple[str, ...] = (*HIDDEN, "W_qh", "b_q")
) -> Counted:
    """Some steps' terms alone, in the weights' gradients."""
    return Counted(
        name, sentence, SEE, alpha=lambda t, k, T, every: chosen(k, T, every), output=chosen, only=only
    )


def begins_later(t: Array, T: int, every: int) -> Array:
    """The first step of every segment but the first."""
    return begins(t, T, every) & (t > 0)


LAST_LOSSES = "Only the last loss of each segment is counted: every step has one."
OWN_MEANS = "Each segment's losses are divided by its own length; L divides by T."
COUNTED = (
    Counted(
        "cut",
        "The gradient is cut between segments: it should pass from each segment to the one before.",
        SEE,
        alpha=lambda t, k, T, every: t // every == k // every,
    ),
    Counted(
        "one_segment_back",
        "The gradient passes from each segment to the one before, and no further.",
        SEE,
        alpha=lambda t, k, T, every: t // every - k // every <= 1,
    ),
    Counted(
        "edges_twice",
        "What passes from a segment to the one before counts twice.",
        SEE,
        alpha=lambda t, k, T, every: 2.0 ** (t // every - k // every),
    ),
    Counted(
        "last_losses_stay",
        "At the last step of each segment but the last, the step's own loss does not go back.",
        SEE,
        alpha=lambda t, k, T, every: ~ends(t, T, every) | (t == T - 1),
    ),
    Counted(
        "last_losses_back_twice",
        "At the last step of each segment but the last, the step's own loss goes back twice.",
        SEE,
        alpha=lambda t, k, T, every: 1 + (ends(t, T, every) & (t < T - 1)),
    ),
    Counted(
        "last_losses_alone_go_back",
        "Only the last loss of each segment goes back through the states: every step's does.",
        SEE,
        alpha=lambda t, k, T, every: ends(t, T, every),
    ),
    _losses("last_loss_of_segments", LAST_LOSSES, ends),
    _losses("first_loss_of_segments", LAST_LOSSES.replace("last", "first"), begins),
    _losses("own_means", OWN_MEANS, lambda t, T, every: T / length(t, T, every)),
    _losses(
        "mean_of_means",
        "L is taken as the mean of the segments' own means: it is the mean over all steps.",
        lambda t, T, every: T / length(t, T, every) / -(-T // every),
    ),
    _losses(
        "mean_over_every", "The losses are divided by `every`: L divides by T.", lambda t, T, every: T / every
    ),
    _losses(
        "mean_over_every",
        "The losses are divided by `every`: L divides by T.",
        lambda t, T, every: T / min(every, T),
    ),
    _losses(
        "mean_over_segments",
        "The losses are divided by the number of segments: L divides by T.",
        lambda t, T, every: T / -(-T // every),
    ),
    _uses(
        "first_segment",
        "The weights' gradients are those of the first segment alone: each segment's should be added.",
        lambda k, T, every: k < every,
    ),
    _uses(
        "last_segment",
        "The weights' gradients are those of the last segment alone: each segment's should be added.",
        lambda k, T, every: k // every == (T - 1) // every,
    ),
    *[
        _uses(name, f"∂L/∂{weight} {said}", chosen, (weight,))
        for name, said, chosen in (
            (
                "first_segment",
                "is that of the first segment alone: each segment's should be added.",
                lambda k, T, every: k < every,
            ),
            (
                "last_segment",
                "is that of the last segment alone: each segment's should be added.",
                lambda k, T, every: k // every == (T - 1) // every,
            ),
            (
                "averaged_in_segments",
                "takes the mean over each segment's steps: its terms are added.",
                lambda k, T, every: 1 / length(k, T, every),
            ),
        )
        for weight in (*HIDDEN, "W_qh", "b_q")
    ],
    *[
        _uses(name, sentence.format(where), chosen, only)
        for name, sentence, chosen in (
            (
                "first_steps_missing",
                "In {} the first step of each segment is missing.",
                lambda k, T, every: ~begins(k, T, every),
            ),
            (
                "first_steps_missing",
                "In {} the first step of each later segment is missing.",
                lambda k, T, every: ~begins(k, T, every) | (k == 0),
            ),
            (
                "last_steps_missing",
                "In {} the last step of each segment is missing.",
                lambda k, T, every: ~ends(k, T, every),
            ),
            (
                "last_steps_missing",
                "In {} the last step of each segment but the last is missing.",
                lambda k, T, every: ~ends(k, T, every) | (k == T - 1),
            ),
            (
                "first_steps_alone",
                "In {} only the first step of each segment is left: add every step's.",
                begins,
            ),
            (
                "last_steps_alone",
                "In {} only the last step of each segment is left: add every step's.",
                ends,
            ),
        )
        for where, only in (
            ("the weights' gradients", (*HIDDEN, "W_qh", "b_q")),
            ("the weights' gradients", HIDDEN),
            *[(f"∂L/∂{weight}", (weight,)) for weight in ("W_hx", "b_h", "W_qh", "b_q")],
        )
    ],
)
