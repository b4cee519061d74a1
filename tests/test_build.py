"""Notebooks made from text, stubs and references."""

import ast
import inspect
import json
from pathlib import Path

import click
import nbformat
import pytest
from click.testing import CliRunner

from course.exercise import SETS, load, names
from course.grader.build import BEGIN, build_set, solved
from course.grader.classroom import Classroom
from course.grader.cli import main
from course.grader.text import parse
from tests.conftest import SOLUTIONS, bank_of


@pytest.mark.parametrize(
    ("name", "notebooks"),
    [
        ("ps0", ["checking.ipynb"]),
        ("ps1", ["tied.ipynb", "tied_symbolic.ipynb"]),
        ("ps2", ["bptt.ipynb", "bptt_torch.ipynb"]),
        ("ps3", ["spectra.ipynb", "spectra_symbolic.ipynb"]),
        ("ps4", ["truncation.ipynb", "clipping_torch.ipynb"]),
        ("ps5", ["gates.ipynb", "gates_symbolic.ipynb"]),
        ("ps7", ["capstone.ipynb"]),
    ],
)
def test_two_builds_are_byte_identical(name: str, notebooks: list[str]) -> None:
    first, second = (build_set(name, SOLUTIONS) for _ in range(2))
    assert first == second
    assert list(first) == notebooks


def test_modules_that_begin_with_an_underscore_are_shared_and_no_exercises() -> None:
    shared = {path.stem for path in SETS.glob("*/_*.py")}
    assert {"__init__", "_clips", "_exact"} <= shared
    assert not shared & set(names())


@pytest.mark.parametrize("name", names())
def test_without_the_reference_the_answer_cell_is_the_stub(name: str) -> None:
    exercise, bank = bank_of(name)
    source = solved(exercise, bank)
    kept, inside = [], False
    for line in source.splitlines():
        if BEGIN in line:
            inside = True
            kept.append(line.replace(BEGIN, "raise NotImplementedError"))
        elif "END SOLUTION" in line:
            inside = False
        elif not inside:
            kept.append(line)

    def bare(text: str) -> str:
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.Raise):
                node.exc = None
        return ast.dump(tree)

    assert bare("\n".join(kept)) == bare(inspect.getsource(exercise.stub))


@pytest.mark.parametrize("name", names())
def test_answer_cell_defines_the_reference(name: str) -> None:
    exercise, bank = bank_of(name)
    text = solved(exercise, bank)
    assert "NotImplementedError" not in text
    compile(text, name, "exec")
    stub = inspect.getdoc(exercise.stub)
    assert stub
    assert stub.splitlines()[0] in text


def cells(name: str = "bptt.ipynb", **settings: object) -> list[nbformat.NotebookNode]:
    book = nbformat.reads(build_set("ps2", SOLUTIONS, **settings)[name], as_version=4)  # type: ignore[arg-type]
    nbformat.validate(book)
    return book.cells


def test_every_exercise_of_the_set_is_in_its_text_exactly_once() -> None:
    for problem_set in {p.parent.name for p in SETS.glob("*/text.md")}:
        pieces = [p for n in parse(SETS / problem_set / "text.md") for p in n.pieces if p.kind == "exercise"]
        listed = [p.name for p in pieces]
        assert sorted(listed) == sorted(n for n, s in names().items() if s == problem_set)


def test_grade_cells_are_named_after_the_exercises_and_locked() -> None:
    graded = {c.metadata.nbgrader.grade_id: c for c in cells() if c.metadata.nbgrader.grade}
    assert list(graded) == [
        "recurrence",
        "linear_rnn_bptt",
        "rnn_bptt",
        "direct_and_total",
        "state_jacobian",
        "masked_forward",
        "masked_bptt",
        "checkpointed_bptt",
        "rtrl",
        "lemma_for_matrices",
    ]
    assert graded["rnn_bptt"].source == "check(rnn_bptt)"
    assert graded["rnn_bptt"].metadata.nbgrader.locked
    assert graded["rnn_bptt"].metadata.nbgrader.points == load("rnn_bptt").points
    assert graded["lemma_for_matrices"].cell_type == "markdown"
    assert graded["lemma_for_matrices"].metadata.nbgrader.solution


