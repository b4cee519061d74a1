"""What an instructor should look at after grading: who is missing, late, stopped, or waits for a person."""

from collections.abc import Iterable
from typing import Any

from course.grader.classroom import Classroom
from course.grader.judged.records import Record

KINDS = {
    "missing": "handed nothing in",
    "late": "handed in after the date",
    "unreadable": "a file could not be read",
    "stopped": "the notebook was stopped, and lost cells",
    "not judged": "cells with tests of another kind ran beside the answers",
    "our fault": "we failed to decide: grade by hand",
    "by hand": "waits to be graded by hand",
}

Triage = dict[str, dict[str, list[str]]]  # kind → student → what exactly


def triage(classroom: Classroom, problem_set: str, students: Iterable[str]) -> Triage:
    """All that is not simply graded, by kind. `students` handed something in."""
    found: Triage = {kind: {} for kind in KINDS}
    handed_in = set(students)
    for student in sorted(handed_in):
        for kind, what in _of_record(Record(classroom.folder, problem_set, student).read()):
            found[kind].setdefault(student, []).append(what)
    _of_gradebook(classroom, problem_set, handed_in, found)
    return {kind: who for kind, who in found.items() if who}


def _of_record(record: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for note in record.get("notes", ()):
        yield "unreadable", str(note).split("` ", 1)[0].rpartition("`")[2] or str(note)
    for book, about in record.get("notebooks", {}).items():
        for name, cell in about.get("cells", {}).items():
            if cell.get("zero"):
                yield "stopped", name
            if cell.get("fault"):
                yield "our fault", name
            if not cell.get("judged"):
                yield "not judged", f"{book}/{name}"


def _of_gradebook(classroom: Classroom, problem_set: str, handed_in: set[str], found: Triage) -> None:
    from nbgrader.api import MissingEntry  # slow to import: only where needed

    from course.grader.database import opened

    with opened(classroom) as gradebook:
        for student in gradebook.students:
            if student.id not in handed_in:
                found["missing"][student.id] = []
        for name in sorted(handed_in):
            try:
                submission = gradebook.find_submission(problem_set, name)
            except MissingEntry:
                continue
            if submission.total_seconds_late > 0:
                found["late"][name] = [_span(submission.total_seconds_late)]
            waiting = [g.name for n in submission.notebooks for g in n.grades if g.needs_manual_grade]
            if waiting:
                found["by hand"][name] = waiting


def _span(seconds: float) -> str:
    """A time, as people say it."""
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"


def lines_of(found: Triage, most: int = 8) -> list[str]:
    """The list to look through, a line a kind, with the first few students."""
    lines = []
    for kind, who in found.items():
        names = [f"{s} ({', '.join(what)})" if what else s for s, what in list(who.items())[:most]]
        more = f" and {len(who) - most} more" if len(who) > most else ""
        lines.append(f"{kind} ({len(who)}, {KINDS[kind]}): {', '.join(names)}{more}")
    return lines
