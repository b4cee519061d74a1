"""What the tests share: where things lie, and the banks."""

import functools
import os
from pathlib import Path

import pytest

from course.exercise import Exercise, load, names
from course.grader.bank import Answer, Bank
from course.grader.secret import load_bank

REPOSITORY = Path(__file__).resolve().parent.parent
SOLUTIONS = REPOSITORY / "solutions"
os.environ["PYTHONSAFEPATH"] = "1"  # no test may find `course` or `solutions` through the working directory
os.environ["OMP_NUM_THREADS"] = "1"  # two workers on two cores


@functools.cache
def bank_of(name: str) -> tuple[Exercise, Bank]:
    """An exercise with its bank."""
    exercise = load(name)
    return exercise, load_bank(SOLUTIONS, exercise)


def banked() -> list[tuple[str, str]]:
    """Every (exercise, answer) there is."""
    return [(name, answer) for name in names() for answer in bank_of(name)[1].answers]


def answer_of(name: str, answer: str) -> tuple[Exercise, Answer]:
    """One banked answer with its exercise."""
    exercise, bank = bank_of(name)
    return exercise, bank.answers[answer]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The repository's root."""
    return REPOSITORY


@pytest.fixture(scope="session")
def solutions() -> Path:
    """The folder of secret files."""
    return SOLUTIONS
