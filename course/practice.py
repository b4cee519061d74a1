"""Functions and candidate gradients for problem set 0, chosen by name.

Some candidates are wrong, and that is the exercise: find out which, without looking them up here.
Every function is complex-safe. x has shape (n), with n >= 3.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from course.models import Array

Candidate = tuple[Callable[[Array], Any], Callable[[Array], Array]]
SLOPES = np.array([0.7, -1.3, 0.4, 1.1, -0.6, 0.9, 0.5])  # of the linear function


def _cycle(x: Array) -> Any:
    """Σ_i x_i² x_{i+1}, where x_n is x_0 again."""
    return np.sum(x**2 * np.roll(x, -1))


def _cycle_gradient(x: Array) -> Array:
    g: Array = 2 * x * np.roll(x, -1) + np.roll(x, 1) ** 2
    return g


def _linear(x: Array) -> Any:
    return np.sum(SLOPES[: len(x)] * x)


def _linear_gradient(x: Array) -> Array:
    return SLOPES[: len(x)].copy()


def _one_entry(x: Array) -> Array:
    g = _cycle_gradient(x)
    g[-1] += 1e-3 * np.abs(g).max()
    return g


def _sideways(x: Array) -> Array:
    g = _cycle_gradient(x)
    g[:2] += 0.1, -0.1
    return g


def _level(x: Array) -> Array:
    """A large error whose entries add up to zero."""
    g = _cycle_gradient(x)
    g[:2] += 10.0, -10.0
    return g


def _around(x: Array) -> Array:
    """An error at a right angle to x."""
    g = _cycle_gradient(x)
    g[:2] += 0.1 * abs(x[1]), -0.1 * x[0] * np.sign(x[1])
    return g


SCALARS: dict[str, Candidate] = {
    "birch": (_cycle, _cycle_gradient),
    "oak": (lambda x: 1e6 + _cycle(x), _cycle_gradient),
    "alder": (lambda x: 1e-12 * _cycle(x), lambda x: 1e-12 * _cycle_gradient(x)),
    "elm": (_linear, _linear_gradient),
    "poplar": (lambda x: -np.sum(x**3 + 9 * x), lambda x: -3 * x**2 - 9),
    "lime": (_linear, lambda x: 1.2 * _linear_gradient(x)),
    "ash": (_cycle, lambda x: x * np.roll(x, -1) + np.roll(x, 1) ** 2),
    "fir": (_cycle, lambda x: 2 * x * np.roll(x, 1) + np.roll(x, -1) ** 2),
    "yew": (_cycle, lambda x: 2 * x * np.roll(x, -1)),
    "cedar": (_cycle, lambda x: -_cycle_gradient(x)),
    "pine": (_cycle, _one_entry),
    "beech": (_cycle, lambda x: (1 + 3e-6) * _cycle_gradient(x)),
    "holly": (lambda x: 1e-12 * _cycle(x), lambda x: -1e-12 * _cycle_gradient(x)),
    "maple": (_cycle, _sideways),
    "hazel": (_cycle, _level),
    "rowan": (_cycle, _around),
    "willow": (lambda x: 1e6 + _linear(x), _linear_gradient),
}

VECTORS: dict[str, Callable[[Array], Array]] = {
    "sines": lambda x: np.sin(x[:-1] * x[1:]) - 2 * x[1:],
    "quotients": lambda x: np.append(np.exp(-x) / (1 + x**2), np.sum(x) ** 3),
    "far_away": lambda x: 1e8 - x[:2] ** 2 * np.sum(x),
    "ripples": lambda x: np.sin(1e4 * x[1:] - x[:-1]),
}


def _sums(x: Array, u: Array) -> Array:
    return np.cumsum(2 * x * u)


def _sums_back(x: Array, v: Array) -> Array:
    return np.asarray(2 * x * np.cumsum(v[::-1])[::-1])


Product = Callable[[Array, Array], Array]
PAIRS: dict[str, tuple[Product, Product]] = {  # products with the Jacobian of x ↦ running sums of x²
    "river": (_sums, _sums_back),
    "lake": (_sums, lambda x, v: 1.5 * _sums_back(x, v)),
    "brook": (_sums, lambda x, v: (1 + 1e-6) * _sums_back(x, v)),
    "sea": (_sums, lambda x, v: -_sums_back(x, v)),
    "rill": (lambda x, u: 0.01 * _sums(x, u), lambda x, v: 0.005 * _sums_back(x, v)),
    "creek": (_sums, lambda x, v: 2 * x * np.cumsum(v)),
    "pond": (lambda x, u: 0.5 * _sums(x, u), lambda x, v: 0.5 * _sums_back(x, v)),
}


def value(name: str, x: Array) -> Any:
    """f(x) of the function called `name`: a number, or for some names an array. x may be complex."""
    return (SCALARS[name][0] if name in SCALARS else VECTORS[name])(x)


def gradient(name: str, x: Array) -> Array:
    """What somebody says is the gradient of the function called `name`, shape (n)."""
    return SCALARS[name][1](x)


def jvp(name: str, x: Array, u: Array) -> Array:
    """What somebody says is J u, with J (m, n) the Jacobian at x and u (n)."""
    return PAIRS[name][0](x, u)


def vjp(name: str, x: Array, v: Array) -> Array:
    """What somebody says is Jᵀ v, with J (m, n) the Jacobian at x and v (m)."""
    return PAIRS[name][1](x, v)
