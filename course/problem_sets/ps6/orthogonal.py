"""Random orthogonal matrices, every one as likely as every other."""

import numpy as np

from course import draws
from course.exercise import Case, Exercise
from course.judging import Run
from course.models import Array


def orthogonal(n: int, seed: int) -> np.ndarray:
    """A random orthogonal matrix from the uniform (Haar) distribution on all of them.

    Law: Qᵀ Q = I, and for any fixed orthogonal matrix U the distribution of U Q is that of Q. So both
         determinants, 1 and −1, come up, each with probability ½, and every entry has mean 0.

    All randomness comes from the seed: the same seed gives the same matrix, another seed another one.

    Args:
        n: the size, at least 1.
        seed: a whole number, at least 0.

    Returns:
        Q: shape (n, n), orthogonal to at least nine digits.

    Source: Mezzadri, "How to generate random matrices from the classical compact groups" (2007).
    """
    raise NotImplementedError("orthogonal: return Q")


exercise = Exercise(orthogonal, title="A random orthogonal matrix", chapter="12 saturation", returns=("Q",))


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One number, then matrices of several sizes."""
    return [Case(f"n={n}", (n, int(rng.integers(1 << 30)))) for n in (1, 2, 3, int(rng.integers(5, 9)))]


@exercise.shaped
def shapes(n: int, seed: int) -> dict[str, tuple[int, ...]]:
    """A square matrix."""
    return {"Q": (n, n)}


SEE = "Initialisation"
SMALL, TOSSES = 3, 48  # all determinants of a size alike: 2 · 2^−48 = 7e-15
SIZE, TRACED, SQUARED, DRAWS = 96, 8, 16, 4
# Under Haar measure a trace, a row's sum and a column's are nearly N(0, 1), with lighter tails (their moments
# agree up to order n or so: Diaconis & Shahshahani 1994). So the squares of 8 traces sum to more than 75 with
# a probability of 5e-13, and one of 1536 sums of rows and columns exceeds 7.5 with 1e-10. The sum of fourth
# powers has the mean 3n/(n + 2) and, for large n, the standard deviation √24/n. A mean of 4 is skewed a
# little, and yet more rarely 9 standard deviations away than that; so is the mean of 16 sums of squares on
# the diagonal, with the deviation √(2/n) each.
TRACES, SUMS, FOURTH = 75.0, 7.5, 9.0


def more(run: Run, n: int, count: int) -> list[Array]:
    """Matrices of size n for further seeds, which follow that of the last case."""
    first, found = run.cases[-1].args[1] + 1, []
    for seed in range(first, first + count):
        case = Case(f"n={n}, another seed", (n, seed))
        Q = run.named(run.call(case), case)["Q"]
        if Q.shape != (n, n) or not np.abs(Q @ Q.T - np.eye(n)).max() <= 1e-6:
            run.fail(f"Q is not orthogonal for n = {n}.")
        found.append(Q)
    return found


@exercise.check("orthogonal", "QᵀQ is the identity.", points=1, see=SEE)
def is_orthogonal(run: Run) -> None:
    """To nine digits: a sweep of Gram and Schmidt loses a few."""
    for case in run.cases:
        Q = run.parts(case)["Q"]
        gap = np.abs(Q.T @ Q - np.eye(len(Q))).max()
        if not gap <= 1e-9:
            run.fail(f"QᵀQ is not the identity in the case {case.name}.", f"It is off by {gap:.3g}")


@exercise.check(
    "both_determinants", "Both determinants come up, 1 and −1.", points=1, see=SEE, after=("orthogonal",)
)
def both_determinants(run: Run) -> None:
    """Forty-eight tosses of a coin, for three rows and for one: with n = 1 the sign is all that is drawn."""
    for n in (SMALL, 1):
        drawn = more(run, n, TOSSES)
        if n > 1 and all(np.array_equal(Q, drawn[0]) for Q in drawn):
            run.fail(f"{TOSSES} seeds give one and the same matrix.")
        signs = {int(np.sign(np.linalg.det(Q))) for Q in drawn}
        if len(signs) == 1:
            run.fail(f"All of {TOSSES} seeds give the determinant {signs.pop()} for n = {n}.")


@exercise.check(
    "centred", "No direction is preferred: entries have mean 0.", points=2, see=SEE, after=("orthogonal",)
)
def centred(run: Run) -> None:
    """Traces, and sums of rows and columns, which under Haar measure are very nearly standard normal."""
    drawn = more(run, SIZE, TRACED)
    traces = np.array([np.trace(Q) for Q in drawn])
    if not np.sum(traces**2) <= TRACES:
        told = ", ".join(f"{trace:.3g}" for trace in traces)
        run.fail(
            f"The diagonal of Q leans to one side for n = {SIZE}: its entries should have mean 0.",
            f"The traces of {TRACED} matrices are {told}; they should have the mean 0 and the deviation 1",
        )
    largest = max(float(np.abs(Q.sum(axis=axis)).max()) for Q in drawn for axis in (0, 1))
    if not largest <= SUMS:
        run.fail(
            f"A row or a column of Q leans to one side for n = {SIZE}: its entries should have mean 0.",
            f"They sum to {largest:.3g}; such sums should have the mean 0 and the deviation 1",
        )


@exercise.check(
    "uniform", "No matrix is likelier than another.", points=1, see=SEE, after=("orthogonal", "centred")
)
def uniform(run: Run) -> None:
    """Fourth powers: entries of a uniform Q are nearly normal, with variance 1/n. On the diagonal too."""
    squares = np.mean([np.sum(np.diag(Q) ** 2) for Q in more(run, SIZE, SQUARED)])
    if not abs(squares - 1) <= FOURTH * (2 / SIZE / SQUARED) ** 0.5:
        run.fail(
            f"Some matrices are likelier than others for n = {SIZE}.",
            f"The squares on the diagonal sum to {squares:.4g}; uniform ones to about 1",
        )
    found = np.mean([np.sum(Q**4) for Q in more(run, SIZE, DRAWS)])
    mean, spread = 3 * SIZE / (SIZE + 2), 24**0.5 / SIZE / DRAWS**0.5
    if not abs(found - mean) <= FOURTH * spread:
        run.fail(
            f"Some matrices are likelier than others for n = {SIZE}.",
            f"The fourth powers of the entries sum to {found:.4g}; uniform ones to {mean:.4g} ± {spread:.2g}",
        )
