"""What comes back through one step of a GRU if its derivative or its conventions are altered."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.altered_gru import HERE, RIGHT, GRUSlip, Rows, altered_gradients, with_rows
from course.exercise import Parts
from course.gated import GRU
from course.models import Array


def altered(slip: GRUSlip, p: GRU, x: Array, h: Array, dh_next: Array) -> Parts:
    """The gradients, with the derivative of the step altered."""
    return {name: part[0] for name, part in altered_gradients(p, x, h, dh_next, (slip,)).items()}


UNRESET = GRUSlip("", "", factors={"product": "1"})
ALL_RESET = GRUSlip("", "", factors={"input": "r"})


def reset_missing_in(name: str, *args: Any) -> Parts:
    """One of the results without the factor r in the rows of n; the others as they should be."""
    return altered(RIGHT, *args) | {name: altered(UNRESET, *args)[name]}


def reset_on_b_x(*args: Any) -> Parts:
    """∂L/∂b_x with the factor r in the rows of n; the others as they should be."""
    return altered(RIGHT, *args) | {"b_x": altered(ALL_RESET, *args)["b_x"]}


def biases_exchanged(*args: Any) -> Parts:
    """∂L/∂b_x and ∂L/∂b_h in each other's place."""
    found = altered(RIGHT, *args)
    return found | {"b_x": found["b_h"], "b_h": found["b_x"]}


def of_other_rows(change: Rows, p: GRU, *others: Array) -> Parts:
    """What is right for parameters with changed rows, with the gradients' rows changed in the same way."""
    found = altered(RIGHT, with_rows(p, change), *others)
    grads = with_rows(GRU(*[found[name] for name in GRU._fields]), change)
    return found | grads._asdict()


def without_candidate_bias(p: GRU, *others: Array) -> Parts:
    """What is right for b_h^n = 0."""
    b_r, b_z, b_n = np.split(p.b_h, 3)
    return altered(RIGHT, p._replace(b_h=np.concatenate([b_r, b_z, 0 * b_n])), *others)


CONVENTIONS = "Two conventions"
# Name, sentence, value, and the section to read.
MISTAKES: tuple[tuple[str, str, Callable[..., Parts], str], ...] = (
    *[
        (
            f"reset_missing_in_{name}",
            f"In {which} the rows of n lack the factor r, which stands between v^n and n.",
            partial(reset_missing_in, name),
            CONVENTIONS,
        )
        for name, which in (("W_h", "∂L/∂W_h"), ("b_h", "∂L/∂b_h"), ("dh", "∂L/∂h"))
    ],
    (
        "reset_on_b_x",
        "In ∂L/∂b_x the rows of n have the factor r; only v^n should have it.",
        reset_on_b_x,
        CONVENTIONS,
    ),
    ("biases_exchanged", "∂L/∂b_x and ∂L/∂b_h are exchanged.", biases_exchanged, CONVENTIONS),
    (
        "update_gate_turned",
        "z and 1 − z are exchanged throughout: in this exercise z keeps the old state.",
        partial(of_other_rows, lambda rows: [rows[0], -rows[1], rows[2]]),
        CONVENTIONS,
    ),
    (
        "rows_read_as_zrn",
        f"You read the rows of p in the order z, r, n; {HERE}.",
        partial(of_other_rows, lambda rows: [rows[1], rows[0], rows[2]]),
        "The GRU",
    ),
    ("candidate_bias_missing", "b_h^n is missing in v^n.", without_candidate_bias, "The GRU"),
)
