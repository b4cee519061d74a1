"""Layer normalisation by its formula, and the formula altered."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.oracles import complex_step
from course.recognise.once import kept_once

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


right = kept_once(partial(gradients, normalised))


def altered(output: Any, parts: tuple[str, ...], *args: Any) -> Parts:
    """Some results of an altered formula."""
    found = gradients(output, *args)
    return {name: found[name] for name in parts}


def by_their_values(output: Callable[..., Any], *args: Any) -> Parts:
    """The gradients of an altered formula in which v moves as it should."""
    return gradients(partial(output, moved=False), *args)


def spread_by(change: Change, moved: bool) -> Change:
    """An altered v, whose derivative is altered as well, or is that of v itself."""
    return change if moved else lambda v: np.real(change(np.maximum(np.real(v), 0))) + (v - np.real(v))


def unbiased(eps: float, X: Any, gain: Any, bias: Any, moved: bool = True) -> Any:
    """v as a sum divided by d − 1."""
    d = X.shape[1]
    return normalised(eps, X, gain, bias, spread=spread_by(lambda v: v * d / (d - 1), moved))


def outside(eps: float, X: Any, gain: Any, bias: Any, moved: bool = True) -> Any:
    """ε added to the root."""
    return normalised(0.0, X, gain, bias, spread=spread_by(lambda v: (np.sqrt(v) + eps) ** 2, moved))


def over_the_variance(eps: float, X: Any, gain: Any, bias: Any, moved: bool = True) -> Any:
    """Entries divided by v + ε."""
    return normalised(0.0, X, gain, bias, spread=spread_by(lambda v: (v + eps) ** 2, moved))


def over_the_batch(eps: float, X: Any, gain: Any, bias: Any) -> Any:
    """Columns normalised in place of rows."""
    return gain * normalised(eps, X.T, 1.0, 0.0).T + bias


HELD: tuple[tuple[str, str, Callable[..., Any]], ...] = (  # edges cut on the way to ∂L/∂X
    (
        "mean_held",
        "μ is taken for a constant in ∂L/∂X: it depends on every entry of the row.",
        partial(normalised, mean=np.real),
    ),
    (
        "spread_held",
        "v is taken for a constant in ∂L/∂X: it depends on every entry of the row.",
        partial(normalised, spread=np.real),
    ),
    (
        "both_held",
        "μ and v are taken for constants in ∂L/∂X: they depend on every entry of the row.",
        partial(normalised, mean=np.real, spread=np.real),
    ),
)
SPREADS: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("unbiased", "v is divided by d − 1; it is the mean of the squares, so by d.", unbiased),
    ("eps_outside", "ε is added to the root; here it stands under it.", outside),
    ("root_missing", "The entries are divided by v + ε; its root belongs there.", over_the_variance),
)
