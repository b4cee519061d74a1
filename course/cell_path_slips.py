"""Mistakes along the direct path through the cells, each with its sentence and what it returns."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course.exercise import Parts
from course.gate_paths import path
from course.models import Array

SLIPS: list[tuple[str, str, Callable[..., Parts]]] = []


def changed(change: Callable[[Array, Array], Array], F: Array) -> Parts:
    """The right products of F, and those of F read backwards, put together wrongly."""
    return {"P": change(path(F), path(F[::-1]))}


for _name, _sentence, _change in (
    (
        "from_the_start",
        "For P[t] stands ∂⁺c_t/∂c_0, the path from the first cell; ∂⁺c_T/∂c_t is asked for.",
        lambda P, Q: Q[::-1],
    ),
    (
        "one_factor_more",
        "P[t] has the factor f_t too, and P[0] is one. Does the row of ones stand first? It belongs last.",
        lambda P, Q: np.concatenate([P[-1:], P[:-1]]),
    ),
    (
        "one_factor_less",
        "P[t] lacks the factor f_{t+1}: the path from c_t starts with step t + 1.",
        lambda P, Q: np.concatenate([P[1:], P[-1:]]),
    ),
    ("whole_path", "Every P[t] is the product of all gates.", lambda P, Q: np.broadcast_to(P[0], P.shape)),
):
    SLIPS.append((_name, _sentence, partial(changed, _change)))


def of_gates(change: Callable[[Array], Array], F: Array) -> Parts:
    """What is right for other gates."""
    return {"P": path(change(F))}


for _name, _sentence, _gates in (
    ("squared", "Every gate enters twice: c_t has the factor f_t once.", np.square),
    (
        "gates_one_late",
        "The gates stand one step late: from c_t to c_{t+1} leads f_{t+1}, which is F[t], not F[t+1].",
        lambda F: np.concatenate([F[1:], F[-1:]]),
    ),
    (
        "gates_one_early",
        "The gates stand one step early: from c_t to c_{t+1} leads f_{t+1}, which is F[t], not F[t-1].",
        lambda F: np.roll(F, 1, axis=0),
    ),
    (
        "mean_over_units",
        "The mean of the gates of all units stands for each: every unit has its own gate.",
        lambda F: np.broadcast_to(F.mean(axis=1, keepdims=True), F.shape),
    ),
):
    SLIPS.append((_name, _sentence, partial(of_gates, _gates)))
for _edge in 10.0 ** -np.arange(1, 9):
    for _highest, _said in ((1.0, "at least {0:g}"), (1 - _edge, "between {0:g} and 1 − {0:g}")):
        SLIPS.append(
            (
                "gates_clipped",
                f"The gates are kept {_said.format(_edge)}: a gate may be 0, which nothing passes, or 1.",
                partial(of_gates, partial(np.clip, a_min=_edge, a_max=_highest)),
            )
        )


def divided(F: Array) -> Parts:
    """The right products, and nothing behind a shut gate."""
    P, from_the_start = path(F), path(F[::-1])[::-1]
    return {"P": np.where(from_the_start == 0, 0, P)}


SLIPS.append(
    (
        "divided",
        "Behind a gate of 0 nothing is left: is P[t] a quotient of products from the start? There it is 0/0.",
        divided,
    )
)


def last_row_zero(F: Array) -> Parts:
    """The right products, but of the last cell."""
    return {"P": np.concatenate([path(F)[:-1], np.zeros((1, F.shape[1]))])}


SLIPS.append(("last_row_zero", "P[T] is left as zeros; it should be all ones.", last_row_zero))


def gates_alone(F: Array) -> Parts:
    """The last step's Jacobian for every step."""
    return {"P": np.stack([*[path(f[None])[0] for f in F], np.ones(F.shape[1])])}


def added(last: float, first: float, F: Array) -> Parts:
    """The Jacobians of the steps, added; `last` is what P[T] holds, and `first` is in all other rows."""
    sums = np.cumsum(gates_alone(F)["P"][-2::-1], axis=0)[::-1]
    return {"P": np.concatenate([sums + first, np.full((1, F.shape[1]), last)])}


for _last, _first in ((1.0, 1.0), (1.0, 0.0), (0.0, 0.0)):
    SLIPS.append(
        (
            "summed",
            "The Jacobians of the steps are added: along one path they multiply.",
            partial(added, _last, _first),
        )
    )
SLIPS.append(
    (
        "one_step_only",
        "For P[t] stands the Jacobian of one step, ∂⁺c_{t+1}/∂c_t; the steps up to T should multiply.",
        gates_alone,
    )
)
