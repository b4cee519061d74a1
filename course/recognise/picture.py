"""The picture of a mistake as SVG: the unrolled graph, and beside it the triangle of counted paths.

It takes its ink from the text around it, so it reads on light and dark paper; what is missing is dashed and
red, what counts too often thick and violet, and both carry their number, so colour is never the only sign.
"""

from html import escape

import numpy as np

from course.recognise.edges import as_array, both_edges, described, said, wanted_of
from course.verdict import Paths

MISSING, EXTRA = "#d9483f", "#8f6ae0"  # each at least 3:1 on white and on black
STEP, TOP, LEFT, CELL = 58, 40, 26, 27
HEADING = 92  # half the width of the words above the triangle, with room to spare


TITLE = "Which paths your gradient counts"


def svg(paths: Paths) -> str:
    """The picture in one piece; `<title>`, `<desc>` and the label say the same in words."""
    T = len(paths.alpha)
    left = LEFT + STEP * T + 84
    width = _triangle_end(T, left)
    words = f"<title>{TITLE}</title><desc>{escape(described(paths))}</desc>"
    style = f"width:100%;min-width:{width / 16:.0f}em;max-width:{width:g}px"
    content = words + _graph(paths) + _triangle(paths, left)
    return _drawing(content, width, max(232, 54 + CELL * T), _said(paths), style)


def html(paths: Paths) -> str:
    """The same in two pieces: the triangle stands below the graph where a page is narrow."""
    T = len(paths.alpha)
    left = max(34, HEADING - CELL * T / 2)  # the words above it may be wider than it is
    pieces = (
        (_graph(paths), LEFT + STEP * T + 40, 214),
        (_triangle(paths, left), _triangle_end(T, left), 54 + CELL * T),
    )
    graph, triangle = (
        _drawing(content, w, h, 'aria-hidden="true"', f"flex:0 1 {w:g}px;min-width:{w / 23:.0f}em")
        for content, w, h in pieces
    )
    style = "display:flex;flex-wrap:wrap;align-items:flex-start;column-gap:1em"
    return f'<div {_said(paths)} style="{style}">{graph}{triangle}</div>'


def _said(paths: Paths) -> str:
    """The words of the picture, for those who do not see it."""
    return f'role="img" aria-label="{TITLE}. {escape(described(paths))}"'


def _triangle_end(T: int, left: float) -> float:
    return max(left + CELL * T + 14, left + CELL * T / 2 + HEADING)


def _drawing(content: str, width: float, height: float, attributes: str, style: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" {attributes} '
        f'fill="none" stroke="currentColor" font-family="system-ui, sans-serif" font-size="12" '
        f'style="display:block;overflow:visible;{style};height:auto;margin:.4em 0">{content}</svg>'
    )


def text(x: float, y: float, words: str, extra: str = "") -> str:
    """Words around a point."""
    place = f'x="{x:g}" y="{y:g}" text-anchor="middle"'
    return f'<text {place} fill="currentColor" stroke="none" {extra}>{words}</text>'


def named(x: float, y: float, letter: str, index: int | str) -> str:
    """A symbol with its index below: h₃."""
    return text(x, y, f'{letter}<tspan dy="3" font-size="9">{index}</tspan>', 'font-style="italic"')


def usual(value: float, right: float = 1.0) -> bool:
    """Whether a count is right, or not known."""
    return bool(np.isnan(value) or abs(value - right) < 1e-5)


def colour(value: float) -> str:
    """Of a count that is not right: for one that is missing, or for any other."""
    return MISSING if abs(value) < 1e-5 else EXTRA


def ink(value: float, right: float = 1.0) -> str:
    """How an edge is drawn: what is rightly cut is faint and dotted."""
    if usual(value, right):
        return 'stroke-width="1.3"' + (
            ' stroke-dasharray="1 4" opacity=".6"' if right == 0 and value == 0 else ""
        )
    if abs(value) < 1e-5:
        return f'stroke="{MISSING}" stroke-width="2" stroke-dasharray="4 4"'
    return f'stroke="{EXTRA}" stroke-width="3.2"'


def line(x1: float, y1: float, x2: float, y2: float, value: float, right: float = 1.0) -> str:
    """An edge of the backward pass with its head."""
    length = float(np.hypot(x2 - x1, y2 - y1))
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    wings = [(x2 - 6 * dx - side * 3.5 * dy, y2 - 6 * dy + side * 3.5 * dx) for side in (1, -1)]
    head = " ".join(f"L{x:.1f} {y:.1f}" for x, y in wings)
    dashed = ink(value, right)
    solid = dashed.split(" stroke-dash")[0]
    return f'<path d="M{x1:g} {y1:g}L{x2:g} {y2:g}" {dashed}/><path d="M{x2:g} {y2:g}{head}Z" {solid}/>'


