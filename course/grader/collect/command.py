"""`course collect`: a zip goes to where nbgrader collects from, and what became of it is told."""

import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from course.grader.classroom import Classroom, nbgrader

FIRST = 12  # names on a line


def collect_zip(classroom: Classroom, path: Path, problem_set: str) -> dict[str, Any]:
    """Collect a zip; returns the report that `downloaded/SET/collected.json` holds.

    Raises:
        click.ClickException: where nothing can be collected; says what to do.
    """
    from course.grader.collect.plugins import REPORT, roster_of  # slow to import: only where needed

    if not any((classroom.folder / "release" / problem_set).glob("*.ipynb")):
        raise click.ClickException(
            f"{problem_set} was not released: run `nbgrader generate_assignment {problem_set}`, "
            f"so that it is known which notebooks belong to it."
        )
    if not roster_of(classroom).students:
        raise click.ClickException("The roster is empty. First: course roster FILE.csv")
    if not zipfile.is_zipfile(path):
        raise click.ClickException(f"{path} is no zip, or came only in part. Download it again.")
    folder = classroom.folder / "downloaded" / problem_set
    keep(path, folder / "archive")
    (folder / REPORT).unlink(missing_ok=True)
    said = nbgrader(classroom, "zip_collect", problem_set)
    if not (folder / REPORT).exists():
        raise click.ClickException(
            f"{said}\nnbgrader_config.py chooses another collector than `course classroom` writes into it."
        )
    report: dict[str, Any] = json.loads((folder / REPORT).read_text(encoding="utf-8"))
    return report


def keep(path: Path, archive: Path) -> Path:
    """A copy of the zip among those that were collected; none if it is there already."""
    archive.mkdir(parents=True, exist_ok=True)
    data = path.read_bytes()
    number, target = 1, archive / f"{path.stem}.zip"
    while target.exists() and (target.stat().st_size != len(data) or target.read_bytes() != data):
        number += 1
        target = archive / f"{path.stem}-{number}.zip"
    if not target.exists():
        draft = target.with_suffix(".part")
        shutil.copyfile(path, draft)
        draft.replace(target)
    return target


def lines_of(report: dict[str, Any], problem_set: str) -> Iterator[str]:
    """The report for a person, what is to be done last."""
    states: dict[str, list[str]] = {"new": [], "again": [], "same": [], "kept": []}
    for student, about in report["students"].items():
        states[about["state"]].append(student)
    yield f"Collected     {_names(states['new'])}"
    if states["again"]:
        yield f"Newer ones    {_names(states['again'])}"
    yield f"As before     {_names(states['same'])}"
    yield f"Nothing from  {_names(report['missing'])}"
    if report["late"]:
        yield f"Late          {_names(report['late'])}, says the LMS"
    if report["without_time"]:
        yield (
            f"  It does not say when. What lateness costs is counted from submitted/STUDENT/{problem_set}/"
            "timestamp.txt:\n  write a time into it, as 2026-11-01 10:00:00 UTC. Without it is missing from: "
            f"{', '.join(report['without_time'])}"
        )
    for same in report["alike"]:
        yield f"Alike         {', '.join(same)}"
    if states["kept"]:
        yield (
            f"Not replaced  {_names(states['kept'])}: other files than from these zips are in "
            f"submitted/STUDENT/{problem_set}/.\n  To take those of the zips, move these away and try again."
        )
    for left in report["left"]:
        todo = f"\n  {left['todo']}" if left["todo"] else ""
        yield f"Not taken     {left['file']}: {left['why']}.{todo}"


def _names(students: list[str]) -> str:
    shown = ", ".join(students[:FIRST]) + (
        f" and {len(students) - FIRST} more" if len(students) > FIRST else ""
    )
    return f"{len(students)}" + (f": {shown}" if students else "")
