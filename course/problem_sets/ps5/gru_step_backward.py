"""One step of the GRU, backwards."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.altered_gru import HERE, JACOBIAN, RIGHT, GRUSlip, Rows, altered_gradients, with_rows
from course.exercise import Case, Exercise, Large, Parts
from course.gated import GRU, gru_forward
from course.gru_slips import GRU_SLIPS
from course.gru_table import ALONE, GRU_TABLE
from course.large import large_gated
from course.models import Array
from course.oracles import gradients
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


def altered(slip: GRUSlip, p: GRU, x: Array, h: Array, dh_next: Array) -> Parts:
    """The same with the derivative of the step altered."""
    return {name: part[0] for name, part in altered_gradients(p, x, h, dh_next, (slip,)).items()}


for _slip in GRU_SLIPS:
    exercise.slip(_slip.name, _slip.sentence, partial(altered, _slip), _slip.see)


UNRESET = GRUSlip("", "", factors={"product": "1"})
ALL_RESET = GRUSlip("", "", factors={"input": "r"})


def reset_missing_in(name: str, *args: Any) -> Parts:
    """One of the results without the factor r in the rows of n; the others as they should be."""
    return altered(RIGHT, *args) | {name: altered(UNRESET, *args)[name]}


for _name, _which in (("W_h", "∂L/∂W_h"), ("b_h", "∂L/∂b_h"), ("dh", "∂L/∂h")):
    exercise.slip(
        f"reset_missing_in_{_name}",
        f"In {_which} the rows of n lack the factor r, which stands between v^n and n.",
        partial(reset_missing_in, _name),
        "Two conventions",
    )


def reset_on_b_x(*args: Any) -> Parts:
    """∂L/∂b_x with the factor r in the rows of n; the others as they should be."""
    return altered(RIGHT, *args) | {"b_x": altered(ALL_RESET, *args)["b_x"]}


exercise.slip(
    "reset_on_b_x",
    "In ∂L/∂b_x the rows of n have the factor r; only v^n should have it.",
    reset_on_b_x,
    "Two conventions",
)


def biases_exchanged(*args: Any) -> Parts:
    """∂L/∂b_x and ∂L/∂b_h in each other's place."""
    found = altered(RIGHT, *args)
    return found | {"b_x": found["b_h"], "b_h": found["b_x"]}


exercise.slip("biases_exchanged", "∂L/∂b_x and ∂L/∂b_h are exchanged.", biases_exchanged, "Two conventions")


def of_other_rows(change: Rows, p: GRU, *others: Array) -> Parts:
    """What is right for parameters with changed rows, with the gradients' rows changed in the same way."""
    found = altered(RIGHT, with_rows(p, change), *others)
    grads = with_rows(GRU(*[found[name] for name in GRU._fields]), change)
    return found | grads._asdict()


def without_candidate_bias(p: GRU, *others: Array) -> Parts:
    """What is right for b_h^n = 0."""
    b_r, b_z, b_n = np.split(p.b_h, 3)
    return altered(RIGHT, p._replace(b_h=np.concatenate([b_r, b_z, 0 * b_n])), *others)


for _name, _sentence, _value, _see in (
    (
        "update_gate_turned",
        "z and 1 − z are exchanged throughout: in this exercise z keeps the old state.",
        partial(of_other_rows, lambda rows: [rows[0], -rows[1], rows[2]]),
        "Two conventions",
    ),
    (
        "rows_read_as_zrn",
        f"You read the rows of p in the order z, r, n; {HERE}.",
        partial(of_other_rows, lambda rows: [rows[1], rows[0], rows[2]]),
        "The GRU",
    ),
    ("candidate_bias_missing", "b_h^n is missing in v^n.", without_candidate_bias, "The GRU"),
):
    exercise.slip(_name, _sentence, _value, _see)


def composed(chosen: Array, p: GRU, x: Array, h: Array, dh_next: Array) -> Parts:
    """The same for those places of the table."""
    return altered_gradients(p, x, h, dh_next, [GRU_TABLE[k] for k in chosen])


_claims = [Claim(slip.name, slip.sentence, slip.see) for slip in GRU_TABLE]
exercise.table = Table(_claims, composed, alone=ALONE)
