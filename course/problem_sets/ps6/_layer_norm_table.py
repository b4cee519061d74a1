"""Mistakes in the derivative of layer normalisation, put together: how its ways are counted and weighed."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.problem_sets.ps6._layer_norm import altered, normalised, right
from course.problem_sets.ps6._layer_norm_means import MEAN_SLIPS
from course.problem_sets.ps6._layer_norm_values import VALUE_SLIPS
from course.problem_sets.ps6._layer_norm_ways import WAY_SLIPS


def weighed(weight: float | None) -> Callable[[Any], Any]:
    """The value, with so much of its derivative; None: with a sum for a mean, so d times."""

    def change(v: Any) -> Any:
        share = v.shape[-1] if weight is None else weight
        return np.real(v) + share * (v - np.real(v))

    return change


def composed(mean: float | None, spread: float | None, *args: Any) -> Parts:
    """The results, with the ways through μ and v counted so often in ∂L/∂X."""
    X = args[0]
    of_spread = float(X.shape[1]) if spread is None else spread  # v has one entry a row
    output = partial(normalised, mean=weighed(mean), spread=weighed(of_spread))
    return right(*args) | altered(output, ("dX",), *args)


def without_gain(way: str, X: Array, gain: Array, bias: Array, eps: float, dY: Array) -> Parts:
    """dY for dY ⊙ gain on the way through μ, or through v, alone."""

    def through(gain: Array) -> Array:
        ways = [composed(*counts, X, gain, bias, eps, dY)["dX"] for counts in ((1.0, 1.0), HELD[way])]
        return np.asarray(ways[0] - ways[1])

    found = right(X, gain, bias, eps, dY)
    return found | {"dX": found["dX"] - through(gain) + through(np.ones_like(gain))}


def over(power: int, X: Array, gain: Array, bias: Array, eps: float, dY: Array) -> Parts:
    """∂L/∂X with another power of the root √(v + ε) below it: one more or one less."""
    found = right(X, gain, bias, eps, dY)
    root = np.sqrt(X.var(axis=1, keepdims=True) + eps)
    return found | {"dX": found["dX"] * root**power}


def gained(name: str, X: Array, gain: Array, bias: Array, eps: float, dY: Array) -> Parts:
    """A gradient of the parameters with the gain in it."""
    found = right(X, gain, bias, eps, dY)
    return found | {name: found[name] * gain}


HELD = {"mean": (0.0, 1.0), "spread": (1.0, 0.0)}
WAYS = {"mean": "μ", "spread": "v"}
COUNTS = {
    "sum": (None, "as a sum over the row, where it is a mean"),
    "turned": (-1.0, "with the wrong sign"),
    "twice": (2.0, "twice"),
    "half": (0.5, "half"),
}
SLIPS: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    *[
        (
            f"{way}_{name}",
            f"In ∂L/∂X the way through {symbol} is counted {said}.",
            partial(composed, *((count, 1.0) if way == "mean" else (1.0, count))),
        )
        for way, symbol in WAYS.items()
        for name, (count, said) in COUNTS.items()
    ],
    *[
        (
            f"gain_missing_in_the_{way}",
            f"On the way through {symbol} the gain is missing: dY stands where dY ⊙ gain belongs.",
            partial(without_gain, way),
        )
        for way, symbol in WAYS.items()
    ],
    ("over_root_missing", "∂L/∂X is not divided by √(v + ε).", partial(over, 1)),
    ("over_root_twice", "∂L/∂X is divided by √(v + ε) twice.", partial(over, -1)),
    (
        "gain_in_its_gradient",
        "∂L/∂gain has the factor gain: only ∂L/∂X has it.",
        partial(gained, "dgain"),
    ),
    ("gain_in_the_bias", "∂L/∂bias has the factor gain: only ∂L/∂X has it.", partial(gained, "dbias")),
    *WAY_SLIPS,
    *MEAN_SLIPS,
    *VALUE_SLIPS,
)
