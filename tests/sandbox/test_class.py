"""A class of odd submissions, graded by plain `nbgrader autograde` in one run beside an honest neighbour."""

import json
import os
import re
import stat
from pathlib import Path

import nbformat
import pytest

from course.grader.classroom import nbgrader
from course.grader.judged.records import Record
from tests.sandbox.classes import Class, Oddity, answer, cell_of, edited, grade, make

FULL, NONE = (5.0, 6.0), (0.0, 0.0)
CELL = nbformat.v4.new_code_cell


def duplicated(book: nbformat.NotebookNode) -> None:
    book.cells += [cell.copy() for cell in book.cells]


def without_tests(book: nbformat.NotebookNode) -> None:
    book.cells = [c for c in book.cells if not c.metadata.nbgrader.grade]


def backwards(book: nbformat.NotebookNode) -> None:
    book.cells = book.cells[::-1]


def retyped(book: nbformat.NotebookNode) -> None:
    for cell in book.cells:
        if cell.metadata.nbgrader.grade:
            cell.cell_type = "raw"
            cell.pop("outputs", None)


def tagged(book: nbformat.NotebookNode) -> None:
    cell_of(book, "recurrence-answer").source = "1/0"
    for cell in book.cells:
        cell.metadata["tags"] = ["skip-execution"]
        cell.metadata.nbgrader["points"] = 100


def rewritten(book: nbformat.NotebookNode) -> None:
    cell_of(book, "recurrence").source = "5.0"
    cell_of(book, "recurrence-answer").source = "def check(f):\n    return 5.0\ndef recurrence(b, C): pass"
    cell_of(book, "imports").source = "import numpy as np"


def chatty(book: nbformat.NotebookNode) -> None:
    show = "from IPython.display import HTML, display\nprint('EARLY_TEXT')\n"
    show += "display(HTML('<script>EARLY_HTML</script>'))"
    book.cells.insert(0, CELL(f"{show}\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);"))
    book.cells.append(CELL("print('LATE_TEXT')\nraise ValueError('LATE_MESSAGE')"))
    book.cells.append(CELL("class Mine(KeyError): pass\n\nraise Mine('LATE_MESSAGE')"))


def proof(book: nbformat.NotebookNode) -> None:
    text = "For $a <b$ and `x`, <script>alert(1)</script> ![p](http://x.example/a.png) [j](javascript:1)"
    cell_of(book, "lemma_for_matrices").source = text


def fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path.parent / "timestamp.txt").mkdir()
    (path.parent / "closed.csv").mkdir(mode=0)


def link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parents[2] / "honest" / "ps2" / "bptt.ipynb")


def beside(path: Path) -> None:
    """Files beside the notebook, good and bad."""
    (path.parent / "data.csv").write_text("1,2")
    (path.parent / "numpy.py").write_text("raise SystemExit")
    (path.parent / "stolen.csv").symlink_to(path.parents[3] / "gradebook.db")
    (path.parent / "timestamp.txt").write_text("no time")
    os.mkfifo(path.parent / "pipe.csv")
    look = "import os\nassert open('data.csv').read() == '1,2'\nassert not os.path.exists('stolen.csv')\n"
    answer(look + "REFERENCE")(path)


