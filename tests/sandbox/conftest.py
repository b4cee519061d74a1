"""A warm process for the tests of the sandbox, and a way to run a few lines inside a fresh child of it."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from course.grader.sandbox import Defences, Limits
from course.grader.sandbox.client import Child, Ending, Warm, owner
from course.grader.sandbox.plan import Plan
from course.grader.sandbox.wire import Gone, Late, pair


@dataclass
class Ran:
    """What a cell said, and how its process ended."""

    text: str
    error: str
    ending: Ending


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    os.environ["MARKER_OF_THE_TESTS"] = "seen"
    maker = Warm("numpy").wait()
    yield maker
    maker.close()


def spawn(maker: Warm, off: tuple[str, ...] = (), **limits: Any) -> Child:
    """A kernel without those defences."""
    ours, theirs = pair()
    with ours, theirs:
        plan = Plan("kernel", maker.flavour, owner(), Limits(**limits), Defences.without(off))
        child = maker.spawn(plan, theirs)
    child.wait_ready()
    return child


@pytest.fixture
def inside(warm: Warm) -> Callable[..., Ran]:
    """Run code inside, without some defences, under some limits."""

    def run(code: str, *off: str, seconds: float = 60, **limits: Any) -> Ran:
        child = spawn(warm, off, **limits)
        text, error = "", ""
        try:
            answer = child.ask({"source": code, "number": 1}, seconds)
            text = "".join("".join(o.get("parts", [])) for o in answer["outputs"])
            error = f"{answer['error']['name']}: {answer['error']['text']}" if answer["error"] else ""
        except Gone:
            error = "gone"
        except Late:
            error = "late"
        return Ran(text.strip(), error, child.end())

    return run
