"""Sandboxes on this machine as a place where jobs run."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from course.grader.judged.execution import Execution
from course.grader.judged.jobs import Done, Job, Terms
from course.grader.judged.pairs import Pairs
from course.grader.judged.session import Session
from course.grader.sandbox.choose import make, start_warm
from course.grader.sandbox.client import Maker, Refused, Warm, owner
from course.grader.sandbox.plan import Plan

T = TypeVar("T")


class Here:
    """Warm processes of the flavours that are needed, and pairs of kernel and judge forked from them.

    Warm processes are started by a thread that lives as long as this: they end with the thread that started
    them.
    """

    def __init__(self, terms: Terms, threads: int = 1) -> None:
        self.terms, self.threads = terms, threads
        self.makers: dict[str, Maker] = {}
        self.begun: dict[str, Warm] = {}  # those of them that nobody has waited for
        self.making = threading.RLock()
        self.closed = False
        self.starter = ThreadPoolExecutor(1, thread_name_prefix="starter")
        self.pairs = Pairs(self.maker, self._plan)

    def window(self) -> int:
        """As many as there are threads."""
        return self.threads

    def begin(self, flavours: set[str]) -> None:
        """Start warm processes side by side, and do not wait for them."""
        with self.making:
            self._check_open()
            new = flavours - set(self.makers) if "warm" in self.terms.kinds else set()
            for flavour in sorted(new):
                started = self._in_starter(lambda f=flavour: start_warm(self._plan(f)))  # type: ignore[misc]
                self.begun[flavour] = self.makers[flavour] = started

    def prepare(self, flavours: set[str]) -> None:
        """Wait until sandboxes of these flavours can be made; raises `Refused` if none can."""
        with self.making:
            self.begin(flavours)
            for flavour in sorted(flavours):
                self._make(flavour, self.begun.pop(flavour, None))

    def maker(self, flavour: str) -> Maker:
        """The warm process of a flavour, started anew if it is gone."""
        with self.making:
            maker = self.makers.get(flavour)
            if isinstance(maker, Warm) and maker.process.poll() is not None:
                maker.close()
                maker = None
            return maker if maker is not None else self._make(flavour)

    def _check_open(self) -> None:
        if self.closed:
            raise Refused("grading was stopped")

    def _make(self, flavour: str, begun: Warm | None = None) -> Maker:
        self._check_open()
        terms, plan = self.terms, self._plan(flavour)
        made = self._in_starter(
            lambda: make(plan, kinds=terms.kinds, trust_students=terms.trust_students, begun=begun)
        )
        self.makers[flavour] = made
        return made

    def _in_starter(self, start: Callable[[], T]) -> T:
        return self.starter.submit(start).result()

    def _plan(self, flavour: str) -> Plan:
        return Plan("kernel", flavour, owner(), self.terms.limits, self.terms.defences)

    def run(self, job: Job) -> Done:
        """Run a job in sandboxes of its own."""
        started = time.monotonic()
        plan = self._plan(job.flavour)
        start = lambda: Session(self.pairs, plan, job.seeds)  # noqa: E731
        results = Execution(job.steps, start, job.files, self.terms.limits).run()
        self.pairs.begin(job.flavour)  # for the next submission, while nbgrader writes this one down
        maker = self.makers.get(job.flavour)
        return Done(results, time.monotonic() - started, maker.kind if maker else "")

    def stop(self) -> None:
        """End all sandboxes, also those in use; no other is made."""
        self.pairs.close()

    def close(self) -> None:
        """End the warm processes too, also those that are being started; no other is."""
        self.closed = True
        self.stop()
        with self.making:
            for maker in self.makers.values():
                maker.close()
        self.starter.shutdown()
