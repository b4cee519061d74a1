"""A gradebook in PostgreSQL is the same gradebook: marks, comments, triage, pages; also after a kill."""

import functools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from course.grader.classroom import Classroom, nbgrader
from course.grader.cli import main
from course.grader.database import opened
from course.grader.grade import read_marks, submitted
from course.grader.marks_out import people, plain
from course.grader.triage import triage
from tests.conftest import SOLUTIONS
from tests.sandbox.classes import Oddity, answer, make
from tests.sandbox.offline_lab import Lab, lab
from tests.sandbox.server import Server, running

pytestmark = pytest.mark.xdist_group("postgresql")

WRONG = answer("def recurrence(b, C):\n    return b, C")
STUDENTS: dict[str, Oddity | None] = {
    "ada": None,
    "bela": WRONG,
    "chen": answer("import os\nos._exit(0)", "direct_and_total"),
    "dora": lambda path: path.write_text("{"),
    "honest": None,
}
ROSTER = "id,first_name,last_name,email\nada,Ada,Byron,a@b.c\nbela,Béla,O'Neil,\nzoe,Zoë,Žižek,z@b.c\n"
SETTINGS = "due = 2026-10-31T23:59:00+01:00\n[late]\nper_day = 0.1\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as server:
        yield server


def course(room: Classroom, *words: str) -> str:
    """What a command of ours prints, in that classroom."""
    here = os.getcwd()
    os.chdir(room.folder)
    try:
        done = CliRunner().invoke(main, list(words))
    finally:
        os.chdir(here)
    assert done.exit_code == 0, done.output
    return done.stdout


def with_gradebook(folder: Path, url: str) -> Classroom:
    """Choose another gradebook by the one setting."""
    path = folder / "course.toml"
    lines = [line for line in path.read_text().splitlines() if "gradebook =" not in line]
    path.write_text("\n".join(lines).replace("[course]", f'[course]\ngradebook = "{url}"') + "\n")
    return Classroom.open(folder)


def moved(room: Classroom, folder: Path, url: str) -> Classroom:
    """A copy of an ungraded class whose gradebook is at that address, released there."""
    shutil.copytree(room.folder, folder)
    (folder / "gradebook.db").unlink()
    other = with_gradebook(folder, url)
    nbgrader(other, "generate_assignment", "ps2", "--force")
    return other


def by_hand(room: Classroom) -> None:
    """What a person adds: a mark and a comment."""
    with opened(room) as gradebook:
        grade = gradebook.find_grade("lemma_for_matrices", "bptt", "ps2", "ada")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        gradebook.find_comment("lemma_for_matrices", "bptt", "ps2", "ada").manual_comment = "‖Wᵀ‖ “2”"
        gradebook.db.commit()


def all_of(room: Classroom) -> dict[str, Any]:
    """Everything that can be known of a graded class."""
    with opened(room) as gradebook:
        submissions = gradebook.assignment_submissions("ps2")
        comments = {
            (s.student_id, c.name): (c.auto_comment, c.manual_comment)
            for s in submissions
            for n in s.notebooks
            for c in n.comments
        }
        totals = gradebook.submission_dicts("ps2")
        students = {s["id"]: {k: v for k, v in s.items() if k != "id"} for s in gradebook.student_dicts()}
        means = gradebook.average_assignment_score("ps2"), gradebook.average_notebook_score("bptt", "ps2")
    pages = {
        str(p.relative_to(room.folder)): p.read_text("utf-8")
        for p in room.folder.glob("feedback/*/ps2/*.html")
    }
    return {
        "marks": read_marks(room, "ps2"),
        "comments": comments,
        "totals": {s["student"]: {k: v for k, v in s.items() if k != "id"} for s in totals},
        "students": students,
        "means": means,
        "triage": triage(room, "ps2", submitted(room, "ps2")),
        "pages": pages,
        "csv": plain(people(room, ["ps2"]), ["ps2"]),
    }


