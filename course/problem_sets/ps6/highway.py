"""A highway layer: a saturating unit and a path around it, forward and backward."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Large, Parts
from course.gated import logistic
from course.large import large_layer
from course.models import Array
from course.oracles import complex_step


def highway(
    W_t: np.ndarray, b_t: np.ndarray, W_p: np.ndarray, b_p: np.ndarray, x: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A highway layer forward, and the gradients of a loss behind it.

    Formula: t = σ(W_t x + b_t), p = tanh(W_p x + b_p), y = t ⊙ p + (1 − t) ⊙ x. Here σ is the logistic
             function. The loss L depends on y, and ∂L/∂y = dy is given.

    The sums in σ and tanh may be as large as ±1000: nothing overflows, and nothing is nan.

    Args:
        W_t: weights of the gate, shape (h, h).
        b_t: bias of the gate, shape (h).
        W_p: weights of the unit, shape (h, h).
        b_p: bias of the unit, shape (h).
        x: input, shape (h).
        dy: ∂L/∂y, shape (h).

    Returns:
        y: shape (h).
        dW_t, db_t, dW_p, db_p, dx: the gradients of L, each of its argument's shape.

    Source: Srivastava, Greff & Schmidhuber, "Highway networks" (2015).
    """
    raise NotImplementedError("highway: return y, dW_t, db_t, dW_p, db_p, dx")


NAMES = ("y", "dW_t", "db_t", "dW_p", "db_p", "dx")
exercise = Exercise(highway, title="A path around the unit", chapter="12 saturation", returns=NAMES)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One unit; several; some with gates that are wide open or shut, and units at their limits."""
    drawn = []
    for name, h in (("one unit", 1), ("several", 4), ("±1000", 5)):
        W_t, W_p = (draws.away_from_zero(rng, h, h) for _ in range(2))
        b_t, b_p, x = (draws.away_from_zero(rng, h) for _ in range(3))
        if name == "±1000":
            b_t[:3], b_p[2:4] = (1000.0, -1000.0, 1000.0), (-1000.0, 1000.0)
        drawn.append(Case(name, (W_t, b_t, W_p, b_p, x, draws.away_from_zero(rng, h))))
    return drawn


Change = Callable[[Any], Any]


def whole(v: Any) -> Any:
    """Nothing is cut."""
    return v


def cut(v: Any) -> Any:
    """The value alone: no derivative passes."""
    return np.real(v)


def with_slope(v: Any, moved: Any) -> Any:
    """The value of `v`, with the derivative that `moved` has."""
    return np.real(v) + (moved - np.real(moved))


def transposed(W: Any, x: Any) -> Any:
    """W x, with Wᵀ where the derivative goes to x."""
    return W @ np.real(x) + np.real(W).T @ (x - np.real(x))


@dataclass(frozen=True)
class Alter:
    """What differs from the right derivative: cut edges, other slopes, another product."""

    to_gate: Change = whole
    to_unit: Change = whole
    around: Change = whole
    gate_on_x: Change = whole
    gate: Change = logistic
    unit: Change = np.tanh
    product: Callable[[Any, Any], Any] = np.matmul


def layer(alter: Alter, W_t: Any, b_t: Any, W_p: Any, b_p: Any, x: Any) -> Any:
    """y by the formula, with some derivatives altered."""
    t = alter.gate(alter.product(W_t, alter.to_gate(x)) + b_t)
    p = alter.unit(alter.product(W_p, alter.to_unit(x)) + b_p)
    return t * p + (1 - alter.gate_on_x(t)) * alter.around(x)


def gradients(alter: Alter, *args: Array) -> Parts:
    """y, and the complex step of Σ dy ⊙ y for each argument."""
    *inputs, dy = args
    parts = {"y": layer(Alter(), *inputs)}
    for i, name in enumerate(NAMES[1:]):

        def loss(v: Any, i: int = i) -> Any:
            moved = [*inputs[:i], v, *inputs[i + 1 :]]
            return np.sum(dy * layer(alter, *moved))

        parts[name] = complex_step(loss, inputs[i])
    return parts


@exercise.expects
def expected(W_t: Array, b_t: Array, W_p: Array, b_p: Array, x: Array, dy: Array) -> Parts:
    """The complex step of the formula."""
    return gradients(Alter(), W_t, b_t, W_p, b_p, x, dy)


@exercise.by_hand
def large(rng: draws.Rng) -> Large:
    """Three hundred thousand weights."""
    h = 400
    W_t, W_p = rng.normal(size=(h, h)) / 20, rng.normal(size=(h, h)) / 20
    b_t, b_p, x, dy = (rng.normal(size=h) for _ in range(4))
    inputs = dict(zip(NAMES[1:], (W_t, b_t, W_p, b_p, x), strict=True))
    return large_layer(rng, "320,000 weights", (*inputs.values(), dy), partial(layer, Alter()), inputs, dy)


SEE = "Shortcuts and deep supervision"
exercise.claim("output", "y is right.", parts=("y",), points=1, see=SEE)
exercise.claim("gate", "∂L/∂W_t and ∂L/∂b_t are right.", parts=("dW_t", "db_t"), points=2, see=SEE)
exercise.claim("unit", "∂L/∂W_p and ∂L/∂b_p are right.", parts=("dW_p", "db_p"), points=1, see=SEE)
exercise.claim("input", "∂L/∂x is right: x has three readers.", parts=("dx",), points=2, see=SEE)


def squashed(a: Any) -> Any:
    """σ with its derivative made of σ(t) for t."""
    t = logistic(a)
    return with_slope(t, logistic(np.real(t)) * (1 - logistic(np.real(t))) * a)


for _name, _sentence, _alter in (
    ("gate_path", "∂L/∂x lacks the path through the gate.", Alter(to_gate=cut)),
    ("unit_path", "∂L/∂x lacks the path through the unit.", Alter(to_unit=cut)),
    ("path_around", "∂L/∂x lacks the path around the unit: (1 − t) ⊙ dy.", Alter(around=cut)),
    (
        "gate_on_unit_alone",
        "The gate's gradient counts p alone: what the gate opens for p it shuts for x.",
        Alter(gate_on_x=cut),
    ),
    (
        "gate_slope_missing",
        "The slope of the gate's σ is missing.",
        Alter(gate=lambda a: with_slope(logistic(a), a)),
    ),
    (
        "gate_slope_of_value",
        "The slope of the gate's σ is taken at t where it belongs at W_t x + b_t: σ is applied twice.",
        Alter(gate=squashed),
    ),
    (
        "unit_slope_missing",
        "The slope of tanh is missing.",
        Alter(unit=lambda a: with_slope(np.tanh(a), a)),
    ),
    ("transpose", "In ∂L/∂x the weights stand where their transposes belong.", Alter(product=transposed)),
):
    exercise.slip(_name, _sentence, partial(gradients, _alter), SEE)


def gates_exchanged(*args: Array) -> Parts:
    """y = (1 − t) ⊙ p + t ⊙ x, forward and backward: the gate's sum with the other sign."""
    W_t, b_t, *others = args
    right = gradients(Alter(), -W_t, -b_t, *others)
    return right | {"dW_t": -right["dW_t"], "db_t": -right["db_t"]}


exercise.slip(
    "gates_exchanged",
    "t and 1 − t are exchanged: an open gate, t = 1, lets the unit through.",
    gates_exchanged,
    SEE,
)
