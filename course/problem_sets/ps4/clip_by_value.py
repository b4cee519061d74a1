"""Clipping every entry by itself."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Parts
from course.models import RNN, Array
from course.problem_sets.ps4._clips import (
    MANY,
    TINY,
    random_gradient,
    refuses,
    times,
    with_many_entries,
    with_one_huge,
    zeros,
)
from course.problem_sets.ps4._huber import gradient_of_huber


def clip_by_value(g: RNN, c: float) -> RNN:
    """The gradient with every entry limited to [−c, c].

    Rule: an entry between −c and c stays as it is; one above c becomes c, one below −c becomes −c.

    Args:
        g: gradients, an RNN of arrays of any shapes, with entries up to 1e100 in modulus.
        c: the largest modulus that is left, c > 0.

    Returns:
        clipped: an RNN of the same shapes.

    Raises:
        ValueError: if any entry of g is nan, inf or −inf: a gradient that is lost cannot be clipped.
    """
    raise NotImplementedError("clip_by_value: return the clipped gradients")


exercise = Exercise(clip_by_value, title="Clipping by value", chapter="9 clipping", returns=(RNN,))


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Some entries too large; none; all; an exploded gradient; a tiny one; zeros."""
    drawn = []
    for name in ("some too large", "none too large", "all too large", "1e100", "1e-10", "zero"):
        g = random_gradient(rng)
        sizes = np.sort(np.abs(np.concatenate([field.ravel() for field in g])))
        c = {
            "some too large": float(np.mean(sizes[len(sizes) // 2 :][:2])),
            "none too large": 1.001 * sizes[-1],  # yet the norms are larger
        }.get(name, 0.5 * sizes[0])
        g = with_one_huge(g) if name == "1e100" else zeros(g) if name == "zero" else g
        g, c = (times(TINY, g), TINY * sizes[-3]) if name == "1e-10" else (g, c)
        drawn.append(Case(name, (g, float(c))))
    return drawn


@exercise.expects
def expected(g: RNN, c: float) -> Parts:
    """The gradient of Huber's function, entry by entry."""
    return gradient_of_huber(g, c, "entry")


SEE = "By value, by norm, globally"
exercise.claim("small", "What is small enough stays as it is.", on="none too large", points=1, see=SEE)
exercise.claim(
    "limits", "Entries beyond the limits are set to them, on both sides.", but="1e100", points=2, see=SEE
)
exercise.claim("exploded", "A gradient of size 1e100 is clipped as well.", on="1e100", points=1, see=SEE)
exercise.check(
    "refuses", "With nan or inf in any tensor it raises ValueError.", points=1, see="When to clip"
)(refuses(float("nan"), float("inf"), -float("inf")))
exercise.check("many", MANY, points=1, see=SEE, after=("small", "limits", "exploded"))(
    partial(with_many_entries, factor=1.0)
)


def entrywise(change: Callable[[Array, float], Any], g: RNN, c: float) -> Parts:
    """A change of every tensor."""
    return {name: change(field, c) for name, field in g._asdict().items()}


for _name, _sentence, _change in (
    (
        "above_only",
        "Only what is too large is clipped: entries below −c are too large in modulus as well.",
        lambda x, c: np.where(x > c, c, x),
    ),
    (
        "sign_lost",
        "Entries below −c become +c: the sign stays.",
        lambda x, c: np.where(np.abs(x) > c, c, x),
    ),
    (
        "zeroed",
        "Entries that are too large are set to zero: they are set to the limit.",
        lambda x, c: np.where(np.abs(x) > c, 0.0, x),
    ),
    ("all_to_the_limit", "Every entry is set to the limit, small ones too.", lambda x, c: c * np.sign(x)),
    (
        "divided_by_largest",
        "Each tensor is scaled so that its largest entry is c: by value, each entry is limited by itself.",
        lambda x, c: x * (c / max(c, np.abs(x).max())),
    ),
):
    exercise.slip(_name, _sentence, partial(entrywise, _change), SEE)
for _name, _sentence, _kind in (
    ("by_norm", "Each tensor is scaled by its norm: by value, each entry is limited by itself.", "tensor"),
    (
        "by_global_norm",
        "Everything is scaled by the global norm: by value, each entry is limited by itself.",
        "all",
    ),
):
    exercise.slip(_name, _sentence, partial(gradient_of_huber, kind=_kind), SEE)
exercise.slip("not_clipped", "Nothing is clipped.", lambda g, c: g._asdict(), SEE)
