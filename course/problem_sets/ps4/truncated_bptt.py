"""BPTT in which every loss goes back a fixed number of steps: a band of the triangle."""

from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Large, Parts
from course.large import large_network
from course.models import RNN, Array, rnn_forward
from course.problem_sets.ps2.rnn_bptt import parts
from course.problem_sets.ps4._windows import SEE, WINDOW_MISTAKES, WINDOW_WAYS
from course.recognise.bands import BAND_MISTAKES, band
from course.recognise.claims import Claim
from course.recognise.counting import INITIAL, OUTPUT
from course.recognise.taken import Taken
from course.recognise.truncated import taken_apart
from course.recognise.ways import Way, carried_past


def truncated_bptt(
    p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray, tau: int
) -> tuple[RNN, np.ndarray, np.ndarray]:
    """The gradient of a tanh RNN in which no loss goes back further than tau steps.

    Formula: h_t = tanh(W_hx x_t + W_hh h_{t-1} + b_h),  o_t = W_qh h_t + b_q,
             L = (1/T) Σ_t ½‖o_t − y_t‖².
    The loss of step t counts what enters at step k (the weights' use there, and x_k) if t − k <= tau, and
    not otherwise. So its way back crosses at most tau of the edges h_{k-1} → h_k; for this loss the state
    h_{t-tau-1} is a constant. h_0 counts as step 0: the loss of step t counts in ∂L/∂h_0 if t <= tau.
    The states themselves are those of the whole sequence.

    Args:
        p: parameters W_hx (h, d), W_hh (h, h), b_h (h), W_qh (q, h), b_q (q).
        X: inputs, shape (T, d).
        Y: targets, shape (T, q).
        h_0: initial state, shape (h).
        tau: how many steps back, at least 0, where only the step's own use is left; it may exceed T.

    Returns:
        grads: an RNN whose fields are the truncated ∂L/∂W_hx, …, ∂L/∂b_q.
        dh_0: the truncated ∂L/∂h_0, shape (h).
        dX: the truncated ∂L/∂x_t for every t, shape (T, d).
    """
    raise NotImplementedError("truncated_bptt: return grads, dh_0, dX")


exercise = Exercise(
    truncated_bptt, title="A band of the triangle", chapter="8 truncation", returns=(RNN, "dh_0", "dX")
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One step; no step back; some, with a rest in chunks; all but h_0; everything."""
    back = int(rng.integers(2, 4))
    long = 11 if back == 2 else int(rng.integers(10, 12))  # no multiple of back or back + 1
    drawn = []
    for T, tau, name in (
        (1, 1, "T=1"),
        (4, 0, "tau=0"),
        (long, back, f"T={long}, tau={back}"),
        (7, 6, "T=7, tau=6"),
        (14, 17, "tau > T"),
    ):
        d, h, q = draws.sizes(rng, 3, T)
        X, Y = rng.normal(size=(T, d)), rng.normal(size=(T, q))
        drawn.append(Case(name, (draws.rnn(rng, d, h, q), X, Y, draws.away_from_zero(rng, h), tau)))
    return drawn


def windowed_loss(p: RNN, X: Array, Y: Array, h_0: Array, tau: int) -> Any:
    """The same loss with edges cut: each step's loss sees h_{t-tau-1} as a constant."""
    H, total = rnn_forward(p, X, h_0)[0].real, 0.0
    for t in range(1, len(X) + 1):
        last = t - tau - 1
        start, inputs = (h_0, X[:t]) if last < 0 else (H[last], X[last:t])
        total = total + 0.5 * np.sum((rnn_forward(p, inputs, start)[1][-1] - Y[t - 1]) ** 2)
    return total / len(X)


@exercise.by_hand
def large(rng: draws.Rng) -> Large:
    """27,000 parameters over 30 steps, five steps back."""
    return large_network(rng, windowed_loss, 5)


@exercise.expects
def expected(p: RNN, X: Array, Y: Array, h_0: Array, tau: int) -> Parts:
    """The complex step of the loss with the edges cut."""
    return parts(lambda p, X, Y, h_0: windowed_loss(p, X, Y, h_0, tau), p, X, Y, h_0)


exercise.claim("one_step", "With one step (T = 1) and tau = 1 it is right.", on="T=1", points=1, see=SEE)
exercise.claim(
    "no_step_back",
    "With tau = 0 only each step's own use is left, and nothing reaches h_0.",
    on="tau=0",
    points=1,
    see=SEE,
)
exercise.claim(
    "everything", "With tau larger than T it is the whole gradient.", on="tau > T", points=1, see=SEE
)
exercise.claim("output_layer", "∂L/∂W_qh and ∂L/∂b_q are whole.", parts=("W_qh", "b_q"), points=1, see=SEE)
exercise.claim(
    "weights",
    "∂L/∂W_hx, ∂L/∂W_hh and ∂L/∂b_h count the band t − k <= tau.",
    parts=("W_hx", "W_hh", "b_h"),
    points=2,
    see=SEE,
)
exercise.claim("inputs", "∂L/∂x_t counts the band at every step.", parts=("dX",), points=1, see=SEE)
exercise.claim(
    "initial_state", "∂L/∂h_0 counts the losses of the first tau steps.", parts=("dh_0",), points=1, see=SEE
)


def last_losses(taken: Taken, name: str) -> Array:
    """A gradient of the output layer, with the last tau + 1 losses alone."""
    T, tau = len(taken.right), taken.args[-1]
    return taken.part(name, taken.right, losses=1.0 * (np.arange(T) >= T - tau - 1))


OWN = (
    Way(
        Claim(
            "output_layer_truncated",
            "∂L/∂W_qh and ∂L/∂b_q count the last losses alone: only the way back through time is cut.",
            SEE,
            OUTPUT,
        ),
        OUTPUT,
        last_losses,
    ),
    *WINDOW_WAYS,
    Way(
        Claim(
            "initial_state_of_windows",
            "∂L/∂h_0 adds up what arrives at the start of every window: only the first windows start at h_0.",
            SEE,
            INITIAL,
        ),
        INITIAL,
        lambda taken, name: carried_past(taken, band),
    ),
)
exercise.unrolled = taken_apart(band, (*BAND_MISTAKES, *WINDOW_MISTAKES), 2, SEE, OWN, band)
exercise.timed = {"dX": 0}
