"""Naming a mistake, from the public cases alone: what is shown here may never depend on a hidden one.

First the exercise's own slips, then the known mistakes of `course.recognise`, then the shape of the error.
Nothing is guessed: a name means that the mistake's numbers equal the student's in every case.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from course.compare import difference, same
from course.exercise import Case, Parts, Slip, seed_of
from course.frames import decode, encode
from course.recognise.attribution import BASES, Attribution, attribute
from course.recognise.explain import Claim, Seen, by_parts, claim_of, in_all_parts, paths
from course.recognise.ignored import ignored, sizes
from course.recognise.patterns import ALL
from course.recognise.rules import RIGHT, Rule
from course.recognise.two import matches, two_at_once
from course.recognise.unrolled import Unrolled
from course.results import Unmet
from course.verdict import Diagnosis, Paths

if TYPE_CHECKING:
    from course.judging import Run

MANY = 2  # extra public cases from which a triangle is read


def diagnose(run: "Run") -> tuple[tuple[Diagnosis, ...], Paths | None]:
    """The mistakes recognised on the public cases, and the paths that the gradient counts.

    Several diagnoses are two mistakes in different parts, or some that the cases cannot tell apart.
    """
    if not readable(run):
        return (), None
    exercise, unrolled = run.exercise, run.exercise.unrolled
    if exercise.oracle is None:
        return by_slips([run]), None
    seen = [Seen(case.args, run.parts(case), run.expected(case)) for case in run.cases]
    alive = paths(seen, unrolled) if unrolled else {}
    whole = in_all_parts(alive) if alive else []
    named = as_diagnoses(map(claim_of, whole)) or by_slips([run])
    if not named:
        numbers = [unrolled.numbers(s.args) if unrolled else sizes(exercise, s.args) for s in seen]
        found_by_parts = by_parts(seen, unrolled, alive, exercise.timed, numbers)
        named = as_diagnoses(found_by_parts or ignored(exercise, seen))
    found = _attributed(run, unrolled, [rule for rule, _ in whole] if named else BASES) if unrolled else None
    if unrolled and found and not named:
        named = as_diagnoses(two_at_once(seen, unrolled, found))
    if found and found.rule is RIGHT and len(named) == len(whole) > 1:  # seven steps may tell them apart
        named = as_diagnoses(claim_of(pair) for pair in whole if matches(pair[1], found)) or named
    named = named or _changes(run)
    if found is None or (found.rule is RIGHT and matches(ALL, found)):  # nothing wrong to be drawn
        return named, None
    return named, Paths.of(found.alpha, found.rule.sentence)


def _changes(run: "Run") -> tuple[Diagnosis, ...]:
    """Where nothing else explains wrong results: arguments that a call changed."""
    if all(same(run.reply(case).after, decode(encode(case.args))) for case in run.cases):
        return ()
    return (Diagnosis("changes_arguments", "It changes one of its arguments in place. Work on a copy.", ""),)


def as_diagnoses(claims: Iterable[Claim]) -> tuple[Diagnosis, ...]:
    """What the verdict holds."""
    return tuple(Diagnosis(claim.name, claim.sentence, claim.see) for claim in dict.fromkeys(claims))


def readable(run: "Run") -> bool:
    """Whether every call gave results at all: a crash is its own message."""
    return all(run.reply(case).failure is None for case in run.cases)


def by_slips(runs: "Sequence[Run]") -> tuple[Diagnosis, ...]:
    """The exercise's slips that explain every case of every run; all, if several cannot be told apart."""
    cases = sorted(((run, case) for run in runs for case in run.cases), key=lambda rc: _size(rc[1]))
    found = runs[0].exercise.slips
    for run, case in cases:
        found = [slip for slip in found if _explains(slip, case, run.parts(case))]
    return tuple(Diagnosis(slip.name, slip.sentence, slip.see) for slip in found)


def _size(case: Case) -> int:
    return sum(np.size(field) for arg in case.args for field in (arg if isinstance(arg, tuple) else (arg,)))


def _explains(slip: Slip, case: Case, got: Parts) -> bool:
    value = slip.value(*case.args)
    return all(difference(got[name], value[name]) is None for name in value)


def _attributed(run: "Run", unrolled: Unrolled, rules: Sequence[Rule]) -> Attribution | None:
    """The paths through W_hh, from extra public cases: only if that gradient is wrong."""
    part = unrolled.names["W_hh"]
    if all(difference(run.parts(case)[part], run.expected(case)[part]) is None for case in run.cases):
        return None
    rng = np.random.default_rng(seed_of(run.exercise.name, "paths"))
    cases = [Case("paths", unrolled.many(rng)) for _ in range(MANY)]
    if any(run.reply(case).failure is not None for case in cases):
        return None
    try:
        got = [run.parts(case)[part] for case in cases]
    except Unmet:
        return None
    right = [unrolled.through_W_hh(case.args) for case in cases]
    if any(g.shape != r.shape[2:] or not np.isfinite(g).all() for g, r in zip(got, right, strict=True)):
        return None
    return attribute(got, lambda rule: [unrolled.through_W_hh(case.args, rule) for case in cases], rules)
