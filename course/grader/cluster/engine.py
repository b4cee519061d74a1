"""Dask as a place where jobs run: one task a notebook, a window of tasks at once, each result read once."""

import contextlib
import itertools
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from course.grader.cluster.address import Scheduler
from course.grader.cluster.parcel import Answer, Order, version
from course.grader.cluster.worker import end, serve
from course.grader.cluster.workers import Workers
from course.grader.judged.jobs import Done, Halt, Job, Terms
from course.grader.judged.session import Result
from course.grader.sandbox.client import Refused

EVERY = 2.0  # seconds between two looks whether those who may do a job are still there
FETCH_SECONDS = 120.0


class Cluster:
    """The workers of a Dask scheduler. The gradebook stays here: they get jobs, and give back results.

    Dask runs the job of a lost worker on another one, by itself. A job that comes to nothing on one worker
    through a fault of ours is run once more, on another.
    """

    threads = 256  # that wait for results: more notebooks at once than one gradebook can take in

    def __init__(self, scheduler: Scheduler, terms: Terms, say: Callable[[str], None]) -> None:
        if terms.trust_students:
            raise Refused(
                "Students cannot be trusted on a cluster (trust_students): outside a sandbox their code "
                "could read the worker's key, and with it run anything on all machines."
            )
        scheduler.check()
        self.scheduler, self.terms, self.say = scheduler, terms, say
        self.run_name, self.numbers = f"course-{secrets.token_hex(8)}", itertools.count()
        self.asked: set[Any] = set()
        self.lock, self.ending = threading.Lock(), threading.Lock()
        self.ended = False
        self.client = _client(scheduler)
        self.workers = self._workers(set())

    def _workers(self, flavours: set[str]) -> Workers:
        trial = Order(version(), self.run_name, self.terms, tuple(sorted(flavours)))
        return Workers(self.client, trial, encrypted=self.scheduler.encrypted, say=self.say)

    def window(self) -> int:
        """Two jobs for each that runs: a worker need not wait for the next, nor all for a slow one."""
        return min(self.threads, 2 * max(1, sum(self.workers.fit().values())))

    def begin(self, flavours: set[str]) -> None:
        """Nothing: workers are tried when they are waited for."""

    def prepare(self, flavours: set[str]) -> None:
        """Wait for the workers that can judge these flavours: for the first, and a little for the others."""
        self.workers = self._workers(flavours)
        try:
            self.workers.settle()
        except Halt as error:
            raise Refused(str(error)) from None

    def run(self, job: Job) -> Done:
        """Run a job on some worker, and on a second one if the first failed us."""
        order = Order(version(), self.run_name, self.terms, job=job).to_bytes()
        failed: set[str] = set()
        while True:
            fit = set(self.workers.wait())
            answer = self._ask(order, job, fit - failed or fit)
            if answer is None:
                continue
            if answer.refused:
                self.workers.refuse(answer.worker, answer.refused)
                continue
            done = answer.done
            if done is not None and not any(result.fault for result in done.results.values()):
                return replace(done, worker=answer.worker)
            failed.add(answer.worker)
            if len(failed) < 2 and set(self.workers.fit()) - failed:
                continue
            if done is None:
                raise RuntimeError(f"the worker {answer.worker} failed: {answer.error}")
            return replace(done, worker=answer.worker)

    def _ask(self, order: bytes, job: Job, workers: Iterable[str]) -> Answer | None:
        """One task, on one of these workers; None if they all left before one had done it."""
        from distributed import CancelledError, KilledWorker

        names = sorted(workers)
        key = f"{self.run_name}-{next(self.numbers)}"
        future = self.client.submit(serve, order, key=key, workers=names, pure=False)
        finished = threading.Event()
        future.add_done_callback(lambda _: finished.set())
        with self._noted(future):
            while True:
                if self.workers.stopped.is_set():
                    raise Halt("grading was stopped")
                if not finished.wait(EVERY) and not future.done():
                    if not set(names) & set(self.workers.fit()):
                        return None
                    continue
                try:
                    return Answer.of(future.result(timeout=FETCH_SECONDS))
                except TimeoutError:
                    finished.clear()  # its worker left with the result: Dask has it run again
                except KilledWorker as error:
                    last = error.last_worker.address
                    lost = error.allowed_failures + 1
                    why = f"{lost} workers were lost while they ran it, the last was {last}"
                    return Answer(last, done=_undecided(job, why))
                except CancelledError as error:
                    if not self.workers.stopped.is_set():
                        raise self.workers.lose(str(error)) from None

    @contextlib.contextmanager
    def _noted(self, future: Any) -> Iterator[None]:
        """Inside, `stop` knows of the task; afterwards nobody keeps it."""
        with self.lock:
            self.asked.add(future)
        try:
            yield
        finally:
            with self.lock:
                self.asked.discard(future)
            if not future.done() and not self.workers.lost:
                with contextlib.suppress(Exception):
                    future.cancel()
            future.release()

    def stop(self) -> None:
        """Cancel what waits, and end the sandboxes of what runs; once, and who asks again waits for it."""
        trials, ours = self.workers.stop()
        with self.ending:
            if self.ended or self.workers.lost:
                return
            self.ended = True
            with self.lock:
                asked = [*self.asked, *trials]
            _within(10, lambda: self.client.cancel(asked, force=True))
            if ours:
                _within(10, lambda: self.client.run(end, self.run_name, workers=ours, on_error="ignore"))

    def close(self) -> None:
        """Say goodbye."""
        _within(10, self.client.close)


def _client(scheduler: Scheduler) -> Any:
    from distributed import Client

    try:
        return Client(  # type: ignore[no-untyped-call]
            scheduler.address,
            security=scheduler.security(),
            set_as_default=False,
            direct_to_workers=False,
            timeout=30,
        )
    except (OSError, TimeoutError, ValueError) as error:
        raise Refused(f"No Dask scheduler answers at {scheduler.address} ({error}).") from None


def _undecided(job: Job, why: str) -> Done:
    return Done({step.index: Result(fault=why) for step in job.steps}, 0.0)


def _within(seconds: float, what: Callable[[], Any]) -> None:
    """Do something that may fail, and that nobody waits for longer than this."""

    def quietly() -> None:
        with contextlib.suppress(Exception):
            what()

    thread = threading.Thread(target=quietly, daemon=True)
    thread.start()
    thread.join(seconds)
