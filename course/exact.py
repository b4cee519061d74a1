"""Products of matrices whose entries float64 cannot hold: exact, in Python's integers.

A float64 is a whole number times a power of two. So a product of such matrices is one too, however large or
small it gets, and no rounding enters before the result is read.
"""

import math
from collections.abc import Sequence

import numpy as np

from course.models import Array

MOST = 900  # bits that are read: a float64 has 53, and ends at 2^1024


def power(M: Array, k: int) -> tuple[Array, float]:
    """M^k (n, n) as (P, s) with M^k = e^s P and ‖P‖ = 1, the largest singular value; s is nan for M^k = 0."""
    whole, bits = _whole(M)
    return _read(np.linalg.matrix_power(whole, k), bits * k)


def product(factors: Sequence[Array]) -> tuple[Array, float]:
    """The product of the factors (n, n), the first leftmost, as (P, s) in the same sense."""
    pairs = [_whole(A) for A in factors]
    return _read(_product([whole for whole, _ in pairs]), sum(bits for _, bits in pairs))


def _product(factors: Sequence[Array]) -> Array:
    """By halves: long numbers meet long ones, which Python multiplies faster than digit by digit."""
    if len(factors) == 1:
        return factors[0]
    half = len(factors) // 2
    return np.asarray(_product(factors[:half]) @ _product(factors[half:]))


def _whole(A: Array) -> tuple[Array, int]:
    """Integers N, as Python's own, and the least number of bits with A = N · 2^-bits."""
    fractions = [float(a).as_integer_ratio() for a in A.ravel()]
    bits = max(bottom.bit_length() - 1 for _, bottom in fractions)
    whole = np.empty(len(fractions), dtype=object)
    whole[:] = [top << bits - (bottom.bit_length() - 1) for top, bottom in fractions]
    return whole.reshape(A.shape), bits


def _read(N: Array, bits: int) -> tuple[Array, float]:
    """N · 2^-bits, divided by its norm, and the logarithm of that norm."""
    spare = max(max(int(n).bit_length() for n in N.ravel()) - MOST, 0)
    P = (N >> spare if spare else N).astype(float)
    largest = float(np.abs(P).max())
    if largest == 0:
        return np.zeros(N.shape), math.nan
    norm = float(np.linalg.norm(P / largest, 2))
    return P / largest / norm, math.log(largest) + math.log(norm) + (spare - bits) * math.log(2)
