"""What a call gave back, by name, or in the student's words why it gave nothing that can be judged."""

from typing import Any

import numpy as np

from course.calls import Failure
from course.exercise import Parts

LARGEST = 1 << 22  # entries of one result: beyond it, converting would cost the judge its memory


class Unmet(Exception):
    """A claim does not hold: what was observed, and the numbers (never shown for hidden cases)."""

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.message, self.detail = message, detail


def explain(failure: Failure, name: str) -> tuple[str]:
    """What a student should read about a call that gave no result."""
    where = f" (line {failure.line} of your code)" if failure.line else ""
    if failure.kind == "not_yet":
        return (f"Not yet: {name} still raises NotImplementedError. Replace that line by your code.",)
    if failure.kind == "raised":
        said = f": {failure.message}" if failure.message else ""
        return (f"{name} raised {failure.type}{said}{where}.",)
    if failure.kind == "timeout":
        return (f"{name} took too long: {failure.message}.",)
    return (f"{name}: {failure.message}.",)


def flatten(value: Any, returns: tuple[Any, ...]) -> Parts:
    """Name the results: `returns` is a tuple of names and of NamedTuple classes, in order."""
    # A list of one is an array with one row (T = 1); a tuple of one is `return J,`.
    items = [value] if len(returns) == 1 and not (type(value) is tuple and len(value) == 1) else value
    wanted = ", ".join(r if isinstance(r, str) else r.__name__ for r in returns)
    if not isinstance(items, tuple | list) or len(items) != len(returns):
        got = f"{len(items)} results" if isinstance(items, tuple | list) else _kind(value)
        raise Unmet(f"It should return ({wanted}); it returned {got}.")
    parts: Parts = {}
    for item, name in zip(items, returns, strict=True):
        if isinstance(name, str):
            parts[name] = _real(item, name)
        elif isinstance(item, tuple | list) and len(item) == len(name._fields):
            parts |= {field: _real(v, field) for field, v in zip(name._fields, item, strict=True)}
        else:
            raise Unmet(
                f"It should return ({wanted}), with all {len(name._fields)} fields of {name.__name__}."
            )
    return parts


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"one array of shape {value.shape}"
    return "None (is a `return` missing?)" if value is None else f"one {type(value).__name__}"


def _real(value: Any, name: str) -> np.ndarray[Any, Any]:
    if value is None:
        raise Unmet(f"{name} is None. Is a `return` missing, or a line that gives {name} its value?")
    try:
        array = np.asarray(value)
    except ValueError:
        raise Unmet(f"{name} is a list of arrays of unequal shapes.") from None
    if array.size > LARGEST:
        raise Unmet(f"{name} has shape {array.shape}; that is far too large.")
    if array.dtype.kind == "c" and not array.imag.any():
        array = array.real
    if array.dtype.kind not in "fiub":
        kind = "complex" if array.dtype.kind == "c" else type(value).__name__
        raise Unmet(f"{name} should be a real array; it is {kind}.")
    return array.astype(np.float64)
