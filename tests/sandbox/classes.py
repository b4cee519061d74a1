"""Classes for the tests: a classroom, submissions that each do one odd thing, graded by the real command."""

import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat

from course.grader.classroom import Classroom, nbgrader
from course.grader.demo import hand_in
from course.grader.grade import Marks, read_marks
from tests.conftest import SOLUTIONS

EXERCISES = ("recurrence", "direct_and_total")
RIGHT = dict.fromkeys(EXERCISES, "reference")
SHORT = {"cell_seconds": 4, "call_seconds": 2, "memory_mb": 512, "notebook_bytes": 4 << 20}
Oddity = Callable[[Path], None]  # changes the submission's notebook, or puts something else in its place


@dataclass(frozen=True)
class Class:
    """A graded class."""

    room: Classroom
    marks: Marks
    said: str

    def scores(self, student: str) -> tuple[float | None, ...]:
        """The student's scores in the exercises."""
        return tuple(self.marks[student][name].score for name in EXERCISES)

    def outputs(self, student: str) -> str:
        """The graded notebook, as text."""
        return (self.room.folder / "autograded" / student / "ps2" / "bptt.ipynb").read_text(encoding="utf-8")


@functools.cache
def template() -> Path:
    """A classroom with its release, made once for each process, to be copied."""
    folder = Path(tempfile.mkdtemp(prefix="classroom-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    room = Classroom.make(folder, SOLUTIONS)
    settings = folder / "course.toml"
    chosen = [*EXERCISES, "lemma_for_matrices"]
    settings.write_text(settings.read_text() + f"exercises = {chosen}\n".replace("'", '"'))
    room = Classroom.open(folder)
    room.build("ps2")
    nbgrader(room, "generate_assignment", "ps2")
    hand_in(room, "ps2", "honest", RIGHT)
    return folder


def make(folder: Path, students: dict[str, Oddity | None], config: str = "") -> Classroom:
    """A copy of the template in which each student handed in right answers, changed by an oddity."""
    shutil.copytree(template(), folder, dirs_exist_ok=True)
    room = Classroom.open(folder)
    with (folder / "nbgrader_config.py").open("a") as file:
        file.write(f"\nc.JudgedAutograde.limits = {SHORT}\n{config}\n")
    for student, oddity in students.items():
        target = folder / "submitted" / student / "ps2"
        if student != "honest":
            shutil.copytree(folder / "submitted" / "honest" / "ps2", target)
        if oddity is not None:
            oddity(target / "bptt.ipynb")
    return room


def grade(room: Classroom, *words: str, check: bool = True) -> Class:
    """Run `nbgrader autograde`; `check`: it must say that all went well."""
    command = [sys.executable, "-m", "nbgrader", "autograde", "ps2", *words]
    done = subprocess.run(
        command, cwd=room.folder, capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    said = done.stdout + done.stderr
    assert not check or done.returncode == 0, said[-4000:]
    return Class(room, read_marks(room, "ps2"), said)


def answer(source: str, exercise: str = "recurrence") -> Oddity:
    """Another text in an answer cell. REFERENCE in it stands for what was there."""

    def change(path: Path) -> None:
        book = nbformat.read(path, as_version=4)
        (cell,) = (c for c in book.cells if c.metadata.nbgrader.grade_id == f"{exercise}-answer")
        cell.source = source.replace("REFERENCE", cell.source)
        nbformat.write(book, path)

    return change


def edited(change: Callable[[nbformat.NotebookNode], None]) -> Oddity:
    """Any change of the notebook; it need not be valid afterwards."""

    def write(path: Path) -> None:
        book = nbformat.read(path, as_version=4)
        change(book)
        path.write_text(nbformat.v4.writes(book) if hasattr(book, "cells") else str(book))

    return write


def cell_of(book: nbformat.NotebookNode, grade_id: str) -> nbformat.NotebookNode:
    """The cell of that id."""
    return next(c for c in book.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)
