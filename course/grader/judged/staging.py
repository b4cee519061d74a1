"""The one door through which a student's files come in. Nothing of nbgrader's ever reads the originals."""

import contextlib
import functools
import hashlib
import os
import shutil
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.utils import parse_utc

from course.grader.judged.reading import Cell, Unreadable, read_bytes, read_cells
from course.grader.judged.rebuild import Node, rebuild
from course.grader.sandbox import Defences, Limits

ALLOWED = (".csv", ".tsv", ".txt", ".json", ".npy", ".npz", ".png", ".jpg", ".jpeg")
MAX_FILES, MAX_DEPTH, MAX_TOTAL = 50, 3, 16 << 20
MAX_GIVEN = 32 << 20  # bytes, with the instructor's files


@dataclass(frozen=True)
class Staged:
    """What came through the door: a name for its content, and what is to be said of files that did not."""

    content: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Door:
    """Where things lie for one problem set, and what may pass."""

    released: Path
    defences: Defences
    limits: Limits

    def stage(self, submitted: Path, target: Path) -> Staged:
        """Make `target`, a clean copy of a submission: all released notebooks, allowed files, the time."""
        target.mkdir(parents=True)
        answers, notes = hashlib.sha256(), []
        for path in sorted(self.released.glob("*.ipynb")):
            text, note, cells = self._notebook(path, submitted / path.name)
            (target / path.name).write_text(text, encoding="utf-8")
            answers.update(repr([path.name, cells]).encode())
            notes += [note] if note else []
        if self.defences.attachments:
            with contextlib.suppress(OSError):  # what cannot be read does not come along
                copy_allowed(submitted, target, {p.name for p in self.released.rglob("*") if p.is_file()})
        else:
            shutil.copytree(submitted, target, ignore=shutil.ignore_patterns("*.ipynb"), dirs_exist_ok=True)
        for name, data in files_of([target]).items():
            answers.update(name.encode() + data)
        self._time(submitted, target)
        return Staged(answers.hexdigest(), tuple(notes))

    def _notebook(self, released: Path, submitted: Path) -> tuple[str, str, list[Cell]]:
        """The text of the notebook to grade, what is to be said of it, and the student's cells."""
        if not self.defences.source_cells:
            text = submitted.read_text(encoding="utf-8")
            return text, "", [Cell("code", text, "", {})]
        book = _read(released, released.stat().st_mtime_ns)
        note = ""
        cells: list[Cell] = []
        try:
            if self.defences.safe_reading:
                data = read_bytes(submitted, self.limits.notebook_bytes)
            else:
                data = submitted.read_bytes()
            cells = read_cells(data)
        except (Unreadable, OSError) as error:
            if not self.defences.safe_reading:
                raise
            note = f"The file `{released.name}` could not be graded: {error}. It counts as an empty one."
        made = rebuild(book, cells, plain_markdown=self.defences.plain_markdown, note=note)
        return nbformat.writes(made), note, cells  # type: ignore[no-untyped-call]

    def _time(self, submitted: Path, target: Path) -> None:
        """The time of handing in, if it is one."""
        try:
            text = read_bytes(submitted / "timestamp.txt", 200).decode().strip()
            parse_utc(text)
        except (Unreadable, OSError, ValueError, OverflowError):
            return
        (target / "timestamp.txt").write_text(text)


def copy_allowed(source: Path, target: Path, released: set[str]) -> None:
    """Copy regular files of allowed kinds, and those that bear the name of a released file."""
    left, count = MAX_TOTAL, 0
    for folder, folders, files in os.walk(source):
        below = Path(folder).relative_to(source)
        folders[:] = sorted(f for f in folders if not f.startswith(".") and len(below.parts) < MAX_DEPTH)
        for name in sorted(files):
            path = Path(folder) / name
            known = name in released or (name.endswith(ALLOWED) and not name.startswith("."))
            if not known or name == "timestamp.txt" or name.endswith(".ipynb") or count >= MAX_FILES:
                continue
            if not stat.S_ISREG(path.lstat().st_mode):
                continue
            try:
                data = read_bytes(path, left)
            except Unreadable:
                continue
            (target / below).mkdir(parents=True, exist_ok=True)
            (target / below / name).write_bytes(data)
            left, count = left - len(data), count + 1


def files_of(folders: Sequence[Path]) -> dict[str, bytes]:
    """The files beside a notebook, as the kernel gets them; of the same name, the last folder's."""
    found = {
        str(path.relative_to(folder)): path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".ipynb"
    }
    files, left = {}, MAX_GIVEN
    for name, path in sorted(found.items()):
        left -= path.stat().st_size
        if left >= 0:
            files[name] = path.read_bytes()
    return files


@functools.lru_cache(maxsize=32)
def _read(path: Path, changed: int) -> Node:
    """A released notebook as it was at that time; not to be changed."""
    book: Node = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return book
