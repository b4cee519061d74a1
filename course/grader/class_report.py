"""What a class found hard: pass rates, points and mistakes of one problem set, as a page and as a table.

It reads the verdicts in the graded notebooks. No student is named unless asked for.
"""

import csv
import math
from collections import Counter
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import click
import nbformat

from course.exercise import load
from course.grader.classroom import Classroom
from course.recognise.drawn import from_data, html
from course.report import MIME
from course.verdict import Drawn

Verdicts = dict[str, dict[str, dict[str, Any]]]  # exercise → student → verdict, in the notebooks' order
NOTHING = ("no result", "No result that can be judged: not written yet, or stopped by an error.")
CHANGES = ("changes things", "Right, but it changes its inputs or its earlier results.")
UNNAMED = ("not recognised", "No known mistake explains it.")
LAST = (UNNAMED[0], NOTHING[0])


@dataclass
class Mistake:
    """One mistake of one exercise: who made it, and a picture if there is one."""

    name: str
    sentence: str
    students: list[str] = field(default_factory=list)
    paths: Drawn | None = None


def collect(room: Classroom, problem_set: str) -> Verdicts:
    """The verdicts of everybody's graded notebooks.

    Raises:
        click.ClickException: if none are graded yet, with the command that does it.
    """
    found: Verdicts = {}
    for path in sorted((room.folder / "autograded").glob(f"*/{problem_set}/*.ipynb")):
        book = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        for cell in book.cells:
            if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade"):
                for output in cell.outputs:
                    verdict = readable(output.get("data", {}).get(MIME))
                    if verdict and verdict["exercise"] == cell.metadata.nbgrader.grade_id:
                        found.setdefault(verdict["exercise"], {})[path.parent.parent.name] = verdict
    if not found:
        raise click.ClickException(
            f"No graded notebook of {problem_set} is in {room.folder / 'autograded'}. "
            f"First: course grade {problem_set}"
        )
    return found


def readable(data: Any) -> dict[str, Any] | None:
    """The verdict of an output if it has the right form: a notebook can hold anything."""
    try:
        paths = from_data(data["paths"])
        points, most = float(data["points"]), float(data["max_points"])
        named = [(str(d["name"]), str(d["sentence"])) for d in data["diagnoses"]]
        if not (0 <= points <= most < math.inf):
            return None
        exercise, passed = str(data["exercise"]), bool(data["passed"])
        lost = {str(name) for name, held in data["checks"].items() if held is False}
    except (AttributeError, TypeError, KeyError, ValueError):
        return None
    return {
        "exercise": exercise,
        "points": points,
        "max": most,
        "passed": passed,
        "named": named or [NOTHING if "returns" in lost else CHANGES if lost == {"keeps"} else UNNAMED],
        "paths": paths,
    }


def mistakes(verdicts: dict[str, dict[str, Any]]) -> list[Mistake]:
    """The mistakes of one exercise, the most frequent first; what nothing explains comes last."""
    found: dict[str, Mistake] = {}
    for student, verdict in verdicts.items():
        if not verdict["passed"]:
            for name, sentence in verdict["named"]:
                mistake = found.setdefault(name, Mistake(name, sentence))
                mistake.students.append(student)
                if len(verdict["named"]) == 1:
                    mistake.paths = mistake.paths or verdict["paths"]
    return sorted(found.values(), key=lambda m: (m.name in LAST, -len(m.students), m.name))


def write_report(room: Classroom, problem_set: str, names: bool) -> list[Path]:
    """Write `reports/<set>.html` and `reports/<set>.csv`, and say where."""
    verdicts = collect(room, problem_set)
    folder = room.folder / "reports"
    folder.mkdir(exist_ok=True)
    page, table = folder / f"{problem_set}.html", folder / f"{problem_set}.csv"
    page.write_text(as_page(problem_set, verdicts, names), encoding="utf-8")
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["exercise", "handed in", "passed", "mean points", "of", "mistake", "times", "what"])
        writer.writerows(rows(verdicts))
    return [page, table]


