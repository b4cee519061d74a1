"""A counterexample to build: power iteration that goes round for ever."""

import numpy as np

from course import draws
from course.exercise import Case, Exercise
from course.judging import Run
from course.models import Array


def never_aligns(x: np.ndarray, m: int) -> np.ndarray:
    """A matrix whose powers turn the line along x round for ever, back to itself after every m-th step.

    Build a real matrix M with these properties. Any such matrix is right. A line has no sign: the lines along
    v and −v are the same.

    * M^m x lies on the line along x, and is not zero.
    * M^j x makes an angle of at least 0.1 with that line for j = 1, …, m−1 (radians, between lines).
    * It is stable in float64: with the vector brought back to length 1 after each step, the line after any of
      300 steps is still the line after so many steps modulo m, to an angle of a millionth.

    Args:
        x: where to start, shape (n), n at least 2; not zero.
        m: after how many steps the line comes back, from 2 to 7; it may exceed n.

    Returns:
        M: shape (n, n).
    """
    raise NotImplementedError("never_aligns: return M")


exercise = Exercise(never_aligns, title="It never aligns", chapter="5 powers", returns=("M",))
STEPS, APART, CLOSE = 300, 0.1, 1e-6


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """In the plane and in space; fewer and more lines than dimensions; along an axis, and the diagonal."""
    return (
        [
            Case(f"n={n}, m={m}", (draws.away_from_zero(rng, n), m))
            for n, m in ((2, 2), (2, 5), (4, 3), (3, 4), (5, 7), (4, 6))
        ]
        + [
            Case(f"n={n}, m={m}, x along axis {axis}", (np.eye(n)[axis - 1] * rng.uniform(-2.0, -0.5), m))
            for n, m, axis in ((3, 2, 1), (4, 5, 4), (3, 3, 2))
        ]
        + [Case("n=4, m=3, all entries of x alike", (np.full(4, rng.uniform(0.3, 0.8)), 3))]
    )


@exercise.shaped
def shapes(x: Array, m: int) -> dict[str, tuple[int, ...]]:
    """One matrix."""
    return {"M": (len(x), len(x))}


def lines(M: Array, x: Array, steps: int = STEPS) -> Array:
    """Unit vectors along x, M x, M² x, … (steps+1, n); zeros from where a vector is zero or not finite."""
    found = np.zeros((steps + 1, len(x)))
    found[0] = x / np.linalg.norm(x)
    for j in range(steps):
        v = M @ found[j]
        size = np.linalg.norm(v)
        if not 1e-12 * np.abs(M).max() < size < np.inf:
            break
        found[j + 1] = v / size
    return found


def angle(u: Array, v: Array) -> float:
    """The angle between two lines, from unit vectors, exact for small ones too."""
    nearer = min(float(np.linalg.norm(u - v)), float(np.linalg.norm(u + v)))
    return 2 * float(np.arcsin(min(nearer / 2, 1.0)))


SEE = "When it never aligns"


@exercise.check("comes_back", "M^m x lies on the line along x.", points=1, see=SEE)
def comes_back(run: Run) -> None:
    """And no vector on the way is zero."""
    for case in run.cases:
        x, m = case.args
        found = lines(run.parts(case)["M"], x, m)
        if not found[1:].any(axis=1).all():
            run.fail(f"M^j x is zero for some j in the case {case.name}.")
        if not angle(found[0], found[m]) <= CLOSE:
            run.fail(
                f"M^m x does not lie on the line along x in the case {case.name}.",
                f"It makes an angle of {angle(found[0], found[m]):.4g} with it",
            )


@exercise.check("not_before", "Before that, M^j x lies well away from that line.", points=2, see=SEE)
def not_before(run: Run) -> None:
    """For each j below m."""
    for case in run.cases:
        x, m = case.args
        found = lines(run.parts(case)["M"], x, m)
        for j in range(1, m):
            if found[j].any() and not angle(found[0], found[j]) >= APART:
                run.fail(
                    f"The line comes back too early in the case {case.name}.",
                    f"The angle after {j} of {m} steps is {angle(found[0], found[j]):.4g}",
                )


@exercise.check(
    "for_ever",
    "It goes on like this in float64.",
    points=1,
    see=SEE,
    after=("returns", "comes_back", "not_before"),
)
def for_ever(run: Run) -> None:
    """For 300 steps: another eigenvalue of larger modulus would take over from rounding errors."""
    for case in run.cases:
        x, m = case.args
        found = lines(run.parts(case)["M"], x)
        for j in range(m, STEPS + 1):
            if not angle(found[j], found[j % m]) <= CLOSE:
                run.fail(f"After {j} steps the lines have changed in the case {case.name}.")
