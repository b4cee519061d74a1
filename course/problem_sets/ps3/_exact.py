"""Products of matrices whose entries float64 cannot hold: exact, in Python's integers.

A float64 is a whole number times a power of two. So a product of such matrices is one too, however large or
small it gets, and no rounding enters before the result is read. The numbers get long, so this is for small
matrices and some thousand factors: the exercises have cases beyond, which obey laws and are not computed.
"""

import math
from collections.abc import Sequence

import numpy as np

from course.models import Array
from course.recognise.once import kept_once

LONGEST = 5_000  # factors of a power, and
WORK = 700_000  # products of two entries, numbers that are longer and longer: seconds, beyond it minutes
MOST = 900  # bits that are read: a float64 has 53, and ends at 2^1024


@kept_once
def power(M: Array, k: int) -> tuple[Array, float]:
    """M^k (n, n) as (P, s) with M^k = e^s P and ‖P‖ = 1, the largest singular value; s is nan for M^k = 0.

    Raises:
        ValueError: if k is so large that whole numbers take minutes.
    """
    if k > LONGEST:
        raise ValueError(f"the power {k} is too large for whole numbers, which get {k} times as long")
    if k * len(M) ** 3 > WORK:
        raise ValueError(f"the power {k} of a matrix of size {len(M)} is too much for whole numbers")
    whole, bits = _whole(M)
    return _read(np.linalg.matrix_power(whole, k), bits * k)


def product(factors: Sequence[Array]) -> tuple[Array, float]:
    """The product of the factors (n, n), the first leftmost, as (P, s) in the same sense.

    Raises:
        ValueError: if they are so many and so large that whole numbers take minutes.
    """
    if len(factors) * len(factors[0]) ** 3 > WORK:
        raise ValueError(f"{len(factors)} factors of size {len(factors[0])} are too many for whole numbers")
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
