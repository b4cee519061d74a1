"""Which of a scheduler's workers may be given submissions: those that have shown that they can judge them."""

import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

from course.grader.cluster.parcel import Answer, Order
from course.grader.cluster.worker import serve
from course.grader.judged.jobs import Halt

JOIN_SECONDS = 60.0  # how long to wait for a worker where there is none
TRY_SECONDS = 600.0  # how long one may take to show what it can: it may be busy for others
SETTLE_SECONDS = 15.0  # how long the first waits for the others, so that the first jobs are spread over all
AGAIN = 1.0  # seconds between two looks at the scheduler's list


class Workers:
    """The workers that are there, those that are fit, and why the others are refused. Safe in threads.

    A worker that joins is tried: it must have the same `course`, and make a sandbox of every flavour. It is
    named once if it fails, and gets no submission.

    Args:
        client: Dask's client.
        trial: the order that shows what a worker can do.
        encrypted: whether workers must speak TLS.
        say: where warnings go.
    """

    def __init__(self, client: Any, trial: Order, *, encrypted: bool, say: Callable[[str], None]) -> None:
        self.client, self.trial, self.encrypted, self.say = client, trial, encrypted, say
        self.lock = threading.RLock()
        self.present: dict[str, int] = {}  # threads of each
        self.trials: dict[str, Any] = {}
        self.able: set[str] = set()
        self.refused: dict[str, str] = {}
        self.looked = -AGAIN
        self.stopped = threading.Event()
        self.lost = ""

    def fit(self) -> dict[str, int]:
        """The workers that may be given submissions now, with how many each runs at once."""
        self._look()
        with self.lock:
            return {w: threads for w, threads in self.present.items() if w in self.able}

    def wait(self) -> dict[str, int]:
        """The same, after waiting for the first; raises `Halt` if there is none to be waited for."""
        began = time.monotonic()
        while not (found := self.fit()):
            seconds = time.monotonic() - began
            with self.lock:
                trying = set(self.trials) & set(self.present)
                why = [f"{w}: {self.refused[w]}" for w in self.present if w in self.refused]
            if self.stopped.is_set():
                raise Halt("grading was stopped")
            if not trying and why:
                raise Halt("No worker can grade. " + "; ".join(why))
            if not trying and seconds > JOIN_SECONDS:
                raise Halt(f"No worker has joined the scheduler within {JOIN_SECONDS:.0f} seconds.")
            if seconds > TRY_SECONDS:
                raise Halt(f"No worker has answered within {TRY_SECONDS:.0f} seconds: {', '.join(trying)}.")
            self.stopped.wait(0.1)
        return found

    def settle(self) -> None:
        """Wait for the first that is fit and then, for a while, for those who are still being tried."""
        self.wait()
        until = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < until and not self.stopped.is_set():
            self.fit()
            with self.lock:
                if not self.trials:
                    return
            self.stopped.wait(0.1)

    def refuse(self, worker: str, why: str) -> None:
        """Give a worker nothing more, and say so once."""
        with self.lock:
            self.able.discard(worker)
            if worker not in self.refused:
                self.refused[worker] = why
                self.say(f"The worker {worker} is not used: {why}")

    def stop(self) -> tuple[list[Any], list[str]]:
        """Try no other; returns the trials under way, and the workers that may hold something of ours."""
        self.stopped.set()
        with self.lock:
            ours = [worker for worker in self.present if worker in self.able or worker in self.trials]
            return list(self.trials.values()), ours

    def lose(self, why: str) -> Halt:
        """The scheduler is gone, for everybody."""
        with self.lock:
            self.lost = self.lost or f"The scheduler was lost ({why})."
            return Halt(self.lost)

    def _look(self) -> None:
        """Bring the list up to date, and try those who are new."""
        with self.lock:
            if self.lost:
                raise Halt(self.lost)
            if self.stopped.is_set() or time.monotonic() - self.looked < AGAIN:
                return
            try:
                told = self.client.scheduler_info()["workers"]
            except Exception as error:  # whatever Dask raises where nobody answers any more
                raise self.lose(f"{type(error).__name__}: {error}") from None
            self.present = {worker: int(about["nthreads"]) for worker, about in told.items()}
            for worker in set(self.present) - self.able - set(self.refused) - set(self.trials):
                self._try(worker)
            for worker in list(self.trials):
                self._judge(worker)
            self.looked = time.monotonic() if not self.trials else time.monotonic() - 0.9 * AGAIN

    def _try(self, worker: str) -> None:
        if self.encrypted and not worker.startswith("tls://"):
            self.refuse(worker, "it speaks without encryption")
            return
        key = f"{self.trial.run}-trial-{secrets.token_hex(4)}"
        self.trials[worker] = self.client.submit(
            serve, self.trial.to_bytes(), key=key, workers=[worker], pure=False, priority=1
        )

    def _judge(self, worker: str) -> None:
        """Read a trial's answer, if it is there."""
        future = self.trials[worker]
        if worker in self.present and not future.done():
            return
        del self.trials[worker]
        if worker not in self.present:
            future.cancel()
            return
        try:
            answer = Answer.of(future.result(timeout=10))
        except TimeoutError:
            return  # it left in this moment; if not, it is tried again
        except Exception as error:  # it could not even read the question
            why = f"{type(error).__name__}: {error}"
            self.refuse(worker, f"it has not this version of course, {self.trial.course} ({why})")
            return
        if answer.refused or answer.error:
            self.refuse(worker, answer.refused or answer.error)
        else:
            self.able.add(worker)
