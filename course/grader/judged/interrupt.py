"""Ctrl-C without exceptions in the middle of libraries: it is noted, and raised where the run can end."""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from types import FrameType
from typing import Self, TypeVar

T = TypeVar("T")
EVERY = 0.2  # seconds between two looks, while a result is waited for


class Interrupt:
    """Inside, Ctrl-C ends what runs at once, and the main thread at its next `look`.

    Python raises `KeyboardInterrupt` wherever the main thread is: in a callback that drops exceptions, or
    between taking a lock and noting that it is taken. The first press is then lost, or the clean-up waits
    for ever. A second press is Python's own again.

    Args:
        end: makes what runs come to its end. Called in another thread than the main one.
    """

    def __init__(self, end: Callable[[], None]) -> None:
        self.end, self.pressed = end, False

    def __enter__(self) -> Self:
        main = threading.current_thread() is threading.main_thread()
        self.ours = main and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if self.ours:
            self.reader, self.writer = os.pipe()
            self.ending = threading.Thread(target=self._wait, name="interrupt", daemon=True)
            self.ending.start()
            signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(self, *error: object) -> None:
        if self.ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.close(self.writer)
            self.ending.join()
            os.close(self.reader)

    def _press(self, number: int, frame: FrameType | None) -> None:
        """The signal's handler: it may come at any point, so it takes no lock."""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.pressed = True
        os.write(self.writer, b"!")

    def _wait(self) -> None:
        if os.read(self.reader, 1):
            self.end()

    def look(self) -> None:
        """Raise `KeyboardInterrupt` if Ctrl-C was pressed."""
        if self.pressed:
            raise KeyboardInterrupt

    def result(self, future: Future[T]) -> T:
        """A future's result. What Ctrl-C made of it counts for nothing."""
        while not wait([future], EVERY).done:
            self.look()
        self.look()
        return future.result()
