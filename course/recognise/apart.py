"""Exercises about one sequence whose results are not sums over losses and uses: each stands by itself."""

from dataclasses import dataclass
from typing import Any, ClassVar

from course.recognise.unrolled import Parts, Unrolled


@dataclass(frozen=True)
class Apart(Unrolled):
    """One sequence; ∂L/∂X is not among its results."""

    summed: ClassVar[bool] = False

    def steps(self, parts: Parts) -> int:
        """None are padded."""
        return 0

    def nearby(self, args: tuple[Any, ...]) -> dict[str, Parts]:
        """No other derivatives are known."""
        return {}
