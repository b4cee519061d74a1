"""Products of matrices whose entries float64 cannot hold, in Python's integers, with a bound of the error.

A float64 is a whole number times a power of two. So a product of such matrices is one too, however large or
small it gets, and nothing is rounded. Where the numbers get too long, their last bits are dropped and what
that can have cost is counted: a product of which too little would be certain is multiplied out in full. The
exercises have cases beyond either way, which obey laws and are not computed.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from course.models import Array
from course.recognise.once import kept_once

LONGEST = 5_000  # factors of a power, and
WORK = 700_000  # products of two entries, numbers that are longer and longer: seconds, beyond it minutes
MOST = 900  # bits that are read: a float64 has 53, and ends at 2^1024
KEPT = 2_000  # bits of the longest entry where bits are dropped, and
CERTAIN = 1_000  # bits that it has at the end above the bound of the error


@dataclass(frozen=True)
class Whole:
    """A matrix N · 2^-bits of Python's integers; each entry is right within `error` · 2^-bits."""

    N: Array
    bits: int
    error: int = 0

    def __matmul__(self, other: "Whole") -> "Whole":
        """|AB - ÂB̂| ≤ n (‖A‖ e_B + ‖B‖ e_A + e_A e_B) in the largest entry."""
        a, b = _largest(self.N), _largest(other.N)
        error = len(self.N) * (a * other.error + b * self.error + self.error * other.error)
        return Whole(np.asarray(self.N @ other.N), self.bits + other.bits, error)

    def shorter(self) -> "Whole":
        """At most `KEPT` bits of the longest entry; what is dropped counts less than one."""
        drop = _largest(self.N).bit_length() - KEPT
        if drop <= 0:
            return self
        return Whole(np.asarray(self.N >> drop), self.bits - drop, (self.error >> drop) + 2)

    def certain(self) -> bool:
        """Whether the largest entry is known to more digits than are read, or exactly."""
        return self.error == 0 or _largest(self.N).bit_length() - self.error.bit_length() > CERTAIN


Shorten = Callable[[Whole], Whole]


def _largest(N: Array) -> int:
    return max(abs(int(n)) for n in N.ravel())


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
    return _read(_certain(partial(_power, _whole(M), k)))


def product(factors: Sequence[Array]) -> tuple[Array, float]:
    """The product of the factors (n, n), the first leftmost, as (P, s) in the same sense.

    Raises:
        ValueError: if they are so many and so large that whole numbers take minutes.
    """
    if len(factors) * len(factors[0]) ** 3 > WORK:
        raise ValueError(f"{len(factors)} factors of size {len(factors[0])} are too many for whole numbers")
    return _read(_certain(partial(_product, [_whole(A) for A in factors])))


def _certain(multiplied: Callable[[Shorten], Whole]) -> Whole:
    """With bits dropped after each product if that leaves enough certain, else with all of them."""
    short = multiplied(Whole.shorter)
    return short if short.certain() else multiplied(lambda whole: whole)


def _power(whole: Whole, k: int, shorten: Shorten) -> Whole:
    """By squares: one for each binary digit of k."""
    power = _whole(np.eye(len(whole.N)))
    for digit in f"{k:b}":
        power = shorten(power @ power)
        if digit == "1":
            power = shorten(power @ whole)
    return power


def _product(factors: Sequence[Whole], shorten: Shorten) -> Whole:
    """By halves: long numbers meet long ones, which Python multiplies faster than digit by digit."""
    if len(factors) == 1:
        return factors[0]
    half = len(factors) // 2
    return shorten(_product(factors[:half], shorten) @ _product(factors[half:], shorten))


def _whole(A: Array) -> Whole:
    """The matrix itself, by the least number of bits."""
    fractions = [float(a).as_integer_ratio() for a in A.ravel()]
    bits = max(bottom.bit_length() - 1 for _, bottom in fractions)
    whole = np.empty(len(fractions), dtype=object)
    whole[:] = [top << bits - (bottom.bit_length() - 1) for top, bottom in fractions]
    return Whole(whole.reshape(A.shape), bits)


def _read(whole: Whole) -> tuple[Array, float]:
    """The matrix divided by its norm, and the logarithm of that norm."""
    spare = max(_largest(whole.N).bit_length() - MOST, 0)
    P = (whole.N >> spare if spare else whole.N).astype(float)
    largest = float(np.abs(P).max())
    if largest == 0:
        return np.zeros(P.shape), math.nan
    norm = float(np.linalg.norm(P / largest, 2))
    return P / largest / norm, math.log(largest) + math.log(norm) + (spare - whole.bits) * math.log(2)
