"""BPTT in chunks, with the state detached between them: triangles on the diagonal."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Large, Parts
from course.large import large_network
from course.models import RNN, Array, rnn_forward
from course.oracles import complex_step
from course.problem_sets.ps2.rnn_bptt import parts
from course.problem_sets.ps4._chunk_pieces import PIECES
from course.problem_sets.ps4._chunk_ways import CHUNK_WAYS, SEE
from course.recognise.chunk_losses import CHUNK_MISTAKES
from course.recognise.chunks import chunks
from course.recognise.claims import Claim
from course.recognise.counting import INITIAL
from course.recognise.truncated import taken_apart
from course.recognise.ways import by_function


def chunked_bptt(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, every: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    """The gradient of a tanh RNN whose state is detached after every `every` steps.

    Formula: h_t = tanh(W_hx x_t + W_hh h_{t-1} + b_h),  o_t = W_qh h_t + b_q,
             L = (1/T) Σ_t ½‖o_t − y_t‖².
    The chunks are steps 1 … every, every + 1 … 2·every, and so on; the last may be shorter. A chunk goes on
    from the last state of the chunk before, as a constant: no gradient passes from one chunk to another.
    h_0 belongs to the first chunk: ∂L/∂h_0 counts the losses of that chunk. L is the mean over all T steps.

    Args:
        p: parameters W_hx (h, d), W_hh (h, h), b_h (h), W_qh (q, h), b_q (q).
        X: inputs, shape (T, d).
        Y: targets, shape (T, q).
        h_0: initial state, shape (h).
        every: length of a chunk, at least 1; it need not divide T, and may exceed it.

    Returns:
        grads: an RNN whose fields are ∂L/∂W_hx, …, ∂L/∂b_q with the state detached.
        dh_0: ∂L/∂h_0, shape (h).
        dX: ∂L/∂x_t for every t, shape (T, d).
    """
    raise NotImplementedError("chunked_bptt: return grads, dh_0, dX")


exercise = Exercise(
    chunked_bptt, title="Triangles on the diagonal", chapter="8 truncation", returns=(RNN, "dh_0", "dX")
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One step; chunks of one step; equal chunks; a shorter last one; one chunk that is too long."""
    drawn = []
    for T, every, name in (
        (1, 2, "T=1"),
        (3, 1, "every=1"),
        (9, 3, "T=9, every=3"),
        (10, 4, "T=10, every=4"),
        (14, 17, "every > T"),
    ):
        d, h, q = draws.sizes(rng, 3, T)
        X, Y = rng.normal(size=(T, d)), rng.normal(size=(T, q))
        drawn.append(Case(name, (draws.rnn(rng, d, h, q), X, Y, draws.away_from_zero(rng, h), every)))
    return drawn


Start = Callable[[Array, Array, int], Array]  # from the state before a chunk, h_0 and the chunk's number


def chunked_loss(p: RNN, X: Array, Y: Array, h_0: Array, every: int, start: Start | None = None) -> Any:
    """The same loss with edges cut: each chunk begins at a constant, unless `start` says otherwise."""
    h, total = h_0, 0.0
    for number, first in enumerate(range(0, len(X), every)):
        if number:
            h = h.real if start is None else start(h, h_0, number)
        H, O = rnn_forward(p, X[first : first + every], h)
        total, h = total + 0.5 * np.sum((O - Y[first : first + every]) ** 2), H[-1]
    return total / len(X)


@exercise.by_hand
def large(rng: draws.Rng) -> Large:
    """27,000 parameters over 30 steps, in chunks of eight."""
    return large_network(rng, chunked_loss, 8)


@exercise.expects
def expected(p: RNN, X: Array, Y: Array, h_0: Array, every: int) -> Parts:
    """The complex step of the loss with the edges cut."""
    return parts(lambda p, X, Y, h_0: chunked_loss(p, X, Y, h_0, every), p, X, Y, h_0)


exercise.claim("one_step", "With one step (T = 1) it is right.", on="T=1", points=1, see=SEE)
exercise.claim("every_step", "With chunks of one step it is right.", on="every=1", points=1, see=SEE)
exercise.claim("one_chunk", "With one chunk it is the whole gradient.", on="every > T", points=1, see=SEE)
exercise.claim("equal_chunks", "With equal chunks it is right.", on="T=9, every=3", points=2, see=SEE)
exercise.claim(
    "shorter_last", "With a last chunk that is shorter it is right.", on="T=10, every=4", points=2, see=SEE
)


def of_chunks(chosen: slice, p: RNN, X: Array, Y: Array, h_0: Array, every: int) -> Parts:
    """The derivatives by the states at which some of the chunks begin, added, as if all of them were h_0."""
    count = -(-len(X) // every)

    def start(moved: Array, h: Array, number: int) -> Array:
        return h.real + (moved - h_0 if number in range(count)[chosen] else 0)

    def loss(moved: Array) -> Any:
        first = moved if 0 in range(count)[chosen] else h_0
        return chunked_loss(p, X, Y, first, every, lambda h, _, number: start(moved, h, number))

    return {"dh_0": complex_step(loss, h_0)}


OWN = (
    *CHUNK_WAYS,
    *PIECES,
    *(
        by_function(Claim(name, sentence, SEE, INITIAL), partial(of_chunks, chosen))
        for name, sentence, chosen in (
            (
                "initial_state_of_all_chunks",
                "∂L/∂h_0 adds up what arrives at the start of every chunk: only the first starts at h_0.",
                slice(None),
            ),
            (
                "initial_state_of_last_chunk",
                "∂L/∂h_0 is what arrives at the start of the last chunk: the first chunk starts at h_0.",
                slice(-1, None),
            ),
        )
    ),
)
exercise.unrolled = taken_apart(chunks, CHUNK_MISTAKES, 3, SEE, OWN)
exercise.timed = {"dX": 0}
