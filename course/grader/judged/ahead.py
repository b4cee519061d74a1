"""Running notebooks ahead of the one that nbgrader is at: it goes one by one, sandboxes need not.

nbgrader sanitizes a notebook, has it run, and writes the marks down, alone on the gradebook. What decides a
run, the `Job`, is known before: the notebooks are staged. So jobs run in threads, which only wait for
sandboxes, and nbgrader finds the results there. If it hands over anything else, that is run in its place.
"""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from course.grader.judged.session import Result
from course.grader.judged.steps import Step

Key = tuple[str, str]  # student, notebook


@dataclass(frozen=True)
class Job:
    """All that decides what comes of one notebook: cells, kernel, seeds by exercise, files beside it."""

    key: Key
    flavour: str
    steps: tuple[Step, ...]
    seeds: dict[str, int | None]
    files: dict[str, bytes]


@dataclass(frozen=True)
class Done:
    """The results of a job by the index of the cell, and the seconds that it took."""

    results: dict[int, Result]
    seconds: float


class Ahead:
    """Jobs that are run before they are asked for, as many at once as there are `workers`.

    Args:
        run: runs one job.
        workers: how many threads.
    """

    def __init__(self, run: Callable[[Job], Done], workers: int) -> None:
        self.run, self.workers = run, workers
        self.pool = ThreadPoolExecutor(workers, thread_name_prefix="ahead")
        self.coming: deque[tuple[Key, Callable[[], Job]]] = deque()
        self.begun: dict[Key, Future[tuple[Job, Done]]] = {}

    def plan(self, coming: Iterable[tuple[Key, Callable[[], Job]]]) -> None:
        """Say what will be asked for, in this order: keys, and how to make the jobs."""
        self.coming = deque(coming)
        self._fill()

    def result(self, job: Job) -> Done:
        """What came of a job: from ahead, if this very job was run there; else it is run now."""
        future = self._found(job.key)
        self._fill()
        if future is not None:
            found, done = future.result()
            if found == job:
                return done
        return self.run(job)

    def _found(self, key: Key) -> "Future[tuple[Job, Done]] | None":
        """The run of what is asked for; those before it in the plan will never be asked for."""
        if key in self.begun:
            for passed in list(self.begun)[: list(self.begun).index(key)]:
                self.begun.pop(passed).cancel()
            return self.begun.pop(key)
        if any(key == planned for planned, _ in self.coming):
            while self.coming.popleft()[0] != key:
                pass
            for passed in list(self.begun):
                self.begun.pop(passed).cancel()
        return None

    def _fill(self) -> None:
        """Keep every worker busy, and one job waiting."""
        while self.coming and len(self.begun) <= self.workers:
            key, make = self.coming.popleft()
            self.begun[key] = self.pool.submit(self._made, make)

    def _made(self, make: Callable[[], Job]) -> tuple[Job, Done]:
        job = make()
        return job, self.run(job)

    def close(self, end: Callable[[], None]) -> None:
        """Begin nothing more; `end` makes what still runs come to its end; wait for it."""
        self.coming.clear()
        self.pool.shutdown(wait=False, cancel_futures=True)
        end()
        self.pool.shutdown(wait=True)
