"""What goes back to the students: feedback pages, in one zip if you like."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from course.grader.classroom import Classroom, nbgrader


def make_feedback(classroom: Classroom, problem_set: str, console: Console) -> None:
    """Make the feedback pages that are missing or out of date."""
    with console.status("Making the feedback pages"):
        nbgrader(classroom, "generate_feedback", problem_set)


def zip_feedback(classroom: Classroom, problem_set: str, target: Path, students: Sequence[str] = ()) -> int:
    """All feedback pages of a set as one zip, `STUDENT/NOTEBOOK.html`; returns how many students are in it.

    Raises:
        click.ClickException: if there is no page; says what to do.
    """
    folders = [
        folder
        for folder in sorted((classroom.folder / "feedback").glob(f"*/{problem_set}"))
        if not students or folder.parent.name in students
    ]
    pages = [(f.parent.name, page) for f in folders for page in sorted(f.glob("*.html"))]
    if not pages:
        raise click.ClickException(
            f"There is no feedback on {problem_set}. First: course grade {problem_set}"
        )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for student, page in pages:
            archive.write(page, f"{student}/{page.name}")
    return len({student for student, _ in pages})