def test_practice_gives_no_points_but_a_report() -> None:
    book = nbformat.reads(build_set("ps0", SOLUTIONS)["checking.ipynb"], as_version=4)
    graded = [c for c in book.cells if c.metadata.nbgrader.grade]
    assert graded[0].source == "check(complex_step, points=0);"
    assert {c.metadata.nbgrader.points for c in graded} == {0}
    assert any("`complex_step` · practice · chapter 2" in c.source for c in book.cells)


def test_ids_are_unique_across_notebooks() -> None:
    ids = [
        c.id for name in ("bptt.ipynb", "bptt_torch.ipynb") for c in cells(name) if c.metadata.nbgrader.grade
    ]
    assert len(ids) == len(set(ids))


def test_numpy_and_torch_are_separate_notebooks() -> None:
    assert "torch" not in "".join(c.source for c in cells() if c.cell_type == "code")
    assert "import torch" in "".join(c.source for c in cells("bptt_torch.ipynb"))


def test_class_chooses_exercises_and_points() -> None:
    chosen = cells(chosen=["rnn_bptt"], points={"rnn_bptt": 12})
    graded = [c for c in chosen if c.metadata.nbgrader.grade]
    assert [c.source for c in graded] == ["check(rnn_bptt, points=12)"]
    assert graded[0].metadata.nbgrader.points == 12
    assert list(build_set("ps2", SOLUTIONS, chosen=["BPTT"])) == ["bptt_torch.ipynb"]


def test_release_carries_the_course_version() -> None:
    import course

    text = build_set("ps2", SOLUTIONS)["bptt.ipynb"]
    assert json.loads(text)["metadata"]["course"] == {"set": "ps2", "version": course.__version__}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("```{exercise} x\n```\n", "line 1: a cell before any"),
        ('+++ {"notebook": "a"}\n```{exercise} x\n', "line 2: this fence is never closed"),
        ('+++ {"notebook": "a"}\n```{proof} x\n```\n', "the proof x needs one `:points: N`"),
    ],
)
def test_malformed_text_names_file_and_line(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "text.md"
    path.write_text(text)
    with pytest.raises(click.ClickException) as caught:
        parse(path)
    assert str(path) in caught.value.message
    assert says in caught.value.message


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(words))
    return result.exit_code, result.output


def test_commands_say_what_is_wrong_and_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, out = run("build")
    assert code == 1
    assert "is not a classroom: it has no course.toml. Make one with `course classroom DIR`" in out
    code, out = run("classroom", "room")
    assert code == 1
    assert "There is no folder solutions." in out
    code, out = run("classroom", "room", "--solutions", str(SOLUTIONS))
    assert code == 0, out
    monkeypatch.chdir(tmp_path / "room")
    code, out = run("build", "ps99")
    assert code == 1
    assert "There is no problem set called 'ps99'. There are: " in out
    code, out = run("grade", "ps2")
    assert code == 1
    assert "Nobody has handed in ps2" in out


def test_settings_of_a_classroom_are_kept_and_checked(tmp_path: Path) -> None:
    room = Classroom.make(tmp_path / "room", SOLUTIONS)
    settings = room.folder / "course.toml"
    settings.write_text(settings.read_text() + 'exercises = ["recurrence"]\n')
    again = Classroom.make(tmp_path / "room", SOLUTIONS)
    assert [p.name for p in again.build("ps2")] == ["bptt.ipynb"]
    settings.write_text(settings.read_text() + "ponits = 3\n")
    with pytest.raises(click.ClickException, match=r"course.toml: \[sets.ps2\] has no \['ponits'\]"):
        Classroom.open(room.folder).build("ps2")
    settings.write_text("[course\n")
    with pytest.raises(click.ClickException, match=r"course.toml: TOMLDecodeError"):
        Classroom.open(room.folder)


def test_exercise_without_secret_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        click.ClickException, match=r"recurrence.py is missing: every exercise has a secret file"
    ):
        build_set("ps2", tmp_path)
