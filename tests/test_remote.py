"""A function in another process: what it does to itself, the judge survives and names."""

import subprocess
import time

import numpy as np
import pytest

from course.calls import Target, held_from
from course.compare import same
from course.exercise import load
from course.frames import MAGIC, MAX_HEADER, MAX_NODES, PREFIX, FrameError, encode
from course.grader.bank import PRELUDE
from course.judging import judge
from course.remote import Remote

ARGS = (np.ones((2, 3)), np.ones((2, 3, 3)))


def remote(body: str, deadline: float = 20.0) -> Remote:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return Remote(f"{PRELUDE}def recurrence(b, C):\n{lines}\n", "recurrence", deadline)


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        ("raise ValueError('no')", "raised", "no"),
        ("raise NotImplementedError", "not_yet", ""),
        ("raise SystemExit(3)", "raised", "3"),
        ("import os; os._exit(0)", "died", "ended"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "died", "ended"),
        ("return {'a': b}", "result", "a dict came back"),
        ("return (lambda: 0)", "result", "a function came back"),
        ("class E(Exception):\n    def __str__(self): raise RuntimeError\nraise E", "raised", ""),
    ],
)
def test_failure_is_named(body: str, kind: str, says: str) -> None:
    with remote(body) as target:
        reply = target.call(ARGS)
    assert reply.failure is not None
    assert reply.failure.kind == kind
    assert says in reply.failure.message


def test_endless_loop_ends_at_the_deadline_and_later_calls_answer_at_once() -> None:
    with remote(
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass", 0.5
    ) as target:
        first = target.call(ARGS)
        started = time.monotonic()
        second = target.call(ARGS)
        assert time.monotonic() - started < 0.5  # not a second deadline
    assert first.failure is not None
    assert second.failure == first.failure
    assert first.failure.kind == "timeout"


def test_inputs_come_back_as_they_are_after_the_call() -> None:
    with remote("b[0] = 7\nreturn b") as target:
        reply = target.call(ARGS)
    assert reply.after[0][0, 0] == 7
    assert ARGS[0][0, 0] == 1


def test_earlier_results_are_sent_again_as_they_are_now() -> None:
    with remote("global kept\nkept = globals().get('kept', np.zeros(3))\nkept += 1\nreturn kept") as target:
        assert target.call(ARGS).value[0] == 1
        assert target.call(ARGS).value[0] == 2
        assert [r[0] for r in target.held()] == [2, 2]


def test_many_earlier_numbers_are_sent_again_one_by_one() -> None:
    """A long list of results is not one result that is a long list of numbers."""
    with remote("return float(b[0, 0])") as target:
        given = [target.call(ARGS).value for _ in range(70)]
        assert same(target.held(), given)


def test_many_earlier_lists_are_sent_again_though_together_they_have_more_numbers_than_one_may() -> None:
    with remote("return [[[float(b[0, 0]), 2.0] for _ in range(10)] for _ in range(10)]") as target:
        given = [target.call(ARGS).value for _ in range(150)]
        assert sum(len(row) for value in given for table in value for row in table) > MAX_NODES
        assert same(target.held(), given)


@pytest.mark.parametrize(
    "held",
    [
        None,
        [1.0],
        [np.zeros(3, np.uint8)],
        [np.frombuffer(b"x" * 40, np.uint8)],
        [np.frombuffer(PREFIX.pack(MAGIC, MAX_HEADER, 0), np.uint8)] * 17,
    ],
)
def test_what_is_no_list_of_frames_is_refused(held: object) -> None:
    with pytest.raises(FrameError):
        held_from(encode(held))


def test_printing_does_not_disturb_the_answers() -> None:
    with remote("import sys\nprint('x' * 10000)\nsys.stderr.write('y')\nreturn b, C") as target:
        assert target.call(ARGS).failure is None


def test_line_of_the_students_own_code_is_named() -> None:
    with remote("x = 1\nraise KeyError('here')") as target:
        reply = target.call(ARGS)
    assert reply.failure is not None
    assert reply.failure.line == PRELUDE.count("\n") + 3


def test_child_is_gone_after_closing() -> None:
    with remote("return b, C") as target:
        pid = target._process.pid
    alive = subprocess.run(["kill", "-0", str(pid)], capture_output=True, check=False)
    assert alive.returncode != 0


class Garbled(Remote):
    """A child that answers nonsense in the right form."""

    def _ask(self, message: object, seconds: float) -> bytes:
        from course.frames import encode

        super()._ask(message, seconds)
        return encode((1, 2, 3))


def test_an_answer_of_the_wrong_form_counts_as_a_death_and_never_as_our_crash() -> None:
    target: Target
    exercise = load("recurrence")
    with Garbled(f"{PRELUDE}def recurrence(b, C): return b, C", "recurrence") as target:
        verdict = judge(exercise, target, exercise.public_cases())
    assert verdict.points == 0
    assert not verdict.fault
    assert "spoke out of turn" in verdict.outcomes[0].message
