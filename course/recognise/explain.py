"""Which known mistakes explain an answer: one for all its parts, or at most two that share them out.

A claim explains a part only if it gives the same numbers in every case. What nothing explains stays unnamed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from course.compare import difference
from course.models import Array
from course.recognise.limits import limit_of
from course.recognise.patterns import ALL, Pattern
from course.recognise.rules import RIGHT, Rule
from course.recognise.shapes import shapes_of
from course.recognise.unrolled import Unrolled

Parts = dict[str, Array]


@dataclass(frozen=True, order=True)
class Claim:
    """A mistake, as the student reads it. `{parts}` in the sentence stands for the parts it was seen in."""

    name: str
    sentence: str
    see: str = ""


@dataclass(frozen=True)
class Seen:
    """One case: the arguments, what came back and what is right."""

    args: tuple[Any, ...]
    got: Parts
    want: Parts


Alive = dict[str, list[tuple[Rule, Pattern]]]


def in_all_parts(alive: Alive) -> list[tuple[Rule, Pattern]]:
    """The altered rules and triangles that explain every part, the right ones too."""
    return [pair for pair in next(iter(alive.values())) if all(pair in pairs for pairs in alive.values())]


def by_parts(
    seen: Sequence[Seen],
    unrolled: Unrolled | None,
    alive: Alive,
    timed: dict[str, int],
    numbers: Sequence[dict[str, float]],
    known: dict[str, list[Claim]],
) -> tuple[Claim, ...]:
    """The mistakes that explain every wrong part in every case; all, if several cannot be told apart.

    `timed` says which axis of a part counts steps, `numbers` what a factor may be, case by case,
    `known` by part what else explains it.
    """
    wrong = wrong_parts(seen)
    by_part = {name: [claim_of(pair) for pair in alive.get(name, [])] for name in wrong}
    if unrolled is not None:
        for name, claim in _nearby(seen, unrolled, wrong):
            by_part[name].append(claim)
    for name in wrong:
        found = by_part[name] or known.get(name) or _swapped(seen, name)
        by_part[name] = found or _shaped(seen, name, numbers, timed.get(name))
    return _shared_out(by_part, list(seen[0].want))


def wrong_parts(seen: Sequence[Seen]) -> list[str]:
    """The parts that differ in some case."""
    return [n for n in seen[0].want if any(difference(s.got[n], s.want[n]) is not None for s in seen)]


def cut_off(seen: Sequence[Seen]) -> tuple[Claim, ...]:
    """Everything that is wrong is what is right, cut off at one number."""
    wrong = wrong_parts(seen)
    limit = limit_of([(s.got[name], s.want[name]) for s in seen for name in wrong]) if wrong else None
    if limit is None:
        return ()
    where = _worded(Claim("clipped", "{parts}"), wrong, list(seen[0].want)).sentence  # differs with the seed
    return (Claim("clipped", f"{where}: cut off at {limit:.10g}. No entry is to be limited."),)


def claim_of(pair: tuple[Rule, Pattern]) -> Claim:
    rule, pattern = pair
    one = pattern if rule is RIGHT else rule
    return Claim(one.name, one.sentence, one.see)


def paths(seen: Sequence[Seen], unrolled: Unrolled) -> Alive:
    """By part, every altered rule and every altered triangle that gives its numbers in all cases."""
    pairs = [(rule, ALL) for rule in unrolled.rules] + [(RIGHT, pattern) for pattern in _patterns(unrolled)]
    alive: Alive = {name: pairs for name in unrolled.names.values() if name in seen[0].got}
    wrong = [name for name in wrong_parts(seen) if name in alive]
    for one in sorted(seen, key=_telling):
        kept = {pair for name in wrong for pair in alive[name]}  # what explains no wrong part is of no use
        alive = {name: [pair for pair in pairs if pair in kept] for name, pairs in alive.items()}
        rules, under = {rule for pairs in alive.values() for rule, _ in pairs}, unrolled.by_rule(one.args)
        found = {rule: under(rule) for rule in rules}
        asked: dict[tuple[Rule, Pattern], list[str]] = {}
        for name, pairs in alive.items():
            for pair in pairs:
                asked.setdefault(pair, []).append(name)
        failed = set()
        for pair, names in asked.items():
            value = unrolled.parts(found[pair[0]], pair[1], unrolled.steps(one.got), names)
            failed |= {(pair, name) for name in names if difference(one.got[name], value[name]) is not None}
        alive = {
            name: [pair for pair in pairs if (pair, name) not in failed] for name, pairs in alive.items()
        }
    return alive


def _telling(one: Seen) -> tuple[bool, int]:
    """Cases in which something is wrong exclude most; of these the smallest take the least time."""
    return not wrong_parts([one]), sum(part.size for part in one.want.values())


def _patterns(unrolled: Unrolled) -> list[Pattern]:
    """Those that differ: without an output layer, a loss that is missing there is missing everywhere."""
    if "W_qh" in unrolled.names:
        return list(unrolled.patterns)
    return [pattern for pattern in unrolled.patterns if pattern.name != "last_loss_of_states"]


def _nearby(seen: Sequence[Seen], unrolled: Unrolled, wrong: Iterable[str]) -> list[tuple[str, Claim]]:
    """Parts that hold another derivative instead."""
    tables = [unrolled.nearby(s.args) for s in seen]
    return [
        (name, Claim("another_derivative", sentence))
        for sentence, value in tables[0].items()
        for name in value
        if name in wrong
        and all(difference(s.got[name], t[sentence][name]) is None for s, t in zip(seen, tables, strict=True))
    ]


def _swapped(seen: Sequence[Seen], name: str) -> list[Claim]:
    """A part that holds what belongs in another."""
    return [
        Claim("swapped", f"{name} holds what belongs in {other}.")
        for other in seen[0].want
        if other != name
        and all(s.want[other].shape == s.want[name].shape for s in seen)
        and all(difference(s.got[name], s.want[other]) is None for s in seen)
    ]


def _shaped(
    seen: Sequence[Seen], name: str, numbers: Sequence[dict[str, float]], steps: int | None
) -> list[Claim]:
    shapes = shapes_of([(s.got[name], s.want[name]) for s in seen], numbers, steps)
    return [Claim(shape.name, shape.sentence) for shape in shapes]


def _shared_out(by_part: dict[str, list[Claim]], everything: list[str]) -> tuple[Claim, ...]:
    """One mistake for all wrong parts, or two groups of parts with one each; else nothing is named."""
    if not by_part or not all(by_part.values()):
        return ()
    first, *others = by_part.values()
    common = [claim for claim in first if all(claim in claims for claims in others)]
    common = _strongest(common)
    if common:
        return tuple(_worded(claim, list(by_part), everything) for claim in common)
    groups: dict[frozenset[Claim], list[str]] = {}
    for name, claims in by_part.items():
        groups.setdefault(frozenset(claims), []).append(name)
    if len(groups) > 2:
        return ()
    return tuple(
        _worded(claim, names, everything)
        for claims, names in groups.items()
        for claim in _strongest(sorted(claims))
    )


def _strongest(claims: list[Claim]) -> list[Claim]:
    """Without what is weaker than another of them: a factor of each part, a triangle that concerns more."""
    if len(claims) > 1:
        claims = [claim for claim in claims if claim.name != "factor_per_part"]
    if "first_use" in {claim.name for claim in claims}:
        claims = [claim for claim in claims if claim.name != "first_step"]
    return claims


def _worded(claim: Claim, names: list[str], everything: list[str]) -> Claim:
    """The claim with the parts it was seen in."""
    if names == everything:
        return Claim(claim.name, claim.sentence.replace("{parts}", "Everything"), claim.see)
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    if "{parts}" in claim.sentence or claim.name in ("swapped", "another_derivative", "precision"):
        sentence = claim.sentence.replace("{parts}", listed)
    else:
        sentence = f"In {listed} alone: {claim.sentence}"
    where = "" if claim.name == "precision" else "@" + "+".join(names)
    return Claim(claim.name + where, sentence, claim.see)
