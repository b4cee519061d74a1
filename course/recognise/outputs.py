"""The errors of the outputs, e_t = (o_t − y_t)/T, and what a mistake may make of them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course.models import Array
from course.recognise.sequences import Sequence


@dataclass(frozen=True)
class Outputs:
    """What the errors of one sequence are made of: e, o and y, each (T, q), with e = c (o − y)."""

    e: Array
    o: Array
    targets: Array  # y, and those of the padding behind

    @property
    def y(self) -> Array:
        """The targets of the sequence's own steps."""
        return self.targets[: len(self.e)]

    @property
    def c(self) -> float:
        """What each step's error is multiplied by."""
        apart = self.o - self.y
        return float(np.vdot(self.e, apart) / (np.vdot(apart, apart) or 1.0))


Way = Callable[[Outputs], Array]


@dataclass(frozen=True)
class Error:
    """A mistake: its name and sentence, and the ways in which it is made; `compared` needs targets.

    `{e}` in the sentence stands for the output error, `{T}` for the number of steps that divides.
    """

    name: str
    sentence: str
    ways: tuple[Way, ...]
    compared: bool = False


def outputs_of(s: Sequence) -> Outputs:
    """Of a run: what its losses make of its outputs."""
    o = s.values[2] @ s.p.W_qh.T + s.p.b_q
    return Outputs(s.read_after["b_q"], o, o if s.targets is None else s.targets)


def moved(rows: Array, by: int) -> dict[str, Array]:
    """Rows of other steps: around the ends, with nothing beyond them, or with the end repeated."""
    steps = np.arange(len(rows)) + by
    inside = ((steps >= 0) & (steps < len(rows)))[:, None]
    around = rows[steps % len(rows)]
    return {"around": around, "none": around * inside, "end": rows[np.clip(steps, 0, len(rows) - 1)]}
