"""Running notebooks ahead of the one that nbgrader is at: it goes one by one, sandboxes need not.

nbgrader sanitizes a notebook, has it run, and writes the marks down, alone on the gradebook. What decides a
run, the `Job`, is known before: the notebooks are staged. So jobs run in threads, which only wait for
sandboxes, and nbgrader finds the results there. If it hands over anything else, that is run in its place.
"""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from course.grader.judged.interrupt import Interrupt
from course.grader.judged.jobs import Done, Job, Key


class Ahead:
    """Jobs that are run before they are asked for, and never more of them than fit into a window.

    Args:
        run: runs one job.
        threads: how many threads.
        interrupt: how Ctrl-C ends the wait for a result.
        window: how many jobs may be begun before they are asked for; as many as threads if it is left out.
    """

    def __init__(
        self,
        run: Callable[[Job], Done],
        threads: int,
        interrupt: Interrupt,
        window: Callable[[], int] | None = None,
    ) -> None:
        self.run, self.interrupt, self.window = run, interrupt, window or (lambda: threads)
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="ahead")
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
            found, done = self.interrupt.result(future)
            if found == job:
                return done
        done = self.run(job)
        self.interrupt.look()
        return done

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
        """Fill the window, and keep one job waiting."""
        while self.coming and len(self.begun) <= self.window():
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
