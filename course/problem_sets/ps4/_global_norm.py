"""Mistakes in a clip by the global norm, put together: of each tensor a number, joined, and then a factor."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from course.exercise import Parts
from course.models import RNN, Array
from course.problem_sets.ps4._clips import size, times
from course.problem_sets.ps4._global_clips import by_number, of_some

NUMBERS: dict[str, tuple[str, Callable[[Array], float]]] = {  # of a tensor
    "norm": ("the norms", lambda x: float(np.sqrt(np.sum(x**2)))),
    "square": ("the squared norms", lambda x: float(np.sum(x**2))),
    "moduli": ("the sums of the absolute values", lambda x: float(np.sum(np.abs(x)))),
    "largest": ("the largest absolute values", lambda x: float(np.max(np.abs(x)))),
    "root_mean": ("the roots of the mean squares", lambda x: float(np.sqrt(np.mean(x**2)))),
    "mean_square": ("the mean squares", lambda x: float(np.mean(x**2))),
    "mean": ("the means of the absolute values", lambda x: float(np.mean(np.abs(x)))),
    "spectral": ("the spectral norms", lambda x: float(np.linalg.norm(x, 2))),
    "nuclear": ("the sums of singular values", lambda x: float(np.linalg.norm(np.atleast_2d(x), "nuc"))),
    "rows": ("the largest column sums", lambda x: float(np.linalg.norm(x, 1))),
    "sum": ("the absolute values of the sums", lambda x: float(np.abs(np.sum(x)))),
}
JOINED: dict[str, tuple[str, Callable[[Sequence[float]], float]]] = {
    "root_of_squares": (
        "the root of the sum of the squares of",
        lambda v: float(np.sqrt(np.sum(np.square(v)))),
    ),
    "squares": ("the sum of the squares of", lambda v: float(np.sum(np.square(v)))),
    "sum": ("the sum of", lambda v: float(np.sum(v))),
    "root": ("the root of the sum of", lambda v: float(np.sqrt(np.sum(v)))),
    "largest": ("the largest of", max),
    "mean": ("the mean of", lambda v: float(np.mean(v))),
    "root_mean": ("the root of the mean of the squares of", lambda v: float(np.sqrt(np.mean(np.square(v))))),
    "first": ("the first of", lambda v: v[0]),
    "last": ("the last of", lambda v: v[-1]),
}
FACTORS: dict[str, tuple[str, Callable[[float, float, float], float]]] = {  # of norm, c, the largest entry
    "turned": ("norm/c", lambda norm, c, most: norm / c),
    "root": ("√(c/norm)", lambda norm, c, most: (c / norm) ** 0.5),
    "square": ("(c/norm)²", lambda norm, c, most: (c / norm) ** 2),
    "by_square": ("c/norm²", lambda norm, c, most: c / norm / norm),
    "by_root": ("c/√norm", lambda norm, c, most: c / norm**0.5),
    "c": ("c", lambda norm, c, most: c),
    "by_c": ("1/c", lambda norm, c, most: 1 / c),
    "one_more": ("c/(norm + 1)", lambda norm, c, most: c / (norm + 1)),
    "sum": ("c/(norm + c)", lambda norm, c, most: c / (norm + c)),
    "less": ("1 − c/norm", lambda norm, c, most: 1 - c / norm),
    "half": ("½ c/norm", lambda norm, c, most: 0.5 * c / norm),
    "zero": ("zero", lambda norm, c, most: 0.0),
}


def joined(number: str, join: str, g: RNN) -> float:
    """The numbers of the tensors, joined."""
    return JOINED[join][1]([NUMBERS[number][1](x) for x in g])


def returned(of: Callable[[RNN], float], where: str, g: RNN, c: float) -> Parts:
    """Another number than the norm: in the clip and returned, or in one of these, or in the factor alone."""
    if where == "factor":
        number, norm = of(g), size(g)
        scale = c / number if norm > c and number else 1.0
        return times(scale, g)._asdict() | {"norm": np.array(norm)}
    found = by_number(of if where != "norm" else size, g, c)
    return found | {"norm": np.array(size(g) if where == "clip" else of(g))}


def scaled(of: Callable[[float, float, float], float], g: RNN, c: float) -> Parts:
    """Another factor where the gradient is too long."""
    norm = size(g)
    most = max(float(np.abs(x).max()) for x in g)
    return times(of(norm, c, most) if norm > c else 1.0, g)._asdict() | {"norm": np.array(norm)}


def told(of: Callable[[float, float], float], g: RNN, c: float) -> Parts:
    """The right clip, and another number of norm and c returned."""
    return by_number(size, g, c) | {"norm": np.array(of(size(g), c))}


def without(name: str, counted: bool, scales: bool, g: RNN, c: float) -> Parts:
    """The clip in which one tensor is not counted, or is not scaled, or neither."""
    rest = tuple(n for n in RNN._fields if n != name)
    return of_some(RNN._fields if counted else rest, RNN._fields if scales else rest, g, c)


WHERE = {
    "": "takes the place of the norm",
    "clip": "takes the place of the norm in the clip",
    "factor": "takes the place of the norm in the factor",
    "norm": "is returned in the place of the norm",
}
PAIRS = [
    (number, join)
    for number in NUMBERS
    for join in JOINED
    if (number, join) not in (("norm", "root_of_squares"), ("square", "root"), ("norm", "squares"))
    and (join != "last" or number not in ("spectral", "nuclear", "rows"))  # a vector's are plain
    and (number, join)
    not in (
        ("root_mean", "squares"),
        ("root_mean", "root_of_squares"),
        ("square", "root_of_squares"),
        ("square", "squares"),
        ("mean_square", "squares"),
        ("mean_square", "root_of_squares"),
        ("mean_square", "root_mean"),
        ("square", "root_mean"),
    )
]
SLIPS: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    *[
        (
            f"{join}_of_{number}{f'_in_{where}' if where else ''}",
            f"{JOINED[join][0].capitalize()} {NUMBERS[number][0]} of the tensors {said}.",
            partial(returned, partial(joined, number, join), where),
        )
        for number, join in PAIRS
        for where, said in WHERE.items()
        if where != "factor" or (join not in ("first", "last") and (number, join) != ("square", "sum"))
    ],
    *[
        (f"factor_{name}", f"What is too long is multiplied by {said}, not by c/norm.", partial(scaled, of))
        for name, (said, of) in FACTORS.items()
    ],
    *[
        (f"returns_{name}", f"{said} is returned in the place of the norm.", partial(told, of))
        for name, said, of in (
            ("the_factor", "The factor", lambda norm, c: c / norm if norm > c else 1.0),
            (
                "the_factor_if_clipped",
                "Where it is clipped, the factor",
                lambda norm, c: c / norm if norm > c else norm,
            ),
            ("c_over_norm", "c/norm", lambda norm, c: c / norm if norm else 0.0),
            ("norm_over_c", "norm/c", lambda norm, c: norm / c),
            ("c", "c", lambda norm, c: c),
            ("what_is_too_much", "norm − c", lambda norm, c: norm - c),
        )
    ],
    *[
        (
            f"{name}_{kind}",
            f"{name} is {said}: all five tensors are counted and scaled.",
            partial(without, name, counted, scales),
        )
        for name in RNN._fields
        for kind, said, counted, scales in (
            ("not_counted", "not counted in the norm", False, True),
            ("not_scaled", "not scaled", True, False),
            ("left_out", "neither counted in the norm nor scaled", False, False),
        )
    ],
)
