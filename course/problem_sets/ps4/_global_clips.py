"""Clips by the global norm with another norm or another factor."""

from collections.abc import Callable

import numpy as np

from course.exercise import Parts
from course.models import RNN, Array
from course.problem_sets.ps4._clips import norms, scaled_by, size, times, zeros


def by_factor(factor: Callable[[float, float], float], g: RNN, c: float) -> Parts:
    """Everything times a factor of the global norm and c."""
    whole = size(g)
    return scaled_by(lambda norm, c, x: factor(whole, c), g, c)


def enlarged(by: float, norm: float, c: float) -> float:
    """The factor with something added to the norm."""
    return min(1.0, c / (norm + by))


def and_returned(by: float, g: RNN, c: float) -> Parts:
    """The norm, made larger there and then returned."""
    return {"norm": np.array(size(g) + by)}


def of_entries(number: Callable[[Array], float], g: RNN) -> float:
    """A number of all entries."""
    return float(number(np.concatenate([field.ravel() for field in g])))


def by_number(number: Callable[[RNN], float], g: RNN, c: float) -> Parts:
    """The clip with another number in the place of the norm."""
    whole = float(number(g))
    return times(min(1.0, c / whole) if whole else 1.0, g)._asdict() | {"norm": np.array(whole)}


def of_some(counted: tuple[str, ...], scaled: tuple[str, ...], g: RNN, c: float) -> Parts:
    """The clip in which the norm counts some tensors, and some are scaled."""
    whole = size(zeros(g)._replace(**{name: getattr(g, name) for name in counted}))
    factor = min(1.0, c / whole) if whole else 1.0
    fields = {name: (factor if name in scaled else 1.0) * x for name, x in g._asdict().items()}
    return fields | {"norm": np.array(whole)}


def returned(number: Callable[[RNN], float], g: RNN, c: float) -> Parts:
    """Another number where the global norm belongs; whether the clip uses it too is left open."""
    return {"norm": by_number(number, g, c)["norm"]}


FACTORS: tuple[tuple[str, str, Callable[[float, float], float]], ...] = (  # of the norm and c
    ("not_clipped", "Nothing is clipped.", lambda norm, c: 1.0),
    (
        "always_scaled",
        "A short gradient is scaled up to the norm c: what is not too long stays as it is.",
        lambda norm, c: c / norm if norm else 1.0,
    ),
    (
        "divided_by_norm",
        "A gradient that is too long is divided by its norm and not multiplied by c.",
        lambda norm, c: 1 / norm if norm > c else 1.0,
    ),
    (
        "squared_norm",
        "The square of the norm is used: the root is missing.",
        lambda norm, c: min(1.0, c / norm / norm) if norm else 1.0,
    ),
)
ADDED = (  # to the norm before dividing
    ("torch_epsilon", "as torch does with 1e-6", 1e-6),
    ("constant_8", "by a small constant", 1e-8),
    ("constant_12", "by a small constant", 1e-12),
)
ALL, MATRICES, INNER = RNN._fields, ("W_hx", "W_hh", "W_qh"), ("W_hx", "W_hh", "b_h")
SOME = (  # tensors that are counted, and that are scaled
    ("biases_not_counted", "The norm is that of the matrices: the biases count too.", MATRICES, ALL),
    ("biases_left", "The biases stay as they are: all five tensors are scaled.", ALL, MATRICES),
    ("output_not_counted", "W_qh and b_q do not count in the norm: all five tensors do.", INNER, ALL),
    ("output_left_out", "W_qh and b_q are neither counted nor scaled: all five are.", INNER, INNER),
)
OF_ENTRIES: tuple[tuple[str, str, Callable[[Array], float]], ...] = (  # for the norm, of all entries
    (
        "sum_of_moduli",
        "The sum of the absolute values takes the place of the norm.",
        lambda v: np.abs(v).sum(),
    ),
    ("largest_entry", "The largest entry takes the place of the norm.", lambda v: np.abs(v).max()),
    (
        "mean_of_squares",
        "The root of the mean of squares takes the place of the norm: the squares are added.",
        lambda v: np.sqrt(np.mean((v / (np.abs(v).max() or 1)) ** 2)) * np.abs(v).max(),
    ),
)
RETURNED: tuple[tuple[str, str, Callable[[RNN], float]], ...] = (  # for the norm that is returned
    (
        "sum_of_norms",
        "The norms of the tensors are added: the global norm is the root of the sum of their squares.",
        lambda g: sum(norms(g)),
    ),
    ("largest_norm", "The norm returned is the largest norm of a tensor.", lambda g: max(norms(g))),
    ("norm_squared", "The norm returned is squared: the root is missing.", lambda g: size(g) ** 2),
)
USED: tuple[tuple[str, str, Callable[[RNN], float]], ...] = (  # for the norm in both places
    (
        "largest_norm",
        "The largest norm of a tensor takes the place of the global norm.",
        lambda g: max(norms(g)),
    ),
    (
        "norm_squared",
        "The square of the norm is used and returned: the root is missing.",
        lambda g: size(g) ** 2,
    ),
)
