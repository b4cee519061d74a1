"""Which pieces a sequence is run again in, with checkpoints: the right ones, and those of mistakes."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.models import Array
from course.recognise.reruns import Piece, Rerun
from course.recognise.segments import Segments

SEE = "Cost and memory"

# The state that a segment begins at, by its number and first step.
Start = Callable[[Segments, int, int], Array]


def split(case: Segments, shortest: int = 1, more: int = 0) -> list[Array]:
    """The steps of every segment, counted from 0, and some `more` behind them."""
    T, length = len(case.X), max(case.every, shortest) + more
    return [np.arange(first, min(first + length, T)) for first in case.begins()]


def right_start(case: Segments, number: int, first: int) -> Array:
    """The segment's own checkpoint."""
    return np.asarray(case.states[first])


def pieces(
    case: Segments,
    start: Start = right_start,
    inputs: Callable[[Array, int], Array] | None = None,
    targets: Callable[[Array, int], Array] | None = None,
    kept: Callable[[Segments], list[Array]] = split,
) -> list[Piece]:
    """All segments; the rows of X and Y from a segment's steps and T."""
    T = len(case.X)
    return [
        Piece(
            steps,
            start(case, number, int(steps[0])),
            inputs(steps, T) if inputs else None,
            targets(steps, T) if targets else None,
        )
        for number, steps in enumerate(kept(case))
    ]


def begun_at(start: Start) -> Callable[[Segments], list[Piece]]:
    """All segments, each from such a state."""
    return partial(pieces, start=start)


def checkpoint(choose: Callable[[int, int], int]) -> Start:
    """Another segment's checkpoint, by its number and that of all."""
    return lambda case, n, first: np.asarray(case.states[case.begins()[choose(n, len(case.begins()))]])


def behind(last: Callable[[int, int], int]) -> Start:
    """The state behind a segment's last step, but none behind the `last`, by T and `every`."""
    return lambda case, n, first: np.asarray(
        case.states[min(first + case.every, last(len(case.X), case.every))]
    )


def one_late(case: Segments) -> list[Piece]:
    """States are kept at t = 1, 1 + every, …; there may be fewer of them than segments."""
    kept = [h for t, h in enumerate(case.states[:-1]) if t % case.every == 1 % case.every]
    return [Piece(steps, h) for steps, h in zip(split(case), kept, strict=False)]


def whole(case: Segments) -> list[Array]:
    """Whole segments alone."""
    return [steps for steps in split(case) if len(steps) == case.every]


def without(chosen: slice, case: Segments) -> list[Array]:
    """Of every segment the chosen steps; segments without any are left out."""
    return [steps[chosen] for steps in split(case) if len(steps) > 1]


def forwards(case: Segments) -> list[Piece]:
    """Going back through the first segment first; a tangent meets it last."""
    return pieces(case)[::-1]


def overlapping(case: Segments) -> list[Piece]:
    """No segment is shorter than two steps, however close the checkpoints are."""
    return pieces(case, kept=partial(split, shortest=2))


def rerun(
    name: str, sentence: str, *ways: Any, network: Any = lambda p: p, reads: bool = False
) -> list[Rerun]:
    """A mistake in running again, once for every way to make it."""
    return [Rerun(name, sentence, SEE, pieces=way, network=network, reads_inputs=reads) for way in ways]
