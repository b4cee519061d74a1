"""One step of the GRU, backwards."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.altered_gru import JACOBIAN, altered_gradients
from course.exercise import Case, Exercise, Large, Parts
from course.gated import GRU, gru_forward
from course.gru_slips import GRU_SLIPS
from course.gru_table import ALONE, GRU_TABLE
from course.large import large_gated
from course.models import Array
from course.oracles import gradients
from course.problem_sets.ps5._gru_step_backward import MISTAKES, altered
from course.recognise.claims import Claim
from course.recognise.tables import Table


def gru_step_backward(
    p: GRU, x: np.ndarray, h: np.ndarray, dh_next: np.ndarray
) -> tuple[GRU, np.ndarray, np.ndarray]:
    """The backward pass of one GRU step in torch's convention, which resets after the product.

    Formula: u = W_x x + b_x and v = W_h h + b_h with the rows r, z, n;
             r = σ(u^r + v^r),  z = σ(u^z + v^z),  n = tanh(u^n + r ⊙ v^n),  h' = (1 − z) ⊙ n + z ⊙ h.
    `gru_forward(p, x[None], h)[1]` is h'.

    Args:
        p: parameters W_x (3h, d), W_h (3h, h), b_x (3h), b_h (3h), gate rows r, z, n.
        x: input, shape (d).
        h: the state before the step, shape (h).
        dh_next: ∂L/∂h', shape (h).

    Returns:
        grads: a GRU whose fields are ∂L/∂W_x, ∂L/∂W_h, ∂L/∂b_x, ∂L/∂b_h, for this step alone.
        dx: ∂L/∂x, shape (d).
        dh: ∂L/∂h, shape (h).
    """
    raise NotImplementedError("gru_step_backward: return grads, dx, dh")


exercise = Exercise(
    gru_step_backward,
    title="One step of a GRU back",
    chapter="11 gru",
    returns=(GRU, "dx", "dh"),
    given=("from course import GRU, gru_forward",),
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """No recurrent weights, where the state goes on by z alone; then more units than inputs, and fewer."""
    drawn = []
    for name in ("W_h = 0", "d < h", "d > h"):
        d, h = sorted(draws.sizes(rng, 2), reverse=name == "d > h")
        p = draws.gru(rng, d, h)
        p = p._replace(W_h=0 * p.W_h) if name == "W_h = 0" else p
        state, dh = draws.away_from_zero(rng, h), draws.away_from_zero(rng, h)
        size = draws.LARGE if name == "d > h" else 1.0  # a gradient that nothing should clip
        drawn.append(Case(name, (p, rng.normal(size=d), state, size * dh)))
    return drawn


Step = Callable[[GRU, Array, Array], Array]


def given_step(p: GRU, x: Array, h: Array) -> Array:
    """One step of the given network."""
    return np.asarray(gru_forward(p, x[None], h)[1])


def parts(step: Step, p: GRU, x: Array, h: Array, dh_next: Array) -> Parts:
    """The complex step of `⟨dh_next, h'⟩` with respect to everything that is asked."""
    grads, (dx, dh) = gradients(lambda p, x, h: dh_next @ step(p, x, h), p, x, h)
    return grads._asdict() | {"dx": dx, "dh": dh}


exercise.expects(partial(parts, given_step))


@exercise.by_hand
def large(rng: draws.Rng) -> Large:
    """250,000 parameters."""
    d, h = 64, 256
    p = GRU(
        rng.normal(size=(3 * h, d)) / 8,
        rng.normal(size=(3 * h, h)) / np.sqrt(h),
        rng.normal(size=3 * h),
        rng.normal(size=3 * h),
    )
    at = {"dx": rng.normal(size=d), "dh": rng.uniform(-1, 1, size=h)}
    dh_next = rng.normal(size=h)

    def loss(p: GRU, x: Array, h: Array) -> Any:
        return dh_next @ given_step(p, x, h)

    return large_gated(rng, "250,000 parameters", loss, p, at, (p, *at.values(), dh_next))


SEE = JACOBIAN
exercise.claim(
    "no_recurrence", "Without recurrent weights everything is right.", on="W_h = 0", points=1, see="The GRU"
)
exercise.claim("weights", "∂L/∂W_x and ∂L/∂W_h are right.", parts=("W_x", "W_h"), points=2, see=SEE)
exercise.claim(
    "biases",
    "∂L/∂b_x and ∂L/∂b_h are right: they differ in the rows of n.",
    parts=("b_x", "b_h"),
    points=1,
    see="Two conventions",
)
exercise.claim("state", "∂L/∂h is right: four ways lead from h to h'.", parts=("dh",), points=2, see=SEE)
exercise.claim("input", "∂L/∂x is right.", parts=("dx",), points=1, see=SEE)


for _slip in GRU_SLIPS:
    exercise.slip(_slip.name, _slip.sentence, partial(altered, _slip), _slip.see)
for _name, _sentence, _value, _see in MISTAKES:
    exercise.slip(_name, _sentence, _value, _see)


def composed(chosen: Array, p: GRU, x: Array, h: Array, dh_next: Array) -> Parts:
    """The gradients for those places of the table."""
    return altered_gradients(p, x, h, dh_next, [GRU_TABLE[k] for k in chosen])


_claims = [Claim(slip.name, slip.sentence, slip.see) for slip in GRU_TABLE]
exercise.table = Table(_claims, composed, alone=ALONE)
