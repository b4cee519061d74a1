"""The direct path through the cells."""

import numpy as np

from course import draws
from course.cell_path_slips import SLIPS
from course.cell_path_turned import TURNED_SLIPS
from course.cell_paths import PATH_SLIPS
from course.exercise import Case, Exercise, Parts
from course.gate_paths import all_paths, path
from course.judging import Run
from course.models import Array
from course.recognise.claims import Claim
from course.recognise.tables import Table


def cell_path(F: np.ndarray) -> np.ndarray:
    """How the last cell depends on each earlier one along the direct path, all gates being held fixed.

    Formula: c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t, where f_t, i_t and g_t are taken as constants. Then ∂⁺c_T/∂c_t
             is a diagonal matrix; its diagonal is asked for.

    Args:
        F: forget gates, shape (T, h); F[t-1] is f_t. Every entry lies between 0 and 1, both included.

    Returns:
        P: shape (T+1, h); P[t] is the diagonal of ∂⁺c_T/∂c_t, for t = 0 … T. So P[T] is all ones.
    """
    raise NotImplementedError("cell_path: return P")


exercise = Exercise(cell_path, title="The direct path", chapter="10 lstm", returns=("P",))


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One step; several; many with small gates; gates that are shut, one unit's twice, or open for good."""
    drawn = []
    for T, name in ((1, "T=1"), (4, ""), (9, ""), (30, ""), (6, "shut and open gates")):
        (h,) = draws.sizes(rng, 1, 2, T)
        F = rng.uniform(0.5, 0.95, size=(T, h)) * (0.4 if T == 30 else 1.0)
        if name.startswith("shut"):
            F[int(rng.integers(1, T - 1)), 0] = 0.0
            F[:, 1] = 1.0
            F[[1, 4], 2] = 0.0
        drawn.append(Case(name or f"T={T}, h={h}", (F,)))
    return drawn


@exercise.expects
def expected(F: Array) -> Parts:
    """The complex step of the given step, unit by unit."""
    return {"P": path(F)}


SEE = "The direct path and the total derivative"
SHUT = "shut and open gates"
exercise.claim("one_step", "With one step (T = 1) it is right.", on="T=1", points=1, see=SEE)


@exercise.check("many_steps", "Over several steps it is right.", points=2, see=SEE)
def many_steps(run: Run) -> None:
    """Entry by entry: a product of thirty gates may be small, and is a product of thirty gates."""
    run.agree(("P",))
    for case in run.on(but=SHUT):
        ratio = run.parts(case)["P"] / run.expected(case)["P"]
        run.equal(ratio, np.ones_like(ratio), "P, divided by what is right,", case, 0)


@exercise.check("shut", "With gates that are exactly 0 or 1 it is right.", points=1, see=SEE)
def shut(run: Run) -> None:
    """Nothing at all passes a gate of 0."""
    for case in run.on(SHUT):
        run.agree(("P",), case.name)
        passes = np.abs(run.parts(case)["P"][run.expected(case)["P"] == 0])
        if passes.any():
            run.fail(
                f"Something passes a gate of 0 in the case {case.name}.",
                f"Where P should be 0 it is up to {passes.max():.3g}",
            )


for _slip in SLIPS:
    exercise.slip(*_slip, SEE)
exercise.timed = {"P": 0}

TABLE = (*PATH_SLIPS, *TURNED_SLIPS)


def composed(chosen: Array, F: Array) -> Parts:
    """What the mistakes at those places of the table return."""
    known: dict[bytes, Array] = {}
    rows = []
    for slip in (TABLE[k] for k in chosen):
        gates = np.ascontiguousarray(slip.gates(F))
        if gates.tobytes() not in known:
            known[gates.tobytes()] = all_paths(gates)
        rows.append(slip.made(known[gates.tobytes()], gates))
    return {"P": np.stack(rows)}


exercise.table = Table([Claim(slip.name, slip.sentence, SEE) for slip in TABLE], composed)
