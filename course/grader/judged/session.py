"""One notebook, one sandbox for it, one judge beside it."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from course.grader.judged.pairs import Pairs
from course.grader.judged.steps import Step
from course.grader.sandbox.client import seconds
from course.grader.sandbox.judge_role import verdict_from
from course.grader.sandbox.plan import Plan
from course.grader.sandbox.wire import Gone, Late, receive
from course.verdict import Verdict

MAX_FILES = 32 << 20


class Stopped(Exception):
    """The notebook did not come to its end. `cause`: late, died, memory, or ours."""

    def __init__(self, cause: str, said: str = "") -> None:
        super().__init__(cause, said)
        self.cause, self.said = cause, said


@dataclass
class Result:
    """What came of one step. `zero` says why there are no marks, `fault` that we failed to decide."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    error: dict[str, Any] | None = None
    verdict: Verdict | None = None
    about: dict[str, str] = field(default_factory=dict)
    zero: str = ""
    fault: str = ""


class Session:
    """One notebook's use of a kernel and a judge. A context manager: at its end both are let go."""

    def __init__(self, pairs: Pairs, plan: Plan, seeds: Callable[[str], int | None]) -> None:
        self.pairs, self.plan, self.seeds = pairs, plan, seeds

    def __enter__(self) -> Self:
        try:
            self.pair = self.pairs.take(self.plan.flavour)
        except (Gone, OSError) as error:
            raise Stopped("ours", f"no sandbox: {error}") from None
        try:
            self.pair.wait_ready()
        except (Gone, Late) as error:
            raise Stopped("ours", f"no sandbox: {self.pair.end() or error}") from None
        self.kernel, self.judge = self.pair.kernel, self.pair.judge
        return self

    def __exit__(self, *error: object) -> None:
        self.pairs.release(self.pair)

    def put(self, folder: Path) -> None:
        """Give the kernel the files that lie beside the notebook."""
        files, left = {}, MAX_FILES
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".ipynb"):
            left -= path.stat().st_size
            if left >= 0:
                files[str(path.relative_to(folder))] = base64.b64encode(path.read_bytes()).decode()
        if files:
            self._ask({"files": files}, self.plan.limits.cell_seconds)

    def run(self, step: Step, number: int) -> Result:
        """Run a cell in the kernel."""
        answer = self._ask({"source": step.source, "number": number}, self.plan.limits.cell_seconds)
        outputs, error = answer.get("outputs"), answer.get("error")
        if type(outputs) is not list or not (error is None or type(error) is dict):
            raise Stopped("died", "it spoke out of turn")
        return Result(outputs, error)

    def judged(self, step: Step) -> Result:
        """Open the window to the judge, and return its verdict.

        The kernel's part in this is to answer calls; that it also says when the window is open or closed
        only keeps both in step.
        """
        if self._ask({"window": step.exercise}, self.plan.limits.cell_seconds).get("missing") is True:
            return Result(zero=f"There is no function called {step.exercise} in the notebook.")
        limit = seconds(self.plan.limits.judge_seconds + 30, self.plan.defences.deadlines)
        try:
            question = {"judge": step.exercise, "lines": step.lines, "seed": self.seeds(step.exercise)}
            answer = self.judge.judge(question, self.kernel, limit)
            result = Result(verdict=verdict_from(answer), about=answer["about"])
        except (Gone, Late, KeyError, TypeError) as error:
            raise Stopped(
                "ours", f"the judge of {step.exercise} did not answer ({type(error).__name__})"
            ) from None
        if answer["gone"] == "timeout":
            raise Overdue(result)
        if answer["gone"]:
            raise self._stopped("it ended while the judge was calling it")
        self._receive(self.plan.limits.cell_seconds)
        return result

    def _ask(self, message: dict[str, Any], limit: float) -> dict[str, Any]:
        try:
            return self.kernel.ask(message, self._limit(limit), self._most())
        except Late:
            raise Stopped("late") from None
        except Gone as error:
            raise self._stopped(str(error)) from None

    def _receive(self, limit: float) -> dict[str, Any]:
        try:
            return receive(self.kernel.control, self._limit(limit), self._most())
        except Late:
            raise Stopped("late") from None
        except Gone as error:
            raise self._stopped(str(error)) from None

    def _limit(self, limit: float) -> float:
        return seconds(limit, self.plan.defences.deadlines)

    def _most(self) -> int:
        return self.plan.limits.notebook_bytes if self.plan.defences.output_caps else 1 << 31

    def _stopped(self, said: str) -> Stopped:
        """Why the kernel is gone, as its supervisor tells it."""
        ending = self.kernel.end()
        if ending.reason == "lost" or ending.error:
            return Stopped("ours", f"the sandbox ended ({ending.error or 'its supervisor is gone'})")
        return Stopped(ending.reason if ending.reason in ("memory", "late") else "died", said)


class Overdue(Stopped):
    """A function did not answer in time. Its verdict is known."""

    def __init__(self, result: Result) -> None:
        super().__init__("late")
        self.result = result
