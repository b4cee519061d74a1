"""Every banked answer, right or wrong, gets the same verdict in the sandbox as at the desk."""

from collections.abc import Iterator

import pytest

from course.exercise import names
from course.grader.bank import prelude
from course.grader.sandbox import Defences, Limits
from course.grader.sandbox.client import Warm, owner
from course.grader.sandbox.judge_role import verdict_from
from course.grader.sandbox.plan import Plan
from course.grader.sandbox.wire import pair
from course.judging import judge
from course.local import Local
from course.verdict import Verdict
from tests.conftest import bank_of

SEED = 4  # of the hidden cases
SAME = Defences.without(["timed_case"])  # the desk has no large case


@pytest.fixture(scope="module")
def warm_torch() -> Iterator[Warm]:
    maker = Warm("torch").wait()
    yield maker
    maker.close()


def in_the_sandbox(maker: Warm, source: str, name: str) -> Verdict:
    one, other = pair()
    with one, other:
        plans = [Plan(role, maker.flavour, owner(), Limits(), SAME) for role in ("kernel", "judge")]
        kernel, judging = (maker.spawn(p, end) for p, end in zip(plans, (one, other), strict=True))
    try:
        kernel.wait_ready()
        judging.wait_ready()
        assert kernel.ask({"source": source, "number": 1}, 60)["error"] is None
        assert kernel.ask({"window": name}, 60) == {"missing": False}
        return verdict_from(judging.ask({"judge": name, "lines": 999, "seed": SEED}, 120))
    finally:
        kernel.end()
        judging.end()


def essence(verdict: Verdict) -> tuple[object, ...]:
    return (
        [(o.name, o.passed, o.points) for o in verdict.outcomes],
        [d.name for d in verdict.diagnoses],
        verdict.fault,
    )


def disagreements(name: str, maker: Warm, every: int) -> list[str]:
    """The answers with two verdicts: of all right ones, and of every so-manieth wrong one."""
    exercise, bank = bank_of(name)
    answers = list(bank.answers.values())
    chosen = [a for a in answers if a.right] + [a for a in answers if not a.right][::every]
    assert len(chosen) >= 3
    found = []
    for answer in chosen:
        local: Local = answer.local(exercise)
        here = judge(exercise, local, exercise.public_cases(), exercise.draw(SEED))
        there = in_the_sandbox(maker, prelude(exercise) + answer.source, name)
        if essence(there) != essence(here):
            found.append(f"{answer.name}: {essence(there)} and not {essence(here)}")
    return found


def maker_of(name: str, warm: Warm, warm_torch: Warm) -> Warm:
    return warm_torch if "torch" in bank_of(name)[0].needs else warm


@pytest.mark.parametrize("name", names())
def test_answers_get_the_same_verdict(name: str, warm: Warm, warm_torch: Warm) -> None:
    assert disagreements(name, maker_of(name, warm, warm_torch), every=8) == []


@pytest.mark.soak
@pytest.mark.parametrize("name", names())
def test_every_answer_gets_the_same_verdict(name: str, warm: Warm, warm_torch: Warm) -> None:
    assert disagreements(name, maker_of(name, warm, warm_torch), every=1) == []
