"""Backpropagation through time for a linear network, where the paths are seen without slopes."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.altered import RNN_SLIPS, Alter, altered_loss
from course.exercise import Case, Exercise, Large, Parts
from course.large import large_case, large_rnn, moved
from course.models import Array, LinearRNN, linear_forward, linear_loss, mean_squared_loss
from course.oracles import complex_step, gradients


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
    for T in (1, int(rng.integers(3, 5)), int(rng.integers(12, 15))):
        d, h, q = draws.sizes(rng, 3, T)
        p = draws.rnn(rng, d, h, q)
        X, Y = rng.normal(size=(T, d)), rng.normal(size=(T, q))
        if T in (3, 4):  # errors so large that a clipped gradient differs
            Y *= draws.FAR
        name = "T=1" if T == 1 else f"T={T}, d={d}, h={h}, q={q}"
        drawn.append(Case(name, (LinearRNN(p.W_hx, p.W_hh, p.W_qh), X, Y, draws.away_from_zero(rng, h))))
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

for _slip in RNN_SLIPS:
    if _slip.alter.slope == "tanh":
        exercise.slip(_slip.name, _slip.sentence, partial(parts, altered_loss(_slip.alter)), SEE)

exercise.slip(
    "transpose_in_the_sweep",
    "From step to step W_hh stands where W_hhᵀ belongs, or the other way round; in ∂L/∂h_0 it is right.",
    partial(parts, altered_loss(Alter(transpose=False, at_start=False))),
    SEE,
)


def at_h_1(p: LinearRNN, X: Array, Y: Array, h_0: Array) -> Parts:
    """The right gradients, with ∂L/∂h_1 for ∂L/∂h_0."""
    h_1 = linear_forward(p, X, h_0)[0][1]

    def loss(h: Array) -> Any:
        return mean_squared_loss(linear_forward(p, X[1:], h)[0] @ p.W_qh.T, Y)

    return expected(p, X, Y, h_0) | {"dh_0": complex_step(loss, h_1)}


exercise.slip("another_state", "dh_0 is ∂L/∂h_1: one more step, through W_hhᵀ, leads to h_0.", at_h_1, SEE)
exercise.slip(
    "slope_present",
    "A factor 1 − h_t² is there, but this network has no tanh: the slope of the identity is 1.",
    partial(parts, altered_loss(Alter(slope="from_value"))),
    SEE,
)
exercise.slip(
    "last_loss",
    "Only the last step's loss is counted.",
    partial(parts, altered_loss(Alter(), last_only=True)),
    SEE,
)


exercise.slip(
    "last_loss_of_states",
    "Only the last step's loss goes back through the states: every step's output error does.",
    lambda *args: parts(altered_loss(Alter(), last_only=True), *args) | {"W_qh": expected(*args)["W_qh"]},
    SEE,
)


def first_use_of(name: str, p: LinearRNN, X: Array, Y: Array, h_0: Array) -> Parts:
    """The gradient of one matrix through its use at step 1 alone."""

    def loss(W: Array) -> Any:
        q, h = p._replace(**{name: W}), np.asarray(h_0)
        H, O = linear_forward(q, X[:1], h)
        later = linear_forward(p, X[1:], H[-1])[1]
        return mean_squared_loss(np.concatenate([O, later]), Y)

    return {name: complex_step(loss, getattr(p, name))}


for _name in LinearRNN._fields:
    exercise.slip(
        f"assigned_{_name}",
        f"∂L/∂{_name} holds the use at step 1 alone: is each step's term assigned instead of added?",
        partial(first_use_of, _name),
        SEE,
    )


def output_before(p: LinearRNN, X: Array, Y: Array, h_0: Array) -> Parts:
    """The gradient of W_qh as if it read the state before the step."""
    H, O = linear_forward(p, X, h_0)
    return {"W_qh": complex_step(lambda W: mean_squared_loss(O + H[:-1] @ (W - p.W_qh).T, Y), p.W_qh)}


exercise.slip(
    "output_state_before",
    "h_{t-1} is used where h_t belongs in ∂L/∂W_qh: the output reads the state after the step.",
    output_before,
    SEE,
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

exercise.timed = {"dX": 0}
