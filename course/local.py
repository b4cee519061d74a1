"""A student's function in this process, as something to judge: what a student's own check uses."""

import contextlib
import io
import warnings
from collections.abc import Callable
from typing import Any

from course.calls import SHOWN, Callee, Entry, Failure, Reply, held_from, peak_from, reply_from
from course.frames import encode


class Local:
    """The function in this process. Warnings and printing cost nothing."""

    def __init__(self, function: Callable[..., Any], entry: Entry | None = None) -> None:
        self._callee = Callee(function, entry)
        self.printed = ""

    def call(self, args: tuple[Any, ...]) -> Reply:
        """Call on a copy of `args`, keeping what the function prints or warns for the report."""
        return reply_from(self._quietly(self._callee.call, encode(args)))

    def peak(self, args: tuple[Any, ...]) -> int | Failure:
        """Call on a copy of `args`, and say how much it held."""
        return peak_from(self._quietly(self._callee.peak, encode(args)))

    def _quietly(self, ask: Callable[[bytes], bytes], frame: bytes) -> bytes:
        text = io.StringIO()
        with (
            warnings.catch_warnings(record=True) as caught,
            contextlib.redirect_stdout(text),
            contextlib.redirect_stderr(text),
        ):
            warnings.simplefilter("always")
            answer = ask(frame)
        if not self.printed:
            notes = [f"{w.category.__name__}: {w.message}\n" for w in caught]
            self.printed = (text.getvalue() + "".join(dict.fromkeys(notes)))[:SHOWN]
        return answer

    def held(self) -> list[Any]:
        """All earlier results, as they are now."""
        return held_from(self._callee.held())
