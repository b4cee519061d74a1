"""Naming a mistake, from the public cases alone: what is shown here may never depend on a hidden one.

First the exercise's own slips, then the known mistakes of `course.recognise`, then the shape of the error.
Nothing is guessed: a name means that the mistake's numbers equal the student's in every case, and if one case
alone shows a triangle, in two further public ones.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from course.compare import difference, same
from course.frames import decode, encode
from course.recognise.attribution import BASES
from course.recognise.by_ways import completely, given, of_parts
from course.recognise.cell_words import sentence as edges_said
from course.recognise.claims import Claim
from course.recognise.confirm import confirmed
from course.recognise.decay import scaled_carry
from course.recognise.explain import Seen, by_parts, claim_of, cut_off, in_all_parts, paths
from course.recognise.further import attributed, drawn, weights_of
from course.recognise.ignored import ignored, right_for, sizes
from course.recognise.patterns import Pattern
from course.recognise.products import by_products
from course.recognise.rules import RIGHT, Rule
from course.recognise.sent_back import by_errors
from course.recognise.slips import by_composed, by_slips
from course.recognise.tables import in_parts, look_up
from course.recognise.two import matches, two_at_once
from course.verdict import Diagnosis, Drawn, Weights

if TYPE_CHECKING:
    from course.judging import Run


def diagnose(run: "Run") -> tuple[tuple[Diagnosis, ...], Drawn | None]:
    """The mistakes recognised on the public cases, and what the gradient counts.

    Several diagnoses are two mistakes in different parts, or some that the cases cannot tell apart.
    """
    if not readable(run):
        return (), None
    exercise, unrolled = run.exercise, run.exercise.unrolled
    if exercise.oracle is None:
        return by_slips([run]), None
    seen = [Seen(case.args, run.parts(case), run.expected(case)) for case in run.cases]
    whole_paths = unrolled if unrolled and unrolled.truncation is None else None
    alive = confirmed(run, whole_paths, seen, paths(seen, whole_paths)) if whole_paths else {}
    whole = in_all_parts(alive) if alive else []
    named = as_diagnoses(map(claim_of, whole)) or by_slips([run])
    ways = given(seen, unrolled)
    named = named or as_diagnoses(completely(seen, ways))
    if not named and unrolled:
        named = as_diagnoses(unrolled.further(seen))
    if not named and unrolled and unrolled.tabled:
        named = as_diagnoses(by_errors(seen, unrolled) or scaled_carry(seen, unrolled))
    table = look_up(seen, exercise.table) if exercise.table and not named else None
    named = as_diagnoses(table.whole) if table else named
    if not named:
        numbers = [unrolled.numbers(s.args) if unrolled else sizes(exercise, s.args) for s in seen]
        parts_said = partial(by_parts, told={})
        how = (whole_paths, alive, exercise.timed, numbers)
        of_ways = of_parts(seen, ways)
        claims = in_parts(lambda one, known: parts_said(one, *how, of_ways | known), seen, table)
        claims = claims or cut_off(seen) or ignored(exercise, seen)
        if not claims and unrolled and unrolled.tabled:
            claims = parts_said(seen, *how, of_ways, partial(by_products, seen, unrolled))
        named = as_diagnoses(claims) or by_composed(run)
    if exercise.weighed:
        weights = weights_of(run, exercise.weighed, seen)
        return named or _by_edges(weights) or _changes(run), weights
    counted = attributed(run, unrolled, _rules(named, whole)) if unrolled else None
    if whole_paths and counted and not named:
        named = as_diagnoses(two_at_once(seen, whole_paths, counted))
    if exercise.last_table and not named:
        last = look_up(seen, exercise.last_table)
        known = of_ways | last.by_part
        named = as_diagnoses(last.whole or (parts_said(seen, *how, known) if any(known.values()) else ()))
    if counted and counted.rule is RIGHT and len(named) == len(whole) > 1:  # seven steps may tell them apart
        T = len(counted.alpha)
        named = as_diagnoses(claim_of(p) for p in whole if matches(p[1].triangle(T), counted)) or named
    named = named or _changes(run)
    return named, drawn(exercise, counted) if counted else None


def _rules(named: Sequence[Diagnosis], whole: Sequence[tuple[Rule, Pattern]]) -> Sequence[Rule]:
    """The altered rules that a triangle may hold under: those that a name speaks of, if there is one."""
    if not named:
        return BASES
    return [rule for rule, _ in whole] or [rule for rule in BASES if rule.name in {d.name for d in named}]


def _by_edges(weights: Weights | None) -> tuple[Diagnosis, ...]:
    """Where nothing else explains wrong results: the edges that do."""
    if weights is None:
        return ()
    return (Diagnosis("edges", edges_said(weights), "The direct path and the total derivative"),)


def _changes(run: "Run") -> tuple[Diagnosis, ...]:
    """Arguments that a call changed, where the results are right for what it made of them."""
    if all(same(run.reply(c).after, decode(encode(c.args))) for c in run.cases):
        return ()
    for case in run.cases:
        try:
            right = right_for(run.exercise, run.expected(case), run.reply(case).after)
        except Exception:  # what it made of them need not be arguments at all
            return ()
        if any(difference(run.parts(case)[name], right[name]) is not None for name in right):
            return ()
    return (Diagnosis("changes_arguments", "It changes one of its arguments in place. Work on a copy.", ""),)


def as_diagnoses(claims: Iterable[Claim]) -> tuple[Diagnosis, ...]:
    """What the verdict holds."""
    return tuple(Diagnosis(claim.name, claim.sentence, claim.see) for claim in dict.fromkeys(claims))


def readable(run: "Run") -> bool:
    """Whether every call gave results at all: a crash is its own message."""
    return all(run.reply(case).failure is None for case in run.cases)
