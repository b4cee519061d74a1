"""Naming a mistake by an exercise's own slips: if they explain everything that is wrong."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from course.compare import difference
from course.exercise import Case, Parts, Slip
from course.verdict import Diagnosis

if TYPE_CHECKING:
    from course.judging import Run

Cases = Sequence[tuple["Run", Case]]


def by_slips(runs: "Sequence[Run]") -> tuple[Diagnosis, ...]:
    """The exercise's slips that explain every case of every run; all, if several cannot be told apart.

    None, if a result is wrong that they leave unexplained: then there is another mistake.
    """
    cases = sorted(((run, case) for run in runs for case in run.cases), key=lambda rc: _size(rc[1]))
    found = runs[0].exercise.slips
    for run, case in cases:
        got = run.parts(case)
        found = [slip for slip in found if _explains(slip, case, got)]
    if found and not all(_left_so(name, found, cases) for name in _unsaid(found, cases)):
        return ()
    return tuple(Diagnosis(slip.name, slip.sentence, slip.see) for slip in found)


def flows(*ways: Callable[..., Parts]) -> Callable[..., bool]:
    """For `Slip.others`: in each case a result is what one of these functions of the arguments gives."""

    def others(name: str, got: Parts, *args: Any) -> bool:
        return any(
            name in value and difference(got[name], value[name]) is None
            for value in (way(*args) for way in ways)
        )

    return others


def either(*ways: Callable[..., bool]) -> Callable[..., bool]:
    """For `Slip.others`: as one of several says."""
    return lambda name, got, *args: any(way(name, got, *args) for way in ways)


def _explains(slip: Slip, case: Case, got: Parts) -> bool:
    value = slip.value(*case.args)
    return all(difference(got[name], value[name]) is None for name in value)


def _unsaid(found: Sequence[Slip], cases: Cases) -> list[str]:
    """The results that no slip's value speaks of in every case, and that are wrong; without an oracle any."""
    run, first = cases[0]
    said = [{name for slip in found for name in slip.value(*case.args)} for _, case in cases]
    names = set(run.parts(first)) - said[0].intersection(*said)
    if run.exercise.oracle is None:
        return sorted(names)

    def wrong(name: str) -> bool:
        return any(difference(run.parts(c)[name], run.expected(c)[name]) is not None for run, c in cases)

    return sorted(filter(wrong, names))


def _left_so(name: str, found: Sequence[Slip], cases: Cases) -> bool:
    """Whether one of the slips leaves the result of that name as it is in every case."""
    return any(
        slip.others is not None and all(slip.others(name, run.parts(case), *case.args) for run, case in cases)
        for slip in found
    )


def _size(case: Case) -> int:
    return sum(np.size(field) for arg in case.args for field in (arg if isinstance(arg, tuple) else (arg,)))
