"""How long grading a class takes: stock nbgrader, ours, and ours without judge or sandbox, interleaved."""

import contextlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from course.grader.classroom import Classroom, nbgrader
from course.grader.demo import hand_in
from tests.conftest import SOLUTIONS, bank_of

SETS = ("recurrence", "rnn_bptt", "direct_and_total", "BPTT")
WALLS = [
    "private_files",
    "own_processes",
    "no_network",
    "unprivileged",
    "system_calls",
    "memory",
    "processes",
]
WAYS: dict[str, dict[str, object] | None] = {
    "stock nbgrader": None,
    "ours": {"jobs": 1},
    "ours, two jobs": {"jobs": 2},
    "ours, no judge": {"jobs": 1, "off": ["judge"]},
    "ours, no judge, no sandbox": {"jobs": 1, "off": ["judge", *WALLS, "disk"]},
}


def make_class(folder: Path, students: int) -> None:
    """A classroom with submissions that go through the banks' answers."""
    room = Classroom.make(folder, SOLUTIONS)
    room.build("ps2")
    nbgrader(room, "generate_assignment", "ps2")
    banks = {name: list(bank_of(name)[1].answers) for name in SETS}
    for number in range(students):
        answers = {name: bank[number * 7 % len(bank)] for name, bank in banks.items() if number % 9}
        if answers.get("rnn_bptt") == "forward_mode":  # 3 seconds of its own
            answers["rnn_bptt"] = "reference"
        hand_in(room, "ps2", f"s{number:02}", answers)


def configure(folder: Path, settings: dict[str, object] | None) -> None:
    """Stock nbgrader (None), or ours with those settings."""
    path = folder / "nbgrader_config.py"
    text = path.read_text()
    if settings is None:
        path.write_text(text[: text.index("\ntry:") + 1])
    else:
        lines = "".join(f"\nc.JudgedAutograde.{name} = {value}" for name, value in settings.items())
        path.write_text(text + lines + "\n")


@contextlib.contextmanager
def fresh(template: Path) -> Iterator[Path]:
    """A copy of a class, removed afterwards."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "class"
        shutil.copytree(template, folder)
        yield folder


def nbgrader_seconds(folder: Path, *words: str) -> float:
    """Seconds of one nbgrader command in a class."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "nbgrader", *words]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env=dict(os.environ))
    return time.perf_counter() - started


def grading(template: Path, settings: dict[str, object] | None) -> float:
    """Seconds of one `nbgrader autograde ps2` in a fresh copy of the class."""
    with fresh(template) as folder:
        configure(folder, settings)
        return nbgrader_seconds(folder, "autograde", "ps2")


def measure(students: int, rounds: int) -> dict[str, list[float]]:
    """The times of every way, one round after the other."""
    times: dict[str, list[float]] = {name: [] for name in WAYS}
    with tempfile.TemporaryDirectory() as place:
        template = Path(place) / "template"
        make_class(template, students)
        for _ in range(rounds):
            for name, settings in WAYS.items():
                times[name].append(grading(template, settings))
                print(f"{name}: {times[name][-1]:.1f} s", file=sys.stderr, flush=True)
    return times


def keep(path: Path, what: str, **raw: object) -> None:
    """Write the raw times of one benchmark beside the others', and on what they were taken."""
    known = json.loads(path.read_text()) if path.exists() else {}
    machine = {"cores": os.cpu_count(), "load": os.getloadavg(), "python": platform.python_version()}
    known[what] = {"machine": machine, **raw}
    lines = [f"{json.dumps(name)}: {json.dumps(about)}" for name, about in known.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def rows(times: dict[str, list[float]], students: int) -> list[tuple[str, str]]:
    """Medians, for each student and as a ratio of pairs measured side by side."""
    found = []
    for name, values in times.items():
        ratio = statistics.median(a / b for a, b in zip(times["stock nbgrader"], values, strict=True))
        each = 1000 * statistics.median(values) / students
        found.append((name, f"{statistics.median(values):.1f} s, {each:.0f} ms a student, {ratio:.1f} times"))
    return found
