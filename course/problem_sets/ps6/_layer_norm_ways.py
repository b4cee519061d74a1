"""The three ways to ∂L/∂X, through x_i itself, μ and v, each by other factors."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.problem_sets.ps6._layer_norm import altered, normalised, right
from course.recognise.once import kept_once

Factor = Callable[[Array, int, int], Any]  # of the root √(v + ε) (N, 1), of N and d


@kept_once
def ways(X: Array, gain: Array, bias: Array, eps: float, dY: Array) -> dict[str, Array]:
    """∂L/∂X by its ways: those that are cut tell them apart."""
    args = (X, gain, bias, eps, dY)

    def through(**cut: Any) -> Array:
        return np.asarray(altered(partial(normalised, **cut), ("dX",), *args)["dX"])

    whole, direct = through(), through(mean=np.real, spread=np.real)
    return {
        "direct": direct,
        "mean": whole - through(mean=np.real),
        "spread": whole - through(spread=np.real),
    }


def centred(X: Array) -> Array:
    """x_i − μ."""
    return np.asarray(X - X.mean(axis=1, keepdims=True))


def root_of(X: Array, eps: float) -> Array:
    """√(v + ε) (N, 1)."""
    return np.asarray(np.sqrt(X.var(axis=1, keepdims=True) + eps))


def weighed(which: tuple[str, ...], factor: Factor, *args: Any) -> Parts:
    """Some ways by a factor."""
    X, eps = args[0], args[3]
    by = factor(root_of(X, eps), *X.shape)
    every = [way * (by if name in which else 1.0) for name, way in ways(*args).items()]
    return right(*args) | {"dX": np.sum(every, axis=0)}


def without_gain(which: tuple[str, ...], X: Array, gain: Array, bias: Array, eps: float, dY: Array) -> Parts:
    """Some ways with dY for dY ⊙ gain."""
    own, plain = ways(X, gain, bias, eps, dY), ways(X, np.ones_like(gain), bias, eps, dY)
    found = right(X, gain, bias, eps, dY)
    return found | {"dX": np.sum([(plain if name in which else own)[name] for name in own], axis=0)}


def of_spread(change: Callable[..., Array], *args: Any) -> Parts:
    """The way through v changed: by the centred entries, the mean of the row, the root, and the ways."""
    X, eps = args[0], args[3]
    mean, own = X.mean(axis=1, keepdims=True), ways(*args)
    spread = change(X - mean, mean, root_of(X, eps), own)
    return right(*args) | {"dX": own["direct"] + own["mean"] + spread}


def per(v: Array, by: Array) -> Array:
    """v/by, and zero where `by` is."""
    return np.asarray(np.divide(v, by, out=np.zeros_like(v), where=by != 0))


def with_eps(*args: Any) -> Parts:
    """ε added to the root, in ∂L/∂X alone."""
    found, root = right(*args), root_of(args[0], args[3])
    return found | {"dX": found["dX"] * root / (root + args[3])}


FACTORS: dict[str, tuple[str, Factor]] = {
    "times_root": ("multiplied by √(v + ε)", lambda root, N, d: root),
    "over_root": ("divided by √(v + ε) once too often", lambda root, N, d: 1 / root),
    "times_variance": ("multiplied by v + ε", lambda root, N, d: root**2),
    "over_variance": ("divided by v + ε once too often", lambda root, N, d: 1 / root**2),
    "sum": ("d times too large", lambda root, N, d: float(d)),
    "divided": ("d times too small", lambda root, N, d: 1 / d),
    "by_batch": ("divided by N, where d belongs", lambda root, N, d: d / N),
    "unbiased": ("divided by d − 1, where d belongs", lambda root, N, d: d / (d - 1)),
    "turned": ("of the wrong sign", lambda root, N, d: -1.0),
    "twice": ("counted twice", lambda root, N, d: 2.0),
    "half": ("counted half", lambda root, N, d: 0.5),
}
WHICH: dict[str, tuple[str, tuple[str, ...]]] = {
    "direct": ("the way through x_i itself is", ("direct",)),
    "mean": ("the way through μ is", ("mean",)),
    "spread": ("the way through v is", ("spread",)),
    "both": ("the ways through μ and v are", ("mean", "spread")),
}
PLAIN = ("sum", "turned", "twice", "half")  # told of a single way elsewhere


WAY_SLIPS: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    *[
        (f"way_{which}_{name}", f"In ∂L/∂X {where} {said}.", partial(weighed, ways_, factor))
        for which, (where, ways_) in WHICH.items()
        for name, (said, factor) in FACTORS.items()
        if which in ("direct", "both") or name not in PLAIN
    ],
    *[
        (
            f"gain_missing_in_{which}",
            f"In ∂L/∂X {where} without the gain: dY stands where dY ⊙ gain belongs.",
            partial(without_gain, ways_),
        )
        for which, (where, ways_) in WHICH.items()
        if which in ("direct", "both")
    ],
    *[
        (f"spread_{name}", f"In ∂L/∂X, on the way through v, {said}.", partial(of_spread, change))
        for name, said, change in (
            (
                "without_entries",
                "the normalised entries are missing behind the mean over the row",
                lambda xc, mean, root, own: per(own["spread"], xc / root),
            ),
            (
                "of_inputs",
                "X stands for the centred entries inside the sum over the row",
                lambda xc, mean, root, own: own["spread"] + xc * mean / root**2 * own["mean"],
            ),
            (
                "by_inputs",
                "X stands for the centred entries behind the sum over the row",
                lambda xc, mean, root, own: per(own["spread"], xc) * (xc + mean),
            ),
        )
    ],
    ("final_eps", "∂L/∂X is divided by √(v + ε) + ε, where √(v + ε) belongs.", with_eps),
)
