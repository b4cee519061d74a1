"""Assemble nbgrader's source notebooks from text, stubs and references. Same input, same bytes."""

import ast
import dataclasses
import inspect
import json
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat

import course
from course.exercise import Exercise, load
from course.grader.bank import Bank, prelude
from course.grader.secret import load_bank, secret_path
from course.grader.text import Notebook, Piece, read_set

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
Cell = nbformat.NotebookNode


def build_set(
    name: str, solutions: Path, chosen: list[str] | None = None, points: dict[str, int] | None = None
) -> dict[str, str]:
    """The source notebooks of a set, as {file name: text}.

    Args:
        name: the problem set, "ps2".
        solutions: the folder of secret files.
        chosen: exercises and proofs to keep (default: all).
        points: points that differ from the exercise's own, by name.
    """
    files = {}
    for notebook in read_set(name):
        pieces = [p for p in notebook.pieces if p.kind == "text" or chosen is None or p.name in chosen]
        if any(p.kind != "text" for p in pieces):
            cells = _cells(dataclasses.replace(notebook, pieces=pieces), name, solutions, points or {})
            files[f"{notebook.name}.ipynb"] = _write(cells, name)
    return files


def _write(cells: list[Cell], problem_set: str) -> str:
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "course": {"version": course.__version__, "set": problem_set},
    }
    book = nbformat.v4.new_notebook(cells=cells, metadata=metadata)  # type: ignore[no-untyped-call]
    return json.dumps(book, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _cells(notebook: Notebook, problem_set: str, solutions: Path, points: dict[str, int]) -> list[Cell]:
    exercises = [load(p.name) for p in notebook.pieces if p.kind == "exercise"]
    preludes = merged(line for e in exercises for line in prelude(e).splitlines())
    cells, started = [], False
    for number, piece in enumerate(notebook.pieces):
        if piece.kind == "text":
            cells.append(_locked(f"text-{number}", piece.text))
        elif piece.kind == "proof":
            cells += _proof_cells(piece, problem_set, solutions, points.get(piece.name, piece.points))
        else:
            worth = 0 if notebook.practice else points.get(piece.name)
            cells += _exercise_cells(load(piece.name), solutions, worth)
        if not started and preludes:
            cells.append(_cell("code", "imports", "\n".join(preludes).strip(), locked=True))
            started = True
    return cells


def merged(lines: Iterable[str]) -> list[str]:
    """Import lines, each module once: two lines that import from one module become one."""
    found: dict[str, list[str]] = {}
    for line in lines:
        start, _, names = line.partition(" import ")  # `import numpy as np` has no such middle
        known = found.setdefault(start, [])
        known += [name for name in names.split(", ") if name and name not in known]
    return [f"{start} import {', '.join(names)}" if names else start for start, names in found.items()]


def _cell(kind: str, grade_id: str, source: str, **flags: Any) -> Cell:
    """A cell with nbgrader's metadata; its id is its grade id, so that two builds are the same."""
    data = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    metadata = {"nbgrader": data | {"grade_id": grade_id, "cell_type": kind} | flags}
    cell: Cell = make(source=source, metadata=metadata, id=grade_id.replace("_", "-"))  # type: ignore[no-untyped-call]
    return cell


def _locked(grade_id: str, source: str) -> Cell:
    return _cell("markdown", grade_id, source, locked=True)


def _exercise_cells(exercise: Exercise, solutions: Path, points: int | None) -> list[Cell]:
    worth = exercise.points if points is None else points
    call = f"check({exercise.name})" if points is None else f"check({exercise.name}, points={points})"
    call += "" if worth else ";"  # practice: a notebook would show its 0.0 below the report
    unit = f"{worth} points" if worth else "practice"
    heading = f"### {exercise.title}\n\n`{exercise.name}` · {unit} · chapter {exercise.chapter.split()[0]}"
    return [
        _locked(f"{exercise.name}-title", heading),
        _cell(
            "code", f"{exercise.name}-answer", solved(exercise, load_bank(solutions, exercise)), solution=True
        ),
        _cell("code", exercise.name, call, grade=True, locked=True, points=worth),
    ]


def _proof_cells(piece: Piece, problem_set: str, solutions: Path, worth: int) -> list[Cell]:
    answer = secret_path(solutions, piece.name, ".md", problem_set).read_text(encoding="utf-8").strip()
    title = piece.name.replace("_", " ")
    statement = f"### Proof: {title}\n\n{worth} points, graded by hand\n\n{piece.text}"
    region = f"{BEGIN}\n{answer}\n{END}"
    return [
        _locked(f"{piece.name}-statement", statement),
        _cell("markdown", piece.name, region, grade=True, solution=True, points=worth),
    ]


def solved(exercise: Exercise, bank: Bank) -> str:
    """The stub's text, each `raise NotImplementedError` replaced by the reference's body between marks."""
    stub = textwrap.dedent(inspect.getsource(exercise.stub))
    bodies = _functions(bank.answers["reference"].source)
    lines = stub.splitlines()
    for path, node in reversed(_nodes(ast.parse(stub)).items()):
        last = node.body[-1]
        if not isinstance(last, ast.Raise) or path not in bodies:
            raise ValueError(
                f"{exercise.name}: {path} should end in `raise NotImplementedError` and be in the reference"
            )
        region = textwrap.indent(f"{BEGIN}\n{bodies[path]}\n{END}", " " * last.col_offset)
        lines[last.lineno - 1 : last.end_lineno] = region.splitlines()
    return "\n".join(lines)


def _nodes(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    """Functions at the top and methods of classes, by dotted path, in order."""
    found: dict[str, ast.FunctionDef] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{m.name}": m for m in node.body if isinstance(m, ast.FunctionDef)}
    return found


def _functions(source: str) -> dict[str, str]:
    """The bodies of those functions, without docstring, dedented; comments within are kept."""
    lines, bodies = source.splitlines(), {}
    for path, node in _nodes(ast.parse(source)).items():
        first = node.body[1] if ast.get_docstring(node) else node.body[0]
        before = node.body[0].end_lineno if ast.get_docstring(node) else _signature_end(node, lines)
        assert before is not None
        bodies[path] = textwrap.dedent("\n".join(lines[before : node.end_lineno])).strip("\n")
        assert first.lineno > before
    return bodies


def _signature_end(node: ast.FunctionDef, lines: list[str]) -> int:
    """The last line of the signature: the first line from `def` on that ends in a colon at depth zero."""
    depth = 0
    for number in range(node.lineno, len(lines) + 1):
        line = lines[number - 1]
        depth += sum(line.count(c) for c in "([{") - sum(line.count(c) for c in ")]}")
        if depth == 0 and line.rstrip().endswith(":"):
            return number
    raise ValueError(f"{node.name}: no end of the signature")
