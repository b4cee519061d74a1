"""What an exercise declares: cases, checks and slips, as data. Import them from `course.exercise`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from course.models import Array

if TYPE_CHECKING:
    from course.judging import Run

Parts = dict[str, Array]  # a function's results by name: {"W_hh": …, "dh_0": …}


@dataclass(frozen=True)
class Case:
    """Arguments for one call. `name` says which kind it is ("T=1"), so that a check can choose."""

    name: str
    args: tuple[Any, ...]

    @property
    def size(self) -> int:
        """How many numbers its arguments hold."""
        return sum(np.size(one) for arg in self.args for one in (arg if isinstance(arg, tuple) else (arg,)))


@dataclass(frozen=True)
class Large:
    """A case that only a backward pass answers in time, and a judgement at a few forward passes' cost.

    `along(parts)` gives, by name of the result, (got, expected): the derivative along a random direction of
    that argument, from the result and from the given loss. `yardstick()` is one forward pass: the unit of the
    time that grading allows. The call may add `most` bytes to what its process holds, or it loses the check
    called `frugal`; None: as much as it likes.
    """

    case: Case
    along: "Callable[[Parts], dict[str, tuple[float, float]]]"
    yardstick: "Callable[[], Any]"
    most: int | None = None
    frugal: str = ""


@dataclass(frozen=True)
class Check:
    """One claim: a sentence for the student, what it is worth, and the checks it builds on.

    `about` names the results it speaks of on cases of every size (None: of none, or of one size only).
    `once` says that it brings its own case, so that hidden ones add nothing.
    """

    name: str
    sentence: str
    points: int
    see: str
    after: tuple[str, ...]
    test: "Callable[[Run], None]"
    about: tuple[str, ...] | None = None
    once: bool = False


@dataclass(frozen=True, slots=True)
class Slip:
    """A mistake that can be recognised: `value(*args)` is what a function with it returns.

    Of results that `value` does not speak of, `others(name, got, *args)` says whether the one of that name is
    as the mistake leaves it. Where there is no oracle, it says so of a right one as well. Slips with the same
    `together` are valued at once: it takes what each is made `of`, and the arguments, and gives every result
    with a first axis for them. `possible` takes what came back as well, and says quickly which may be it.
    """

    name: str
    sentence: str
    see: str
    value: Callable[..., Parts]
    others: Callable[..., bool] | None = None
    of: Any = None
    together: Callable[..., Parts] | None = None
    possible: Callable[..., Array] | None = None
