"""Mistakes in the values of layer normalisation, and in everything made of them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.problem_sets.ps6._layer_norm import gradients, right
from course.problem_sets.ps6._layer_norm_ways import centred, root_of


def by_values(values: Callable[..., tuple[Array, Array]], *args: Any) -> Parts:
    """Everything made of other normalised entries and another root: `values(X, eps)`."""
    entries, root = values(args[0], args[3])

    def output(eps: float, X: Any, gain: Any, bias: Any) -> Any:
        moved = np.imag(X)
        inner = entries * root + 1j * centred(moved)
        squares = np.imag(((entries * root + 1j * moved) ** 2).mean(axis=1, keepdims=True))
        return gain * inner / np.sqrt(root**2 + 1j * squares) + bias

    return gradients(output, *args)


def of_output(change: Callable[[Array, Array, Array], Array], *args: Any) -> Parts:
    """Another Y, made of the normalised entries, gain and bias; the gradients are right."""
    X, gain, bias, eps, _ = args
    entries = centred(X) / root_of(X, eps)
    return right(*args) | {"Y": change(entries, gain, bias)}


VALUE_SLIPS: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    *[
        (f"values_{name}", f"{said}: y_i is made of (x_i − μ)/√(v + ε).", partial(by_values, values))
        for name, said, values in (
            (
                "over_variance",
                "The entries are divided by v + ε, without the root",
                lambda X, eps: (centred(X) / root_of(X, eps) ** 2, root_of(X, eps)),
            ),
            (
                "not_centred",
                "μ is not subtracted, and v is right",
                lambda X, eps: (X / root_of(X, eps), root_of(X, eps)),
            ),
            (
                "of_squares",
                "v is the mean of the squares of x_i − μ, not of x_i",
                lambda X, eps: (
                    centred(X) / np.sqrt((X**2).mean(axis=1, keepdims=True) + eps),
                    np.sqrt((X**2).mean(axis=1, keepdims=True) + eps),
                ),
            ),
            (
                "of_the_batch",
                "μ and v are those of all rows together",
                lambda X, eps: (
                    (X - X.mean()) / np.sqrt(X.var() + eps),
                    np.sqrt(X.var() + eps) + 0 * X[:, :1],
                ),
            ),
            (
                "eps_squared",
                "ε² stands for ε",
                lambda X, eps: (centred(X) / root_of(X, eps**2), root_of(X, eps**2)),
            ),
        )
    ],
    *[
        (
            f"output_{name}",
            f"Y is {said}: it is gain times the normalised entries, and then bias.",
            partial(of_output, of),
        )
        for name, said, of in (
            (
                "gain_last",
                "multiplied by the gain after the bias is added",
                lambda e, gain, bias: gain * (e + bias),
            ),
            ("without_gain", "made without the gain", lambda e, gain, bias: e + bias),
            ("without_bias", "made without the bias", lambda e, gain, bias: gain * e),
            ("exchanged", "made with gain and bias exchanged", lambda e, gain, bias: bias * e + gain),
            ("more", "made with 1 + gain", lambda e, gain, bias: (1 + gain) * e + bias),
            ("turned", "made with −bias", lambda e, gain, bias: gain * e - bias),
        )
    ],
)
