"""Rosters, dates, penalties and tables of marks: from CSV to the gradebook, and back to CSV."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from course.grader.classroom import Classroom
from course.grader.cli import main
from course.grader.dates import LatePolicy, apply_dates, apply_penalties, due_date, span
from course.grader.marks_out import canvas, moodle, people, plain
from course.grader.roster import import_roster, read_roster
from tests.conftest import SOLUTIONS

DUE = "due = 2026-10-31T23:59:00+01:00\n"


def room_with(folder: Path, settings: str = "") -> Classroom:
    """A classroom with two sets of one notebook in its gradebook."""
    room = Classroom.make(folder, SOLUTIONS)
    toml = folder / "course.toml"
    toml.write_text(toml.read_text() + settings)
    with Gradebook(room.gradebook) as gradebook:
        for name in ("ps1", "ps2"):
            gradebook.add_assignment(name)
            gradebook.add_notebook("book", name)
            gradebook.add_grade_cell("cell", "book", name, max_score=10, cell_type="code")
    return Classroom.open(folder)


def hand_in(room: Classroom, student: str, name: str, score: float, when: str | None = None) -> None:
    with Gradebook(room.gradebook) as gradebook:
        gradebook.update_or_create_student(student)
        gradebook.update_or_create_submission(name, student, timestamp=when)
        grade = gradebook.find_grade("cell", "book", name, student)
        grade.auto_score, grade.needs_manual_grade = score, False
        gradebook.db.commit()


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("id,first_name\nada,Ada\n", {"id": "ada", "first_name": "Ada"}),
        ("Username;Surname;Email\nada;Byron;a@b.c\n", {"id": "ada", "last_name": "Byron", "email": "a@b.c"}),
        (
            'Student,ID,SIS User ID,SIS Login ID,Section\nPoints Possible,,,,\n"Byron, Ada",77,u1,ada,A\n',
            {"id": "ada", "lms_user_id": "77"},
        ),
        ("\ufeffid,email\nada,a@b.c\n", {"id": "ada", "email": "a@b.c"}),
    ],
)  # fmt: skip
def test_roster_of_many_makers(tmp_path: Path, text: str, first: dict[str, str]) -> None:
    path = tmp_path / "class.csv"
    path.write_text(text, encoding="utf-8")
    assert read_roster(path) == [first]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,mail\nAda,a@b.c\n", "no column says who is who"),
        ("id,email\nada,x\nbela,y\nada,z\n", "line 4: ada stands in line 2 already"),
        ("id,email\n../ada,x\n", "line 2: '../ada' cannot name a folder"),
        ("id,email\n,x\n", "line 2: no id"),
    ],
)
def test_roster_says_where_it_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "class.csv"
    path.write_text(text)
    with pytest.raises(click.ClickException) as caught:
        read_roster(path)
    assert said in caught.value.message
    assert "class.csv" in caught.value.message


def test_roster_adds_updates_and_removes_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = room_with(tmp_path / "room")
    path = tmp_path / "class.csv"
    path.write_text("id,first_name\nada,Ada\nbela,Bela\n")
    assert import_roster(room, path).added == ("ada", "bela")
    path.write_text("id,first_name\nada,Ada\nchen,Chen\n")
    monkeypatch.chdir(room.folder)
    done = CliRunner().invoke(main, ["roster", str(path)])
    assert "1 added, 0 updated, 1 were there already" in done.output
    assert "not in class.csv: bela" in done.output
    path.write_text("id,first_name\nada,Augusta\n")
    assert import_roster(room, path).updated == ("ada",)


def test_what_lateness_costs() -> None:
    policy = LatePolicy(per_day=0.1, most=0.25, grace_minutes=10)
    assert [policy.share(s) for s in (0, 600, 601, 86_400, 86_401, 10**7)] == [0, 0, 0.1, 0.1, 0.2, 0.25]


def test_a_late_notebook_loses_its_share_and_an_extension_spares_it(tmp_path: Path) -> None:
    late = DUE + 'extensions = { bela = "3 days" }\n[late]\nper_day = 0.1\n'
    room = room_with(tmp_path, late)
    for student in ("ada", "bela"):
        hand_in(room, student, "ps2", 8, "2026-11-02 10:00:00 UTC")
    apply_dates(room, "ps2")
    apply_penalties(room, "ps2")
    found = {p.id: p.totals["ps2"] for p in people(room, ["ps2"])}
    assert (found["ada"].score, found["ada"].penalty) == (pytest.approx(6.4), pytest.approx(1.6))
    assert (found["bela"].score, found["bela"].penalty) == (8, 0)
    hand_in(room, "ada", "ps2", 10, "2026-11-02 10:00:00 UTC")  # a mark by hand changes it
    assert people(room, ["ps2"])[0].totals["ps2"].score == pytest.approx(8)


def test_settings_of_dates_say_what_is_wrong(tmp_path: Path) -> None:
    assert span("90 minutes", "") == timedelta(minutes=90)
    with pytest.raises(click.ClickException, match="not 'soon'"):
        span("soon", "course.toml")
    with pytest.raises(click.ClickException, match="with time and zone"):
        due_date({"due": "2026-10-31"}, "course.toml")
    with pytest.raises(click.ClickException, match="per_week"):
        LatePolicy.of(room_with(tmp_path, "[late]\nper_week = 0.1\n"))


def test_plain_table_has_totals(tmp_path: Path) -> None:
    room = room_with(tmp_path)
    hand_in(room, "ada", "ps1", 7.5)
    hand_in(room, "ada", "ps2", 10)
    hand_in(room, "bela", "ps2", 3)
    sets = ["ps1", "ps2"]
    head, ada, bela = rows(plain(people(room, sets), sets))
    assert dict(zip(head, ada, strict=True)) == {
        "student_id": "ada", "first_name": "", "last_name": "", "email": "", "lms_user_id": "",
        "ps1": "7.5", "ps1 max": "10", "ps1 penalty": "0", "ps1 by hand": "0",
        "ps2": "10", "ps2 max": "10", "ps2 penalty": "0", "ps2 by hand": "0", "total": "17.5",
    }  # fmt: skip
    assert bela[5:] == ["", "", "", "", "3", "10", "0", "0", "3"]


def test_canvas_gets_its_own_numbers_back(tmp_path: Path) -> None:
    room = room_with(tmp_path / "room")
    hand_in(room, "ada", "ps2", 7)
    with Gradebook(room.gradebook) as gradebook:
        gradebook.add_student("bela", lms_user_id="78")
    export = tmp_path / "export.csv"
    export.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,ps2 (991),Final Score\n"
        "    Points Possible,,,,,10,(read only)\n"
        '"Byron, Ada",77,u1,ada,A,,50\n"Bartok, Bela",78,,,A,,\n"Test, Student",99,,,A,,\n'
    )
    assert rows(canvas(people(room, ["ps2"]), ["ps2"], export)) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "ps2 (991)"],
        ["    Points Possible", "", "", "", "", "10"],
        ["Byron, Ada", "77", "u1", "ada", "A", "7"],
        ["Bartok, Bela", "78", "", "", "A", ""],
    ]


def test_moodle_needs_what_says_who(tmp_path: Path) -> None:
    room = room_with(tmp_path)
    hand_in(room, "ada", "ps2", 7)
    found = people(room, ["ps2"])
    assert rows(moodle(found, ["ps2"])) == [["ID number", "ps2"], ["ada", "7"]]
    with pytest.raises(click.ClickException, match="email address is known of: ada"):
        moodle(found, ["ps2"], "Email address")


def test_no_name_becomes_a_formula(tmp_path: Path) -> None:
    room = room_with(tmp_path)
    with Gradebook(room.gradebook) as gradebook:
        gradebook.add_student("ada", first_name='=HYPERLINK("x")')
    assert rows(plain(people(room, ["ps2"]), ["ps2"]))[1][1] == '\'=HYPERLINK("x")'
