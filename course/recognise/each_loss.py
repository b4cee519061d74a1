"""Exercises that return each loss's own gradient, ready at its step, instead of their sum."""

from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from course.models import Array
from course.recognise.apart import Apart
from course.recognise.carried import RIGHT_MOVE, RIGHT_SLOPE, Carried
from course.recognise.claims import Claim
from course.recognise.forward_axes import OF_AXES
from course.recognise.forward_errors import OF_ERRORS, OF_ROWS, ErrorRule, RowRule, right_errors
from course.recognise.forward_reads import OF_ENTERING
from course.recognise.forward_rules import JACOBIAN_ON_THE_UNIT, OF_SLOPES, OF_WAYS, PATH_SCALED, ForwardRule
from course.recognise.forward_uses import OF_USES, UseRule
from course.recognise.patterns import ALL, Pattern
from course.recognise.rules import Rule
from course.recognise.sequences import Sequence, Terms, after_states, terms, with_errors
from course.recognise.unrolled import Parts


def of_one_state(rule: ForwardRule) -> ForwardRule:
    """The rule in words for one state h_t: there the slopes on the way are those of steps s."""
    if rule is JACOBIAN_ON_THE_UNIT:
        return replace(rule, sentence=f"{rule.sentence} Or are the first two indices of total swapped?")
    where, alone, said = rule.sentence.rpartition("alone: ")
    if rule not in OF_SLOPES or "step t" not in said:
        return rule
    for old, new in (("step t", "step s"), ("h_t", "h_s"), ("h_{t", "h_{s")):
        said = said.replace(old, new)
    return replace(rule, sentence=f"{where}{alone}{said}")


STATE_RULES = tuple(
    map(of_one_state, (*OF_SLOPES, *OF_WAYS, *OF_AXES, *[r for r in OF_ENTERING if "input" not in r.name]))
)
BEYOND = tuple(
    replace(of_one_state(r), beyond=True) for r in OF_SLOPES if r.name.startswith("slope_one_late")
)
AnyRule = ForwardRule | ErrorRule | RowRule
LOSS_RULES = (*OF_SLOPES, *OF_WAYS, *OF_AXES, *OF_USES, *OF_ENTERING, *OF_ERRORS, *OF_ROWS)


@dataclass(frozen=True)
class EachLoss(Apart):
    """One sequence; the names of its weights' gradients, each (T, …)."""

    tabled: ClassVar[bool] = False
    scaled: ClassVar[Claim] = PATH_SCALED

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
        """From terms if a pattern counts them; else as the rule leaves the whole derivative."""
        (s,) = self.sequences(*args)
        right, losses = [terms(s, only=self.names)], Losses(s, args[2])

        def under(rule: Rule, pattern: Pattern, only: Container[str]) -> Parts:
            if isinstance(rule, UseRule):
                return {mine: rule.rows(s, w) for w, mine in self.names.items() if mine in only}
            if isinstance(rule, AnyRule):
                return losses.rows({w: mine for w, mine in self.names.items() if mine in only}, rule)
            return self.parts(right, pattern, steps, only)

        return under

    def numbers(self, args: tuple[Any, ...]) -> dict[str, float]:
        """The steps and the outputs."""
        (s,) = self.sequences(*args)
        return {"T": float(len(s.X)), "q": float(len(s.p.W_qh))}


class Losses:
    """What each loss's gradient is put together from, in one case."""

    def __init__(self, s: Sequence, Y: Array) -> None:
        self.s, self.run, self.Y = s, Carried(s), Y
        self.outputs = s.values[2] @ s.p.W_qh.T + s.p.b_q
        self._moved: dict[str, Array] = {}

    @cached_property
    def after(self) -> Array:
        """∂ℓ_t/∂h_t (T, h), as is right."""
        return after_states(self.s)

    def right(self, weight: str) -> Array:
        """How the states depend on a weight, as is right: (T, h, n, h)."""
        if weight not in self._moved:
            self._moved[weight] = RIGHT_MOVE(self.run, weight)[1]
        return self._moved[weight]

    def rows(self, names: dict[str, str], rule: AnyRule) -> Parts:
        """By name, the gradients of every loss with respect to these weights, (T, *shape), under a rule."""
        after = self.after_of(rule) if isinstance(rule, ErrorRule) else self.after
        return {mine: self._of_weight(w, after, rule) for w, mine in names.items()}

    def _of_weight(self, weight: str, after: Array, rule: AnyRule) -> Array:
        states = rule.find(self.run, weight)[1] if isinstance(rule, ForwardRule) else self.right(weight)
        states = rule.met(states) if isinstance(rule, RowRule) else states
        rows = np.einsum("ti,tjki->tjk", after, states)
        rows = rule.rows(rows) if isinstance(rule, RowRule) else rows
        return rows.reshape(len(rows), *getattr(self.s.p, weight).shape)

    def after_of(self, rule: ErrorRule) -> Array:
        """∂ℓ_t/∂h_t (T, h) under a rule."""
        after = self.after
        if rule.errors is not right_errors:
            after = after_states(with_errors(self.s, rule.errors(self.outputs, self.Y)))
        return rule.at_states(after, RIGHT_SLOPE(self.run))
