"""Clipping all tensors by their common norm."""

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
    size,
    times,
    with_many_entries,
    with_one_huge,
    zeros,
)
from course.problem_sets.ps4._global_clips import (
    ADDED,
    FACTORS,
    OF_ENTRIES,
    RETURNED,
    SOME,
    USED,
    and_returned,
    by_factor,
    by_number,
    enlarged,
    of_entries,
    of_some,
    returned,
)
from course.problem_sets.ps4._global_norm import SLIPS
from course.problem_sets.ps4._huber import gradient_of_huber
from course.recognise.slips import flows
from course.recognise.tables import listed


def clip_by_global_norm(g: RNN, c: float) -> tuple[RNN, float]:
    """The gradient scaled down as a whole to a norm of at most c, and the norm that it had.

    Rule: the global norm is that of all entries of all tensors, taken as one vector. If it is at most c,
    the gradient stays as it is; else every tensor is multiplied by c/norm. Nothing is added to the norm.
    (`torch.nn.utils.clip_grad_norm_` divides by norm + 1e-6 and so ends a little below c. That is another
    rule, and not accepted here.)

    Args:
        g: gradients, an RNN of arrays of any shapes, with entries up to 1e100 in modulus.
        c: the largest global norm that is left, c > 0.

    Returns:
        clipped: an RNN of the same shapes.
        norm: the global norm of g, before it was clipped.

    Raises:
        ValueError: if any entry of g is nan, inf or −inf.

    Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (2013).
    """
    raise NotImplementedError("clip_by_global_norm: return clipped, norm")


exercise = Exercise(
    clip_by_global_norm, title="Clipping by the global norm", chapter="9 clipping", returns=(RNN, "norm")
)


RUNGS = (
    0.1,
    0.2,
    0.4,
    0.8,
    1.6,
    3.2,
    6.4,
)  # whatever the norm is taken for, one lies between it and its half


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Too long, though no tensor is; not; far too long; exploded; tiny; one tensor zero; all; short; more."""
    drawn, low = [], 0.5 * min(norms(random_gradient(rng)))
    for name in ("too long", "not too long", "far too long", "1e100", "1e-10", "one tensor zero", "zero"):
        g = random_gradient(rng)
        if name == "one tensor zero":
            g = g._replace(b_h=0 * g.b_h)
        c = {
            "too long": 0.999 * size(g),
            "not too long": 1.001 * size(g),
            "one tensor zero": 0.5 * size(g),
        }
        g = with_one_huge(g) if name == "1e100" else zeros(g) if name == "zero" else g
        g, factor = (times(TINY, g), TINY) if name == "1e-10" else (g, 1.0)
        drawn.append(Case(name, (g, factor * c.get(name, low))))
    g = random_gradient(rng)
    drawn.append(Case("short", (g, 9 * size(g))))  # by any other measure, too
    return [*drawn, *[Case(f"c is {rung:g} times the norm", (g, rung * size(g))) for rung in RUNGS]]


@exercise.expects
def expected(g: RNN, c: float) -> Parts:
    """The gradient of Huber's function of all entries together."""
    return gradient_of_huber(g, c, "all") | {"norm": np.array(size(g))}


SEE = "By value, by norm, globally"
exercise.claim("norm", "norm is the global norm before the clip.", parts=("norm",), points=1, see=SEE)
exercise.claim(
    "small", "What is not too long stays as it is.", parts=RNN._fields, on="not too long", points=1, see=SEE
)
exercise.claim("zero", "A gradient of zeros stays zero.", on="zero", points=1, see=SEE)
exercise.claim(
    "limits",
    "What is too long keeps its direction and gets the norm c.",
    parts=RNN._fields,
    but="1e100",
    points=2,
    see=SEE,
)
exercise.claim(
    "exploded",
    "A gradient of size 1e100 is clipped as well.",
    parts=RNN._fields,
    on="1e100",
    points=1,
    see=SEE,
)
exercise.check(
    "refuses", "With nan or inf in any tensor it raises ValueError.", points=1, see="When to clip"
)(refuses(float("nan"), float("inf"), -float("inf")))
exercise.check("many", MANY, points=1, see=SEE, after=("norm", "small", "limits", "exploded"))(
    partial(with_many_entries, factor=COPIES**0.5)
)

for _name, _sentence, _kind in (
    ("by_value", "Each entry is limited by itself: here the gradient is scaled as a whole.", "entry"),
    ("by_norm", "Each tensor is scaled by its own norm: here all are scaled by the common one.", "tensor"),
):
    _flows = flows(lambda g, c: {"norm": np.array(norms(g)[-1])}) if _kind == "tensor" else None
    exercise.slip(_name, _sentence, partial(gradient_of_huber, kind=_kind), SEE, _flows)


for _name, _sentence, _factor in FACTORS:
    exercise.slip(_name, _sentence, partial(by_factor, _factor), SEE)
for _name, _how, _by in ADDED:
    exercise.slip(
        _name,
        f"The norm is made a little larger before dividing, {_how}. The rule here is c/norm.",
        partial(by_factor, partial(enlarged, _by)),
        SEE,
        flows(partial(and_returned, _by)),
    )
for _name, _sentence, _counted, _scaled in SOME:
    exercise.slip(_name, _sentence, partial(of_some, _counted, _scaled), SEE)
for _name, _sentence, _number in OF_ENTRIES:
    exercise.slip(_name, _sentence, partial(by_number, partial(of_entries, _number)), SEE)
exercise.slip(
    "norm_after",
    "The norm returned is that after the clip: the one before tells whether it exploded.",
    lambda g, c: {"norm": np.array(min(size(g), c))},
    SEE,
)
for _name, _sentence, _of in RETURNED:
    exercise.slip(_name, _sentence, partial(returned, _of), SEE, flows(partial(by_number, _of)))
for _name, _sentence, _of in USED:
    exercise.slip(_name, _sentence, partial(by_number, _of), SEE)
exercise.table = listed(SLIPS, SEE)
