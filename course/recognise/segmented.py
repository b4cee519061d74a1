"""An exercise that goes through a sequence in segments of `every` steps."""

from collections.abc import Sequence as Many
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.compare import agree
from course.recognise.claims import Claim
from course.recognise.seen import Seen, telling, wrong_parts
from course.recognise.segments import OUTPUT, SegmentRule, Segments
from course.recognise.unrolled import Parts, Unrolled


@dataclass(frozen=True)
class Segmented(Unrolled):
    """A function of (p, X, Y, h_0, every)."""

    segments: tuple[SegmentRule, ...] = ()

    def further(self, seen: Many[Seen]) -> tuple[Claim, ...]:
        """The mistakes at the edges of segments that give every part in every case."""
        alive = self.segments if wrong_parts(seen) else ()
        for one in sorted(seen, key=telling):
            case = Segments(*one.args)
            alive = tuple(rule for rule in alive if self._gives(rule, case, one.got))
        return tuple(dict.fromkeys(Claim(r.name, r.sentence, r.see) for r in alive))

    def _gives(self, rule: SegmentRule, case: Segments, got: Parts) -> bool:
        names = (*OUTPUT, *[name for name in self.names if name not in OUTPUT])
        return all(agree(got[self.names[n]], rule.part(case, n)) for n in names)

    def nearby(self, args: tuple[Any, ...]) -> dict[str, Parts]:
        """Besides the usual ones, rows of ∂L/∂X in the wrong places, and what is carried between segments."""
        case = Segments(*args)
        dX, carried = case.right["X"].sum(0), case.right["b_h"].sum(0) @ case.p.W_hh
        segments = np.split(dX, case.begins()[1:])
        first = np.zeros_like(dX)
        first[: len(segments[0])] = segments[0]
        edges = carried[case.begins()]
        return super().nearby(args) | {
            "dX: the segments stand in reverse order.": {"dX": np.concatenate(segments[::-1])},
            "dX: the steps of each segment stand in reverse order.": {
                "dX": np.concatenate([rows[::-1] for rows in segments])
            },
            "dX: the first segment's rows alone are right. Is t counted from step 1? Is dX reset?": {
                "dX": first
            },
            "dh_0 is what is carried into the last checkpoint: go on to h_0.": {"dh_0": edges[-1]},
            "dh_0 is the sum of what is carried to all checkpoints: only what reaches h_0 counts.": {
                "dh_0": edges.sum(0)
            },
        }
