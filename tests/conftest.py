"""What the tests share: where things lie, and the banks."""

import dataclasses
import functools
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from course.exercise import Exercise, Parts, load, names
from course.frames import encode
from course.grader.bank import Answer, Bank
from course.grader.secret import load_bank
from course.judging import judge
from course.verdict import Diagnosis

REPOSITORY = Path(__file__).resolve().parent.parent
SOLUTIONS = REPOSITORY / "solutions"
os.environ["PYTHONSAFEPATH"] = "1"  # no test may find `course` or `solutions` through the working directory
os.environ["OMP_NUM_THREADS"] = "1"  # two workers on two cores
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # started in the background of a script
    signal.signal(signal.SIGINT, signal.default_int_handler)  # some tests press Ctrl-C in a child


@functools.cache
def bank_of(name: str) -> tuple[Exercise, Bank]:
    """An exercise with its bank. Its oracle and slips answer each case once, however many answers ask."""
    exercise = load(name)
    if exercise.oracle is not None:
        exercise.oracle = remembered(exercise.oracle)
    exercise.slips = [dataclasses.replace(s, value=remembered(s.value)) for s in exercise.slips]
    return exercise, load_bank(SOLUTIONS, exercise)


def remembered(f: Callable[..., Parts]) -> Callable[..., Parts]:
    """`f`, computed once for each list of arguments."""
    known: dict[bytes, Parts] = {}

    def recall(*args: object) -> Parts:
        key = encode(args)
        if key not in known:
            known[key] = f(*args)
        return known[key]

    return recall


def banked() -> list[tuple[str, str]]:
    """Every (exercise, answer) there is."""
    return [(name, answer) for name in names() for answer in bank_of(name)[1].answers]


def answer_of(name: str, answer: str) -> tuple[Exercise, Answer]:
    """One banked answer with its exercise."""
    exercise, bank = bank_of(name)
    return exercise, bank.answers[answer]


def told_of(name: str, *edits: tuple[str, str]) -> list[Diagnosis]:
    """What an edited reference, which has to be wrong, is told."""
    exercise, bank = bank_of(name)
    source = bank.answers["reference"].source
    for old, new in edits:
        assert source.count(old) == 1
        source = source.replace(old, new)
    verdict = judge(exercise, Answer("edited", source, False).local(exercise), exercise.public_cases())
    assert not verdict.passed
    return list(verdict.diagnoses)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The repository's root."""
    return REPOSITORY


@pytest.fixture(scope="session")
def solutions() -> Path:
    """The folder of secret files."""
    return SOLUTIONS
