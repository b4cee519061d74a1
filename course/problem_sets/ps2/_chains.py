"""What mistakes with checkpoints return: the segments as they are run again, one after another."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import Array, rnn_forward
from course.problem_sets.ps2._segments import unrolled
from course.recognise.counting import squared_errors
from course.recognise.sequences import terms


@dataclass(frozen=True)
class Piece:
    """One segment as it is run: its steps, the value of the state that it begins at, its rows of Y."""

    steps: Array
    start: Array
    targets: Array


Pieces = Callable[[Array, int], list[Piece]]  # from the right states h_0 … h_T (T+1, h) and `every`


def chained(pieces: Pieces, *args: Any, assigned: bool = False) -> Parts:
    """The gradients of the pieces' losses: a tangent goes on from piece to piece, a value begins anew.

    `assigned`: of several pieces that run the same step, only the first gives ∂L/∂x_t.
    """
    p, X, Y, h_0, every = args
    run = pieces(rnn_forward(p, X, h_0)[0], every)
    if not run:
        return {name: np.zeros_like(part) for name, part in unrolled.parts(unrolled.terms(args)).items()}
    steps, targets = (np.concatenate([getattr(piece, of) for piece in run]) for of in ("steps", "targets"))
    begins = np.cumsum([0, *[len(piece.steps) for piece in run]])
    whole = squared_errors(p, X[steps], Y[targets], h_0)  # its losses are divided by their own number
    s = replace(
        whole,
        loss=lambda *more: whole.loss(*more) * len(steps) / len(X),
        resumes={int(t): piece.start for t, piece in zip(begins, run, strict=False)},
    )
    parts = unrolled.parts([terms(s)])
    first = [list(steps).index(t) for t in steps]
    of_steps, dX = parts["dX"], np.zeros_like(X)
    counted = np.equal(first, np.arange(len(steps))) if assigned else np.ones(len(steps))
    np.add.at(dX, steps, counted[:, None] * of_steps)
    return parts | {"dX": dX}


def segments(T: int, every: int, shortest: int = 1) -> list[Array]:
    """The steps of every segment, counted from 0."""
    return [np.arange(first, min(first + max(every, shortest), T)) for first in range(0, T, every)]


def one_late(H: Array, every: int) -> list[Piece]:
    """States are kept at t = 1, 1 + every, …; there may be fewer of them than segments."""
    kept = [h for t, h in enumerate(H[:-1]) if t % every == 1 % every]
    return [Piece(s, h, s) for s, h in zip(segments(len(H) - 1, every), kept, strict=False)]


def begun_at(start: Callable[[Array, int], Array]) -> Pieces:
    """All segments, each from `start(H, its first step)`."""
    return lambda H, every: [Piece(s, start(H, s[0]), s) for s in segments(len(H) - 1, every)]


def first_targets(H: Array, every: int) -> list[Piece]:
    """Every segment is compared with the targets of the first."""
    return [Piece(s, H[s[0]], np.arange(len(s))) for s in segments(len(H) - 1, every)]


def overlapping(H: Array, every: int) -> list[Piece]:
    """No segment is shorter than two steps, however close the checkpoints are."""
    return [Piece(s, H[s[0]], s) for s in segments(len(H) - 1, every, shortest=2)]


def forwards(H: Array, every: int) -> list[Piece]:
    """Going back through the first segment first; a tangent meets it last."""
    return begun_at(lambda H, first: H[first])(H, every)[::-1]


# Name, sentence, and how the segments are run.
CHAINS: tuple[tuple[str, str, Pieces], ...] = (
    (
        "wrong_checkpoint",
        "Every segment is computed again from h_0: each begins at its own checkpoint.",
        begun_at(lambda H, first: H[0]),
    ),
    (
        "checkpoint_one_late",
        "States are kept at t = 1, 1 + every, …: keep h_0, h_every, h_{2·every}, …",
        one_late,
    ),
    (
        "checkpoint_after_the_step",
        "Each checkpoint is the state after its segment's first step: keep the one before it.",
        begun_at(lambda H, first: H[first + 1]),
    ),
    (
        "no_checkpoint_for_h_0",
        "The first segment is computed again from a state of zeros: it begins at h_0.",
        begun_at(lambda H, first: H[first] if first else 0 * H[0]),
    ),
    (
        "segments_forward",
        "The segments are gone through from the first to the last: going back, begin with the last.",
        forwards,
    ),
    (
        "targets_of_the_first_segment",
        "Every segment is compared with the first segment's targets: step t belongs to y_t.",
        first_targets,
    ),
)
