"""Which known mistakes explain an answer: one for all its parts, or at most two that share them out.

A claim explains a part only if it gives the same numbers in every case. What nothing explains stays unnamed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from course.compare import agree
from course.recognise.claims import Claim, in_common, shared_out, worded
from course.recognise.limits import limit_of
from course.recognise.patterns import ALL, Pattern
from course.recognise.rules import RIGHT, Rule
from course.recognise.seen import Seen, size, telling, wrong_parts
from course.recognise.shapes import shapes_of
from course.recognise.unrolled import Unrolled

Alive = dict[str, list[tuple[Rule, Pattern]]]  # by part
Known = dict[str, list[Claim]]  # by part
Products = Callable[[Sequence[str]], Known]


FIRST_LOSS = Claim(
    "first_loss",
    "Only the loss of step 1 is counted; every loss reaches h_0. Is each term assigned instead of added?",
    "Inputs and the initial state",
)


def in_all_parts(alive: Alive) -> list[tuple[Rule, Pattern]]:
    """The altered rules and triangles that explain every part, the right ones too."""
    return [pair for pair in next(iter(alive.values())) if all(pair in pairs for pairs in alive.values())]


@dataclass(frozen=True)
class InParts:
    """An answer part by part: what explains each wrong one in every case.

    Args:
        alive: by part, the altered rules and triangles that give it.
        timed: which axis of a part counts steps.
        numbers: what a factor may be, case by case.
    """

    seen: Sequence[Seen]
    unrolled: Unrolled | None
    alive: Alive
    timed: dict[str, int]
    numbers: Sequence[dict[str, float]]

    def named(self, known: Known, products: Products | None = None) -> tuple[Claim, ...]:
        """The mistakes that explain every wrong part in every case; all, if several cannot be told apart.

        `known` is by part what else explains it. `products` are asked if nothing explains everything: what
        they say of these parts.
        """
        by_part = {name: [*self._held[name], *known.get(name, [])] for name in self._wrong}
        everything = list(self.seen[0].want)
        if not in_common(by_part, everything) and (same := in_common(self._shapes, everything)):
            return same
        by_part = {name: claims or self._shapes[name] for name, claims in by_part.items()}
        if self.unrolled is not None and (len(self._wrong) == 1 or not in_common(by_part, everything)):
            _of_first_loss(by_part, self.alive, self.unrolled)
        shared = shared_out(by_part, everything)
        if shared or products is None or not self._wrong:
            return shared
        more = products(self._wrong)
        union = {name: [*claims, *more.get(name, [])] for name, claims in by_part.items()}
        by_part = {name: claims or more.get(name, []) for name, claims in by_part.items()}
        return in_common(union, everything) or shared_out(by_part, everything)

    @cached_property
    def _wrong(self) -> list[str]:
        return wrong_parts(self.seen)

    @cached_property
    def _held(self) -> Known:
        """By wrong part, the altered rules and triangles that give it, and other derivatives it holds."""
        held = {name: [*map(claim_of, self.alive.get(name, []))] for name in self._wrong}
        for name in self._wrong:
            if not any(one.got[name].any() for one in self.seen):  # zeros are told as such, unless a mistake
                elsewhere = {claim for other in self._wrong if other != name for claim in held[other]}
                held[name] = [claim for claim in held[name] if claim in elsewhere]  # shows in others too
        if self.unrolled is not None:
            for name, claim in _nearby(self.seen, self.unrolled, self._wrong):
                held[name].append(claim)
        return held

    @cached_property
    def _shapes(self) -> Known:
        """By wrong part, the shape of its error."""
        return {name: _swapped(self.seen, name) or self._shaped(name) for name in self._wrong}

    def _shaped(self, name: str) -> list[Claim]:
        told = [next((n for n in self._wrong if s.want[n].any()), name) for s in self.seen]
        beside = [(s.got[n], s.want[n]) for s, n in zip(self.seen, told, strict=True)]
        pairs = [(s.got[name], s.want[name]) for s in self.seen]
        shapes = shapes_of(pairs, self.numbers, self.timed.get(name), beside)
        return [Claim(shape.name, shape.sentence) for shape in shapes]


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
    for one in sorted(seen, key=telling if unrolled.summed else size):
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
