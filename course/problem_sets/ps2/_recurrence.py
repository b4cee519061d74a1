"""A linear recurrence and its responses."""

from collections.abc import Callable

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.oracles import complex_step


def states(b: Array, C: Array) -> Array:
    """a_1 … a_T (T, h), step by step as the recursion says."""
    a = [np.zeros(b.shape[1])]
    for b_t, C_t in zip(b, C, strict=True):
        a.append(b_t + C_t @ a[-1])
    return np.stack(a[1:])


def responses(b: Array, C: Array) -> Array:
    """P_{t,i} as what it means: the derivative of a_t with respect to b_i, by the complex step."""
    return complex_step(lambda v: states(v, C), b).swapaxes(1, 2)


def summed(products: Callable[[Array, Array], Parts], b: Array, C: Array) -> Parts:
    """a as the sum over i of wrong products."""
    return {"a": np.einsum("tijk,ik->tj", products(b, C)["P"], b)}
