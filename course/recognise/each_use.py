"""Exercises that return the gradient of every use of W_hh by itself, instead of their sum."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from course.models import Array
from course.recognise.apart import Apart
from course.recognise.patterns import ALL, Pattern
from course.recognise.rules import RIGHT, Rule
from course.recognise.sequences import Terms
from course.recognise.unrolled import Parts


@dataclass(frozen=True)
class EachUse(Apart):
    """One sequence; the gradients of the copies of W_hh (T, h, h)."""

    asked: ClassVar[dict[str, str]] = {"error_after": "Or does the way back from loss t begin at step t−1?"}

    def parts(
        self,
        found: list[Terms],
        pattern: Pattern = ALL,
        steps: int = 0,
        only: Container[str] | None = None,
    ) -> Parts:
        """For every use the terms of the losses, as the pattern counts them."""
        (one,), mine = found, self.names["W_hh"]
        return {mine: np.einsum("tk,tk...->k...", pattern.triangle(len(one["W_hh"])), one["W_hh"])}

    def assembled(self, name: str, values: Array, steps: int) -> Array:
        """Each use's own value: (Z, K, …)."""
        return values[:, 0]

    def whole(self, args: tuple[Any, ...], steps: int) -> Callable[[Rule, Pattern, Container[str]], Parts]:
        """From terms: nothing is summed before it is counted."""
        under = self.by_rule(args, self.names)
        right = under(RIGHT)
        return lambda rule, pattern, only: self.parts(
            right if rule is RIGHT else under(rule), pattern, steps, only
        )

    def numbers(self, args: tuple[Any, ...]) -> dict[str, float]:
        """The losses have outputs too, whose weights are not asked for."""
        (one,) = self.sequences(*args)
        return super().numbers(args) | {"q": float(len(one.p.W_qh))}
