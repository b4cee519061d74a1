"""Two mistakes at once: a wrong local rule, and paths that are missing or counted too often."""

from collections.abc import Sequence

import numpy as np

from course.compare import agree
from course.models import Array
from course.recognise.attribution import Attribution
from course.recognise.claims import Claim
from course.recognise.explain import claim_of
from course.recognise.patterns import ALL, PATTERNS, Pattern
from course.recognise.rules import RIGHT
from course.recognise.seen import Parts, Seen
from course.recognise.unrolled import Unrolled


def matches(alpha: Array, found: Attribution) -> bool:
    """Whether the triangle is `alpha` (T, T)."""
    return np.allclose(alpha, np.tril(found.alpha), atol=1e-6)


def two_at_once(seen: Sequence[Seen], unrolled: Unrolled, found: Attribution) -> tuple[Claim, ...]:
    """A local rule and a triangle that are both wrong: named only if together they give every part."""
    terms, T = [unrolled.terms(s.args, found.rule) for s in seen], len(found.alpha)

    def under(pattern: Pattern) -> list[Parts]:
        return [unrolled.parts(t, pattern, unrolled.steps(s.got)) for t, s in zip(terms, seen, strict=True)]

    for pattern in PATTERNS:
        if found.rule is not RIGHT and matches(pattern.triangle(T), found) and _gives(seen, under(pattern)):
            return claim_of((found.rule, ALL)), claim_of((RIGHT, pattern))
    values = under(ALL)
    for symbol, power in [(symbol, power) for symbol in unrolled.numbers(seen[0].args) for power in (1, -1)]:
        factors = [unrolled.numbers(s.args)[symbol] ** power for s in seen]
        scaled = [{n: f * v for n, v in value.items()} for f, value in zip(factors, values, strict=True)]
        if _gives(seen, scaled):
            size = "large" if power > 0 else "small"
            factor = Claim(
                f"factor_{symbol}" if power > 0 else f"factor_1/{symbol}",
                f"Everything is {symbol} times too {size}.",
            )
            return claim_of((found.rule, ALL)), factor
    return ()


def _gives(seen: Sequence[Seen], values: Sequence[Parts]) -> bool:
    return all(
        agree(s.got[name], value[name]) for s, value in zip(seen, values, strict=True) for name in value
    )
