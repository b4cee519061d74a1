"""One number used twice: the smallest tied weight."""

import numpy as np

from course import draws
from course.exercise import Case, Exercise
from course.problem_sets.ps1._tied_pair import NAMES, both, changed, expected, model, on_second, outer, slope
from course.problem_sets.ps1._tied_pair_table import CHANGES
from course.recognise.tables import listed


def tied_pair(w: float, x: float) -> tuple[float, float, float]:
    """The derivatives of y = sin(w_1 tanh(w_2 x)) where both weights are one number, w_1 = w_2 = w.

    Args:
        w: the value of both weights.
        x: the input.

    Returns:
        first: ∂y/∂w_1, taken at w_1 = w_2 = w.
        second: ∂y/∂w_2, taken at w_1 = w_2 = w.
        total: dy/dw of y = sin(w tanh(w x)).
    """
    raise NotImplementedError("tied_pair: return first, second, total")


exercise = Exercise(tied_pair, title="One number, used twice", chapter="3 tied", returns=NAMES)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Four pairs of numbers, neither of them near zero, of both signs; tanh is nearly 1 in some."""
    signs = ((1, 1), (1, -1), (-1, 1), (-1, -1))
    pairs = [(a * rng.uniform(0.4, 1.3), b * rng.uniform(0.4, 2.2)) for a, b in signs]
    return [Case(f"w={w:.3f}, x={x:.3f}", (float(w), float(x))) for w, x in pairs]


exercise.expects(expected)

SEE = "Two uses of one weight"
exercise.claim("first_use", "∂y/∂w_1 is right.", parts=("first",), points=1, see=SEE)
exercise.claim("second_use", "∂y/∂w_2 is right.", parts=("second",), points=2, see=SEE)
exercise.claim("both_uses", "dy/dw is right.", parts=("total",), points=1, see=SEE)


for name, sentence, change in (
    ("swapped", "The first two are swapped.", lambda a, b, w, x: (b, a, a + b)),
    (
        "mean",
        "The total is the mean of the two; a weight that is used twice moves y twice: it is their sum.",
        lambda a, b, w, x: (a, b, (a + b) / 2),
    ),
    ("first_alone", "The total counts the outer use alone.", lambda a, b, w, x: (a, b, a)),
    ("second_alone", "The total counts the inner use alone.", lambda a, b, w, x: (a, b, b)),
    ("product", "The total is the product of the two; it is their sum.", lambda a, b, w, x: (a, b, a * b)),
    (
        "difference",
        "The total is the difference of the two; it is their sum.",
        lambda a, b, w, x: (a, b, a - b),
    ),
    (
        "halves",
        "The first two are each half of the total: each should be the derivative by one weight alone.",
        lambda a, b, w, x: ((a + b) / 2, (a + b) / 2, a + b),
    ),
    (
        "tied_too_early",
        "The weights are tied before the derivative is taken: all three count both uses.",
        lambda a, b, w, x: (a + b, a + b, a + b),
    ),
    (
        "input_for_tanh",
        "∂y/∂w_1 is made with x: what w_1 multiplies is tanh(w_2 x).",
        lambda a, b, w, x: (a * x / np.tanh(w * x), b, a * x / np.tanh(w * x) + b),
    ),
    (
        "sine_for_its_slope",
        "The sine stands where its slope belongs.",
        both(lambda w, x: model(w, w, x) / outer(w, x)),
    ),
    (
        "outer_slope_missing",
        "The slope of the sine is missing: y depends on both weights through its argument.",
        both(lambda w, x: 1 / outer(w, x)),
    ),
    (
        "outer_slope_at_y",
        "The slope of the sine is taken at y; it belongs at its argument, w tanh(w x).",
        both(lambda w, x: slope(np.sin, model(w, w, x)) / outer(w, x)),
    ),
    (
        "inner_slope_missing",
        "The slope of tanh is missing in ∂y/∂w_2.",
        on_second(lambda w, x: 1 / slope(np.tanh, w * x)),
    ),
    (
        "inner_slope_twice",
        "The slope of tanh is applied twice in ∂y/∂w_2.",
        on_second(lambda w, x: slope(np.tanh, w * x)),
    ),
    (
        "inner_slope_plus",
        "The slope of tanh at w x is taken to be above 1: a sign is wrong in it.",
        on_second(lambda w, x: (2 - slope(np.tanh, w * x)) / slope(np.tanh, w * x)),
    ),
    (
        "inner_slope_not_squared",
        "In the slope of tanh at w x a square is missing.",
        on_second(lambda w, x: (1 - np.tanh(w * x)) / slope(np.tanh, w * x)),
    ),
    (
        "inner_slope_of_value",
        "The slope of tanh is taken at tanh(w x); it belongs at w x.",
        on_second(lambda w, x: slope(np.tanh, float(np.tanh(w * x))) / slope(np.tanh, w * x)),
    ),
    (
        "weight_missing",
        "The factor w_1 is missing in ∂y/∂w_2: what w_2 changes is multiplied by w_1 on its way to y.",
        on_second(lambda w, x: 1 / w),
    ),
    (
        "input_missing",
        "The factor x is missing in ∂y/∂w_2.",
        on_second(lambda w, x: 1 / x),
    ),
):
    exercise.slip(name, sentence, changed(change), SEE)


exercise.table = listed([(name, said, changed(change)) for name, said, change in CHANGES], SEE)
