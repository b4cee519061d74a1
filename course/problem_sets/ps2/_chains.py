"""Mistakes with checkpoints, by the way in which the segments are run again."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course.models import Array
from course.problem_sets.ps2._first_pass import FIRST_PASS, bare
from course.problem_sets.ps2._pieces import (
    SEE,
    begun_at,
    behind,
    checkpoint,
    forwards,
    one_late,
    overlapping,
    pieces,
    rerun,
    split,
    whole,
    without,
)
from course.recognise.reruns import Rerun

AFTER = "A checkpoint is the state after its segment's first step: keep the one before it."
INPUTS = "A segment is run again with the wrong rows of X: those of its own steps belong to it."
LOCAL: Callable[[Array, int], Array] = lambda steps, T: steps - steps[0]  # noqa: E731
SHIFTED: tuple[Callable[[Array, int], Array], ...] = (
    LOCAL,
    lambda steps, T: np.minimum(steps + 1, T - 1),
    lambda steps, T: (steps + 1) % T,
    lambda steps, T: np.maximum(steps - 1, 0),
    lambda steps, T: (steps - 1) % T,
    lambda steps, T: steps[::-1],
)
RERUNS = (
    *rerun(
        "wrong_checkpoint",
        "Every segment is computed again from h_0: each begins at its own checkpoint.",
        begun_at(lambda case, n, first: case.h_0),
    ),
    *rerun(
        "no_checkpoint",
        "Every segment is computed again from a state of zeros: each begins at its own checkpoint.",
        begun_at(lambda case, n, first: 0 * case.h_0),
        begun_at(lambda case, n, first: case.h_0 * (first == 0)),
    ),
    *rerun(
        "next_checkpoint",
        "A segment is computed again from the checkpoint of the next one: it begins at its own.",
        begun_at(checkpoint(lambda n, N: min(n + 1, N - 1))),
        begun_at(checkpoint(lambda n, N: (n + 1) % N)),
        begun_at(behind(lambda T, every: T)),
        begun_at(behind(lambda T, every: T // every * every)),
    ),
    *rerun(
        "checkpoint_before",
        "A segment is computed again from the checkpoint of the one before: it begins at its own.",
        begun_at(checkpoint(lambda n, N: max(n - 1, 0))),
        begun_at(checkpoint(lambda n, N: (n - 1) % N)),
    ),
    *rerun(
        "segments_forward",
        "The segments are gone through from the first to the last: going back, begin with the last.",
        forwards,
    ),
    *[
        Rerun(
            "never_one_step",
            "With every = 1 the segments overlap: a segment of one step is run over two.",
            SEE,
            pieces=overlapping,
            assigned=assigned,
        )
        for assigned in (False, True)
    ],
    *rerun(
        "last_checkpoint",
        "Every segment is computed again from the last checkpoint: each begins at its own.",
        begun_at(checkpoint(lambda n, N: N - 1)),
    ),
    *rerun(
        "last_state",
        "Every segment is computed again from the last state h_T: each begins at its own checkpoint.",
        begun_at(lambda case, n, first: case.states[-1]),
    ),
    *rerun(
        "checkpoints_reversed",
        "The checkpoints stand in reverse order: each segment begins at its own.",
        begun_at(checkpoint(lambda n, N: N - 1 - n)),
    ),
    *rerun(
        "checkpoint_one_late",
        "States are kept at t = 1, 1 + every, …: keep h_0, h_every, h_{2·every}, …",
        one_late,
        begun_at(lambda case, n, first: case.states[first - case.every + 1 if n else 0]),
    ),
    *rerun(
        "checkpoint_after_the_step",
        AFTER,
        begun_at(lambda case, n, first: case.states[first + 1]),
        begun_at(lambda case, n, first: case.states[first + 1 if first else 0]),
    ),
    *rerun(
        "checkpoint_one_early",
        "Checkpoints are states one step too early: keep h_0, h_every, h_{2·every}, …",
        begun_at(lambda case, n, first: case.states[max(first - 1, 0)]),
        begun_at(lambda case, n, first: case.states[max(first - (case.every > 1), 0)]),
    ),
    *rerun(
        "no_checkpoint_for_h_0",
        "The first segment is computed again from a state of zeros: it begins at h_0.",
        begun_at(lambda case, n, first: case.states[first] if first else 0 * case.h_0),
    ),
    *rerun(
        "targets_of_the_first_segment",
        "Every segment is compared with the first segment's targets: step t belongs to y_t.",
        partial(pieces, targets=LOCAL),
    ),
    *rerun(
        "targets_of_other_steps",
        "A segment is compared with the wrong rows of Y: step t belongs to y_t.",
        *[partial(pieces, targets=way) for way in SHIFTED[1:]],
    ),
    *rerun("inputs_of_other_steps", INPUTS, *[partial(pieces, inputs=way) for way in SHIFTED]),
    *rerun("inputs_of_other_steps", INPUTS, *[partial(pieces, inputs=way) for way in SHIFTED], reads=True),
    *rerun(
        "run_without_bias",
        "The bias b_h is missing where a segment is run again.",
        pieces,
        network=bare,
    ),
    Rerun(
        "rerun_held",
        "Where a segment is run again, every step starts at the checkpoint: step t starts at h_{t-1}.",
        SEE,
        pieces=pieces,
        held=True,
    ),
    *rerun(
        "first_segment_missing",
        "The first segment is not gone through: go back to h_0.",
        lambda case: pieces(case)[1:],
    ),
    *rerun(
        "last_segment_missing",
        "The last segment is not gone through: going back, begin there.",
        lambda case: pieces(case)[:-1],
    ),
    *[
        Rerun(
            name,
            f"The way back leaves out the {which} step of each segment: it has a loss, and lies on the way.",
            SEE,
            pieces=partial(pieces, kept=partial(without, chosen)),
            outside=outside,
        )
        for name, which, chosen in (
            ("segments_from_their_second_step", "first", slice(1, None)),
            ("segments_to_the_last_but_one", "last", slice(None, -1)),
        )
        for outside in (False, True)
    ],
    *[
        Rerun(
            "segments_overlap",
            "The segments overlap: each takes the first step of the next one too.",
            SEE,
            pieces=partial(pieces, kept=partial(split, more=1)),
            assigned=assigned,
        )
        for assigned in (False, True)
    ],
    *rerun(
        "whole_segments",
        "The steps after the last whole segment are left out.",
        partial(pieces, kept=whole),
        partial(pieces, kept=lambda case: whole(case) or split(case)),
    ),
    *FIRST_PASS,
)
