"""What a verdict draws, of either kind: its picture, its words, its lines, and how it is read from data."""

import math
from typing import Any

from course.recognise import cell_picture, cell_words, edges, picture
from course.verdict import Drawn, Paths, Weights

LONGEST = 12  # steps or edges that are drawn


def html(drawn: Drawn) -> str:
    """The picture, for a page."""
    return picture.html(drawn) if isinstance(drawn, Paths) else cell_picture.svg(drawn)


def described(drawn: Drawn) -> str:
    """The picture in words."""
    return edges.described(drawn) if isinstance(drawn, Paths) else cell_words.described(drawn)


def as_lines(drawn: Drawn) -> list[str]:
    """The same for a terminal."""
    return edges.as_lines(drawn) if isinstance(drawn, Paths) else cell_words.as_lines(drawn)


def caption(drawn: Drawn) -> str:
    """What stands below the picture."""
    if isinstance(drawn, Weights):
        return (
            "How often your gradient counts each kind of edge, named in the direction of the forward pass: "
            f"right is 1 everywhere. Read from two further cases.{cell_words.apart_said(drawn)}"
        )
    right = "in brackets what is right instead" if drawn.right else "right is 1 everywhere"
    rule = f" All this with a wrong local rule: {drawn.rule}" if drawn.rule else ""
    return (
        f"How often your ∂L/∂W_hh counts each loss through each use of W_hh: {right}. "
        f"Read from two cases of {len(drawn.alpha)} steps.{rule}"
    )


def from_data(data: Any) -> Drawn | None:
    """What `dataclasses.asdict` made of a picture, also after JSON; None for numbers that are none of it.

    Raises:
        KeyError, TypeError or ValueError: for data of another form.
    """
    if data is None:
        return None
    if "alpha" in data:
        alpha, right = _rows(data["alpha"]), _rows(data.get("right", ()))
        fits = 0 < len(alpha) <= LONGEST and _triangular(alpha) and _triangular(right)
        return Paths(alpha, str(data["rule"]), right) if fits and len(right) in (0, len(alpha)) else None
    names, counts = tuple(map(str, data["edges"])), _row(data["counts"])
    known = len(names) == len(counts) <= LONGEST and set(names) <= set(cell_words.WORDS)
    return Weights(names, counts, tuple(map(str, data["apart"]))) if known and _finite(counts) else None


def _row(row: Any) -> tuple[float | None, ...]:
    return tuple(None if a is None else float(a) for a in row)


def _rows(rows: Any) -> tuple[tuple[float | None, ...], ...]:
    return tuple(map(_row, rows))


def _finite(row: tuple[float | None, ...]) -> bool:
    return all(a is None or math.isfinite(a) for a in row)


def _triangular(rows: tuple[tuple[float | None, ...], ...]) -> bool:
    return all(len(row) == t and _finite(row) for t, row in enumerate(rows, 1))
