"""A function in another process, as something to judge: arrays go in and come out, nothing else.

Here the other process is a plain child, which protects honest work from accidents, not from attacks.
"""

import os
import select
import subprocess
import sys
import tempfile
import time
from types import TracebackType
from typing import Any, Self

from course.calls import Failure, Reply, held_from, peak_from, reply_from
from course.frames import FrameError, encode, read_frame


class Remote:
    """The function `name` of `source`, run in a child process; use it as a context manager.

    Args:
        source: Python text that defines the function (a notebook's code cells, joined).
        exercise: name of the exercise, which is the function's name too.
        deadline: seconds that one call may take; after that the child is killed.
    """

    def __init__(self, source: str, exercise: str, deadline: float = 20.0) -> None:
        self.printed, self.deadline = "", deadline
        self._home = tempfile.TemporaryDirectory(prefix="remote-")
        ours_read, theirs_write = os.pipe()
        theirs_read, ours_write = os.pipe()
        command = [sys.executable, "-P", "-m", "course.worker", str(theirs_read), str(theirs_write)]
        self._process = subprocess.Popen(
            command,
            pass_fds=(theirs_read, theirs_write),
            cwd=self._home.name,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_read)
        os.close(theirs_write)
        self._read, self._write = ours_read, ours_write
        self._gone: Failure | None = None
        self._ask((source, exercise), 120.0)  # the first import of torch on a cold disk is slow

    def call(self, args: tuple[Any, ...]) -> Reply:
        """Call the function there. A child that dies or is late gives a `Failure`, now and from then on."""
        answer = self._ask(("call", args), self.deadline)
        if self._gone is None:
            try:
                return reply_from(answer)
            except (FrameError, TypeError, ValueError):
                self._lost("died", "the process that runs your code spoke out of turn")
        return Reply(None, self._gone, args, 0.0)

    def peak(self, args: tuple[Any, ...]) -> int | Failure:
        """Call the function there, and say how much it held."""
        answer = self._ask(("peak", args), self.deadline)
        if self._gone is None:
            try:
                return peak_from(answer)
            except (FrameError, TypeError, ValueError):
                self._lost("died", "the process that runs your code spoke out of turn")
        assert self._gone is not None
        return self._gone

    def held(self) -> list[Any]:
        """All earlier results, sent again."""
        answer = self._ask(("held",), self.deadline)
        try:
            return held_from(answer) if self._gone is None else []
        except FrameError:
            return []

    def _ask(self, message: Any, seconds: float) -> bytes:
        if self._gone is not None:
            return b""
        try:
            self._send(encode(message))
            end = time.monotonic() + seconds
            return read_frame(lambda n: self._receive(n, end))
        except TimeoutError:
            self._lost("timeout", f"no answer within {seconds:g} seconds")
        except (OSError, EOFError, FrameError):
            self._lost("died", "the process that runs your code ended")
        return b""

    def _send(self, frame: bytes) -> None:
        view = memoryview(frame)
        while view:
            view = view[os.write(self._write, view[: 1 << 16]) :]

    def _receive(self, n: int, end: float) -> bytes:
        chunks: list[bytes] = []
        while n:
            if not select.select([self._read], [], [], max(0.0, end - time.monotonic()))[0]:
                raise TimeoutError
            chunk = os.read(self._read, min(n, 1 << 20))
            if not chunk:
                raise EOFError
            chunks.append(chunk)
            n -= len(chunk)
        return b"".join(chunks)

    def _lost(self, kind: str, message: str) -> None:
        self._gone = Failure(kind, kind, message)
        self._process.kill()

    def close(self) -> None:
        """End the child and remove its folder."""
        self._process.kill()
        self._process.wait()
        for fd in (self._read, self._write):
            os.close(fd)
        self._home.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()
