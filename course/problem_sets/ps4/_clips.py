"""What the exercises on clipping share: gradients, lengths and angles, and the claim that nan is refused."""

import math
from collections.abc import Callable

import numpy as np

from course import draws
from course.exercise import Case, Parts
from course.judging import Run
from course.models import RNN, Array

HUGE, TINY = 1e100, 1e-10
COPIES = 30


def random_gradient(rng: draws.Rng) -> RNN:
    """A gradient whose tensors differ in size, with entries of both signs."""
    d, h, q = draws.sizes(rng, 3)
    scales = rng.permutation([0.1, 0.3, 1.0, 3.0, 10.0])
    shapes = ((h, d), (h, h), (h,), (q, h), (q,))
    return RNN(
        *[scale * draws.away_from_zero(rng, *shape) for scale, shape in zip(scales, shapes, strict=True)]
    )


def norms(g: RNN) -> list[float]:
    """The norm of each tensor."""
    return [float(np.sqrt(np.sum(field**2))) for field in g]


def size(g: RNN) -> float:
    """The global norm, by the hypotenuse of many legs."""
    return math.hypot(*[float(x) for field in g for x in field.flat])


def closeness(a: RNN, b: RNN) -> float:
    """The cosine of the angle between two gradients, from the distance of their ends on the unit sphere."""
    if size(b) == 0:
        return 1.0
    gap = size(RNN(*[x / size(a) - y / size(b) for x, y in zip(a, b, strict=True)]))
    return 1 - gap**2 / 2


def changed(a: RNN, b: RNN) -> list[float]:
    """Whether the tensors of two gradients differ by more than rounding."""
    return [float(np.any(np.abs(x - y) > 1e-9 * np.abs(y))) for x, y in zip(a, b, strict=True)]


def zeros(g: RNN) -> RNN:
    """The gradient that is zero."""
    return RNN(*[0 * field for field in g])


def with_one_huge(g: RNN) -> RNN:
    """The gradient with one tensor that has exploded."""
    return g._replace(W_hh=HUGE * g.W_hh)


def times(factor: float, g: RNN) -> RNN:
    """Every tensor times a factor."""
    return RNN(*[factor * field for field in g])


def stacked(g: RNN) -> RNN:
    """Copies of every tensor one below the other: norms grow by √COPIES, directions and entries stay."""
    return RNN(*[np.concatenate([field] * COPIES) for field in g])


def with_many_entries(run: Run, factor: float) -> None:
    """Copies of a gradient are clipped to copies of what the clip leaves, if c grows by the factor."""
    (g, c), small = run.cases[0].args, run.expected(run.cases[0])
    case = Case(f"{COPIES} copies", (stacked(g), c * factor))
    got = run.named(run.call(case), case)
    right = stacked(RNN(*[small[name] for name in RNN._fields]))._asdict()
    if "norm" in small:
        right["norm"] = small["norm"] * factor
    for name, value in right.items():
        if got[name].shape != value.shape:
            run.fail(f"{name} has another shape in the case {case.name}.")
        run.equal(got[name], value, name, case)


MANY = "With some thousand entries it is right as well."


def scaled_by(factor: Callable[[float, float, Array], float], g: RNN, c: float) -> Parts:
    """Every tensor times a factor of its norm, c, and itself."""
    return {
        name: factor(norm, c, x) * x for (name, x), norm in zip(g._asdict().items(), norms(g), strict=True)
    }


def plainly(sizes: list[float], c: float) -> bool:
    """Whether no size is so close to c that rounding decides."""
    return all(abs(size / c - 1) > 0.02 for size in sizes)


def drawn_with(rng: draws.Rng, threshold: Callable[[RNN], float], telling: bool) -> tuple[RNN, float]:
    """A gradient and its threshold, with all decisions plain; `telling`: every clip touches other tensors."""
    while True:
        g = random_gradient(rng)
        c = float(threshold(g))
        sizes = [*norms(g), size(g), *np.abs(np.concatenate([f.ravel() for f in g]))]
        counts = [int(sum(np.abs(f).max() > c for f in g)), sum(norm > c for norm in norms(g)), 5]
        partly = any(np.abs(f).min() < c < np.abs(f).max() for f in g)
        if plainly(sizes, c) and (not telling or (partly and 0 < counts[0] < counts[1] < counts[2])):
            return g, c


def spoilt(g: RNN, bad: float, which: int) -> RNN:
    """The gradient with one entry that is not finite."""
    fields = [field.copy() for field in g]
    fields[which].flat[-1] = bad
    return RNN(*fields)


def refuses(*bad: float) -> Callable[[Run], None]:
    """A check that a ValueError is raised when one entry, in whichever tensor, is one of `bad`."""

    def test(run: Run) -> None:
        g, *rest = run.cases[0].args
        for value in bad:
            for which, name in enumerate(RNN._fields):
                failure = run.call(Case("not finite", (spoilt(g, value, which), *rest))).failure
                if failure is None:
                    run.fail(f"With {value} in {name} it returns something; it should raise ValueError.")
                elif failure.type != "ValueError":
                    run.fail(f"With {value} in {name} it raises {failure.type}, not ValueError.")

    return test
