"""Every way to be wrong about a truncation is told by its own name, and by no other."""

from functools import cache

import numpy as np
import pytest

from course.compare import difference
from course.exercise import load
from course.recognise.by_ways import completely, given, of_parts, take
from course.recognise.claims import Claim
from course.recognise.seen import Seen, wrong_parts
from course.recognise.taken import Taken
from course.recognise.unrolled import Unrolled
from course.recognise.ways import Way

EXERCISES = ("truncated_bptt", "chunked_bptt", "randomized_bptt")


@cache
def unrolled_of(name: str) -> Unrolled:
    unrolled = load(name).unrolled
    assert unrolled is not None
    assert unrolled.truncation is not None
    return unrolled


@cache
def taken_of(name: str) -> list[Taken]:
    unrolled = unrolled_of(name)
    assert unrolled.truncation is not None
    return [take(unrolled, unrolled.truncation, case.args) for case in load(name).public_cases()]


def mistaken(name: str, way: Way) -> list[Seen]:
    """What code with that mistake alone gives on the public cases."""
    seen = []
    for taken in taken_of(name):
        right = {part: taken.part(part, taken.right) for part in unrolled_of(name).names.values()}
        parts = [part for part in way.gives if part in way.claim.parts]
        seen.append(Seen(taken.args, right | {part: way.value(taken, part) for part in parts}, right))
    return seen


@pytest.mark.parametrize("name", EXERCISES)
def test_the_right_counts_give_what_the_oracle_gives(name: str) -> None:
    exercise = load(name)
    assert exercise.oracle is not None
    for taken in taken_of(name):
        for part, right in exercise.oracle(*taken.args).items():
            assert difference(taken.part(part, taken.right), right) is None


def confused(name: str, every: int) -> list[tuple[str, list[str]]]:
    """Mistakes that are told another name, or more than one."""
    truncation = unrolled_of(name).truncation
    assert truncation is not None
    found = []
    for way in truncation.ways[::every]:
        seen = mistaken(name, way)
        if not wrong_parts(seen):
            continue
        told = {claim.name for claim in completely(seen, given(seen, unrolled_of(name)))}
        if way.claim.parts and {*way.claim.parts} <= {*way.gives} and told != {way.claim.name}:
            found.append((way.claim.name, sorted(told)))
    return found


@pytest.mark.parametrize("name", EXERCISES)
def test_ways_to_be_wrong_are_told_by_their_own_names(name: str) -> None:
    assert not confused(name, 8)


@pytest.mark.soak
@pytest.mark.parametrize("name", EXERCISES)
def test_every_way_to_be_wrong_is_told_by_its_own_name(name: str) -> None:
    assert not confused(name, 1)


def test_of_the_ways_that_give_a_part_those_that_give_most_are_told() -> None:
    right = {name: np.ones(2) for name in ("W_hh", "b_h", "h_0")}
    seen = [Seen((), {name: 2 * part for name, part in right.items()}, right)]
    wide = Claim("wide", "It gives two parts.", "", ("W_hh", "b_h"))
    narrow = Claim("narrow", "It gives one of them.", "", ("b_h",))
    silent = Claim("silent", "It gives a part that it does not speak of.", "", ("W_hh",))
    told = of_parts(seen, {wide: {"W_hh", "b_h"}, narrow: {"b_h"}, silent: {"h_0"}})
    assert told == {"W_hh": [wide], "b_h": [wide], "h_0": []}
