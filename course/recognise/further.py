"""What is read from further public cases: how often a gradient counts each path, or each kind of edge."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from course.compare import RTOL, agree
from course.exercise import Case, Parts, seed_of
from course.models import Array
from course.recognise.attribution import Attribution, attribute
from course.recognise.rules import RIGHT, Rule
from course.recognise.seen import Seen, wrong_parts
from course.recognise.two import matches
from course.recognise.unrolled import Unrolled
from course.recognise.weighing import Solution, Weighed, last_explained, weigh
from course.results import Unmet
from course.verdict import Paths, Weights, rounded

if TYPE_CHECKING:
    from course.exercise import Exercise
    from course.judging import Run

MANY = 2  # cases from which a triangle is read


def path_cases(exercise: "Exercise") -> list[tuple[Any, ...]]:
    """The arguments from which a triangle is read: the same for everybody."""
    assert exercise.unrolled is not None
    rng = np.random.default_rng(seed_of(exercise.name, "paths"))
    return [exercise.unrolled.many(rng) for _ in range(MANY)]


def edge_cases(exercise: "Exercise") -> list[tuple[Any, ...]]:
    """The arguments from which the weights of edges are read: the same for everybody."""
    assert exercise.weighed is not None
    return exercise.weighed.many(np.random.default_rng(seed_of(exercise.name, "edges")))


def attributed(run: "Run", unrolled: Unrolled, rules: Sequence[Rule]) -> Attribution | None:
    """The paths through W_hh: only if that gradient is wrong."""
    if not unrolled.summed:
        return None
    part, rules = unrolled.names["W_hh"], [rule for rule in rules if rule in unrolled.rules]
    if all(agree(run.parts(case)[part], run.expected(case)[part]) for case in run.cases):
        return None
    cases = path_cases(run.exercise)
    right = [unrolled.through_W_hh(args) for args in cases]
    got = _results(run, cases, [{part: r.shape[2:]} for r in right])
    if got is None:
        return None

    def find(rule: Rule) -> list[Array]:
        return right if rule is RIGHT else [unrolled.through_W_hh(args, rule) for args in cases]

    return attribute([parts[part] for parts in got], find, rules, unrolled.right(cases[0]))


def drawn(exercise: "Exercise", found: Attribution) -> Paths | None:
    """What the picture shows, if something is wrong in it."""
    assert exercise.unrolled is not None
    wanted = exercise.unrolled.right(path_cases(exercise)[0])
    if found.rule is RIGHT and matches(wanted, found):
        return None
    return Paths.of(found.alpha, found.rule.sentence, wanted)


def weights_of(run: "Run", weighed: Weighed, seen: Sequence[Seen]) -> Weights | None:
    """How often each kind of edge is counted: only if a result is wrong, and edges explain it everywhere."""
    if not wrong_parts(seen):
        return None
    cases = edge_cases(run.exercise)
    shapes = [{name: part.shape[1:] for name, part in one.items()} for one in weighed.right(cases)]
    got = _results(run, cases, shapes)
    found = weigh(weighed, cases, got) if got is not None else None
    if found is None or np.all(np.isnan(found.weights) | (np.abs(found.weights - 1) < 1e-5)):
        return None
    given = all(_given_by(found, weighed, one) for one in seen)
    if not given or not last_explained(found, weighed, [s.args for s in seen], [s.got for s in seen]):
        # something else shows in these alone
        return None
    return Weights(weighed.edges, tuple(map(rounded, found.weights)), found.apart)


def _given_by(found: Solution, weighed: Weighed, one: Seen) -> bool:
    """Whether the weights give what came back in a case."""
    value = weighed.value(*one.args)(np.nan_to_num(found.weights, nan=1.0)[None])
    return all(
        agree(one.got[name], part[0].real, RTOL["directional"])
        for name, part in value.items()
        if name not in found.apart
    )


def _results(
    run: "Run", cases: Sequence[tuple[Any, ...]], shapes: Sequence[dict[str, tuple[int, ...]]]
) -> list[Parts] | None:
    """What comes back, if it is finite and has those shapes."""
    try:
        got = [run.parts(Case("further", args)) for args in cases]
    except Unmet:
        return None
    parts = [(one[name], shape) for one, of in zip(got, shapes, strict=True) for name, shape in of.items()]
    return got if all(part.shape == shape and np.isfinite(part).all() for part, shape in parts) else None
