"""What a check of an exercise found: data only."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """One claim about the student's function. `passed` is None when it was not run.

    `message` is what was observed, `detail` holds its numbers. Both are empty if only `hidden` cases fail: of
    these no more is told than that.
    """

    name: str
    sentence: str
    points: int
    passed: bool | None
    message: str = ""
    detail: str = ""
    see: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class Diagnosis:
    """A recognised mistake: its sentence, and the section of the book to read."""

    name: str
    sentence: str
    see: str


@dataclass(frozen=True)
class Paths:
    """How often each loss is counted through each use of W_hh: what the picture draws.

    `alpha[t][k]` belongs to loss t+1 and the use at step k+1 ≤ t+1; None where the cases do not show it.
    `rule` is the sentence of the altered local rule under which the triangle holds, or "". `right` are the
    right counts, where these are not all ones.
    """

    alpha: tuple[tuple[float | None, ...], ...]
    rule: str = ""
    right: tuple[tuple[float | None, ...], ...] = ()

    @classmethod
    def of(cls, alpha: Any, rule: str = "", right: Any = None) -> "Paths":
        """From arrays (T, T), rounded to what a person reads."""
        told, ones = _rows(alpha), tuple((1.0,) * t for t in range(1, len(alpha) + 1))
        wanted = ones if right is None else _rows(right)
        return cls(told, rule, () if wanted == ones else wanted)


def _rows(alpha: Any) -> tuple[tuple[float | None, ...], ...]:
    return tuple(tuple(map(rounded, row[: t + 1])) for t, row in enumerate(alpha))


def rounded(value: float) -> float | None:
    """A count as a person reads it; None for nan."""
    return round(float(value), 6) + 0.0 if value == value else None


@dataclass(frozen=True)
class Weights:
    """How often each kind of edge of an LSTM is counted: what its picture draws.

    `counts` belong to `edges`, and are None where the cases do not show them. They say nothing of the results
    named in `apart`.
    """

    edges: tuple[str, ...]
    counts: tuple[float | None, ...]
    apart: tuple[str, ...] = ()


Drawn = Paths | Weights


@dataclass(frozen=True)
class Verdict:
    """All outcomes of one exercise, the mistakes recognised, and what the function printed;
    `paths` is what the picture draws.

    `fault` says that a checker of ours failed: then the marks are not decided.
    """

    exercise: str
    outcomes: tuple[Outcome, ...]
    diagnoses: tuple[Diagnosis, ...] = ()
    printed: str = ""
    fault: str = ""
    paths: Drawn | None = None

    @property
    def max_points(self) -> float:
        """The points of a right answer."""
        return float(sum(o.points for o in self.outcomes))

    @property
    def points(self) -> float:
        """The points earned: a finite float in [0, max_points]."""
        return float(sum(o.points for o in self.outcomes if o.passed is True))

    def scaled(self, worth: float) -> float:
        """The points earned where a right answer is worth `worth`: exactly `worth` for one, never more."""
        return min(float(worth), self.points * worth / self.max_points)

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return not self.fault and all(o.passed is True for o in self.outcomes)
