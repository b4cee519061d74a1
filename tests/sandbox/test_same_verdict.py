"""Every banked answer, right or wrong, gets the same verdict in the sandbox as at the desk."""

from collections.abc import Iterator

import pytest

from course.calls import Local
from course.exercise import names
from course.grader.bank import prelude
from course.grader.sandbox import Defences, Limits
from course.grader.sandbox.client import Warm, owner
from course.grader.sandbox.judge_role import verdict_from
from course.grader.sandbox.plan import Plan
from course.grader.sandbox.wire import pair
from course.judging import judge
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


@pytest.mark.parametrize("name", names())
def test_every_answer_gets_the_same_verdict(name: str, warm: Warm, warm_torch: Warm) -> None:
    exercise, bank = bank_of(name)
    maker = warm_torch if "torch" in exercise.needs else warm
    compared = 0
    for answer in bank.answers.values():
        local: Local = answer.local(exercise)
        here = judge(exercise, local, exercise.public_cases(), exercise.draw(SEED))
        there = in_the_sandbox(maker, prelude(exercise) + answer.source, name)
        assert essence(there) == essence(here), answer.name
        compared += 1
    assert compared >= 3
