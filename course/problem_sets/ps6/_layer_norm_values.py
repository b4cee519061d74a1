"""Mistakes in the values of layer normalisation, and in everything made of them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.problem_sets.ps6._layer_norm import gradients, normalised, right
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


def root_outside(values: Callable[..., tuple[Array, Array]], *args: Any) -> Parts:
    """The same, where means over a row are taken before the root divides: it need not be the row's own."""
    entries, root = values(args[0], args[3])
    found = by_values(lambda X, eps: (entries, np.ones((1, 1))), *args)
    return found | {"dX": found["dX"] / root}


def of_columns(X: Array, eps: float) -> tuple[Array, Array]:
    """Normalised columns, and their roots (1, d)."""
    entries, root = centred(X.T), root_of(X.T, eps)
    return (entries / root).T, root.T


def of_squares(X: Array, eps: float) -> tuple[Array, Array]:
    """X over the root of its mean square."""
    root = np.sqrt((X**2).mean(axis=1, keepdims=True) + eps)
    return X / root, root


def spread(X: Array, of: Array) -> tuple[Array, Array]:
    """Centred entries over the root of this, and the root."""
    return centred(X) / np.sqrt(of), np.sqrt(of)


def fixed(own: float, X: Array, eps: float) -> tuple[Array, Array]:
    """With an ε that is not the argument's."""
    return centred(X) / root_of(X, own), root_of(X, own)


def never_centred(eps: float, X: Any, gain: Any, bias: Any) -> Any:
    """Rows over the root of their mean squares."""
    squares = np.einsum("nd,nd->n", X, X) / X.shape[1]
    return bias + gain * X * (squares[:, None] + eps) ** -0.5


def together(eps: float, X: Any, gain: Any, bias: Any) -> Any:
    """All rows normalised as one."""
    return gain * normalised(eps, X.reshape(1, -1), 1.0, 0.0).reshape(X.shape) + bias


def of_output(change: Callable[[Array, Array, Array], Array], *args: Any) -> Parts:
    """Another Y, made of the normalised entries, gain and bias; the gradients are right."""
    X, gain, bias, eps, _ = args
    entries = centred(X) / root_of(X, eps)
    return right(*args) | {"Y": change(entries, gain, bias)}


MADE_OF = "y_i is made of (x_i − μ)/√(v + ε)"
THROUGHOUT: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    *[
        (
            "values_of_the_columns",
            "μ and v are those of the columns, as in batch normalisation, and the gradients are made along "
            "the rows: μ and v are those of a row.",
            partial(way, of_columns),
        )
        for way in (by_values, root_outside)
    ],
    *[
        (
            "values_of_mean_squares",
            f"μ is not subtracted, and v is the mean of the squares of x_i: {MADE_OF}.",
            value,
        )
        for value in (partial(by_values, of_squares), partial(gradients, never_centred))
    ],
    (
        "values_of_the_batch",
        f"μ and v are those of all rows together: {MADE_OF}.",
        partial(gradients, together),
    ),
)
VALUE_SLIPS: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    *THROUGHOUT,
    *[
        (f"values_{name}", f"{said}: {MADE_OF}.", partial(by_values, values))
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
                "eps_twice",
                "ε is added to the root too, and it stands under it already",
                lambda X, eps: (centred(X) / (root_of(X, eps) + eps), root_of(X, eps) + eps),
            ),
            (
                "of_sums",
                "v is the sum of the squares of x_i − μ, not their mean",
                lambda X, eps: spread(X, (centred(X) ** 2).sum(axis=1, keepdims=True) + eps),
            ),
            (
                "eps_squared",
                "ε² stands for ε",
                lambda X, eps: (centred(X) / root_of(X, eps**2), root_of(X, eps**2)),
            ),
        )
    ],
    *[
        ("eps_fixed", f"ε is a number of your own: {MADE_OF}.", partial(by_values, partial(fixed, own)))
        for own in (1e-3, 1e-5, 1e-6, 1e-8, 1e-12)
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
            ("alone", "made without gain and bias", lambda e, gain, bias: e + 0 * bias),
            ("without_bias", "made without the bias", lambda e, gain, bias: gain * e),
            ("exchanged", "made with gain and bias exchanged", lambda e, gain, bias: bias * e + gain),
            ("more", "made with 1 + gain", lambda e, gain, bias: (1 + gain) * e + bias),
            ("turned", "made with −bias", lambda e, gain, bias: gain * e - bias),
        )
    ],
)
