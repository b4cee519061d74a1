"""Mistakes of a batch with padding that concern one result, or whole calls."""

from functools import partial
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import RNN, Array
from course.problem_sets.ps2._masks import KNOWN, miscounted, padded, sequences, unrolled
from course.recognise.loops import Run
from course.recognise.once import kept_once
from course.recognise.other_runs import other_runs
from course.recognise.sequences import Sequence
from course.recognise.step_ways import WITH_TANH
from course.recognise.unrolled import WEIGHTS
from course.recognise.way_tables import Special, way_table

SEE = "Batches and masks"
COUNTED = sum(len(weights) for _, weights in KNOWN)


@kept_once
def right(*args: Any) -> Parts:
    """The right gradients, from their terms."""
    return unrolled.parts(unrolled.terms(args), steps=len(args[1]))


@kept_once
def outputs(*args: Any) -> Parts:
    """What the output layer gets under every known weight of the losses: W_qh (Z, q, h) and b_q (Z, q)."""
    errors = np.stack([e for _, e in miscounted(*args)[:COUNTED]])  # (Z, N, T, q)
    states = np.stack([s.values[2] for s in padded(*args)])
    return {"W_qh": np.tensordot(errors, states, ((1, 2), (0, 1))), "b_q": errors.sum(axis=(1, 2))}


def of_outputs(number: int, *args: Any) -> Parts:
    """The output layer alone sees errors that are counted in another way."""
    return right(*args) | {name: values[number] for name, values in outputs(*args).items()}


def to_the_end(*args: Any) -> Parts:
    """∂L/∂X stands at the end of the array."""
    found, lengths = right(*args), args[3]
    moved = [
        np.roll(x, len(x) - n, axis=0) for x, n in zip(np.swapaxes(found["dX"], 0, 1), lengths, strict=True)
    ]
    return found | {"dX": np.stack(moved, axis=1)}


def from_the_end(p: RNN, X: Array, Y: Array, lengths: Array, h_0: Array) -> Parts:
    """The last steps of the array are taken for the real ones; ∂L/∂X stands where those would be."""
    X, Y = (np.stack([np.roll(a[:, n], k, axis=0) for n, k in enumerate(lengths)], axis=1) for a in (X, Y))
    return right(p, X, Y, lengths, h_0)


def first_h_0(p: RNN, X: Array, Y: Array, lengths: Array, h_0: Array) -> Parts:
    """Every sequence begins at that of the first."""
    return right(p, X, Y, lengths, h_0[:1] + 0 * h_0)


def not_reset(last_first: bool, *args: Any) -> Parts:
    """What is sent back to the initial state of a sequence arrives at the end of the next."""
    rows = sequences(*args)
    arriving, found = np.zeros_like(rows[0].h_0), {}
    for n in range(len(rows))[::-1] if last_first else range(len(rows)):
        found[n] = _with_more(rows[n], arriving)
        arriving = found[n]["h_0"]
    parts = [{k: v.sum(axis=0) if k in WEIGHTS else v for k, v in found[n].items()} for n in range(len(rows))]
    return unrolled.joined(parts, list(unrolled.names), len(args[1]))


def _with_more(s: Sequence, arriving: Array) -> Parts:
    """The parts if the last state gets this gradient besides that of its loss."""
    run = Run(s)
    run.after[-1] += arriving
    return run.parts(run.walked)


CARRIED = "What goes back is not set to zero where the next sequence begins: it goes on into that one."
BRANCH = "What goes back through the states is right."
special: list[Special] = [
    ("dX_at_the_end", "∂L/∂X stands at the end of the array: the padding is there.", SEE, to_the_end),
    (
        "real_steps_at_the_end",
        "The last lengths[n] steps are taken for the real ones: the padding stands behind them.",
        SEE,
        from_the_end,
    ),
    ("one_h_0", "Every sequence begins at the first one's h_0: each has its own.", SEE, first_h_0),
    ("carry_not_reset", CARRIED, SEE, partial(not_reset, False)),
    ("carry_not_reset", CARRIED, SEE, partial(not_reset, True)),
    *[
        (f"{error.name}_in_outputs", f"{error.sentence} {BRANCH}", SEE, partial(of_outputs, n))
        for n, error in enumerate(e for e, weights in KNOWN for _ in weights)
    ],
]
table = way_table(unrolled, WITH_TANH, other_runs(linear=False), special, steps=lambda p, X, *rest: len(X))
