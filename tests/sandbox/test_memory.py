"""What an answer holds is seen from outside its process, so that it cannot lie about it."""

import subprocess
import sys

import numpy as np
import pytest

from course.exercise import load
from course.grader.bank import prelude
from course.grader.sandbox.client import Warm
from course.grader.sandbox.watching import resident
from tests.conftest import bank_of
from tests.sandbox.test_by_hand import judged

NAME = "checkpointed_bptt"
EXERCISE, BANK = bank_of(NAME)
GREEDY = prelude(EXERCISE) + BANK.answers["all_states_kept"].source
LIAR = GREEDY + "\nimport tracemalloc\ntracemalloc.get_traced_memory = lambda: (0, 0)\n"
IN_A_CHILD = f"""{GREEDY}
import os, pickle
greedy = {NAME}

def {NAME}(*args):
    read, write = os.pipe()
    if os.fork() == 0:
        os.close(read)
        with os.fdopen(write, "wb") as file:
            pickle.dump(greedy(*args), file)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as file:
        result = pickle.load(file)
    os.wait()
    return result
"""


def memory(warm: Warm, source: str, *off: str) -> tuple[bool | None, str]:
    verdict = judged(warm, source, NAME, *off)
    assert not verdict.fault
    (outcome,) = [o for o in verdict.outcomes if o.name == "memory"]
    assert all(o.passed for o in verdict.outcomes if o is not outcome)
    return outcome.passed, outcome.message


@pytest.mark.parametrize("answer", [a.name for a in BANK.answers.values() if a.right])
def test_every_right_answer_is_small_enough(warm: Warm, answer: str) -> None:
    assert memory(warm, prelude(EXERCISE) + BANK.answers[answer].source)[0] is True


def test_all_states_are_too_many(warm: Warm) -> None:
    passed, message = memory(warm, GREEDY)
    assert passed is False
    assert "holds too much at once" in message


@pytest.mark.parametrize("source", [LIAR, IN_A_CHILD], ids=["patched count", "another process"])
def test_what_the_process_says_of_itself_is_not_believed(warm: Warm, source: str) -> None:
    assert memory(warm, source, "timed_case")[0] is True  # by its own word
    passed, message = memory(warm, source)
    assert passed is False
    assert message == "With T=10000 it makes its process grow by more than 14 MB."


def test_the_large_case_has_states_that_can_be_seen() -> None:
    exercise = load(NAME)
    assert exercise.large is not None
    large = exercise.large(np.random.default_rng(0))
    assert large.most is not None
    assert 12 << 20 < large.most < len(large.case.args[1]) * large.case.args[3].nbytes


def test_growth_counts_children_too() -> None:
    """A process of its own, since this one may have other children that come and go."""
    held = "x = b'1' * (40 << 20); print(flush=True); input()"
    begin = "import subprocess, sys; print(flush=True); input(); "
    code = f"{begin}subprocess.run([sys.executable, '-c', {held!r}])"
    parent = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdout.readline()
        before = resident(parent.pid)
        parent.stdin.write(b"\n")
        parent.stdin.flush()
        parent.stdout.readline()
        assert resident(parent.pid) - before > 40 << 20
    finally:
        parent.communicate(b"\n")
