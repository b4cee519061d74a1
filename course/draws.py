"""Random cases with teeth: sizes distinct, weights non-normal with radius near 1, states away from zero."""

from collections.abc import Sequence

import numpy as np

from course.gated import GRU, LSTM
from course.models import RNN, Array

Rng = np.random.Generator
# What one case of an exercise with a gradient has, so that a gradient clipped at 5 or 10 differs: gradients
# so large, or targets so far away. From further ones a difference quotient of the loss keeps too few digits.
# And what another has, so that nothing may be left out for being small: targets so near to the outputs.
LARGE, FAR, SMALL = 1000.0, 300.0, 0.01


def sizes(rng: Rng, n: int, *taken: int) -> list[int]:
    """`n` distinct sizes from 2 to 5 that are none of `taken`."""
    free = [s for s in range(2, 6) if s not in taken]
    return [int(s) for s in rng.choice(free, size=n, replace=False)]


def varied_sizes(rng: Rng, n: int, taken: Sequence[int]) -> list[list[int]]:
    """For each case `n` distinct sizes, none its entry of `taken`; no size is the same in every case."""
    while True:
        drawn = [sizes(rng, n, T) for T in taken]
        if all(len(set(size)) > 1 for size in zip(*drawn, strict=True)):  # else it looks like a constant
            return drawn


def recurrent_matrix(rng: Rng, h: int) -> Array:
    """A W_hh (h, h) with entries of order 0.5, radius in [0.8, 1.1], and clearly non-normal."""
    while True:
        W = rng.normal(size=(h, h))
        W *= rng.uniform(0.8, 1.1) / max(abs(np.linalg.eigvals(W)))
        commutator = np.linalg.norm(W @ W.T - W.T @ W)
        if commutator > 0.3 * np.linalg.norm(W) ** 2 and 0.2 < np.abs(W).mean() < 1.2:
            return W


def lengths(rng: Rng, N: int, longest: int) -> Array:
    """Distinct lengths (N) of at most `longest` steps, one of them `longest`; three or more in no order."""
    while True:
        drawn = np.append(rng.choice(np.arange(1, longest), size=N - 1, replace=False), longest)
        drawn = rng.permutation(drawn)
        if np.any(np.diff(drawn) > 0) and (N < 3 or np.any(np.diff(drawn) < 0)):
            return drawn


def away_from_zero(rng: Rng, *shape: int) -> Array:
    """Entries of order 0.5, none within 0.1 of zero."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.1, 0.9, size=shape)


def rnn(rng: Rng, d: int, h: int, q: int) -> RNN:
    """Parameters of an RNN whose units work where tanh is curved."""
    return RNN(
        W_hx=0.6 * rng.normal(size=(h, d)),
        W_hh=recurrent_matrix(rng, h),
        b_h=away_from_zero(rng, h) / 2,
        W_qh=rng.normal(size=(q, h)),
        b_q=away_from_zero(rng, q),
    )


def lstm(rng: Rng, d: int, h: int) -> LSTM:
    """Parameters of an LSTM whose gates are neither open nor shut."""
    return LSTM(
        W_x=0.6 * rng.normal(size=(4 * h, d)),
        W_h=np.concatenate([recurrent_matrix(rng, h) for _ in range(4)]),
        b=away_from_zero(rng, 4 * h) / 2,
    )


def gru(rng: Rng, d: int, h: int) -> GRU:
    """Parameters of a GRU whose gates are neither open nor shut."""
    return GRU(
        W_x=0.6 * rng.normal(size=(3 * h, d)),
        W_h=np.concatenate([recurrent_matrix(rng, h) for _ in range(3)]),
        b_x=away_from_zero(rng, 3 * h) / 2,
        b_h=away_from_zero(rng, 3 * h) / 2,
    )
