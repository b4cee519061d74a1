"""Marks as tables for other programs: plain CSV, and what Canvas and Moodle import."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from course.grader.classroom import Classroom
from course.grader.dates import apply_penalties

# Canvas reads these five columns before those of assignments; Moodle finds a user by one column.
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = ("ID number", "Email address", "Username")


@dataclass(frozen=True)
class Total:
    """One student in one set: what the score is after the penalty, of how much, and what is still open."""

    score: float
    max_score: float
    penalty: float
    by_hand: int


@dataclass(frozen=True)
class Person:
    """One student of the gradebook, with the totals by set (none: nothing handed in)."""

    id: str
    first_name: str
    last_name: str
    email: str
    lms_user_id: str
    totals: dict[str, Total]


def people(classroom: Classroom, sets: Sequence[str]) -> list[Person]:
    """All students with their totals.

    Raises:
        click.ClickException: for a set that the gradebook does not know.
    """
    from nbgrader.api import MissingEntry  # slow to import: only where needed

    from course.grader.database import opened

    totals: dict[str, dict[str, Total]] = {}
    for name in sets:
        apply_penalties(classroom, name)
    with opened(classroom) as gradebook:
        for name in sets:
            try:
                gradebook.find_assignment(name)
            except MissingEntry:
                raise click.ClickException(
                    f"The gradebook knows no set {name}. It has: "
                    f"{', '.join(a.name for a in gradebook.assignments) or 'none'}."
                ) from None
            for submission in gradebook.assignment_submissions(name):
                open_ = sum(g.needs_manual_grade for n in submission.notebooks for g in n.grades)
                late = submission.late_submission_penalty or 0.0
                total = Total(submission.score - late, submission.max_score, late, open_)
                if submission.notebooks:
                    totals.setdefault(submission.student_id, {})[name] = total
        return [
            Person(
                s.id,
                s.first_name or "",
                s.last_name or "",
                s.email or "",
                s.lms_user_id or "",
                totals.get(s.id, {}),
            )
            for s in sorted(gradebook.students, key=lambda s: s.id)
        ]


FIELDS = ("first_name", "last_name", "email", "lms_user_id")


def plain(found: Sequence[Person], sets: Sequence[str]) -> str:
    """One row a student: for every set score, maximum, penalty and what waits for a person; then the sum."""
    head = ["student_id", *FIELDS]
    for name in sets:
        head += [name, f"{name} max", f"{name} penalty", f"{name} by hand"]
    rows = []
    for person in found:
        row: list[Any] = [person.id, *(getattr(person, f) for f in FIELDS)]
        for name in sets:
            t = person.totals.get(name)
            row += [_number(t.score), _number(t.max_score), _number(t.penalty), t.by_hand] if t else [""] * 4
        rows.append([*row, _number(sum(t.score for t in person.totals.values()))])
    return _table([[*head, "total"], *rows])


def canvas(found: Sequence[Person], sets: Sequence[str], template: Path | None) -> str:
    """What Canvas imports: its own export with the sets' columns filled in; who it does not know is left out.

    Source: Canvas Instructor Guide, "How do I import grades in the Gradebook?".

    Raises:
        click.ClickException: without an export to fill in, or if the file is none.
    """
    if template is None:
        raise click.ClickException(
            "Canvas recognises students by its own numbers: export its gradebook (Grades, Export) and give "
            "that file: --template EXPORT.csv"
        )
    rows = _read(template, "Student")
    columns = {name: _column(rows[0], name) for name in sets}
    out: list[list[Any]] = [[*CANVAS, *columns.values()]]
    for row in rows:
        lead = [row.get(c, "") for c in CANVAS]
        if row["Student"].strip() == "Points Possible":
            best = {n: next((p.totals[n].max_score for p in found if n in p.totals), "") for n in sets}
            out.append([*lead, *(_number(best[n]) for n in sets)])
            continue
        keys = {row.get(c, "").strip() for c in ("SIS Login ID", "SIS User ID")} - {""}
        who = [p for p in found if p.id in keys or (p.lms_user_id and p.lms_user_id == row.get("ID"))]
        if who:
            out.append([*lead, *(_number(t.score) if (t := who[0].totals.get(n)) else "" for n in sets)])
    return _table(out)


def _column(row: dict[str, str], name: str) -> str:
    """The column of that assignment, `ps2 (123)`, or a new one of that name."""
    return next((c for c in row if c == name or (c.startswith(f"{name} (") and c.endswith(")"))), name)


def moodle(found: Sequence[Person], sets: Sequence[str], key: str = "ID number") -> str:
    """What Moodle imports: one column that says who, and one for every set; empty where nothing is.

    Source: Moodle documentation, "Grade import".
    """
    value = {"ID number": "id", "Username": "id", "Email address": "email"}[key]
    missing = [p.id for p in found if not getattr(p, value)]
    if missing:
        raise click.ClickException(f"No {key.lower()} is known of: {', '.join(missing)}. See course roster.")
    rows = [
        [getattr(p, value), *(_number(t.score) if (t := p.totals.get(n)) else "" for n in sets)]
        for p in found
    ]
    return _table([[key, *sets], *rows])


def _read(path: Path, heading: str) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [{k: v or "" for k, v in row.items() if k} for row in csv.DictReader(file)]
    if not rows or heading not in rows[0]:
        raise click.ClickException(f"{path} is no export of Canvas's gradebook: it has no column {heading}.")
    return rows


def _number(value: Any) -> str:
    return value if isinstance(value, str) else f"{round(value, 4):g}"


def _table(rows: Sequence[Sequence[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([[_safe(v) for v in row] for row in rows])
    return out.getvalue()


def _safe(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+@\t") else value
