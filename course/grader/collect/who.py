"""Who handed a file in: the LMS's name for a student, and the roster's."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from course.grader.collect.archive import shown
from course.grader.collect.lms import Handed


class Unknown(Exception):
    """No student, or more than one: says why."""


@dataclass(frozen=True)
class Student:
    """A student of the roster."""

    id: str
    first_name: str = ""
    last_name: str = ""
    lms_user_id: str = ""


def key(text: str) -> str:
    """A name without what programs change in names: case, accents, blanks, punctuation."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if c.isalnum())


class Roster:
    """The students of a class, and how the LMS calls those whom their names do not tell apart.

    Args:
        students: the roster.
        names: from `course.toml`, labels or names in the LMS to ids.
    """

    def __init__(self, students: Iterable[Student], names: Mapping[str, str]) -> None:
        self.students = {s.id: s for s in students}
        self.said = {name: str(student) for name, student in names.items()}
        self.by_user = {s.lms_user_id: s.id for s in self.students.values() if s.lms_user_id}
        self.by_name: dict[tuple[str, bool], set[str]] = defaultdict(set)
        for s in self.students.values():
            if sortable := key(s.last_name + s.first_name):
                full = key(s.first_name + s.last_name)
                self.by_name[sortable, True].add(s.id)
                for name in (full, sortable, key(s.id) + full, key(s.id) + sortable):
                    self.by_name[name, False].add(s.id)  # a Moodle chooses the order, and what else it says

    def sure(self, handed: Handed) -> str:
        """The student by course.toml or by the LMS's own number, or "".

        Raises:
            Unknown: if course.toml names somebody who is not in the roster.
        """
        said = self.said.get(handed.label, self.said.get(handed.name, ""))
        if said and said not in self.students:
            raise Unknown(f"course.toml says that {shown(handed.label)} is {said}, who is not in the roster")
        return said or self.by_user.get(handed.user, "")

    def find(self, handed: Handed) -> str:
        """The student's id.

        Raises:
            Unknown: if there is none, or more than one.
        """
        if sure := self.sure(handed):
            return sure
        called = {
            s
            for s in self.by_name.get((key(handed.name), bool(handed.user)), ())
            if not (handed.user and self.students[s].lms_user_id)  # that one has another number
        }
        if len(called) > 1:
            raise Unknown(f"{' and '.join(sorted(called))} are both called so")
        if not called:
            raise Unknown("the roster knows nobody of that name")
        return called.pop()

    def all(self, handed: Iterable[Handed]) -> dict[str, str | Unknown]:
        """Student or reason by label. Where two labels have one student's name, neither is trusted."""
        found: dict[str, str | Unknown] = {}
        sure: dict[str, bool] = {}
        for one in handed:
            if one.label not in found:
                try:
                    sure[one.label] = bool(self.sure(one))
                    found[one.label] = self.find(one)
                except Unknown as error:
                    found[one.label] = error
        labels = defaultdict(list)
        for label, who in found.items():
            if isinstance(who, str):
                labels[who].append(label)
        for who, same in labels.items():
            for label in same if len(same) > 1 else ():
                if not sure[label]:
                    others = " and ".join(shown(other) for other in sorted(set(same) - {label}))
                    found[label] = Unknown(f"by name it is {who}, but so is {others}")
        return found
