"""Which ways to be wrong explain an answer of an exercise about truncation."""

from collections.abc import Sequence
from typing import Any

from course.compare import agree
from course.recognise.claims import Claim, strongest
from course.recognise.counting import OUTPUT, Truncation, counts
from course.recognise.seen import Seen, wrong_parts
from course.recognise.taken import Taken
from course.recognise.unrolled import AFTER_H_0, Unrolled
from course.recognise.ways import Way

Found = dict[Claim, set[str]]  # by claim, the parts that one of its ways gives in every case


def given(seen: Sequence[Seen], unrolled: Unrolled | None) -> Found:
    """What the claims give, of an exercise about truncation; only those that give a wrong part."""
    truncation, wrong = unrolled.truncation if unrolled else None, set(wrong_parts(seen))
    if unrolled is None or truncation is None or not wrong:
        return {}
    alive = {way: {*way.gives} for way in truncation.ways if wrong & {*way.claim.parts}}
    for one in sorted(seen, key=lambda s: sum(part.size for part in s.want.values())):
        taken = take(unrolled, truncation, one.args)
        left: dict[Way, set[str]] = {}
        for way, names in alive.items():
            if parts := _right(way, taken, one, names & wrong):
                left[way] = parts | _right(way, taken, one, names - wrong)
        alive = left
    found: Found = {}
    for way, names in alive.items():
        found.setdefault(way.claim, set()).update(names)
    return found


def take(unrolled: Unrolled, truncation: Truncation, args: tuple[Any, ...]) -> Taken:
    """One case, with the right counts."""
    (sequence,) = unrolled.sequences(*args)
    return Taken(sequence, counts(truncation.alpha, len(sequence.X), *args[AFTER_H_0:]), args)


def _right(way: Way, taken: Taken, one: Seen, names: set[str]) -> set[str]:
    return {name for name in names if agree(one.got[name], way.value(taken, name))}


def completely(seen: Sequence[Seen], found: Found) -> tuple[Claim, ...]:
    """The claims that hold for everything they speak of, and give every wrong part; the strongest of them."""
    wrong = set(wrong_parts(seen))
    one_output = len(wrong & {*OUTPUT}) == 1  # the errors are right, and one product of them is not
    whole = [
        claim
        for claim, parts in found.items()
        if parts >= {*claim.parts} | wrong and not (one_output and wrong & {*OUTPUT} - {*claim.parts})
    ]
    return tuple(strongest(whole))


def of_parts(seen: Sequence[Seen], found: Found) -> dict[str, list[Claim]]:
    """By wrong part, of the claims that give it those that give most; they give one they speak of as well.

    Parts that are all zeros are told as such, unless a claim speaks of them alone.
    """
    wrong = wrong_parts(seen)
    zeros = [name for name in wrong if not any(one.got[name].any() for one in seen)]
    sizes = {
        claim: len(parts & {*wrong}) for claim, parts in found.items() if parts & {*claim.parts} & {*wrong}
    }
    given = {
        name: [c for c in sizes if name in found[c] and (name not in zeros or {*c.parts} <= {name})]
        for name in wrong
    }
    most = {name: max((sizes[claim] for claim in claims), default=0) for name, claims in given.items()}
    return {name: [claim for claim in claims if sizes[claim] == most[name]] for name, claims in given.items()}
