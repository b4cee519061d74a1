"""Every attack earns what its honest part earns; without the defence that it names, it succeeds."""

import dataclasses
import itertools
import os
from pathlib import Path

import pytest

from course.grader.sandbox import Defences
from tests.attacks.answers import STREAMED
from tests.attacks.arena import LIMITS, Arena
from tests.attacks.model import Attack
from tests.attacks.suite import ATTACKS, LINES, fast
from tests.sandbox import ordinary

ALONE = ("stop", "files", "left", "time")  # where success hits the class, each has a class of its own


def found(prepared: Path, attacks: list[Attack], uid: int | None = None) -> dict[str, list[str]]:
    """What went wrong for us, by attack; empty if every defence holds."""
    with Arena(prepared, attacks, uid=uid) as graded:
        result = {a.student: graded.gained(a) for a in attacks} | {"the class": graded.neighbours()}
    return {name: wrong for name, wrong in result.items() if wrong}


def groups(attacks: list[Attack]) -> list[list[Attack]]:
    """Attacks which share a class when their defences are off."""
    switchable = sorted((a for a in attacks if a.defence), key=lambda a: (a.defence, a.line))
    made = []
    for _, some in itertools.groupby(switchable, key=lambda a: a.defence):
        same = list(some)
        made += [[a] for a in same if a.goal in ALONE]
        made += [group] if (group := [a for a in same if a.goal not in ALONE]) else []
    return made


def name_of(group: list[Attack]) -> str:
    """The group in the list of tests."""
    return "+".join(group[0].defence) + "-" + (group[0].name if len(group) == 1 else f"{len(group)}_attacks")


def test_every_line_has_three_attacks_and_every_defence_its_own() -> None:
    """Line 25 is attacked by killing us: in test_orphans.py."""
    count = {line: sum(a.line == line for a in ATTACKS) for line in LINES if line != 25}
    assert {line: n for line, n in count.items() if n < 3} == {}
    assert len({a.student for a in ATTACKS}) == len(ATTACKS)
    assert {a.name for a in ATTACKS if not a.defence and not a.why} == set()
    named = {defence for a in ATTACKS for defence in a.defence} | {"dies_with_us"}
    assert named == {f.name for f in dataclasses.fields(Defences)}
    assert {a.line for a in fast()} == set(LINES) - {25}


def test_one_attack_of_every_line_gains_nothing(prepared: Path) -> None:
    assert found(prepared, fast()) == {}


@pytest.mark.parametrize("defence", ["judge", "private_files", "silence"])
def test_attacks_succeed_without_their_defence(prepared: Path, defence: str) -> None:
    attacks = [a for a in ATTACKS if a.defence == (defence,) and a.goal not in ALONE]
    with Arena(prepared, attacks, off=[defence]) as graded:
        assert [a.student for a in attacks if not graded.succeeds(a)] == []


@pytest.mark.soak
def test_largest_frame_costs_only_its_sender_at_the_usual_limits(prepared: Path) -> None:
    with Arena(prepared, [STREAMED], limits={}) as graded:
        assert graded.gained(STREAMED) + graded.neighbours() == []


@pytest.mark.soak
@pytest.mark.parametrize("user", ["root", "ordinary"])
def test_no_attack_gains_anything(prepared: Path, user: str) -> None:
    if os.geteuid() != 0:
        if user == "root":
            pytest.skip("only root can grade as root")
        assert found(prepared, ATTACKS) == {}
        return
    assert found(prepared, ATTACKS, ordinary.UID if user == "ordinary" else None) == {}


@pytest.mark.soak
@pytest.mark.parametrize("group", groups(ATTACKS), ids=name_of)
def test_attack_succeeds_without_the_defence_it_names(prepared: Path, group: list[Attack]) -> None:
    # Where the kernel counts files and libraries too, the limit of memory must not stand in the way.
    limits = LIMITS if "memory" in group[0].defence else {**LIMITS, "memory_mb": 1536}
    with Arena(prepared, group, off=group[0].defence, seconds=240, limits=limits) as graded:
        assert [a.student for a in group if not graded.succeeds(a)] == []
