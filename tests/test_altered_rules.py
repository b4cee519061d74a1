"""The tables of altered rules: each says something of its own, and the right one is right."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from course.compare import difference
from course.exercise import Parts, load
from course.recognise.carried import RIGHT_MOVE, Carried, Product
from course.recognise.claims import Claim
from course.recognise.each_loss import EachLoss
from course.recognise.one_state import OneState
from course.recognise.patterns import ALL
from course.recognise.rules import RIGHT
from course.recognise.segmented import Segmented
from course.recognise.segments import Segments

Value = Callable[[tuple[Any, ...]], Parts]


def values(name: str) -> list[tuple[Claim, Value]]:
    """Every altered rule and triangle of an exercise, as what it says and what it returns."""
    unrolled = load(name).unrolled
    if isinstance(unrolled, Segmented):
        names = unrolled.names
        return [
            (
                Claim(rule.name, rule.sentence),
                lambda args, r=rule: {mine: r.part(Segments(*args), w) for w, mine in names.items()},  # type: ignore[misc]
            )
            for rule in unrolled.segments
        ]
    assert isinstance(unrolled, EachLoss | OneState)
    pairs = [(rule, ALL) for rule in unrolled.rules] + [(RIGHT, pattern) for pattern in unrolled.patterns]
    return [
        (
            Claim(one.name, one.sentence),
            lambda args, r=rule, p=pattern: unrolled.whole(args, 0)(r, p, unrolled.names.values()),  # type: ignore[misc]
        )
        for rule, pattern in pairs
        for one in ([pattern] if rule is RIGHT else [rule])
    ]


def equal(some: list[Parts], others: list[Parts]) -> bool:
    """Whether they are the same in every case."""
    return all(
        difference(one[name], other[name]) is None
        for one, other in zip(some, others, strict=True)
        for name in one
    )


@pytest.mark.parametrize("name", ["rtrl", "direct_and_total", "checkpointed_bptt"])
def test_every_altered_rule_is_wrong_in_a_way_of_its_own(name: str) -> None:
    exercise = load(name)
    cases = exercise.public_cases()
    assert exercise.oracle is not None
    right = [exercise.oracle(*case.args) for case in cases]
    made = [(claim, [value(case.args) for case in cases]) for claim, value in values(name)]
    assert [claim.name for claim, found in made if equal(found, right)] == []
    alike = [
        (claim.name, other.name)
        for i, (claim, found) in enumerate(made)
        for other, values_of_other in made[:i]
        if claim != other and equal(found, values_of_other)
    ]
    assert alike == []


def test_what_is_carried_rightly_is_the_derivative_of_the_state() -> None:
    exercise = load("direct_and_total")
    assert exercise.oracle is not None
    assert isinstance(exercise.unrolled, OneState)
    for case in exercise.public_cases():
        (s,) = exercise.unrolled.sequences(*case.args)
        want = exercise.oracle(*case.args)
        for find in (RIGHT_MOVE, Product()):
            direct, total = (np.moveaxis(found[-1], -1, 0) for found in find(Carried(s), "W_hh"))
            assert difference(direct, want["direct"]) is None
            assert difference(total, want["total"]) is None


def test_terms_of_segments_that_are_run_again_rightly_are_the_gradient() -> None:
    from course.problem_sets.ps2._pieces import pieces
    from course.recognise.reruns import Rerun

    exercise = load("checkpointed_bptt")
    assert exercise.oracle is not None
    assert isinstance(exercise.unrolled, Segmented)
    for case in exercise.public_cases():
        want, rerun = exercise.oracle(*case.args), Rerun("", "", "", pieces=pieces)
        for weight, mine in exercise.unrolled.names.items():
            assert difference(rerun.part(Segments(*case.args), weight), want[mine]) is None
