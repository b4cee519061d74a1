"""The picture of an LSTM's counted edges as SVG: the cell between two steps, and beside it a table.

It is drawn like `course.recognise.picture`, narrow enough for a phone: arrows run as the backward pass does.
"""

from html import escape

import numpy as np

from course.recognise.cell_words import count, described
from course.recognise.edges import said
from course.recognise.picture import colour, label, line, named, text, usual
from course.verdict import Weights

WIDTH, HEIGHT = 352, 272
BEFORE, GATES_AT, AFTER, TABLE = 24, 126, 206, 258  # columns: the step before, the gates, the step, the table
Y_CELL, Y_STATE, Y_BEFORE, Y_LOSS = 46, 198, 146, 256
Y_GATE = {"f": 96, "i": 130, "g": 164, "o": 198}
RADIUS, ROW = 13, 27
Ends = tuple[float, float, float, float]


def svg(weights: Weights) -> str:
    """The picture; `<title>`, `<desc>` and the label say the same in words."""
    title, words = "Which edges of the cell your gradient counts", escape(described(weights))
    drawn = _cell(weights) + _table(weights)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{title}. {words}" fill="none" stroke="currentColor" '
        f'font-family="system-ui, sans-serif" font-size="12" '
        f'style="display:block;width:100%;min-width:20em;max-width:{1.4 * WIDTH:g}px;height:auto;'
        f'margin:.4em 0">'
        f"<title>{title}</title><desc>{words}</desc>{drawn}</svg>"
    )


def _cell(weights: Weights) -> str:
    """On the right c_t, h_t and the loss, on the left the step before; arrows run back in time."""
    parts = [text((BEFORE + AFTER) / 2, 14, "Backward through one step", 'opacity=".85"')]
    nodes = [(BEFORE, Y_CELL, "c", "t−1"), (BEFORE, Y_BEFORE, "h", "t−1")]
    nodes += [(AFTER, Y_CELL, "c", "t"), (AFTER, Y_STATE, "h", "t")]
    for x, y, letter, index in nodes:
        radius = RADIUS + 3 * (x == BEFORE)
        parts.append(f'<circle cx="{x}" cy="{y}" r="{radius}" stroke-width="1.3"/>')
        parts.append(named(x - 1, y + 3, letter, index))
    parts.append(named(AFTER, Y_LOSS + 3, "ℓ", "t"))
    counts = {edge: count(weights, edge) for edge in ("c→c", "c→h", "loss")}
    parts.append(line(AFTER - 14, Y_CELL, BEFORE + 17, Y_CELL, counts["c→c"]))
    parts.append(label((BEFORE + AFTER) / 2, Y_CELL - 7, counts["c→c"]))
    parts.append(line(AFTER, Y_STATE - 14, AFTER, Y_CELL + 14, counts["c→h"]))
    parts.append(label(AFTER + 17, (Y_STATE + Y_CELL) / 2, counts["c→h"]))
    parts.append(line(AFTER, Y_LOSS - 12, AFTER, Y_STATE + 14, counts["loss"]))
    parts.append(label(AFTER + 17, Y_LOSS - 18, counts["loss"]))
    if "c_next" in weights.edges:
        parts.append(line(TABLE - 8, Y_CELL, AFTER + 14, Y_CELL, count(weights, "c_next")))
        parts.append(label(AFTER + 30, Y_CELL - 7, count(weights, "c_next")))
    return "".join(parts) + "".join(_gate(gate, y, count(weights, f"h→{gate}")) for gate, y in Y_GATE.items())


def _gate(gate: str, y: float, value: float) -> str:
    """A gate, what comes to it from c_t or h_t, and the edge from it back to the state before."""
    from_y = Y_STATE if gate == "o" else Y_CELL
    comes = _between(AFTER, from_y, GATES_AT, y, RADIUS + 1, RADIUS + 1)
    goes = _between(GATES_AT, y, BEFORE, Y_BEFORE, RADIUS + 1, RADIUS + 5)
    at = 0.62 * goes[0] + 0.38 * goes[2], 0.62 * goes[1] + 0.38 * goes[3] - 5
    circle = f'<circle cx="{GATES_AT}" cy="{y}" r="{RADIUS}" stroke-width="1.3"/>'
    letter = text(GATES_AT, y + 4, gate, 'font-style="italic"')
    return circle + letter + _edge(comes, 1.0) + _edge(goes, value) + label(*at, value)


def _between(x1: float, y1: float, x2: float, y2: float, r1: float, r2: float) -> Ends:
    """The ends of an arrow from one circle to another."""
    length = float(np.hypot(x2 - x1, y2 - y1))
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    return x1 + r1 * dx, y1 + r1 * dy, x2 - r2 * dx, y2 - r2 * dy


def _edge(ends: Ends, value: float) -> str:
    x1, y1, x2, y2 = (round(v, 1) for v in ends)
    return line(x1, y1, x2, y2, value)


def _table(weights: Weights) -> str:
    """A row for every kind of edge, in the direction of the forward pass, with its count."""
    parts = [text((TABLE + WIDTH) / 2, 14, "Counted", 'opacity=".85"')]
    for k, edge in enumerate(weights.edges):
        y, value = 32 + ROW * k, count(weights, edge)
        fill = f'fill="{colour(value)}" fill-opacity=".22"' if not usual(value) else ""
        words = said(value)
        parts.append(
            f'<rect x="{WIDTH - 50}" y="{y}" width="44" height="{ROW - 4}" rx="3" stroke-width=".8" {fill}/>'
        )
        parts.append(text(TABLE + 20, y + 16, edge.replace("_", " ")))
        parts.append(text(WIDTH - 28, y + 16, words, "" if usual(value) else 'font-weight="bold"'))
    return "".join(parts)
