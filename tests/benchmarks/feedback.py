"""How long the feedback pages of a class take: stock nbgrader, ours, and ours with nothing changed."""

import statistics
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.grading import configure, fresh, make_class, nbgrader_seconds

STOCK, OURS, AGAIN = "stock nbgrader", "ours", "ours, nothing changed"


def measure(students: int, rounds: int) -> dict[str, list[float]]:
    """The times of `nbgrader generate_feedback`, one round after the other, of the same graded class."""
    times: dict[str, list[float]] = {STOCK: [], OURS: [], AGAIN: []}
    with tempfile.TemporaryDirectory() as place:
        graded = Path(place) / "graded"
        make_class(graded, students)
        nbgrader_seconds(graded, "autograde", "ps2", "--JudgedAutograde.jobs=2")
        for _ in range(rounds):
            with fresh(graded) as folder:
                configure(folder, None)
                times[STOCK].append(nbgrader_seconds(folder, "generate_feedback", "ps2"))
            with fresh(graded) as folder:
                times[OURS].append(nbgrader_seconds(folder, "generate_feedback", "ps2"))
                times[AGAIN].append(nbgrader_seconds(folder, "generate_feedback", "ps2"))
            print(*(f"{name}: {values[-1]:.1f} s" for name, values in times.items()), file=sys.stderr)
    return times


def rows(times: dict[str, list[float]], students: int) -> list[tuple[str, str]]:
    """Medians; ours as a ratio of pairs measured side by side."""
    ratio = statistics.median(a / b for a, b in zip(times[STOCK], times[OURS], strict=True))
    more = {OURS: f", {ratio:.1f} times"}
    return [
        (name, f"{statistics.median(t):.1f} s for {students}{more.get(name, '')}")
        for name, t in times.items()
    ]
