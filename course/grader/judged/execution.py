"""Running a notebook to its end, whatever happens on the way: every step has a result."""

import time
from collections.abc import Callable, Sequence

from course.grader.judged.session import Overdue, Result, Session, Stopped
from course.grader.judged.steps import Step
from course.grader.sandbox import Limits

TRIES = {"late": 1, "died": 1, "memory": 1, "ours": 3}  # how often a notebook is begun again, by cause
WHY = {
    "late": "it ran for longer than {seconds:g} seconds",
    "died": "it ended its own process",
    "memory": "it used more than {memory} MB of memory",
}


class Execution:
    """The results of one notebook's steps, gathered in as many sandboxes as it takes.

    A cell or function that takes too long costs itself: the notebook is begun again, once, without it. A
    notebook that ends its own process is begun again once too, in case it was not to blame, and the second
    time it gets nothing for the rest. What a judge has decided is not asked again.
    """

    def __init__(
        self, steps: Sequence[Step], start: Callable[[], Session], files: dict[str, bytes], limits: Limits
    ) -> None:
        self.steps, self.start, self.files, self.limits = steps, start, files, limits
        self.results: dict[int, Result] = {}
        self.left = dict(TRIES)
        self.skip: set[int] = set()
        self.at: Step | None = None
        self.end = time.monotonic() + limits.notebook_seconds

    def run(self) -> dict[int, Result]:
        """Run to the end; returns the results by the index of the cell."""
        while True:
            self.at = None
            try:
                with self.start() as session:
                    session.put(self.files)
                    self._through(session)
                return self.results
            except Stopped as stopped:
                if not self._again(stopped):
                    return self.results

    def _through(self, session: Session) -> None:
        for number, step in enumerate(self.steps, 1):
            self.at = step
            if step.index in self.skip or (step.kind == "judged" and step.index in self.results):
                continue
            if step.kind == "judged":
                self.results[step.index] = session.judged(step)
            else:
                self.results[step.index] = session.run(step, number)

    def _again(self, stopped: Stopped) -> bool:
        """Take note of why it stopped; whether to begin again."""
        step, cause = self.at, stopped.cause
        if cause != "ours" and step is not None:
            result = stopped.result if isinstance(stopped, Overdue) else Result(zero=self._why(cause, step))
            if cause == "late":
                self.skip.add(step.index)
                self.results[step.index] = result
        self.left[cause] -= 1
        if self.left[cause] >= 0 and (cause == "ours" or time.monotonic() < self.end):
            return True
        for later in self.steps:
            undecided = later.index not in self.results or later.kind != "judged"
            if undecided and later.index not in self.skip and (step is None or later.index >= step.index):
                said = self._why(cause, step or later)
                self.results[later.index] = (
                    Result(fault=stopped.said) if cause == "ours" else Result(zero=said)
                )
        return False

    def _why(self, cause: str, step: Step) -> str:
        limits = self.limits
        name = f"the cell {step.name}" if step.name else f"the cell that begins with `{_first_line(step)}`"
        why = (
            WHY[cause].format(seconds=limits.cell_seconds, memory=limits.memory_mb) if cause in WHY else cause
        )
        return f"The notebook was stopped in {name}: {why}. What comes after was not run."


def _first_line(step: Step) -> str:
    lines = [line.strip() for line in step.source.splitlines() if line.strip()]
    return lines[0][:60] if lines else ""
