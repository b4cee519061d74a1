"""Rules of a derivative carried forward in time, each with one thing altered: its slopes or its Jacobians.

Each gives `dh_t/dW` wrongly and leaves the run as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course.recognise.carried import RIGHT_MOVE, Arrives, Carried, Found, Move, Product, along, kind, of_steps
from course.recognise.claims import Claim, lowered
from course.recognise.composed import SLOPES as MORE
from course.recognise.forward_ways import WAYS
from course.recognise.rules import RULES, Rule

SEE = "Direct and total derivatives"


PATH_SCALED = Claim(
    "path_scaled",
    "The path through h_{t-1} is multiplied by one more number: ∂h_t/∂h_{t-1} is D_t W_hh.",
    SEE,
)
Find = Callable[[Carried, str], Found]


@dataclass(frozen=True)
class ForwardRule(Rule):
    """An altered way to carry the derivative of the state."""

    find: Find = RIGHT_MOVE
    beyond: bool = False  # it looks one step further than the state that is asked for


def carried_by(name: str, sentence: str, find: Find, see: str = SEE) -> ForwardRule:
    """That rule, with its name and sentence."""
    return ForwardRule(name, sentence, see, find=find)


SLOPES = (
    *[(r.name, r.sentence, kind(r.slope)) for r in (*RULES, *MORE) if r.slope != "tanh"],
    (
        "slope_without_bias",
        "The slope is taken where the bias b_h is missing from a_t: it is 1 − h_t².",
        lambda run: 1 - np.tanh(run.s.values[0] - run.s.p.b_h) ** 2,
    ),
    (
        "slope_of_step_1",
        "The slope of step 1 stands for that of every step: step t has its own, 1 − h_t².",
        of_steps(lambda t: 0 * t),
    ),
)
IN_PATH, IN_DIRECT = "In the path through h_{t-1} alone: ", "In the direct derivative alone: "
OF_SLOPES = (
    *[carried_by(name, sentence, Move(direct=slopes, path=slopes)) for name, sentence, slopes in SLOPES],
    carried_by(
        "carry_unsloped",
        "The slope is missing in the path through h_{t-1}: ∂h_t/∂h_{t-1} is D_t W_hh.",
        Move(path=kind("missing")),
    ),
    carried_by(
        "use_unsloped",
        "The slope is missing in the direct derivative: the weights act before the tanh.",
        Move(direct=kind("missing")),
    ),
    *[
        rule
        for name, sentence, slopes in SLOPES
        if name != "slope_missing"
        for rule in (
            carried_by(f"{name}_in_the_path", IN_PATH + lowered(sentence), Move(path=slopes)),
            carried_by(
                f"{name}_in_the_direct_derivative", IN_DIRECT + lowered(sentence), Move(direct=slopes)
            ),
        )
        if rule.name != "slope_negative_in_the_direct_derivative"  # that is the sign of everything
    ],
)

WRONG_INDEX = "In the path ∂h_t/∂h_{t-1} meets the wrong index of dh_{t-1}/dW: that of h_{t-1} is the first."


def _on(axis: int) -> tuple[Arrives, ...]:
    """The Jacobian on an index of the weight, right or transposed; or W_hh there, the slope in its place."""
    return (
        lambda c, W, slope, own, last: along(axis, own[:, None] * W, c),
        lambda c, W, slope, own, last: along(axis, (own[:, None] * W).T, c),
        lambda c, W, slope, own, last: slope * along(axis, W, c),
        lambda c, W, slope, own, last: slope * along(axis, W.T, c),
    )


# As the direct derivative is zero for i ≠ j, this is the right derivative with both indices swapped.
JACOBIAN_ON_THE_UNIT = carried_by("wrong_index_carried", WRONG_INDEX, Move(arrives=_on(0)[0]))
OF_WAYS = (
    *[carried_by(name, sentence, Move(arrives=way)) for name, sentence, way in WAYS],
    JACOBIAN_ON_THE_UNIT,
    *[carried_by("wrong_index_carried", WRONG_INDEX, Move(arrives=way)) for way in _on(0)[1:]],
    *[carried_by("wrong_index_carried", WRONG_INDEX, Move(arrives=way, squares_only=True)) for way in _on(1)],
    *[
        carried_by(
            "slope_of_the_weights_unit",
            "The slope is multiplied along the wrong index of dh_t/dW: that of h_t is the first.",
            Move(column=axis, squares_only=axis == 1),
        )
        for axis in (0, 1)
    ],
    carried_by(
        "product_in_the_other_order",
        "The Jacobians are multiplied in the other order: the latest stands on the left.",
        Product(lambda product, J: J @ product),
    ),
    carried_by(
        "product_transposed",
        "The product of the Jacobians is transposed: it meets the direct derivative with its second index.",
        Product(lambda product, J: J.T @ product),
    ),
    *[
        carried_by(
            "one_jacobian_too_many",
            "The direct derivative of step k goes through the Jacobian of step k too: that of k+1 is next.",
            Product(first=-1),
        ),
        carried_by(
            "one_jacobian_too_few",
            "The direct derivative of step k goes on to step k+2: the Jacobian of step k+1 is next.",
            Product(first=1),
        ),
        carried_by(
            "last_jacobian_missing",
            "The Jacobian of step t itself is missing in every product.",
            Product(last=-1),
        ),
    ],
)
