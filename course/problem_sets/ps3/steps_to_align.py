"""How many steps of power iteration are enough for a random start."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise
from course.judging import Run
from course.problem_sets.ps3._alignment import missed, too_few, too_many


def steps_to_align(l1: float, l2: float, n: int, eta: float, delta: float) -> int:
    """A number of steps after which a random vector has turned to the leading eigenvector, very probably.

    M is symmetric, of size n. Its eigenvalue of largest modulus is l1, with the unit eigenvector v_1; l2 is
    one of second largest modulus. The start is x ~ N(0, I). Find k such that, whatever the other eigenvalues
    are, with probability at least 1 − δ the angle between the lines along M^k x and v_1 is at most η.

    The least such k is right, and so is the one that the chapter's theorem gives, and any between. The
    theorem uses three bounds:  tan∠(M^k x, v_1) ≤ |l2/l1|^k tan∠(x, v_1),  tan∠ ≤ 1/cos∠  and
    P(|⟨x, v_1⟩| ≤ ε‖x‖) ≤ ε √(2n/π).  With √(1 − cos²∠)/cos∠, as in the chapter, it is right as well.

    Args:
        l1: the leading eigenvalue, not 0; it may be negative.
        l2: the second, |l2| ≤ |l1|; it may be negative, or 0.
        n: the size of M, at least 2.
        eta: the angle η in radians, 0 < η < π/2.
        delta: the probability δ that may be missed, 0 < δ < 1.

    Returns:
        k: a whole number, at least 0. Return −1 if |l2| = |l1|: then no number of steps turns x.
    """
    raise NotImplementedError("steps_to_align: return k")


def read(value: Any, *args: Any) -> Any:
    """k as it came, if it is a whole number."""
    k = value if isinstance(value, np.ndarray) or type(value) in (int, float) else None
    if k is None or np.ndim(k) or np.asarray(k).dtype.kind not in "iuf" or not k == np.round(k):
        raise ValueError(f"k should be a whole number; it is {value!r:.60}")
    return value


exercise = Exercise(
    steps_to_align, title="How many steps to align", chapter="5 powers", returns=("k",), read=read
)

EDGES = {"already there": 0, "l2=0": 1, "equal moduli": -1}
ARGUMENTS = ("l1", "l2", "n", "eta", "delta")


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Nothing to do, one step, and never; then fast, large, negative and slow ones, and the smallest size."""
    drawn = []
    for name, ratio, n, eta, delta in (
        ("already there", rng.uniform(0.5, 0.9), 2, rng.uniform(1.53, 1.55), rng.uniform(0.3, 0.5)),
        ("l2=0", 0.0, rng.integers(5, 20), rng.uniform(0.05, 0.3), rng.uniform(0.02, 0.1)),
        ("equal moduli", -1.0, rng.integers(5, 20), rng.uniform(0.05, 0.3), rng.uniform(0.02, 0.1)),
        ("a fast one", *rounded_down(rng)),
        ("a large one", rng.uniform(0.6, 0.8), rng.integers(200, 400), rng.uniform(0.2, 0.3), 0.01),
        (
            "negative",
            -rng.uniform(0.8, 0.9),
            rng.integers(60, 90),
            rng.uniform(1.0, 1.2),
            rng.uniform(0.3, 0.4),
        ),
        ("a slow one", rng.uniform(0.97, 0.99), rng.integers(5, 20), rng.uniform(0.04, 0.07), 0.05),
        ("a very slow one", rng.uniform(0.9996, 0.9998), 3, rng.uniform(0.1, 0.2), rng.uniform(0.1, 0.2)),
        ("in the plane", rng.uniform(0.5, 0.6), 2, rng.uniform(0.02, 0.03), rng.uniform(0.85, 0.95)),
    ):
        l1 = rng.uniform(0.5, 2.0) * (-1.0 if name == "negative" else 1.0)
        drawn.append(Case(name, (float(l1), float(ratio * l1), int(n), float(eta), float(delta))))
    return drawn


