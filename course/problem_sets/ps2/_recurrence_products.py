"""Mistakes in the products of a linear recurrence, put together."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.problem_sets.ps2._recurrence import responses, states, summed


def paired(join: Callable[[Array, int, int], Array], b: Array, C: Array) -> Parts:
    """a and P if P_{t,i}, for i < t, is `join(C, t, i)`: the factors are C[i+1] to C[t]."""
    T, h = b.shape
    P = np.zeros((T, T, h, h)) + np.eye(T)[:, :, None, None] * np.eye(h)
    for t, i in zip(*np.tril_indices(T, -1), strict=True):
        P[t, i] = join(C, int(t), int(i))
    return summed(lambda b, C: {"P": P}, b, C) | {"P": P}


FACTORS: tuple[tuple[str, str, Callable[[Array], Array]], ...] = (
    ("inverse", "C_t⁻¹", np.linalg.inv),
    ("turned", "−C_t", lambda C: -C),
    ("less", "C_t − I", lambda C: C - np.eye(C.shape[1])),
    ("more", "C_t + I", lambda C: C + np.eye(C.shape[1])),
    ("square", "C_t²", lambda C: C @ C),
    ("moduli", "|C_t|", np.abs),
)
STARTS: tuple[tuple[str, str, Callable[[Array, int], Array]], ...] = (
    ("ones", "a matrix of ones", lambda C, i: np.ones_like(C[i])),
    ("zero", "zero", lambda C, i: 0 * C[i]),
    ("own", "C_i", lambda C, i: C[i]),
    ("first", "C_1", lambda C, i: C[0]),
)


def with_factors(change: Callable[[Array], Array], b: Array, C: Array) -> Parts:
    """Both results with other matrices."""
    return {"a": states(b, change(C)), "P": responses(b, change(C))}


def started(start: Callable[[Array, int], Array], after: bool, b: Array, C: Array) -> Parts:
    """The products from another matrix on, which stands on the diagonal; or, if `after`, from there on."""
    P = np.einsum("tijk,ikl->tijl", responses(b, C), [start(C, i) for i in range(len(b))])
    if after:
        P[range(len(b)), range(len(b))] = np.eye(C.shape[1])
    return summed(lambda b, C: {"P": P}, b, C) | {"P": P}


def diagonal(start: Callable[[Array, int], Array], b: Array, C: Array) -> Parts:
    """Another matrix on the diagonal alone."""
    P = responses(b, C)
    for i in range(len(b)):
        P[i, i] = start(C, i)
    return summed(lambda b, C: {"P": P}, b, C) | {"P": P}


def mirrored(b: Array, C: Array) -> Parts:
    """P_{i,t} for i > t."""
    P = responses(b, C)
    above = np.triu(np.ones(P.shape[:2]), 1)[:, :, None, None]
    return {"a": states(b, C), "P": P + above * P.swapaxes(0, 1)}


PRODUCTS: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    *[
        (
            f"product_{name}",
            f"{said}; it should be the product C_t ⋯ C_{{i+1}}.",
            partial(paired, join),
        )
        for name, said, join in (
            ("last_alone", "For P_{t,i} stands C_t alone", lambda C, t, i: C[t]),
            ("first_alone", "For P_{t,i} stands C_{i+1} alone", lambda C, t, i: C[i + 1]),
            (
                "power_of_the_last",
                "For P_{t,i} stands a power of C_t",
                lambda C, last, i: np.linalg.matrix_power(C[last], last - i),
            ),
            (
                "power_of_the_first",
                "For P_{t,i} stands a power of C_{i+1}",
                lambda C, t, i: np.linalg.matrix_power(C[i + 1], t - i),
            ),
            (
                "of_entries",
                "P_{t,i} is multiplied entry by entry",
                lambda C, t, i: np.prod(C[i + 1 : t + 1], axis=0),
            ),
            (
                "of_entries_with_identity",
                "P_{t,i} is multiplied entry by entry, from I on",
                lambda C, t, i: np.eye(C.shape[1]) * np.prod(C[i + 1 : t + 1], axis=0),
            ),
            ("sum", "For P_{t,i} stands a sum of the matrices", lambda C, t, i: C[i + 1 : t + 1].sum(axis=0)),
            (
                "sum_with_identity",
                "For P_{t,i} stands I plus a sum of the matrices",
                lambda C, t, i: np.eye(C.shape[1]) + C[i + 1 : t + 1].sum(axis=0),
            ),
            (
                "of_the_early_index",
                "For P_{t,i} stands a power of C_i",
                lambda C, t, i: np.linalg.matrix_power(C[i], t - i),
            ),
        )
    ],
    *[
        (
            f"factors_{name}",
            f"{said} stands where C_t belongs.",
            partial(with_factors, change),
        )
        for name, said, change in FACTORS
    ],
    *[
        (
            f"starts_with_{name}",
            f"The products begin with {said}, where P_{{i,i}} = I belongs.",
            partial(started, start, False),
        )
        for name, said, start in STARTS
        if name != "zero"
    ],
    *[
        (
            f"after_{name}",
            f"For i < t, P_{{t,i}} has {said} as a factor too many at its right end, behind C_{{i+1}}.",
            partial(started, start, True),
        )
        for name, said, start in STARTS
        if name in ("own", "first")
    ],
    *[
        (
            f"diagonal_{name}",
            f"For P_{{i,i}} stands {said}; it should be the identity.",
            partial(diagonal, start),
        )
        for name, said, start in STARTS
    ],
    ("mirrored", "For i > t stands P_{i,t}; P should be zero there.", mirrored),
)
