"""One number that says whether two products belong to one Jacobian."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course import draws
from course.compare import difference, told
from course.exercise import Case, Exercise, Parts
from course.judging import Run
from course.models import Array


def adjoint_gap(name: str, x: np.ndarray, u: np.ndarray, v: np.ndarray) -> float:
    """How far two products are from belonging to one matrix J: zero if vᵀ(J u) = (Jᵀ v)ᵀ u.

    Formula: with α = vᵀ(J u) and β = (Jᵀ v)ᵀ u, the gap is |α − β| / max(|α|, |β|).

    Args:
        name: which pair; `jvp(name, x, u)` claims to be J u and `vjp(name, x, v)` to be Jᵀ v.
        x: where J is taken, shape (n).
        u: a direction, shape (n).
        v: a weight for each result, shape (m); here m = n.

    Returns:
        gap: a number, 0 up to rounding for a pair that belongs together.
    """
    raise NotImplementedError("adjoint_gap: return the gap")


exercise = Exercise(
    adjoint_gap,
    title="The adjoint test",
    chapter="2 checking",
    returns=("gap",),
    given=("from course.practice import jvp, vjp",),
)

# By how much each product is too large. In the creek the second product is with J where Jᵀ belongs.
FACTORS = {
    "river": (1.0, 1.0),
    "lake": (1.0, 1.5),
    "brook": (1.0, 1 + 1e-6),
    "sea": (1.0, -1.0),
    "rill": (0.01, 0.005),
    "creek": (1.0, 1.0),
    "pond": (0.5, 0.5),
}


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Every pair, in directions that make the sums large against their rounding."""
    drawn = []
    for name in FACTORS:
        n = int(rng.integers(5, 8))
        x, u, v = (rng.uniform(0.5, 1.0, size=n) for _ in range(3))
        u[0], v[-1] = -0.1 * u[0], -0.1 * v[-1]
        if name == "brook":  # here α and β are negative: the larger number is not the one of larger size
            u = -u
        drawn.append(Case(name, (name, x, u, v)))
    return drawn


@exercise.shaped
def shapes(*args: object) -> dict[str, tuple[int, ...]]:
    """One number."""
    return {"gap": ()}


def numbers(name: str, x: Array, u: Array, v: Array) -> tuple[float, float]:
    """Both brackets, with J written out: entry (i, j) is 2 x_j for j ≤ i, and zero above the diagonal."""
    terms = v[:, None] * (2 * x * u)
    forward, backward = FACTORS[name]
    other = np.triu(terms) if name == "creek" else np.tril(terms)
    return forward * float(np.tril(terms).sum()), backward * float(other.sum())


def relative(a: float, b: float) -> float:
    """What the test says of two numbers."""
    return abs(a - b) / max(abs(a), abs(b))


def gap_of(*names: str) -> Callable[[Run], None]:
    """A check that the gap of these pairs is what it must be, to rounding."""

    def test(run: Run) -> None:
        for case in run.cases:
            if case.name in names:
                got, wanted = float(run.parts(case)["gap"]), relative(*numbers(*case.args))
                # 1e-13: what two sums of six terms may differ by; the gap of the brook is known as exactly.
                if not abs(got - wanted) < 1e-13 + 1e-9 * wanted:
                    run.fail(
                        f"The gap of the pair {case.name} is not right.",
                        "Yours {}, expected {}".format(*told(got, wanted)),
                    )

    return test


SEE = "The adjoint test"
for _name, _sentence, _pairs in (
    ("together", "A pair that belongs together has no gap.", ("river",)),
    ("apart", "A product half as large again, or of the wrong sign, shows in full.", ("lake", "sea")),
    ("transposed", "A product with J where Jᵀ belongs shows as large as it is along u and v.", ("creek",)),
    ("small", "The gap is relative: of two small products it is as large as of two large ones.", ("rill",)),
    ("slightly", "An error of a millionth shows as a millionth.", ("brook",)),
    (
        "blind_spot",
        "A pair that is wrong on both sides alike has no gap either: the test cannot see it.",
        ("pond",),
    ),
):
    exercise.check(_name, _sentence, points=1, see=SEE)(gap_of(*_pairs))


def mistaken(gap: Callable[[float, float], float], name: str, x: Array, u: Array, v: Array) -> Parts:
    """Another gap of the two numbers. (Of a millionth rounding leaves too few digits to recognise it by.)"""
    if name == "brook":
        return {}
    a, b = numbers(name, x, u, v)
    return {"gap": np.array(gap(a, b))}


def to_its_digits(
    gap: Callable[[float, float], float], part: str, got: Parts, name: str, x: Array, u: Array, v: Array
) -> bool:
    """Whether it is that gap, also of the brook as far as rounding leaves it."""
    return difference(got[part], np.array(gap(*numbers(name, x, u, v))), 1e-7) is None


def exchanged(name: str, x: Array, u: Array, v: Array) -> Parts:
    """The gaps with u where v belongs, and v where u belongs."""
    return mistaken(relative, name, x, v, u)


for _name, _sentence, _gap in (
    (
        "signed",
        "The gap has a sign: take the size of the difference.",
        lambda a, b: (a - b) / max(abs(a), abs(b)),
    ),
    (
        "by_smaller",
        "The gap is relative to the smaller of |α| and |β|; the larger belongs there.",
        lambda a, b: abs(a - b) / min(abs(a), abs(b)),
    ),
    (
        "by_first",
        "The gap is relative to |α|, which is sometimes the smaller of the two.",
        lambda a, b: abs(a - b) / abs(a),
    ),
    (
        "by_second",
        "The gap is relative to |β|, which is sometimes the smaller of the two.",
        lambda a, b: abs(a - b) / abs(b),
    ),
    (
        "by_sum",
        "The gap is relative to the sum of |α| and |β|; the larger of the two belongs there.",
        lambda a, b: abs(a - b) / (abs(a) + abs(b)),
    ),
    (
        "by_mean",
        "The gap is relative to the mean of |α| and |β|; the larger of the two belongs there.",
        lambda a, b: 2 * abs(a - b) / (abs(a) + abs(b)),
    ),
    (
        "not_relative",
        "The gap is not relative: divide it by the larger of |α| and |β|.",
        lambda a, b: abs(a - b),
    ),
    (
        "at_least_one",
        "The gap is divided by 1 at least: two small products seem to belong together.",
        lambda a, b: abs(a - b) / max(1.0, abs(a), abs(b)),
    ),
    (
        "sizes",
        "The sizes of α and β are compared: a product of the wrong sign has no gap.",
        lambda a, b: abs(abs(a) - abs(b)) / max(abs(a), abs(b)),
    ),
    ("always_zero", "Every pair has no gap: are α and β the same expression?", lambda a, b: 0.0),
):
    exercise.slip(_name, _sentence, partial(mistaken, _gap), SEE, partial(to_its_digits, _gap))

exercise.slip(
    "exchanged",
    "u and v are exchanged: J multiplies u, and Jᵀ multiplies v.",
    exchanged,
    SEE,
    lambda part, got, name, x, u, v: to_its_digits(relative, part, got, name, x, v, u),
)
