"""Ways to be wrong that only code with a window for each loss knows: where a window begins, and its rows."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course.models import Array
from course.recognise.bands import band, with_step_one
from course.recognise.claims import Claim
from course.recognise.counting import EVERYTHING, INITIAL, STEPS, Miscount, miscounts
from course.recognise.sequences import after_states, with_errors
from course.recognise.taken import Taken
from course.recognise.ways import Way

SEE = "A band of the triangle"
Start = Callable[[Taken, int, int], Array]  # a window's first state, by its first step and its loss, from 0

WINDOW_MISTAKES = (
    Miscount(
        "one_step_short",
        "The band is one step too narrow: t − k = tau still counts.",
        STEPS,
        lambda t, k, T, tau: t - k < max(tau, 1),
        (with_step_one(lambda t, k, T, tau: t - k < max(tau, 1)),),
    ),
    *(
        Miscount(
            "last_losses",
            "Only the last losses of the sequence go back: every step's loss does.",
            STEPS,
            alpha,
            (band, with_step_one(alpha)),
        )
        for alpha in (
            lambda t, k, T, tau: (t - k <= tau) & (t >= T - tau),
            lambda t, k, T, tau: (t - k <= tau) & (t > T - tau),
        )
    ),
    *miscounts(
        "one_term_left",
        "One term alone is left: is each step's term assigned instead of added?",
        ("W_hx", "W_hh", "b_h"),
        lambda t, k, T, tau: (t == T) & (k == max(T - tau, 1)),
        lambda t, k, T, tau: (t == 1) & (k == 1),
    ),
)


def restarted(start: Start, taken: Taken, name: str) -> Array:
    """A gradient of losses that see a network started anew, tau + 1 steps before."""
    tau, found = taken.args[-1], 0 * taken.part(name, taken.right)
    for t in range(len(taken.right)):
        first = max(t - tau, 0)
        steps, made = slice(first, t + 1), partial(taken.alone, slice(first, t + 1), start(taken, first, t))
        window = taken.once((restarted, start, t), made)
        if name != "dh_0":
            value = window.part(name, window.right, losses=window.right[:, -1])
            found[steps if name == "dX" else ...] += value
        elif t < tau:
            found += window.part(name, window.right)
    return found


def state(taken: Taken, number: int) -> Array:
    """h_0, h_1, …, of the whole sequence."""
    return np.asarray(taken.sequence.values[2][number - 1] if number > 0 else taken.sequence.h_0)


ANEW = "The network starts anew at {} for each window: the states are those of the whole sequence."
OFF = "Each window starts at the state one step {}: the one before its first step belongs there."
STARTS: tuple[tuple[str, str, Start], ...] = (
    ("restarted", ANEW.format("zero"), lambda s, first, t: (t < s.args[-1]) * s.sequence.h_0),
    ("restarted", ANEW.format("zero"), lambda s, first, t: 0 * s.sequence.h_0),
    ("restarted_after_h_0", ANEW.format("zero"), lambda s, first, t: (first == 0) * s.sequence.h_0),
    ("restarted_at_h_0", ANEW.format("h_0"), lambda s, first, t: s.sequence.h_0),
    ("restarted_late", OFF.format("too late"), lambda s, first, t: state(s, first + 1)),
    ("restarted_late", OFF.format("too late"), lambda s, first, t: state(s, first + (first > 0))),
    ("restarted_early", OFF.format("too early"), lambda s, first, t: state(s, first - 1)),
)


def counted_from_the_start(taken: Taken, name: str) -> Array:
    """A gradient if what belongs to a window's first step is put at step 1, and so on."""

    def errors() -> Array:
        of_a, tau = taken.responses()[0], taken.args[-1]
        found = np.zeros_like(of_a[0])
        for t, row in enumerate(of_a):
            own = row[max(t - tau, 0) : t + 1]
            found[: len(own)] += own
        return np.asarray(found)

    return np.asarray(taken.through(name, taken.once(counted_from_the_start, errors)))


def one_early(taken: Taken, name: str) -> Array:
    """A gradient if what loss t sends to h_t is taken to h_{t-1}, past the step itself."""

    def made() -> Taken:
        s = taken.sequence
        errors, table = taken.output_errors, taken.right
        later = with_errors(s, np.vstack([errors[1:], 0 * errors[:1]]))
        return Taken(later, np.vstack([table[1:], 0 * table[:1]]), taken.args)

    new = taken.once(one_early, made)
    found = np.asarray(new.part(name, new.right))
    return found + taken.right[0, 0] * after_states(taken.sequence)[0] if name == "dh_0" else found


WINDOW_WAYS = (
    *(
        Way(Claim(name, sentence, SEE, STEPS), EVERYTHING, partial(restarted, start))
        for name, sentence, start in STARTS
    ),
    Way(
        Claim(
            "rows_of_the_window",
            "Steps are counted from the window's start where they count from step 1. Which row is t?",
            SEE,
            ("W_hx", "W_hh", "dX"),
        ),
        ("W_hx", "W_hh", "dX"),
        counted_from_the_start,
    ),
    Way(
        Claim(
            "begins_one_early",
            "The way back from the loss of step t begins at step t−1: it goes through step t first.",
            SEE,
            STEPS,
        ),
        (*STEPS, *INITIAL),
        one_early,
    ),
)
