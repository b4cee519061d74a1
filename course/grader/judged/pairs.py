"""A sandboxed kernel and its judge, linked: begun before they are needed, ended while others go on."""

import contextlib
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

    def end(self) -> str:
        """Make sure that both have ended; returns what went wrong in them, if anything did."""
        return "; ".join(filter(None, [child.end().error for child in self.children]))


class Pairs:
    """Keeps a pair ready for each flavour, so that the next notebook need not wait for it.

    Args:
        maker: gives the maker of a flavour, started anew if it is gone.
        plan: gives the plan of a flavour.
    """

    def __init__(self, maker: Callable[[str], Maker], plan: Callable[[str], Plan]) -> None:
        self.maker, self.plan = maker, plan
        self.ready: dict[str, Pair] = {}
        self.leaving: list[Pair] = []

    def begin(self, flavour: str) -> None:
        """Begin a pair for later. If none can be made now, the one who needs it will hear of it."""
        if flavour not in self.ready:
            with contextlib.suppress(Gone, OSError, Refused):
                self.ready[flavour] = Pair(self.maker(flavour), self.plan(flavour))

    def take(self, flavour: str) -> Pair:
        """The pair that waits, or a new one; raises `Gone` or `OSError` if none can be made."""
        waiting = self.ready.pop(flavour, None)
        if waiting is not None:
            if time.monotonic() - waiting.begun < FRESH:
                return waiting
            self.release(waiting)
        return Pair(self.maker(flavour), self.plan(flavour))

    def release(self, used: Pair) -> None:
        """Begin the end of a pair, and wait for the end of the one before it."""
        for child in used.children:
            child.begin_end()
        self._gather()
        self.leaving.append(used)

    def close(self) -> None:
        """End all, and wait for it."""
        for waiting in self.ready.values():
            self.release(waiting)
        self.ready = {}
        self._gather()

    def _gather(self) -> None:
        for left in self.leaving:
            left.end()
        self.leaving = []
