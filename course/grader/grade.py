"""Grade a class with nbgrader's own commands, and show the marks as a table."""

import os
import subprocess
import sys
from dataclasses import dataclass

import click
from rich.console import Console
from rich.table import Table

from course.grader.classroom import Classroom


@dataclass(frozen=True)
class Mark:
    """One grade cell of one student. `score` is None where a person has to grade."""

    score: float | None
    max_score: float

    def __str__(self) -> str:
        return f"{'–' if self.score is None else f'{self.score:g}'}/{self.max_score:g}"


Marks = dict[str, dict[str, Mark]]  # student → cell → mark


def nbgrader(classroom: Classroom, *words: str) -> str:
    """Run one nbgrader command in the classroom; its output is shown only if it fails.

    Raises:
        click.ClickException: if it fails, with the command to run by hand and its last lines.
    """
    command = [sys.executable, "-m", "nbgrader", *words]
    done = subprocess.run(command, cwd=classroom.folder, capture_output=True, text=True, check=False)
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise click.ClickException(
            f"`nbgrader {' '.join(words)}` failed in {classroom.folder}:\n{tail}\n"
            "What it graded before is kept; mend the cause and run it again."
        )
    return done.stdout + done.stderr


def submitted(classroom: Classroom, problem_set: str) -> list[str]:
    """The students who handed the set in."""
    return sorted(
        p.parent.name for p in (classroom.folder / "submitted").glob(f"*/{problem_set}") if p.is_dir()
    )


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_marks(classroom: Classroom, problem_set: str) -> Marks:
    """All marks of a set from the gradebook, by student and grade cell, in the notebooks' order."""
    from nbgrader.api import Gradebook, MissingEntry  # slow to import: only where needed

    marks: Marks = {}
    with Gradebook(f"sqlite:///{classroom.folder / 'gradebook.db'}") as gradebook:
        for student in submitted(classroom, problem_set):
            try:
                submission = gradebook.find_submission(problem_set, student)
            except MissingEntry:
                marks[student] = {}
                continue
            grades = [g for n in sorted(submission.notebooks, key=lambda n: n.name) for g in n.grades]
            marks[student] = {
                g.name: Mark(None if g.needs_manual_grade else g.score, g.max_score) for g in grades
            }
    return marks


def table_of(marks: Marks, columns: list[str], width: int) -> Table:
    """Student × exercise: full marks green, others yellow, none red, and – where a person has to grade.

    Where the names do not fit into `width`, columns are numbered and the caption says which is which.
    """
    named = sum(len(column) + 3 for column in columns) + 20 <= width
    legend = " · ".join(f"{n} {column}" for n, column in enumerate(columns, 1))
    table = Table(title="Marks", caption=None if named else legend)
    table.add_column("student", overflow="fold")
    for number, column in enumerate(columns, 1):
        table.add_column(column if named else str(number), justify="right", no_wrap=True)
    for student, cells in marks.items():
        table.add_row(student, *[_styled(cells.get(column)) for column in columns])
    return table


def _styled(mark: Mark | None) -> str:
    if mark is None:
        return "not graded"
    if mark.score is None:
        return str(mark)
    colour = "green" if mark.score >= mark.max_score else "yellow" if mark.score > 0 else "red"
    return f"[{colour}]{mark}[/]"


def grade_cells(classroom: Classroom, problem_set: str) -> list[str]:
    """The grade cells of the set's source notebooks, in order."""
    import nbformat

    found = []
    for path in sorted((classroom.folder / "source" / problem_set).glob("*.ipynb")):
        book = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        found += [c.metadata.nbgrader.grade_id for c in book.cells if c.metadata.nbgrader.grade]
    return found


def grade_set(classroom: Classroom, problem_set: str, console: Console, jobs: int | None = None) -> Marks:
    """Autograde every submission of a set, make the feedback pages, and print the table.

    `jobs`: how many notebooks run at once; by default as many as there are processors.
    """
    students = submitted(classroom, problem_set)
    if not students:
        raise click.ClickException(
            f"Nobody has handed in {problem_set}: there is no "
            f"{classroom.folder / 'submitted'}/STUDENT/{problem_set}/ folder."
        )
    with console.status(f"Grading {problem_set}: {len(students)} students") as status:
        at_once = f"--JudgedAutograde.jobs={jobs or processors()}"
        nbgrader(classroom, "autograde", problem_set, "--force", at_once)
        status.update("Making the feedback pages")
        nbgrader(classroom, "generate_feedback", problem_set, "--force")
    marks = read_marks(classroom, problem_set)
    console.print(table_of(marks, grade_cells(classroom, problem_set), console.width))
    return marks
