"""How often a truncated gradient counts each of its terms, and what is often taken for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from course.models import RNN, Array
from course.recognise.sequences import Sequence

if TYPE_CHECKING:
    from course.recognise.ways import Way

# α(t, k, T, *more): how often loss t counts through what enters at step k; steps from 1, and k = 0 is h_0.
Counts = Callable[..., Any]

STEPS, INITIAL = ("W_hx", "W_hh", "b_h", "dX"), ("dh_0",)  # h_0 is one edge further: code differs about it
OUTPUT = ("W_qh", "b_q")
EVERYTHING = (*STEPS, *INITIAL, *OUTPUT)


@dataclass(frozen=True)
class Miscount:
    """A mistake in the counts of some of the gradients.

    Args:
        name, sentence: as the student reads them.
        parts: the gradients that it concerns; in others a loss may count as at its own step, or as at h_0.
        alpha: the counts.
        initial: other counts of h_0 that code with this mistake may have.
    """

    name: str
    sentence: str
    parts: tuple[str, ...]
    alpha: Counts
    initial: tuple[Counts, ...] = ()


def miscounts(name: str, sentence: str, parts: tuple[str, ...], *alphas: Counts) -> list[Miscount]:
    """Several counts that are one mistake."""
    return [Miscount(name, sentence, parts, alpha) for alpha in alphas]


@dataclass(frozen=True)
class Truncation:
    """What is right where not every path counts once, and what is often taken for it."""

    alpha: Counts
    mistakes: tuple[Miscount, ...]
    ways: "tuple[Way, ...]"


def squared_errors(p: RNN, X: Array, Y: Array, h_0: Array) -> Sequence:
    """The sequence with ℓ_t = (1/T) ½‖o_t − y_t‖²."""

    def loss(t: int, W_qh: Array, b_q: Array, h: Array) -> Array:
        return np.asarray(np.sum((h @ W_qh.T + b_q - Y[t]) ** 2, axis=-1) / (2 * len(X)))

    return Sequence(p, X, h_0, loss, targets=Y)


def counts(alpha: Counts, T: int, *more: Any) -> Array:
    """The table of α (T, T+1), zero for k > t; column k belongs to step k, and column 0 to h_0."""
    t, k = np.mgrid[1 : T + 1, : T + 1]
    return np.where(t >= k, 1.0 * alpha(t, k, T, *more), 0.0)
