"""What is to be done with each cell of a notebook, decided by the instructor's source alone."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from course.exercise import names
from course.grader.judged.rebuild import Node, about

TORCH = re.compile(r"^\s*(import torch\b|from torch\b)", re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """One code cell. `kind`: cell (run), test (run and scored by its output), judged (judged outside)."""

    index: int
    kind: str
    source: str
    name: str = ""
    exercise: str = ""
    points: float = 0.0
    lines: int = 0


@dataclass(frozen=True)
class Source:
    """What the instructor's source notebook says: which grade cells are judged, and which kernel it needs."""

    judged: dict[str, str]
    flavour: str

    @classmethod
    def read(cls, path: Path) -> "Source":
        """Read a source notebook."""
        book: Node = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        code = [cell for cell in book.cells if cell.cell_type == "code"]
        found = {about(c)["grade_id"]: asked(c.source) for c in code if about(c).get("grade")}
        torch = any(TORCH.search(cell.source) for cell in code)
        return cls({k: v for k, v in found.items() if v}, "torch" if torch else "numpy")


def asked(source: str) -> str:
    """The exercise that a test cell judges: `check(recurrence)` and nothing else, or ""."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return ""
    call = body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "check":
        return ""
    arguments: list[Any] = call.args
    name = arguments[0].id if len(arguments) == 1 and isinstance(arguments[0], ast.Name) else ""
    return name if name in names() else ""


def steps_of(book: Node, source: Source, *, judge: bool, tags: bool) -> list[Step]:
    """The steps of a sanitized notebook. `judge` False: nothing is judged; `tags`: obey skip-execution."""
    steps, last = [], {}
    for index, cell in enumerate(book.cells):
        if cell.cell_type != "code" or (tags and "skip-execution" in cell.metadata.get("tags", [])):
            continue
        data = about(cell)
        name = data.get("grade_id", "")
        kind, exercise = "cell", ""
        if data.get("grade") and not data.get("solution"):
            exercise = source.judged.get(name, "") if judge else ""
            kind = "judged" if exercise else "test"
        lines = len(cell.source.splitlines())
        last[index] = lines
        most = max(last.values())
        points = float(data.get("points", 0))
        steps.append(
            Step(index, kind, cell.source, name, exercise, points, most if kind == "judged" else lines)
        )
    return steps
