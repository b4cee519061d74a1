"""For a slip's `value`: what a mistake returns, without the results that code may differ about."""

from collections.abc import Callable
from typing import Any

from course.exercise import Parts


def without(names: tuple[str, ...], value: Callable[..., Parts]) -> Callable[..., Parts]:
    """`value` that does not speak of some results."""

    def rest(*args: Any) -> Parts:
        return {name: part for name, part in value(*args).items() if name not in names}

    return rest
