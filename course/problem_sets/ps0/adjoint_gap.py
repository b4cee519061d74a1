"""One number that says whether two products belong to one Jacobian."""

from collections.abc import Callable

import numpy as np

from course import draws
from course.compare import told
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

# What the test says of each pair, known without computing it: how much too large one product is.
GAPS = {"river": 0.0, "lake": 1 / 3, "brook": 1e-6 / (1 + 1e-6), "sea": 2.0, "pond": 0.0}


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Every pair, in directions that give α a size of order one."""
    drawn = []
    for name in GAPS:
        n = int(rng.integers(4, 7))
        x, u, v = (rng.uniform(0.2, 1.0, size=n) for _ in range(3))
        u[0], v[-1] = -0.1 * u[0], -0.1 * v[-1]
        if name == "brook":  # here α and β are negative: the larger number is not the one of larger size
            u = -u
        drawn.append(Case(name, (name, x, u, v)))
    return drawn


@exercise.shaped
def shapes(*args: object) -> dict[str, tuple[int, ...]]:
    """One number."""
    return {"gap": ()}


def gap_of(*names: str) -> Callable[[Run], None]:
    """A check that the gap of these pairs is what it must be, to rounding."""

    def test(run: Run) -> None:
        for case in run.cases:
            got = float(run.parts(case)["gap"])
            if case.name in names and not abs(got - GAPS[case.name]) < 1e-13 + 1e-9 * GAPS[case.name]:
                run.fail(
                    f"The gap of the pair {case.name} is not right.",
                    "Yours {}, expected {}".format(*told(got, GAPS[case.name])),
                )

    return test


SEE = "The adjoint test"
for _name, _sentence, _pairs in (
    ("together", "A pair that belongs together has no gap.", ("river",)),
    ("apart", "A product half as large again, or of the wrong sign, shows in full.", ("lake", "sea")),
    ("slightly", "An error of a millionth shows as a millionth.", ("brook",)),
    (
        "blind_spot",
        "A pair that is wrong on both sides alike has no gap either: the test cannot see it.",
        ("pond",),
    ),
):
    exercise.check(_name, _sentence, points=1, see=SEE)(gap_of(*_pairs))


def scaled(size: float) -> Parts:
    """A gap of this size. (Of a millionth rounding leaves too few digits to recognise anything by.)"""
    return {"gap": np.array(size)}


def signed(name: str, x: Array, u: Array, v: Array) -> Parts:
    """The gaps with the sign of α − β."""
    return {} if name == "brook" else scaled(-GAPS[name] if name == "lake" else GAPS[name])


def smaller(name: str, x: Array, u: Array, v: Array) -> Parts:
    """The gaps relative to |α|, which is sometimes the smaller of the two."""
    return {} if name == "brook" else scaled(0.5 if name == "lake" else GAPS[name])


for _name, _sentence, _value in (
    ("signed", "The gap has a sign: take the size of the difference.", signed),
    ("by_smaller", "The gap is relative to the smaller of |α| and |β|, or to one of them.", smaller),
    ("always_zero", "Every pair has no gap: are α and β the same expression?", lambda *args: scaled(0.0)),
):
    exercise.slip(_name, _sentence, _value, SEE)
