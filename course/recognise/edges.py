"""From a triangle of counted paths to the edges of the unrolled graph that are missing or counted too often.

A path from loss t to the use at step k takes the loss's edge, the edges h_t → … → h_k and the use's edge. So
α_{t,k} = u_t · r_t ⋯ r_{k+1} · w_k if edges are at fault; a truncation is not of this form.
"""

from dataclasses import dataclass

import numpy as np

from course.models import Array
from course.verdict import Paths


@dataclass(frozen=True)
class Edges:
    """How often each edge counts: losses u (T), recurrent edges r (T-1) from step j+2 to j+1, uses w (T).

    `of_last` says that no edges explain the triangle: then these are the paths of the last loss alone.
    """

    losses: tuple[float, ...]
    between: tuple[float, ...]
    uses: tuple[float, ...]
    of_last: bool = False


def as_array(paths: Paths) -> Array:
    """α (T, T), nan where it is not visible, zero above the diagonal."""
    T = len(paths.alpha)
    alpha = np.zeros((T, T))
    for t, row in enumerate(paths.alpha):
        alpha[t, : t + 1] = [np.nan if a is None else a for a in row]
    return alpha


def edges_of(paths: Paths) -> Edges:
    """The fewest edges whose products are the triangle; else those on the last loss's own path.

    A use is nan where no loss shows it: the picture then says that it is not known.
    """
    alpha = as_array(paths)
    T, ones, seen = len(alpha), np.ones(len(alpha)), ~np.isnan(alpha)
    visible = np.array([seen[k:, k].any() for k in range(T)])
    own, found = np.nan_to_num(np.diag(alpha), nan=1.0), list[tuple[Array, Array, Array]]()
    for losses, uses in ((ones, ones), (own, ones), (ones, own)):
        ends = losses[1:] * uses[:-1]
        known = (ends != 0) & np.diag(seen, -1)
        between = np.where(known, np.diag(alpha, -1) / np.where(known, ends, 1), 1)
        if np.allclose(_products(losses, between, uses)[seen], alpha[seen], atol=1e-5):
            found.append((losses, between, uses))
    if found:
        losses, between, uses = min(found, key=lambda edges: sum(int(np.sum(part != 1)) for part in edges))
        return Edges(tuple(losses), tuple(between), tuple(np.where(visible, uses, np.nan)))
    last = alpha[T - 1]
    if last[-1] == 1 and np.all(np.diff(np.nan_to_num(last)) >= 0):  # it ends somewhere on its way
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
    """The picture in words: the triangle row by row, and the edges that are not counted once."""
    rows = [
        f"loss {t}: {', '.join(said(np.nan if a is None else a) for a in row)}"
        for t, row in enumerate(paths.alpha, 1)
    ]
    edges = edges_of(paths)
    found = [
        *[_edge(f"from loss {t}", u) for t, u in enumerate(edges.losses, 1)],
        *[_edge(f"from h{j + 1} back to h{j}", r) for j, r in enumerate(edges.between, 1)],
        *[_edge(f"to the use of W_hh at step {k}", w) for k, w in enumerate(edges.uses, 1)],
    ]
    off = [e for e in found if e]
    which = "On the path of the last loss" if edges.of_last else "In the unrolled graph"
    graph = (
        f"{which}, these edges are not counted once: {'; '.join(off)}. "
        if off
        else "Every edge is counted once. "
    )
    counts = f"How often each loss counts the uses of W_hh at steps 1, 2, …: {'; '.join(rows)}."
    return f"{graph}{counts} Right is 1 everywhere."


def _edge(name: str, value: float) -> str:
    if np.isnan(value) or abs(value - 1) < 1e-5:
        return ""
    return f"{name} (missing)" if abs(value) < 1e-5 else f"{name} (counted {said(value)} times)"


def as_lines(paths: Paths) -> list[str]:
    """The triangle for a terminal."""
    cells = [[said(np.nan if a is None else a) for a in row] for row in paths.alpha]
    if paths.rule and {cell for row in cells for cell in row} == {"1"}:
        return ["Every path through W_hh counts once, but one rule on the way is wrong."]
    width = max(4, *[len(cell) + 2 for row in cells for cell in row])
    head = "".join(f"{f'k={k}':>{width}}" for k in range(1, len(cells) + 1))
    lines = [
        "How often your ∂L/∂W_hh counts loss t through the use of W_hh at step k (right: 1):",
        f"    {head}",
    ]
    lines += [f"t={t} " + "".join(f"{cell:>{width}}" for cell in row) for t, row in enumerate(cells, 1)]
    return [*lines, "Besides, one rule on the way is wrong."] if paths.rule else lines
