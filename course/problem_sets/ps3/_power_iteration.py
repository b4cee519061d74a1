"""Where a vector stands after some steps of power iteration, and what wrong ones give."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.problem_sets.ps3._turning import ENOUGH, direction


def parts(M: Array, v: Array, quotient: Any = None) -> Parts:
    """The results by name, from a direction; λ is its Rayleigh quotient unless one is given."""
    return {"λ": np.asarray(v @ M @ v if quotient is None else quotient), "v": np.outer(v, v)}


def results(M: Array, x: Array, steps: int) -> Parts:
    """Exact integers and LAPACK."""
    return parts(M, direction(M, x, steps))


def at(shift: int, M: Array, x: Array, steps: int) -> Parts:
    """The right results for another number of steps."""
    return results(M, x, max(steps + shift, 0))


def quotient_before(M: Array, x: Array, steps: int) -> Parts:
    """λ from the direction of one step before."""
    before = direction(M, x, max(steps - 1, 0))
    return parts(M, direction(M, x, steps), before @ M @ before)


def modulus(M: Array, x: Array, steps: int) -> Parts:
    """λ as the factor by which the next step stretches v."""
    v = direction(M, x, steps)
    return parts(M, v, np.linalg.norm(M @ v))


def growth(M: Array, x: Array, steps: int) -> Parts:
    """λ as the factor by which the last step stretched v; without a step only v is known."""
    if not steps:
        return {"v": results(M, x, steps)["v"]}
    return parts(M, direction(M, x, steps), np.linalg.norm(M @ direction(M, x, steps - 1)))


def growth_from(first: Callable[[Array, Array], Any], M: Array, x: Array, steps: int) -> Parts:
    """The same with a first λ, a function of M and x, that stays if there is no step."""
    return growth(M, x, steps) if steps else {"λ": np.asarray(first(M, x))}


FIRST: tuple[Callable[[Array, Array], Any], ...] = (  # what code that divides by lengths starts with
    lambda M, x: 0.0,
    lambda M, x: 1.0,
    lambda M, x: np.linalg.norm(x),
    lambda M, x: x @ M @ x / (x @ x),
    lambda M, x: np.linalg.norm(M @ x) / np.linalg.norm(x),
)


def without_sign(M: Array, x: Array, steps: int) -> Parts:
    """|vᵀ M v|."""
    v = direction(M, x, steps)
    return parts(M, v, abs(v @ M @ v))


def start_not_scaled(M: Array, x: Array, steps: int) -> Parts:
    """Right after a step; without one, x as it is."""
    return parts(M, direction(M, x, steps) if steps else x)


def quotient_at_the_limit(M: Array, x: Array, steps: int) -> Parts:
    """v right, and λ the leading eigenvalue."""
    return parts(M, direction(M, x, steps), limit(M, x, steps)["λ"])


def limit(M: Array, x: Array, steps: int) -> Parts:
    """The leading eigenpair, whatever the number of steps."""
    return results(M, x, ENOUGH + 1)


def not_of_length_one(M: Array, x: Array, steps: int) -> Parts:
    """v with its largest entry ±1, and λ right."""
    v = direction(M, x, steps)
    return parts(M, v / np.abs(v).max(), v @ M @ v)


def quotient_undivided(M: Array, x: Array, steps: int) -> Parts:
    """v with its largest entry ±1, and vᵀMv of this v."""
    v = direction(M, x, steps)
    return parts(M, v / np.abs(v).max())


MISTAKES: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    ("one_more", "M is applied once too often.", partial(at, 1)),
    ("one_less", "M is applied once too seldom.", partial(at, -1)),
    ("quotient_before", "λ belongs to the v of one step before.", quotient_before),
    (
        "modulus",
        "λ is the length of M v. For an eigenvector v this is |λ|; the Rayleigh quotient keeps the sign.",
        modulus,
    ),
    ("without_sign", "λ is the modulus of the Rayleigh quotient: it keeps its sign.", without_sign),
    (
        "start_not_scaled",
        "Without a step, v is x as it was given: v has length 1 there too.",
        start_not_scaled,
    ),
    (
        "quotient_at_the_limit",
        "λ is the leading eigenvalue, the limit, in every case; the Rayleigh quotient of v is asked for.",
        quotient_at_the_limit,
    ),
    (
        "limit",
        "This is the leading eigenvector, the limit, in every case; v after `steps` steps is asked for.",
        limit,
    ),
    ("largest_entry", "v has largest entry 1; it should have length 1.", not_of_length_one),
    (
        "undivided",
        "v has largest entry 1, and λ is vᵀMv of it: a Rayleigh quotient divides by vᵀv.",
        quotient_undivided,
    ),
)
