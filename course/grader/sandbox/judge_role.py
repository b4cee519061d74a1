"""The judge: a confined child that knows one submission's seeds and calls functions over a link."""

import dataclasses
import socket
from typing import Any

from course.calls import Target
from course.exercise import Exercise, load
from course.grader.sandbox.link import Budget, Linked
from course.grader.sandbox.plan import Plan
from course.grader.sandbox.wire import Gone, receive, send
from course.judging import judge
from course.verdict import Verdict


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
        verdict = verdict_on(exercise, target, message["seed"], timed=plan.defences.timed_case)
        target.end()
        about = {"title": exercise.title, "chapter": exercise.chapter}
        gone = target.gone.kind if target.gone else ""
        send(control, {"verdict": dataclasses.asdict(verdict), "about": about, "gone": gone})


def verdict_on(exercise: Exercise, target: Target, seed: int | None, *, timed: bool) -> Verdict:
    """The verdict on the public cases, on those drawn from the seed, and on the large one if any."""
    hidden = [] if seed is None else exercise.draw(seed)
    return judge(exercise, target, exercise.public_cases(), hidden)


def verdict_from(message: dict[str, Any]) -> Verdict:
    """Read a verdict from a judge's answer."""
    from course.verdict import Diagnosis, Outcome

    data = message["verdict"]
    outcomes = tuple(Outcome(**o) for o in data.pop("outcomes"))
    diagnoses = tuple(Diagnosis(**d) for d in data.pop("diagnoses"))
    return Verdict(outcomes=outcomes, diagnoses=diagnoses, **data)
