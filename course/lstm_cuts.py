"""Mistakes in an LSTM's gradient that cut what goes back in time: once, or at the edges of blocks."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from course.altered_lstm import PATHS
from course.lstm_graph import Altered
from course.lstm_words import Mistake, mistake
from course.models import Array

WHAT = {"hc": "Nothing goes back", "h": "∂L/∂h does not go back", "c": "∂L/∂c does not go back"}
MOST, TWICE = 20, 10  # steps between two cuts; the longest case has more, and shows two of the latter


def cuts() -> Iterator[Mistake]:
    """Between some steps nothing goes back, or not all."""
    for what, said in WHAT.items():
        for where, told in (
            (_last, "from the last step to the one before"),
            (_second, "from step 2 to step 1"),
        ):
            yield _of_cut("cut_once", f"{said} {told}.", what, where)
        for every in range(2, TWICE + 1):
            for start, starts, counted in (
                (True, True, "first"),
                (True, False, "first"),
                (False, True, "last"),
            ):
                sentence = f"{said} across blocks of {every} steps, counted from the {counted} step."
                yield _of_cut("cut_every", sentence, what, partial(_every, every, start, starts))
    for every in range(TWICE + 1, MOST + 1):
        for start, told in (
            (True, f"from step {every + 1} to step {every}"),
            (False, f"beyond the last {every} steps"),
        ):
            if every > TWICE + 1 or start:  # there the two are one, in the middle
                where = partial(_every, every, start, False)
                yield _of_cut("cut_once", f"{WHAT['hc']} {told}.", "hc", where)


def _of_cut(name: str, sentence: str, what: str, where: Callable[[int], Array]) -> Mistake:
    return mistake(name, sentence, Altered(carried=partial(_cut, what, where)), see=PATHS)


def _cut(what: str, where: Callable[[int], Array], T: int) -> Array:
    """What goes on into each step (T, 2)."""
    on = np.ones((T, 2))
    on[where(T)] = ["h" not in what, "c" not in what]
    return on


def _last(T: int) -> Array:
    return _at(T - 1, T)


def _second(T: int) -> Array:
    return _at(1, T)


def _at(step: int, T: int) -> Array:
    t = np.arange(T)
    return np.asarray((t == step) & (t > 0))


def _every(steps: int, from_start: bool, starts: bool, T: int) -> Array:
    """Before which steps; with `starts` before the first, too."""
    t = np.arange(T)
    return np.asarray(((t if from_start else T - t) % steps == 0) & (starts | (t > 0)))