@pytest.fixture(scope="module")
def ungraded(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    room = make(tmp_path_factory.mktemp("class") / "room", STUDENTS)
    path = room.folder / "course.toml"
    path.write_text(path.read_text() + SETTINGS)
    (room.folder / "secret.key").write_text("the same for all")
    (room.folder / "class.csv").write_text(ROSTER)
    (room.folder / "submitted/bela/ps2/timestamp.txt").write_text("2026-11-02 10:00:00 UTC")
    return Classroom.open(room.folder)


@pytest.fixture(scope="module")
def expected(ungraded: Classroom, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The class with its gradebook in a file."""
    folder = tmp_path_factory.mktemp("file") / "room"
    shutil.copytree(ungraded.folder, folder)
    room = Classroom.open(folder)
    course(room, "roster", "class.csv")
    course(room, "grade", "ps2")
    by_hand(room)
    course(room, "feedback", "ps2", "pages.zip")
    return all_of(room)


@pytest.fixture(scope="module")
def graded(ungraded: Classroom, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    """The class with its gradebook on the server."""
    room = moved(ungraded, tmp_path_factory.mktemp("served") / "room", server.create("graded"))
    course(room, "roster", "class.csv")
    course(room, "grade", "ps2")
    by_hand(room)
    course(room, "feedback", "ps2", "pages.zip")
    return room


def test_everything_is_the_same(graded: Classroom, expected: dict[str, Any], server: Server) -> None:
    found = all_of(graded)
    for what, value in expected.items():
        assert found[what] == value, what
    assert found["marks"]["ada"]["recurrence"].score == 5
    assert people(graded, ["ps2"])[1].totals["ps2"].penalty > 0  # Béla's
    assert set(found["triage"]) == {"missing", "late", "unreadable", "stopped", "by hand"}
    assert len(found["pages"]) == len(STUDENTS)
    assert not (graded.folder / "gradebook.db").exists()
    assert server.sessions() == 0


def test_nbgraders_own_commands_work(graded: Classroom, expected: dict[str, Any]) -> None:
    nbgrader(graded, "export")
    scores = (graded.folder / "grades.csv").read_text().splitlines()
    assert len([line for line in scores if line.startswith("ps2")]) == len(STUDENTS) + 1
    assert "zoe (Žižek, Zoë)" in nbgrader(graded, "db", "student", "list")
    nbgrader(graded, "db", "upgrade")
    nbgrader(graded, "autograde", "ps2", "--student", "chen", "--force")
    nbgrader(graded, "generate_feedback", "ps2", "--student", "chen", "--force")
    assert all_of(graded) == expected


def test_the_formgrader_shows_marks_and_takes_them(
    graded: Classroom, expected: dict[str, Any], tmp_path: Path
) -> None:
    with lab(graded.folder, tmp_path / "lab") as running_lab:
        ask = functools.partial(asked, running_lab)
        rows = {row["student"]: row for row in ask("submissions/ps2")}
        assert {s: row["score"] for s, row in rows.items() if s in STUDENTS} == {
            s: total["score"] for s, total in expected["totals"].items()
        }
        assert {row["id"] for row in ask("students")} == {*STUDENTS, "zoe"}
        (book,) = ask("student_notebook_submissions/chen/ps2")
        waiting = [g for g in ask(f"grades?submission_id={book['id']}") if g["needs_manual_grade"]]
        (grade,) = waiting
        ask(f"grade/{grade['id']}", {"manual_score": 1.5})
        assert "‖Wᵀ‖" not in str(ask(f"comments?submission_id={book['id']}"))
    assert read_marks(graded, "ps2")["chen"]["lemma_for_matrices"].score == 1.5


def asked(server: Lab, path: str, change: dict[str, Any] | None = None) -> Any:
    """What the formgrader answers to GET, or to PUT of a change."""
    data = None if change is None else json.dumps(change).encode()
    head = {"Authorization": f"token {server.token}"}
    place = f"{server.address}formgrader/api/{path}"
    request = urllib.request.Request(place, data, head, method="PUT" if data else "GET")
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.loads(answer.read())


def test_a_kill_and_a_lost_server_lose_nothing(
    ungraded: Classroom, expected: dict[str, Any], server: Server, tmp_path: Path
) -> None:
    room = moved(ungraded, tmp_path / "room", server.create("killed"))
    course(room, "roster", "class.csv")
    run, _ = until_graded(room, 1)
    run.send_signal(signal.SIGKILL)
    run.wait(60)
    assert 1 <= complete(room) < len(STUDENTS)
    run, said = until_graded(room, complete(room) + 1)
    server.stop()
    assert run.wait(300) != 0
    server.start()
    last = said.read_text().strip().splitlines()[-1]
    assert "[course] gradebook = postgresql://owner:***@/killed" in last
    assert "was lost" in last or "cannot be opened" in last
    assert complete(room) < len(STUDENTS)
    course(room, "grade", "ps2")
    by_hand(room)
    course(room, "feedback", "ps2", "pages.zip")
    found = all_of(room)
    for what, value in expected.items():
        assert found[what] == value, what
    assert server.sessions() == 0


def complete(room: Classroom) -> int:
    """How many submissions are graded."""
    return sum('"complete": true' in p.read_text() for p in (room.folder / "judged/ps2").glob("*.json"))


def until_graded(room: Classroom, count: int) -> "tuple[subprocess.Popen[bytes], Path]":
    """A run of autograde that has just graded the next ones, and where its words go."""
    path = room.folder / "autograde.log"
    with path.open("w") as log:
        command = [sys.executable, "-m", "nbgrader", "autograde", "ps2"]
        run = subprocess.Popen(command, cwd=room.folder, stdout=log, stderr=log)
    until = time.monotonic() + 300
    while complete(room) < count:
        assert run.poll() is None, path.read_text()[-4000:]
        assert time.monotonic() < until, path.read_text()[-4000:]
        time.sleep(0.02)
    return run, path


PROBLEMS: dict[str, tuple[Callable[[Server], str], str]] = {
    "password": (lambda s: s.url("postgres", "wrong"), "password authentication failed.*~/.pgpass"),
    "database": (lambda s: s.url("nothing"), 'database "nothing" does not exist. Make it: createdb'),
    "server": (lambda s: "postgresql://owner@127.0.0.1:1/a", "Connection refused.*Is the server running"),
    "driver": (lambda s: "postgresql+nothing://owner@/a", "is no address of a gradebook"),
}


def said_of(room: Classroom, line: str) -> None:
    """It is one sentence that names the setting and keeps the password."""
    assert line.startswith(f"Error: {room.folder / 'course.toml'}: [course] gradebook = postgresql"), line
    assert "wrong@" not in line


@pytest.mark.parametrize("problem", PROBLEMS)
def test_what_is_wrong_is_said_with_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server, problem: str
) -> None:
    change, said = PROBLEMS[problem]
    room = with_gradebook(Classroom.make(tmp_path / "room", SOLUTIONS).folder, change(server))
    monkeypatch.chdir(room.folder)
    done = CliRunner().invoke(main, ["marks", "ps2"])
    assert done.exit_code == 1
    said_of(room, done.stderr)
    assert re.search(said, done.stderr), done.stderr


def test_a_missing_driver_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = with_gradebook(Classroom.make(tmp_path / "room", SOLUTIONS).folder, "postgresql://a@/b")
    monkeypatch.chdir(room.folder)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    done = CliRunner().invoke(main, ["marks", "ps2"])
    said_of(room, done.stderr)
    assert "pip install 'gradients-through-time[postgresql]'" in done.stderr


@pytest.mark.parametrize("words", [("db", "student", "list"), ("generate_assignment", "ps2")])
def test_nbgrader_says_the_same_without_a_trace(
    tmp_path: Path, server: Server, words: tuple[str, ...]
) -> None:
    room = with_gradebook(make(tmp_path / "room", {}).folder, server.url("postgres", "wrong"))
    command = [sys.executable, "-m", "nbgrader", *words]
    done = subprocess.run(command, cwd=room.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    said_of(room, done.stderr.strip().splitlines()[-1])
    assert "Traceback" not in done.stderr


def test_nbgrader_ends_where_the_settings_are_wrong(tmp_path: Path) -> None:
    """It goes on after errors in its configuration: with its own gradebook, and without our judge."""
    room = make(tmp_path / "room", {"honest": None})
    path = room.folder / "course.toml"
    path.write_text(path.read_text() + "[broken")
    command = [sys.executable, "-m", "nbgrader", "autograde", "ps2"]
    done = subprocess.run(command, cwd=room.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "course.toml: TOMLDecodeError" in done.stderr
    assert not (room.folder / "autograded").exists()
