"""Backpropagation through time with few states in memory."""

from dataclasses import replace
from typing import Any

import numpy as np

from course import draws
from course.calls import Failure
from course.exercise import Case, Exercise, Large, Parts, seed_of
from course.judging import Run
from course.large import large_case
from course.models import RNN, Array, rnn_loss
from course.problem_sets.ps2._segments import unrolled
from course.problem_sets.ps2.rnn_bptt import parts, scaled
from course.results import explain


def checkpointed_bptt(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, every: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    """The gradients of `rnn_bptt`, with only every `every`-th state kept on the way forward.

    The check measures the memory that one call holds at its worst moment.

    Formula: h_t = tanh(W_hx x_t + W_hh h_{t-1} + b_h),  o_t = W_qh h_t + b_q,
             L = (1/T) Σ_t ½‖o_t − y_t‖².
    Keep h_0, h_every, h_{2·every}, … Then go back, segment by segment from the last: recompute the
    segment's states from its checkpoint, and carry the gradient through it.

    Args:
        p: parameters W_hx (h, d), W_hh (h, h), b_h (h), W_qh (q, h), b_q (q).
        X: inputs, shape (T, d).
        Y: targets, shape (T, q).
        h_0: initial state, shape (h).
        every: length of a segment, at least 1; it need not divide T, and may exceed it.

    Returns:
        grads: an RNN whose fields are ∂L/∂W_hx, …, ∂L/∂b_q.
        dh_0: ∂L/∂h_0, shape (h).
        dX: ∂L/∂x_t for every t, shape (T, d).
    """
    raise NotImplementedError("checkpointed_bptt: return grads, dh_0, dX")


exercise = Exercise(
    checkpointed_bptt, title="BPTT with checkpoints", chapter="4 bptt", returns=(RNN, "dh_0", "dX")
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One step; one segment longer than the sequence; equal segments, of one step too; a shorter last one."""
    drawn = []
    for T, every in ((1, 1), (3, 7), (4, 1), (6, 2), (7, 3)):
        d, h, q = draws.sizes(rng, 3, T, every)
        X, Y = rng.normal(size=(T, d)), rng.normal(size=(T, q))
        if T == 7:  # errors so large that a clipped gradient differs
            Y *= draws.FAR
        name = "T=1" if T == 1 else f"T={T}, every={every}"
        drawn.append(Case(name, (draws.rnn(rng, d, h, q), X, Y, draws.away_from_zero(rng, h), every)))
    return drawn


@exercise.expects
def expected(p: RNN, X: Array, Y: Array, h_0: Array, every: int) -> Parts:
    """The complex step of the given loss: `every` changes nothing."""
    return parts(rnn_loss, p, X, Y, h_0)


SEE = "Cost and memory"
exercise.claim("one_step", "With one step (T = 1) every gradient is right.", on="T=1", points=1, see=SEE)
exercise.claim(
    "one_segment",
    "With one segment, longer than the sequence, it is right.",
    on="T=3, every=7",
    points=1,
    see=SEE,
)


@exercise.check(
    "equal_segments",
    "With several segments of equal length it is right, of one step each or of more.",
    points=1,
    see=SEE,
)
def equal_segments(run: Run) -> None:
    """`every` divides T; it may be 1."""
    for name in ("T=4, every=1", "T=6, every=2"):
        run.agree(on=name)


exercise.claim(
    "shorter_last", "With a last segment that is shorter it is right.", on="T=7, every=3", points=1, see=SEE
)

SHARE = 0.75  # of what all states need; the rest is room for results, weights and Python's own objects


def long(rng: draws.Rng, T: int, h: int, every: int) -> tuple[Any, ...]:
    """Arguments in which the states are nearly all there is: one input and one output."""
    p = RNN(
        rng.normal(size=(h, 1)),
        0.9 * rng.normal(size=(h, h)) / np.sqrt(h),
        draws.away_from_zero(rng, h) / 2,
        rng.normal(size=(1, h)) / np.sqrt(h),
        draws.away_from_zero(rng, 1),
    )
    return p, rng.normal(size=(T, 1)), rng.normal(size=(T, 1)), draws.away_from_zero(rng, h), every


def bytes_of_all_states(args: tuple[Any, ...]) -> int:
    """What h_1 … h_T need."""
    return len(args[1]) * int(args[3].nbytes)


@exercise.check(
    "memory",
    "Over 1,200 steps it holds less at a time than all the states would take.",
    points=1,
    see=SEE,
    after=("equal_segments",),
    once=True,
)
def memory(run: Run) -> None:
    """The most that a call holds, with segments of √T steps."""
    args = long(np.random.default_rng(seed_of("checkpointed_bptt", "memory")), 1200, 64, 30)
    held, everything = run.target.peak(args), bytes_of_all_states(args)
    if isinstance(held, Failure):
        run.fail(*explain(held, run.exercise.name))
    elif held > SHARE * everything:
        run.fail(
            "With T=1200, every=30, it holds too much at once.",
            f"At its worst moment it held {held / everything:.1f} times what all the states take. "
            "(A view such as H[-1] keeps the whole of H: keep H[-1].copy().)",
        )


@exercise.by_hand
def large(rng: draws.Rng) -> Large:
    """20 MB of states: enough to be seen from outside the process, where right answers add 4 to 8."""
    p, X, Y, h_0, _ = args = long(rng, 10_000, 256, 16)
    moves = {
        "W_hh": (lambda W: rnn_loss(p._replace(W_hh=W), X, Y, h_0), p.W_hh),
        "dX": (lambda inputs: rnn_loss(p, inputs, Y, h_0), X),
    }
    most = int(SHARE * bytes_of_all_states(args))
    return replace(large_case(rng, Case("T=10000", args), moves), most=most, frugal="memory")


for name, sentence, factor in (
    ("no_mean", "Everything is T times too large: L is the mean over steps, not the sum.", float),
    ("sign", "Everything has the wrong sign: the output error is o_t − y_t.", lambda T: -1.0),
):
    exercise.slip(name, sentence, lambda *args, factor=factor: scaled(factor, *args[:-1]), "Backward in time")

exercise.unrolled = unrolled
exercise.timed = {"dX": 0}
