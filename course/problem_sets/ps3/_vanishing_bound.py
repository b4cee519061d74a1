"""Bounds on what is left of a gradient after k steps that are none, or not the theorem's."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import Array


def wrong_number(of: Callable[[Array], Any], W: Array, gamma: float, k: int) -> Parts:
    """The theorem's formula with another number for W."""
    return {"bound": np.asarray((gamma * of(W)) ** k)}


def largest_modulus(W: Array) -> float:
    """The spectral radius."""
    return float(np.abs(np.linalg.eigvals(W)).max())


def with_slope(power: Callable[[int], int], W: Array, gamma: float, k: int) -> Parts:
    """The theorem's formula with another power of γ."""
    return {"bound": np.asarray(gamma ** power(k) * np.linalg.norm(W, 2) ** k)}


def otherwise(value: Callable[[float, int], float], W: Array, gamma: float, k: int) -> Parts:
    """Another function of γ s_max and k."""
    return {"bound": np.asarray(value(gamma * float(np.linalg.norm(W, 2)), k))}


def norm_of_power(W: Array, gamma: float, k: int) -> Parts:
    """The norm of a power; what rounding leaves of a power of zero is zero."""
    found = np.linalg.norm(np.linalg.matrix_power(gamma * W, k), 2)
    return {"bound": np.asarray(found if found > 1e-12 else 0.0)}


NUMBERS: tuple[tuple[str, str, Callable[[Array], Any]], ...] = (  # of W
    (
        "radius",
        "The spectral radius stands where a norm belongs: other slopes than equal ones move the eigenvalues.",
        largest_modulus,
    ),
    (
        "frobenius",
        "The root of the sum of squares stands where the largest singular value belongs; it is larger.",
        np.linalg.norm,
    ),
    (
        "largest_row",
        "The largest absolute row sum stands where the largest singular value belongs.",
        partial(np.linalg.norm, ord=np.inf),
    ),
    (
        "largest_column",
        "The largest absolute column sum stands where the largest singular value belongs.",
        partial(np.linalg.norm, ord=1),
    ),
    (
        "largest_entry",
        "The largest entry stands where the largest singular value belongs.",
        lambda W: np.abs(W).max(),
    ),
    (
        "root_missing",
        "The root is missing: it is an eigenvalue of WᵀW, the square of the singular value.",
        lambda W: np.linalg.norm(W, 2) ** 2,
    ),
    (
        "symmetric_part",
        "Only the symmetric part of W is counted.",
        lambda W: largest_modulus((W + W.T) / 2),
    ),
)
FORMULAS: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    (
        "norm_of_power",
        "It is γ^k ‖W^k‖, which counts on equal slopes: other slopes stand between the factors W.",
        norm_of_power,
    ),
    *[
        (name, sentence, partial(otherwise, value))
        for name, sentence, value in (
            ("one_more", "It is the bound for k + 1 steps.", lambda size, k: size ** (k + 1)),
            ("one_less", "It is the bound for k − 1 steps.", lambda size, k: size ** max(k - 1, 0)),
            ("times_k", "The factors of the steps are added: they multiply.", lambda size, k: size * k),
            ("cut_at_one", "It is cut off at 1: a product may grow.", lambda size, k: min(size, 1.0) ** k),
        )
    ],
    ("slope_missing", "γ is missing.", partial(with_slope, lambda k: 0)),
    ("slope_once", "γ stands there once: every step has its slopes.", partial(with_slope, lambda k: 1)),
)
