"""How probably a random start has turned to the leading eigenvector: exactly, and by the theorem."""

from functools import cache
from typing import Any

import numpy as np

from course.models import Array


@cache
def quadrature() -> tuple[Array, Array]:
    """Nodes in (−1, 1) and weights, exact for polynomials below degree 400."""
    return np.polynomial.legendre.leggauss(200)


def widest(k: float, l1: float, l2: float, eta: float) -> float:
    """The angle within which x must start in the worst case: all other moduli are |l2|."""
    return float(np.arctan2(np.tan(eta), abs(l2 / l1) ** k))


def missed(k: float, l1: float, l2: float, n: int, eta: float, delta: float) -> float:
    """The probability that x starts outside that angle: φ above the equator has density ∝ cos^{n−2} φ."""
    nodes, weights = quadrature()

    def integral(top: float) -> float:
        return top / 2 * float(weights @ np.cos(top / 2 * (nodes + 1)) ** (n - 2))

    return integral(np.pi / 2 - widest(k, l1, l2, eta)) / integral(np.pi / 2)


def not_promised(k: float, l1: float, l2: float, n: int, eta: float, delta: float) -> bool:
    """Whether the theorem leaves more than δ to chance after k steps."""
    return bool(abs(l2 / l1) ** k * np.sqrt(2 * n / np.pi) > delta * np.tan(eta))


def too_few(k: float, *args: Any) -> bool:
    """Whether more than δ is missed; a rounding error's width is left."""
    return bool(missed(k, *args) > args[-1] * (1 + 1e-9))


def too_many(k: float, *args: Any) -> bool:
    """Whether one step less would be enough by the theorem already."""
    return k >= 1 and not not_promised(k - 1 - 1e-9, *args)
