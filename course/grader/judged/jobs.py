"""What is run for one notebook, what comes of it, and the one interface of the places where that happens."""

from dataclasses import dataclass
from typing import Protocol

from course.grader.judged.session import Result
from course.grader.judged.steps import Step
from course.grader.sandbox import Defences, Limits

Key = tuple[str, str]  # student, notebook


@dataclass(frozen=True)
class Job:
    """All that decides what comes of one notebook: cells, kernel, seeds by exercise, files beside it."""

    key: Key
    flavour: str
    steps: tuple[Step, ...]
    seeds: dict[str, int | None]
    files: dict[str, bytes]


@dataclass(frozen=True)
class Terms:
    """What holds for all jobs of a run: limits, defences, kinds of sandbox in order, whether none will do."""

    limits: Limits
    defences: Defences
    kinds: tuple[str, ...]
    trust_students: bool = False


@dataclass(frozen=True)
class Done:
    """The results by the index of the cell, the seconds they took, the kind of sandbox, the worker if any."""

    results: dict[int, Result]
    seconds: float
    sandbox: str = ""
    worker: str = ""


class Halt(BaseException):
    """Nothing more can be run: says why. No `Exception`: nbgrader takes those for one student's."""


class Place(Protocol):
    """Where jobs run. All methods may be called from any thread.

    `threads`: how many threads, at most, wait for jobs here.
    """

    threads: int

    def window(self) -> int:
        """How many jobs may now be begun before their results are asked for."""

    def begin(self, flavours: set[str]) -> None:
        """Start what jobs of these flavours need, and wait for nothing."""

    def prepare(self, flavours: set[str]) -> None:
        """Wait until jobs of these flavours can run; raises `Refused` if they cannot run here."""

    def run(self, job: Job) -> Done:
        """Run a job and wait for it; raises `Halt` if no other can be run either."""

    def stop(self) -> None:
        """Make what still runs come to its end, now."""

    def close(self) -> None:
        """Leave nothing behind."""
