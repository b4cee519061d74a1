"""Grade a class with nbgrader's own commands, and show the marks as a table."""

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import click
from rich.console import Console

from course.grader.classroom import Classroom
from course.grader.dates import apply_dates, apply_penalties
from course.grader.returns import make_feedback
from course.grader.running import autograde, reached
from course.grader.triage import Triage, triage


@dataclass(frozen=True)
class Mark:
    """One grade cell of one student. `score` is None where a person has to grade."""

    score: float | None
    max_score: float

    def __str__(self) -> str:
        return f"{'–' if self.score is None else f'{self.score:g}'}/{self.max_score:g}"


Marks = dict[str, dict[str, Mark]]  # student → cell → mark


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
    from nbgrader.api import MissingEntry  # slow to import: only where needed

    from course.grader.database import opened

    marks: Marks = {}
    with opened(classroom) as gradebook:
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


def grade_cells(classroom: Classroom, problem_set: str) -> list[str]:
    """The grade cells of the set's source notebooks, in order."""
    import nbformat

    found = []
    for path in sorted((classroom.folder / "source" / problem_set).glob("*.ipynb")):
        book = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        found += [c.metadata.nbgrader.grade_id for c in book.cells if c.metadata.nbgrader.grade]
    return found


@dataclass(frozen=True)
class Choice:
    """What to grade: all that is not graded yet, unless more or less is asked.

    `students`: only these. `exercises`: judge only these anew, and leave all other marks as they are.
    `force`: also what is graded already. `jobs`: how many notebooks run at once (0: one a processor).
    `scheduler`: settings of a cluster that differ from the classroom's; with an empty address, none.
    """

    students: tuple[str, ...] = ()
    exercises: tuple[str, ...] = ()
    force: bool = False
    jobs: int = 0
    scheduler: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Graded:
    """What came of it: marks, what changed of marks there were before, and what is left to look at."""

    marks: Marks
    changed: dict[str, dict[str, tuple[Mark, Mark]]]
    triage: Triage
    again: tuple[str, ...]


def grade_set(classroom: Classroom, problem_set: str, console: Console, choice: Choice = Choice()) -> Graded:
    """Autograde what was handed in for a set, and make the feedback pages of those that were graded.

    Raises:
        click.ClickException: where there is nothing to grade, or a name is wrong; says what to do.
    """
    students = submitted(classroom, problem_set)
    _understood(classroom, problem_set, students, choice)
    _released(classroom, problem_set)
    scheduler = reached(classroom, choice.scheduler)
    apply_dates(classroom, problem_set)
    before = read_marks(classroom, problem_set)
    options = [f"--JudgedAutograde.jobs={choice.jobs or processors()}"]
    options += [f"--JudgedAutograde.scheduler={name}={value}" for name, value in scheduler.items()]
    options += ["--force"] if choice.force else []
    options += [f"--JudgedAutograde.only={name}" for name in choice.exercises]
    if choice.students:
        others = set(students) - set(choice.students)
        options += [f"--CourseDirectory.student_id_exclude={','.join(sorted(others))}"] if others else []
    done = autograde(classroom, problem_set, console, *options)
    apply_penalties(classroom, problem_set)
    make_feedback(classroom, problem_set, console)
    marks = read_marks(classroom, problem_set)
    return Graded(marks, changes(before, marks), triage(classroom, problem_set, students), tuple(done))


def _understood(classroom: Classroom, problem_set: str, students: list[str], choice: Choice) -> None:
    """Every name is one that there is."""
    if not students:
        raise click.ClickException(
            f"Nobody has handed in {problem_set}: there is no "
            f"{classroom.folder / 'submitted'}/STUDENT/{problem_set}/ folder."
        )
    cells = grade_cells(classroom, problem_set)
    for kind, asked, known in (
        ("student who handed it in", choice.students, students),
        ("exercise of the set", choice.exercises, cells),
    ):
        for name in asked:
            if name not in known:
                close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
                hint = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(known)}."
                raise click.ClickException(f"{name} is no {kind}. {hint}")


def _released(classroom: Classroom, problem_set: str) -> None:
    """The gradebook knows the set: another one that was chosen, or made anew, knows nothing yet."""
    from nbgrader.api import MissingEntry  # slow to import: only where needed

    from course.grader.database import opened

    try:
        with opened(classroom) as gradebook:
            gradebook.find_assignment(problem_set)
    except MissingEntry:
        raise click.ClickException(
            f"The gradebook does not know {problem_set}. Release it (again), and grade then: "
            f"nbgrader generate_assignment {problem_set} --force"
        ) from None


def changes(before: Marks, after: Marks) -> dict[str, dict[str, tuple[Mark, Mark]]]:
    """The marks that were there and are now others, by student and cell."""
    found = {}
    for student, cells in after.items():
        old = before.get(student, {})
        other = {name: (old[name], mark) for name, mark in cells.items() if old.get(name, mark) != mark}
        if other:
            found[student] = other
    return found
