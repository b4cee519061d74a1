"""Ways to be wrong that only code in chunks knows: where a chunk begins, and which rows are its own."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from course.models import Array
from course.recognise.claims import Claim
from course.recognise.counting import EVERYTHING, OUTPUT, STEPS
from course.recognise.sequences import with_errors
from course.recognise.taken import Taken
from course.recognise.ways import Way

SEE = "Chunks"
Start = Callable[[Array, Array], Array]  # a chunk's first state, from those of the last (n+1, h) and h_0


def begun(taken: Taken, at: Start) -> Taken:
    """The same, in which each later chunk begins at another state."""
    s, every = taken.sequence, taken.args[-1]
    starts: dict[int, Array] = {}
    for first in range(every, len(s.X), every):
        run = replace(s, resumes=dict(starts))
        _, before, after = (values[first - every : first] for values in run.values)
        starts[first] = at(np.vstack([before[:1], after]), s.h_0)
    return Taken(replace(s, resumes=starts), taken.right, taken.args)


def restarted(at: Start, shifted: bool, taken: Taken, name: str) -> Array:
    """A gradient of chunks that begin there; if `shifted`, W_hh is said to multiply the last states still."""
    new = taken.once(at, lambda: begun(taken, at))
    if shifted and name == "W_hh":
        read = np.vstack([taken.sequence.h_0, new.sequence.values[2][:-1]])
        return np.asarray(new.through(name, new.errors(new.right), read))
    return np.asarray(new.part(name, new.right))


def in_the_first(taken: Taken, rows: Array) -> Array:
    """The rows of the first chunk, over and over (T, n)."""
    return np.asarray(rows[np.arange(len(taken.right)) % taken.args[-1]])


def wrong_targets(taken: Taken, name: str) -> Array:
    """A gradient of the first chunk's targets, taken in every chunk."""

    def compared() -> Taken:
        s, T = taken.sequence, len(taken.right)
        outputs = s.values[2] @ s.p.W_qh.T + s.p.b_q
        return Taken(
            with_errors(s, (outputs - in_the_first(taken, taken.args[2])) / T), taken.right, taken.args
        )

    return np.asarray(taken.once(wrong_targets, compared).part(name, taken.right))


def wrong_rows(taken: Taken, name: str) -> Array:
    """A gradient of a matrix that is said to multiply the first chunk's rows in every chunk."""
    _, before, after = taken.sequence.values
    read = in_the_first(taken, {"W_hx": taken.sequence.X, "W_hh": before, "W_qh": after}[name])
    if name == "W_qh":
        return taken.output(name, read)
    return taken.through(name, taken.errors(taken.right), read)


def initial_state(taken: Taken, name: str) -> Array:
    """∂L/∂W_hh, if W_hh is said to multiply h_0 at the first step of every chunk."""
    before = taken.sequence.values[1]
    first = np.arange(len(before)) % taken.args[-1] == 0
    return taken.through(name, taken.errors(taken.right), np.where(first[:, None], before[0], before))


CHUNK_WAYS = (
    *(
        Way(
            Claim(
                name,
                f"Every chunk begins at {where}: it goes on from the last state of the chunk before.",
                SEE,
                (*STEPS, *OUTPUT),
            ),
            EVERYTHING,
            partial(restarted, at, shifted),
        )
        for name, where, at in (
            ("restarted_at_zero", "a state of zeros", lambda states, h_0: 0 * h_0),
            ("restarted_at_h_0", "h_0", lambda states, h_0: h_0),
            ("restarted_too_early", "the last state but one", lambda states, h_0: states[-2]),
            ("restarted_at_the_first", "the first state of the chunk before", lambda states, h_0: states[1]),
        )
        for shifted in (False, True)
    ),
    Way(
        Claim(
            "targets_of_the_first_chunk",
            "Every chunk is compared with the first one's targets: y_t belongs to step t.",
            SEE,
            EVERYTHING,
        ),
        EVERYTHING,
        wrong_targets,
    ),
    *(
        Way(
            Claim(
                "rows_of_the_first_chunk",
                f"∂L/∂{name} reads the first chunk's rows in every chunk: each step has its own row.",
                SEE,
                (name,),
            ),
            (name,),
            wrong_rows,
        )
        for name in ("W_hx", "W_hh", "W_qh")
    ),
    Way(
        Claim(
            "initial_state_in_every_chunk",
            "∂L/∂W_hh reads h_0 at the first step of every chunk: W_hh multiplies the state before the step.",
            SEE,
            ("W_hh",),
        ),
        ("W_hh",),
        initial_state,
    ),
)
