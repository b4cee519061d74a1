"""Marks as a teacher sees them: a table at the terminal, and data for a program."""

from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from course.grader.classroom import Classroom
from course.grader.grade import Graded, Mark, Marks, grade_cells
from course.grader.triage import lines_of


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


def show(graded: Graded, classroom: Classroom, problem_set: str, console: Console) -> None:
    """Print the marks, what changed, and what is left to look at."""
    console.print(table_of(graded.marks, grade_cells(classroom, problem_set), console.width))
    console.print(f"Graded now: {len(graded.again)} of {len(graded.marks)} submissions", highlight=False)
    for student, cells in graded.changed.items():
        said = ", ".join(f"{name} {old} → {new}" for name, (old, new) in cells.items())
        console.print(f"[bold]changed[/]  {student}: {said}", highlight=False)
    for line in lines_of(graded.triage):
        console.print(f"[bold]to see[/]   {line}", highlight=False)
    console.print(f"Feedback pages: {classroom.folder / 'feedback'}/STUDENT/{problem_set}/", highlight=False)


def as_data(graded: Graded) -> dict[str, object]:
    """The same for a program: marks as {student: {cell: {score, max_score}}}."""
    return {
        "marks": {s: {n: asdict(m) for n, m in cells.items()} for s, cells in graded.marks.items()},
        "changed": {
            s: {n: {"from": old.score, "to": new.score} for n, (old, new) in cells.items()}
            for s, cells in graded.changed.items()
        },
        "graded_now": list(graded.again),
        "triage": graded.triage,
    }
