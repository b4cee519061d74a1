"""A highway layer, and mistakes in its derivative: each is the given formula with something altered."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from course.exercise import Parts
from course.gated import logistic
from course.models import Array
from course.oracles import complex_step

NAMES = ("y", "dW_t", "db_t", "dW_p", "db_p", "dx")

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
    shown: Callable[[Any, Any], Any] = np.multiply  # t ⊙ p
    product: Callable[[Any, Any], Any] = np.matmul


def layer(alter: Alter, W_t: Any, b_t: Any, W_p: Any, b_p: Any, x: Any) -> Any:
    """y by the formula, with some derivatives altered."""
    t = alter.gate(alter.product(W_t, alter.to_gate(x)) + b_t)
    p = alter.unit(alter.product(W_p, alter.to_unit(x)) + b_p)
    return alter.shown(t, p) + (1 - alter.gate_on_x(t)) * alter.around(x)


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


def squashed(a: Any) -> Any:
    """σ with its derivative made of σ(t) for t."""
    t = logistic(a)
    return with_slope(t, logistic(np.real(t)) * (1 - logistic(np.real(t))) * a)


def past_the_unit(share: Change, *args: Array) -> Parts:
    """∂L/∂x with something else than what goes around the unit; `share` makes it of dy and what is right."""
    right, rest = gradients(Alter(), *args)["dx"], gradients(Alter(around=cut), *args)["dx"]
    return {"dx": rest + share((args[-1], right - rest))}


def output_exchanged(*args: Array) -> Parts:
    """Right gradients, and y with t and 1 − t exchanged."""
    W_t, b_t, *others, _ = args
    return gradients(Alter(), *args) | {"y": layer(Alter(), -W_t, -b_t, *others)}


def gates_exchanged(*args: Array) -> Parts:
    """y = (1 − t) ⊙ p + t ⊙ x, forward and backward: the gate's sum with the other sign."""
    W_t, b_t, *others = args
    right = gradients(Alter(), -W_t, -b_t, *others)
    return right | {"dW_t": -right["dW_t"], "db_t": -right["db_t"]}


class Mistake(NamedTuple):
    """Its name and sentence, and what a function with it returns."""

    name: str
    sentence: str
    value: Callable[..., Parts]


MISTAKES = (
    *[
        Mistake(name, sentence, partial(gradients, alter))
        for name, sentence, alter in (
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
                "The slope of the gate's σ is taken at t where it belongs at W_t x + b_t: "
                "σ is applied twice.",
                Alter(gate=squashed),
            ),
            (
                "gate_slope_is_value",
                "The gate's value t stands where its slope belongs.",
                Alter(gate=lambda a: with_slope(logistic(a), logistic(np.real(a)) * a)),
            ),
            (
                "gate_turned",
                "The gate's gradient has the wrong sign: an open gate shows p in place of x.",
                Alter(gate=lambda a: with_slope(logistic(a), -logistic(a))),
            ),
            (
                "unit_ungated",
                "What goes back to p lacks the factor t.",
                Alter(shown=lambda t, p: with_slope(t * p, t * np.real(p) + p)),
            ),
            (
                "unit_gated_wrongly",
                "What goes back to p has the factor 1 − t; the gate lets the unit through with t.",
                Alter(shown=lambda t, p: with_slope(t * p, t * np.real(p) + (1 - np.real(t)) * p)),
            ),
            (
                "unit_slope_missing",
                "The slope of tanh is missing.",
                Alter(unit=lambda a: with_slope(np.tanh(a), a)),
            ),
            (
                "transpose",
                "In ∂L/∂x the weights stand where their transposes belong.",
                Alter(product=transposed),
            ),
        )
    ],
    *[
        Mistake(name, sentence, partial(past_the_unit, share))
        for name, sentence, share in (
            (
                "around_whole",
                "Around the unit dy goes back to x whole; it is (1 − t) ⊙ dy.",
                lambda both: both[0],
            ),
            (
                "around_turned",
                "Around the unit t ⊙ dy goes back to x; it is (1 − t) ⊙ dy.",
                lambda both: both[0] - both[1],
            ),
        )
    ],
    Mistake(
        "output_exchanged",
        "In y alone t and 1 − t are exchanged: an open gate, t = 1, lets the unit through.",
        output_exchanged,
    ),
    Mistake(
        "gates_exchanged",
        "t and 1 − t are exchanged: an open gate, t = 1, lets the unit through.",
        gates_exchanged,
    ),
)