def rows(verdicts: Verdicts) -> list[list[Any]]:
    """One row for each exercise, then one for each of its mistakes."""
    found: list[list[Any]] = []
    for exercise, by_student in verdicts.items():
        every = list(by_student.values())
        mean = sum(v["points"] for v in every) / len(every)
        passed = sum(v["passed"] for v in every)
        found.append([exercise, len(every), passed, f"{mean:.2f}", f"{every[0]['max']:g}", "", "", ""])
        for m in mistakes(by_student):
            found.append([exercise, "", "", "", "", m.name, len(m.students), m.sentence])
    return found


STYLE = """
:root { color-scheme: light dark; --ink: #1d2127; --paper: #fff; --line: #c9ced6; --bar: #4d7fc1; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #dfe3e9; --paper: #14171b; --line: #454c56; --bar: #6f9bd6; }
}
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
       max-width: 52rem; margin: 0 auto; padding: 1rem; }
section { border-top: 1px solid var(--line); margin-top: 1.5rem; }
.bars { display: flex; align-items: flex-end; gap: .3rem; height: 6.5rem; margin: 0; padding: 0;
        list-style: none; }
.bars li { flex: 1; max-width: 3rem; text-align: center; font-size: .8rem; }
.bars i { display: block; background: var(--bar); min-height: 1px; }
.mistakes { padding-left: 0; list-style: none; }
.mistakes > li { margin: .8rem 0; padding-left: .8rem; border-left: 4px solid var(--line); }
figure { margin: .3rem 0; overflow-x: auto; }
small { opacity: .85; }
"""


def as_page(problem_set: str, verdicts: Verdicts, names: bool) -> str:
    """The whole page: nothing outside it is needed."""
    students = {student for by_student in verdicts.values() for student in by_student}
    parts = "".join(_section(exercise, by_student, names) for exercise, by_student in verdicts.items())
    title = f"Class report: {escape(problem_set)}"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><main><h1>{title}</h1>"
        f"<p>{len(students)} students handed it in.</p>{parts}</main></body></html>\n"
    )


def _section(exercise: str, verdicts: dict[str, dict[str, Any]], names: bool) -> str:
    passed, total = sum(v["passed"] for v in verdicts.values()), len(verdicts)
    items = "".join(_mistake(m, total, names) for m in mistakes(verdicts))
    listed = f'<h3>Mistakes</h3><ul class="mistakes">{items}</ul>' if items else "<p>No mistakes.</p>"
    return (
        f"<section><h2>{escape(_title(exercise))} <small><code>{escape(exercise)}</code></small></h2>"
        f"<p><b>{passed} of {total} passed</b> ({round(100 * passed / total)} %).</p>"
        f"{_points(verdicts)}{listed}</section>"
    )


def _title(exercise: str) -> str:
    try:
        return load(exercise).title
    except LookupError:
        return exercise


def _points(verdicts: dict[str, dict[str, Any]]) -> str:
    """How many earned how many points, as bars with their numbers."""
    most = max(int(v["max"]) for v in verdicts.values())
    counts = Counter(int(v["points"]) for v in verdicts.values())
    tallest = max(counts.values())
    said = ", ".join(f"{counts[n]} with {n}" for n in range(most + 1) if counts[n])
    bars = "".join(
        f'<li>{counts[n] or ""}<i style="height:{4 * counts[n] / tallest:.2f}rem"></i>{n}</li>'
        for n in range(most + 1)
    )
    label = f"Points of {most}: {said}"
    return f'<p>Points, of {most}:</p><ul class="bars" role="img" aria-label="{label}">{bars}</ul>'


def _mistake(mistake: Mistake, total: int, names: bool) -> str:
    who = f"<br><small>{escape(', '.join(mistake.students))}</small>" if names else ""
    picture = f'<figure tabindex="0">{html(mistake.paths)}</figure>' if mistake.paths else ""
    return f"<li><b>{len(mistake.students)} of {total}</b> · {escape(mistake.sentence)}{who}{picture}</li>"
