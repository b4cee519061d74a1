"""Ways to be wrong where not every path counts once: each gives the gradients that such code would give.

Where code with the same mistake differs, several ways share a claim: a part may be as any of them gives it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import Array
from course.recognise.claims import Claim
from course.recognise.counting import EVERYTHING, INITIAL, Counts, Miscount
from course.recognise.patterns import Pattern
from course.recognise.rules import RIGHT, Rule
from course.recognise.taken import Taken


@dataclass(frozen=True, eq=False)
class Way:
    """One way to a mistake: `value(taken, name)` is one gradient of a case, of those that it `gives`.

    What the claim does not speak of it gives only beside what the claim does speak of.
    """

    claim: Claim
    gives: tuple[str, ...]
    value: Callable[[Taken, str], Array]


def by_rule(rule: Rule) -> Way:
    """A local rule under the right counts."""
    claim = Claim(rule.name, rule.sentence, rule.see, EVERYTHING)
    return Way(claim, EVERYTHING, lambda taken, name: taken.part(name, taken.right, rule))


def by_counts(miscount: Miscount, see: str, carried: Counts | None = None) -> list[Way]:
    """Other counts under the right rule.

    With `carried`, which says what losses reach h_0, ∂L/∂h_0 may be what they carry past the first step they
    count.
    """
    claim = Claim(miscount.name, miscount.sentence, see, miscount.parts)

    def value(taken: Taken, name: str) -> Array:
        table = taken.counts(miscount.alpha)
        return taken.part(name, table, RIGHT, np.diagonal(table[:, 1:]))

    def initial(alpha: Counts, taken: Taken, name: str) -> Array:
        return taken.part(name, taken.counts(alpha))

    def past(taken: Taken, name: str) -> Array:
        return carried_past(taken, miscount.alpha, carried)

    if "b_h" not in miscount.parts:  # it says all that it gives
        return [Way(claim, miscount.parts, value)]
    others = [partial(initial, alpha) for alpha in miscount.initial] + ([past] if carried else [])
    return [Way(claim, EVERYTHING, value)] + [Way(claim, INITIAL, other) for other in others]


def carried_past(taken: Taken, alpha: Counts, reaches: Counts | None = None) -> Array:
    """∂L/∂h_0 as what each loss carries past the first step that it counts, of the losses that reach h_0."""
    table, T = taken.counts(alpha)[:, 1:], len(taken.right)
    t, first = np.arange(T), table.astype(bool).argmax(axis=1)
    carried = taken.responses()[0][t, first] @ taken.sequence.p.W_hh
    return np.asarray((taken.counts(reaches)[:, 0] if reaches else np.ones(T)) @ carried)


def by_pattern(pattern: Pattern) -> Way:
    """Some of the right terms: those that a pattern leaves."""
    parts = tuple({"X": "dX", "h_0": "dh_0"}.get(name, name) for name in pattern.parts)

    def table(taken: Taken) -> Array:
        T = len(taken.right)
        left = np.hstack([pattern.of_initial(T)[:, None], pattern.triangle(T)])
        return np.asarray(left * taken.right)

    def value(taken: Taken, name: str) -> Array:
        counted = taken.once(pattern, lambda: table(taken))
        return taken.part(name, counted, RIGHT, pattern.of_output(len(taken.right)))

    return Way(Claim(pattern.name, pattern.sentence, pattern.see, parts), parts, value)


def by_function(claim: Claim, value: Callable[..., Parts], *more: str) -> Way:
    """Whatever a function of the arguments gives; of `more` than the claim speaks of."""

    def of(taken: Taken, name: str) -> Array:
        found: Any = taken.once(value, lambda: value(*taken.args))
        return np.asarray(found[name])

    return Way(claim, (*claim.parts, *more), of)
