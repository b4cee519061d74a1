"""Who is in the class: from a CSV file, such as a learning management system exports, to the gradebook."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import click

from course.grader.classroom import Classroom

# The headings under which a value is known, in small letters; the first that a file has counts.
HEADINGS = {
    "id": ("id", "student_id", "username", "sis login id", "id number", "login id"),
    "first_name": ("first_name", "first name", "given name"),
    "last_name": ("last_name", "last name", "surname", "family name"),
    "email": ("email", "email address", "e-mail"),
    "lms_user_id": ("lms_user_id", "canvas id"),
}
SAFE = re.compile(r"[\w][\w.@-]*\Z")  # it becomes the name of a folder


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]
    absent: tuple[str, ...]  # in the gradebook, not in the file


def read_roster(path: Path) -> list[dict[str, str]]:
    """The students of a CSV file, each as {id, first_name, last_name, email, lms_user_id} where given.

    Raises:
        click.ClickException: names the file and the line, and says what is wrong.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            dialect = csv.Sniffer().sniff(file.read(4096), delimiters=",;\t")
            file.seek(0)
            rows = list(csv.DictReader(file, dialect=dialect))
    except (csv.Error, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path} cannot be read as CSV in UTF-8: {error}") from None
    columns = {heading.strip().lower(): heading for heading in (rows[0] if rows else {}) if heading}
    if "sis login id" in columns:  # an export of Canvas: its own number is called ID
        columns["canvas id"] = columns.pop("id", "")
    known = {name: next((columns[h] for h in hs if columns.get(h)), "") for name, hs in HEADINGS.items()}
    if not known["id"]:
        raise click.ClickException(
            f"{path}: no column says who is who. It needs one of: {', '.join(HEADINGS['id'])}."
        )
    students: list[dict[str, str]] = []
    lines: dict[str, int] = {}
    for line, row in enumerate(rows, 2):
        student = {name: (row[column] or "").strip() for name, column in known.items() if column}
        if not student["id"]:
            if any((value or "").strip() for key, value in row.items() if key and key.lower() != "student"):
                raise click.ClickException(f"{path}, line {line}: no {known['id']}.")
            continue
        if not SAFE.match(student["id"]):
            raise click.ClickException(
                f"{path}, line {line}: {student['id']!r} cannot name a folder. "
                "Use letters, digits, dots, hyphens, underscores or @."
            )
        if student["id"] in lines:
            raise click.ClickException(
                f"{path}, line {line}: {student['id']} stands in line {lines[student['id']]} already."
            )
        lines[student["id"]] = line
        students.append(student)
    return students


def import_roster(classroom: Classroom, path: Path) -> Imported:
    """Add the file's students to the gradebook, or update them; nobody is removed."""
    from nbgrader.api import MissingEntry  # slow to import: only where needed

    from course.grader.database import opened

    done: dict[str, list[str]] = {"added": [], "updated": [], "unchanged": []}
    students = read_roster(path)
    with opened(classroom) as gradebook:
        for student in students:
            name, about = student["id"], {k: v for k, v in student.items() if k != "id" and v}
            try:
                known = gradebook.find_student(name)
                kind = "unchanged" if all(getattr(known, k) == v for k, v in about.items()) else "updated"
            except MissingEntry:
                kind = "added"
            if kind != "unchanged":
                gradebook.update_or_create_student(name, **about)
            done[kind].append(name)
        absent = {s.id for s in gradebook.students} - {s["id"] for s in students}
    return Imported(
        tuple(done["added"]), tuple(done["updated"]), tuple(done["unchanged"]), tuple(sorted(absent))
    )
