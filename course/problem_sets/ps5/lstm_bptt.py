"""Backpropagation through time for the LSTM, by hand."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Large, Parts
from course.gated import LSTM, lstm_forward
from course.large import large_gated
from course.lstm_carried import CARRIED_SLIPS, LAST_STEPS, PASSED_SLIPS
from course.lstm_family import composed, possible, results, slips_of
from course.lstm_known import as_mistake
from course.lstm_many import run_of
from course.lstm_parts import PART_SLIPS
from course.lstm_slips import STEP_SLIPS
from course.lstm_sums import STEPS_LEFT
from course.lstm_words import Mistake
from course.models import Array
from course.oracles import gradients
from course.recognise.cell_exercises import OF_A_SEQUENCE


def lstm_bptt(
    p: LSTM, X: np.ndarray, dH: np.ndarray, h_0: np.ndarray, c_0: np.ndarray
) -> tuple[LSTM, np.ndarray, np.ndarray, np.ndarray]:
    """Backpropagation through time for an LSTM, for any loss that reads the states.

    Formula: a_t = W_x x_t + W_h h_{t-1} + b with the rows a^i_t, a^f_t, a^g_t, a^o_t;  i_t, f_t, o_t = σ(·),
             g_t = tanh(a^g_t);  c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t,  h_t = o_t ⊙ tanh(c_t).
    `lstm_forward(p, X, h_0, c_0)` gives H and C, both (T+1, h), with H[t] = h_t and C[t] = c_t.

    Args:
        p: parameters W_x (4h, d), W_h (4h, h), b (4h), gate rows i, f, g, o.
        X: inputs, shape (T, d).
        dH: shape (T, h); dH[t-1] is the direct gradient ∂⁺L/∂h_t: what the loss itself says about h_t, with
            all other states held fixed.
        h_0: initial state, shape (h).
        c_0: initial cell, shape (h).

    Returns:
        grads: an LSTM whose fields are ∂L/∂W_x, ∂L/∂W_h, ∂L/∂b, counted over all steps.
        dX: ∂L/∂x_t for every t, shape (T, d).
        dh_0: ∂L/∂h_0, shape (h).
        dc_0: ∂L/∂c_0, shape (h).
    """
    raise NotImplementedError("lstm_bptt: return grads, dX, dh_0, dc_0")


exercise = Exercise(
    lstm_bptt,
    title="BPTT for the LSTM",
    chapter="10 lstm",
    returns=(LSTM, "dX", "dh_0", "dc_0"),
    given=("from course import LSTM, lstm_forward, lstm_step",),
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One step, to localise a mistake; a few; a loss at the last step alone; more steps; many.

    The last one, with large gradients, shows what cuts the sum short or clips it.
    """
    drawn = []
    several, many = int(rng.integers(6, 9)), int(rng.integers(21, 26))
    for T, name in ((1, "T=1"), (3, ""), (4, "dH = 0 but for the last step"), (several, ""), (many, "")):
        d, h = draws.sizes(rng, 2, T) if many > T else sorted(draws.sizes(rng, 2, 4, 5))
        dH = draws.away_from_zero(rng, T, h)
        if name.startswith("dH"):
            dH[:-1] = 0
        if many == T:
            dH *= draws.LARGE
        h_0, c_0 = draws.away_from_zero(rng, h), 2 * draws.away_from_zero(rng, h)
        args = (draws.lstm(rng, d, h), rng.normal(size=(T, d)), dH, h_0, c_0)
        drawn.append(Case(name or f"T={T}, d={d}, h={h}", args))
    return drawn


def loss_of(dH: Array) -> Callable[..., Any]:
    """`Σ_t ⟨dH_t, h_t⟩`: a scalar whose direct gradient with respect to h_t is dH_t."""
    return lambda p, X, h_0, c_0: np.sum(dH * lstm_forward(p, X, h_0, c_0)[0][1:])


@exercise.expects
def expected(p: LSTM, X: Array, dH: Array, h_0: Array, c_0: Array) -> Parts:
    """The complex step of the given forward pass with respect to everything that is asked."""
    grads, (dX, dh_0, dc_0) = gradients(loss_of(dH), p, X, h_0, c_0)
    return grads._asdict() | {"dX": dX, "dh_0": dh_0, "dc_0": dc_0}


@exercise.by_hand
def large(rng: draws.Rng) -> Large:
    """10,000 parameters over 60 steps."""
    T, d, h = 60, 48, 32
    p = LSTM(
        rng.normal(size=(4 * h, d)) / 8, rng.normal(size=(4 * h, h)) / np.sqrt(h), rng.normal(size=4 * h) / 2
    )
    X, dH = rng.normal(size=(T, d)), rng.normal(size=(T, h))
    at = {"dX": X, "dh_0": rng.uniform(-1, 1, size=h), "dc_0": rng.normal(size=h)}
    args = (p, X, dH, at["dh_0"], at["dc_0"])
    return large_gated(rng, "10,000 parameters", loss_of(dH), p, at, args)


SEE = "Backward, gate by gate"
exercise.claim("one_step", "With one step (T = 1) every gradient is right.", on="T=1", points=1, see=SEE)
exercise.claim(
    "last_loss",
    "With a loss at the last step alone everything is right.",
    on="dH = 0 but for the last step",
    points=2,
    see=SEE,
)
exercise.claim(
    "weights",
    "∂L/∂W_x, ∂L/∂W_h and ∂L/∂b are right over several steps.",
    parts=("W_x", "W_h", "b"),
    points=3,
    see=SEE,
)
exercise.claim("inputs", "∂L/∂x_t is right at every step.", parts=("dX",), points=1, see=SEE)
exercise.claim(
    "start", "∂L/∂h_0 and ∂L/∂c_0 are right.", parts=("dh_0", "dc_0"), points=2, see="The block Jacobian"
)


def at_once(mistakes: Sequence[Mistake], p: LSTM, X: Array, dH: Array, h_0: Array, c_0: Array) -> Parts:
    """What each of these mistakes makes of it."""
    found = results(mistakes, run_of(p, X, h_0, c_0), dH, np.zeros_like(c_0))
    weights = {name: found[name] for name in LSTM._fields}
    return weights | {"dX": found["X"], "dh_0": found["h_0"], "dc_0": found["c_0"]}


def sieve(
    mistakes: Sequence[Mistake], got: Parts, p: LSTM, X: Array, dH: Array, h_0: Array, c_0: Array
) -> Array:
    """Which of these mistakes may have left what came back."""
    at_start = {"X": got["dX"], "h_0": got["dh_0"], "c_0": got["dc_0"]}
    return possible(mistakes, run_of(p, X, h_0, c_0), dH, np.zeros_like(c_0), at_start)


KNOWN = [
    *map(as_mistake, (*STEP_SLIPS, *PASSED_SLIPS, *CARRIED_SLIPS)),
    *(as_mistake(slip, *parts) for slip, parts in PART_SLIPS),
    *(as_mistake(slip, starts=True) for slip in CARRIED_SLIPS if slip.carried != "hc"),
    *(as_mistake(slip, starts=starts) for slip in LAST_STEPS for starts in (False, True)),
    *STEPS_LEFT,
]
exercise.slips += slips_of(KNOWN, at_once, sieve)
exercise.composed = cache(lambda: slips_of(composed(steps=True), at_once, sieve))


exercise.timed = {"dX": 0}
exercise.weighed = OF_A_SEQUENCE
