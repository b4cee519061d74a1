"""The judge's end of the link, against a kernel that says whatever it likes."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from course.exercise import load
from course.frames import MAGIC, PREFIX, encode
from course.grader.sandbox import Defences, Limits
from course.grader.sandbox.judge_role import verdict_on
from course.grader.sandbox.link import Budget, Linked

SHORT = Limits(call_seconds=1, judge_seconds=5, answer_bytes=1 << 20)
Say = Callable[[socket.socket], None]


@pytest.fixture
def judged() -> Iterator[Callable[..., Linked]]:
    """A link whose other end does what it is told to; each test calls the function once."""
    open_ends: list[socket.socket] = []

    def make(say: Say, *off: str, limits: Limits = SHORT) -> Linked:
        ours, theirs = socket.socketpair()
        open_ends.extend((ours, theirs))
        threading.Thread(target=say, args=(theirs,), daemon=True).start()
        return Linked(ours, Budget(limits, Defences.without(off)), lines=9)

    yield make
    for end in open_ends:
        end.close()


def frame(value: Any) -> Say:
    def say(end: socket.socket) -> None:
        with contextlib.suppress(OSError):  # the judge may stop listening
            end.sendall(encode(value))

    return say


def slowly(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        for byte in encode((np.ones(9), None, (), 0.0)):
            end.send(bytes([byte]))
            time.sleep(0.05)


def nested(end: socket.socket) -> None:
    header = b'{"tree": ' + b"[" * 200_000 + b", " + b'"arrays": []}'
    end.sendall(PREFIX.pack(MAGIC, len(header), 0) + header)


BROKEN: dict[str, Say] = {
    "nothing": lambda end: end.close(),
    "noise": lambda end: end.sendall(b"\x00" * 100),
    "pickle": lambda end: end.sendall(b"\x80\x04cos\nsystem\n(S'true'\ntR."),
    "huge_claim": lambda end: end.sendall(struct.pack("<4sIQ", MAGIC, 1 << 31, 1 << 60)),
    "large_claim": lambda end: end.sendall(PREFIX.pack(MAGIC, 100, 1 << 27)),
    "nested": nested,
    "a_string": frame("5.0"),
    "too_few": frame((1, None)),
    "failure_of_numbers": frame((None, (1, 2, 3, 4), (), 0.0)),
    "failure_says_timeout": frame((None, ("timeout", "x", "y", 1), (), 0.0)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_answer_ends_the_link(judged: Callable[..., Linked], name: str) -> None:
    target = judged(BROKEN[name])
    reply = target.call((np.ones(2),))
    assert reply.failure is not None
    assert reply.failure.kind == "died"
    assert target.call(()).failure == reply.failure
    assert target.held() == []


@pytest.mark.parametrize("say", [slowly, lambda end: time.sleep(9)])
def test_a_late_answer_is_a_timeout_however_it_drips(judged: Callable[..., Linked], say: Say) -> None:
    started = time.monotonic()
    reply = judged(say).call((np.ones(2),))
    assert reply.failure is not None
    assert reply.failure.kind == "timeout"
    assert time.monotonic() - started < 3


def test_without_budgets_a_large_answer_is_read(judged: Callable[..., Linked]) -> None:
    big = frame((np.zeros(1 << 20), None, (), 0.0))
    assert judged(big).call(()).failure is not None
    reply = judged(big, "link_budgets").call(())
    assert reply.failure is None
    assert reply.value.shape == (1 << 20,)


def test_all_calls_together_have_a_time(judged: Callable[..., Linked]) -> None:
    target = judged(lambda end: time.sleep(9), limits=Limits(call_seconds=60, judge_seconds=1))
    started = time.monotonic()
    assert target.call(()).failure is not None
    assert time.monotonic() - started < 5


def test_an_exception_is_told_as_builtin_type_and_line(judged: Callable[..., Linked]) -> None:
    failure = judged(frame((None, ("raised", "Secret42", "x=0.1234", 3), (), 0.0))).call(()).failure
    assert failure is not None
    assert (failure.type, failure.message, failure.line) == ("an exception", "", 3)
    known = judged(frame((None, ("raised", "KeyError", "x", 10**6), (), 0.0))).call(()).failure
    assert known is not None
    assert (known.type, known.message, known.line) == ("KeyError", "", None)
    bare = judged(frame((None, ("raised", "Secret42", "x", 3), (), 0.0)), "bare_exceptions").call(()).failure
    assert bare is not None
    assert (bare.type, bare.message) == ("Secret42", "x")


def test_what_it_says_about_time_is_not_used(judged: Callable[..., Linked]) -> None:
    assert judged(frame((np.ones(2), None, (), -1e9))).call(()).seconds >= 0


def test_a_verdict_on_nonsense_is_zero_and_no_fault(judged: Callable[..., Linked]) -> None:
    verdict = verdict_on(load("recurrence"), judged(BROKEN["noise"]), 3, socket.socket(), timed=True)
    assert verdict.points == 0
    assert verdict.fault == ""
