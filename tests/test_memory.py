"""Counting what a call holds, here and in another process."""

import tracemalloc

import numpy as np
import pytest

from course.calls import Failure
from course.local import Local
from course.memory import most_held
from course.remote import Remote

MEGABYTE = 1 << 20
SOURCE = "import numpy as np\ndef recurrence(b, C):\n    kept = [x + 1 for x in b]\n    return kept[-1][:2]\n"
ROWS = np.zeros((8, MEGABYTE // 8))


def test_the_worst_moment_counts_and_not_what_is_left() -> None:
    def call() -> None:
        np.ones(8 * MEGABYTE // 8).sum()
        np.ones(MEGABYTE // 8)

    assert 8 * MEGABYTE <= most_held(call) < 8.1 * MEGABYTE


def test_what_was_held_before_does_not_count() -> None:
    before = np.ones(4 * MEGABYTE // 8)
    assert most_held(lambda: before.sum()) < 0.1 * MEGABYTE


def test_a_student_who_counts_too_is_not_disturbed() -> None:
    tracemalloc.start()
    try:
        kept = np.ones(4 * MEGABYTE // 8)
        assert most_held(lambda: kept + 1) < 4.1 * MEGABYTE
        assert tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()
    most_held(lambda: None)
    assert not tracemalloc.is_tracing()


def test_here_and_in_another_process_the_count_is_the_same() -> None:
    space: dict[str, object] = {}
    exec(SOURCE, space)
    here = Local(space["recurrence"]).peak((ROWS, ROWS))  # type: ignore[arg-type]
    with Remote(SOURCE, "recurrence") as remote:
        there = remote.peak((ROWS, ROWS))
    assert isinstance(here, int)
    assert isinstance(there, int)
    assert here == pytest.approx(8 * MEGABYTE, rel=0.01)
    assert there == pytest.approx(here, rel=0.01)


def test_an_error_is_told_as_in_a_call() -> None:
    def recurrence(b: object, C: object) -> None:
        raise ZeroDivisionError("no")

    told = Local(recurrence).peak((1.0, 2.0))
    assert isinstance(told, Failure)
    assert (told.kind, told.type, told.message) == ("raised", "ZeroDivisionError", "no")
    assert not tracemalloc.is_tracing()


def test_a_dead_process_is_told() -> None:
    with Remote(
        SOURCE.replace("    return", "    import os; os._exit(1)\n    return"), "recurrence"
    ) as remote:
        told = remote.peak((ROWS, ROWS))
    assert isinstance(told, Failure)
    assert told.kind == "died"
