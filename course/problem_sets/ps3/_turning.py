"""Starts of power iteration, and where they stand after some steps."""

import numpy as np

from course import draws
from course.models import Array
from course.problem_sets.ps3 import _exact
from course.problem_sets.ps3._matrices import symmetric

ENOUGH = 1000  # steps after which the others have fallen below 0.95^1000 = 1e-22 of the leading one


def direction(M: Array, x: Array, steps: int) -> Array:
    """Where x stands: exact up to a thousand steps, and then the eigenvector that LAPACK finds."""
    if steps > ENOUGH:
        values, V = np.linalg.eigh(M)
        return np.asarray(V[:, np.argmax(np.abs(values))])
    v = _exact.power(M, steps)[0] @ x
    return np.asarray(v / np.linalg.norm(v)) if np.any(v) else np.full(len(x), np.nan)


def start(rng: draws.Rng, leading: float, ratio: float, steps: int) -> tuple[Array, Array]:
    """M and x with a quotient of a sign of its own: negative at the start, the leading one's later."""
    while True:
        n = int(rng.integers(3, 6))
        values = rng.uniform(0.4, ratio, size=n) * abs(leading) * rng.choice([-1, 1], size=n)
        values[0], values[1] = leading, -ratio * leading
        M = symmetric(rng, values)
        x = np.round(draws.away_from_zero(rng, n) * 2**24) / 2**24
        first = direction(M, x, ENOUGH + 1)
        v = direction(M, x, min(steps, 7))
        sign = np.sign(leading) if steps else -1.0
        if abs(first @ x) > 0.1 and sign * (v @ M @ v) > 0.05 and abs(first @ v) < 0.99:
            return M, x
