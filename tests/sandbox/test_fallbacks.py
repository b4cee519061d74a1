"""Where the warm sandbox cannot be made: bubblewrap, or a refusal, or the instructor's own word."""

import os
from pathlib import Path

import pytest

from course.grader.judged.records import Record
from tests.sandbox.classes import answer, grade, make

DEAD = answer("import os\nos._exit(0)", "direct_and_total")
CURIOUS = answer("REFERENCE\nimport os\nif not os.path.exists('/etc/passwd'): del recurrence")


def test_bubblewrap_grades_the_same(tmp_path: Path) -> None:
    config = "c.JudgedAutograde.sandboxes = ['bwrap']"
    room = make(tmp_path / "class", {"honest": None, "dead": DEAD, "curious": CURIOUS}, config)
    done = grade(room)
    assert done.scores("honest") == (5.0, 6.0)
    assert done.scores("dead") == (5.0, 0.0)
    assert done.scores("curious") == (0.0, 6.0)
    assert Record(room.folder, "ps2", "honest").read()["sandbox"] == {"numpy": "bwrap"}


def test_without_any_sandbox_nothing_is_graded_and_the_message_says_what_to_do(tmp_path: Path) -> None:
    room = make(tmp_path / "class", {"honest": None}, "c.JudgedAutograde.sandboxes = []")
    done = grade(room, check=False)
    assert "No sandbox can be made here" in done.said
    assert "COURSE_TRUST_STUDENTS=1" in done.said
    assert done.marks["honest"] == {}
    assert not (room.folder / "autograded" / "honest").exists()


def test_who_trusts_the_students_may_grade_and_the_record_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "COURSE_TRUST_STUDENTS", "1")
    room = make(tmp_path / "class", {"honest": None, "curious": CURIOUS}, "c.JudgedAutograde.sandboxes = []")
    done = grade(room)
    assert done.scores("honest") == (5.0, 6.0)
    assert done.scores("curious") == (5.0, 6.0)
    record = Record(room.folder, "ps2", "honest").read()
    assert record["trusted_students"] is True
    assert record["sandbox"] == {"numpy": "none"}
