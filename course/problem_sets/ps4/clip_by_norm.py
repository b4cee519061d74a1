"""Clipping every tensor by its own norm."""

from functools import partial

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Parts
from course.models import RNN
from course.problem_sets.ps4._clips import (
    COPIES,
    MANY,
    TINY,
    norms,
    random_gradient,
    refuses,
    scaled_by,
    times,
    with_many_entries,
    with_one_huge,
    zeros,
)
from course.problem_sets.ps4._huber import gradient_of_huber


def clip_by_norm(g: RNN, c: float) -> RNN:
    """The gradient with every tensor scaled down, by itself, to a norm of at most c.

    Rule: a tensor with ‖G‖ <= c stays as it is; another is multiplied by c/‖G‖, so that its norm is c.
    The norm of a matrix is the Frobenius norm. Nothing is added to ‖G‖.

    Args:
        g: gradients, an RNN of arrays of any shapes, with entries up to 1e100 in modulus.
        c: the largest norm that is left, c > 0.

    Returns:
        clipped: an RNN of the same shapes.

    Raises:
        ValueError: if any entry of g is nan, inf or −inf.
    """
    raise NotImplementedError("clip_by_norm: return the clipped gradients")


exercise = Exercise(clip_by_norm, title="Clipping by norm", chapter="9 clipping", returns=(RNN,))


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Some tensors too large; none; all; an exploded gradient; a tiny one; zeros."""
    drawn = []
    for name in ("some too large", "none too large", "all too large", "1e100", "1e-10", "zero"):
        g = random_gradient(rng)
        sizes = sorted(norms(g))
        c = {"some too large": (sizes[1] + sizes[2]) / 2, "none too large": 1.001 * sizes[-1]}
        g = with_one_huge(times(100.0, g)) if name == "1e100" else zeros(g) if name == "zero" else g
        g, factor = (times(TINY, g), TINY) if name == "1e-10" else (g, 1.0)
        drawn.append(Case(name, (g, factor * c.get(name, 0.5 * sizes[0]))))
    return drawn


@exercise.expects
def expected(g: RNN, c: float) -> Parts:
    """The gradient of Huber's function, tensor by tensor."""
    return gradient_of_huber(g, c, "tensor")


SEE = "By value, by norm, globally"
exercise.claim("small", "What is small enough stays as it is.", on="none too large", points=1, see=SEE)
exercise.claim(
    "limits",
    "A tensor that is too large keeps its direction and gets the norm c.",
    but="1e100",
    points=2,
    see=SEE,
)
exercise.claim("exploded", "A gradient of size 1e100 is clipped as well.", on="1e100", points=1, see=SEE)
exercise.check(
    "refuses", "With nan or inf in any tensor it raises ValueError.", points=1, see="When to clip"
)(refuses(float("nan"), float("inf"), -float("inf")))
exercise.check("many", MANY, points=1, see=SEE, after=("small", "limits", "exploded"))(
    partial(with_many_entries, factor=COPIES**0.5)
)

for _name, _sentence, _kind in (
    ("by_value", "Each entry is limited by itself: by norm, a tensor is scaled as a whole.", "entry"),
    ("by_global_norm", "All tensors are scaled by their common norm: here each has its own.", "all"),
):
    exercise.slip(_name, _sentence, partial(gradient_of_huber, kind=_kind), SEE)

ADDED = "The norm is made a little larger before dividing, by a small constant. The rule here is c/‖G‖."
for _name, _sentence, _factor in (
    ("not_clipped", "Nothing is clipped.", lambda norm, c, x: 1.0),
    (
        "biases_left",
        "Only matrices are clipped: b_h and b_q are tensors as well.",
        lambda norm, c, x: min(1.0, c / norm) if norm and x.ndim == 2 else 1.0,
    ),
    (
        "all_scaled",
        "Small tensors are scaled up to the norm c: what is small enough stays as it is.",
        lambda norm, c, x: c / norm if norm else 1.0,
    ),
    (
        "torch_epsilon",
        "The norm is made a little larger before dividing, as torch does with 1e-6. The rule here is c/‖G‖.",
        lambda norm, c, x: min(1.0, c / (norm + 1e-6)),
    ),
    ("constant_8", ADDED, lambda norm, c, x: min(1.0, c / (norm + 1e-8))),
    ("constant_12", ADDED, lambda norm, c, x: min(1.0, c / (norm + 1e-12))),
    (
        "largest_entry",
        "The largest entry takes the place of the norm.",
        lambda norm, c, x: 1 / max(1.0, np.abs(x).max() / c),
    ),
    (
        "sum_of_moduli",
        "The sum of the absolute values takes the place of the norm.",
        lambda norm, c, x: 1 / max(1.0, np.abs(x).sum() / c),
    ),
    (
        "spectral_norm",
        "The largest singular value takes the place of the Frobenius norm.",
        lambda norm, c, x: 1 / max(1.0, np.linalg.norm(x, 2) / c),
    ),
    (
        "divided_by_norm",
        "A tensor that is too large is divided by its norm and not multiplied by c.",
        lambda norm, c, x: 1 / norm if norm > c else 1.0,
    ),
    (
        "squared_norm",
        "The square of the norm is used: the root is missing.",
        lambda norm, c, x: min(1.0, c / norm**2) if norm else 1.0,
    ),
):
    exercise.slip(_name, _sentence, partial(scaled_by, _factor), SEE)
