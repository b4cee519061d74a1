"""The counted edges of an LSTM in words: for the report, the terminal, and the picture's text alternative."""

import numpy as np

from course.recognise.edges import counted_said, said
from course.verdict import Weights

WORDS = {
    "c→c": "from c_t back to c_{t-1}",
    **{f"h→{gate}": f"from the gate {gate} back to h_{{t-1}}" for gate in "ifo"},
    "h→g": "from the candidate g back to h_{t-1}",
    "c→h": "from h_t back to c_t",
    "loss": "from the loss back to h_t",
    "c_next": "from c_{t+1} back to c_t",
}
READ = tuple(f"h→{gate}" for gate in "ifgo")


def count(weights: Weights, edge: str) -> float:
    """How often the edge is counted, nan where it is not visible; once if it is not among them."""
    found = dict(zip(weights.edges, weights.counts, strict=True)).get(edge, 1.0)
    return np.nan if found is None else found


def not_once(weights: Weights) -> list[str]:
    """The edges that are known not to be counted once, with their counts."""
    gates = [edge for edge in weights.edges if edge in READ]
    counts = [count(weights, edge) for edge in gates]
    together = len(gates) == len(READ) and np.ptp(counts) < 1e-5
    edges = [edge for edge in weights.edges if not together or edge not in READ[1:]]
    names = WORDS | {READ[0]: "from a_t, all four blocks, back to h_{t-1}"} if together else WORDS
    found = [counted_said(names[edge], count(weights, edge)) for edge in edges]
    return [words for words in found if words]


def sentence(weights: Weights) -> str:
    """What is said of a mistake that these edges alone explain."""
    told = "; ".join(not_once(weights))
    return f"Some edges of the cell are not counted exactly once: {told}.{apart_said(weights)}"


def apart_said(weights: Weights) -> str:
    """Which results the counts do not speak of, as a sentence."""
    return f" This holds without {' and '.join(weights.apart)}." if weights.apart else ""


def described(weights: Weights) -> str:
    """The picture in words: the edges that are not counted once, then the table."""
    table = ", ".join(f"{edge}: {said(count(weights, edge))}" for edge in weights.edges)
    hidden = " A question mark means that the results do not show it." if None in weights.counts else ""
    return (
        f"In the LSTM's cell, these edges are not counted exactly once: {'; '.join(not_once(weights))}. "
        f"How often each kind of edge is counted: {table}.{hidden}{apart_said(weights)} "
        "Right is 1 everywhere."
    )


def as_lines(weights: Weights) -> list[str]:
    """The table for a terminal."""
    cells = [(edge, said(count(weights, edge))) for edge in weights.edges]
    widths = [max(len(edge), len(told)) + 2 for edge, told in cells]
    lines = [
        "How often your gradient counts each kind of edge (right: 1):",
        *["".join(f"{cell[k]:>{n}}" for cell, n in zip(cells, widths, strict=True)) for k in (0, 1)],
    ]
    return [*lines, apart_said(weights).strip()] if weights.apart else lines
