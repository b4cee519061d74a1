"""Powers of a Jordan block in closed form: SymPy, with the eigenvalue, the power and the size left open."""

from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise, Parts
from course.judging import Run
from course.models import Array
from course.oracles import complex_step
from course.problem_sets.ps3._jordan import ENTRIES, LATER, PEAKS, beside_too, blocks, changed, highest
from course.symbols import evaluate_all, written


def jordan_power() -> tuple[Any, Any, Any]:
    """Entries of the power J^k of a Jordan block, and where the second of them peaks.

    J has λ on the diagonal, 1 directly above it, and 0 elsewhere. Its size is left open: it is large enough
    for the entry that is asked for. Use the symbols `lambda`, `k` and `j`, made by `sp.symbols`; `k` and `j`
    are whole numbers with 0 ≤ j ≤ k, and λ > 0. Return SymPy expressions in these.

    Returns:
        beside: the entry of J^k directly to the right of the diagonal, in λ and k.
        entry: the entry of J^k that stands j places to the right of the diagonal, in λ, k and j.
        peak: for 0 < λ < 1, the real number k > 0 at which `beside` is largest if k may be any
            positive real number; in λ.
    """
    raise NotImplementedError("jordan_power: return beside, entry, peak")


NAMES = ("beside", "entry", "peak")


def read(texts: Any, lam: Array, k: Array, j: Array) -> list[Array]:
    """The values of the written results at the points (λ, k, j), with nan for what is not finite."""
    values = evaluate_all(texts, {"lambda": lam, "k": k, "j": j})
    return [np.where(np.isfinite(value), value, np.nan) for value in values]


exercise = Exercise(
    jordan_power,
    title="Powers of a Jordan block",
    chapter="5 powers",
    returns=NAMES,
    entry=written,
    needs=("sympy",),
    read=read,
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Three draws of six points each. The student's function sees none of it."""
    drawn = []
    for number in (1, 2, 3):
        k = rng.integers(4, 12, size=6)
        j = np.array([rng.integers(2, top) for top in k])
        j[0], j[1] = k[0], 0
        drawn.append(Case(f"drawn numbers {number}", (rng.uniform(0.3, 0.95, size=6), 1.0 * k, 1.0 * j)))
    return drawn


@exercise.expects
def expected(lam: Array, k: Array, j: Array) -> Parts:
    """Blocks of numbers, multiplied k times; and a peak that is searched for."""
    return {"beside": blocks(lam, k, 0 * j + 1), "entry": blocks(lam, k, j), "peak": highest(lam)}


@exercise.shaped
def shapes(lam: Array, k: Array, j: Array) -> dict[str, tuple[int, ...]]:
    """Of the two entries. A peak that is no number is what its own check speaks of."""
    return {"beside": lam.shape, "entry": lam.shape}


SEE = "Jordan blocks"
exercise.claim("beside", "The entry beside the diagonal is right.", parts=("beside",), points=1, see=SEE)
exercise.claim(
    "entry", "The entry j places to the right is right, for any k and j.", parts=("entry",), points=2, see=SEE
)


@exercise.check(
    "peak",
    "At the peak the slope of the entry beside the diagonal is zero.",
    points=2,
    see=SEE,
)
def peak(run: Run) -> None:
    """The slope of ln(k λ^{k−1}), relative to its slope for large k; both are known without the peak."""
    for case in run.cases:
        lam, at = case.args[0], run.parts(case)["peak"]
        if at.shape != lam.shape or not np.isfinite(at).all() or not (at > 0).all():
            run.fail(f"peak is not a positive number for every λ in the case {case.name}.")
        for one, k in zip(lam, at, strict=True):
            slope = complex_step(lambda v, one=one: v * one ** (v - 1), np.array(k))  # type: ignore[misc]
            height = k * one ** (k - 1)
            if not abs(slope) <= 1e-11 * abs(height / k):
                run.fail(
                    f"The slope at your peak is not zero in the case {case.name}.",
                    f"At λ = {one:.4g}, k = {k:.6g} it is {slope / height:.3g} of the height",
                )


for _name, _sentence, _peak in PEAKS:
    exercise.slip(_name, _sentence, lambda lam, k, j, of=_peak: {"peak": of(lam)}, SEE)
exercise.slip(
    "beside_power_too_high",
    "beside has λ^k: the step to the right takes the place of one factor λ.",
    lambda lam, k, j: {"beside": k * lam**k},
    SEE,
)
for _name, _sentence, _change in ENTRIES:
    _also = partial(beside_too, _change, LATER.get(_name, 0))
    exercise.slip(_name, _sentence, partial(changed, _change), SEE, _also)
