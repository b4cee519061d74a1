"""The picture of a mistake as SVG: the unrolled graph, and beside it the triangle of counted paths.

It takes its ink from the text around it, so it reads on light and dark paper; what is missing is dashed and
red, what counts too often thick and violet, and both carry their number, so colour is never the only sign.
"""

from html import escape

import numpy as np

from course.recognise.edges import Edges, as_array, described, edges_of, said
from course.verdict import Paths

MISSING, EXTRA = "#d9483f", "#8f6ae0"  # each at least 3:1 on white and on black
STEP, TOP, LEFT, CELL = 58, 40, 26, 27
HEADING = 92  # half the width of the words above the triangle, with room to spare


def svg(paths: Paths) -> str:
    """The picture; `<title>`, `<desc>` and the label say the same in words."""
    T, edges = len(paths.alpha), edges_of(paths)
    left = LEFT + STEP * T + 84
    graph, triangle = _graph(edges, T, bool(paths.rule)), _triangle(paths, left)
    width = max(left + CELL * T + 14, left + CELL * T / 2 + HEADING)
    height = max(232, 54 + CELL * T)
    title = "Which paths your gradient counts"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height}" role="img" '
        f'aria-label="{escape(title)}. {escape(described(paths))}" fill="none" stroke="currentColor" '
        f'font-family="system-ui, sans-serif" font-size="12" '
        f'style="display:block;width:100%;min-width:34em;max-width:{width:g}px;height:auto;margin:.4em 0">'
        f"<title>{title}</title><desc>{escape(described(paths))}</desc>{graph}{triangle}</svg>"
    )


def _text(x: float, y: float, words: str, extra: str = "") -> str:
    place = f'x="{x:g}" y="{y:g}" text-anchor="middle"'
    return f'<text {place} fill="currentColor" stroke="none" {extra}>{words}</text>'


def _named(x: float, y: float, letter: str, index: int | str) -> str:
    """A symbol with its index below: h₃."""
    return _text(x, y, f'{letter}<tspan dy="3" font-size="9">{index}</tspan>', 'font-style="italic"')


def _ink(value: float) -> str:
    if np.isnan(value) or abs(value - 1) < 1e-5:
        return 'stroke-width="1.3"'
    if abs(value) < 1e-5:
        return f'stroke="{MISSING}" stroke-width="2" stroke-dasharray="4 4"'
    return f'stroke="{EXTRA}" stroke-width="3.2"'


def _arrow(x1: float, y1: float, x2: float, y2: float, value: float) -> str:
    """An edge of the backward pass with its head, and its count if that is not 1."""
    length = float(np.hypot(x2 - x1, y2 - y1))
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    wings = [(x2 - 6 * dx - side * 3.5 * dy, y2 - 6 * dy + side * 3.5 * dx) for side in (1, -1)]
    head = " ".join(f"L{x:.1f} {y:.1f}" for x, y in wings)
    ink, solid = _ink(value), _ink(value).split(" stroke-dash")[0]
    drawn = f'<path d="M{x1:g} {y1:g}L{x2:g} {y2:g}" {ink}/><path d="M{x2:g} {y2:g}{head}Z" {solid}/>'
    x, y = ((x1 + x2) / 2, y1 - 7) if y1 == y2 else (x1 + 13, (y1 + y2) / 2 + 4)
    if np.isnan(value):
        return drawn + _text(x, y, "?", 'font-weight="bold"')
    if abs(value - 1) < 1e-5:
        return drawn
    colour = MISSING if abs(value) < 1e-5 else EXTRA
    return drawn + _text(x, y, f"×{said(value)}", f'font-weight="bold" style="fill:{colour}"')


def _graph(edges: Edges, T: int, altered: bool) -> str:
    """Losses above, states in the middle, the uses of W_hh below; arrows run as the backward pass does."""
    y_loss, y_state, y_use, parts = TOP, TOP + 66, TOP + 142, []
    what = "On the path of the last loss" if edges.of_last else "Backward through the unrolled network"
    what = f"{what}, with a wrong rule on the way" if altered else what
    parts.append(_text(LEFT + STEP * T / 2, 14, what, 'opacity=".85"'))
    for t in range(1, T + 1):
        x = LEFT + STEP * t
        faint = ' opacity=".35"' if edges.of_last and t < T else ""
        down = _arrow(x, y_loss + 9, x, y_state - 14, edges.losses[t - 1])
        parts.append(f"<g{faint}>{_named(x, y_loss, 'ℓ', t)}{down}</g>")
        parts.append(
            f'<circle cx="{x}" cy="{y_state}" r="13" stroke-width="1.3"/>{_named(x - 1, y_state + 3, "h", t)}'
        )
        parts.append(_arrow(x, y_state + 14, x, y_use - 14, edges.uses[t - 1]))
        parts.append(
            f'<rect x="{x - 19}" y="{y_use - 13}" width="38" height="24" rx="4" stroke-width="1.3"/>'
        )
        parts.append(
            _text(x, y_use + 3, '<tspan font-style="italic">W</tspan><tspan dy="3" font-size="9">hh</tspan>')
        )
        parts.append(_text(x, y_use + 28, f"k = {t}", 'opacity=".85"'))
    for j, value in enumerate(edges.between, 1):
        parts.append(_arrow(LEFT + STEP * (j + 1) - 14, y_state, LEFT + STEP * j + 14, y_state, value))
    parts.append(
        _arrow(LEFT + STEP - 14, y_state, LEFT + 14, y_state, 1.0) + _named(LEFT, y_state + 3, "h", 0)
    )
    return "".join(parts)


def _triangle(paths: Paths, left: float) -> str:
    """Rows are losses, columns uses; a cell says how often that path counts."""
    alpha, top = as_array(paths), 44
    T = len(alpha)
    parts = [_text(left + CELL * T / 2, 14, "How often each path counts", 'opacity=".85"')]
    for t in range(T):
        parts.append(_named(left - 15, top + CELL * t + 18, "ℓ", t + 1))
        parts.append(_text(left + CELL * (t + 0.5), top - 6, f"k={t + 1}", 'font-size="10" opacity=".85"'))
        for k in range(t + 1):
            parts.append(_cell(left + CELL * k, top + CELL * t, float(alpha[t, k])))
    return "".join(parts)


def _cell(x: float, y: float, value: float) -> str:
    size = CELL - 3
    once = not np.isnan(value) and abs(value - 1) < 1e-5
    empty = np.isnan(value) or abs(value) < 1e-5
    fill = (
        'fill="currentColor" fill-opacity=".12"'
        if once
        else ""
        if empty
        else f'fill="{EXTRA}" fill-opacity=".25"'
    )
    ink = 'stroke-width=".8"' if np.isnan(value) else _ink(value).replace("3.2", "1.6")
    box = f'<rect x="{x:g}" y="{y:g}" width="{size}" height="{size}" rx="3" {fill} {ink}/>'
    words = said(value)
    return box + _text(x + size / 2, y + size / 2 + 4, words, f'font-size="{11 if len(words) < 4 else 8}"')
