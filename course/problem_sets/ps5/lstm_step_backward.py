"""One step of the LSTM, backwards."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from course import draws
from course.altered_lstm import HERE
from course.exercise import Case, Exercise, Large, Parts
from course.gated import LSTM, lstm_step
from course.large import large_gated
from course.lstm_carried import PASSED_SLIPS
from course.lstm_family import composed, possible, results, slips_of
from course.lstm_known import as_mistake
from course.lstm_many import run_of
from course.lstm_parts import PART_SLIPS
from course.lstm_slips import STEP_SLIPS
from course.lstm_words import Mistake
from course.models import Array
from course.oracles import gradients
from course.recognise.cell_exercises import OF_A_STEP


def lstm_step_backward(
    p: LSTM, x: np.ndarray, h: np.ndarray, c: np.ndarray, dh_next: np.ndarray, dc_next: np.ndarray
) -> tuple[LSTM, np.ndarray, np.ndarray, np.ndarray]:
    """The backward pass of one LSTM step: from ∂L/∂h_t and ∂L/∂c_t to everything the step depends on.

    Formula: a = W_x x + W_h h + b with the rows a^i, a^f, a^g, a^o;  i, f, o = σ(a^i), σ(a^f), σ(a^o),
             g = tanh(a^g);  c_t = f ⊙ c + i ⊙ g,  h_t = o ⊙ tanh(c_t).   (`lstm_step` computes h_t and c_t.)

    Args:
        p: parameters W_x (4h, d), W_h (4h, h), b (4h), gate rows i, f, g, o.
        x: input, shape (d).
        h: the state before the step, shape (h).
        c: the cell before the step, shape (h).
        dh_next: ∂L/∂h_t, shape (h): from the loss and from step t + 1, both of which read h_t.
        dc_next: shape (h), what step t + 1 sends back along c_t. That h_t reads c_t too is not in it.

    Returns:
        grads: an LSTM whose fields are ∂L/∂W_x, ∂L/∂W_h, ∂L/∂b, for this step alone.
        dx: ∂L/∂x, shape (d).
        dh: ∂L/∂h, shape (h).
        dc: ∂L/∂c, shape (h).
    """
    raise NotImplementedError("lstm_step_backward: return grads, dx, dh, dc")


exercise = Exercise(
    lstm_step_backward,
    title="One step back",
    chapter="10 lstm",
    returns=(LSTM, "dx", "dh", "dc"),
    given=("from course import LSTM, lstm_forward, lstm_step",),
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """A gradient at the state alone; at the cell alone; at both, with more units than inputs and fewer."""
    drawn = []
    for name in ("dc_next = 0", "dh_next = 0", "d < h", "d > h"):
        d, h = sorted(draws.sizes(rng, 2), reverse=name == "d > h")
        dh, dc = draws.away_from_zero(rng, h), draws.away_from_zero(rng, h)
        x, state, cell = rng.normal(size=d), draws.away_from_zero(rng, h), 2 * draws.away_from_zero(rng, h)
        size = draws.LARGE if name == "d > h" else 1.0  # a gradient that nothing should clip
        dh, dc = size * dh * (name != "dh_next = 0"), size * dc * (name != "dc_next = 0")
        drawn.append(Case(name, (draws.lstm(rng, d, h), x, state, cell, dh, dc)))
    return drawn


def loss_of(dh_next: Array, dc_next: Array) -> Callable[..., Any]:
    """`⟨dh_next, h'⟩ + ⟨dc_next, c'⟩`: a scalar whose gradient is asked for."""

    def loss(*args: Any) -> Any:
        after, cell = lstm_step(*args)
        return dh_next @ after + dc_next @ cell

    return loss


@exercise.expects
def expected(p: LSTM, x: Array, h: Array, c: Array, dh_next: Array, dc_next: Array) -> Parts:
    """The complex step of the given step with respect to everything that is asked."""
    grads, (dx, dh, dc) = gradients(loss_of(dh_next, dc_next), p, x, h, c)
    return grads._asdict() | {"dx": dx, "dh": dh, "dc": dc}


@exercise.by_hand
def large(rng: draws.Rng) -> Large:
    """330,000 parameters."""
    d, h = 64, 256
    dh, dc = rng.normal(size=h), rng.normal(size=h)
    p = LSTM(
        rng.normal(size=(4 * h, d)) / 8, rng.normal(size=(4 * h, h)) / np.sqrt(h), rng.normal(size=4 * h)
    )
    at = {"dx": rng.normal(size=d), "dh": rng.uniform(-1, 1, size=h), "dc": rng.normal(size=h)}
    loss = loss_of(dh, dc)
    return large_gated(rng, "330,000 parameters", loss, p, at, (p, *at.values(), dh, dc))


SEE, PATHS = "Backward, gate by gate", "The direct path and the total derivative"
exercise.claim("from_the_state", "From ∂L/∂h_t alone it is right.", on="dc_next = 0", points=1, see=SEE)
exercise.claim("from_the_cell", "From ∂L/∂c_t alone it is right.", on="dh_next = 0", points=1, see=SEE)
exercise.claim(
    "weights", "∂L/∂W_x, ∂L/∂W_h and ∂L/∂b are right.", parts=("W_x", "W_h", "b"), points=3, see=SEE
)
exercise.claim("cell", "∂L/∂c is right.", parts=("dc",), points=1, see=PATHS)
exercise.claim("state", "∂L/∂h is right: all four gates read h.", parts=("dh",), points=1, see=PATHS)
exercise.claim("input", "∂L/∂x is right.", parts=("dx",), points=1, see=SEE)


KNOWN = [
    *map(as_mistake, (*STEP_SLIPS, *PASSED_SLIPS)),
    *(as_mistake(slip, *parts) for slip, parts in PART_SLIPS),
]


def at_once(
    mistakes: Sequence[Mistake], p: LSTM, x: Array, h: Array, c: Array, dh_next: Array, dc_next: Array
) -> Parts:
    """What each of these mistakes makes of it."""
    found = results(mistakes, run_of(p, x[None], h, c), dh_next[None], dc_next)
    weights = {name: found[name] for name in LSTM._fields}
    return weights | {"dx": found["X"][:, 0], "dh": found["h_0"], "dc": found["c_0"]}


def sieve(
    mistakes: Sequence[Mistake],
    got: Parts,
    p: LSTM,
    x: Array,
    h: Array,
    c: Array,
    dh_next: Array,
    dc_next: Array,
) -> Array:
    """Which of these mistakes may have left what came back."""
    before = {"h_0": got["dh"], "c_0": got["dc"]}
    return possible(mistakes, run_of(p, x[None], h, c), dh_next[None], dc_next, before)


exercise.slips += slips_of(KNOWN, at_once, sieve)
exercise.composed = cache(lambda: slips_of(composed(steps=False), at_once, sieve))


def returned_early(p: LSTM, x: Array, h: Array, c: Array, dh_next: Array, dc_next: Array) -> Parts:
    """All right but ∂L/∂c, which is that of dc_next alone."""
    early = expected(p, x, h, c, 0 * dh_next, dc_next)
    return expected(p, x, h, c, dh_next, dc_next) | {"dc": early["dc"]}


exercise.slip(
    "returned_early",
    "∂L/∂c goes back from dc_next alone. ∂L/∂c_t is complete only when what h_t gives to c_t is in it.",
    returned_early,
    PATHS,
)


def other_order(of: Callable[..., Parts], p: LSTM, *others: Any) -> Parts:
    """What comes of reading the rows of p as i, f, o, g, and of writing the gradients so."""

    def exchanged(rows: Array) -> Array:
        i, f, g, o = np.split(rows, 4)
        return np.concatenate([i, f, o, g])

    found = of(LSTM(*map(exchanged, p)), *others)
    return found | {name: exchanged(found[name]) for name in LSTM._fields}


exercise.slip(
    "rows_read_as_ifog",
    f"You read the rows of p in the order i, f, o, g; {HERE}.",
    partial(other_order, expected),
    "The cell",
)
exercise.weighed = OF_A_STEP
