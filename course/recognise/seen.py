"""What was seen of an answer: case by case the arguments, what came back and what is right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from course.compare import agree
from course.models import Array

Parts = dict[str, Array]


@dataclass(frozen=True)
class Seen:
    """One case: the arguments, what came back and what is right."""

    args: tuple[Any, ...]
    got: Parts
    want: Parts


def wrong_parts(seen: Sequence[Seen]) -> list[str]:
    """The parts that differ in some case."""
    return [n for n in seen[0].want if any(not agree(s.got[n], s.want[n]) for s in seen)]


def size(one: Seen) -> int:
    """How many numbers are right or wrong in a case."""
    return sum(part.size for part in one.want.values())


def telling(one: Seen) -> tuple[bool, int]:
    """Cases in which something is wrong exclude most; of these the smallest take the least time."""
    return not wrong_parts([one]), size(one)
