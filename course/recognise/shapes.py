"""The shape of an error, from what came back and what was expected: no knowledge of the exercise."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from course.compare import RTOL, agree
from course.models import Array
from course.recognise.limits import Pair, floor_of
from course.recognise.shape_words import number, sized


@dataclass(frozen=True, order=True)
class Shape:
    """What was recognised of one part; `{parts}` in the sentence stands for the parts it was seen in."""

    name: str
    sentence: str


def _agree(pairs: Sequence[Pair], change: Callable[[Array], Array]) -> bool:
    return all(agree(got, change(want)) for got, want in pairs)


def shapes_of(
    pairs: Sequence[Pair],
    numbers: Sequence[dict[str, float]],
    steps: int | None,
    beside: Sequence[Pair] = (),
) -> list[Shape]:
    """Every shape that explains a part in all cases; exact ones first, and looser ones only without them.

    Args:
        pairs: got and expected, case by case, of equal shapes.
        numbers: for each case what a factor may be: {"T": 7, …}.
        steps: the axis that counts time steps, if there is one.
        beside: of each case a part that is not zero there: zeros have any factor, so they have its own.
    """
    exact = _factors(pairs, numbers) or _moved(pairs, steps) or _raised(pairs)
    if exact:
        return exact
    if all(agree(got, want, 1e-5) for got, want in pairs):
        sentence = (
            "Right to about single precision only: is something float32, a difference quotient, "
            "stopped early, or a small constant added?"
        )
        return [Shape("precision", sentence)]
    return _per_case(pairs, beside or pairs) or _repeated(pairs)


def _factors(pairs: Sequence[Pair], numbers: Sequence[dict[str, float]]) -> list[Shape]:
    """The same factor in every case: T, 1/T, −1, 2, 0 or a constant."""
    for symbol in numbers[0]:
        if len(numbers) > 1 and len({n[symbol] for n in numbers}) == 1:
            continue  # it looks like any constant of that size
        for power, name in ((1, symbol), (-1, f"1/{symbol}"), (2, f"{symbol}²")):
            scaled = [(got, want * n[symbol] ** power) for (got, want), n in zip(pairs, numbers, strict=True)]
            if _agree(scaled, lambda want: want):
                return [Shape(f"factor_{name}", f"{{parts}}: {sized(symbol, name, power)}")]
    got, want = (np.concatenate([p[i].ravel() for p in pairs]) for i in (0, 1))
    size = float(want @ want)
    factor = float(got @ want) / size if size else 1.0
    if want.size < 3 or not 1e-5 <= abs(factor - 1) < np.inf or not _agree(pairs, lambda want: factor * want):
        return []
    known = {
        -1: ("sign", "the sign is wrong"),
        0: ("zero", "all entries are zero"),
        2: ("twice", "twice too large"),
    }
    near = round(factor) if abs(factor - round(factor)) < RTOL["directional"] else None
    name, said = known.get(
        near if near is not None else 9, ("factor", f"{number(factor)} times what it should be")
    )
    return [Shape(name, f"{{parts}}: {said}.")]


def _raised(pairs: Sequence[Pair]) -> list[Shape]:
    """Small entries raised to a limit."""
    least = floor_of(pairs)
    said = (
        f"{{parts}}: what is smaller than {least:.10g} is raised to it. No entry is to be limited."
        if least
        else ""
    )
    return [Shape("raised", said)] if least else []


def _moved(pairs: Sequence[Pair], steps: int | None) -> list[Shape]:
    """The right numbers in the wrong places."""
    square = pairs[0][1].ndim >= 2 and all(want.shape[-1] == want.shape[-2] for _, want in pairs)
    if square and _agree(pairs, lambda want: want.swapaxes(-1, -2)):
        how = "transposed" if pairs[0][1].ndim == 2 else "the last two indices are swapped"
        return [Shape("transposed", f"{{parts}}: {how}.")]
    if steps is not None:
        for name, said, change in _in_time(steps):
            if _agree(pairs, change):
                return [Shape(name, f"{{parts}}: the steps are right, but {said}")]
    for axis, name in ((0, "rows"), (1, "columns")):
        if all(_permuted(got, want, axis) for got, want in pairs):
            return [Shape(f"{name}_permuted", f"{{parts}}: the right {name} in another order.")]
    return []


def _in_time(axis: int) -> list[tuple[str, str, Callable[[Array], Array]]]:
    def later(want: Array) -> Array:
        moved = np.roll(want, 1, axis)
        np.moveaxis(moved, axis, 0)[0] = 0
        return moved

    def earlier(want: Array) -> Array:
        return np.flip(later(np.flip(want, axis)), axis)

    return [
        ("reversed", "in reverse order: were they collected backwards?", lambda want: np.flip(want, axis)),
        ("late", "each stands one step late.", later),
        ("early", "each stands one step early.", earlier),
        (
            "late_around",
            "each stands one step late, the last one first.",
            lambda want: np.roll(want, 1, axis),
        ),
        ("early_around", "each stands one step early, the first last.", lambda want: np.roll(want, -1, axis)),
    ]


def _permuted(got: Array, want: Array, axis: int) -> bool:
    """Whether one order of the rows (or columns) turns the expected array into the other."""
    if want.ndim < 2:
        return False
    a, b = (np.moveaxis(x, axis, 0).reshape(x.shape[axis], -1) for x in (got, want))
    close = np.abs(a[:, None] - b[None]).max(axis=2) <= RTOL["float64"] * max(np.abs(want).max(), 1e-300)
    return bool((close.sum(0) == 1).all() and (close.sum(1) == 1).all())


def _per_case(pairs: Sequence[Pair], beside: Sequence[Pair]) -> list[Shape]:
    """A factor that differs from case to case: a clipped or normalised gradient."""
    factors: list[float] = []
    for pair, other in zip(pairs, beside, strict=True):
        got, want = pair if pair[0].any() or pair[1].any() else other
        size = float(np.vdot(want, want))
        factor = float(np.vdot(got, want)) / size if size else 1.0
        if want.size < 2 or factor <= 0 or not agree(got, factor * want):
            return []
        factors.append(factor)
    if all(min(abs(f - round(f)), abs(1 / f - round(1 / f))) < RTOL["directional"] for f in factors):
        return []  # whole numbers, or their inverses: a count of something, not a norm
    told = ", ".join(f"{factor:.4g}" for factor in factors)
    sentence = (
        f"{{parts}}: in each case what is right, times another factor ({told})."
        f"{' Is it clipped or normalised?' if max(factors) <= 1 + RTOL['directional'] else ''}"
    )
    own = "{parts}: each has the right direction, and a length of its own. What is each multiplied by?"
    return [Shape("factor_per_case", sentence), Shape("factor_per_part", own)]


def _repeated(pairs: Sequence[Pair]) -> list[Shape]:
    """Rows that are all the same where they should differ: one of the right rows, their sum or their mean."""
    flat = pairs[0][1].ndim == 2
    for axis, name in (
        ((0, "row"), (1, "column")) if flat else ((n, f"slice along axis {n}") for n in range(1, 3))
    ):
        if pairs[0][1].ndim <= axis or not any(np.ptp(want, axis=axis).any() for _, want in pairs):
            continue
        for what, one in _instead(axis):
            if _agree(pairs, lambda want, one=one, axis=axis: one(want) + np.zeros_like(want)):  # type: ignore[misc]
                said = f"{{parts}}: every {name} is the same, {what.format(name)}. Was an array broadcast?"
                return [Shape(f"same_{name}".replace(" ", "_"), said)]
    return []


def _instead(axis: int) -> list[tuple[str, Callable[[Array], Array]]]:
    """What may stand in the place of every row."""
    return [
        ("the sum of what they should be", lambda want: want.sum(axis, keepdims=True)),
        ("the mean of what they should be", lambda want: want.mean(axis, keepdims=True)),
        ("which should be the first {} alone", lambda want: want.take([0], axis)),
        ("which should be the last {} alone", lambda want: want.take([-1], axis)),
    ]
