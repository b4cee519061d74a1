"""What goes to a worker and what comes back: JSON as bytes, without paths and without names of people."""

import base64
import functools
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import course
from course.grader.judged.jobs import Done, Job, Terms
from course.grader.judged.session import Result
from course.grader.judged.steps import Step
from course.grader.sandbox import Defences, Limits
from course.grader.sandbox.judge_role import verdict_from


@functools.cache
def version() -> str:
    """The version of `course` here, with a digest of its files: marks depend on every one of them."""
    root, digest = Path(course.__file__).parent, hashlib.sha256()
    for path in sorted(p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{course.__version__} (files {digest.hexdigest()[:12]})"


@dataclass(frozen=True)
class Order:
    """What a worker is asked: to run a job or, without one, to show that it can run jobs of some flavours.

    `course`: the version that the worker must have. `run`: a name of the grading run, drawn at random.
    """

    course: str
    run: str
    terms: Terms
    flavours: tuple[str, ...] = ()
    job: Job | None = None

    def to_bytes(self) -> bytes:
        """For the way there. A job goes without its key, which names the student."""
        told = asdict(self)
        if self.job is not None:
            files = {name: base64.b64encode(data).decode() for name, data in self.job.files.items()}
            told["job"] |= {"key": ["", ""], "files": files}
        return json.dumps(told).encode()

    @classmethod
    def of(cls, data: dict[str, Any]) -> "Order":
        """From what arrived, as JSON reads it."""
        terms = data["terms"]
        made = Terms(
            Limits(**terms["limits"]),
            Defences(**terms["defences"]),
            tuple(terms["kinds"]),
            terms["trust_students"],
        )
        job, told = None, data["job"]
        if told is not None:
            steps = tuple(Step(**step) for step in told["steps"])
            files = {name: base64.b64decode(text) for name, text in told["files"].items()}
            job = Job(("", ""), told["flavour"], steps, told["seeds"], files)
        return cls(data["course"], data["run"], made, tuple(data["flavours"]), job)


@dataclass(frozen=True)
class Answer:
    """What a worker says. `refused`: why it can do nothing here; `error`: why it could not do this one."""

    worker: str
    refused: str = ""
    error: str = ""
    done: Done | None = None

    def to_bytes(self) -> bytes:
        """For the way back."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def of(cls, data: bytes) -> "Answer":
        """From what arrived."""
        told = json.loads(data)
        done = told.pop("done")
        if done is not None:
            results = {int(index): _result(result) for index, result in done.pop("results").items()}
            done = Done(results, **done)
        return cls(**told, done=done)


def _result(told: dict[str, Any]) -> Result:
    verdict = told.pop("verdict")
    return Result(**told, verdict=verdict and verdict_from({"verdict": verdict}))
