"""From a triangle of counted paths to the edges of the unrolled graph that are missing or counted too often.

A path from loss t to the use at step k takes the loss's edge, the edges h_t → … → h_k and the use's edge. So
α_{t,k} = u_t · r_t ⋯ r_{k+1} · w_k if edges are at fault; a truncation is not of this form.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course.models import Array
from course.verdict import Paths

Rows = tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True)
class Edges:
    """How often each edge counts: losses u (T), recurrent edges r (T-1) from step j+2 to j+1, uses w (T).

    `of_last` says that no edges explain the triangle: then these are the paths of the last loss alone.
    """

    losses: tuple[float, ...]
    between: tuple[float, ...]
    uses: tuple[float, ...]
    of_last: bool = False


def as_array(rows: Rows) -> Array:
    """α (T, T), nan where it is not visible, zero above the diagonal."""
    T = len(rows)
    alpha = np.zeros((T, T))
    for t, row in enumerate(rows):
        alpha[t, : t + 1] = [np.nan if a is None else a for a in row]
    return alpha


def wanted_of(paths: Paths) -> Array:
    """The right counts (T, T)."""
    T = len(paths.alpha)
    return as_array(paths.right) if paths.right else np.tril(np.ones((T, T)))


def edges_of(paths: Paths) -> Edges:
    """The fewest edges whose products are the triangle; else those on the last loss's own path."""
    return both_edges(paths)[0]


def both_edges(paths: Paths) -> tuple[Edges, Edges]:
    """The edges as they are counted and as they should be: in the whole graph, or on the last loss's path."""
    alpha, wanted = as_array(paths.alpha), wanted_of(paths)
    should = _of_graph(wanted, np.ones_like(wanted))
    are = _of_graph(alpha, wanted) if should else None
    if are and should:
        return are, should
    stops = all(_stops(rows[-1]) for rows in (alpha, wanted))
    return _of_last(alpha[-1], stops), _of_last(wanted[-1], stops)


def _of_graph(alpha: Array, wanted: Array) -> Edges | None:
    """The edges whose products are the triangle, as few as can be other than those of the right one.

    A use is nan where no loss shows it: the picture then says that it is not known.
    """
    T, ones, seen = len(alpha), np.ones(len(alpha)), ~np.isnan(alpha)
    visible = np.array([seen[k:, k].any() for k in range(T)])
    own, found = np.nan_to_num(np.diag(alpha), nan=1.0), list[tuple[Array, Array, Array]]()
    for losses, uses in ((ones, ones), (own, ones), (ones, own)):
        ends = losses[1:] * uses[:-1]
        known = (ends != 0) & np.diag(seen, -1)
        between = np.where(known, np.diag(alpha, -1) / np.where(known, ends, 1), np.diag(wanted, -1))
        if np.allclose(_products(losses, between, uses)[seen], alpha[seen], atol=1e-5):
            found.append((losses, between, uses))
    if not found:
        return None
    usual = (ones, np.diag(wanted, -1), ones)
    losses, between, uses = min(found, key=lambda edges: sum(map(_unlike, edges, usual)))
    return Edges(tuple(losses), tuple(between), tuple(np.where(visible, uses, np.nan)))


def _unlike(part: Array, usual: Array) -> int:
    return int(np.sum(np.abs(part - usual) > 1e-5))


def _stops(last: Array) -> bool:
    """Whether the last loss, counted once, ends somewhere on its way."""
    return bool(last[-1] == 1 and np.all(np.diff(np.nan_to_num(last)) >= 0))


def _of_last(last: Array, stops: bool) -> Edges:
    """The last loss's own path: where it ends, or else how often it counts each use."""
    ones = np.ones(len(last))
    if stops:
        return Edges(tuple(ones), tuple(last[:-1]), tuple(ones), of_last=True)
    return Edges(tuple(ones), tuple(ones[1:]), tuple(last), of_last=True)


