"""A large class: whether memory and time of the one process that writes the gradebook stay as they are."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.grading import make_class

HUNDRED = 100


@dataclass(frozen=True)
class Seen:
    """What was seen when a submission was graded: seconds since the start, memory in MB."""

    seconds: float
    megabytes: float


def measure(students: int) -> list[Seen]:
    """Grade a class with a job for each processor, and look whenever one submission is done.

    Raises:
        RuntimeError: if not all of them were graded.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "class"
        make_class(folder, students)
        seen = watch(folder)
    if len(seen) != students:
        raise RuntimeError(f"{len(seen)} of {students} submissions were graded")
    return seen


def watch(folder: Path) -> list[Seen]:
    """One `nbgrader autograde`, watched from outside."""
    reader, writer = os.pipe()
    options = [f"--JudgedAutograde.jobs={os.cpu_count()}", f"--JudgedAutograde.news={writer}"]
    command = [sys.executable, "-m", "nbgrader", "autograde", "ps2", *options]
    seen = []
    with os.fdopen(reader) as news:
        started = time.perf_counter()
        with subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL, pass_fds=(writer,)) as child:
            os.close(writer)
            for line in news:
                if "student" in json.loads(line):
                    seen.append(Seen(time.perf_counter() - started, resident(child.pid)))
                    if len(seen) % HUNDRED == 0:
                        last = seen[-1]
                        said = f"{len(seen)}: {last.seconds:.0f} s, {last.megabytes:.0f} MB"
                        print(said, file=sys.stderr, flush=True)
    return seen


def resident(process: int) -> float:
    """The memory of a process, in MB."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def rows(seen: list[Seen]) -> list[tuple[str, str]]:
    """Growth of the memory from 100 submissions to all, and the last 100 beside the second 100."""
    first, second, before, last = (seen[i].seconds for i in (99, 199, -101, -1))
    late, early = last - before, second - first
    return [
        ("graded", f"{len(seen)} in {last:.0f} s, {1000 * last / len(seen):.0f} ms a student"),
        ("memory of the writer of the gradebook", f"{seen[99].megabytes:.0f} MB at 100 submissions"),
        ("what it grew by", f"{seen[-1].megabytes - seen[99].megabytes:.0f} MB until all"),
        ("the last 100 beside the second 100", f"{late:.1f} and {early:.1f} s: {late / early:.2f} times"),
    ]
