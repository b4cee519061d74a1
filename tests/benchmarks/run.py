"""`make bench`: print every figure as a table, and keep the raw times of grading."""

import sys
from dataclasses import astuple
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

sys.path.append(str(Path(__file__).resolve().parents[2]))  # for `tests`; `course` stays the installed wheel

from tests.benchmarks import desk, feedback, grading
from tests.benchmarks import many as large_class

PAGES = 100  # students whose feedback pages are made
PARTS = ("desk", "grading", "feedback", "many")
RAW = Path(__file__).with_name("grading.json")


@click.command(context_settings={"show_default": True})
@click.option("--only", type=click.Choice(PARTS), multiple=True, help="Some of the parts.  [default: all]")
@click.option("--students", default=60, help="Submissions in the class that is graded.")
@click.option("--rounds", default=5, help="How often each way of grading is timed, one after the other.")
@click.option("--many", default=1000, help="Submissions in the large class.")
@click.option("--raw", type=Path, default=RAW, help="Where grading's raw times go.")
def main(only: tuple[str, ...], students: int, rounds: int, many: int, raw: Path) -> None:
    """Time the checks at the desk, grading and feedback beside stock nbgrader, and a large class alone."""
    parts = only or PARTS
    if "desk" in parts:
        show("At the desk", desk.rows())
    if "grading" in parts:
        times = grading.measure(students, rounds)
        grading.keep(raw, "grading", students=students, seconds=times)
        show(f"Grading {students} submissions, medians of {rounds}", grading.rows(times, students))
    if "feedback" in parts:
        times = feedback.measure(PAGES, rounds)
        grading.keep(raw, "feedback", students=PAGES, seconds=times)
        show(f"Feedback pages, medians of {rounds}", feedback.rows(times, PAGES))
    if "many" in parts:
        seen = large_class.measure(many)
        grading.keep(raw, "many", seen=[[round(x, 2) for x in astuple(s)] for s in seen])
        show(f"Grading {many} submissions", large_class.rows(seen))


def show(title: str, rows: list[tuple[str, str]]) -> None:
    """Print one table."""
    table = Table(title=title)
    table.add_column("what")
    table.add_column("measured")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main()
