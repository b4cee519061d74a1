"""The judge's end of the link: a function in the sandbox as something to judge. Believes nothing."""

import builtins
import contextlib
import dataclasses
import math
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

from course.calls import Failure, Reply, held_from
from course.frames import FrameError, decode, encode, read_frame
from course.grader.sandbox.defences import Defences, Limits
from course.grader.sandbox.wire import Gone, Late, receive_bytes, send_bytes

RESULT = "its result is not made of arrays, numbers and tuples"


class Budget:
    """Seconds and bytes that all functions of one notebook may use together."""

    def __init__(self, limits: Limits, defences: Defences) -> None:
        self.limits, self.defences = limits, defences
        self.bytes = limits.link_bytes if defences.link_budgets else 1 << 60
        self.end = time.monotonic() + (limits.judge_seconds if defences.deadlines else math.inf)

    def until(self, seconds: float) -> float:
        """When a call that may take so long has to be over."""
        return min(self.end, time.monotonic() + seconds) if self.defences.deadlines else math.inf

    def take(self, count: int) -> None:
        """Account for bytes before they are read."""
        self.bytes -= count
        if self.bytes < 0 or (self.defences.link_budgets and count > self.limits.answer_bytes):
            raise Gone("too much data")


class Linked:
    """A function in the sandbox. After a late or broken answer it gives that failure for ever."""

    def __init__(self, link: socket.socket, budget: Budget, lines: int) -> None:
        self.link, self.budget, self.lines = link, budget, lines
        self.seconds = budget.limits.call_seconds
        self.printed, self.gone = "", None if budget.bytes >= 0 else Failure("died", "died", "no data left")

    def call(self, args: tuple[Any, ...]) -> Reply:
        """Call the function there."""
        started = time.monotonic()
        answer = self._ask(("call", args))
        seconds = time.monotonic() - started
        if self.gone is None:
            value, failure, after = self._read(answer)
            if self.gone is None:
                return Reply(value, failure, after, seconds)
        return Reply(None, self.gone, args, seconds)

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Inside, a call may take at most so long."""
        usual, self.seconds = self.seconds, min(seconds, self.seconds)
        yield
        self.seconds = usual

    def peak(self, args: tuple[Any, ...]) -> int | Failure:
        """What the sandbox says that a call holds at once. Only a watcher outside makes it true."""
        answer = self._ask(("peak", args))
        found = self._decode(answer) if self.gone is None else None
        if self.gone is None:
            try:
                most, failure = list(found or ())
                return self._failure(*failure) if failure is not None else max(0, int(most))
            except (TypeError, ValueError):
                self.gone = Failure("died", "died", "the process that runs your code spoke out of turn")
        assert self.gone is not None
        return self.gone

    def held(self) -> list[Any]:
        """All earlier results, sent again."""
        answer = self._ask(("held",))
        return (self._decode(answer, held_from) if self.gone is None else None) or []

    def end(self) -> None:
        """Say that no further call comes."""
        if self.gone is None:
            self._say(("end",))

    def _ask(self, message: Any) -> bytes:
        if self.gone is not None or not self._say(message):
            return b""
        try:
            end = self.budget.until(self.seconds)
            return read_frame(lambda n: self._receive(n, end))
        except Late:
            self.gone = Failure("timeout", "timeout", f"no answer within {self.seconds:g} seconds")
        except (Gone, FrameError):
            self.gone = Failure("died", "died", "the process that runs your code ended")
        return b""

    def _receive(self, count: int, end: float) -> bytes:
        self.budget.take(count)
        return receive_bytes(self.link, count, end)

    def _say(self, message: Any) -> bool:
        try:
            send_bytes(self.link, encode(message), self.budget.until(self.seconds))
        except (Gone, Late):
            self.gone = Failure("died", "died", "the process that runs your code does not listen")
        return self.gone is None

    def _decode(self, answer: bytes, read: Callable[[bytes], Any] = decode) -> Any:
        try:
            return read(answer)
        except (FrameError, TypeError, ValueError):
            self.gone = Failure("died", "died", "the process that runs your code spoke out of turn")

    def _read(self, answer: bytes) -> tuple[Any, Failure | None, Any]:
        """The answer of a call; what it says about time is not used."""
        reply = self._decode(answer)
        try:
            value, failure, after, _ = reply
            told = None if failure is None else self._failure(*failure)
        except (TypeError, ValueError):
            self.gone = self.gone or Failure(
                "died", "died", "the process that runs your code spoke out of turn"
            )
            return None, None, None
        return value, told, after

    def _failure(self, kind: Any, name: Any, message: Any, line: Any) -> Failure:
        if kind not in ("raised", "not_yet", "result"):
            raise ValueError
        known = getattr(builtins, name, None) if type(name) is str else None
        is_error = isinstance(known, type) and issubclass(known, BaseException)
        where = line if type(line) is int and 1 <= line <= self.lines else None
        told = Failure(kind, name if is_error else "an exception", RESULT if kind == "result" else "", where)
        if not self.budget.defences.bare_exceptions:
            told = dataclasses.replace(told, type=str(name), message=str(message))
        return told
