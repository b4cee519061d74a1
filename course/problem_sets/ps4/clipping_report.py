"""What three clips keep of a gradient: its length, its direction, its tensors."""

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Parts
from course.judging import Run
from course.models import RNN, Array
from course.problem_sets.ps4._clips import (
    COPIES,
    HUGE,
    TINY,
    changed,
    closeness,
    drawn_with,
    norms,
    size,
    stacked,
    times,
    zeros,
)
from course.problem_sets.ps4._reports import (
    CHANGES,
    at_the_global_threshold,
    at_the_threshold,
    clipped,
    sums,
)
from course.recognise.slips import flows


def clipping_report(g: RNN, c: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What clipping by value, by norm and globally does to one gradient, all with the same c.

    By value limits every entry to [−c, c]; by norm scales every tensor by itself to a norm of at most c;
    globally scales all tensors by one factor to a global norm of at most c. (The exercises before state the
    rules.) Rows and entries of the report stand in this order: by value, by norm, globally. Tensors stand in
    the order of RNN's fields.

    Args:
        g: gradients, an RNN of arrays of any shapes, with entries up to 1e100 in modulus.
        c: the threshold, c > 0.

    Returns:
        before: the norm of each tensor of g, shape (5).
        after: the global norm of what each clip leaves, shape (3).
        cosine: of the angle between the gradient after each clip and g, both taken as one vector of all
            entries, shape (3); 1 where g is zero.
        touched: shape (3, 5); 1 (or True) if the clip changes at least one entry of the tensor, else 0.
            A tensor of zeros is never changed.
    """
    raise NotImplementedError("clipping_report: return before, after, cosine, touched")


NAMES = ("before", "after", "cosine", "touched")
exercise = Exercise(clipping_report, title="What a clip keeps", chapter="9 clipping", returns=NAMES)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Each clip touches other tensors; only the global one; none; tiny and exploded; c itself; zeros."""

    def middle(g: RNN) -> float:
        return sum(sorted(norms(g))[2:4]) / 2

    def between(g: RNN) -> float:
        return math.sqrt(max(norms(g)) * size(g))

    mixed, globally = drawn_with(rng, middle, True), drawn_with(rng, between, False)
    g, c = drawn_with(rng, middle, True)
    which = rng.choice(["W_hx", "b_h", "W_qh"])
    none, _ = drawn_with(rng, middle, False)
    return [
        Case("each clip touches others", mixed),
        Case("only globally", globally),
        Case("nothing is touched", (none, 1.5 * size(none))),
        Case("tiny", (times(TINY, mixed[0]), TINY * mixed[1])),
        Case("1e100", (times(HUGE, mixed[0]), HUGE * mixed[1])),
        Case("entries and norms that are c", at_the_threshold(rng)),
        Case("a global norm that is c", at_the_global_threshold(rng)),
        Case("a tensor of zeros", (g._replace(**{str(which): 0 * getattr(g, which)}), c)),
        Case("all zero", (zeros(none), c)),
    ]


@exercise.expects
def expected(g: RNN, c: float) -> Parts:
    """Laws of lengths and angles, for the gradients of Huber's function."""
    left = clipped(g, c)
    return {
        "before": np.array([math.hypot(*map(float, field.flat)) for field in g]),
        "after": np.array([size(one) for one in left]),
        "cosine": np.array([closeness(one, g) for one in left]),
        "touched": np.array([changed(one, g) for one in left]),
    }


SEE = "What a clip keeps"
exercise.claim("before", "The norms before are right.", parts=("before",), points=1, see=SEE)
exercise.claim("after", "The norms after are right.", parts=("after",), points=1, see=SEE)
exercise.claim("cosine", "The cosines are right.", parts=("cosine",), points=2, see=SEE)
exercise.claim("touched", "The tensors touched are right.", parts=("touched",), points=1, see=SEE)


@exercise.check(
    "many",
    "With some thousand entries it is right as well.",
    points=1,
    see=SEE,
    after=("before", "after", "cosine", "touched"),
)
def many(run: Run) -> None:
    """Copies of a gradient one below the other: all norms grow by √COPIES, and c for the last two clips."""
    (g, c), root = run.cases[0].args, COPIES**0.5
    case = Case(f"{COPIES} copies", (stacked(g), c))
    entries, whole = expected(g, c), expected(g, c / root)
    got = run.named(run.call(case), case)
    for name in NAMES:
        right = np.where(np.arange(len(whole[name])) == 0, entries[name].T, whole[name].T).T
        right = right * (root if name in ("before", "after") else 1.0)
        if got[name].shape != right.shape:
            run.fail(f"{name} has another shape in the case {case.name}.")
        run.equal(got[name], right, name, case)


def but(name: str, change: Callable[[RNN, float, Parts], Array], g: RNN, c: float) -> Parts:
    """One result changed."""
    return {name: change(g, c, expected(g, c))}


for _name, _sentence, _part, _change in CHANGES:
    exercise.slip(_name, _sentence, partial(but, _part, _change), SEE)


def divided_by_sums(g: RNN, c: float) -> Parts:
    """The cosines, if the lengths they are divided by are these sums."""
    right = expected(g, c)
    return {"cosine": right["cosine"] * right["after"] / sums(g, c) if size(g) else right["cosine"]}


exercise.slip(
    "sum_of_norms",
    "The norms of the tensors are added in `after`: the global norm is the root of the sum of squares.",
    lambda g, c: {"after": sums(g, c)},
    SEE,
    flows(divided_by_sums),
)


def swapped(order: list[int], g: RNN, c: float) -> Parts:
    """The clips in another order."""
    right = expected(g, c)
    return {name: right[name][order] for name in ("after", "cosine", "touched")}


exercise.slip(
    "order",
    "The clips stand in another order: by value, by norm, globally.",
    partial(swapped, [1, 0, 2]),
    SEE,
)
exercise.slip(
    "order_reversed",
    "The clips stand in reverse order: by value, by norm, globally.",
    partial(swapped, [2, 1, 0]),
    SEE,
)
