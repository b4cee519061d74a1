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


gamma: Callable[[Array], Array] = np.vectorize(_gamma, otypes=[float])
COUNTING: dict[str, tuple[int, Callable[..., Array]]] = {  # name: how many arguments, and its value
    "gamma": (1, gamma),
    "factorial": (1, lambda n: gamma(n + 1)),
    "binomial": (2, lambda n, j: gamma(n + 1) / (gamma(j + 1) * gamma(n - j + 1))),
    "FallingFactorial": (2, lambda n, j: gamma(n + 1) / gamma(n - j + 1)),
    "RisingFactorial": (2, lambda n, j: gamma(n + j) / gamma(n)),
}
