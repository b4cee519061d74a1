"""The judge: a confined child that knows one submission's seeds and calls functions over a link."""

import dataclasses
import socket
import time
from contextlib import nullcontext
from typing import Any

import numpy as np

from course.exercise import Check, Exercise, Large, load, seed_of
from course.grader.sandbox.link import Budget, Linked
from course.grader.sandbox.plan import Plan
from course.grader.sandbox.watching import Grown, watched
from course.grader.sandbox.wire import Gone, receive, send
from course.judging import judge
from course.results import Unmet, explain, flatten
from course.verdict import Verdict

# The budget of the large case: 50 times a backward pass, or 8 seconds, in which even a derivation in forward
# mode answers (3 seconds), but neither the complex step (20) nor difference quotients (15, and inaccurate).
LEAST_SECONDS, FORWARDS = 8.0, 150


def serve(control: socket.socket, link: socket.socket, plan: Plan) -> None:
    """Judge what the driver asks for, until it closes the connection."""
    budget = Budget(plan.limits, plan.defences)
    send(control, {"ready": True})
    while True:
        try:
            message = receive(control)
        except Gone:
            return
        exercise = load(message["judge"])
        target = Linked(link, budget, message["lines"])
        verdict = verdict_on(exercise, target, message["seed"], control, timed=plan.defences.timed_case)
        target.end()
        about = {"title": exercise.title, "chapter": exercise.chapter}
        gone = target.gone.kind if target.gone else ""
        send(control, {"verdict": dataclasses.asdict(verdict), "about": about, "gone": gone})


def verdict_on(
    exercise: Exercise, target: Linked, seed: int | None, control: socket.socket, *, timed: bool
) -> Verdict:
    """The verdict on the public cases, on those drawn from the seed, and on the large one if any."""
    hidden = [] if seed is None else exercise.draw(seed)
    verdict = judge(exercise, target, exercise.public_cases(), hidden)
    if not timed or exercise.large is None or not verdict.points or verdict.fault:
        return verdict
    large = exercise.large(np.random.default_rng(seed or seed_of(exercise.name)))
    return on_large(exercise, target, large, verdict, control)


def on_large(
    exercise: Exercise, target: Linked, large: Large, verdict: Verdict, control: socket.socket
) -> Verdict:
    """The verdict, less what the large case shows not to come from a backward pass.

    No answer in time, or none at all, costs every point. A result that is wrong there costs the claims about
    it that had passed: a partly wrong answer keeps what its right gradients earn. One that makes its process
    grow too much loses the claim about that.
    """
    started = time.perf_counter()
    large.yardstick()
    budget = max(LEAST_SECONDS, FORWARDS * (time.perf_counter() - started))
    with target.within(budget), watched(control) if large.most is not None else nullcontext(Grown()) as grown:
        reply = target.call(large.case.args)
    if reply.failure is not None:
        told = explain(reply.failure, exercise.name)[0]
        why = f"{told} A backward pass takes about as long as three forward passes; this is the time of many."
        return lost(verdict, {o.name for o in verdict.outcomes}, why)
    try:
        pairs = large.along(flatten(reply.value, exercise.returns))
    except (Unmet, ValueError, KeyError):
        why = f"With {large.case.name} the results do not have the right shapes."
        return lost(verdict, {o.name for o in verdict.outcomes}, why)
    # Written so that nan is wrong; the floor, far above rounding, is for a direction across the gradient.
    wrong = {n for n, (got, want) in pairs.items() if not abs(got - want) <= 1e-6 * abs(want) + 1e-12}
    why = f"With {large.case.name} and many steps it is not right along a random direction."
    verdict = lost(verdict, {c.name for c in exercise.checks if _speaks_of(c, wrong)}, why)
    if large.most is not None and (grown.bytes or 0) > large.most:
        why = f"With {large.case.name} it makes its process grow by more than {large.most >> 20} MB."
        verdict = lost(verdict, {large.frugal}, why)
    return verdict


def _speaks_of(check: Check, wrong: set[str]) -> bool:
    return bool(wrong) and check.about is not None and (not check.about or bool(wrong & set(check.about)))


def lost(verdict: Verdict, names: set[str], why: str) -> Verdict:
    """The verdict without the points of the named checks that had passed."""
    outcomes = [
        dataclasses.replace(o, passed=False, message=why) if o.name in names and o.points and o.passed else o
        for o in verdict.outcomes
    ]
    return dataclasses.replace(verdict, outcomes=tuple(outcomes))


def verdict_from(message: dict[str, Any]) -> Verdict:
    """Read a verdict from a judge's answer."""
    from course.recognise.drawn import from_data
    from course.verdict import Diagnosis, Outcome

    data = message["verdict"]
    outcomes = tuple(Outcome(**o) for o in data.pop("outcomes"))
    diagnoses = tuple(Diagnosis(**d) for d in data.pop("diagnoses"))
    drawn = from_data(data.pop("paths"))
    return Verdict(outcomes=outcomes, diagnoses=diagnoses, paths=drawn, **data)
