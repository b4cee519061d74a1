"""A carry that is multiplied by a number too many, the same at every step.

A gradient counts a path that crosses n edges γⁿ times then. In each case γ is solved for; all must fit.
"""

from collections.abc import Sequence as Many

import numpy as np

from course.compare import agree
from course.models import Array
from course.recognise.attribution import FITS
from course.recognise.claims import Claim
from course.recognise.patterns import HIDDEN, STATE, Pattern
from course.recognise.seen import Parts, Seen, telling, wrong_parts
from course.recognise.sequences import Terms
from course.recognise.unrolled import Unrolled

NEWTON = 12


def counted(gamma: float, beyond: int) -> Pattern:
    """Each path counted γⁿ times, if it crosses n edges; that from h_1 to h_0 counts if `beyond` is 1."""
    return Pattern(
        *("", "", ""),
        alpha=lambda t, k, T: np.power(gamma, np.maximum(t - k, 0.0)),
        initial=lambda t, T: np.power(gamma, t + float(beyond)),
        parts=STATE,
    )


def scaled_carry(seen: Many[Seen], unrolled: Unrolled) -> tuple[Claim, ...]:
    """The claim, if one number in each case explains every part of it."""
    if not wrong_parts(seen):
        return ()
    ways, numbers = {0, 1}, list[tuple[float, dict[str, float]]]()
    for one in sorted(seen, key=telling):
        found, steps = right_terms(unrolled, one), unrolled.steps(one.got)
        gamma = solved(unrolled, found, one, steps)
        if gamma is None:
            return ()
        ways = {way for way in ways if _gives(one, unrolled.parts(found, counted(gamma, way), steps))}
        if not ways or abs(gamma) < FITS:
            return ()
        if np.tril(unrolled.right(one.args), -1).any():  # else it need not show
            numbers.append((gamma, unrolled.numbers(one.args)))
    return (unrolled.scaled,) if _one_number(numbers) else ()


def _one_number(found: Many[tuple[float, dict[str, float]]]) -> bool:
    """Whether γ is the same in every case, or one over the same count of something."""
    numbers = np.array([gamma for gamma, _ in found])
    ways = [np.array([1 / counts[name] for _, counts in found]) for name in (found[0][1] if found else ())]
    return any(np.allclose(numbers, way, rtol=1e-6, atol=0) for way in (numbers[:1], *ways))


def right_terms(unrolled: Unrolled, one: Seen) -> list[Terms]:
    """The terms of every sequence, as often as is right."""
    found = unrolled.terms(one.args)
    if unrolled.truncation is None:
        return found
    alpha, initial = unrolled.right(one.args), unrolled.of_initial(one.args)
    return [
        {
            name: term
            if name in ("W_qh", "b_q")
            else np.einsum("t...,t->t...", term, initial)
            if name == "h_0"
            else np.einsum("tk...,tk->tk...", term, alpha)
            for name, term in terms.items()
        }
        for terms in found
    ]


def solved(unrolled: Unrolled, found: list[Terms], one: Seen, steps: int) -> float | None:
    """γ, from what crosses at least one edge; from h_0 if nothing else does."""
    names = [mine for name, mine in unrolled.names.items() if name in (*HIDDEN, "X")]
    T = max(len(terms["W_hh"]) for terms in found)

    def flat(parts: Parts, of: list[str]) -> Array:
        return np.concatenate([parts[name].ravel() for name in of])

    if T == 1:
        names = [mine for name, mine in unrolled.names.items() if name == "h_0"]
        if not names:
            return 1.0
        got, want = flat(one.got, names), flat(one.want, names)
        return float(got @ want / (want @ want))
    lags = [Pattern("", "", "", lambda t, k, T, n=n: t - k == n, parts=STATE) for n in range(T)]  # type: ignore[misc]
    own, *columns = [flat(unrolled.parts(found, lag, steps, names), names) for lag in lags]
    if not np.any(columns):  # nothing crosses an edge
        return 1.0
    left, powers = flat(one.got, names) - own, np.arange(1, T)
    table = np.stack(columns, axis=1)
    gamma = float(np.linalg.lstsq(table, left)[0][0])  # γ itself where each lag shows; else near it
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(NEWTON):
            slope = table @ (powers * gamma ** (powers - 1.0))
            gamma += float(slope @ (left - table @ gamma**powers) / (slope @ slope))
    return gamma if np.isfinite(gamma) else None


def _gives(one: Seen, value: Parts) -> bool:
    return all(agree(one.got[name], value[name]) for name in value)
