"""One run of `nbgrader autograde` with its progress shown while it goes on."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Protocol

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from course.grader.classroom import Classroom

EVERY = 10.0  # seconds between plain lines, where there is no terminal


class Stopped(click.ClickException):
    """Somebody pressed Ctrl-C."""

    exit_code = 130


class Shown(Protocol):
    """What shows the progress."""

    def expect(self, waiting: int) -> None:
        """So many submissions are to be graded."""

    def graded(self, student: str) -> None:
        """One is graded."""

    def warn(self, text: str) -> None:
        """Something to know at once."""


class Bar:
    """A live bar: how many, how fast, how long still."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.task = progress.add_task("Grading", total=None, rate="", student="")
        self.started, self.count = time.monotonic(), 0

    def expect(self, waiting: int) -> None:
        """Begin to count."""
        self.progress.update(self.task, total=waiting)
        self.started = time.monotonic()

    def graded(self, student: str) -> None:
        """Count one."""
        self.count += 1
        rate = f"{60 * self.count / max(time.monotonic() - self.started, 1e-9):.0f} a minute"
        self.progress.update(self.task, advance=1, rate=rate, student=student)

    def warn(self, text: str) -> None:
        """Above the bar."""
        self.progress.console.print(text, style="yellow", markup=False, highlight=False)


class Lines:
    """Plain lines, not too many, for a file or a log."""

    def __init__(self, console: Console) -> None:
        self.console, self.total, self.count, self.said = console, 0, 0, time.monotonic()

    def expect(self, waiting: int) -> None:
        """Say how many there are."""
        self.total = waiting
        self.console.print(f"To grade: {waiting}")

    def graded(self, student: str) -> None:
        """Say so at the end, and now and then before."""
        self.count += 1
        if self.count == self.total or time.monotonic() - self.said > EVERY:
            self.console.print(f"Graded: {self.count} of {self.total}", highlight=False)
            self.said = time.monotonic()

    def warn(self, text: str) -> None:
        """As a line."""
        self.console.print(text, markup=False, highlight=False)


@contextmanager
def shown(console: Console) -> Iterator[Shown]:
    """A bar on a terminal, lines elsewhere."""
    if not console.is_terminal:
        yield Lines(console)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[student]}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bar(progress)


def reached(classroom: Classroom, given: Mapping[str, str]) -> dict[str, str]:
    """The settings of a scheduler, the given ones over the classroom's, after a look whether it answers.

    Raises:
        click.ClickException: if there is to be one and it cannot be used.
    """
    settings = {**classroom.scheduler, **given}
    if settings.get("address"):
        from course.grader.cluster.address import Scheduler
        from course.grader.sandbox.client import Refused

        try:
            Scheduler.of(settings, classroom.folder).check()
        except Refused as error:
            raise click.ClickException(str(error)) from None
    return settings


def autograde(classroom: Classroom, problem_set: str, console: Console, *options: str) -> list[str]:
    """Run `nbgrader autograde` with options of its own; returns the students that it graded.

    Raises:
        click.ClickException: if it fails, with its last lines; `Stopped` at Ctrl-C.
    """
    command = [sys.executable, "-m", "nbgrader", "autograde", problem_set, *options]
    done: list[str] = []
    reader, writer = os.pipe()
    with tempfile.TemporaryFile("w+") as log, os.fdopen(reader) as news, shown(console) as show:
        child = subprocess.Popen(
            [*command, f"--JudgedAutograde.news={writer}"],
            cwd=classroom.folder,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=(writer,),
        )
        os.close(writer)
        try:
            for line in news:
                _take(json.loads(line), show, done)
            failed = child.wait()
        except KeyboardInterrupt:
            with suppress(subprocess.TimeoutExpired):
                child.wait(30)  # it was interrupted too, and cleans up
            raise Stopped(
                f"Stopped. {len(done)} were graded, and stay so; the same command goes on from here."
            ) from None
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
        if failed:
            log.seek(0)
            tail = "\n".join(log.read().strip().splitlines()[-15:])
            raise click.ClickException(
                f"`{' '.join(['nbgrader', *command[3:]])}` failed in {classroom.folder}:\n{tail}\n"
                "What it graded before is kept; mend the cause and run it again."
            )
    return done


def _take(news: dict[str, Any], show: Shown, done: list[str]) -> None:
    if "waiting" in news:
        show.expect(int(news["waiting"]))
    if "warning" in news:
        show.warn(str(news["warning"]))
    if "student" in news:
        done.append(str(news["student"]))
        show.graded(done[-1])
