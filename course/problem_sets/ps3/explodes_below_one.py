"""A counterexample to build: every eigenvalue of W_hh below one, and a product of Jacobians that explodes."""

import numpy as np

from course import draws
from course.exercise import Case, Exercise
from course.judging import Run
from course.models import Array


def explodes_below_one(n: int, rho: float, rate: float, T: int) -> tuple[np.ndarray, np.ndarray]:
    """Recurrent weights of radius below one, and pre-activations with which a tanh network explodes.

    Formula: J_t = D_t W  with  D_t = diag(1 − tanh²(a_t)). Any a_t can be imposed through the input x_t.

    Build W and a_1 … a_T with these properties. Anything with them is right.

    * No entry of W is larger than 4 in modulus.
    * The spectral radius of W is rho, to a hundred-thousandth, as `np.linalg.eigvals` finds it.
    * ‖J_T ⋯ J_1‖ ≥ rate^T, where ‖·‖ is the largest singular value.
    * It is no passing effect: the last T − T//2 of these factors alone also have ‖J_T ⋯ J_{T//2+1}‖ ≥
      rate^(T − T//2).

    Args:
        n: the number of units, at least 2.
        rho: the spectral radius of W, 0 < rho < 1.
        rate: the growth per step, between 1.3 and 2.2. It can be reached.
        T: the number of steps, at least 40.

    Returns:
        W: shape (n, n).
        A: shape (T, n); A[t-1] is a_t.
    """
    raise NotImplementedError("explodes_below_one: return W and A")


exercise = Exercise(explodes_below_one, title="It explodes below one", chapter="6 norms", returns=("W", "A"))
LARGEST = 4.0


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Two units, and more; small and large radii; a rate that the chapter's example does not reach.

    With three units 4 − 2·rho is well below the rate: rho has to help the strong unit, not to hold it back.
    """
    drawn = []
    for n, low, high, rate in ((2, 0.2, 0.4, 1.5), (3, 0.945, 0.955, 2.18), (5, 0.4, 0.7, 1.8)):
        T = int(rng.integers(40, 60))
        args = (n, float(rng.uniform(low, high)), float(rng.uniform(rate, rate + 0.02)), T)
        drawn.append(Case(f"n={n}", args))
    return drawn


@exercise.shaped
def shapes(n: int, rho: float, rate: float, T: int) -> dict[str, tuple[int, ...]]:
    """The weights, and a row for every step."""
    return {"W": (n, n), "A": (T, n)}


def log_norm(W: Array, A: Array) -> float:
    """ln‖J_T ⋯ J_1‖; −inf for a product of zero."""
    product, size = np.eye(len(W)), 0.0
    for a in A:
        product = (1 - np.tanh(a) ** 2)[:, None] * (W @ product)
        largest = float(np.abs(product).max())
        if largest == 0:
            return -np.inf
        product, size = product / largest, size + float(np.log(largest))
    return size + float(np.log(np.linalg.norm(product, 2)))


@exercise.check("bounded", "No entry of W is larger than 4 in modulus.", points=1, see="Explosion below one")
def bounded(run: Run) -> None:
    """As it says."""
    for case in run.cases:
        largest = float(np.abs(run.parts(case)["W"]).max())
        if not largest <= LARGEST + 1e-12:
            run.fail(
                f"An entry is too large in the case {case.name}.", f"The largest modulus is {largest:.6g}"
            )


@exercise.check("radius", "The spectral radius of W is rho.", points=1, see="Radius and norm")
def radius(run: Run) -> None:
    """By LAPACK."""
    for case in run.cases:
        found, asked = float(np.abs(np.linalg.eigvals(run.parts(case)["W"])).max()), case.args[1]
        if not abs(found - asked) <= 1e-5:
            run.fail(
                f"The spectral radius is not rho in the case {case.name}.",
                f"It is {found:.9g}; rho = {asked:.9g}",
            )


def too_slow(run: Run, case: Case, start: int, called: str) -> None:
    """Fail if the factors after the first `start` grow by less than the rate per step."""
    parts, (_, _, rate, T) = run.parts(case), case.args
    found, asked = log_norm(parts["W"], parts["A"][start:]), (T - start) * float(np.log(rate))
    if not found >= asked - 1e-9:
        run.fail(
            f"{called} does not grow fast enough in the case {case.name}.",
            f"Its norm is {np.exp(found / (T - start)):.6g} per step; the rate is {rate:.6g}",
        )


@exercise.check(
    "explodes",
    "The product of all Jacobians grows by the rate per step.",
    points=2,
    see="Explosion below one",
)
def explodes(run: Run) -> None:
    """By multiplication."""
    for case in run.cases:
        too_slow(run, case, 0, "The product of all Jacobians")


@exercise.check("goes_on", "So does the product of its later half.", points=1, see="Transient growth")
def goes_on(run: Run) -> None:
    """No transient of the first steps."""
    for case in run.cases:
        too_slow(run, case, case.args[3] // 2, "The product of the later half")
