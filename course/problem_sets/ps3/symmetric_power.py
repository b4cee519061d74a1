"""High powers of a symmetric matrix, where the power itself overflows."""

from functools import partial

import numpy as np

from course import draws
from course.compare import RTOL, difference
from course.exercise import Case, Exercise, Parts
from course.judging import Run
from course.models import Array
from course.problem_sets.ps3 import _exact
from course.problem_sets.ps3._matrices import spectrum, symmetric
from course.problem_sets.ps3._symmetric_power import MISTAKES, changed, leading_term, one_term
from course.recognise.slips import flows


def symmetric_power(M: np.ndarray, k: int) -> tuple[np.ndarray, float]:
    """The power M^k of a symmetric matrix, as its direction and the logarithm of its size.

    Formula: M^k = e^s P with s = ln‖M^k‖ and ‖P‖ = 1. Here ‖·‖ is the largest singular value. Its sign stays
             with P. M^k itself may be far too large or too small for float64; P and s never are.

    Args:
        M: a symmetric matrix that is not zero, shape (n, n). Its eigenvalues may be negative.
        k: the power, a whole number from 0 to ten million: so many factors are too many for a loop.
            M^0 is the identity.

    Returns:
        P: M^k / ‖M^k‖, shape (n, n).
        s: ln‖M^k‖, the natural logarithm; a number.
    """
    raise NotImplementedError("symmetric_power: return P and s")


exercise = Exercise(symmetric_power, title="A power without overflow", chapter="5 powers", returns=("P", "s"))

NEARLY = 4e-7


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """No power; one and three; two of equal modulus; powers that overflow and underflow; two nearly equal."""
    radii = 0.5 + rng.uniform(0.2, 0.7, size=4)
    odd, near = 2 * int(rng.integers(900, 1100)) + 1, 2 * int(rng.integers(600, 800)) + 1
    chosen = (
        ("k=0", 0, radii[0]),
        ("k=1", 1, radii[1]),
        ("k=3", 3, radii[2]),
        ("k=40, two of equal modulus", 40, radii[3]),
        (f"k={odd}, growing", odd, rng.uniform(1.6, 2.0)),
        (f"k={odd + 1}, shrinking", odd + 1, rng.uniform(0.5, 0.62)),
        (f"k={near}, growing, two nearly equal", near, rng.uniform(1.1, 1.4)),
    )
    drawn = []
    for name, k, radius in chosen:
        values = spectrum(rng, int(rng.integers(3, 6)), radius)
        if k == 3 or "shrinking" in name:  # else the least eigenvalue would do for the leading one
            values = -values
        if "equal" in name:  # nearly so: their ratio is still told from 0 and 1 after ten million steps
            values[1] = radius * (1 - NEARLY * ("nearly" in name))
        M = symmetric(rng, values)
        if k == 0:
            M[0] = M[:, 0] = 0.0  # the power 0 of the eigenvalue 0 is 1
        drawn.append(Case(name, (M, k)))
    return drawn


@exercise.expects
def expected(M: Array, k: int) -> Parts:
    """In whole numbers, to more digits than a float64 holds."""
    P, s = _exact.power(M, k)
    return {"P": P, "s": np.array(s)}


SEE = "Powers of a symmetric matrix"
exercise.claim("no_power", "M^0 is the identity, of size 1.", on="k=0", points=1, see=SEE)
exercise.claim(
    "directions",
    "P is right with its sign, also where M^k is too large or too small for float64.",
    parts=("P",),
    points=2,
    see=SEE,
)
exercise.claim("sizes", "s = ln‖M^k‖ is right, also there.", parts=("s",), points=2, see=SEE)

FARTHEST, SECONDS = 10_000_000, 5.0
DIGIT = 1e-14  # what a power loses for each factor: the last digit of an eigenvalue


@exercise.check(
    "far",
    "Up to k = 10,000,000 it obeys M^{2k} = (M^k)² and M^{k+1} = M M^k, and takes no longer.",
    points=2,
    see=SEE,
    after=("directions", "sizes"),
)
def far(run: Run) -> None:
    """From a power that is known to be right, twice as far again and again; nothing is computed here."""
    for case in run.cases:
        M, k = case.args
        if "growing" not in case.name:
            continue
        while 2 * k <= FARTHEST:
            k = follows(run, M, k, k)
        follows(run, M, k, 1)


def follows(run: Run, M: Array, k: int, more: int) -> int:
    """k + more, where the result obeys M^{k+more} = M^more M^k; else the claim fails."""
    (P, s), (by, size), (got, found) = (answer(run, M, power) for power in (k, more, k + more))
    norms = [float(np.linalg.norm(A, 2)) for A in (got, by @ P)]
    law = Case(f"M^{k + more} = M^{more} M^{k}", ())
    if not abs(norms[0] - 1) <= 1e-6:  # an eigenvalue's last digit, ten million times, is 1e-9
        run.fail(f"‖P‖ is not 1 for k={k + more}.", f"It is {norms[0]:.10g}")
    gap = difference(got / norms[0], by @ P / norms[1], RTOL["float64"] + DIGIT * k)
    if gap is not None:
        run.fail(f"P is not right in the case {law.name}.", str(gap))
    run.equal(found + np.log(norms[0]), s + size + np.log(norms[1]), "s", law)
    return k + more


def answer(run: Run, M: Array, k: int) -> tuple[Array, Array]:
    """The student's P and s for a power, in time."""
    case = Case(f"k={k}", (M, k))
    reply = run.call(case)
    got = run.named(reply, case)
    if reply.seconds > SECONDS:
        run.fail(
            f"With k = {k:,} it takes more than {SECONDS:g} seconds: does it multiply factor by factor?",
            f"It took {reply.seconds:.1f}",
        )
    if got["P"].shape != M.shape or got["s"].shape != () or not np.isfinite([*got["P"].flat, got["s"]]).all():
        run.fail(f"P or s is not finite, or of another shape, for k={k}.")
    return got["P"], got["s"]


for _name, _sentence, _change in MISTAKES:
    exercise.slip(_name, _sentence, partial(changed, _change), SEE)
exercise.slip(
    "leading_term",
    "P is v vᵀ with the leading eigenvector: that is where the powers go, and no power is there yet.",
    leading_term,
    SEE,
    flows(partial(one_term, 0), partial(one_term, -1)),
)
