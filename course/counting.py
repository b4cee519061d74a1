"""Functions of counting that may stand in a symbolic answer, by the names that SymPy writes."""

import math
from collections.abc import Callable

import numpy as np

from course.models import Array


def _gamma(x: float) -> float:
    """Γ(x); nan at a pole, inf where it is too large."""
    if not math.isfinite(x) or (x <= 0 and x == round(x)):
        return math.nan
    return math.gamma(x) if x < 170 else math.inf


def _inverse_gamma(x: float) -> float:
    """1/Γ(x), which is 0 at the poles of Γ: so there is no way to choose five of three."""
    at_a_pole = math.isfinite(x) and x <= 0 and x == round(x)
    return 0.0 if at_a_pole else 1 / _gamma(x)


gamma: Callable[[Array], Array] = np.vectorize(_gamma, otypes=[float])
inverse_gamma: Callable[[Array], Array] = np.vectorize(_inverse_gamma, otypes=[float])
COUNTING: dict[str, tuple[int, Callable[..., Array]]] = {  # name: how many arguments, and its value
    "gamma": (1, gamma),
    "factorial": (1, lambda n: gamma(n + 1)),
    "binomial": (2, lambda n, j: gamma(n + 1) * inverse_gamma(j + 1) * inverse_gamma(n - j + 1)),
    "FallingFactorial": (2, lambda n, j: gamma(n + 1) * inverse_gamma(n - j + 1)),
    "RisingFactorial": (2, lambda n, j: gamma(n + j) / gamma(n)),
}
