"""`make bench`: print every figure as a table, and keep the raw times of grading."""

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

sys.path.append(str(Path(__file__).resolve().parents[2]))  # for `tests`; `course` stays the installed wheel

from tests.benchmarks import desk, grading

RAW = Path(__file__).with_name("grading.json")


@click.command(context_settings={"show_default": True})
@click.option("--only", type=click.Choice(["desk", "grading"]), help="One of the two parts.")
@click.option("--students", default=60, help="Submissions in the class that is graded.")
@click.option("--rounds", default=5, help="How often each way of grading is timed, one after the other.")
@click.option("--raw", type=Path, default=RAW, help="Where grading's raw times go.")
def main(only: str | None, students: int, rounds: int, raw: Path) -> None:
    """Time the checks at the desk, and grading beside stock nbgrader (with the defaults, 35 minutes)."""
    if only != "grading":
        show("At the desk", desk.rows())
    if only != "desk":
        times = grading.measure(students, rounds)
        grading.keep(raw, students, times)
        show(f"Grading {students} submissions, medians of {rounds}", grading.rows(times, students))


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
