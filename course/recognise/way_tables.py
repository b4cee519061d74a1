"""Ways to walk and other runs as one table of an exercise, asked where nothing else has a name."""

from collections.abc import Callable
from collections.abc import Sequence as Many
from typing import Any

import numpy as np

from course.models import Array
from course.recognise.claims import Claim
from course.recognise.loops import Parts, Run, Way
from course.recognise.other_runs import Other, returned
from course.recognise.tables import Table
from course.recognise.unrolled import WEIGHTS, Unrolled

Special = tuple[str, str, str, Callable[..., Parts]]  # what a whole call gives, under the exercise's names


def way_table(
    unrolled: Unrolled,
    ways: Many[Way],
    others: Many[Other] = (),
    special: Many[Special] = (),
    states: str = "",
    steps: Callable[..., int] = lambda *args: 0,
) -> Table:
    """Of every way and other run the exercise's results.

    Args:
        states: the name under which the exercise returns the states (T, B, h), if it does.
        special: mistakes of whole calls.
        steps: the steps of ∂L/∂X, padding included.
    """
    claims = [
        *[Claim(name, sentence, see) for name, sentence, see, _ in ways],
        *[Claim(name, sentence, unrolled.see) for name, sentence, _ in others],
        *[Claim(name, sentence, see) for name, sentence, see, _ in special],
    ]
    first_other, first_special = len(ways), len(ways) + len(others)

    def values(chosen: Array, *args: Any) -> Parts:
        rows, length = unrolled.sequences(*args), steps(*args)
        runs = [Run(s) for s in rows]
        found = []
        for k in map(int, chosen):
            if k >= first_special:
                found.append(special[k - first_special][3](*args))
                continue
            if k < first_other:
                used, parts = rows, [ways[k][3](run) for run in runs]
            else:
                used = [others[k - first_other][2](s) for s in rows]
                parts = [one.parts(one.right) for one in map(Run, used)]
            one = _joined(unrolled, parts, length)
            found.append(one | ({states: np.stack([*map(returned, used)], 1)} if states else {}))
        return {name: np.stack([one[name] for one in found]) for name in found[0]}

    return Table(claims, values, last=True)


def _joined(unrolled: Unrolled, rows: list[Parts], steps: int) -> Parts:
    """The exercise's results from what each use gives."""
    wanted = [name for name in rows[0] if name in unrolled.names]
    if not unrolled.summed:
        return {unrolled.names[name]: rows[0][name] for name in wanted}
    summed = [{n: row[n].sum(axis=0) if n in WEIGHTS else row[n] for n in wanted} for row in rows]
    return unrolled.joined(summed, wanted, steps)
