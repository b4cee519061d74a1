"""Which known mistakes explain an answer: one for all its parts, or at most two that share them out.

A claim explains a part only if it gives the same numbers in every case. What nothing explains stays unnamed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.compare import agree
from course.models import Array
from course.recognise.claims import Claim, in_common, shared_out, worded
from course.recognise.limits import limit_of
from course.recognise.patterns import ALL, Pattern
from course.recognise.rules import RIGHT, Rule
from course.recognise.shapes import shapes_of
from course.recognise.unrolled import Unrolled

Parts = dict[str, Array]


@dataclass(frozen=True)
class Seen:
    """One case: the arguments, what came back and what is right."""

    args: tuple[Any, ...]
    got: Parts
    want: Parts


Told = dict[int, tuple[Seen, dict[str, list[Claim]]]]  # by the identity of the first case, which is kept
Alive = dict[str, list[tuple[Rule, Pattern]]]


FIRST_LOSS = Claim(
    "first_loss",
    "Only the loss of step 1 is counted; every loss reaches h_0. Is each term assigned instead of added?",
    "Inputs and the initial state",
)


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
    products: Callable[[Sequence[str]], dict[str, list[Claim]]] | None = None,
    told: Told | None = None,
) -> tuple[Claim, ...]:
    """The mistakes that explain every wrong part in every case; all, if several cannot be told apart.

    `timed` says which axis of a part counts steps, `numbers` what a factor may be, case by case, `known` by
    part what else explains it. `products` are asked if nothing explains everything: what they say of these
    parts. `told` keeps the shapes of errors for the next call.
    """
    wrong = wrong_parts(seen)
    by_part = {name: [*map(claim_of, alive.get(name, [])), *known.get(name, [])] for name in wrong}
    if unrolled is not None:
        for name, claim in _nearby(seen, unrolled, wrong):
            by_part[name].append(claim)
    _, shapes = ({} if told is None else told).setdefault(id(seen[0]), (seen[0], {}))
    for n in wrong:
        shapes[n] = (
            shapes[n] if n in shapes else _swapped(seen, n) or _shaped(seen, n, wrong, numbers, timed.get(n))
        )
    everything = list(seen[0].want)
    if not in_common(by_part, everything) and (same := in_common(shapes, everything)):
        return same
    by_part = {name: claims or shapes[name] for name, claims in by_part.items()}
    if unrolled is not None and (len(wrong) == 1 or not in_common(by_part, everything)):
        _of_first_loss(by_part, alive, unrolled)
    shared = shared_out(by_part, everything)
    if shared or products is None or not wrong:
        return shared
    more = products(wrong)
    union = {name: [*claims, *more.get(name, [])] for name, claims in by_part.items()}
    by_part = {name: claims or more.get(name, []) for name, claims in by_part.items()}
    return in_common(union, everything) or shared_out(by_part, everything)


def wrong_parts(seen: Sequence[Seen]) -> list[str]:
    """The parts that differ in some case."""
    return [n for n in seen[0].want if any(not agree(s.got[n], s.want[n]) for s in seen)]


def cut_off(seen: Sequence[Seen]) -> tuple[Claim, ...]:
    """Everything that is wrong is what is right, cut off at one number."""
    wrong = wrong_parts(seen)
    limit = limit_of([(s.got[name], s.want[name]) for s in seen for name in wrong]) if wrong else None
    if limit is None:
        return ()
    where = worded(Claim("clipped", "{parts}"), wrong, list(seen[0].want)).sentence  # differs with the seed
    return (Claim("clipped", f"{where}: cut off at {limit:.10g}. No entry is to be limited."),)


def claim_of(pair: tuple[Rule, Pattern]) -> Claim:
    rule, pattern = pair
    one = pattern if rule is RIGHT else rule
    return Claim(one.name, one.sentence, one.see)


def paths(seen: Sequence[Seen], unrolled: Unrolled) -> Alive:
    """By part, every altered rule and every altered triangle that gives its numbers in all cases."""
    pairs = [(rule, ALL) for rule in unrolled.rules] + [(RIGHT, pattern) for pattern in _patterns(unrolled)]
    alive = {name: set(range(len(pairs))) for name in unrolled.names.values() if name in seen[0].got}
    wrong = [name for name in wrong_parts(seen) if name in alive]
    right = [name for name in alive if name not in wrong]
    for one in sorted(seen, key=telling if unrolled.summed else _size):
        kept = set[int]().union(*[alive[name] for name in wrong])  # what explains no wrong part is of no use
        under = unrolled.whole(one.args, unrolled.steps(one.got))
        for i in sorted(kept):
            for asked in (wrong, right):  # those that are right only if it explains one that is wrong
                names = [name for name in asked if i in alive[name]]
                value = under(*pairs[i], names) if names else {}
                agreeing = [name for name in names if agree(one.got[name], value[name])]
                for name in {*names} - {*agreeing}:
                    alive[name].remove(i)
                if not agreeing:
                    break
        alive = {name: those & kept for name, those in alive.items()}
    kept = set[int]().union(*[alive[name] for name in wrong])
    return {name: [pairs[i] for i in sorted(those & kept)] for name, those in alive.items()}


def telling(one: Seen) -> tuple[bool, int]:
    """Cases in which something is wrong exclude most; of these the smallest take the least time."""
    return not wrong_parts([one]), _size(one)


def _size(one: Seen) -> int:
    return sum(part.size for part in one.want.values())


def _patterns(unrolled: Unrolled) -> list[Pattern]:
    """Those that differ: without an output layer, a loss that is missing there is missing everywhere."""
    if "W_qh" in unrolled.names:
        return list(unrolled.patterns)
    return [pattern for pattern in unrolled.patterns if pattern.name != "last_loss_of_states"]


def _of_first_loss(by_part: dict[str, list[Claim]], alive: Alive, unrolled: Unrolled) -> None:
    """Many triangles have the first loss alone reach h_0: one claim says so, where no other part fits."""
    mine = unrolled.names.get("h_0", "")
    found = [pattern for rule, pattern in alive.get(mine, []) if rule is RIGHT]
    first = any(np.array_equal(pattern.of_initial(20), np.arange(20) == 0) for pattern in found)
    others = {claim for name, claims in by_part.items() if name != mine for claim in claims}
    if mine in by_part and first and not others & {*by_part[mine]}:
        by_part[mine] = [FIRST_LOSS]


def _nearby(seen: Sequence[Seen], unrolled: Unrolled, wrong: Iterable[str]) -> list[tuple[str, Claim]]:
    """Parts that hold another derivative instead."""
    tables = [unrolled.nearby(s.args) for s in seen]
    return [
        (name, Claim("another_derivative", sentence))
        for sentence, value in tables[0].items()
        for name in value
        if name in wrong
        and all(agree(s.got[name], t[sentence][name]) for s, t in zip(seen, tables, strict=True))
    ]


def _swapped(seen: Sequence[Seen], name: str) -> list[Claim]:
    """A part that holds what belongs in another."""
    return [
        Claim("swapped", f"{name} holds what belongs in {other}.")
        for other in seen[0].want
        if other != name
        and all(s.want[other].shape == s.want[name].shape for s in seen)
        and all(agree(s.got[name], s.want[other]) for s in seen)
    ]


def _shaped(
    seen: Sequence[Seen],
    name: str,
    wrong: Sequence[str],
    numbers: Sequence[dict[str, float]],
    steps: int | None,
) -> list[Claim]:
    told = [next((n for n in wrong if s.want[n].any()), name) for s in seen]
    beside = [(s.got[n], s.want[n]) for s, n in zip(seen, told, strict=True)]
    shapes = shapes_of([(s.got[name], s.want[name]) for s in seen], numbers, steps, beside)
    return [Claim(shape.name, shape.sentence) for shape in shapes]
