"""Weights in a file beside the notebook: they reach the function inside, and the judge runs them outside."""

import base64
import io

import numpy as np

from course.exercise import load
from course.grader.bank import prelude
from course.grader.sandbox.client import Warm, owner
from course.grader.sandbox.defences import Defences, Limits
from course.grader.sandbox.judge_role import verdict_from
from course.grader.sandbox.plan import Plan
from course.grader.sandbox.wire import pair
from course.verdict import Verdict
from tests.conftest import bank_of

LOADS = """
def adding_weights():
    with np.load("adding_weights.npz") as file:
        return Adder(**file)
"""


def judged(warm: Warm, files: dict[str, bytes]) -> Verdict:
    """The verdict on a notebook that loads its weights, with these files beside it."""
    one, other = pair()
    children = []
    with one, other:
        for role, link in (("kernel", one), ("judge", other)):
            plan = Plan(role, "numpy", owner(), Limits(call_seconds=20), Defences())
            children.append(warm.spawn(plan, link))
    kernel, judge = children
    try:
        for child in children:
            child.wait_ready()
        told = {name: base64.b64encode(data).decode() for name, data in files.items()}
        assert kernel.ask({"files": told}, 30) == {}
        source = prelude(load("adding_weights")) + LOADS
        assert kernel.ask({"source": source, "number": 1}, 30)["error"] is None
        assert kernel.ask({"window": "adding_weights"}, 30) == {"missing": False}
        return verdict_from(judge.judge({"judge": "adding_weights", "lines": 99, "seed": 5}, kernel, 60))
    finally:
        for child in children:
            child.end()


def weights(answer: str) -> bytes:
    """A banked answer's weights as a file."""
    exercise, bank = bank_of("adding_weights")
    stream = io.BytesIO()
    np.savez(stream, **bank.answers[answer].local(exercise)._callee.function()._asdict())
    return stream.getvalue()


def test_weights_in_a_file_earn_what_they_are_worth(warm: Warm) -> None:
    assert judged(warm, {"adding_weights.npz": weights("reference")}).passed
    assert judged(warm, {"adding_weights.npz": weights("says_one")}).points == 0


def test_without_the_file_nothing_is_earned(warm: Warm) -> None:
    verdict = judged(warm, {})
    assert verdict.points == 0
    assert "FileNotFoundError" in verdict.outcomes[0].message


def test_a_file_of_objects_is_not_unpickled(warm: Warm) -> None:
    stream = io.BytesIO()
    np.savez(stream, W_x=np.array([{"an": "object"}], dtype=object))
    verdict = judged(warm, {"adding_weights.npz": stream.getvalue()})
    assert verdict.points == 0
