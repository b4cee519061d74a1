"""Exercises that return each loss's own gradient, ready at its step, instead of their sum."""

from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from course.altered import FORWARD
from course.models import Array
from course.recognise.patterns import ALL, PATTERNS, Pattern
from course.recognise.rules import RIGHT, RULES, Rule
from course.recognise.sequences import Terms
from course.recognise.unrolled import Parts, Unrolled

# Rules as they read where Jacobians are multiplied forward in time, and there is no δ.
WORDS = FORWARD | {
    "carry_unsloped": "The slope is missing in the path through h_{t-1}: ∂h_t/∂h_{t-1} is D_t W_hh.",
    "use_unsloped": "The slope is missing in the direct derivative: the weights act before the tanh.",
    "carry_without_matrix": "W_hh is missing in the path through h_{t-1}: ∂h_t/∂h_{t-1} is D_t W_hh.",
    "slope_behind_matrix": "The slope stands behind W_hh: ∂h_t/∂h_{t-1} is D_t W_hh, not W_hh D_t.",
}
BACKWARD = ("transpose_in_the_sweep", "carry_after_slope", "carry_summed", "output_state_before")
FORWARD_RULES = tuple(
    replace(r, sentence=WORDS.get(r.name, r.sentence)) for r in RULES if r.name not in BACKWARD
)
FORWARD_PATTERNS = tuple(
    p
    for p in PATTERNS
    if p.name in ("no_recurrence", "first_use", "first_step")
    or (
        (p.name.startswith(("truncated", "chunked", "cut")) and p.initial is None)
        and not p.name.endswith("from_the_end")
    )
)


@dataclass(frozen=True)
class EachLoss(Unrolled):
    """One sequence; the names of its weights' gradients, each (T, …)."""

    summed: ClassVar[bool] = False
    tabled: ClassVar[bool] = False

    def steps(self, parts: Parts) -> int:
        """None are padded."""
        return 0

    def parts(
        self,
        found: list[Terms],
        pattern: Pattern = ALL,
        steps: int = 0,
        only: Container[str] | None = None,
    ) -> Parts:
        """For every loss the terms of its uses, as the pattern counts them."""
        (one,), T = found, len(found[0]["b_h"])
        return {
            mine: np.einsum(
                "tk,tk...->t...", (pattern if name in pattern.parts else ALL).triangle(T), one[name]
            )
            for name, mine in self.names.items()
            if only is None or mine in only
        }

    def whole(self, args: tuple[Any, ...], steps: int) -> Callable[[Rule, Pattern, Container[str]], Parts]:
        """From terms: nothing is summed before it is counted."""
        under = self.by_rule(args, self.names)
        right = under(RIGHT)
        return lambda rule, pattern, only: self.parts(
            right if rule is RIGHT else under(rule), pattern, steps, only
        )

    def nearby(self, args: tuple[Any, ...]) -> dict[str, dict[str, Array]]:
        """No other derivatives are known."""
        return {}
