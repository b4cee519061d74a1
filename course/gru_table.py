"""Mistakes in the backward pass of the GRU, put together: at each edge, what may stand in its factor's place.

A backward pass is a product of factors along each way. One of them is another number, is left out, stands
twice, or the rows, the state or the step's values are others: the table is made of these, not of cases.
"""

from functools import partial

import numpy as np

from course.altered_gru import EDGES, ROWS, GRUSlip
from course.factors import beginning, instead, slug
from course.gru_rows import ROW_SLIPS
from course.gru_slips import GRU_SLIPS
from course.gru_steps import VALUES
from course.gru_values import WORDS, At

SAID = {
    "mixed": "∂h'/∂n = 1 − z",
    "update": "∂h'/∂z",
    "kept": "the factor z of what is kept of h",
    "slope_z": "the slope z (1 − z) at z",
    "slope_r": "the slope r (1 − r) at r",
    "slope_n": "the slope 1 − n² at n",
    "reset": "∂(r ⊙ v^n)/∂r = v^n",
    "product": "∂(r ⊙ v^n)/∂v^n = r",
    "input": "the factor 1 of u^n in n",
}
INSTEAD = {
    "mixed": ("r", "1 − r", "1 + z", "n", "h", "0"),
    "update": (
        "h + n",
        "n",
        "h − h'",
        "h' − h",
        "h' − n",
        "n − h'",
        "h'",
        "h − u^n − r v^n",
        "h − v^n",
        "h − (1 − z) n",
        "1",
        "0",
    ),
    "kept": (
        "2 z",
        "−z",
        "1 + z",
        "z (1 − z)",
        "z h",
        "z n",
        "z (h − n)",
        "h",
        "n",
        "r",
        "1 − r",
        "r z",
        "2",
    ),
    "slope_z": ("1 − z", "z²", "z (1 + z)", "z (1 − z²)", "tanh′(a^z)", "r (1 − r)", "1 − n²"),
    "slope_r": ("1 − r", "r²", "r (1 + r)", "r (1 − r²)", "tanh′(a^r)", "z (1 − z)", "1 − n²"),
    "slope_n": (
        *("n", "1 − n", "1 + n", "n²", "n² − 1", "1 + n²", "n (1 − n)", "1 − (u^n + r v^n)²", "1 − h²"),
        *(
            "1 − h'²",
            "r (1 − n²)",
            "z (1 − z)",
            "r (1 − r)",
            "σ′(u^n + r v^n)",
            "n (1 − n²)",
            "−2 n",
            "1 − z²",
            "1 − r²",
        ),
    ),
    "reset": ("−v^n", "u^n", "u^n + v^n", "u^n + r v^n", "n", "r v^n", "z v^n", "r h", "h'", "v^r", "v^z"),
    "product": ("z", "1 − z", "1 − r", "r (1 − r)", "v^n", "r v^n", "h", "r h"),
    "input": ("1 − r", "z", "v^n", "h"),
}
TWICE = ("mixed", "kept", "slope_z", "slope_r", "slope_n", "update", "reset")
BEFORE = {  # what a way back has passed before it comes to an edge
    "mixed": ("dh",),
    "update": ("dh",),
    "kept": ("dh",),
    **dict.fromkeys(("reset", "product", "input"), ("mixed", "slope_n", "dh")),
    **{f"{side}_r": ("slope_r", "reset", "mixed", "slope_n") for side in "uv"},
    **{f"{side}_z": ("slope_z", "update") for side in "uv"},
}
TO = {"mixed": "n", "update": "z", "reset": "r", "product": "v^n", "input": "u^n"} | {
    f"{side}_{row}": f"{side}^{row}" for side in "uv" for row in "rz"
}


def _instead(edge: str, word: str) -> GRUSlip:
    said = instead(SAID[edge], word)
    return GRUSlip(f"{edge}_is_{slug(word)}", said, factors={edge: word})


def _usual(edge: str, at: At) -> np.ndarray:
    return at.dh if edge == "dh" else WORDS[EDGES[edge]](at)


def _times(edge: str, other: str, power: int, at: At) -> np.ndarray:
    """The factor of an edge, with that of another once more, or once less."""
    return np.asarray(_usual(edge, at) * _usual(other, at) ** power)


def _twice(edge: str) -> GRUSlip:
    said = f"{beginning(SAID[edge])} stands twice."
    return GRUSlip(f"factor_of_{edge}_twice", said, factors={edge: partial(_times, edge, edge, 1)})


def _on_the_way(edge: str, other: str, power: int) -> GRUSlip:
    factor = "∂L/∂h'" if other == "dh" else EDGES[other]
    to = "h directly" if edge == "kept" else TO[edge]
    said = f"On the way to {to} the factor {factor} {'is missing' if power < 0 else 'stands twice'}."
    name = f"{other}_{'missing' if power < 0 else 'twice'}_on_the_way_to_{to.split()[0]}"
    return GRUSlip(name, said, factors={edge: partial(_times, edge, other, power)})


def _both_missing(edge: str, other: str) -> GRUSlip:
    said = f"On the way to {TO[edge]} the factors {EDGES[other]} and {EDGES[edge]} are missing."
    return GRUSlip(f"{edge}_and_{other}_missing", said, factors={edge: partial(_inverse, other)})


def _inverse(edge: str, at: At) -> np.ndarray:
    return np.asarray(1 / WORDS[EDGES[edge]](at))


GENERATED = (
    *[_instead(edge, word) for edge, words in INSTEAD.items() for word in words],
    *map(_twice, TWICE),
    *[_on_the_way(edge, other, -1) for edge, others in BEFORE.items() for other in others],
    *[_on_the_way(edge, other, 1) for edge in ("reset", "product", "input") for other in BEFORE[edge][:2]],
    *ROW_SLIPS,
    *[_both_missing(edge, other) for edge in ("reset", "product") for other in ("slope_n", "mixed")],
)


def _known(slip: GRUSlip) -> tuple[object, ...]:
    return (
        tuple(sorted(slip.factors.items(), key=str)),
        slip.rows_u,
        slip.rows_v,
        slip.state,
        slip.by_u,
        slip.turned,
        slip.made,
        slip.values,
    )


NAMED = {_known(slip) for slip in GRU_SLIPS} | {((), ROWS, ROWS, "h", False, "", ROWS, None)}
_FIRST = (*GRU_SLIPS, *[slip for slip in GENERATED if _known(slip) not in NAMED])
GRU_TABLE = (*_FIRST, *VALUES)
ALONE = len(_FIRST)  # what may be wrong in one result; other values are so in all
