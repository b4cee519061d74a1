"""The largest norm that a product of Jacobians can have, as far as a search finds it."""

import functools
import itertools

import numpy as np

from course import draws
from course.models import Array
from course.problem_sets.ps3._matrices import oblique


def by_chance(W: Array, gamma: float, k: int, tries: int) -> tuple[Array, Array]:
    """Slopes (tries, k, h) and the norms: equal ones; 0 or γ at random, the same at each step or not."""
    rng = np.random.default_rng(k)
    slopes = gamma * rng.integers(0, 2, size=(tries, k, len(W)))
    slopes[: tries // 2] = slopes[: tries // 2, :1]
    slopes[0] = gamma
    products = np.broadcast_to(np.eye(len(W)), (tries, *W.shape))
    for step in range(k):
        products = slopes[:, step, :, None] * (W @ products)
    return slopes, np.linalg.norm(products, 2, axis=(1, 2))


def attained(W: Array, gamma: float, k: int, tries: int = 200) -> float:
    """The largest norm found, uphill from the largest by chance; a search is made once, and kept.

    The norm is convex in every slope, so it is largest where all are 0 or γ.
    """
    return _searched(W.tobytes(), len(W), gamma, k, tries)


@functools.lru_cache(maxsize=4096)
def _searched(entries: bytes, h: int, gamma: float, k: int, tries: int) -> float:
    W = np.frombuffer(entries).reshape(h, h)
    slopes, found = by_chance(W, gamma, k, tries)
    return max(float(found.max()), *[uphill(W, gamma, slopes[i]) for i in np.argsort(found)[-5:]])


def seldom_found(rng: draws.Rng, h: int, k: int) -> Array:
    """A matrix whose largest norm is not found by chance: who tries some slopes has no bound."""
    while True:
        W = oblique(rng, h)
        if attained(W, 1.0, k) > 1.05 * by_chance(W, 1.0, k, 600)[1].max():
            return W


def uphill(W: Array, gamma: float, slopes: Array, sweeps: int = 4) -> float:
    """The norm from these slopes (k, h) upwards: step by step, the best slopes between the others."""
    slopes, best = slopes.copy(), 0.0
    choices = gamma * np.array(list(itertools.product([0.0, 1.0], repeat=len(W))))
    for _ in range(sweeps):
        for step in range(len(slopes)):
            before, after = np.eye(len(W)), np.eye(len(W))
            for D in slopes[:step]:
                before = D[:, None] * (W @ before)
            for D in slopes[step + 1 :]:
                after = D[:, None] * (W @ after)
            found = np.linalg.norm(after @ (choices[:, :, None] * (W @ before)), 2, axis=(1, 2))
            slopes[step], best = choices[found.argmax()], max(best, float(found.max()))
    return best
