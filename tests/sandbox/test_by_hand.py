"""A gradient exercise asks for a backward pass: the complex step is too slow for its large case."""

import numpy as np
import pytest

from course.exercise import load, names
from course.frames import encode
from course.grader.bank import prelude
from course.grader.sandbox.client import Warm, owner
from course.grader.sandbox.defences import Defences, Limits
from course.grader.sandbox.judge_role import verdict_from
from course.grader.sandbox.plan import Plan
from course.grader.sandbox.wire import pair
from course.judging import judge
from course.verdict import Verdict
from tests.conftest import bank_of

QUOTIENTS = """
import numpy as np
from course import RNN, rnn_loss

def rnn_bptt(p, X, Y, h_0):
    parts = [*p, X, h_0]
    grads = []
    for i, x in enumerate(parts):
        g = np.zeros_like(x)
        for index in np.ndindex(x.shape):
            moved = [a.astype(complex) for a in parts]
            moved[i][index] += 1e-30j
            g[index] = np.imag(rnn_loss(RNN(*moved[:5]), moved[5], Y, moved[6])) / 1e-30
        grads.append(g)
    return RNN(*grads[:5]), grads[6], grads[5]
"""


def judged(warm: Warm, source: str, name: str, *off: str) -> Verdict:
    one, other = pair()
    children = []
    with one, other:
        for role, link in (("kernel", one), ("judge", other)):
            plan = Plan(role, "numpy", owner(), Limits(call_seconds=20), Defences.without(off))
            children.append(warm.spawn(plan, link))
    kernel, judge = children
    try:
        for child in children:
            child.wait_ready()
        assert kernel.ask({"source": source, "number": 1}, 30)["error"] is None
        assert kernel.ask({"window": name}, 30) == {"missing": False}
        return verdict_from(judge.judge({"judge": name, "lines": 99, "seed": 5}, kernel, 60))
    finally:
        for child in children:
            child.end()


def test_complex_step_earns_nothing(warm: Warm) -> None:
    verdict = judged(warm, QUOTIENTS, "rnn_bptt")
    assert verdict.points == 0
    assert any("A backward pass takes about as long" in o.message for o in verdict.outcomes)


def test_without_the_large_case_it_would_earn_everything(warm: Warm) -> None:
    assert judged(warm, QUOTIENTS, "rnn_bptt", "timed_case").passed


ORACLE = """
from course.exercise import load, names

def {name}(*args):
    asked = load("{name}")
    parts = asked.oracle(*args)
    results = [parts[r] if isinstance(r, str) else r(*[parts[f] for f in r._fields]) for r in asked.returns]
    return tuple(results) if len(results) > 1 else results[0]
"""
BY_HAND = [name for name in names() if load(name).large is not None and not load(name).needs]


@pytest.mark.soak
@pytest.mark.parametrize("name", BY_HAND)
def test_an_answer_that_calls_the_oracle_earns_nothing(warm: Warm, name: str) -> None:
    assert judged(warm, ORACLE.format(name=name), name, "timed_case").points > 0
    assert judged(warm, ORACLE.format(name=name), name).points == 0


RIGHT = [
    pytest.param(name, answer.name, marks=() if name == "rnn_bptt" else pytest.mark.soak)
    for name in BY_HAND
    for answer in bank_of(name)[1].answers.values()
    if answer.right
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_every_right_answer_is_fast_enough(warm: Warm, name: str, answer: str) -> None:
    exercise, bank = bank_of(name)
    verdict = judged(warm, prelude(exercise) + bank.answers[answer].source, name)
    assert verdict.passed, [o.message for o in verdict.outcomes]


@pytest.mark.parametrize("name", BY_HAND)
def test_what_a_right_answer_sends_back_fits_through_the_link(name: str) -> None:
    exercise, bank = bank_of(name)
    assert exercise.large is not None
    args = exercise.large(np.random.default_rng(0)).case.args
    reply = bank.answers["reference"].local(exercise).call(args)
    assert reply.failure is None
    assert len(encode((reply.value, None, args, 0.0))) < Limits().answer_bytes


@pytest.mark.parametrize(
    "answer", ["transpose_missing", "later_state", "mean_in_output_bias", "buffer_reused"]
)
def test_a_partly_wrong_answer_keeps_what_its_right_gradients_earn(warm: Warm, answer: str) -> None:
    exercise, bank = bank_of("rnn_bptt")
    here = judge(exercise, bank.answers[answer].local(exercise), exercise.public_cases())
    there = judged(warm, prelude(exercise) + bank.answers[answer].source, "rnn_bptt")
    assert [(o.name, o.passed) for o in there.outcomes] == [(o.name, o.passed) for o in here.outcomes]
    assert there.diagnoses == here.diagnoses
    assert 0 < there.points < there.max_points


GARBAGE = """
quotients = rnn_bptt

def rnn_bptt(p, X, Y, h_0):
    if len(h_0) > 50:
        return RNN(*[np.zeros_like(a) for a in p]), np.zeros_like(h_0), np.zeros_like(X)
    grads, dh_0, dX = quotients(p, X, Y, h_0)
    return grads._replace(b_q=0 * p.b_q), dh_0, dX
"""


def test_zeros_for_a_large_case_do_not_save_a_complex_step(warm: Warm) -> None:
    verdict = judged(warm, QUOTIENTS + GARBAGE, "rnn_bptt")
    assert {o.name for o in verdict.outcomes if o.passed and o.points} <= {"keeps"}


def test_the_large_case_is_large() -> None:
    exercise = load("rnn_bptt")
    assert exercise.large is not None
    p = exercise.large(np.random.default_rng(0)).case.args[0]
    assert sum(field.size for field in p) > 20_000