def rounded_down(rng: draws.Rng) -> tuple[float, int, float, float]:
    """Ratio, n, η and δ for which the nearest whole number is one step too few."""
    while True:
        ratio, n = float(rng.uniform(0.1, 0.3)), int(rng.integers(3, 6))
        eta, delta = float(rng.uniform(0.1, 0.3)), float(rng.uniform(0.02, 0.1))
        k = np.log(delta * np.tan(eta) / np.sqrt(2 * n / np.pi)) / np.log(ratio)
        if 0.1 < k % 1 < 0.4 and too_few(float(np.floor(k)), 1.0, ratio, n, eta, delta):
            return ratio, n, eta, delta


@exercise.shaped
def shapes(*args: object) -> dict[str, tuple[int, ...]]:
    """One number."""
    return {"k": ()}


Change = Callable[[float, float, int, float, float], tuple[Any, ...]]
INSTEAD = "η enters by its tangent: your k would be right with {} in its place"
MISREAD: tuple[tuple[str, Change], ...] = (
    ("η is in radians: your k would be right in degrees", lambda a, b, n, e, d: (a, b, n, np.radians(e), d)),
    (
        "the chance to miss is δ: your k would be right for a chance of 1 − δ",
        lambda a, b, n, e, d: (a, b, n, e, 1 - d),
    ),
    (
        "every step shrinks the tangent by |l2/l1|: your k would be right for its square",
        lambda a, b, n, e, d: (a, b * b / a, n, e, d),
    ),
    (
        "every step shrinks the tangent by |l2/l1|: your k would be right for its root",
        lambda a, b, n, e, d: (a, np.sqrt(abs(a * b)), n, e, d),
    ),
    (INSTEAD.format("η itself"), lambda a, b, n, e, d: (a, b, n, np.arctan(e), d)),
    (INSTEAD.format("the sine"), lambda a, b, n, e, d: (a, b, n, np.arctan(np.sin(e)), d)),
    (
        "n enters: your k would be right without √(2n/π)",
        lambda a, b, n, e, d: (a, b, n, e, d * np.sqrt(2 * n / np.pi)),
    ),
)
OFF = (
    (1, "your k is right in every ordinary case with one step more: is it rounded down?"),
    (-1, "your k is right in every ordinary case with one step less"),
)


def misread(run: Run) -> str:
    """What the student may have misread: said only if the answer is right for it in every ordinary case."""
    ordinary = [(float(run.parts(c)["k"]), c.args) for c in run.cases if c.name not in EDGES]

    def right(k: float, *args: Any) -> bool:
        return not too_few(k, *args) and not too_many(k, *args)

    found = [s for s, change in MISREAD if all(right(k, *change(*args)) for k, args in ordinary)]
    found += [s for more, s in OFF if all(right(k + more, *args) for k, args in ordinary)]
    return f" Note that {found[0]}." if found else ""


SEE = "How many steps to align"


@exercise.check(
    "enough", "After k steps at most δ is missed, whatever the other eigenvalues.", points=2, see=SEE
)
def enough(run: Run) -> None:
    """By the exact law of the worst case."""
    for case in run.cases:
        k = float(run.parts(case)["k"])
        if case.name not in EDGES and (k < 0 or too_few(k, *case.args)):
            missing = f"After {k:g} steps {missed(k, *case.args):.4g} is missed, δ = {case.args[-1]:.4g}"
            run.fail(f"k is too small in the case {case.name}.{misread(run)}", missing if k >= 0 else "")


@exercise.check("not_more", "k is not larger than the theorem needs.", points=2, see=SEE)
def not_more(run: Run) -> None:
    """With one step less the theorem promises too little."""
    for case in run.cases:
        k = float(run.parts(case)["k"])
        if case.name not in EDGES and too_many(k, *case.args):
            run.fail(
                f"k is larger than it needs to be in the case {case.name}.{misread(run)}",
                f"Yours is {k:g}; {k - 1:g} steps would be enough by the theorem already",
            )


@exercise.check(
    "edges", "k is 0 where x is there already, 1 for l2 = 0, and −1 for |l2| = |l1|.", points=1, see=SEE
)
def edges(run: Run) -> None:
    """What the formula alone gets wrong."""
    for case in run.cases:
        k = float(run.parts(case)["k"])
        if case.name in EDGES and k != EDGES[case.name]:
            run.fail(f"k is not right in the case {case.name}.", f"Yours is {k:g}, for {_shown(case.args)}")


def _shown(args: tuple[Any, ...]) -> str:
    return ", ".join(f"{name} = {value:.4g}" for name, value in zip(ARGUMENTS, args, strict=True))
