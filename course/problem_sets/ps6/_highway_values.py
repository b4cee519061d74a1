"""Other values of a highway layer, by mistake: with the rules as they are, or with those that follow."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from course.gated import logistic
from course.models import Array


@dataclass(frozen=True)
class At:
    """The layer's values, each (n): x, the gate t, the unit p, y, dy, and what t and p are made of."""

    x: Array
    t: Array
    p: Array
    y: Array
    dy: Array
    a_t: Array
    a_p: Array


Word = Callable[[At], Array]
Weights = tuple[Array, Array, Array, Array]  # W_t, b_t, W_p, b_p
Forward = Callable[[At, Weights], At]
Rules = dict[str, str | Word]  # by edge, those that are not the usual ones
Row = tuple[str, str, Forward, Rules]  # the first two: name and sentence


def shown(at: At, t: Array, p: Array) -> At:
    """With another gate or unit, and y made of them."""
    return replace(at, t=t, p=p, y=at.x + t * (p - at.x))


def gated(gate: Callable[[Array], Array]) -> Forward:
    """With another gate."""
    return lambda at, weights: shown(at, gate(at.a_t), at.p)


def of_unit(unit: Callable[[Array], Array]) -> Forward:
    """With another unit."""
    return lambda at, weights: shown(at, at.t, unit(at.a_p))


def summing(sums: Callable[[Array, Array, Array], Array], which: str) -> Forward:
    """With the gate and the unit, those of `which`, of other sums."""

    def forward(at: At, weights: Weights) -> At:
        W_t, b_t, W_p, b_p = weights
        a_t = sums(at.x, W_t, b_t) if "t" in which else at.a_t
        a_p = sums(at.x, W_p, b_p) if "p" in which else at.a_p
        return shown(replace(at, a_t=a_t, a_p=a_p), logistic(a_t), np.tanh(a_p))

    return forward


def output(y: Word) -> Forward:
    """With another y alone."""
    return lambda at, weights: replace(at, y=y(at))


VALUES: tuple[tuple[str, str, str, Forward, Rules], ...] = (
    (
        "gate_doubled",
        "t is σ of twice the sum",
        "t is σ of W_t x + b_t",
        gated(lambda a: logistic(2 * a)),
        {"slope_t": "2 t (1 − t)"},
    ),
    (
        "gate_turned",
        "t is σ of minus the sum",
        "t is σ of W_t x + b_t, for negative sums too",
        gated(lambda a: logistic(-a)),
        {},
    ),
    ("gate_of_tanh", "t is made with tanh", "t is σ of its sum", gated(np.tanh), {"slope_t": "1 − t²"}),
    ("unit_linear", "p is made without tanh", "p is tanh of its sum", of_unit(lambda a: a), {"slope_p": "1"}),
    (
        "unit_logistic",
        "p is made with σ",
        "p is tanh of its sum",
        of_unit(logistic),
        {"slope_p": "p (1 − p)"},
    ),
)
SUMS = (
    ("bias_missing", "is made without its bias", "the sum is W x + b", lambda x, W, b: W @ x),
    ("transposed", "is made with Wᵀ x", "the sum is W x + b", lambda x, W, b: W.T @ x + b),
)
OUTPUTS: tuple[tuple[str, str, Word, Rules], ...] = (
    ("around_whole", "t ⊙ p + x", lambda s: s.t * s.p + s.x, {"update": "p", "around": "1"}),
    ("unit_whole", "p + (1 − t) ⊙ x", lambda s: s.p + s.x - s.t * s.x, {"update": "−x", "shown": "1"}),
    ("around_gated", "t ⊙ p + t ⊙ x", lambda s: s.t * (s.p + s.x), {"update": "p + x", "around": "t"}),
    ("unit_alone", "t ⊙ p", lambda s: s.t * s.p, {"update": "p", "around": "0"}),
    ("around_alone", "(1 − t) ⊙ x", lambda s: s.x - s.t * s.x, {"update": "−x", "shown": "0"}),
)


def _rows(name: str, said: str, right: str, forward: Forward, rules: Rules) -> tuple[Row, ...]:
    """The values with the usual rules; and with the rules that follow, if there are other ones."""
    one: Row = (f"values_{name}", f"{said}; {right}.", forward, {})
    return (
        (one, (f"layer_{name}", f"{said}, in the gradients too; {right}.", forward, rules))
        if rules
        else (one,)
    )


FORWARD: tuple[Row, ...] = (
    *[row for each in VALUES for row in _rows(*each)],
    *[
        row
        for which, symbol in (("t", "t"), ("p", "p"), ("tp", "Each of t and p"))
        for name, said, right, sums in SUMS
        for row in _rows(f"{name}_in_{which}", f"{symbol} {said}", right, summing(sums, which), {})
    ],
    *[
        row
        for name, said, y, rules in OUTPUTS
        for row in _rows(f"output_{name}", f"y is {said}", "it is t ⊙ p + (1 − t) ⊙ x", output(y), rules)
    ],
)
