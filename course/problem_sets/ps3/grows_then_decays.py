"""A counterexample to build: a radius below one, and powers that grow first."""

import numpy as np

from course import draws
from course.exercise import Case, Exercise
from course.judging import Run
from course.models import Array


def grows_then_decays(n: int, rho: float, growth: float) -> np.ndarray:
    """A matrix whose powers vanish in the end and are large before: its spectral radius does not show it.

    Build a real matrix M with these three properties. Any such matrix is right.

    * No entry is larger than 1 in modulus.
    * Its spectral radius is rho, to a millionth, as `np.linalg.eigvals` finds it. (Rounding moves multiple
      eigenvalues of a full matrix much further than that; those of a triangular one stand on its diagonal.)
    * Some power has ‖M^k‖ ≥ growth, k ≥ 1. Here ‖·‖ is the largest singular value.

    Args:
        n: the size, at least 2.
        rho: the spectral radius, 0 < rho < 1.
        growth: how large a power must get; more than n, so M itself is not enough. It can be reached.

    Returns:
        M: shape (n, n).
    """
    raise NotImplementedError("grows_then_decays: return M")


exercise = Exercise(grows_then_decays, title="It grows before it decays", chapter="6 norms", returns=("M",))


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Two by two, near one; then larger and smaller radii: the sizes do the work."""
    drawn = []
    for n, lowest, growth in ((2, 0.93, 2.5), (3, 0.8, 4.5), (5, 0.5, 9.0), (6, 0.5, 20.0)):
        rho = rng.uniform(lowest, lowest + 0.02)
        drawn.append(Case(f"n={n}", (n, float(rho), float(growth * rng.uniform(1.0, 1.3)))))
    return drawn


@exercise.shaped
def shapes(n: int, rho: float, growth: float) -> dict[str, tuple[int, ...]]:
    """One matrix."""
    return {"M": (n, n)}


def norms(M: Array, most: int = 400) -> Array:
    """‖M^k‖ for k = 1 … most, or as far as they stay below 1e100."""
    powers = [M]
    while len(powers) < most and np.abs(powers[-1]).max() < 1e100:
        powers.append(powers[-1] @ M)
    return np.asarray(np.linalg.norm(np.stack(powers), 2, axis=(1, 2)))


SEE = "Transient growth"


@exercise.check("bounded", "No entry of M is larger than 1 in modulus.", points=1, see=SEE)
def bounded(run: Run) -> None:
    """As it says."""
    for case in run.cases:
        largest = float(np.abs(run.parts(case)["M"]).max())
        if not largest <= 1 + 1e-12:
            run.fail(
                f"An entry is too large in the case {case.name}.", f"The largest modulus is {largest:.6g}"
            )


@exercise.check("radius", "The spectral radius of M is rho.", points=1, see="Radius and norm")
def radius(run: Run) -> None:
    """By LAPACK."""
    for case in run.cases:
        found, asked = float(np.abs(np.linalg.eigvals(run.parts(case)["M"])).max()), case.args[1]
        if not abs(found - asked) <= 1e-6 * asked:
            run.fail(
                f"The spectral radius is not rho in the case {case.name}.",
                f"It is {found:.9g}; rho = {asked:.9g}",
            )


@exercise.check("grows", "Some power of M has at least the norm that is asked for.", points=2, see=SEE)
def grows(run: Run) -> None:
    """By multiplication."""
    for case in run.cases:
        found, asked = norms(run.parts(case)["M"]), case.args[2]
        if not found.max() >= asked * (1 - 1e-9):
            where = (
                f"The largest ‖M^k‖ is {found.max():.6g}, at k = {found.argmax() + 1}; asked is {asked:.6g}"
            )
            run.fail(f"No power is large enough in the case {case.name}.", where)


@exercise.check("decays", "In the end the powers vanish.", points=1, see="Radius and norm", after=("grows",))
def decays(run: Run) -> None:
    """Where they have been large before; the radius alone decides it."""
    for case in run.cases:
        found = norms(run.parts(case)["M"])
        if not found[-1] < 1e-3:
            run.fail(
                f"The powers do not vanish in the case {case.name}.", f"‖M^{len(found)}‖ = {found[-1]:.3g}"
            )
