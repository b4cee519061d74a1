"""The model of an exercise: one object in one public file says what is asked and how it is judged.

>>> exercise = Exercise(recurrence, title="…", chapter="4 bptt", returns=("a", "P"))  # doctest: +SKIP
"""

import difflib
import hashlib
import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from course.declared import Case, Check, Large, Parts, Slip

if TYPE_CHECKING:
    from course.judging import Run
    from course.recognise.tables import Table
    from course.recognise.unrolled import Unrolled
    from course.recognise.weighing import Weighed

__all__ = ["Case", "Check", "Exercise", "Large", "Parts", "Slip", "load", "names", "seed_of"]
KEEPS_POINTS = 1  # for leaving inputs and earlier results alone; every exercise asks it


class Exercise:
    """What a student is asked, and how any answer is judged.

    Args:
        stub: the function or class as the student gets it: signature, docstring, NotImplementedError.
        title: a heading for notebooks and reports.
        chapter: number and file name of its chapter, "4 bptt".
        returns: names of the results, in order; a NamedTuple class stands for all its fields.
        entry: for stubs that are not plain functions: `entry(f, *args)` calls it on data.
        needs: extras without which it cannot run, such as "torch".
        read: for results that are not arrays as they come: `read(value, *args)` makes arrays of them,
            or raises ValueError with the reason.
        given: import lines that its notebook has beside those of every notebook.
    """

    def __init__(
        self,
        stub: Callable[..., Any],
        *,
        title: str,
        chapter: str,
        returns: Sequence[Any],
        entry: Callable[..., Any] | None = None,
        needs: tuple[str, ...] = (),
        given: tuple[str, ...] = (),
        read: Callable[..., Any] | None = None,
    ) -> None:
        self.stub, self.title, self.chapter, self.returns = stub, title, chapter, tuple(returns)
        self.name, self.entry, self.needs, self.given = stub.__name__, entry, needs, given
        self.read = read
        self.checks: list[Check] = []
        self.slips: list[Slip] = []
        self.composed: Callable[[], list[Slip]] | None = None  # more slips, made where nothing else is it
        self._cases: Callable[[np.random.Generator], list[Case]] | None = None
        self.large: Callable[[np.random.Generator], Large] | None = None
        self.oracle: Callable[..., Parts] | None = None
        self.shapes: Callable[..., dict[str, tuple[int, ...]]] | None = None
        self.unrolled: Unrolled | None = None  # for a gradient through time: how to take an answer apart
        self.weighed: Weighed | None = None  # the same for an LSTM: its gradient with weights on the edges
        self.table: Table | None = None  # mistakes put together from a few kinds, all valued at once
        self.timed: dict[str, int] = {}  # parts that have an axis of time steps, and which

    @property
    def points(self) -> int:
        """What a right answer is worth."""
        return sum(check.points for check in self.checks) + KEEPS_POINTS

    def cases(self, make: Callable[[np.random.Generator], list[Case]]) -> Callable[..., list[Case]]:
        """Decorator: the generator of cases, public and hidden. Its rng is never the student's."""
        self._cases = make
        return make

    def by_hand(self, make: Callable[[np.random.Generator], Large]) -> Callable[..., Large]:
        """Decorator: a large case, for an exercise that asks for a backward pass. Only grading uses it."""
        self.large = make
        return make

    def expects(self, oracle: Callable[..., Parts]) -> Callable[..., Parts]:
        """Decorator: what is right, by name of the result, from an oracle that is independent of us."""
        self.oracle = oracle
        return oracle

    def shaped(self, shapes: Callable[..., dict[str, tuple[int, ...]]]) -> Callable[..., Any]:
        """Decorator: the results' shapes, for an exercise that is judged by laws instead of values."""
        self.shapes = shapes
        return shapes

    def check(
        self,
        name: str,
        sentence: str,
        *,
        points: int,
        see: str = "",
        after: Sequence[str] = ("returns",),
        about: tuple[str, ...] | None = None,
        once: bool = False,
    ) -> "Callable[[Callable[[Run], None]], Callable[[Run], None]]":
        """Decorator: a check that tests by itself, `test(run)`; it fails by `run.fail` or `run.agree`."""

        def add(test: "Callable[[Run], None]") -> "Callable[[Run], None]":
            self._add(Check(name, sentence, points, see, tuple(after), test, about, once))
            return test

        return add

    def claim(
        self,
        name: str,
        sentence: str,
        *,
        points: int,
        parts: Sequence[str] = (),
        on: str = "",
        but: str = "",
        see: str = "",
        after: Sequence[str] = ("returns",),
    ) -> None:
        """A check that the named parts equal the oracle's on the cases `on` (default: all) but one."""
        chosen = tuple(parts)
        about = None if on else chosen

        def test(run: "Run") -> None:
            run.agree(chosen, on, but)

        self._add(Check(name, sentence, points, see, tuple(after), test, about))

    def slip(
        self,
        name: str,
        sentence: str,
        value: Callable[..., Parts],
        see: str = "",
        others: Callable[..., bool] | None = None,
    ) -> None:
        """A mistake to recognise by its value on every case, and by what it does to the other results."""
        self.slips.append(Slip(name, sentence, see, value, others))

    def _add(self, check: Check) -> None:
        known = {"returns", *[c.name for c in self.checks]}
        if check.name in known or not set(check.after) <= known:
            raise ValueError(
                f"{self.name}: check {check.name!r} is declared twice or before one it builds on"
            )
        self.checks.append(check)

    def public_cases(self) -> list[Case]:
        """The cases of a student's own check: the same every time."""
        return self.draw(seed_of(self.name))

    def draw(self, seed: int) -> list[Case]:
        """Fresh cases from a seed."""
        if self._cases is None:
            raise ValueError(f"{self.name}: no case generator is declared")
        return self._cases(np.random.default_rng(seed))


def seed_of(*words: object) -> int:
    """A stable 64-bit seed of some words (never `hash()`, which changes from run to run)."""
    return int.from_bytes(hashlib.sha256("/".join(map(str, words)).encode()).digest()[:8], "little")


SETS = Path(__file__).parent / "problem_sets"


def names() -> dict[str, str]:
    """All exercises, as {name: problem set}, found by listing the folders.

    A module whose name begins with an underscore is none: it holds what the exercises of its set share.
    """
    return {path.stem: path.parent.name for path in sorted(SETS.glob("*/*.py")) if path.stem[0] != "_"}


def load(name: str) -> Exercise:
    """The exercise of that name.

    Raises:
        LookupError: when there is none; says which name comes closest.
    """
    where = names()
    if name not in where:
        close = difflib.get_close_matches(name, where, n=1, cutoff=0.6)
        hint = f" Did you mean `{close[0]}`?" if close else f" There are: {', '.join(where)}."
        raise LookupError(f"There is no exercise called `{name}`.{hint}")
    exercise: Exercise = importlib.import_module(f"course.problem_sets.{where[name]}.{name}").exercise
    return exercise
