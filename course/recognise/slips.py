"""Naming a mistake by an exercise's own slips: if they explain everything that is wrong."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from course.compare import agree, alike
from course.exercise import Case, Parts, Slip
from course.recognise.confirm import confirmed_slips
from course.verdict import Diagnosis

if TYPE_CHECKING:
    from course.judging import Run

Cases = Sequence[tuple["Run", Case]]
FEW = 4  # steps in which a great many slips are valued as fast as in one


def by_slips(runs: "Sequence[Run]") -> tuple[Diagnosis, ...]:
    """The exercise's slips that explain every case of every run; all, if several cannot be told apart.

    None, if a result is wrong that they leave unexplained: then there is another mistake.
    """
    return _explaining(runs[0].exercise.slips, runs)


def by_composed(run: "Run") -> tuple[Diagnosis, ...]:
    """The same of the slips that the exercise composes, if it does."""
    make = run.exercise.composed
    return _explaining(make(), [run]) if make else ()


def _explaining(known: Sequence[Slip], runs: "Sequence[Run]") -> tuple[Diagnosis, ...]:
    """Those of them that do."""
    cases = _in_order(runs, any(slip.together for slip in known))
    found: list[tuple[Slip, list[set[str]]]] = [(slip, []) for slip in known]
    for run, case in cases:  # with each slip, the results that it speaks of, case by case
        spoken = _spoken([slip for slip, _ in found], run.parts(case), case.args)
        pairs = zip(found, spoken, strict=True)
        found = [(slip, [*said, names]) for (slip, said), names in pairs if names is not None]
    slips: Sequence[Slip] = [slip for slip, _ in found]
    said = [set[str]().union(*names) for names in zip(*[names for _, names in found], strict=True)]
    if slips and not all(_left_so(name, slips, cases) for name in _unsaid(said, cases)):
        return ()
    if len(runs) == 1:
        slips = _widest(slips, [set[str]().union(*names) for _, names in found])
        slips = confirmed_slips(runs[0], slips, sum(_wrong(run, case) for run, case in cases))
    return tuple(dict.fromkeys(Diagnosis(slip.name, slip.sentence, slip.see) for slip in slips))


def _widest(slips: Sequence[Slip], said: Sequence[set[str]]) -> Sequence[Slip]:
    """Those whose results are not among what another one explains beside more."""
    return [slip for slip, names in zip(slips, said, strict=True) if not any(names < more for more in said)]


def _in_order(runs: "Sequence[Run]", at_once: bool) -> Cases:
    """All cases, the shortest first.

    If many slips are valued `at_once` then first the shortest that is wrong, if it has few steps: it excludes
    most. Then the others that are wrong.
    """
    cases = sorted(((run, case) for run in runs for case in run.cases), key=_time)
    if not at_once:
        return cases
    right = [not _wrong(*one) for one in cases]
    first = next((k for k, one in enumerate(cases) if not right[k] and _time(one)[0] <= FEW), 0)
    order = sorted(range(len(cases)), key=lambda k: (k != first, right[k]))
    return [cases[k] for k in order]


def _wrong(run: "Run", case: Case) -> bool:
    """Whether something is, as far as is known."""
    if run.exercise.oracle is None:
        return True
    got, want = run.parts(case), run.expected(case)
    return any(not agree(got[name], want[name]) for name in want)


def _spoken(slips: Sequence[Slip], got: Parts, args: tuple[Any, ...]) -> list[set[str] | None]:
    """The results that each slip speaks of; None where it does not explain them."""
    found: list[set[str] | None] = [None] * len(slips)
    at_once: dict[Callable[..., Parts], list[int]] = {}
    for number, slip in enumerate(slips):
        if slip.together:
            at_once.setdefault(slip.together, []).append(number)
        elif _explains(value := slip.value(*args), got):
            found[number] = set(value)
    for together, numbers in at_once.items():
        if possible := slips[numbers[0]].possible:
            may_be = possible([slips[n].of for n in numbers], got, *args)
            numbers = [n for n, may in zip(numbers, may_be, strict=True) if may]
        if not numbers:
            continue
        value = together([slips[n].of for n in numbers], *args)
        right = np.all([alike(got[name], values) for name, values in value.items()], axis=0)
        for n in np.array(numbers)[right]:
            found[n] = set(value)
    return found


def flows(*ways: Callable[..., Parts]) -> Callable[..., bool]:
    """For `Slip.others`: in each case a result is what one of these functions of the arguments gives."""

    def others(name: str, got: Parts, *args: Any) -> bool:
        return any(name in value and agree(got[name], value[name]) for value in (way(*args) for way in ways))

    return others


def either(*ways: Callable[..., bool]) -> Callable[..., bool]:
    """For `Slip.others`: as one of several says."""
    return lambda name, got, *args: any(way(name, got, *args) for way in ways)


def _explains(value: Parts, got: Parts) -> bool:
    return all(agree(got[name], value[name]) for name in value)


def _unsaid(said: Sequence[set[str]], cases: Cases) -> list[str]:
    """The results that are not spoken of in every case, and that are wrong; without an oracle any."""
    run, first = cases[0]
    names = set(run.parts(first)) - said[0].intersection(*said)
    if run.exercise.oracle is None:
        return sorted(names)

    def wrong(name: str) -> bool:
        return any(not agree(run.parts(c)[name], run.expected(c)[name]) for run, c in cases)

    return sorted(filter(wrong, names))


def _left_so(name: str, found: Sequence[Slip], cases: Cases) -> bool:
    """Whether one of the slips leaves the result of that name as it is in every case."""
    return any(
        slip.others is not None and all(slip.others(name, run.parts(case), *case.args) for run, case in cases)
        for slip in found
    )


def _time(one: tuple["Run", Case]) -> tuple[int, int]:
    """What a slip's value takes on a case: it goes through its steps one by one."""
    run, case = one
    steps = [run.parts(case)[name].shape[axis] for name, axis in run.exercise.timed.items()]
    return max(steps, default=0), case.size
