"""What an attack is, and the pieces from which attacks are made.

Most attacks report to us through their mark: an answer that is right exactly if the forbidden thing was
possible. So "it earns nothing" proves the defence, and full marks with the defence switched off prove the
attack.
"""

import json
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.grader.demo import banked
from tests.conftest import SOLUTIONS

Json = dict[str, Any]
FULL = {"recurrence": 5.0, "rnn_bptt": 9.0, "double": 3.0}
LEAK = "LEAK7"  # what a payload shows; sources spell it in two halves, for the page shows sources too
PROCESS = b"gtt-survivor"  # the name of a process that an attack leaves behind, 15 characters at most


@dataclass(frozen=True)
class Submission:
    """What a student hands in: honest work, which an attack edits before it is graded."""

    folder: Path  # submitted/STUDENT/ps2
    room: Path  # the classroom; an attacker knows its path
    doors: dict[str, Any] = field(default_factory=dict)  # where the tests listen, and what they hide

    @property
    def path(self) -> Path:
        """Its notebook."""
        return self.folder / "bptt.ipynb"

    def read(self) -> Json:
        """The notebook as plain JSON: attacks write what nbformat would refuse."""
        book: Json = json.loads(self.path.read_text(encoding="utf-8"))
        return book

    def write(self, book: Json) -> None:
        """Write the notebook."""
        self.path.write_text(json.dumps(book), encoding="utf-8")

    def attach(self, name: str, content: str | bytes) -> None:
        """Hand in a further file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


Make = Callable[[Submission], None]


@dataclass(frozen=True)
class Attack:
    """One attack.

    Args:
        line: which of the 26 promises it attacks.
        defence: the switches of `Defences` that stop it; when they are off, it succeeds. Several only where
            one layer stands behind another. Empty: it cannot be switched off (`why` says so).
        earns: the marks of its honest part, where they differ from full ones. None: graded, whatever it is.
        goal: what success is. marks: full marks for `exercise`; page: `mark` stands in its feedback page;
            active: something there acts; runs: and nothing forbids the page to run it; size: megabytes are
            kept; stop: somebody stays without a grade; files: something of others changes; left: a process
            stays; time: a class of one attacker takes a minute.
        unsafe: why the disposable sandbox of `stock.py` describes this one instead of running it.
        twin: handed in by two students, of whom the second is looked at.
    """

    line: int
    name: str
    defence: tuple[str, ...]
    make: Make
    earns: dict[str, float | None] = field(default_factory=lambda: {"recurrence": 0.0})
    goal: str = "marks"
    exercise: str = "recurrence"
    mark: str = LEAK
    unsafe: str = ""
    why: str = ""
    twin: bool = False

    @property
    def student(self) -> str:
        """The name under which it is handed in."""
        return f"m{self.line:02d}_{self.name}" + ("_2" if self.twin else "")

    def marks(self) -> dict[str, float | None]:
        """What it should earn, by exercise."""
        return {**FULL, **self.earns}


def indent(text: str, by: int = 4) -> str:
    """Text as the body of something."""
    return textwrap.indent(textwrap.dedent(text).strip() or "pass", " " * by)


RIGHT = banked(SOLUTIONS, "recurrence", "reference")
HONEST = "import numpy as np\n" + RIGHT
HEAD = f"""
import builtins, ctypes, glob, json, os, signal, socket, struct, subprocess, sys, time
import numpy as np
WON, SEEN, END = False, [], time.time() + 14
{RIGHT.replace("def recurrence", "def _right")}
def _zeros(b, C):
    return np.zeros(b.shape), np.zeros((len(b), len(b), *C.shape[1:]))
"""


def answer(
    at_cell: str = "", at_call: str = "", result: str = "_right(b, C) if WON else _zeros(b, C)"
) -> str:
    """The source of an answer to `recurrence` that tries something when its cell runs, and when it is called.

    It is right if that sets WON. Errors of the attempt are swallowed.
    """
    return (
        f"{HEAD}\ntry:\n{indent(at_cell)}\nexcept BaseException as error:\n    SEEN.append(error)\n"
        f"def _attack(b, C):\n    global WON\n{indent(at_call)}\n"
        f"def recurrence(b, C):\n    try:\n        _attack(b, C)\n    except Exception as error:\n"
        f"        SEEN.append(error)\n    return {result}\n"
    )


def cell_of(book: Json, grade_id: str) -> Json:
    """The cell of that grade id."""
    (cell,) = (c for c in book["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)
    return dict_of(cell)


def dict_of(cell: Any) -> Json:
    """A cell, said to be one."""
    assert isinstance(cell, dict)
    return cell


def edits(change: Callable[[Json], None]) -> Make:
    """Change the notebook."""

    def make(submission: Submission) -> None:
        book = submission.read()
        change(book)
        submission.write(book)

    return make


def says(source: str | Callable[[Submission], str], exercise: str = "recurrence") -> Make:
    """Answer an exercise so; the source may depend on where the classroom lies."""

    def make(submission: Submission) -> None:
        book = submission.read()
        text = source if isinstance(source, str) else source(submission)
        cell_of(book, f"{exercise}-answer")["source"] = text
        submission.write(book)

    return make


def tries(at_cell: str = "", at_call: str = "") -> Make:
    """Answer `recurrence` with an attempt; `{room}` and the doors' names in braces are filled in."""

    def fill(submission: Submission) -> str:
        text = answer(at_cell, at_call)
        for name, value in {"room": submission.room, **submission.doors}.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    return says(fill)


def adds(kind: str, source: str, after: str = "recurrence-answer", **metadata: Any) -> Make:
    """Insert a cell of the student's own."""

    def change(book: Json) -> None:
        cell: Json = {"cell_type": kind, "id": f"own-{after}", "metadata": metadata, "source": source}
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        book["cells"].insert(book["cells"].index(cell_of(book, after)) + 1, cell)

    return edits(change)


def both(*makes: Make) -> Make:
    """Several edits of one submission."""

    def make(submission: Submission) -> None:
        for each in makes:
            each(submission)

    return make


def attaches(name: str, content: str | bytes) -> Make:
    """Hand in a further file."""
    return lambda submission: submission.attach(name, content)
