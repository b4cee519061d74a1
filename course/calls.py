"""Calling a student's function on data, with the same meaning in any process.

`course.local` does it here, `course.remote` in a child.

Arguments and results pass through `course.frames` both ways, so that a function sees fresh arrays,
a result is exactly what another process would receive, and a desk and a judge cannot disagree.
"""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from course.frames import MAX_HEADER, PREFIX, FrameError, compact, decode, encode, read_prefix
from course.memory import most_held
from course.models import Array

MOST_HEADERS = 16 * MAX_HEADER  # of all results that are sent again
SHOWN = 2000  # characters of a function's own printing that a report shows


@dataclass(frozen=True)
class Failure:
    """Why a call gave no result.

    `kind` is raised, not_yet, result, died or timeout; `line` counts in the student's own code.
    """

    kind: str
    type: str
    message: str
    line: int | None = None


@dataclass(frozen=True)
class Reply:
    """One call: `value` or `failure`, the arguments as they are after it, and its wall time in seconds."""

    value: Any
    failure: Failure | None
    after: Any
    seconds: float


class Target(Protocol):
    """Something `check` can judge: a function here, or one in another process."""

    printed: str

    def call(self, args: tuple[Any, ...]) -> Reply:
        """Call the function on a copy of `args`."""

    def held(self) -> list[Any]:
        """All earlier results, as they are now: a view that a later call overwrote has changed."""

    def peak(self, args: tuple[Any, ...]) -> int | Failure:
        """The most bytes that a call on a copy of `args` holds at once, arguments not counted."""


Entry = Callable[..., Any]


class Callee:
    """The side on which the function lives: frames in, frames out. Keeps results to send them again."""

    def __init__(self, function: Callable[..., Any], entry: Entry | None = None) -> None:
        self.function, self.entry, self.results = function, entry, list[Any]()

    def call(self, frame: bytes) -> bytes:
        """Call the function on a frame of arguments; the answer is (value, failure, arguments after)."""
        args = decode(frame)
        started = time.perf_counter()
        value, failure = self._value(args)
        seconds = time.perf_counter() - started
        return encode((value, failure, _after(args), seconds))

    def answer(self, kind: str, *content: Any) -> bytes:
        """What another process asks for: "call" or "peak" with arguments, or "held"."""
        if kind == "held":
            return self.held()
        return self.peak(encode(content[0])) if kind == "peak" else self.call(encode(content[0]))

    def peak(self, frame: bytes) -> bytes:
        """Call the function to see how much it holds; the answer is (bytes, failure)."""
        args = decode(frame)
        try:
            return encode((most_held(lambda: self._result(args)), None))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return encode((0, self._failure(error)))

    def _result(self, args: tuple[Any, ...]) -> Any:
        return self.entry(self.function, *args) if self.entry else self.function(*args)

    def _value(self, args: tuple[Any, ...]) -> tuple[Any, Any]:
        try:
            result = self._result(args)
        except KeyboardInterrupt:
            raise
        except FrameError as error:  # the exercise's entry says so of the result
            return None, ("result", type(error).__name__, str(error), None)
        except BaseException as error:
            return None, self._failure(error)
        try:
            sent = compact(result)
            encode(sent)
        except FrameError as error:
            return None, ("result", type(result).__name__, str(error), None)
        self.results.append(result)
        return sent, None

    def _failure(self, error: BaseException) -> tuple[str, str, str, int | None]:
        kind = "not_yet" if isinstance(error, NotImplementedError) else "raised"
        try:
            message = str(error)[:SHOWN]
        except Exception:
            message = ""
        known = next(c for c in type(error).__mro__ if c.__module__ == "builtins")
        if known is not type(error):  # it is a ValueError, say, under another name
            message = f"{type(error).__name__}{': ' if message else ''}{message}"
        return kind, known.__name__, message, _line_in(self.function, error)

    def held(self) -> bytes:
        """Every earlier result, encoded anew: each a frame of its own, so that the limits hold for each."""
        return encode([_held(result) for result in self.results])


def _after(args: Any) -> Any:
    try:
        encode(args)
    except FrameError:  # an argument was changed into something that cannot travel: then it was changed
        return None
    return args


def _held(result: Any) -> Array | None:
    try:
        return np.frombuffer(encode(compact(result)), np.uint8)
    except FrameError:
        return None


def _line_in(function: Any, error: BaseException) -> int | None:
    """The last line of the student's own file or cell that the error passed through."""
    members = (
        [function, *[m for m in vars(function).values() if hasattr(m, "__func__")]]
        if isinstance(function, type)
        else [function]
    )
    files = {
        code.co_filename for m in members if (code := getattr(getattr(m, "__func__", m), "__code__", None))
    }
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]
    return lines[-1] if lines else None


def reply_from(frame: bytes) -> Reply:
    """Read the answer of `Callee.call`, believing nothing about its form."""
    value, failure, after, seconds = decode(frame)
    return Reply(value, None if failure is None else Failure(*failure), after, float(seconds))


def peak_from(frame: bytes) -> int | Failure:
    """Read the answer of `Callee.peak`, believing nothing about its form."""
    most, failure = decode(frame)
    return int(most) if failure is None else Failure(*failure)


def held_from(frame: bytes) -> list[Any]:
    """Read the answer of `Callee.held`, believing nothing about its form; None for what cannot travel now."""
    held = decode(frame)
    if type(held) is not list or not all(one is None or isinstance(one, np.ndarray) for one in held):
        raise FrameError("held results are a list of frames")
    frames = [None if one is None else one.tobytes() for one in held]
    if sum(read_prefix(one[: PREFIX.size])[0] for one in frames if one) > MOST_HEADERS:
        raise FrameError("held results are more than can be read")
    return [None if one is None else decode(one) for one in frames]
