"""The demo class: eight submissions made from `solutions/` when it runs, graded by the real commands."""

import shutil
import tomllib
from pathlib import Path

import click
import nbformat
from rich.console import Console

from course.exercise import load
from course.grader.classroom import Classroom, nbgrader
from course.grader.grade import Choice, Marks, grade_cells, grade_set
from course.grader.marks_shown import table_of
from course.grader.secret import load_bank

PROOF_ANSWER = "By induction, as in the book. (An answer of the demo class.)"


def make_demo(folder: Path, solutions: Path, console: Console) -> Marks:
    """Make the classroom, its release and the submissions, then grade them.

    `solutions/demo.toml` names the set and, for each student, the banked answer to each exercise.
    """
    plan = tomllib.loads((solutions / "demo.toml").read_text(encoding="utf-8"))
    problem_set = plan["set"]
    classroom = Classroom.make(folder, solutions)
    classroom.build(problem_set)
    nbgrader(classroom, "generate_assignment", problem_set, "--force")
    for student, answers in plan["students"].items():
        hand_in(classroom, problem_set, student, answers)
    graded = grade_set(classroom, problem_set, console, Choice(force=True))
    console.print(table_of(graded.marks, grade_cells(classroom, problem_set), console.width))
    return graded.marks


def hand_in(classroom: Classroom, problem_set: str, student: str, answers: dict[str, str]) -> None:
    """Write a submission: the release notebooks with banked answers in their cells.

    `answers` maps exercises to names of banked answers; what is missing stays an untouched stub.
    """
    target = classroom.folder / "submitted" / student / problem_set
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in sorted((classroom.folder / "release" / problem_set).glob("*.ipynb")):
        book = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        for cell in book.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "").removesuffix("-answer")
            if cell.cell_type == "code" and cell.metadata.nbgrader.solution and name in answers:
                cell.source = banked(classroom.solutions, name, answers[name])
            elif cell.cell_type == "markdown" and cell.metadata.nbgrader.solution and answers:
                cell.source = PROOF_ANSWER
        nbformat.write(book, target / path.name)  # type: ignore[no-untyped-call]


def banked(solutions: Path, exercise: str, answer: str) -> str:
    """The text of a banked answer."""
    bank = load_bank(solutions, load(exercise))
    if answer not in bank.answers:
        raise click.ClickException(f"{exercise} has no banked answer called {answer!r}")
    return bank.answers[answer].source.strip()
