"""Mutants of every reference are refused: mechanical mistakes that nobody chose."""

import contextlib
import random
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from course.common_checks import all_checks
from course.compare import RTOL, difference
from course.exercise import Case, Exercise, Parts, names, seed_of
from course.grader.bank import Answer
from course.judging import Run, judge
from course.results import Unmet
from tests.conftest import bank_of
from tests.mutate import Mutant, mutants
from tests.test_banks import cases_of

INPUTS, SHARE, SAMPLE = 1000, 0.99, 8
LATITUDE = {
    "taylor_slope": 0.05
}  # where an answer may differ and be right: the steps are the student's choice


# Where many answers are right, a mutant counts if its answers are wrong on any of the further inputs.
FREE = (
    "steps_to_align",
    "grows_then_decays",
    "never_aligns",
    "explodes_below_one",
    "vanishing_bound",
    "forget_bias",
    "chrono_bias",
    "init_forget_gate",
    "exploding_lstm",
    "orthogonal",
    "adding_weights",
)


@dataclass
class Report:
    """What became of the mutants of one reference."""

    refused: int = 0
    alike: int = 0  # accepted, and the same as the reference on every input: they do not count
    survivors: list[Mutant] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The share refused of those that count."""
        return self.refused / max(1, self.refused + len(self.survivors))

    def __str__(self) -> str:
        counted = self.refused + len(self.survivors)
        head = f"{self.share:.2%} of {counted} refused ({self.alike} more do not count)"
        return "\n".join([head, *[f"  survives: {m}" for m in self.survivors]])


@contextlib.contextmanager
def limit(seconds: float) -> Iterator[None]:
    """Stop what takes longer: a mutant may loop for ever. The error reaches the student's code only."""

    def stop(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def is_refused(exercise: Exercise, answer: Answer) -> bool:
    """The verdict of a real grading: public cases, and hidden ones."""
    with limit(5):
        try:
            target = answer.local(exercise)
            return not judge(exercise, target, cases_of(exercise, 0), cases_of(exercise, 1)).passed
        except Exception:  # its text does not even run
            return True


def inputs(exercise: Exercise, count: int) -> list[Case]:
    """Cases from seeds that no verdict uses."""
    cases: list[Case] = []
    while len(cases) < count:
        cases += exercise.draw(seed_of(exercise.name, "mutants", len(cases)))
    return cases[:count]


def results(exercise: Exercise, answer: Answer, cases: list[Case]) -> Iterator[Parts | None]:
    """The answer's results, one by one; None for a call that gives none."""
    run = Run(exercise, answer.local(exercise), cases, [])
    for case in cases:
        try:
            yield run.parts(case)
        except Unmet:
            yield None


def differs(exercise: Exercise, mutant: Answer, reference: Answer, cases: list[Case]) -> bool:
    """Whether the mutant gives another result than the reference on any of the cases."""
    if exercise.name in FREE:
        return not holds(exercise, mutant, cases)
    rtol = LATITUDE.get(exercise.name, RTOL["float64"])
    both = zip(results(exercise, mutant, cases), results(exercise, reference, cases), strict=True)
    for got, want in both:
        if got is None or want is None or got.keys() != want.keys():
            return True
        if any(np.shape(got[n]) != np.shape(want[n]) or difference(got[n], want[n], rtol) for n in want):
            return True
    return False


def holds(exercise: Exercise, answer: Answer, cases: list[Case]) -> bool:
    """Whether the answer passes the exercise's own checks on the cases."""
    run = Run(exercise, answer.local(exercise), cases, [])
    try:
        for check in all_checks(exercise)[:-1]:
            check.test(run)
    except Unmet:
        return False
    return True


def examine(name: str, chosen: list[Mutant], count: int, monkeypatch: pytest.MonkeyPatch) -> Report:
    """Judge the mutants of an exercise; look closely at those that are accepted."""
    exercise, bank = bank_of(name)
    monkeypatch.setattr(exercise, "slips", [])  # naming a mistake takes time and decides nothing
    reference, report = bank.answers["reference"], Report()
    cases = inputs(exercise, count)
    for mutant in chosen:
        answer = Answer("mutant", mutant.source, right=False)
        if is_refused(exercise, answer):
            report.refused += 1
        elif differs(exercise, answer, reference, cases):
            report.survivors.append(mutant)
        else:
            report.alike += 1
    return report


def of(name: str) -> list[Mutant]:
    """All mutants of an exercise's reference."""
    return mutants(bank_of(name)[1].answers["reference"].source)


@pytest.mark.parametrize("name", names())
def test_a_sample_of_mutants_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = of(name)
    chosen = random.Random(name).sample(known, min(SAMPLE, len(known)))
    report = examine(name, chosen, 30, monkeypatch)
    assert not report.survivors, str(report)
    assert report.refused


@pytest.mark.soak
@pytest.mark.parametrize("name", names())
def test_mutants_are_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    report = examine(name, of(name), INPUTS, monkeypatch)
    print(f"{name}: {report}")
    assert report.share >= SHARE, f"{name}: {report}"


def test_mutants_differ_by_one_edit_each() -> None:
    found = {m.source for m in mutants("def f(a, b):\n    c = a @ b.T\n    return c[1:] - 2, -a")}
    lines = {text.splitlines()[1].strip() for text in found} | {
        text.splitlines()[-1].strip() for text in found
    }
    assert {"c = a @ b", "c = a * b.T", "c = b.T @ a", "pass", "c = a.T @ b.T", "c = -(a @ b.T)"} <= lines
    assert {"return (c[1:] + 2, -a)", "return (c[1:] - 3, -a)", "return (c[2:] - 2, -a)"} <= lines
    assert {"return (c[:] - 2, -a)", "return (c[1:] - 2, a)", "return (-a, c[1:] - 2)"} <= lines


def test_a_checker_that_accepts_too_much_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    exercise, _ = bank_of("rnn_bptt")
    monkeypatch.setattr(exercise, "checks", exercise.checks[:2])  # the one-step case and the output layer
    report = examine("rnn_bptt", of("rnn_bptt"), 30, monkeypatch)
    assert report.survivors
    assert report.share < SHARE
