"""The values of an LSTM's step, unit by unit, and what may stand where a local derivative belongs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course.factors import vocabulary
from course.gated import LSTM, logistic
from course.models import Array


@dataclass(frozen=True)
class At:
    """One step: the gates, g, tanh(c_t), h_{t-1}, c_{t-1} and c_t, and a with rows i, f, g, o, each (h)."""

    a: tuple[Array, ...]
    i: Array
    f: Array
    g: Array
    o: Array
    h: Array
    c: Array
    cell: Array
    y: Array


def right(p: LSTM, x: Array, h: Array, c: Array) -> At:
    """The step as it is."""
    a = tuple(np.split(p.W_x @ x + p.W_h @ h + p.b, 4))
    i, f, g, o = logistic(a[0]), logistic(a[1]), np.tanh(a[2]), logistic(a[3])
    cell = f * c + i * g
    return At(a, i, f, g, o, h, c, cell, np.tanh(cell))


Word = Callable[[At], Array]
BARE: dict[str, Word] = {
    "0": lambda s: 0 * s.h,
    "1": lambda s: 0 * s.h + 1,
    "i": lambda s: s.i,
    "f": lambda s: s.f,
    "g": lambda s: s.g,
    "o": lambda s: s.o,
    "h_{t-1}": lambda s: s.h,
    "c_{t-1}": lambda s: s.c,
    "c_t": lambda s: s.cell,
    "h_t": lambda s: s.o * s.y,
    "tanh(c_t)": lambda s: s.y,
    "tanh(c_{t-1})": lambda s: np.tanh(s.c),
    **{f"a^{gate}": (lambda s, k=k: s.a[k]) for k, gate in enumerate("ifgo")},  # type: ignore[misc]
}


WORDS: dict[str, Word] = {
    **vocabulary(BARE),
    "f + c_{t-1} f (1 − f)": lambda s: s.f + s.c * s.f * (1 - s.f),
    "1 − tanh⁴(c_t)": lambda s: 1 - s.y**4,
}
