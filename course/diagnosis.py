"""Naming a mistake, from the public cases alone: what is shown here may never depend on a hidden one.

Finders are asked in their order until one names something: first for the whole answer, then part by part,
then what takes longest. Nothing is guessed: a name means that the mistake's numbers equal the student's in
every case, and if one case alone shows a triangle, in two further public ones.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from course.compare import difference, same
from course.frames import decode, encode
from course.recognise.attribution import BASES, Attribution
from course.recognise.by_ways import completely
from course.recognise.cell_words import sentence as edges_said
from course.recognise.claims import Claim
from course.recognise.decay import scaled_carry
from course.recognise.evidence import Evidence
from course.recognise.explain import claim_of, cut_off
from course.recognise.further import attributed, drawn, weights_of
from course.recognise.ignored import ignored, right_for
from course.recognise.patterns import Pattern
from course.recognise.products import by_products
from course.recognise.rules import RIGHT, Rule
from course.recognise.sent_back import by_errors
from course.recognise.slips import by_composed, by_slips
from course.recognise.tables import in_parts
from course.recognise.two import matches, two_at_once
from course.verdict import Diagnosis, Drawn, Weights

if TYPE_CHECKING:
    from course.judging import Run

Named = tuple[Diagnosis, ...]


def diagnose(run: "Run") -> tuple[Named, Drawn | None]:
    """The mistakes recognised on the public cases, and what the gradient counts.

    Several diagnoses are two mistakes in different parts, or some that the cases cannot tell apart.
    """
    if not readable(run):
        return (), None
    exercise, unrolled = run.exercise, run.exercise.unrolled
    if exercise.oracle is None:
        return by_slips([run]), None
    answer = Evidence(run)
    named = _first(FINDERS, answer)
    if exercise.weighed:
        weights = weights_of(run, exercise.weighed, answer.seen)
        return named or _by_edges(weights) or _changes(answer), weights
    rules = _rules(named, answer.in_all_parts)
    counted = attributed(run, unrolled, rules) if unrolled else None
    named = named or _first((partial(_two, counted=counted), _last_table), answer)
    named = _told_apart(named, answer, counted) or _changes(answer)
    under_an_altered_rule = counted is not None and counted.rule is not RIGHT
    if counted is None or (under_an_altered_rule and not named):  # it would name one of several mistakes
        return named, None
    return named, drawn(exercise, counted)


def _first(finders: "Sequence[Callable[[Evidence], Named]]", answer: Evidence) -> Named:
    """What the first of them says that names something."""
    return next(filter(None, (find(answer) for find in finders)), ())


def _altered_graph(answer: Evidence) -> Named:
    """One altered rule, or one altered triangle."""
    return as_diagnoses(map(claim_of, answer.in_all_parts))


def _slips(answer: Evidence) -> Named:
    return by_slips([answer.run])


def _ways(answer: Evidence) -> Named:
    """One way to be wrong about a truncation."""
    return as_diagnoses(completely(answer.seen, answer.ways))


def _further(answer: Evidence) -> Named:
    """What only this kind of gradient knows."""
    return as_diagnoses(answer.unrolled.further(answer.seen)) if answer.unrolled else ()


def _altered_error(answer: Evidence) -> Named:
    """One altered error, sent back as is right."""
    unrolled = answer.unrolled
    if unrolled is None or not unrolled.tabled:
        return ()
    return as_diagnoses(by_errors(answer.seen, unrolled))


def _scaled_carry(answer: Evidence) -> Named:
    """One number too many at every step back."""
    asked = answer.unrolled if not answer.beside else None
    return as_diagnoses(scaled_carry(answer.seen, asked)) if asked else ()


def _table(answer: Evidence) -> Named:
    """One mistake of the exercise's table."""
    table = answer.exercise.table
    return as_diagnoses(answer.table.whole) if table and not table.last and answer.table else ()


def _parts(answer: Evidence) -> Named:
    """Part by part: one mistake for all that are wrong, or two that share them out."""
    table = answer.exercise.table
    found = answer.table if table and not table.last else None
    return as_diagnoses(
        in_parts(answer.in_parts, answer.of_ways, found)
        or cut_off(answer.seen)
        or ignored(answer.exercise, answer.seen)
    )


def _products(answer: Evidence) -> Named:
    """Part by part with one factor altered in the products that it sums."""
    unrolled = answer.unrolled
    if unrolled is None or not unrolled.tabled:
        return ()
    products = partial(by_products, answer.seen, unrolled)
    return as_diagnoses(answer.in_parts.named(answer.of_ways, products))


def _composed(answer: Evidence) -> Named:
    return by_composed(answer.run)


FINDERS = (
    *(_altered_graph, _slips, _ways, _further, _altered_error, _scaled_carry, _table),
    *(_parts, _products, _composed),
)


def _two(answer: Evidence, counted: Attribution | None) -> Named:
    """An altered rule and an altered triangle at once."""
    if answer.whole_paths is None or counted is None or answer.beside:
        return ()
    return as_diagnoses(two_at_once(answer.seen, answer.whole_paths, counted))


def _last_table(answer: Evidence) -> Named:
    """A mistake of a table that is asked last: in all parts, or in those that nothing else explains."""
    table, found = answer.exercise.table, answer.table
    if table is None or not table.last or found is None:
        return ()
    if found.whole or not any(found.by_part.values()):
        return as_diagnoses(found.whole)
    return as_diagnoses(answer.in_parts.named(answer.of_ways, lambda wrong: found.by_part))


def _told_apart(named: Named, answer: Evidence, counted: Attribution | None) -> Named:
    """Of several that explain the whole answer those that seven further steps do not tell apart."""
    whole = answer.in_all_parts
    if counted is None or counted.rule is not RIGHT or not len(named) == len(whole) > 1:
        return named
    T = len(counted.alpha)
    return as_diagnoses(claim_of(pair) for pair in whole if matches(pair[1].triangle(T), counted)) or named


def _rules(named: Named, whole: Sequence[tuple[Rule, Pattern]]) -> Sequence[Rule]:
    """The altered rules that a triangle may hold under: those that a name speaks of, if there is one."""
    if not named:
        return BASES
    return [rule for rule, _ in whole] or [rule for rule in BASES if rule.name in {d.name for d in named}]


def _by_edges(weights: Weights | None) -> Named:
    """Where nothing else explains wrong results: the edges that do."""
    if weights is None:
        return ()
    return (Diagnosis("edges", edges_said(weights), "The direct path and the total derivative"),)


def _changes(answer: Evidence) -> Named:
    """Arguments that a call changed, where the results are right for what it made of them."""
    run = answer.run
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


def as_diagnoses(claims: Iterable[Claim]) -> Named:
    """What the verdict holds: each sentence once."""
    first = {claim.sentence: claim for claim in reversed([*claims])}
    return tuple(Diagnosis(claim.name, claim.sentence, claim.see) for claim in reversed(first.values()))


def readable(run: "Run") -> bool:
    """Whether every call gave results at all: a crash is its own message."""
    return all(run.reply(case).failure is None for case in run.cases)
