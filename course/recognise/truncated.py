"""Exercises about truncation, taken apart: in them the right counts are not all ones."""

from typing import Any

import numpy as np

from course import draws
from course.models import RNN, Array
from course.recognise.composed import COMPOSED
from course.recognise.counting import Counts, Miscount, Truncation, squared_errors
from course.recognise.misplaced import MISPLACED, NEARBY, SUMS
from course.recognise.patterns import PATTERNS
from course.recognise.rules import RULES
from course.recognise.sequences import Sequence
from course.recognise.unrolled import Unrolled
from course.recognise.ways import Way, by_counts, by_pattern, by_rule

STEPS = 7
THE_SAME = "slope_negative_in_carry"  # as carry_negative
LEFT_OUT = (  # of the right terms, whatever they are
    *("first_use", "first_step", "last_step", "only_first_use", "only_last_use"),
    *("first_loss_missing", "last_loss_missing", "own_loss_missing"),
)


def taken_apart(
    alpha: Counts,
    mistakes: tuple[Miscount, ...],
    how: Any,
    see: str,
    own: tuple[Way, ...] = (),
    carried: Counts | None = None,
) -> Unrolled:
    """For a function of (p, X, Y, h_0, how) that returns the gradients of an RNN, dh_0 and dX.

    Args:
        alpha: the right counts.
        mistakes: other counts that are known.
        how: the last argument in the extra cases, all of 7 steps: it must show what is special.
        see: the section that these are explained in.
        own: the exercise's own ways to be wrong.
        carried: which losses reach h_0, where code hands on what they carry past the first step they count.
    """

    def sequences(p: RNN, X: Array, Y: Array, h_0: Array, how: Any) -> list[Sequence]:
        return [squared_errors(p, X, Y, h_0)]

    def many(rng: draws.Rng) -> tuple[Any, ...]:
        X, Y = rng.normal(size=(STEPS, 2)), rng.normal(size=(STEPS, 3))
        last = how.copy() if isinstance(how, np.ndarray) else how
        return draws.rnn(rng, 2, STEPS + 1, 3), X, Y, draws.away_from_zero(rng, STEPS + 1), last

    ways = (
        *(way for miscount in mistakes for way in by_counts(miscount, see, carried)),
        *own,
        *(by_rule(rule) for rule in (*RULES, *COMPOSED) if rule.name != THE_SAME),
        *(by_pattern(pattern) for pattern in PATTERNS if pattern.name in LEFT_OUT),
        *(*MISPLACED, *NEARBY, *SUMS),
    )
    names = {w: w for w in RNN._fields} | {"X": "dX", "h_0": "dh_0"}
    return Unrolled(sequences, names, many, truncation=Truncation(alpha, mistakes, ways))
