"""Backpropagation through time for the tanh RNN, by hand."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Large, Parts
from course.large import large_network
from course.models import RNN, Array, rnn_forward, rnn_loss
from course.oracles import complex_step, gradients
from course.problem_sets.ps2._own_loops import loops
from course.recognise.counting import squared_errors
from course.recognise.partly import without
from course.recognise.patterns import Pattern
from course.recognise.sequences import Sequence, arriving_at_h_1, terms, with_errors
from course.recognise.slips import flows
from course.recognise.unrolled import Unrolled


def rnn_bptt(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> tuple[RNN, np.ndarray, np.ndarray]:
    """Gradients of the loss of a tanh RNN with respect to everything it depends on, by a backward pass.

    Formula: a_t = W_hx x_t + W_hh h_{t-1} + b_h,  h_t = tanh(a_t),  o_t = W_qh h_t + b_q,
             L = (1/T) Σ_t ½‖o_t − y_t‖².   (`rnn_forward` and `rnn_loss` compute these.)

    Args:
        p: parameters W_hx (h, d), W_hh (h, h), b_h (h), W_qh (q, h), b_q (q).
        X: inputs, shape (T, d).
        Y: targets, shape (T, q).
        h_0: initial state, shape (h).

    Returns:
        grads: an RNN whose fields are ∂L/∂W_hx, …, ∂L/∂b_q, each of its parameter's shape.
        dh_0: ∂L/∂h_0, shape (h).
        dX: ∂L/∂x_t for every t, shape (T, d).
    """
    raise NotImplementedError("rnn_bptt: return grads, dh_0, dX")


exercise = Exercise(rnn_bptt, title="BPTT by hand", chapter="4 bptt", returns=(RNN, "dh_0", "dX"))


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One step, to localise a mistake; a few; then enough that a window of ten steps is too short."""
    drawn = []
    steps = (1, int(rng.integers(3, 5)), int(rng.integers(12, 15)))
    for T, (d, h, q) in zip(steps, draws.varied_sizes(rng, 3, steps), strict=True):
        name = "T=1" if T == 1 else f"T={T}, d={d}, h={h}, q={q}"
        while True:
            X, Y = rng.normal(size=(T, d)), rng.normal(size=(T, q))
            p, h_0 = draws.rnn(rng, d, h, q), draws.away_from_zero(rng, h)
            if memory(p, X, h_0) > 1e-5:  # else a window of ten steps makes no difference
                break
        if T in (3, 4):  # errors so large that a clipped gradient differs
            Y *= draws.FAR
        if T > 4:  # and so small that nothing may be left out because it is small
            Y = rnn_forward(p, X, h_0)[1] + draws.SMALL * Y
        drawn.append(Case(name, (p, X, Y, h_0)))
    return drawn


def memory(p: RNN, X: Array, h_0: Array) -> float:
    """How much the last state, summed, depends on the first."""
    return float(np.abs(complex_step(lambda h: rnn_forward(p, X, h)[0][-1].sum(), h_0)).max())


def parts(loss: Callable[..., Any], p: RNN, X: Array, Y: Array, h_0: Array) -> Parts:
    """The complex step of `loss` with respect to everything that is asked."""
    grads, (dX, _, dh_0) = gradients(loss, p, X, Y, h_0)
    return grads._asdict() | {"dh_0": dh_0, "dX": dX}


@exercise.by_hand
def large(rng: draws.Rng) -> Large:
    """27,000 parameters over 30 steps."""
    return large_network(rng, rnn_loss)


@exercise.expects
def expected(p: RNN, X: Array, Y: Array, h_0: Array) -> Parts:
    """The complex step of the given loss."""
    return parts(rnn_loss, p, X, Y, h_0)


exercise.claim(
    "one_step", "With one step (T = 1) every gradient is right.", on="T=1", points=1, see="Backward in time"
)
exercise.claim(
    "output_layer",
    "∂L/∂W_qh and ∂L/∂b_q are right: every step's output error counts.",
    parts=("W_qh", "b_q"),
    points=1,
    see="Weights and biases",
)
exercise.claim(
    "input_weights",
    "∂L/∂W_hx and ∂L/∂b_h are right over several steps.",
    parts=("W_hx", "b_h"),
    points=2,
    see="Weights and biases",
)
exercise.claim(
    "recurrent_weights",
    "∂L/∂W_hh is right: one term for every use of W_hh.",
    parts=("W_hh",),
    points=2,
    see="Weights and biases",
)
exercise.claim(
    "initial_state", "∂L/∂h_0 is right.", parts=("dh_0",), points=1, see="Inputs and the initial state"
)
exercise.claim(
    "inputs", "∂L/∂x_t is right at every step.", parts=("dX",), points=1, see="Inputs and the initial state"
)


OUTPUT = ("W_qh", "b_q")


def scaled(factor: Callable[[int], float], *args: Any) -> Parts:
    """The right gradients, times a factor that may depend on T."""
    return {name: factor(len(args[1])) * part for name, part in expected(*args).items()}


exercise.slip(
    "no_mean",
    "Everything is T times too large: L is the mean over steps, not the sum.",
    partial(scaled, float),
    "Backward in time",
)
exercise.slip(
    "sign",
    "Everything has the wrong sign: the output error is o_t − y_t.",
    partial(scaled, lambda T: -1.0),
    "Backward in time",
)


def sequences(p: RNN, X: Array, Y: Array, h_0: Array) -> list[Sequence]:
    """The one sequence, with ℓ_t = (1/T) ½‖o_t − y_t‖²."""
    return [squared_errors(p, X, Y, h_0)]


def many(rng: draws.Rng) -> tuple[Any, ...]:
    """More units than steps."""
    X, Y = rng.normal(size=(7, 2)), rng.normal(size=(7, 3))
    return draws.rnn(rng, 2, 8, 3), X, Y, draws.away_from_zero(rng, 8)


unrolled = Unrolled(sequences, {w: w for w in RNN._fields} | {"X": "dX", "h_0": "dh_0"}, many)


def errors_reversed(p: RNN, X: Array, Y: Array, h_0: Array) -> Parts:
    """The gradients if the output error of step T+1−t stands at step t."""
    errors = (rnn_forward(p, X, h_0)[1] - Y) / len(X)
    return unrolled.parts([terms(with_errors(squared_errors(p, X, Y, h_0), errors[::-1]))])


exercise.slip(
    "errors_reversed",
    "The output errors reach the states in reverse order: that of step t enters at h_t.",
    without(OUTPUT, errors_reversed),
    "Backward in time",
    flows(errors_reversed),
)


def short(*args: Any) -> Parts:
    """Neither the loss nor the uses of step 1 count, and nothing reaches h_0."""
    pattern = Pattern(
        *("", "", ""),
        alpha=lambda t, k, T: k > 0,
        output=lambda t, T: t > 0,
        parts=(*unrolled.names,),
    )
    return unrolled.parts(unrolled.terms(args), pattern)


exercise.slip(
    "step_1_not_reached",
    "The way back ends at step 2: step 1 has a loss, uses the weights, and leads to h_0.",
    without((*OUTPUT, "dh_0"), short),
    "Backward in time",
    flows(short, lambda *args: {"dh_0": arriving_at_h_1(squared_errors(*args))}),
)

exercise.unrolled = unrolled
exercise.table = loops(unrolled)
exercise.timed = {"dX": 0}
