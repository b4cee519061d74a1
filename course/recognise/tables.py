"""Mistakes by the table: many at once, all their values in one array, and in which results each is at work.

A mistake that gives every result has its plain name. One that gives every wrong result, while the others are
right, is at work in these alone; two that share the wrong results out are both told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from course.compare import RTOL
from course.models import Array
from course.recognise.claims import Claim
from course.recognise.explain import InParts, Known
from course.recognise.seen import Parts, Seen, wrong_parts


@dataclass(frozen=True)
class Table:
    """Mistakes of an exercise.

    Args:
        claims: their names and sentences.
        values: `values(chosen, *args)`: results of the mistakes at those places, with a first axis for them.
        split: takes results apart where a mistake may be at work in a piece of one; axes from the last.
        alone: how many, the first ones, may be at work in some results while the others are right; None: all.
        last: it is asked only where nothing else is the mistake, not even two at once.
        sizes: of how many altered factors each is; () where each is of one.
    """

    claims: Sequence[Claim]
    values: Callable[..., Parts]
    split: Callable[[Parts], Parts] = dict
    alone: int | None = None
    last: bool = False
    sizes: Sequence[int] = ()


@dataclass(frozen=True)
class Found:
    """What a table explains: `whole` explains every result; the others by result, wrong ones only."""

    whole: tuple[Claim, ...]
    by_part: dict[str, list[Claim]]
    apart: Sequence[Seen]  # the results taken apart


def look_up(seen: Sequence[Seen], table: Table) -> Found:
    """The mistakes of the table that explain what is wrong in every case.

    Of those that explain the same results, the ones that alter the fewest: they say best where it is. Of
    these the smallest: what else the others alter does not show there.
    """
    apart = [Seen(s.args, table.split(s.got), table.split(s.want)) for s in seen]
    wrong, names = wrong_parts(apart), list(apart[0].want)
    holds = {name: np.ones(len(table.claims), bool) for name in names}
    chosen, altered = np.arange(len(table.claims) if wrong else 0), np.zeros(len(table.claims), int)
    for one in sorted(apart, key=lambda s: sum(a.size for a in s.want.values())):
        if len(chosen):
            values = table.split(table.values(chosen, *one.args))
            for name in names:
                holds[name][chosen] &= _equal(one.got[name], values[name])
                altered[chosen] += ~_equal(one.want[name], values[name])
            chosen = np.flatnonzero(np.any([holds[name] for name in wrong], axis=0))
    whole = tuple(table.claims[int(k)] for k in chosen if all(holds[name][k] for name in names))
    by_part, chosen = {}, chosen[chosen < (len(table.claims) if table.alone is None else table.alone)]
    common = [k for k in chosen if all(holds[name][k] for name in wrong)]
    for name in wrong:
        if not any(one.got[name].any() for one in apart):
            continue  # zeros are told as such
        found = common or [k for k in chosen if holds[name][k]]
        extents = {k: (altered[k], table.sizes[k] if table.sizes else 1) for k in map(int, found)}
        least = min(extents.values(), default=None)
        by_part[name] = [table.claims[k] for k, extent in extents.items() if extent == least]
    return Found(whole, by_part, apart)


def in_parts(answer: InParts, known: Known, found: Found | None) -> tuple[Claim, ...]:
    """What explains every wrong part: one mistake of a plain shape, or with the table, or in pieces.

    `known` is by part what else explains it.
    """
    plain = answer.named(known)
    if found is None or len(plain) == 1:
        return plain
    known = known | found.by_part
    return answer.named(known) or plain or replace(answer, seen=found.apart).named(known)


def _equal(got: Array, values: Array) -> Array:
    """Row by row, whether `difference` would see none."""
    axes = tuple(range(1, values.ndim))
    largest = np.abs(values).max(axis=axes, initial=0.0)
    gap = np.abs(got - values).max(axis=axes, initial=0.0)
    return np.asarray(gap <= RTOL["float64"] * np.where(largest > 0, largest, 1.0))


def listed(slips: Sequence[tuple[str, str, Callable[..., Parts]]], see: str = "") -> Table:
    """A table of functions that know nothing of each other: name, sentence and value of each."""

    def values(chosen: Array, *args: Any) -> Parts:
        found = [slips[int(k)][2](*args) for k in chosen]
        return {name: np.stack([one[name] for one in found]) for name in found[0]}

    return Table([Claim(name, sentence, see) for name, sentence, _ in slips], values)