def _products(losses: Array, between: Array, uses: Array) -> Array:
    T = len(losses)
    alpha = np.zeros((T, T))
    for t in range(T):
        for k in range(t + 1):
            alpha[t, k] = losses[t] * np.prod(between[k:t]) * uses[k]
    return alpha


def said(value: float) -> str:
    """A count as text: 1, 0, 0.5, ? where it is not visible."""
    return "?" if np.isnan(value) else f"{value:.3g}"


def described(paths: Paths) -> str:
    """The picture in words: the triangle row by row, and the edges that are not counted as they should be."""
    (are, should), named = both_edges(paths), list[str]()
    for part, words, first in PARTS:
        pairs = zip(getattr(are, part), getattr(should, part), strict=True)
        named += [counted_said(words(k), *pair) for k, pair in enumerate(pairs, first)]
    off = [words for words in named if words]
    which = "On the path of the last loss" if are.of_last else "In the unrolled graph"
    rightly, well = (
        ("as often as they should be", "as it should be") if paths.right else ("exactly once", "once")
    )
    graph = (
        f"{which}, these edges are not counted {rightly}: {'; '.join(off)}. "
        if off
        else f"Every edge is counted {well}. "
    )
    counts = f"How often each loss counts the uses of W_hh at steps 1, 2, …: {_row_by_row(paths.alpha)}."
    return f"{graph}{counts} Right is {_row_by_row(paths.right) if paths.right else '1 everywhere'}."


PARTS: tuple[tuple[str, Callable[[int], str], int], ...] = (
    ("losses", lambda t: f"from loss {t}", 1),
    ("between", lambda j: f"from h{j + 1} back to h{j}", 1),
    ("uses", lambda k: f"to the use of W_hh at step {k}", 1),
)


def _row_by_row(rows: Rows) -> str:
    told = [", ".join(said(np.nan if a is None else a) for a in row) for row in rows]
    return "; ".join(f"loss {t}: {row}" for t, row in enumerate(told, 1))


def counted_said(name: str, value: float, right: float = 1.0) -> str:
    """An edge that is not counted as often as is right, with its count; nothing of one that is."""
    if np.isnan(value) or abs(value - right) < 1e-5:
        return ""
    should = "" if right == 1 else f", not {said(right)}" if right else ", should be cut"
    if abs(value) < 1e-5:
        return f"{name} (missing{should})"
    words: dict[float, str] = {1: "once", 2: "twice"}
    often = words.get(value, f"{said(value)} times")
    return f"{name} (counted {often}{should})"


def as_lines(paths: Paths) -> list[str]:
    """The triangle for a terminal."""
    alpha, wanted = as_array(paths.alpha), wanted_of(paths)
    if paths.rule and np.allclose(alpha, wanted, atol=1e-5):
        once = "as often as it should" if paths.right else "once"
        return [f"Every path through W_hh counts {once}, but one rule on the way is wrong."]
    cells = [
        [_cell(alpha[t, k], wanted[t, k], bool(paths.right)) for k in range(t + 1)] for t in range(len(alpha))
    ]
    width = max(4, *[len(cell) + 2 for row in cells for cell in row])
    head = "".join(f"{f'k={k}':>{width}}" for k in range(1, len(cells) + 1))
    told = "in brackets what is right instead" if paths.right else "right: 1"
    lines = [
        f"How often your ∂L/∂W_hh counts loss t through the use of W_hh at step k ({told}):",
        f"    {head}",
    ]
    lines += [f"t={t} " + "".join(f"{cell:>{width}}" for cell in row) for t, row in enumerate(cells, 1)]
    return [*lines, "Besides, one rule on the way is wrong."] if paths.rule else lines


def _cell(value: float, right: float, told: bool) -> str:
    """A count, and in brackets what is right instead, where that is not the same everywhere."""
    return f"{said(value)}({said(right)})" if told and abs(value - right) > 1e-5 else said(value)
