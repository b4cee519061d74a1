"""`course grade`: what is graded, what stays, what is said, and what goes back to the students."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from nbgrader.api import Gradebook

from course.grader.classroom import Classroom, nbgrader
from course.grader.cli import main
from course.grader.grade import read_marks
from tests.sandbox.classes import answer, make

WRONG = answer("def recurrence(b, C):\n    return b, C")


def room_of(folder: Path, *students: str, **oddities: Any) -> Classroom:
    return make(folder, dict.fromkeys(students) | oddities | {"honest": None})


def course(room: Classroom, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    monkeypatch.chdir(room.folder)
    return CliRunner().invoke(main, list(words))


def graded(room: Classroom, monkeypatch: pytest.MonkeyPatch, *words: str) -> dict[str, Any]:
    done = course(room, monkeypatch, "grade", "ps2", "--json", *words)
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def pretend(room: Classroom, student: str, cell: str, **values: object) -> None:
    """Change a mark in the gradebook, as if a checker had judged otherwise, or a person."""
    with Gradebook(room.gradebook) as gradebook:
        grade = gradebook.find_grade(cell, "bptt", "ps2", student)
        for name, value in values.items():
            setattr(grade, name, value)
        gradebook.db.commit()


def pages(room: Classroom) -> dict[str, int]:
    """The feedback pages and when they were written."""
    found = (room.folder / "feedback").glob("*/ps2/*.html")
    return {str(p.relative_to(room.folder)): p.stat().st_mtime_ns for p in found}


def test_grades_once_then_what_is_new_or_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = room_of(tmp_path / "a", "ada", bela=WRONG)
    first = graded(room, monkeypatch)
    assert first["graded_now"] == ["ada", "bela", "honest"]
    assert first["marks"]["ada"]["recurrence"] == {"score": 5.0, "max_score": 5.0}
    assert first["marks"]["bela"]["recurrence"]["score"] == 0
    assert first["triage"]["by hand"] == {s: ["lemma_for_matrices"] for s in ("ada", "bela", "honest")}
    before = pages(room)
    assert graded(room, monkeypatch)["graded_now"] == []
    assert pages(room) == before

    submitted = room.folder / "submitted"
    shutil.copytree(submitted / "ada", submitted / "bela", dirs_exist_ok=True)
    shutil.copytree(submitted / "ada", submitted / "chen")
    again = graded(room, monkeypatch)
    assert again["graded_now"] == ["bela", "chen"]
    assert again["changed"] == {"bela": {"recurrence": {"from": 0.0, "to": 5.0}}}
    written = {page for page, when in pages(room).items() if before.get(page) != when}
    assert {Path(page).parts[1] for page in written} == {"bela", "chen"}


def test_one_exercise_anew_leaves_all_other_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = room_of(tmp_path / "a", "ada", bela=WRONG)
    graded(room, monkeypatch)
    outputs = (room.folder / "autograded/ada/ps2/bptt.ipynb").read_text()
    for cell in ("recurrence", "direct_and_total"):
        pretend(room, "ada", cell, auto_score=1.0)
    pretend(room, "ada", "lemma_for_matrices", manual_score=3.0, needs_manual_grade=False)
    again = graded(room, monkeypatch, "--exercise", "recurrence")
    assert again["graded_now"] == ["ada", "bela", "honest"]
    assert again["changed"] == {"ada": {"recurrence": {"from": 1.0, "to": 5.0}}}
    assert again["marks"]["ada"]["direct_and_total"]["score"] == 1
    assert again["marks"]["ada"]["lemma_for_matrices"]["score"] == 3
    assert (room.folder / "autograded/ada/ps2/bptt.ipynb").read_text() == outputs


def test_everything_anew_keeps_what_a_person_gave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = room_of(tmp_path / "a", "ada")
    graded(room, monkeypatch)
    pretend(room, "ada", "lemma_for_matrices", manual_score=4.0, needs_manual_grade=False)
    pretend(room, "ada", "recurrence", auto_score=2.0)
    with Gradebook(room.gradebook) as gradebook:
        gradebook.find_comment("lemma_for_matrices", "bptt", "ps2", "ada").manual_comment = "Well argued."
        gradebook.db.commit()
    again = graded(room, monkeypatch, "--force", "--student", "ada")
    assert again["graded_now"] == ["ada"]
    assert again["changed"] == {"ada": {"recurrence": {"from": 2.0, "to": 5.0}}}
    assert again["marks"]["ada"]["lemma_for_matrices"]["score"] == 4
    assert "Well argued." in (room.folder / "feedback/ada/ps2/bptt.html").read_text()


def test_another_proof_waits_for_a_person_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = room_of(tmp_path / "a", "ada")
    graded(room, monkeypatch)
    pretend(room, "ada", "lemma_for_matrices", manual_score=4.0, needs_manual_grade=False)
    WRONG(room.folder / "submitted/ada/ps2/bptt.ipynb")
    assert graded(room, monkeypatch)["marks"]["ada"]["lemma_for_matrices"]["score"] is None
    page = (room.folder / "feedback/ada/ps2/bptt.html").read_text(encoding="utf-8")
    assert "– / 5.0, waits to be graded by hand" in page


def test_a_comment_by_hand_makes_one_page_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = room_of(tmp_path / "a", "ada")
    graded(room, monkeypatch)
    before = pages(room)
    with Gradebook(room.gradebook) as gradebook:
        gradebook.find_comment("lemma_for_matrices", "bptt", "ps2", "ada").manual_comment = "See page 2."
        gradebook.db.commit()
    done = course(room, monkeypatch, "feedback", "ps2", str(tmp_path / "pages.zip"))
    assert "2 students" in done.output
    assert [p for p, when in pages(room).items() if before[p] != when] == ["feedback/ada/ps2/bptt.html"]
    with zipfile.ZipFile(tmp_path / "pages.zip") as archive:
        assert sorted(archive.namelist()) == ["ada/bptt.html", "honest/bptt.html"]
        assert "See page 2." in archive.read("ada/bptt.html").decode()


def test_triage_names_what_is_not_simply_graded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = answer("import os\nos._exit(0)", "direct_and_total")
    room = room_of(tmp_path / "a", dead=stopped, torn=lambda path: path.write_text("{"))
    with Gradebook(room.gradebook) as gradebook:
        gradebook.add_student("zoe")
    found = graded(room, monkeypatch)["triage"]
    assert found["missing"] == {"zoe": []}
    assert found["stopped"] == {"dead": ["direct_and_total"]}
    assert list(found["unreadable"]) == ["torn"]
    table = course(room, monkeypatch, "grade", "ps2").output
    assert "missing (1, handed nothing in): zoe" in " ".join(table.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--student", "adda"), "Did you mean ada?"),
        (("--exercise", "recurence"), "Did you mean recurrence?"),
    ],
)
def test_a_wrong_name_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, str], said: str
) -> None:
    done = course(room_of(tmp_path / "a", "ada"), monkeypatch, "grade", "ps2", *words)
    assert done.exit_code == 1
    assert said in done.output
    assert not (tmp_path / "a" / "autograded").exists()


def test_an_empty_gradebook_asks_for_the_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = make(tmp_path / "class", {"ada": None})
    (room.folder / "gradebook.db").unlink()
    monkeypatch.chdir(room.folder)
    failed = CliRunner().invoke(main, ["grade", "ps2"])
    assert failed.exit_code == 1
    assert "The gradebook does not know ps2" in failed.output
    nbgrader(room, "generate_assignment", "ps2", "--force")
    assert CliRunner().invoke(main, ["grade", "ps2"]).exit_code == 0


def test_ctrl_c_leaves_what_is_graded_and_the_next_run_goes_on(tmp_path: Path) -> None:
    slow = answer("import time\ntime.sleep(3)\nREFERENCE")
    room = make(tmp_path / "a", {"honest": None, "zed": slow})
    command = [sys.executable, "-m", "course.grader.cli", "grade", "ps2", "--jobs", "1"]
    run = subprocess.Popen(
        command, cwd=room.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    record, written = (room.folder / "judged" / "ps2" / "honest.json", room.folder / "autograded" / "honest")
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if record.exists() and '"complete": true' in record.read_text() and list(written.rglob("*.ipynb")):
            break
        time.sleep(0.05)
    time.sleep(0.5)  # from the notebook to the gradebook; the other one sleeps for longer
    os.killpg(run.pid, signal.SIGINT)
    said, _ = run.communicate(timeout=60)
    assert run.returncode == 130, said
    assert "Stopped. 1 were graded" in said
    done = subprocess.run(command, cwd=room.folder, capture_output=True, text=True, check=True)
    assert "Graded now: 1 of 2" in done.stdout
    assert read_marks(room, "ps2")["zed"]["recurrence"].score == 5


def test_plain_nbgrader_makes_the_pages_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = room_of(tmp_path / "a")
    graded(room, monkeypatch)
    before = pages(room)
    nbgrader(room, "generate_feedback", "ps2")
    assert pages(room) == before
    nbgrader(room, "generate_feedback", "ps2", "--force")
    assert pages(room) != before
