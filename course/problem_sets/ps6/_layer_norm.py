"""Layer normalisation by its formula, and the formula altered."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.oracles import complex_step

Change = Callable[[Any], Any]


def whole(v: Any) -> Any:
    """Nothing is cut."""
    return v


def normalised(eps: float, X: Any, gain: Any, bias: Any, mean: Change = whole, spread: Change = whole) -> Any:
    """Y by the formula; `mean` and `spread` may cut the edges that leave μ and v."""
    d = X.shape[1]
    centred = X - mean(X @ np.full((d, d), 1 / d))
    v = np.stack([row @ row / d for row in centred])
    return gain * centred / np.sqrt(spread(v) + eps)[:, None] + bias


def gradients(output: Callable[..., Any], X: Array, gain: Array, bias: Array, eps: float, dY: Array) -> Parts:
    """The value of `output(eps, X, gain, bias)`, and the complex step of Σ dY ⊙ output."""

    def loss(*at: Any) -> Any:
        return np.sum(dY * output(eps, *at))

    return {
        "Y": np.real(output(eps, X, gain, bias)),
        "dX": complex_step(lambda v: loss(v, gain, bias), X),
        "dgain": complex_step(lambda v: loss(X, v, bias), gain),
        "dbias": complex_step(lambda v: loss(X, gain, v), bias),
    }


def altered(output: Any, parts: tuple[str, ...], *args: Any) -> Parts:
    """Some results of an altered formula."""
    found = gradients(output, *args)
    return {name: found[name] for name in parts}


def unbiased(eps: float, X: Any, gain: Any, bias: Any) -> Any:
    """v as a sum divided by d − 1."""
    return normalised(eps, X, gain, bias, spread=lambda v: v * X.shape[1] / (X.shape[1] - 1))


def outside(eps: float, X: Any, gain: Any, bias: Any) -> Any:
    """ε added to the root."""
    return normalised(0.0, X, gain, bias, spread=lambda v: (np.sqrt(v) + eps) ** 2)


def over_the_variance(eps: float, X: Any, gain: Any, bias: Any) -> Any:
    """Entries divided by v + ε."""
    return normalised(0.0, X, gain, bias, spread=lambda v: (v + eps) ** 2)


def over_the_batch(eps: float, X: Any, gain: Any, bias: Any) -> Any:
    """Columns normalised in place of rows."""
    return gain * normalised(eps, X.T, 1.0, 0.0).T + bias
