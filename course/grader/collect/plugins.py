"""What `nbgrader zip_collect SET` uses in a classroom: our reading of zips, our knowledge of names.

nbgrader unpacks all zips of `downloaded/SET/archive/` to `downloaded/SET/extracted/`, asks of each file whose
it is, empties the folder of each student who has one there, and copies. Ours puts into `extracted/` only what
is to be copied, as STUDENT/FILE, and writes `downloaded/SET/collected.json`, which says what became of all.
"""

import hashlib
import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin

from course.grader.classroom import Classroom
from course.grader.collect.books import Books
from course.grader.collect.choice import MOST, RUBBISH, TIME, Candidate, Choice, Left, choose
from course.grader.collect.who import Roster, Student
from course.grader.database import opened
from course.grader.judged.reading import Unreadable, read_bytes

REPORT = "collected.json"


class LmsExtractor(ExtractorPlugin):  # type: ignore[misc]
    """Puts what is to be collected into `extracted/`, and nothing else."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Choose from all zips in `archive_path`."""
        room = Classroom.open(Path(self.parent.coursedir.root))
        problem_set = self.parent.coursedir.assignment_id
        roster = roster_of(room)
        archive, target = Path(archive_path), Path(extracted_path)
        zips = sorted(p for p in archive.rglob("*") if p.suffix.lower() == ".zip" and p.is_file())
        with ExitStack() as stack:
            choice = choose(zips, roster, Books.of(room.folder / "release" / problem_set), stack)
            for path in sorted(set(archive.rglob("*")) - set(zips)):
                if path.is_file() and path.name not in RUBBISH:
                    todo = "Put the LMS's zip there as it came, not unpacked."
                    choice.left.append(Left(str(path.relative_to(archive)), "it is no zip", todo))
            states = {s: self._state(room, problem_set, s, choice) for s in choice.taken}
            for student, files in choice.taken.items():
                if states[student] in ("new", "again"):
                    for name, candidate in files.items():
                        path = target / student / name
                        path.parent.mkdir(parents=True, exist_ok=True)
                        path.write_bytes(candidate.member.read(MOST))
            report = reported(room, problem_set, choice, states, roster)
        draft = target.parent / f"{REPORT}.new"
        draft.write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")
        draft.replace(target.parent / REPORT)

    def _state(self, room: Classroom, problem_set: str, student: str, choice: Choice) -> str:
        """Whether a student's files are new, other ones than collected before, the same, or not ours."""
        folder = room.folder / "submitted" / student / problem_set
        there = {str(p.relative_to(folder)): _content(p) for p in sorted(folder.rglob("*")) if not p.is_dir()}
        there.pop(TIME, None)
        if not there:
            return "new"
        taken = choice.taken[student]
        if there.keys() == taken.keys() and all(there[n] == _of(taken[n]) for n in taken):
            return "same"
        known = [_of(c) for c in choice.candidates if c.student == student]
        ours = all(
            data is not None and any(k.startswith(data) for k in known)  # copying may have been cut short
            for data in there.values()
        )
        return "again" if ours else "kept"


def _of(candidate: Candidate) -> bytes:
    return candidate.member.read(MOST)


def _content(path: Path) -> bytes | None:
    try:
        return read_bytes(path, MOST)
    except Unreadable:
        return None


class LmsCollector(FileNameCollectorPlugin):  # type: ignore[misc]
    """Whose a file of `extracted/` is: its first folder says so."""

    def collect(self, submitted_file: str) -> dict[str, Any]:
        """As nbgrader wants it."""
        extracted = self.parent._format_collect_path(self.parent.extracted_directory)
        student, *below = Path(submitted_file).relative_to(extracted).parts
        return {"student_id": student, "file_id": "/".join(below)}


def roster_of(room: Classroom) -> Roster:
    """The gradebook's students, with the names of `course.toml`."""
    with opened(room) as gradebook:
        students = [
            Student(s.id, s.first_name or "", s.last_name or "", s.lms_user_id or "")
            for s in gradebook.students
        ]
    return Roster(students, room.names)


def reported(
    room: Classroom, problem_set: str, choice: Choice, states: dict[str, str], roster: Roster
) -> dict[str, Any]:
    """What became of everything, for `course collect` and for people."""
    contents: dict[str, list[str]] = {}
    for path in (room.folder / "release" / problem_set).glob("*.ipynb"):
        contents[hashlib.sha256(path.read_bytes()).hexdigest()] = []  # handed in as it was given out
    untouched = set(contents)
    late = []
    for student, files in choice.taken.items():
        if any(candidate.late for candidate in files.values()):
            late.append(student)
        for name, candidate in files.items():
            content = hashlib.sha256(_of(candidate)).hexdigest()
            if name.endswith(".ipynb") and content not in untouched:
                contents.setdefault(content, []).append(f"{student}/{name}")
    times = {s for s in late if (room.folder / "submitted" / s / problem_set / TIME).exists()}
    return {
        "students": {
            student: {"state": states[student], "files": {n: c.source for n, c in sorted(files.items())}}
            for student, files in choice.taken.items()
        },
        "late": late,
        "without_time": [s for s in late if s not in times or states[s] == "again"],
        "alike": sorted(same for same in contents.values() if len(same) > 1),
        "missing": sorted(set(roster.students) - set(choice.taken)),
        "left": [{"file": x.file, "why": x.why, "todo": x.todo} for x in choice.left],
    }
