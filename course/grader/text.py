"""A problem set's text: one Markdown file, split into notebooks and their pieces.

`+++ {"notebook": "NAME"}` starts a notebook; a fence ```` ```{exercise} NAME ```` stands for an exercise's
cells; ```` ```{proof} NAME ```` holds the statement of a proof that is graded by hand. `practice: true` in
the front matter says that the set is for practice: its checks report as usual and give no points.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import click

from course.exercise import SETS

FENCE = re.compile(r"^```\{(exercise|proof)\}\s+(\w+)\s*$")
BREAK = re.compile(r"^\+\+\+\s+(\{.*\})\s*$")


@dataclass(frozen=True)
class Piece:
    """One piece of a notebook: `kind` is text, exercise or proof."""

    kind: str
    name: str = ""
    text: str = ""
    points: int = 0


@dataclass
class Notebook:
    """One notebook of a set, in pieces."""

    name: str
    pieces: list[Piece] = field(default_factory=list)
    practice: bool = False


def read_set(name: str) -> list[Notebook]:
    """The notebooks of a problem set.

    Raises:
        click.ClickException: if there is no such set, or its text is malformed; names file and line.
    """
    path = SETS / name / "text.md"
    if not path.is_file():
        known = ", ".join(sorted(p.parent.name for p in SETS.glob("*/text.md")))
        raise click.ClickException(f"There is no problem set called {name!r}. There are: {known}.")
    return parse(path)


def parse(path: Path) -> list[Notebook]:
    """Split the file; of the front matter before the first notebook only `practice: true` counts here."""
    notebooks: list[Notebook] = []
    practice = False
    lines, number, buffer = path.read_text(encoding="utf-8").splitlines(), 0, list[str]()

    def flush() -> None:
        text = "\n".join(buffer).strip()
        if text and notebooks:
            notebooks[-1].pieces.append(Piece("text", text=text))
        buffer.clear()

    while number < len(lines):
        line = lines[number]
        number += 1
        if broken := BREAK.match(line):
            flush()
            notebooks.append(Notebook(json.loads(broken[1])["notebook"], practice=practice))
        elif fence := FENCE.match(line):
            flush()
            if not notebooks:
                raise click.ClickException(f'{path}, line {number}: a cell before any +++ {{"notebook": …}}')
            body, number = _body(path, lines, number)
            notebooks[-1].pieces.append(_piece(path, number, fence[1], fence[2], body))
        else:
            practice = practice or (not notebooks and line.strip() == "practice: true")
            buffer.append(line)
    flush()
    return notebooks


def _body(path: Path, lines: list[str], start: int) -> tuple[list[str], int]:
    for end in range(start, len(lines)):
        if lines[end].rstrip() == "```":
            return lines[start:end], end + 1
    raise click.ClickException(f"{path}, line {start}: this fence is never closed")


def _piece(path: Path, line: int, kind: str, name: str, body: list[str]) -> Piece:
    if kind == "exercise":
        return Piece(kind, name)
    options = [b for b in body if b.startswith(":")]
    points = [int(o.split()[-1]) for o in options if re.fullmatch(r":points:\s+\d+", o.strip())]
    if len(points) != 1:
        raise click.ClickException(f"{path}, line {line}: the proof {name} needs one `:points: N`")
    return Piece(kind, name, "\n".join(b for b in body if not b.startswith(":")).strip(), points[0])
