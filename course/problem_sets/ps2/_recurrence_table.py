"""Mistakes in a linear recurrence, put together: its steps, or its sum, beside its products."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.problem_sets.ps2._recurrence import responses, states
from course.problem_sets.ps2._recurrence_products import PRODUCTS

Move = Callable[[int, Array, Array, Array], Array]  # of t, b, C, and a up to a_{t-1}, a_0 first
ADDED: dict[str, tuple[str, Move]] = {
    "own": ("b_t", lambda t, b, C, a: b[t]),
    "late": ("b_{t-1}", lambda t, b, C, a: b[t - 1] * (t > 0)),
    "late_around": ("b_{t-1}", lambda t, b, C, a: b[t - 1]),
    "next": ("b_{t+1}", lambda t, b, C, a: b[min(t + 1, len(b) - 1)]),
    "next_around": ("b_{t+1}", lambda t, b, C, a: b[(t + 1) % len(b)]),
    "multiplied": ("C_t b_t", lambda t, b, C, a: C[t] @ b[t]),
    "sum": ("b_1 + … + b_t", lambda t, b, C, a: b[: t + 1].sum(axis=0)),
    "first": ("b_1", lambda t, b, C, a: b[0]),
    "none": ("nothing", lambda t, b, C, a: 0 * b[0]),
    "turned": ("−b_t", lambda t, b, C, a: -b[t]),
    "reversed": ("b_{T+1-t}", lambda t, b, C, a: b[-1 - t]),
}
CARRIED: dict[str, tuple[str, Move]] = {
    "own": ("C_t a_{t-1}", lambda t, b, C, a: C[t] @ a[-1]),
    "next": ("C_{t+1} a_{t-1}", lambda t, b, C, a: C[min(t + 1, len(C) - 1)] @ a[-1]),
    "next_around": ("C_{t+1} a_{t-1}", lambda t, b, C, a: C[(t + 1) % len(C)] @ a[-1]),
    "first": ("C_1 a_{t-1}", lambda t, b, C, a: C[0] @ a[-1]),
    "reversed": ("C_{T+1-t} a_{t-1}", lambda t, b, C, a: C[-1 - t] @ a[-1]),
    "input": ("C_t b_{t-1}", lambda t, b, C, a: C[t] @ b[t - 1] * (t > 0)),
    "inputs": ("C_t (b_1 + … + b_{t-1})", lambda t, b, C, a: C[t] @ b[:t].sum(axis=0)),
    "two_early": ("C_t a_{t-2}", lambda t, b, C, a: C[t] @ (a[-2] if t > 1 else 0 * b[0])),
    "from_the_start": ("C_t a_0 + … + C_t a_{t-1}", lambda t, b, C, a: C[t] @ np.sum(a, axis=0)),
    "kept": ("a_{t-1} + C_t a_{t-1}", lambda t, b, C, a: a[-1] + C[t] @ a[-1]),
    "turned": ("−C_t a_{t-1}", lambda t, b, C, a: -(C[t] @ a[-1])),
    "diagonal": ("C_t ⊙ a_{t-1}, its diagonal,", lambda t, b, C, a: np.diag(C[t]) * a[-1]),
    "first_state": ("C_t b_1", lambda t, b, C, a: C[t] @ b[0] * (t > 0)),
}


def run(added: Move, carried: Move, start: Callable[[Array], Array], b: Array, C: Array) -> Parts:
    """The right P, and the recursion with other terms, from another a_0."""
    a = [start(b)]
    for t in range(len(b)):
        a.append(added(t, b, C, np.array(a)) + carried(t, b, C, np.array(a)))
    return {"a": np.stack(a[1:]), "P": responses(b, C)}


def afterwards(change: Callable[..., Array], b: Array, C: Array) -> Parts:
    """The right P, and a changed after it is found."""
    return {"a": change(states(b, C), b, C), "P": responses(b, C)}


def sum_by(indices: str, b: Array, C: Array) -> Parts:
    """The right P, and a summed over other indices."""
    P = responses(b, C)
    return {"a": np.einsum(indices, P, b), "P": P}


SLIPS: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    *PRODUCTS,
    *[
        (
            f"added_{name}",
            f"In a {said} stands where b_t belongs.",
            partial(run, added, CARRIED["own"][1], lambda b: 0 * b[0]),
        )
        for name, (said, added) in ADDED.items()
        if name != "own"
    ],
    *[
        (
            f"carried_{name}",
            f"In a {said} stands where C_t a_{{t-1}} belongs.",
            partial(run, ADDED["own"][1], carried, lambda b: 0 * b[0]),
        )
        for name, (said, carried) in CARRIED.items()
        if name != "own"
    ],
    *[
        (
            f"begins_{name}",
            f"a begins with {said} for a_0 = 0.",
            partial(run, ADDED["own"][1], CARRIED["own"][1], start),
        )
        for name, said, start in (
            ("first_input", "b_1", lambda b: b[0]),
            ("last_input", "b_T", lambda b: b[-1]),
            ("ones", "ones", lambda b: np.ones_like(b[0])),
        )
    ],
    *[
        (f"out_{name}", f"Instead of a_t, {said} is returned.", partial(afterwards, change))
        for name, said, change in (
            ("multiplied", "C_t a_t", lambda a, b, C: np.einsum("tij,tj->ti", C, a)),
            ("carry_alone", "a_t − b_t, without its own term,", lambda a, b, C: a - b),
            ("with_input", "a_t + b_t", lambda a, b, C: a + b),
            ("sums", "a_1 + … + a_t", lambda a, b, C: np.cumsum(a, axis=0)),
        )
    ],
    (
        "multiplied_sums",
        "For a_t stands C_t (b_1 + … + b_t); it should be b_t + C_t a_{t-1}.",
        lambda b, C: {"a": np.einsum("tij,tj->ti", C, np.cumsum(b, axis=0)), "P": responses(b, C)},
    ),
    (
        "sum_of_own_inputs",
        "In the sum b_t stands where b_i belongs: a_t is the sum of P_{t,i} b_i.",
        partial(sum_by, "tijk,tk->tj"),
    ),
    (
        "sum_transposed",
        "In a_t each P_{t,i} is transposed: a_t is the sum of P_{t,i} b_i.",
        partial(sum_by, "tijk,ij->tk"),
    ),
    (
        "sum_over_later",
        "a is summed over t where it is over i: a_t is the sum of P_{t,i} b_i.",
        partial(sum_by, "itjk,ik->tj"),
    ),
)
