"""Mistakes of a batch with padding that concern one result, or whole calls."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import RNN, Array
from course.problem_sets.ps2._masks import KNOWN, miscounted, orders, padded, sequences, unrolled
from course.recognise.claims import IN_OUTPUTS, lowered
from course.recognise.loops import Run
from course.recognise.once import kept_once
from course.recognise.other_runs import at, other_runs, run
from course.recognise.sequences import Sequence
from course.recognise.step_ways import WITH_TANH
from course.recognise.unrolled import WEIGHTS
from course.recognise.way_tables import Special, way_table

SEE = "Batches and masks"
COUNTED = sum(len(weights) for _, weights in KNOWN)


@kept_once
def right(*args: Any) -> Parts:
    """The right gradients, from what each use gives."""
    return _given([Run(s) for s in sequences(*args)], len(args[1]))


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


def of_others(which: str, number: int, p: RNN, X: Array, Y: Array, lengths: Array, h_0: Array) -> Parts:
    """Every sequence has the initial state, or the inputs, of another."""
    order = orders(lengths)[number]
    if which == "h_0":
        return right(p, X, Y, lengths, h_0[order])
    return right(p, X[:, order], Y, lengths, h_0)


def run_on_one(by_length: bool, p: RNN, X: Array, Y: Array, lengths: Array, h_0: Array) -> Parts:
    """It runs on the first sequence's inputs, or the shortest one's; the way back the right ones."""
    one = X[:, np.argsort(lengths)[0] if by_length else 0]
    rows = [Run(at(s, run(s, X=one[: len(s.X)]))) for s in sequences(p, X, Y, lengths, h_0)]
    return _given(rows, len(X))


def one_row(choose: Callable[[Array], Any], *args: Any) -> Parts:
    """∂L/∂h_0 has the row of one sequence everywhere: the last of those in some order."""
    found = right(*args)
    return found | {"dh_0": found["dh_0"][[int(choose(args[3]))]] + 0 * found["dh_0"]}


def read_before(*args: Any) -> Parts:
    """W_hh is said to act on h_{t-2}, at step 1 on the last state of the array, padding included."""
    rows, whole, found = sequences(*args), padded(*args), right(*args)
    W_hh = np.zeros_like(found["W_hh"])
    for s, runs_on in zip(rows, whole, strict=True):
        read = np.vstack([runs_on.values[2][-1:], s.values[1][:-1]])
        W_hh += Run(s).right[0].sum(axis=0).T @ read
    return found | {"W_hh": W_hh}


def not_reset(order_of: Callable[[Array], Array], *args: Any) -> Parts:
    """What is sent back to the initial state of a sequence arrives at the end of the next, in some order."""
    rows = sequences(*args)
    arriving, found = np.zeros_like(rows[0].h_0), {}
    for n in map(int, order_of(args[3])):
        found[n] = _with_more(rows[n], arriving)
        arriving = found[n]["h_0"]
    return _joined([found[n] for n in range(len(rows))], len(args[1]))


def _given(rows: list[Run], steps: int) -> Parts:
    """The gradients of these runs, sent back as is right."""
    return _joined([row.parts(row.right) for row in rows], steps)


def _joined(rows: list[Parts], steps: int) -> Parts:
    """The results from what each use in each sequence gives."""
    parts = [{k: v.sum(axis=0) if k in WEIGHTS else v for k, v in row.items()} for row in rows]
    return unrolled.joined(parts, list(unrolled.names), steps)


def _with_more(s: Sequence, arriving: Array) -> Parts:
    """The parts if the last state gets this gradient besides that of its loss."""
    run = Run(s)
    run.after[-1] += arriving
    return run.parts(run.walked)


ORDERS: tuple[Callable[[Array], Array], ...] = (
    lambda lengths: np.arange(len(lengths)),
    lambda lengths: np.arange(len(lengths))[::-1],
    lambda lengths: np.argsort(lengths),
    lambda lengths: np.argsort(-lengths),
)
SORTED = "was one array sorted by length, but not the other?"
CARRIED = "What goes back is not set to zero where the next sequence begins: it goes on into that one."
special: list[Special] = [
    ("dX_at_the_end", "∂L/∂X stands at the end of the array: the padding is there.", SEE, to_the_end),
    (
        "real_steps_at_the_end",
        "The last lengths[n] steps are taken for the real ones: the padding stands behind them.",
        SEE,
        from_the_end,
    ),
    ("one_h_0", "Every sequence begins at the first one's h_0: each has its own.", SEE, first_h_0),
    *[("carry_not_reset", CARRIED, SEE, partial(not_reset, order)) for order in ORDERS],
    *[
        (
            "inputs_of_others",
            f"A sequence reads the inputs of another: {SORTED}",
            SEE,
            partial(of_others, "X", n),
        )
        for n in (0, 1)
    ],
    *[
        (
            "inputs_of_one",
            "The forward pass reads the inputs of one sequence for all: each has its own.",
            SEE,
            partial(run_on_one, by_length),
        )
        for by_length in (False, True)
    ],
    *[
        (
            "one_row_of_h_0",
            "Every row of ∂L/∂h_0 is that of one sequence: each has its own.",
            SEE,
            partial(one_row, n),
        )
        for n in (lambda lengths: np.argsort(lengths)[-1], lambda lengths: np.argsort(-lengths)[-1])
    ],
    (
        "state_before",
        "h_{t-2} is used where h_{t-1} belongs: W_hh multiplies the state before the step.",
        SEE,
        read_before,
    ),
    *[
        (f"{error.name}_in_outputs", IN_OUTPUTS + lowered(error.sentence), SEE, partial(of_outputs, n))
        for n, error in enumerate(e for e, weights in KNOWN for _ in weights)
    ],
]
table = way_table(unrolled, WITH_TANH, other_runs(linear=False), special, steps=lambda p, X, *rest: len(X))