LOOP = "REFERENCE\n_right = recurrence\ndef recurrence(b, C):\n    {body}\n    return _right(b, C)"
TOGETHER = """
import os, time
for i in range(4):
    if os.fork() == 0:
        x = bytearray(b"1") * (300 << 20)
        time.sleep(9)
os.wait()
"""
EXITS = "def direct_and_total(*a):\n    import os\n    os._exit(0)"
DEAF = "while True:\n        try:\n            while True: pass\n        except BaseException: pass"
ODD: dict[str, tuple[Oddity | None, tuple[float, ...]]] = {
    "honest": (None, FULL),
    "kills_its_kernel": (answer("import os\nos._exit(0)"), NONE),
    "kills_it_in_the_second": (
        answer(EXITS, "direct_and_total"),
        (5.0, 0.0),
    ),
    "signals": (answer("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)"), NONE),
    "exits": (answer("REFERENCE\nimport sys\nsys.exit(0)"), FULL),
    "late_function": (answer(LOOP.format(body="while True: pass")), (0.0, 6.0)),
    "deaf_function": (answer(LOOP.format(body=DEAF)), (0.0, 6.0)),
    "late_cell": (answer("while True: pass"), (0.0, 6.0)),
    "twice_late": (answer("while True: pass\nREFERENCE", "recurrence"), (0.0, 6.0)),
    "memory": (answer(LOOP.format(body="x = []\n    while True: x.append(bytearray(1 << 20))")), (0.0, 6.0)),
    "not_json": (lambda path: path.write_text("{"), NONE),
    "empty": (lambda path: path.write_text(""), NONE),
    "deep": (lambda path: path.write_text("[" * 100_000), NONE),
    "a_list": (lambda path: path.write_text("[1]"), NONE),
    "huge": (lambda path: path.write_bytes(b" " * (5 << 20) + path.read_bytes()), NONE),
    "fifo": (fifo, NONE),
    "folder": (folder, NONE),
    "link": (link, NONE),
    "missing": (lambda path: path.unlink(), NONE),
    "duplicated": (edited(duplicated), FULL),
    "without_tests": (edited(without_tests), FULL),
    "backwards": (edited(backwards), FULL),
    "retyped": (edited(retyped), FULL),
    "tagged": (edited(tagged), (0.0, 6.0)),
    "rewritten": (edited(rewritten), (0.0, 6.0)),
    "chatty": (edited(chatty), FULL),
    "proof": (edited(proof), FULL),
    "beside": (beside, FULL),
    "no_function": (answer("recurrence = 3"), (0.0, 6.0)),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Class:
    students = {name: oddity for name, (oddity, _) in ODD.items()} | {"hungry": answer(TOGETHER)}
    room = make(tmp_path_factory.mktemp("odd"), students)
    return grade(room)


@pytest.mark.parametrize("student", ODD)
def test_each_earns_what_its_honest_part_earns(graded: Class, student: str) -> None:
    assert graded.scores(student) == ODD[student][1]


def test_many_hungry_processes_earn_nothing_where_they_are(graded: Class) -> None:
    # The kernel may end one of them or all: what comes after is run or not.
    assert graded.scores("hungry") in ((0.0, 6.0), (0.0, 0.0))


def test_nobody_is_left_without_a_score(graded: Class) -> None:
    assert set(graded.marks) == {*ODD, "hungry"}
    for student, marks in graded.marks.items():
        assert all(m.score is not None for name, m in marks.items() if name != "lemma_for_matrices"), student


def test_a_lost_notebook_says_why(graded: Class) -> None:
    assert "it is not a regular file" in graded.outputs("link")
    assert "larger than 4 MB" in graded.outputs("huge")
    assert "it ended its own process" in graded.outputs("kills_its_kernel")
    assert "ran for longer than 4 seconds" in graded.outputs("late_cell")
    assert "took too long" in graded.outputs("late_function")
    assert "There is no function called recurrence" in graded.outputs("no_function")


def test_early_output_is_shown_as_text_and_picture_only(graded: Class) -> None:
    text = graded.outputs("chatty")
    outputs = text[text.index('"outputs"') :]
    assert "EARLY_TEXT" in outputs
    assert "image/png" in outputs
    assert "<script>EARLY_HTML" not in outputs.split('"source"')[0]


def test_nothing_is_shown_after_the_first_judged_cell(graded: Class) -> None:
    book = nbformat.reads(graded.outputs("chatty"), as_version=4)
    last, own = book.cells[-2].outputs, book.cells[-1].outputs
    assert "LATE" not in json.dumps([last, own])
    assert last[0].traceback == ["ValueError on line 2 of this cell"]
    assert own[0].traceback == ["KeyError on line 3 of this cell"]


def test_a_proof_stays_readable_and_harmless(graded: Class) -> None:
    book = nbformat.reads(graded.outputs("proof"), as_version=4)
    text = cell_of(book, "lemma_for_matrices").source
    assert text.startswith("For $a < b$ and `x`, ")
    assert "<script" not in text
    assert "![p]" not in text
    assert "](javascript" not in text


def test_only_allowed_files_come_along(graded: Class) -> None:
    folder = graded.room.folder / "autograded" / "beside" / "ps2"
    assert sorted(p.name for p in folder.iterdir()) == ["bptt.ipynb", "data.csv"]


def test_the_record_says_how(graded: Class) -> None:
    record = Record(graded.room.folder, "ps2", "honest").read()
    assert record["complete"] is True
    assert record["sandbox"] == {"numpy": "warm"}
    assert record["trusted_students"] is False
    assert record["defences_off"] == []
    assert record["notebooks"]["bptt"]["cells"]["recurrence"]["score"] == 5.0


def test_the_secret_is_ours_alone(graded: Class) -> None:
    path = graded.room.folder / "secret.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((graded.room.folder / "judged" / "ps2").stat().st_mode) & 0o077 == 0


def test_the_feedback_page_is_harmless_and_needs_no_network(graded: Class) -> None:
    nbgrader(graded.room, "generate_feedback", "ps2")
    for student in ("chatty", "proof", "honest", "huge"):
        page = (graded.room.folder / "feedback" / student / "ps2" / "bptt.html").read_text(encoding="utf-8")
        assert "Content-Security-Policy" in page
        assert "default-src 'none'" in page
        assert "<script" not in page
        assert not re.search(r"""(src|href)=["'](?!data:|https?:|#)""", page)
        assert not re.search(r"""src=["']https?:""", page)
    page = (graded.room.folder / "feedback" / "proof" / "ps2" / "bptt.html").read_text(encoding="utf-8")
    assert 'alt="a &lt; b"' in page  # the formula of the proof, as a picture


def test_nothing_stays_behind(graded: Class) -> None:
    assert not list(graded.room.folder.glob(".staged-*"))


def test_a_second_run_changes_nothing(graded: Class) -> None:
    before = {p: p.read_bytes() for p in graded.room.folder.glob("autograded/*/*/*")}
    again = grade(graded.room)
    assert again.marks == graded.marks
    assert {p: p.read_bytes() for p in graded.room.folder.glob("autograded/*/*/*")} == before
