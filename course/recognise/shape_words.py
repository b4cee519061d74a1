"""Words for the shape of an error: a factor, what it counts, the steps at which something is wrong."""

from fractions import Fraction

import numpy as np

from course.compare import RTOL
from course.models import Array


def number(factor: float) -> str:
    """A factor in decimals, or as a fraction of small numbers if the decimals would not end."""
    told, simple = f"{factor:.10g}", Fraction(factor).limit_denominator(12)
    near = abs(float(simple) - factor) < RTOL["directional"] * abs(factor)
    return str(simple) if near and len(told) > 8 else told


COUNTS = {
    "T": "the number of steps",
    "t": "the number of steps up to t",
    "B": "the size of the batch",
    "N": "the size of the batch",
    "q": "the number of outputs",
    "h": "the number of units",
    "d": "the number of inputs",
}


def sized(symbol: str, name: str, power: int) -> str:
    """What a factor n, 1/n or n² too many is, where n counts something."""
    counts = [COUNTS.get(one, "the length of this axis") for one in symbol.split("·")]
    divided = f"divided by {' and by '.join(counts)}"
    if power < 0:
        return f"{name.removeprefix('1/')} times too small. It is {divided} once too often."
    by = " and by ".join(counts)
    return f"{name} times too large. Is a division by {by} missing, or is there a factor too many?"


def steps_said(got: Array, want: Array, axis: int) -> str:
    """Which time steps are right: ". Wrong at steps 1 to 4, right at …" or nothing, if all are wrong."""
    rows = zip(np.moveaxis(got, axis, 0), np.moveaxis(want, axis, 0), strict=True)
    largest = float(np.abs(want).max(initial=0.0)) or 1.0
    wrong = [t for t, (a, b) in enumerate(rows, 1) if np.abs(a - b).max() > RTOL["float64"] * largest]
    right = [t for t in range(1, want.shape[axis] + 1) if t not in wrong]
    if not right or not wrong:
        return ""
    where = f"Wrong at {_listed(wrong)}, right at {_listed(right)}"
    if max(wrong) < min(right):
        where += f": going back, step {max(wrong)} is the first wrong one"
    elif max(right) < min(wrong):
        where += f": step {min(wrong)} is the first wrong one"
    return f". {where}"


def _listed(steps: list[int]) -> str:
    if len(steps) == 1:
        return f"step {steps[0]}"
    if steps[-1] - steps[0] == len(steps) - 1:
        return f"steps {steps[0]} {'and' if len(steps) == 2 else 'to'} {steps[-1]}"
    return "steps " + ", ".join(map(str, steps))
