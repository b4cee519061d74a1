"""A gradient through time put together from its terms, each counted as often as a rule of truncation says.

The terms come from `course.recognise.sequences`, forwards through untied copies, so no backward pass shows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import RNN, Array
from course.recognise.rules import RIGHT, Rule
from course.recognise.sequences import Sequence, terms
from course.recognise.slips import flows

# α(t, k, T, *more): how often loss t counts through what enters at step k; steps from 1, and k = 0 is h_0.
Counts = Callable[..., Any]


STEPS, INITIAL = ("W_hx", "W_hh", "b_h", "dX"), ("dh_0",)  # h_0 is one edge further: code differs about it


@dataclass(frozen=True)
class Miscount:
    """A mistake in the counts of some of the gradients; `h_0` counts those of h_0 in another way."""

    name: str
    sentence: str
    parts: tuple[str, ...]
    alpha: Counts
    h_0: Counts | None = None

    def value(self, *args: Any) -> Parts:
        """Those gradients, counted so."""
        found = put_together(self.alpha, *args)
        return {name: found[name] for name in self.parts}

    def others(self, name: str, got: Parts, *args: Any) -> bool:
        """Whether h_0 or the output layer is as the mistake leaves it; for `Slip.others`.

        In ∂L/∂W_qh and ∂L/∂b_q such code counts a loss as at its own step.
        """
        if self.parts == INITIAL:
            return False
        return flows(partial(put_together, self.h_0 or self.alpha, outputs=True))(name, got, *args)


@dataclass(frozen=True)
class Truncation:
    """What is right where not every path counts once, and what is often taken for it."""

    alpha: Counts
    mistakes: tuple[Miscount, ...]


def carried_past(alpha: Counts, reaches: Counts, p: RNN, X: Array, Y: Array, h_0: Array, *more: Any) -> Parts:
    """∂L/∂h_0 as what each loss carries past the first step that it counts, of the losses that reach h_0."""
    T, t = len(X), np.arange(1, len(X) + 1)
    first = counts(alpha, T, *more)[:, 1:].astype(bool).argmax(axis=1)
    carried = terms(squared_errors(p, X, Y, h_0))["b_h"][t - 1, first] @ p.W_hh
    return {"dh_0": np.where(reaches(t, 0, T, *more), 1.0, 0.0) @ carried}


def squared_errors(p: RNN, X: Array, Y: Array, h_0: Array) -> Sequence:
    """The sequence with ℓ_t = (1/T) ½‖o_t − y_t‖²."""

    def loss(t: int, W_qh: Array, b_q: Array, h: Array) -> Array:
        return np.asarray(np.sum((h @ W_qh.T + b_q - Y[t]) ** 2, axis=-1) / (2 * len(X)))

    return Sequence(p, X, h_0, loss, targets=Y)


def counts(alpha: Counts, T: int, *more: Any) -> Array:
    """The table of α (T, T+1), zero for k > t; column k belongs to step k, and column 0 to h_0."""
    t, k = np.mgrid[1 : T + 1, : T + 1]
    return np.where(t >= k, 1.0 * alpha(t, k, T, *more), 0.0)


def put_together(
    alpha: Counts,
    p: RNN,
    X: Array,
    Y: Array,
    h_0: Array,
    *more: Any,
    rule: Rule = RIGHT,
    outputs: bool = False,
) -> Parts:
    """The gradients whose terms are counted by α, under a local rule.

    The output layer's are whole; with `outputs` a loss counts there as it does at its own step.
    """
    found, table = terms(squared_errors(p, X, Y, h_0), rule), counts(alpha, len(X), *more)
    own = np.diagonal(table[:, 1:]) if outputs else np.ones(len(X))
    parts = {name: np.tensordot(table[:, 1:], found[name], 2) for name in ("W_hx", "W_hh", "b_h")}
    parts |= {name: np.tensordot(own, found[name], 1) for name in ("W_qh", "b_q")}
    dX = np.einsum("tk,tkd->kd", table[:, 1:], found["X"])
    return parts | {"dh_0": table[:, 0] @ found["h_0"], "dX": dX}
