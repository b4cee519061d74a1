"""What finders of a mistake are given: an answer by its public cases, and what is worked out of them once."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from course.recognise.by_ways import Found as Ways
from course.recognise.by_ways import given, of_parts
from course.recognise.confirm import confirmed
from course.recognise.explain import Alive, InParts, Known, in_all_parts, paths
from course.recognise.ignored import sizes
from course.recognise.patterns import Pattern
from course.recognise.rules import Rule
from course.recognise.seen import Seen, wrong_parts
from course.recognise.tables import Found, look_up
from course.recognise.unrolled import Unrolled

if TYPE_CHECKING:
    from course.judging import Run


class Evidence:
    """An answer to an exercise that has an oracle, by its public cases; worked out when a finder asks."""

    def __init__(self, run: "Run") -> None:
        self.run, self.exercise = run, run.exercise
        self.unrolled: Unrolled | None = run.exercise.unrolled

    @cached_property
    def seen(self) -> Sequence[Seen]:
        """The public cases."""
        return [Seen(case.args, self.run.parts(case), self.run.expected(case)) for case in self.run.cases]

    @cached_property
    def whole_paths(self) -> Unrolled | None:
        """The sequences of a gradient that counts every path once."""
        return self.unrolled if self.unrolled and self.unrolled.truncation is None else None

    @cached_property
    def alive(self) -> Alive:
        """By part, the altered rules and triangles that give it in every case."""
        if self.whole_paths is None:
            return {}
        return confirmed(self.run, self.whole_paths, self.seen, paths(self.seen, self.whole_paths))

    @cached_property
    def beside(self) -> bool:
        """Whether something is wrong that is no gradient: then no mistake in them explains everything."""
        return self.unrolled is not None and not {*wrong_parts(self.seen)} <= {*self.unrolled.names.values()}

    @cached_property
    def in_all_parts(self) -> Sequence[tuple[Rule, Pattern]]:
        """Those that give every part."""
        return in_all_parts(self.alive) if self.alive and not self.beside else []

    @cached_property
    def ways(self) -> Ways:
        """What the ways to be wrong of a truncation give."""
        return given(self.seen, self.unrolled)

    @cached_property
    def of_ways(self) -> Known:
        """The same by part."""
        return of_parts(self.seen, self.ways)

    @cached_property
    def table(self) -> Found | None:
        """What the exercise's table explains."""
        return look_up(self.seen, self.exercise.table) if self.exercise.table else None

    @cached_property
    def in_parts(self) -> InParts:
        """The answer part by part."""
        of = self.unrolled.numbers if self.unrolled else lambda args: sizes(self.exercise, args)
        numbers = [of(one.args) for one in self.seen]
        return InParts(self.seen, self.whole_paths, self.alive, self.exercise.timed, numbers)
