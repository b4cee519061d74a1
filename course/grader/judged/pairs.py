"""A sandboxed kernel and its judge, linked: begun before they are needed, ended while others go on."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from course.grader.sandbox.client import Child, Maker, Refused
from course.grader.sandbox.plan import Plan
from course.grader.sandbox.wire import Gone, pair

FRESH = 20.0  # seconds for which a pair that waits is as good as new: its clock runs


class Pair:
    """Two children of one maker. Nothing of a student's has run in either before it is taken."""

    def __init__(self, maker: Maker, plan: Plan) -> None:
        self.children: list[Child] = []
        self.begun = time.monotonic()
        one, other = pair()
        limits = plan.limits
        longer = replace(limits, notebook_seconds=limits.notebook_seconds + limits.judge_seconds)
        try:
            with one, other:
                for role, link, its in (("kernel", one, limits), ("judge", other, longer)):
                    self.children.append(maker.spawn(replace(plan, role=role, limits=its), link))
        except (Gone, OSError):
            self.end()
            raise
        self.kernel, self.judge = self.children

    def wait_ready(self) -> None:
        """Wait until both run; raises `Gone` or `Late`."""
        for child in self.children:
            child.wait_ready()

    def begin_end(self) -> None:
        """Tell both to end, without waiting for it."""
        for child in self.children:
            child.begin_end()

    def end(self) -> str:
        """Make sure that both have ended; returns what went wrong in them, if anything did."""
        return "; ".join(filter(None, [child.end().error for child in self.children]))


class Pairs:
    """Keeps a pair ready for each flavour, so that the next notebook need not wait for it. Safe in threads.

    Args:
        maker: gives the maker of a flavour, started anew if it is gone.
        plan: gives the plan of a flavour.
    """

    def __init__(self, maker: Callable[[str], Maker], plan: Callable[[str], Plan]) -> None:
        self.maker, self.plan = maker, plan
        self.lock = threading.RLock()
        self.ready: dict[str, Pair] = {}
        self.used: set[Pair] = set()
        self.leaving: list[Pair] = []
        self.closed = False

    def begin(self, flavour: str) -> None:
        """Begin a pair for later. If none can be made now, the one who needs it will hear of it."""
        with self.lock:
            if flavour not in self.ready and not self.closed:
                with contextlib.suppress(Gone, OSError, Refused):
                    self.ready[flavour] = Pair(self.maker(flavour), self.plan(flavour))

    def take(self, flavour: str) -> Pair:
        """The pair that waits, or a new one; raises `Gone` or `OSError` if none can be made."""
        with self.lock:
            if self.closed:
                raise Gone("grading was stopped")
            taken = self.ready.pop(flavour, None)
            if taken is not None and time.monotonic() - taken.begun > FRESH:
                self.release(taken)
                taken = None
            taken = taken or Pair(self.maker(flavour), self.plan(flavour))
            self.used.add(taken)
            return taken

    def release(self, used: Pair) -> None:
        """Begin the end of a pair, and wait for the end of those before it."""
        used.begin_end()
        with self.lock:
            self.used.discard(used)
            before, self.leaving = self.leaving, [used]
        for left in before:
            left.end()

    def close(self) -> None:
        """End all, also those in use, and wait for it."""
        with self.lock:
            self.closed = True
            left, self.ready, self.leaving = [*self.ready.values(), *self.used, *self.leaving], {}, []
        for each in left:
            each.begin_end()
        for each in left:
            each.end()
