"""Powers of a Jordan block in closed form: SymPy, with the eigenvalue, the power and the size left open."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.compare import difference
from course.exercise import Case, Exercise, Parts
from course.judging import Run
from course.models import Array
from course.oracles import STEP, complex_step
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


def blocks(lam: Array, k: Array, j: Array) -> Array:
    """The entry j places to the right of the diagonal, point by point, by multiplying blocks."""

    def one(at: float, power: int, place: int) -> float:
        J = at * np.eye(place + 1) + np.eye(place + 1, k=1)
        return float(np.linalg.matrix_power(J, power)[0, place])

    return np.array([one(a, int(b), int(c)) for a, b, c in zip(lam, k, j, strict=True)])


def highest(lam: Array) -> Array:
    """The power at which the entry beside the diagonal has no slope, by bisection."""
    low, high = 0 * lam, 0 * lam + 100.0
    for _ in range(60):
        at = (low + high) / 2
        with np.errstate(all="ignore"):  # a mistake may be looked for with λ = 0, where there is no peak
            rises = np.imag((at + 1j * STEP) * lam ** (at + 1j * STEP - 1)) > 0
        low, high = np.where(rises, at, low), np.where(rises, high, at)
    return (low + high) / 2


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


def changed(change: Callable[[Array, Array, Array, Array], Array], lam: Array, k: Array, j: Array) -> Parts:
    """The entry j places to the right, changed as a slip changes it."""
    right = blocks(lam, k, j)
    return {"entry": np.asarray(change(right, lam, k, j))}


def beside_too(
    change: Callable[[Array, Array, Array, Array], Array],
    later: int,
    name: str,
    got: Parts,
    lam: Array,
    k: Array,
    j: Array,
) -> bool:
    """Whether the entry beside the diagonal is changed as well; its peak is then for `later` powers less."""
    entry, peak = changed(change, lam, k, 0 * j + 1)["entry"], highest(lam) - later
    return difference(got["beside"], entry) is None and (
        name == "beside" or difference(got["peak"], peak) is None
    )


def repeated(right: Array, lam: Array, k: Array, j: Array) -> Array:
    """How often each entry is counted if orders of the j choices count too: j!."""
    return np.asarray(right * [float(np.prod(np.arange(1, n + 1))) for n in j])


for _name, _sentence, _value in (
    ("peak_negative", "peak has the wrong sign: ln λ is negative.", lambda lam: 1 / np.log(lam)),
    ("peak_upside_down", "peak is upside down.", lambda lam: -np.log(lam)),
    (
        "peak_of_whole_numbers",
        "At peak the entries of k and k + 1 are alike: k may be any real number; there the slope is zero.",
        lambda lam: lam / (1 - lam),
    ),
):
    exercise.slip(_name, _sentence, lambda lam, k, j, of=_value: {"peak": of(lam)}, SEE)
exercise.slip(
    "beside_power_too_high",
    "beside has λ^k: the step to the right takes the place of one factor λ.",
    lambda lam, k, j: {"beside": k * lam**k},
    SEE,
)
for _name, _sentence, _change in (
    (
        "orders_counted",
        "entry is j! times too large: the order in which the j steps to the right are chosen does not count.",
        repeated,
    ),
    (
        "power_too_high",
        "entry has λ^k: each step to the right takes the place of one factor λ.",
        lambda right, lam, k, j: right * lam**j,
    ),
    (
        "large_k",
        "entry is what a large k gives: k, k − 1 and so on are taken to be alike.",
        lambda right, lam, k, j: k**j * lam ** (k - j) / repeated(np.ones(len(j)), lam, k, j),
    ),
    (
        "powers_exchanged",
        "entry has the powers of λ and of N exchanged.",
        lambda right, lam, k, j: right * lam ** (2 * j - k),
    ),
    (
        "power_alone",
        "entry counts one way to reach it: there is one for each choice of the j steps among the k.",
        lambda right, lam, k, j: lam ** (k - j),
    ),
    (
        "one_more",
        "entry belongs to J^{k+1}.",
        lambda right, lam, k, j: blocks(lam, k + 1, j),
    ),
    (
        "one_less",
        "entry belongs to J^{k−1}.",
        lambda right, lam, k, j: blocks(lam, k - 1, j),
    ),
):
    _later = {"one_more": 1, "one_less": -1}.get(_name, 0)
    exercise.slip(_name, _sentence, partial(changed, _change), SEE, partial(beside_too, _change, _later))