def label(x: float, y: float, value: float, right: float = 1.0) -> str:
    """The count of an edge: nothing if it is one and should be."""
    if np.isnan(value):
        return text(x, y, "?", 'font-weight="bold"')
    if usual(value, right):
        return "" if right in (0, 1) else text(x, y, f"×{said(value)}", 'font-size="11"')
    should = f' <tspan font-size="10">({said(right)})</tspan>' if right != 1 else ""
    return text(x, y, f"×{said(value)}{should}", f'font-weight="bold" style="fill:{colour(value)}"')


def _arrow(x1: float, y1: float, x2: float, y2: float, value: float, right: float) -> str:
    """An edge with its count: above it, or on its right."""
    above = 7 if right == 1 or usual(value, right) else 17  # the longer label stands above the circles
    x, y = ((x1 + x2) / 2, y1 - above) if y1 == y2 else (x1 + 13, (y1 + y2) / 2 + 4)
    return line(x1, y1, x2, y2, value, right) + label(x, y, value, right)


def _graph(paths: Paths) -> str:
    """Losses above, states in the middle, the uses of W_hh below; arrows run as the backward pass does."""
    edges, wanted = both_edges(paths)
    T, y_loss, y_state, y_use, parts = len(edges.uses), TOP, TOP + 66, TOP + 142, []
    what = "On the path of the last loss" if edges.of_last else "Backward through the unrolled network"
    what = f"{what}, with a wrong rule on the way" if paths.rule else what
    parts.append(text(LEFT + STEP * T / 2, 14, what, 'opacity=".85"'))
    for t in range(1, T + 1):
        x = LEFT + STEP * t
        faint = ' opacity=".35"' if edges.of_last and t < T else ""
        down = _arrow(x, y_loss + 9, x, y_state - 14, edges.losses[t - 1], wanted.losses[t - 1])
        parts.append(f"<g{faint}>{named(x, y_loss, 'ℓ', t)}{down}</g>")
        parts.append(
            f'<circle cx="{x}" cy="{y_state}" r="13" stroke-width="1.3"/>{named(x - 1, y_state + 3, "h", t)}'
        )
        parts.append(_arrow(x, y_state + 14, x, y_use - 14, edges.uses[t - 1], wanted.uses[t - 1]))
        parts.append(
            f'<rect x="{x - 19}" y="{y_use - 13}" width="38" height="24" rx="4" stroke-width="1.3"/>'
        )
        parts.append(
            text(x, y_use + 3, '<tspan font-style="italic">W</tspan><tspan dy="3" font-size="9">hh</tspan>')
        )
        parts.append(text(x, y_use + 28, f"k = {t}", 'opacity=".85"'))
    for j, pair in enumerate(zip(edges.between, wanted.between, strict=True), 1):
        parts.append(_arrow(LEFT + STEP * (j + 1) - 14, y_state, LEFT + STEP * j + 14, y_state, *pair))
    parts.append(
        _arrow(LEFT + STEP - 14, y_state, LEFT + 14, y_state, 1.0, 1.0) + named(LEFT, y_state + 3, "h", 0)
    )
    return "".join(parts)


def _triangle(paths: Paths, left: float) -> str:
    """Rows are losses, columns uses; a cell says how often that path counts, and what is right instead."""
    alpha, wanted, top = as_array(paths.alpha), wanted_of(paths), 44
    T, told = len(alpha), bool(paths.right)
    parts = [text(left + CELL * T / 2, 14, "How often each path counts", 'opacity=".85"')]
    for t in range(T):
        parts.append(named(left - 15, top + CELL * t + 18, "ℓ", t + 1))
        parts.append(text(left + CELL * (t + 0.5), top - 6, f"k={t + 1}", 'font-size="10" opacity=".85"'))
        for k in range(t + 1):
            parts.append(
                _cell(left + CELL * k, top + CELL * t, float(alpha[t, k]), float(wanted[t, k]), told)
            )
    return "".join(parts)


def _cell(x: float, y: float, value: float, right: float, told: bool) -> str:
    size, fill = CELL - 3, ""
    if not np.isnan(value) and value != 0:
        fill = (
            'fill="currentColor" fill-opacity=".12"'
            if usual(value, right)
            else f'fill="{EXTRA}" fill-opacity=".25"'
        )
    outline = 'stroke-width=".8"' if np.isnan(value) else ink(value, right).replace("3.2", "1.6")
    box = f'<rect x="{x:g}" y="{y:g}" width="{size}" height="{size}" rx="3" {fill} {outline}/>'
    words, middle = said(value), x + size / 2
    if usual(value, right) or not told:
        return box + text(middle, y + size / 2 + 4, words, f'font-size="{11 if len(words) < 4 else 8}"')
    upper = text(middle, y + 11, words, f'font-size="{11 if len(words) < 4 else 9}"')
    return box + upper + text(middle, y + 21, f"({said(right)})", 'font-size="10"')
