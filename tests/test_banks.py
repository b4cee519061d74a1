"""Every exercise × every banked answer: right ones pass, wrong ones lose exactly the checks they should."""

import dataclasses

import numpy as np
import pytest

from course import judging
from course.calls import Target
from course.common_checks import all_checks
from course.compare import same
from course.exercise import Case, Exercise, names, seed_of
from course.grader.bank import Answer, prelude
from course.judging import judge
from course.remote import Remote
from course.verdict import Verdict
from tests.conftest import answer_of, bank_of, banked

FAST, NAMED, ALL = range(3), range(50), range(200)
AT_ONCE = 40  # of the seeds; a process sends all its results again at the end of a verdict
WRONG_AT_LEAST = 8  # for each gradient exercise


def complaints(exercise: Exercise, answer: Answer, verdict: Verdict, *, told: bool = True) -> list[str]:
    """What is not as the bank says; empty if all is. `told`: whether the mistake was to be named."""
    lost = {o.name for o in verdict.outcomes if o.passed is False}
    named = {d.name for d in verdict.diagnoses}
    found = [f"fault: {verdict.fault}"] if verdict.fault else []
    if verdict.passed != answer.right or (verdict.points == verdict.max_points) != answer.right:
        found.append(f"{verdict.points} of {verdict.max_points}, passed={verdict.passed}")
    if lost != answer.loses:
        found.append(f"loses {sorted(lost)} instead of {sorted(answer.loses)}")
    if told and named != set(answer.slip.split()):
        found.append(f"is told {sorted(named)} instead of {answer.slip or 'nothing'}")
    return [f"{exercise.name}/{answer.name}: {c}" for c in found]


def cases_of(exercise: Exercise, seed: int) -> list[Case]:
    """Seed 0 is what a student sees; the others are as good as hidden."""
    return exercise.public_cases() if seed == 0 else exercise.draw(seed_of(exercise.name, "test", seed))


def judged(exercise: Exercise, answer: Answer, seed: int) -> Verdict:
    return judge(exercise, answer.local(exercise), cases_of(exercise, seed))


@pytest.mark.parametrize(("name", "answer"), banked())
def test_answer_is_judged_as_banked(name: str, answer: str) -> None:
    exercise, banked_answer = answer_of(name, answer)
    found = [
        c for seed in FAST for c in complaints(exercise, banked_answer, judged(exercise, banked_answer, seed))
    ]
    assert not found, "\n".join(found)


@pytest.mark.soak
@pytest.mark.parametrize(("name", "answer"), banked())
def test_answer_is_judged_as_banked_on_200_seeds(
    name: str, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exercise, banked_answer = answer_of(name, answer)
    print(f"seeds {ALL.start} to {ALL.stop - 1}, the mistake named on {len(NAMED)} of them")
    found = []
    for seed in ALL:
        told = seed in NAMED
        if not told:  # naming takes most of the time, and decides no mark
            monkeypatch.setattr(judging, "_named", lambda _: ((), None))
        found += complaints(exercise, banked_answer, judged(exercise, banked_answer, seed), told=told)
    assert not found, "\n".join(found[:20])


def both_ways(name: str, answer: str, seeds: range) -> tuple[Verdict, Verdict]:
    """The verdict here and in another process, on public and hidden cases."""
    exercise, banked_answer = answer_of(name, answer)
    hidden = [case for seed in seeds if seed for case in cases_of(exercise, seed)]

    def verdict(target: Target) -> Verdict:
        return dataclasses.replace(judge(exercise, target, exercise.public_cases(), hidden), printed="")

    with Remote(prelude(exercise) + banked_answer.source, exercise.name) as remote:
        return verdict(banked_answer.local(exercise)), verdict(remote)


# The others are compared where they are graded: sandbox/test_same_verdict.py.
ONE_OF_EACH = [
    (name, next(a.name for a in bank_of(name)[1].answers.values() if a.right is right))
    for name in names()
    for right in (True, False)
]


@pytest.mark.parametrize(("name", "answer"), ONE_OF_EACH)
def test_same_verdict_here_and_in_another_process(name: str, answer: str) -> None:
    here, there = both_ways(name, answer, FAST)
    assert here == there
    assert here.passed == bank_of(name)[1].answers[answer].right


@pytest.mark.soak
@pytest.mark.parametrize(("name", "answer"), banked())
def test_same_verdict_both_ways_on_200_seeds(name: str, answer: str) -> None:
    for first in ALL[::AT_ONCE]:
        here, there = both_ways(name, answer, ALL[first : first + AT_ONCE])
        assert here == there
        assert here.passed == bank_of(name)[1].answers[answer].right


@pytest.mark.parametrize("name", names())
def test_untouched_stub_earns_nothing(name: str) -> None:
    exercise, _ = bank_of(name)
    stub = Answer("stub", _stub_source(exercise), right=False)
    verdict = judge(exercise, stub.local(exercise), exercise.public_cases())
    assert verdict.points == 0
    assert "Not yet" in verdict.outcomes[0].message


def _stub_source(exercise: Exercise) -> str:
    import inspect

    return inspect.getsource(exercise.stub)


@pytest.mark.parametrize("name", names())
def test_bank_is_large_enough(name: str) -> None:
    exercise, bank = bank_of(name)
    right = [a for a in bank.answers.values() if a.right]
    wrong = [a for a in bank.answers.values() if not a.right]
    assert len(right) >= 3  # the reference, and two by another algorithm
    assert len(wrong) >= WRONG_AT_LEAST
    recognised = {name for a in wrong for name in a.slip.split()} & {slip.name for slip in exercise.slips}
    assert recognised == {slip.name for slip in exercise.slips}, "every slip is shown by an answer"


@pytest.mark.parametrize("name", names())
def test_every_check_is_lost_by_some_answer(name: str) -> None:
    exercise, bank = bank_of(name)
    lost = set().union(*[a.loses for a in bank.answers.values()])
    unlosable = {check.name for check in all_checks(exercise)} - lost - {"returns"}
    assert not unlosable, f"no banked answer fails {unlosable}: what are these checks for?"


@pytest.mark.parametrize("name", names())
def test_cases_are_float64_and_start_with_a_single_step(name: str) -> None:
    exercise, _ = bank_of(name)
    for seed in range(20):
        cases = cases_of(exercise, seed)
        assert len({case.name for case in cases}) == len(cases)
        if any("T=" in case.name for case in cases):  # where time runs, one step localises a mistake
            assert sum(case.name in ("T=1", "t=1") for case in cases) == 1
        for case in cases:
            arrays = [a for arg in case.args for a in (arg if isinstance(arg, tuple) else (arg,))]
            assert all(a.dtype in (float, int) for a in arrays if isinstance(a, np.ndarray))


@pytest.mark.parametrize("name", names())
def test_two_seeds_give_different_cases_and_one_seed_the_same(name: str) -> None:
    exercise, _ = bank_of(name)
    first, again, other = (exercise.draw(seed) for seed in (1, 1, 2))
    assert all(same(a.args, b.args) for a, b in zip(first, again, strict=True))
    assert not any(a.args and same(a.args, b.args) for a, b in zip(first, other, strict=True))
