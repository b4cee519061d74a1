"""Mistakes with checkpoints, by the way in which the segments are run again."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.models import RNN, Array
from course.problem_sets.ps2._pieces import (
    begun_at,
    behind,
    checkpoint,
    first_pass,
    forwards,
    linear_pass,
    one_late,
    overlapping,
    pieces,
    split,
    whole,
    without,
)
from course.recognise.reruns import Rerun

SEE = "Cost and memory"


def _rerun(
    name: str, sentence: str, *ways: Any, network: Any = lambda p: p, reads: bool = False
) -> list[Rerun]:
    return [Rerun(name, sentence, SEE, pieces=way, network=network, reads_inputs=reads) for way in ways]


def _bare(p: RNN) -> RNN:
    return p._replace(b_h=0 * p.b_h)


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
    *_rerun(
        "wrong_checkpoint",
        "Every segment is computed again from h_0: each begins at its own checkpoint.",
        begun_at(lambda case, n, first: case.h_0),
    ),
    *_rerun(
        "no_checkpoint",
        "Every segment is computed again from a state of zeros: each begins at its own checkpoint.",
        begun_at(lambda case, n, first: 0 * case.h_0),
        begun_at(lambda case, n, first: case.h_0 * (first == 0)),
    ),
    *_rerun(
        "next_checkpoint",
        "A segment is computed again from the checkpoint of the next one: it begins at its own.",
        begun_at(checkpoint(lambda n, N: min(n + 1, N - 1))),
        begun_at(checkpoint(lambda n, N: (n + 1) % N)),
        begun_at(behind(lambda T, every: T)),
        begun_at(behind(lambda T, every: T // every * every)),
    ),
    *_rerun(
        "checkpoint_before",
        "A segment is computed again from the checkpoint of the one before: it begins at its own.",
        begun_at(checkpoint(lambda n, N: max(n - 1, 0))),
        begun_at(checkpoint(lambda n, N: (n - 1) % N)),
    ),
    *_rerun(
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
    *_rerun(
        "last_checkpoint",
        "Every segment is computed again from the last checkpoint: each begins at its own.",
        begun_at(checkpoint(lambda n, N: N - 1)),
    ),
    *_rerun(
        "last_state",
        "Every segment is computed again from the last state h_T: each begins at its own checkpoint.",
        begun_at(lambda case, n, first: case.states[-1]),
    ),
    *_rerun(
        "checkpoints_reversed",
        "The checkpoints stand in reverse order: each segment begins at its own.",
        begun_at(checkpoint(lambda n, N: N - 1 - n)),
    ),
    *_rerun(
        "checkpoint_one_late",
        "States are kept at t = 1, 1 + every, …: keep h_0, h_every, h_{2·every}, …",
        one_late,
    ),
    *_rerun(
        "checkpoint_after_the_step",
        AFTER,
        begun_at(lambda case, n, first: case.states[first + 1]),
        begun_at(lambda case, n, first: case.states[first + 1 if first else 0]),
    ),
    *_rerun(
        "checkpoint_one_early",
        "Checkpoints are states one step too early: keep h_0, h_every, h_{2·every}, …",
        begun_at(lambda case, n, first: case.states[max(first - 1, 0)]),
        begun_at(lambda case, n, first: case.states[max(first - (case.every > 1), 0)]),
    ),
    *_rerun(
        "no_checkpoint_for_h_0",
        "The first segment is computed again from a state of zeros: it begins at h_0.",
        begun_at(lambda case, n, first: case.states[first] if first else 0 * case.h_0),
    ),
    *_rerun(
        "targets_of_the_first_segment",
        "Every segment is compared with the first segment's targets: step t belongs to y_t.",
        partial(pieces, targets=LOCAL),
    ),
    *_rerun(
        "targets_of_other_steps",
        "A segment is compared with the wrong rows of Y: step t belongs to y_t.",
        *[partial(pieces, targets=way) for way in SHIFTED[1:]],
    ),
    *_rerun("inputs_of_other_steps", INPUTS, *[partial(pieces, inputs=way) for way in SHIFTED]),
    *_rerun("inputs_of_other_steps", INPUTS, *[partial(pieces, inputs=way) for way in SHIFTED], reads=True),
    *_rerun(
        "run_without_bias",
        "The bias b_h is missing where a segment is run again.",
        pieces,
        network=_bare,
    ),
    *_rerun(
        "first_segment_missing",
        "The first segment is not gone through: go back to h_0.",
        lambda case: pieces(case)[1:],
    ),
    *_rerun(
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
    *_rerun(
        "whole_segments",
        "The steps after the last whole segment are left out.",
        partial(pieces, kept=whole),
        partial(pieces, kept=lambda case: whole(case) or split(case)),
    ),
    *[
        rule
        for what, change in (
            ("the bias b_h is missing", lambda p, X: (_bare(p), X)),
            ("W_hh is transposed", lambda p, X: (p._replace(W_hh=p.W_hh.T), X)),
            ("W_hh is missing", lambda p, X: (p._replace(W_hh=0 * p.W_hh), X)),
            ("W_hx is missing", lambda p, X: (p._replace(W_hx=0 * p.W_hx), X)),
            ("step t takes x_{t+1}", lambda p, X: (p, np.roll(X, -1, 0))),
            ("step t takes x_{t-1}", lambda p, X: (p, np.roll(X, 1, 0))),
        )
        for rule in _rerun(
            "first_pass_altered",
            f"In the pass that keeps the checkpoints {what}.",
            begun_at(first_pass(change)),
        )
    ],
    *_rerun(
        "first_pass_altered", "In the pass that keeps the checkpoints tanh is missing.", begun_at(linear_pass)
    ),
)
