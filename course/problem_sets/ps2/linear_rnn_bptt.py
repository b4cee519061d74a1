"""Backpropagation through time for a linear network, where the paths are seen without slopes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.altered import with_biases
from course.exercise import Case, Exercise, Large, Parts
from course.large import large_case, large_rnn, moved
from course.models import Array, LinearRNN, linear_forward, linear_loss
from course.oracles import gradients
from course.recognise.composed import COMPOSED, at_uses, in_carry
from course.recognise.counting import squared_errors
from course.recognise.other_runs import other_runs
from course.recognise.partly import without
from course.recognise.rules import RULES, Rule
from course.recognise.sequences import Sequence, terms, with_errors
from course.recognise.slips import flows
from course.recognise.step_ways import WITHOUT_TANH
from course.recognise.unrolled import Unrolled
from course.recognise.way_tables import way_table


def linear_rnn_bptt(
    p: LinearRNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray
) -> tuple[LinearRNN, np.ndarray, np.ndarray]:
    """Gradients of the loss of a linear RNN with respect to everything it depends on.

    Formula: h_t = W_hx x_t + W_hh h_{t-1},  o_t = W_qh h_t,  L = (1/T) Σ_t ½‖o_t − y_t‖².
             (`linear_forward` and `linear_loss` compute these.)

    Args:
        p: parameters W_hx (h, d), W_hh (h, h), W_qh (q, h).
        X: inputs, shape (T, d).
        Y: targets, shape (T, q).
        h_0: initial state, shape (h).

    Returns:
        grads: a LinearRNN whose fields are ∂L/∂W_hx, ∂L/∂W_hh, ∂L/∂W_qh.
        dh_0: ∂L/∂h_0, shape (h).
        dX: ∂L/∂x_t for every t, shape (T, d).
    """
    raise NotImplementedError("linear_rnn_bptt: return grads, dh_0, dX")


exercise = Exercise(
    linear_rnn_bptt,
    title="A linear network",
    chapter="4 bptt",
    returns=(LinearRNN, "dh_0", "dX"),
    given=("from course.models import LinearRNN, linear_forward, linear_loss",),
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One step, to localise a mistake; then several, then many."""
    drawn = []
    steps = (1, int(rng.integers(3, 5)), int(rng.integers(12, 15)))
    for T, (d, h, q) in zip(steps, draws.varied_sizes(rng, 3, steps), strict=True):
        p = draws.rnn(rng, d, h, q)
        X, Y, h_0 = rng.normal(size=(T, d)), rng.normal(size=(T, q)), draws.away_from_zero(rng, h)
        linear = LinearRNN(p.W_hx, p.W_hh, p.W_qh)
        if T in (3, 4):  # errors so large that a clipped gradient differs
            Y *= draws.FAR
        if T > 4:  # and so small that nothing may be left out because it is small
            O = linear_forward(linear, X, h_0)[1]  # which can be large: its rounding must not show in O − Y
            Y = O + draws.SMALL * max(1.0, float(np.abs(O).max())) * Y
        name = "T=1" if T == 1 else f"T={T}, d={d}, h={h}, q={q}"
        drawn.append(Case(name, (linear, X, Y, h_0)))
    return drawn


def parts(loss: Callable[..., Any], p: LinearRNN, X: Array, Y: Array, h_0: Array) -> Parts:
    """The complex step of `loss` with respect to everything that is asked."""
    grads, (dX, _, dh_0) = gradients(loss, p, X, Y, h_0)
    return grads._asdict() | {"dh_0": dh_0, "dX": dX}


@exercise.by_hand
def large(rng: draws.Rng) -> Large:
    """100,000 parameters over 20 steps: 100,000 forward passes, or one backward pass."""
    d, h, q, T = 1500, 64, 16, 20
    wide = large_rnn(rng, d, h, q)
    p, h_0 = LinearRNN(wide.W_hx, wide.W_hh, wide.W_qh), draws.away_from_zero(rng, h)
    X, Y = rng.normal(size=(T, d)), rng.normal(size=(T, q))
    at = p._asdict() | {"dX": X, "dh_0": h_0}

    def loss(args: Mapping[str, Array]) -> Any:
        return linear_loss(LinearRNN(args["W_hx"], args["W_hh"], args["W_qh"]), args["dX"], Y, args["dh_0"])

    case = Case("100,000 parameters", (p, X, Y, h_0))
    return large_case(rng, case, {name: moved(at, name, loss) for name in at})


