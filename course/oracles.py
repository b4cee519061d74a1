"""Oracles that know nothing of our answers: derivatives of the *given* functions by the complex step.

`∂f/∂x ≈ Im f(x + i·ε) / ε` has no subtraction, so ε = 1e-30 gives the derivative to the last digit.
Source: Squire & Trapp, "Using complex variables to estimate derivatives of real functions" (1998), eq. 2.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from course.gated import GRU, LSTM
from course.models import RNN, Array, LinearRNN

STEP = 1e-30
Parameters = TypeVar("Parameters", RNN, LinearRNN, LSTM, GRU)


def complex_step(f: Callable[[Array], Any], x: Array) -> Array:
    """The derivative of a complex-safe `f` at real `x`, one entry at a time: shape `f(x).shape + x.shape`."""
    if not x.size:
        return np.zeros(np.shape(f(x)) + x.shape)
    columns = []
    for index in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[index] += 1j * STEP
        columns.append(np.imag(f(moved)) / STEP)
    stacked = np.stack(columns, axis=-1)
    return stacked.reshape(stacked.shape[:-1] + x.shape)


def slope(f: Callable[[Array], Any], x: Array, direction: Array) -> float:
    """The derivative of a complex-safe scalar `f` at `x` along a direction: one call of `f`."""
    return float(np.imag(f(x + 1j * STEP * direction)) / STEP)


def gradients(loss: Callable[..., Any], p: Parameters, *others: Array) -> tuple[Parameters, list[Array]]:
    """Gradients of the scalar `loss(p, *others)` with respect to every field of `p` and every other array."""

    def by_field(name: str) -> Array:
        return complex_step(lambda v: loss(p._replace(**{name: v}), *others), getattr(p, name))

    def by_array(i: int) -> Array:
        return complex_step(lambda v: loss(p, *others[:i], v, *others[i + 1 :]), others[i])

    return type(p)(*map(by_field, p._fields)), [by_array(i) for i in range(len(others))]
