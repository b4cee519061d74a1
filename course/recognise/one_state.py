"""An exercise that returns the direct and the total derivative of one state with respect to W_hh."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from course.models import RNN, Array
from course.recognise.apart import Apart
from course.recognise.carried import RIGHT_MOVE, Carried
from course.recognise.claims import Claim
from course.recognise.forward_rules import PATH_SCALED, ForwardRule
from course.recognise.patterns import ALL, Pattern
from course.recognise.rules import RIGHT, Rule
from course.recognise.sequences import Sequence, Terms, terms
from course.recognise.unrolled import Parts


def up_to(p: RNN, X: Array, h_0: Array, t: int) -> list[Sequence]:
    """The run to step t; there are no losses."""
    without_outputs = p._replace(W_qh=np.zeros((0, 0)))
    return [Sequence(without_outputs, X[:t], h_0, lambda s, W, b, h: 0.0 * h[..., 0])]


@dataclass(frozen=True)
class OneState(Apart):
    """The parts `direct` and `total`, both (h, h, h): index i is that of h_t. A pattern counts in `total`."""

    tabled: ClassVar[bool] = False
    scaled: ClassVar[Claim] = PATH_SCALED

    def by_rule(
        self, args: tuple[Any, ...], only: Container[str] | None = None
    ) -> Callable[[Rule], list[Terms]]:
        """The direct derivative, and the total one: use by use if it is right, else as it is."""
        (s,) = self.sequences(*args)
        run, longer = Carried(s), Carried(self.sequences(*args[:-1], args[-1] + 1)[0])

        def under(rule: Rule) -> list[Terms]:
            find = rule.find if isinstance(rule, ForwardRule) else RIGHT_MOVE
            beyond = isinstance(rule, ForwardRule) and rule.beyond
            direct, total = (found[len(s.X) - 1] for found in find(longer if beyond else run, "W_hh"))
            uses = _by_use(s) if rule is RIGHT else np.moveaxis(total, -1, 0)[None]
            return [{"direct": np.moveaxis(direct, -1, 0), "W_hh": uses}]

        return under

    def whole(self, args: tuple[Any, ...], steps: int) -> Callable[[Rule, Pattern, Container[str]], Parts]:
        """A rule's derivatives as they are; the right ones counted by a pattern."""
        found = self.by_rule(args)
        right = found(RIGHT)

        def under(rule: Rule, pattern: Pattern, only: Container[str]) -> Parts:
            if rule is RIGHT:
                return self.parts(right, pattern, steps, only)
            (one,) = found(rule)
            both = {"direct": one["direct"], "total": one["W_hh"][0]}
            return {name: part for name, part in both.items() if name in only}

        return under

    def parts(
        self,
        found: list[Terms],
        pattern: Pattern = ALL,
        steps: int = 0,
        only: Container[str] | None = None,
    ) -> Parts:
        """Both derivatives, the uses of the total one counted as in the pattern's last row."""
        (one,) = found
        counted = pattern.triangle(len(one["W_hh"]))[-1]
        both = {"direct": one["direct"], "total": np.tensordot(counted, one["W_hh"], 1)}
        return {name: part for name, part in both.items() if only is None or name in only}

    def numbers(self, args: tuple[Any, ...]) -> dict[str, float]:
        """Nothing is a mean; the steps up to the state may be counted all the same."""
        return {"t": float(args[-1])}

    def nearby(self, args: tuple[Any, ...]) -> dict[str, Parts]:
        """Derivatives of another step in the place of that of step t."""
        (s,) = self.sequences(*args)
        direct, total = (np.moveaxis(found, -1, 1) for found in RIGHT_MOVE(Carried(s), "W_hh"))
        return {
            "direct is ∂⁺h_1/∂W_hh: that of step t is asked for.": {"direct": direct[0]},
            "direct is ∂⁺h_{t-1}/∂W_hh: that of step t is asked for.": {
                "direct": direct[max(len(s.X) - 2, 0)]
            },
            "direct is the sum of the direct derivatives of all steps: that of step t is asked for.": {
                "direct": direct.sum(0)
            },
            "direct is what the path through h_{t-1} adds to the total: hold h_{t-1} fixed.": {
                "direct": total[-1] - direct[-1]
            },
            "total is dh_{t-1}/dW_hh: that of step t is asked for.": {"total": total[max(len(s.X) - 2, 0)]},
        }


def _by_use(s: Sequence) -> Array:
    """How the last state depends on each use of W_hh, (T, h, h, h)."""
    T = len(s.X)

    def unit(i: int) -> Sequence:
        return Sequence(s.p, s.X, s.h_0, lambda t, W, b, h: h[..., i] * (t == T - 1))

    return np.stack([terms(unit(i), only={"W_hh"})["W_hh"][-1] for i in range(len(s.h_0))], axis=1)
