"""Your own gradient checker, judged on right and subtly wrong gradients."""

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Parts
from course.judging import Run
from course.models import Array
from course.oracles import complex_step
from course.practice import SCALARS, gradient, value


def is_gradient(name: str, x: np.ndarray) -> bool:
    """Whether `gradient(name, x)` is the gradient of f = `value(name, ·)` at x.

    Accept a gradient that is right up to rounding. Refuse one that is off anywhere by 1e-6 or more of its
    largest entry. (Nothing between the two is asked.) `value(name, x)` takes complex x.

    Args:
        name: which function and gradient.
        x: where, shape (n).

    Returns:
        True or False.
    """
    raise NotImplementedError("is_gradient: return True or False")


exercise = Exercise(
    is_gradient,
    title="A checker of your own",
    chapter="2 checking",
    returns=("answer",),
    given=("from course.practice import gradient, value",),
)


ANYWHERE = ("elm", "lime", "willow", "poplar")  # their gradients have no small entries


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Every candidate of the table, in the table's order."""
    return [Case(name, (name, point(rng, name, 3 + i % 4))) for i, name in enumerate(SCALARS)]


def point(rng: draws.Rng, name: str, n: int) -> Array:
    """A point (n) where the gradient has entries of both signs; none, nor their sum, nor ⟨g, x⟩ is small."""
    while True:
        x = draws.away_from_zero(rng, n) * rng.uniform(1, 2)
        g = complex_step(partial(value, name), x)
        sums = min(abs(g.sum()), abs(g @ x) / np.abs(x).max())
        small = min(np.abs(g).min() / 0.35, sums / 0.2) < np.abs(g).max()
        if name in ANYWHERE or (g.min() < 0 < g.max() and not small):
            return x


@exercise.shaped
def shapes(*args: object) -> dict[str, tuple[int, ...]]:
    """One truth value."""
    return {"answer": ()}


def truth(name: str, x: Array) -> bool:
    """What is so, by the complex step."""
    right = complex_step(partial(value, name), x)
    return bool(np.max(np.abs(gradient(name, x) - right)) < 1e-6 * np.max(np.abs(right)))


def on(*names: str) -> Callable[[Run], None]:
    """A check that the answer is right for these candidates."""

    def test(run: Run) -> None:
        for case in run.cases:
            if case.name in names:
                got, wanted = float(run.parts(case)["answer"]), truth(*case.args)
                if got != wanted:
                    run.fail(f"It does not say {wanted} of {case.name}.")

    return test


SEE = "Wrong gradients that pass"
for _name, _sentence, _names in (
    ("right", "It accepts right gradients, of curved and of linear functions.", ("birch", "elm", "poplar")),
    (
        "scales",
        "It accepts right gradients of functions that are very large or very small.",
        ("oak", "alder", "willow"),
    ),
    (
        "factor",
        "It refuses a gradient with a factor, a term or the sign wrong.",
        ("ash", "yew", "lime", "cedar"),
    ),
    ("one_entry", "It refuses a gradient with one entry off by a thousandth.", ("pine",)),
    (
        "sideways",
        "It refuses a gradient whose error has sum zero, or lies across x.",
        ("maple", "fir", "hazel", "rowan"),
    ),
    ("small_scale", "It refuses the wrong gradient of a very small function.", ("holly",)),
    ("millionths", "It refuses a gradient that is off by a few millionths.", ("beech",)),
):
    exercise.check(_name, _sentence, points=1, see=SEE)(on(*_names))


def misjudging(names: Iterable[str], name: str, x: Array) -> Parts:
    """The right answer, but for these candidates."""
    return {"answer": np.array(float(truth(name, x) != (name in names)))}


RIGHT = ("birch", "oak", "alder", "elm", "poplar", "willow")
WRONG = tuple(name for name in SCALARS if name not in RIGHT)
for _name, _sentence, _misjudged in (
    ("loose", "The tolerance is too loose: an error of a few millionths passes.", ("beech",)),
    ("very_loose", "The tolerance is far too loose: an error of a thousandth passes.", ("beech", "pine")),
    (
        "absolute",
        "The tolerance is absolute: compare with the size of the gradient, however small that is.",
        ("holly",),
    ),
    (
        "one_direction",
        "Only one direction is tried, and an error across it is not seen.",
        ("maple", "fir", "hazel"),
    ),
    ("direction_of_x", "Only the direction of x is tried, and an error across it is not seen.", ("rowan",)),
    ("an_entry", "An entry is not looked at: a gradient with that one wrong passes.", ("pine",)),
    (
        "allclose",
        "Part of the tolerance is absolute, and the rest too loose, as they are in np.allclose by default.",
        ("holly", "beech"),
    ),
    (
        "sizes",
        "A gradient of the wrong sign passes: compare the entries, not their sizes.",
        ("cedar", "holly"),
    ),
    (
        "differences",
        "A difference of large values has few digits left: a right gradient is refused.",
        ("oak", "willow"),
    ),
    ("accepts_all", "It accepts everything.", WRONG),
    ("refuses_all", "It refuses everything, right gradients too.", RIGHT),
    ("inverted", "It says the opposite of what is so.", tuple(SCALARS)),
):
    exercise.slip(_name, _sentence, partial(misjudging, _misjudged), SEE)


def above_only(name: str, x: Array) -> Parts:
    """The answer of a test that sees only entries that are too large."""
    right = complex_step(partial(value, name), x)
    excess = np.max(gradient(name, x) - right)
    return {"answer": np.array(float(excess < 1e-6 * np.max(np.abs(right))))}


exercise.slip(
    "above_only",
    "Only entries that are too large are refused: take the size of each difference.",
    above_only,
    SEE,
)
