"""Running ahead of nbgrader: only the very job that was run counts, and the marks are the same."""

import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from course.grader.grade import read_marks
from course.grader.judged.ahead import Ahead
from course.grader.judged.gradebook import one_engine
from course.grader.judged.interrupt import Interrupt
from course.grader.judged.jobs import Done, Job
from tests.sandbox.classes import grade, make
from tests.sandbox.test_killed import groups_of_the_dead, ours, submissions


def job(student: str, answer: str = "") -> Job:
    return Job((student, "bptt"), "numpy", (), {}, {"answer": answer.encode()})


class Runs:
    """A run that notes what it ran and in which thread."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []
        self.ahead = Ahead(self, 2, Interrupt(lambda: None))

    def __call__(self, wanted: Job) -> Done:
        self.seen.append((wanted.key[0], threading.current_thread().name))
        return Done({}, float(len(wanted.files["answer"])))

    def where(self, student: str) -> list[bool]:
        """For every run of a student's, whether it was ahead."""
        return [name.startswith("ahead") for who, name in self.seen if who == student]


@pytest.fixture
def runs():
    found = Runs()
    yield found
    found.ahead.close(lambda: None)


def coming(*jobs: Job) -> list[tuple[tuple[str, str], Callable[[], Job]]]:
    return [(one.key, lambda one=one: one) for one in jobs]  # type: ignore[misc]


def test_what_was_run_ahead_is_not_run_again(runs: Runs) -> None:
    jobs = [job(f"s{n}", "x" * n) for n in range(6)]
    runs.ahead.plan(coming(*jobs))
    assert [runs.ahead.result(one).seconds for one in jobs] == [0, 1, 2, 3, 4, 5]
    assert all(runs.where(f"s{n}") == [True] for n in range(6))


def test_another_job_than_the_one_run_ahead_is_run_in_its_place(runs: Runs) -> None:
    runs.ahead.plan(coming(job("s0", "as staged"), job("s1")))
    assert runs.ahead.result(job("s0", "changed")).seconds == len("changed")
    assert runs.where("s0") == [True, False]
    runs.ahead.result(job("s1"))
    assert runs.where("s1") == [True]


def test_a_job_that_is_never_asked_for_stops_nothing(runs: Runs) -> None:
    jobs = [job(f"s{n}") for n in range(8)]
    runs.ahead.plan(coming(*jobs))
    for one in jobs[3:]:
        runs.ahead.result(one)
    assert runs.where("s7") == [True]
    assert runs.ahead.begun == {}


def test_no_more_is_begun_than_workers_and_one(runs: Runs) -> None:
    runs.ahead.plan(coming(*[job(f"s{n}") for n in range(50)]))
    time.sleep(0.2)
    assert len(runs.seen) == 3


def test_an_error_ahead_comes_where_the_job_is_asked_for() -> None:
    def broken(wanted: Job) -> Done:
        raise ValueError(wanted.key[0])

    ahead = Ahead(broken, 1, Interrupt(lambda: None))
    ahead.plan(coming(job("s0")))
    with pytest.raises(ValueError, match="s0"):
        ahead.result(job("s0"))
    ahead.close(lambda: None)


def test_two_at_once_give_the_same_marks(tmp_path: Path) -> None:
    one = make(tmp_path / "one", submissions(7))
    two = make(tmp_path / "two", submissions(7), "c.JudgedAutograde.jobs = 2")
    serial = grade(one).marks
    shutil.copy(one.folder / "secret.key", two.folder)
    assert grade(two).marks == serial
    assert ours(two.folder) + groups_of_the_dead() == []


def test_an_interrupt_ends_what_runs_and_the_next_run_completes_the_class(tmp_path: Path) -> None:
    room = make(tmp_path, submissions(6), "c.JudgedAutograde.jobs = 2")
    command = [sys.executable, "-m", "nbgrader", "autograde", "ps2"]
    run = subprocess.Popen(command, cwd=room.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert run.stdout is not None
    for line in run.stdout:
        if b"Autograding" in line:
            break
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=60)
    assert run.returncode != 0
    assert ours(room.folder) + groups_of_the_dead() == []
    assert len(grade(room).marks) == 7
    assert all(cells for cells in read_marks(room, "ps2").values())


class PressedWhileRemoved:
    """Ctrl-C is pressed where Python drops exceptions."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl-C as a program finds it at its start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.signal(signal.SIGINT, before) is signal.default_int_handler


def test_ctrl_c_where_exceptions_are_dropped_ends_the_run_all_the_same(ctrl_c: None) -> None:
    begun, ended = threading.Event(), threading.Event()

    def until_ended(wanted: Job) -> Done:
        begun.set()
        assert ended.wait(30)
        return Done({}, 0.0)

    interrupt = Interrupt(ended.set)
    ahead = Ahead(until_ended, 1, interrupt)
    with interrupt:
        ahead.plan(coming(job("s0")))
        begun.wait(30)
        PressedWhileRemoved()
        with pytest.raises(KeyboardInterrupt):
            ahead.result(job("s0"))
    assert ended.is_set()
    ahead.close(lambda: None)


def test_what_ctrl_c_made_of_a_job_counts_for_nothing_and_a_second_press_waits_for_nothing(
    ctrl_c: None,
) -> None:
    ended = threading.Event()
    interrupt = Interrupt(ended.set)
    ahead = Ahead(lambda _: Done({}, 0.0), 1, interrupt)
    with interrupt:
        signal.raise_signal(signal.SIGINT)
        assert ended.wait(30)
        with pytest.raises(KeyboardInterrupt):
            ahead.result(job("not ahead"))
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    ahead.close(lambda: None)


def test_an_empty_gradebook_is_made_once(tmp_path: Path) -> None:
    """Opened twice within a run: the second time its tables are there."""
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    with one_engine():
        for student in ("ada", "bela"):
            with Gradebook(url) as gradebook:
                gradebook.add_student(student)
    with Gradebook(url) as gradebook:
        assert [s.id for s in gradebook.students] == ["ada", "bela"]
