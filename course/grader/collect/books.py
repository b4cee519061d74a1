"""Which of a set's notebooks a student's file is: by its name, or by its cells."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from course.grader.collect.archive import Refused
from course.grader.collect.who import key
from course.grader.judged.reading import Unreadable, read_cells

# What systems add to a name: bptt-1, bptt (1), bptt_2, bptt-Copy1, bptt - Copy, Copy of bptt; bptt.ipynb.txt.
ADDED = re.compile(r"(?P<stem>.+?)(?:[ _-]+(?:copy ?)?\(?|\()(?P<number>\d*)\)?\Z", re.I | re.S)
NOTEBOOK = re.compile(r"(?P<stem>.+)\.ipynb(?:\.txt|\.json)?\Z", re.I | re.S)


@dataclass(frozen=True)
class Books:
    """The set's notebooks: names of their files, each with the ids of its cells."""

    cells: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, folder: Path) -> "Books":
        """Those that were released."""
        found = {}
        for path in sorted(folder.glob("*.ipynb")):
            book: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
            ids = (cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in book.cells)
            found[path.name] = frozenset(ids) - {""}
        return cls(found)

    def which(self, stem: str, data: bytes) -> str:
        """The released notebook that a file is, of that name without its suffix.

        Raises:
            Refused: if it is none of them.
        """
        plain = re.sub(r"\Acopy of ", "", stem, flags=re.I)
        added = ADDED.fullmatch(plain)
        for wanted in (stem, plain, added["stem"] if added else plain):
            for book in self.cells:
                if key(wanted) == key(book.removesuffix(".ipynb")):
                    return book
        try:
            ids = {cell.grade_id for cell in read_cells(data)}
        except Unreadable as error:
            raise Refused(f"{error}") from None
        shared = {book: len(ids & own) for book, own in self.cells.items()}
        best = [book for book, count in shared.items() if count and count == max(shared.values())]
        if len(best) != 1:
            raise Refused(f"it is none of the set's notebooks, which are {', '.join(self.cells)}")
        return best[0]


def copy_of(name: str) -> int:
    """The number that a system added to a name, 0 if it did not."""
    found = ADDED.fullmatch(name.partition(".")[0])
    return int(found["number"][:9] or 0) if found else 0


def original(name: str) -> str:
    """`weights.npz` for `weights-1.npz`: Canvas counts what a student hands in again."""
    return re.sub(r"-\d+(\.\w+)\Z", r"\1", name)
