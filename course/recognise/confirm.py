"""What was seen in one case alone, triangles and slips: asked for again in further public cases.

The cases are the same for everybody. A threshold on what goes back can leave the very numbers of a cut.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from course.compare import agree
from course.exercise import Case, seed_of
from course.models import Array
from course.recognise.explain import Alive
from course.recognise.patterns import ALL
from course.recognise.seen import Seen, wrong_parts
from course.recognise.unrolled import Unrolled
from course.results import Unmet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from course.exercise import Exercise, Slip
    from course.judging import Run

DRAWS = 2


def confirmed(run: "Run", unrolled: Unrolled, seen: "Sequence[Seen]", alive: Alive) -> Alive:
    """By part, what further cases do not refute; all of it, if several cases show it already."""
    doubtful = {pair for pairs in alive.values() for pair in pairs if pair[1] is not ALL}
    if not doubtful or sum(bool(wrong_parts([one])) for one in seen) > 1:
        return alive
    refuted = set()
    for args in long_cases(run.exercise, lambda args: max(len(s.X) for s in unrolled.sequences(*args))):
        try:
            got: dict[str, Array] = run.parts(Case("further", args))
        except Unmet:
            return {name: [pair for pair in pairs if pair not in doubtful] for name, pairs in alive.items()}
        under = unrolled.by_rule(args)
        for rule, pattern in doubtful:
            value = unrolled.parts(under(rule), pattern, unrolled.steps(got))
            asked = [name for name, pairs in alive.items() if (rule, pattern) in pairs]
            if any(not agree(got[name], value[name]) for name in asked):
                refuted.add((rule, pattern))
    return {name: [pair for pair in pairs if pair not in refuted] for name, pairs in alive.items()}


def confirmed_slips(run: "Run", slips: "Sequence[Slip]", wrong: int) -> "Sequence[Slip]":
    """Those that further cases do not refute; all, if several cases are wrong or steps do not count."""
    exercise = run.exercise
    if wrong != 1 or not slips or not exercise.timed or exercise.unrolled or exercise.oracle is None:
        return slips
    for args in long_cases(exercise, _steps):
        try:
            got: dict[str, Array] = run.parts(Case("further", args))
        except Unmet:
            return ()
        slips = [
            slip
            for slip in slips
            if all(agree(got[name], value) for name, value in slip.value(*args).items())
        ]
    return slips


def _steps(args: tuple[Any, ...]) -> int:
    """How many there are: the length of the longest array."""
    return max(len(arg) for arg in args if isinstance(arg, np.ndarray))


def long_cases(exercise: "Exercise", steps: Callable[[tuple[Any, ...]], int]) -> list[tuple[Any, ...]]:
    """The arguments of the longest case of some further draws."""
    drawn = [exercise.draw(seed_of(exercise.name, "further", n)) for n in range(DRAWS)]
    return [max((case.args for case in cases), key=steps) for cases in drawn]
