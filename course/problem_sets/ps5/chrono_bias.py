"""Biases for memories of many lengths: drawn, not set."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course import draws
from course.exercise import Case, Exercise
from course.judging import Run
from course.models import Array


def chrono_bias(T_max: int, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Forget and input biases by the rule that is called chrono initialisation.

    Rule: b_f = ln u with u uniform on [1, T_max − 1], drawn for every unit by itself, and b_i = −b_f. Then
          1/(1 − f) = 1 + u is uniform on [2, T_max] for f = σ(b_f), and the input gate is i = 1 − f.

    Args:
        T_max: the longest memory asked for, in steps, 3 or more.
        n: the number of units.
        seed: an integer; the same seed gives the same draw, another seed another one.

    Returns:
        b_f: forget biases, shape (n).
        b_i: input biases, shape (n).

    Source: Tallec and Ollivier, "Can recurrent neural networks warp time?" (2018).
    """
    raise NotImplementedError("chrono_bias: return b_f and b_i")


def as_arrays(f: Callable[..., Any], *args: int) -> Any:
    """Call it, and make arrays of lists: thousands of single numbers are too many to travel."""
    found = f(*args)
    if not isinstance(found, tuple | list):
        return found
    return tuple(np.asarray(part) if isinstance(part, list) else part for part in found)


exercise = Exercise(
    chrono_bias,
    title="Chrono initialisation",
    chapter="10 lstm",
    returns=("b_f", "b_i"),
    entry=as_arrays,
)

UNITS, SEEDS = 20_000, 120
FALSE_ALARM = 1e-9  # of all statistical checks of one grading together; there are fewer than 10


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """Few units; then enough to see the distribution, for a short and a long memory."""
    seeds = [int(seed) for seed in rng.integers(0, 2**31, size=3)]
    few, short, long = int(rng.integers(3, 8)), int(rng.integers(4, 8)), int(rng.integers(300, 3000))
    return [
        Case("few units", (int(rng.integers(40, 90)), few, seeds[0])),
        Case("short memories", (short, UNITS, seeds[1])),
        Case("long memories", (long, UNITS, seeds[2])),
    ]


@exercise.shaped
def shapes(T_max: int, n: int, seed: int) -> dict[str, tuple[int, ...]]:
    """One bias for every unit."""
    return {"b_f": (n,), "b_i": (n,)}


def lengths_of(b_f: Array) -> Array:
    """1/(1 − f) for f = σ(b_f)."""
    with np.errstate(over="ignore"):
        return np.asarray(1 + np.exp(b_f))


def furthest(sample: Array, low: float, high: float) -> tuple[float, float]:
    """The largest distance between the sample's distribution and the uniform one, and what chance allows.

    For n independent draws `P(sup |F_n − F| > ε) ≤ 2 e^{−2nε²}`, for every n.
    Source: Massart, "The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality" (1990).
    """
    n = len(sample)
    level = np.clip((np.sort(sample) - low) / (high - low), 0, 1)
    steps = np.arange(n + 1) / n
    distance = float(max((steps[1:] - level).max(), (level - steps[:-1]).max()))
    return distance, float(np.sqrt(np.log(2 * 10 / FALSE_ALARM) / (2 * n)))


SEE = "Setting the forget bias"
ROUNDING = 1e-9


@exercise.check("opposite", "b_i is −b_f, unit by unit: i = 1 − f.", points=1, see=SEE)
def opposite(run: Run) -> None:
    """By value."""
    for case in run.cases:
        got = run.parts(case)
        run.equal(got["b_i"], -got["b_f"], "b_i", case)


@exercise.check("bounds", "Every 1/(1 − f) lies between 2 and T_max.", points=1, see=SEE)
def bounds(run: Run) -> None:
    """So b_f lies between 0 and ln(T_max − 1)."""
    for case in run.cases:
        lengths = lengths_of(run.parts(case)["b_f"])
        low, high = float(lengths.min()), float(lengths.max())
        if low < 2 - ROUNDING or high > case.args[0] * (1 + ROUNDING):
            run.fail(
                f"1/(1 − f) leaves the interval [2, T_max] in the case {case.name}.",
                f"It reaches from {low:.6g} to {high:.6g}; T_max = {case.args[0]}",
            )


def judge_uniform(run: Run, lengths: Array, T_max: int, where: str) -> None:
    """Fail if draws of 1/(1 − f) are not uniform on [2, T_max]."""
    found, allowed = furthest(lengths, 2.0, float(T_max))
    if found > allowed:
        run.fail(
            f"1/(1 − f) is not uniform on [2, T_max] {where}",
            f"Its distribution function is off by up to {found:.3g}; chance explains {allowed:.3g}. "
            f"Mean {lengths.mean():.5g}, expected about {(2 + T_max) / 2:.5g}",
        )


@exercise.check("distribution", "Over many units 1/(1 − f) is uniform.", points=2, see=SEE, after=("bounds",))
def distribution(run: Run) -> None:
    """Over all units, and over those at even places, so that no unit copies its neighbour."""
    for case in [*run.on("short memories"), *run.on("long memories")]:
        lengths = lengths_of(run.parts(case)["b_f"])
        judge_uniform(run, lengths, case.args[0], f"in the case {case.name}.")


# For independent draws each of n/2 correlations, times √n, is nearly normal with the deviation 1, or √2 at
# the lag n/2. The largest exceeds this with a probability below 1e-10.
RELATED = 9.5


def most_related(sample: Array) -> tuple[int, float]:
    """The lag at which entries are most correlated, counted in a circle, and that correlation times √n."""
    centred = sample - sample.mean()
    found = np.fft.irfft(np.abs(np.fft.rfft(centred)) ** 2, len(sample))
    size = np.abs(found[1 : len(sample) // 2 + 1])
    lag = int(np.argmax(size))
    return lag + 1, float(size[lag] / max(found[0], 1e-300) * np.sqrt(len(sample)))


@exercise.check(
    "every_unit",
    "Each unit is drawn by itself, and another seed gives another draw.",
    points=1,
    see=SEE,
    after=("bounds",),
)
def every_unit(run: Run) -> None:
    """Hardly two units alike, none that follows another; the first unit over many seeds is uniform too."""
    for case in run.on("long memories"):
        b_f = run.parts(case)["b_f"]
        lag, related = most_related(lengths_of(b_f))
        if related > RELATED:
            run.fail(
                f"The units are not drawn by themselves in the case {case.name}.",
                f"The correlation between a unit and the one {lag} places on is "
                f"{related / len(b_f) ** 0.5:.2g} in size; chance explains {RELATED / len(b_f) ** 0.5:.2g}",
            )
        if len(np.unique(b_f)) < 0.99 * len(b_f):  # floats may coincide by chance
            run.fail(f"Several units have the same bias in the case {case.name}: each is drawn by itself.")
    T_max, n, seed = run.on("few units")[0].args
    replies = [Case("another seed", (T_max, n, seed + k)) for k in range(1, SEEDS)]
    drawn = [run.named(run.call(case), case)["b_f"] for case in replies]
    if any(b.shape != (n,) for b in drawn):
        run.fail("With another seed b_f has another shape.")
    first = np.array(drawn)[:, 0]
    judge_uniform(run, lengths_of(first), T_max, "over the seeds: is the seed used?")
    if len(np.unique(first)) < 0.9 * len(first):
        run.fail(
            f"Over {len(first)} seeds the first unit has {len(np.unique(first))} different biases alone."
        )
