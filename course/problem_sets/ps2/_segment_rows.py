"""Wrong rows of X or of the states in the weights' gradients, where segments begin or are counted."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course.models import Array
from course.problem_sets.ps2._pieces import SEE
from course.problem_sets.ps2._segment_counts import begins, begins_later
from course.recognise.segments import Chosen, Reads, Segments


def _entered(where: Chosen, other: Callable[[Segments], Array], case: Segments, early: bool = False) -> Array:
    """The states before the steps, or one step `early`, but others at the chosen steps."""
    T = len(case.X)
    chosen = where(np.arange(T), T, case.every)
    return np.where(chosen[:, None], other(case), np.roll(case.states, int(early), 0)[:-1])


def _local(case: Segments) -> Array:
    """Every step's place in its segment, from 0."""
    return np.arange(len(case.X)) % case.every


def _end(case: Segments) -> Array:
    """Of every step the last state of its segment."""
    T = len(case.X)
    return np.asarray(case.states[np.minimum(np.arange(T) - _local(case) + case.every, T)])


def _next_to_end(case: Segments) -> Array:
    """Of every step the last state but one of its segment."""
    T = len(case.X)
    return np.asarray(case.states[np.minimum(np.arange(T) - _local(case) + case.every, T) - 1])


ENTRY = "In ∂L/∂W_hh the state before a segment's first step is wrong: it is the checkpoint."
READS = (
    *[
        Reads(
            name,
            sentence,
            SEE,
            weight="W_hh",
            rows=partial(_entered, where, other),
        )
        for name, sentence, other in (
            (
                "entry_missing",
                "The use of W_hh at a segment's first step is missing: it acts on the checkpoint.",
                lambda case: 0 * case.states[:-1],
            ),
            ("entry_wrong", ENTRY, lambda case: case.h_0 + 0 * case.states[:-1]),
            ("entry_wrong", ENTRY, lambda case: np.roll(case.states, 1, 0)[:-1]),
            ("entry_wrong", ENTRY, _end),
            ("entry_wrong", ENTRY, _next_to_end),
        )
        for where in (begins, begins_later)
    ],
    *[
        Reads(
            "state_one_early",
            "In ∂L/∂W_hh h_{t-2} stands where h_{t-1} belongs: W_hh acts on the state before the step.",
            SEE,
            weight="W_hh",
            rows=partial(_entered, begins, other, early=True),
        )
        for other in (lambda case: 0 * case.states[:-1], lambda case: case.states[:-1], _end)
    ],
    Reads(
        "checkpoint_at_every_step",
        "In ∂L/∂W_hh the segment's checkpoint stands for the state before each of its steps.",
        SEE,
        weight="W_hh",
        rows=lambda case: case.states[np.arange(len(case.X)) - _local(case)],
    ),
    Reads(
        "states_of_the_first_segment",
        "In ∂L/∂W_hh the states of the first segment stand for those of every segment.",
        SEE,
        weight="W_hh",
        rows=lambda case: case.states[_local(case)],
    ),
    Reads(
        "states_of_the_first_segment",
        "In ∂L/∂W_qh the states of the first segment stand for those of every segment.",
        SEE,
        weight="W_qh",
        rows=lambda case: case.states[_local(case) + 1],
    ),
    Reads(
        "inputs_of_the_first_segment",
        "In ∂L/∂W_hx the inputs of the first segment stand for those of every segment.",
        SEE,
        weight="W_hx",
        rows=lambda case: case.X[_local(case)],
    ),
    Reads(
        "first_input_of_the_segment",
        "In ∂L/∂W_hx the segment's first input stands for that of each of its steps.",
        SEE,
        weight="W_hx",
        rows=lambda case: case.X[np.arange(len(case.X)) - _local(case)],
    ),
)