@exercise.expects
def expected(p: LinearRNN, X: Array, Y: Array, h_0: Array) -> Parts:
    """The complex step of the given loss."""
    return parts(linear_loss, p, X, Y, h_0)


SEE = "A linear network"
exercise.claim("one_step", "With one step (T = 1) every gradient is right.", on="T=1", points=1, see=SEE)
exercise.claim("output_layer", "∂L/∂W_qh is right: every step counts.", parts=("W_qh",), points=1, see=SEE)
exercise.claim(
    "hidden_weights",
    "∂L/∂W_hx and ∂L/∂W_hh are right: one term for every use.",
    parts=("W_hx", "W_hh"),
    points=2,
    see=SEE,
)
exercise.claim(
    "ends",
    "∂L/∂h_0 and every ∂L/∂x_t are right.",
    parts=("dh_0", "dX"),
    points=1,
    see="Inputs and the initial state",
)


def scaled(factor: Callable[[int], float], *args: Any) -> Parts:
    """The right gradients, times a factor that may depend on T."""
    return {name: factor(len(args[1])) * part for name, part in expected(*args).items()}


exercise.slip(
    "no_mean",
    "Everything is T times too large: L is the mean over steps, not the sum.",
    partial(scaled, float),
    SEE,
)
exercise.slip(
    "sign",
    "Everything has the wrong sign: the output error is o_t − y_t.",
    partial(scaled, lambda T: -1.0),
    SEE,
)


def sequences(p: LinearRNN, X: Array, Y: Array, h_0: Array) -> list[Sequence]:
    """The one sequence, with ℓ_t = (1/T) ½‖o_t − y_t‖²."""
    return [replace(squared_errors(with_biases(p), X, Y, h_0), linear=True)]


def many(rng: draws.Rng) -> tuple[Any, ...]:
    """More units than steps."""
    p, X, Y = draws.rnn(rng, 2, 8, 3), rng.normal(size=(7, 2)), rng.normal(size=(7, 3))
    return LinearRNN(p.W_hx, p.W_hh, p.W_qh), X, Y, draws.away_from_zero(rng, 8)


HABIT = Rule(
    "slope_present",
    "A factor 1 − h_t² is there, but this network has no tanh: the slope of the identity is 1.",
    SEE,
    slope="from_value",  # a_t is h_t here
)
WITHOUT_SLOPE = (
    *("transpose", "transpose_in_the_sweep", "later_state", "carry_summed", "carry_without_matrix"),
    *("output_state_before", "matrix_twice", "carry_negative"),
)
KEPT = tuple(
    replace(rule, sentence=rule.sentence.replace("δ_t", "∂L/∂h_t"), see=SEE)
    for rule in (*RULES, *COMPOSED)
    if rule.name in WITHOUT_SLOPE
)
unrolled = Unrolled(
    sequences,
    {w: w for w in LinearRNN._fields} | {"X": "dX", "h_0": "dh_0"},
    many,
    rules=(*KEPT, HABIT, in_carry(HABIT), at_uses(HABIT)),
    see=SEE,
)


def errors_reversed(p: LinearRNN, X: Array, Y: Array, h_0: Array) -> Parts:
    """The gradients if the output error of step T+1−t stands at step t."""
    (right,), errors = sequences(p, X, Y, h_0), (linear_forward(p, X, h_0)[1] - Y) / len(X)
    return unrolled.parts([terms(with_errors(right, errors[::-1]))])


exercise.slip(
    "errors_reversed",
    "The output errors reach the states in reverse order: that of step t enters at h_t.",
    without(("W_qh",), errors_reversed),
    SEE,
    flows(errors_reversed),
)

exercise.unrolled = unrolled
exercise.table = way_table(unrolled, WITHOUT_TANH, other_runs(linear=True))
exercise.timed = {"dX": 0}
