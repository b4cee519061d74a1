"""From all zips of a set: which files are taken for each student, and why each other one is not."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from course.grader.collect.archive import Member, Refused, members, odd, opened, shown
from course.grader.collect.books import NOTEBOOK, Books, copy_of, original
from course.grader.collect.lms import Handed, understood
from course.grader.collect.who import Roster, Unknown
from course.grader.judged.staging import ALLOWED, MAX_DEPTH, MAX_FILES
from course.grader.sandbox.defences import Limits

MOST = Limits().notebook_bytes  # of one file
MOST_TAKEN = 4 * MOST  # of one student's files together
MOST_READ = 16 * MOST  # of all that one student handed in, again and again
RUBBISH = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
TIME = "timestamp.txt"  # when it was handed in, beside the notebooks
AGAIN = "a newer one of it was handed in"


@dataclass(frozen=True)
class Left:
    """A file that is not taken, and why. `todo`: what a person may do about it, or ""."""

    file: str
    why: str
    todo: str = ""


@dataclass(frozen=True)
class Candidate:
    """A file of a known student that may be taken. `age` orders a student's files of one name by time."""

    student: str
    name: str
    member: Member
    source: str
    age: tuple[Any, ...]
    late: bool


@dataclass
class Choice:
    """What is taken, by student and path; all candidates; what is left."""

    taken: dict[str, dict[str, Candidate]] = field(default_factory=dict)
    candidates: list[Candidate] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


Found = tuple[str, Member, Handed, tuple[int, ...]]  # where, what, whose; its zip's and its own place


def choose(zips: Iterable[Path], roster: Roster, books: Books, stack: ExitStack) -> Choice:
    """Read the zips, which stay open until the stack is closed, and choose."""
    choice = Choice()
    read = Counter[str]()
    found = [one for place, path in enumerate(zips) for one in _found(path, place, choice, stack, read)]
    who = roster.all(handed for _, _, handed, _ in found)
    for source, member, handed, place in found:
        student = who[handed.label]
        try:
            if isinstance(student, Unknown):
                fix = f'Write into course.toml, under [names]: "{shown(handed.label)}" = "STUDENT"'
                choice.left.append(Left(source, str(student), fix))
            else:
                age = (handed.number, member.time, copy_of(handed.parts[-1] if handed.parts else ""), place)
                choice.candidates.append(_candidate(student, source, member, handed, books, age))
        except Refused as error:
            choice.left.append(Left(source, f"{student}: {error}", "Ask the student, or mend it by hand."))
    _take(choice)
    return choice


def _found(path: Path, place: int, choice: Choice, stack: ExitStack, read: Counter[str]) -> Iterator[Found]:
    """The files of a zip, and of zips in it, whose names are understood. `read`: bytes by student so far."""
    try:
        archive = stack.enter_context(opened(path))
    except Refused as error:
        choice.left.append(Left(path.name, str(error), "Download it again."))
        return
    for member in members(archive):
        source = f"{path.name}: {shown(member.path)}"
        try:
            if rubbish(member):
                choice.left.append(Left(source, "an operating system's own file"))
            elif (handed := understood(member.parts)) is None:
                todo = "In a zip of Canvas or Moodle it would. Put the file into submitted/ by hand."
                choice.left.append(Left(source, "its name does not say whose it is", todo))
            elif handed.parts and handed.parts[-1].lower().endswith(".zip"):
                _count(handed, member, read)
                for inner in members(stack.enter_context(opened(member.read(MOST)))):
                    where = f"{source}: {shown(inner.path)}"
                    try:
                        if not rubbish(inner):
                            _count(handed, inner, read)
                            yield where, inner, replace(handed, parts=inner.parts), (place, member.position)
                    except Refused as error:
                        choice.left.append(Left(where, str(error), "Ask the student for it."))
            else:
                _count(handed, member, read)
                yield source, member, handed, (place, member.position)
        except Refused as error:
            choice.left.append(Left(source, str(error), "Ask the student for it."))


def rubbish(member: Member) -> bool:
    """Whether an operating system put it there."""
    return any(part.startswith("._") or part in RUBBISH for part in member.parts)


def _count(handed: Handed, member: Member, read: Counter[str]) -> None:
    read[handed.label] += member.info.file_size
    if read[handed.label] > MOST_READ:
        raise Refused(
            f"all that {shown(handed.label)} handed in is larger than {MOST_READ >> 20} MB together"
        )


def _candidate(
    student: str, source: str, member: Member, handed: Handed, books: Books, age: tuple[Any, ...]
) -> Candidate:
    """The file as it would be put beside the others.

    Raises:
        Refused: if it is not taken.
    """
    if not handed.parts:
        raise Refused("this was typed into the page or is a link, not a file")
    name = handed.parts[-1]
    if found := NOTEBOOK.fullmatch(name):
        book = books.which(found["stem"], member.read(MOST))
        return Candidate(student, book, member, source, age, handed.late)
    if not name.endswith(ALLOWED):
        raise Refused(f"files of this kind are not taken, only notebooks and {', '.join(ALLOWED)}")
    if len(handed.parts) > MAX_DEPTH + 1 or any(p.startswith(".") or odd(p) for p in handed.parts):
        raise Refused("folders and files of such names are not taken")
    member.read(MOST)
    return Candidate(student, "/".join(handed.parts), member, source, age, handed.late)


def _take(choice: Choice) -> None:
    """Of each student's files of one name the newest; not more than fits."""
    by_student = defaultdict(list)
    for candidate in choice.candidates:
        by_student[candidate.student].append(candidate)
    for student, own in sorted(by_student.items()):
        taken: dict[str, Candidate] = {}
        size = 0
        own.sort(key=lambda c: (c.name.endswith(".ipynb"), c.age), reverse=True)
        text = b"".join(c.member.read(MOST) for c in own if c.name.endswith(".ipynb"))
        for candidate in own:
            name = candidate.name
            if candidate.age[0] and name.encode() not in text and original(name).encode() in text:
                name = original(name)  # the notebook knows it by the name that it had
            more = candidate.member.info.file_size
            if name == TIME:
                choice.left.append(Left(candidate.source, f"{student}: the time is not a student's to say"))
            elif any(name.startswith(f"{other}/") or other.startswith(f"{name}/") for other in taken):
                choice.left.append(Left(candidate.source, f"{student}: {name} is a file and a folder"))
            elif name in taken:
                choice.left.append(Left(candidate.source, f"{student}: {AGAIN}"))
            elif len(taken) >= MAX_FILES or size + more > MOST_TAKEN:
                choice.left.append(
                    Left(candidate.source, f"{student}: too many files, or too large together")
                )
            else:
                taken[name], size = candidate, size + more
        if taken:
            choice.taken[student] = taken
