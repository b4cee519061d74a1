"""From notebook to score through real, stock nbgrader: the demo class, and the traps."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from rich.console import Console

from course.exercise import names
from course.grader.classroom import Classroom, nbgrader
from course.grader.demo import banked, hand_in, make_demo
from course.grader.grade import Marks, grade_cells, read_marks
from course.grader.marks_shown import table_of
from tests.conftest import SOLUTIONS

RIGHT, STUB = ("ada", "bela", "chen"), "dara"
JUDGED = tuple(name for name, problem_set in names().items() if problem_set == "ps2")
LOST = {  # exactly where each mistake is
    "emil": set(JUDGED) - {"recurrence", "direct_and_total"},
    "fay": {"recurrence", "direct_and_total", "state_jacobian"},
    "goran": {"rnn_bptt", "BPTT", "linear_rnn_bptt", "masked_bptt", "checkpointed_bptt", "rtrl"},
    "hana": set(JUDGED) - {"recurrence", "state_jacobian", "masked_forward"},
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Classroom, Marks]:
    folder = tmp_path_factory.mktemp("demo")
    marks = make_demo(folder, SOLUTIONS, Console(quiet=True))
    return Classroom.open(folder), marks


def test_right_submissions_get_full_marks(demo: tuple[Classroom, Marks]) -> None:
    for student in RIGHT:
        for exercise in JUDGED:
            mark = demo[1][student][exercise]
            assert mark.score == mark.max_score, (student, exercise)


def test_untouched_submission_gets_zero(demo: tuple[Classroom, Marks]) -> None:
    assert {demo[1][STUB][e].score for e in JUDGED} == {0.0}


def test_each_mistake_costs_points_where_it_is_and_nowhere_else(demo: tuple[Classroom, Marks]) -> None:
    for student, lost in LOST.items():
        for exercise in JUDGED:
            mark = demo[1][student][exercise]
            assert mark.score is not None
            assert (mark.score < mark.max_score) == (exercise in lost), (student, exercise)


def test_proof_waits_for_a_person_unless_untouched(demo: tuple[Classroom, Marks]) -> None:
    assert demo[1]["ada"]["lemma_for_matrices"].score is None
    assert demo[1][STUB]["lemma_for_matrices"].score == 0


def test_feedback_page_names_the_mistake(demo: tuple[Classroom, Marks]) -> None:
    page = (demo[0].folder / "feedback" / "emil" / "ps2" / "bptt.html").read_text(encoding="utf-8")
    assert "W_hh is used where W_hhᵀ belongs" in page
    assert "Score: 1.0 / 9.0" in page


def test_table_shows_students_and_exercises(demo: tuple[Classroom, Marks]) -> None:
    console = Console(width=300, record=True, quiet=False, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(table_of(demo[1], grade_cells(demo[0], "ps2"), console.width))
    text = console.export_text()
    row = next(line for line in text.splitlines() if "emil" in line)
    assert "5/5" in row
    assert "1/9" in row
    assert "–/5" in row


def test_export_works_in_the_classroom(demo: tuple[Classroom, Marks]) -> None:
    nbgrader(demo[0], "export")
    with (demo[0].folder / "grades.csv").open() as file:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert rows["ada"] == 60
    assert rows[STUB] == 0


def test_release_holds_no_reference(demo: tuple[Classroom, Marks]) -> None:
    for path in (demo[0].folder / "release" / "ps2").glob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        assert "BEGIN SOLUTION" not in text
        assert "np.einsum" not in text
        assert "Rubric" not in text
        assert text.count("raise NotImplementedError") == (9 if path.name == "bptt.ipynb" else 2)


# Traps. Each is a submission of a right `recurrence` with one oddity, beside what it must earn.

WARNS = "    import sys, warnings\n    warnings.warn('x')\n    print('y', file=sys.stderr)\n    print('z')\n"
DEF = "def recurrence(b: np.ndarray, C: np.ndarray) -> tuple[np.ndarray, np.ndarray]:\n"


def right(insert: str = "") -> str:
    source = banked(SOLUTIONS, "recurrence", "reference")
    assert DEF in source
    return source.replace(DEF, DEF + insert)


TRAPS: dict[str, tuple[str, float]] = {
    "warns_and_prints": (right(WARNS), 5),
    "nan": (right().replace("return a, P", "return a * np.nan, P"), 0),
    "returns_a_huge_score": (right().replace("return a, P", "return 1e9"), 0),
    "returns_negative": (right().replace("return a, P", "return -1.0"), 0),
    "returns_nothing": (right().replace("return a, P", ""), 0),
    "exits": (right("    raise SystemExit\n"), 0),
    "raises": (right("    raise KeyError('x')\n"), 0),
    "warning_is_an_error": ("import warnings\nwarnings.simplefilter('error')\n" + right(), 5),
    "prints_a_lot": (right("    print('x' * 100000)\n"), 5),
}


@pytest.fixture(scope="module")
def traps(tmp_path_factory: pytest.TempPathFactory) -> Marks:
    room = Classroom.make(tmp_path_factory.mktemp("traps"), SOLUTIONS)
    settings = room.folder / "course.toml"
    settings.write_text(settings.read_text() + 'exercises = ["recurrence"]\n')
    room = Classroom.open(room.folder)
    room.build("ps2")
    nbgrader(room, "generate_assignment", "ps2")
    for student, (source, _) in TRAPS.items():
        hand_in(room, "ps2", student, {})
        edit(room, student, lambda cell, source=source: setattr(cell, "source", source))
    nbgrader(room, "autograde", "ps2")
    return read_marks(room, "ps2")


def edit(room: Classroom, student: str, change: Callable[[nbformat.NotebookNode], None]) -> None:
    path = room.folder / "submitted" / student / "ps2" / "bptt.ipynb"
    book = nbformat.read(path, as_version=4)
    (cell,) = (c for c in book.cells if c.metadata.nbgrader.grade_id == "recurrence-answer")
    change(cell)
    nbformat.write(book, path)


@pytest.mark.parametrize("student", TRAPS)
def test_trap_earns_what_it_should(student: str, traps: Marks) -> None:
    assert traps[student]["recurrence"].score == TRAPS[student][1]


def test_what_stock_nbgrader_does_with_odd_outputs_is_why_check_returns_a_plain_float() -> None:
    from nbgrader.utils import determine_grade

    def score(*outputs: nbformat.NotebookNode) -> float:
        meta = {"nbgrader": {"grade": True, "solution": False, "points": 5, "grade_id": "x"}}
        return determine_grade(nbformat.v4.new_code_cell("", outputs=list(outputs), metadata=meta))[0]

    def result(text: str) -> nbformat.NotebookNode:
        return nbformat.v4.new_output("execute_result", data={"text/plain": text})

    assert score(result("2.0")) == 2
    assert score(result("0.0")) == 0
    assert score() == 5
    assert score(result("-1.0")) == 5
    assert score(result("nan")) == 5
    assert score(result("None")) == 5
    assert score(nbformat.v4.new_output("stream", name="stderr", text="a warning")) == 0
    with pytest.raises(ValueError, match="cannot be greater"):
        score(result("6.0"))


def test_release_runs_from_top_to_bottom_untouched(demo: tuple[Classroom, Marks], tmp_path: Path) -> None:
    from nbclient import NotebookClient

    for path in (demo[0].folder / "release" / "ps2").glob("*.ipynb"):
        shutil.copy(path, tmp_path)
        book = nbformat.read(tmp_path / path.name, as_version=4)
        NotebookClient(book, resources={"metadata": {"path": str(tmp_path)}}).execute()
        checks = [c for c in book.cells if c.cell_type == "code" and c.metadata.nbgrader.grade]
        for cell in checks:
            assert cell.outputs[-1].data["text/plain"] == "0.0"
            assert "Not yet" in cell.outputs[0].data["text/html"]
