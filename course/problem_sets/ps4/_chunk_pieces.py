"""Ways to be wrong that put chunks together wrongly: their order, their overlaps, their rows of ∂L/∂X."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from course.models import Array
from course.recognise.chunks import OVERLAPPING
from course.recognise.claims import Claim
from course.recognise.counting import EVERYTHING, INITIAL, STEPS
from course.recognise.taken import Taken
from course.recognise.ways import Way

SEE = "Chunks"


def split(taken: Taken, more: int = 0) -> list[Array]:
    """The steps of every chunk, from 0, and some `more` behind them."""
    T, every = len(taken.right), taken.args[-1]
    return [np.arange(first, min(first + every + more, T)) for first in range(0, T, every)]


def run_again(taken: Taken, pieces: list[Array], apart: bool, resumed: bool) -> Taken:
    """Pieces run one behind the other; `apart`: no tangent passes on; `resumed`: each at its right state."""
    s, steps = taken.sequence, np.concatenate(pieces)
    begins = np.cumsum([0, *map(len, pieces)])
    number = np.repeat(np.arange(len(pieces)), list(map(len, pieces)))
    right = np.equal.outer(number, number) if apart else np.ones((len(steps), len(steps)))
    run = replace(
        s,
        X=s.X[steps],
        loss=lambda t, W, b, h: s.loss(int(steps[t]), W, b, h),
        resumes={int(t): s.values[1][piece[0]] for t, piece in zip(begins, pieces, strict=False)}
        if resumed
        else {},
        targets=None,
    )
    table = np.tril(1.0 * right)
    return Taken(run, np.hstack([table[:, :1], table]), taken.args)


def forwards(taken: Taken, name: str) -> Array:
    """A gradient if what a chunk sends back goes into the one after it."""
    pieces = split(taken)[::-1]
    new = taken.once(forwards, lambda: run_again(taken, pieces, apart=False, resumed=True))
    found = np.asarray(new.part(name, new.right))
    return found[np.argsort(np.concatenate(pieces))] if name == "dX" else found


def overlapping(resumed: bool, added: bool, taken: Taken, name: str) -> Array:
    """A gradient of chunks that take the first step of the next one too."""
    pieces = split(taken, 1)
    new = taken.once((overlapping, resumed), lambda: run_again(taken, pieces, True, resumed))
    found = np.asarray(new.part(name, new.right))
    if name != "dX":
        return found
    rows, steps = np.zeros_like(taken.sequence.X), np.concatenate(pieces)
    if added:
        np.add.at(rows, steps, found)
    else:
        rows[steps] = found
    return rows


def first_steps_missing(taken: Taken, name: str) -> Array:
    """A gradient if the way back through a chunk ends at its second step."""
    every, T = taken.args[-1], len(taken.right)
    if name == "dh_0":
        of_a = taken.responses()[0][1 : min(every, T), 1:2]
        return np.asarray(of_a.sum(axis=(0, 1)) @ taken.sequence.p.W_hh)
    later = (np.arange(-1, T) % every != 0) * taken.right
    table = taken.once(first_steps_missing, lambda: later)
    return taken.part(name, table, losses=np.diagonal(table[:, 1:]))


def rows_of(put: Callable[[Array, list[Array]], Array]) -> Callable[[Taken, str], Array]:
    """∂L/∂X with its rows in other places, from the right rows and the steps of the chunks."""
    return lambda taken, name: put(taken.part(name, taken.right), split(taken))


def in_the_first(added: bool, rows: Array, chunks: list[Array]) -> Array:
    """Every chunk's rows where the first one's belong."""
    found = np.zeros_like(rows)
    for steps in chunks:
        found[: len(steps)] = rows[steps] + added * found[: len(steps)]
    return found


def _rows(name: str, sentence: str, *ways: Callable[[Array, list[Array]], Array]) -> list[Way]:
    return [Way(Claim(name, sentence, SEE, ("dX",)), ("dX",), rows_of(way)) for way in ways]


PIECES = (
    Way(
        Claim(
            "carried_to_the_next",
            "What goes back from a chunk enters the one after it: each chunk's way back begins with nothing.",
            SEE,
            STEPS,
        ),
        (*STEPS, *INITIAL),
        forwards,
    ),
    *(
        Way(Claim(*OVERLAPPING, SEE, STEPS), EVERYTHING, partial(overlapping, resumed, added))
        for resumed in (False, True)
        for added in (False, True)
    ),
    Way(
        Claim(
            "first_steps_missing",
            "Nothing is counted at the first step of each chunk: the weights are used there too.",
            SEE,
            ("W_hx", "b_h", "dX"),  # in W_hh alone it is another mistake
        ),
        EVERYTHING,
        first_steps_missing,
    ),
    *_rows(
        "rows_of_the_first_chunk",
        "∂L/∂X of every chunk stands in the first one's rows: count t from the start of the sequence.",
        partial(in_the_first, False),
        partial(in_the_first, True),
    ),
    *_rows(
        "rows_reversed",
        "The rows of ∂L/∂X stand in reverse order, chunk by chunk or inside each chunk.",
        lambda rows, chunks: np.concatenate([rows[steps] for steps in chunks[::-1]]),
        lambda rows, chunks: np.concatenate([rows[steps][::-1] for steps in chunks]),
    ),
)
