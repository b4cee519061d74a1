"""Mistakes in the Jacobian of an LSTM's step, put together: what may stand in the place of each factor."""

from dataclasses import replace
from functools import partial
from itertools import combinations, permutations

import numpy as np

from course.altered_jacobian import EDGES, JacobianSlip
from course.altered_lstm import GATES
from course.factors import beginning, instead, slug
from course.jacobian_instead import INSTEAD, KINDS, SAID
from course.jacobian_steps import VALUES
from course.jacobian_values import WORDS, At, Word
from course.models import Array

BLOCKS = "The block Jacobian"


def _instead(edge: str, word: str) -> JacobianSlip:
    said = instead(SAID[edge], word)
    return JacobianSlip(f"{edge}_is_{slug(word)}", said, factors={edge: word})


def _twice(edge: str, at: At) -> Array:
    return np.asarray(WORDS[EDGES[edge]](at) ** 2)


def _both(edge: str) -> JacobianSlip:
    said = f"{beginning(SAID[edge])} stands twice."
    return JacobianSlip(f"factor_{edge}_twice", said, factors={edge: partial(_twice, edge)})


def _slopes(gates: str, kind: str) -> JacobianSlip:
    factors: dict[str, str | Word] = {f"slope_{gate}": KINDS[kind].format(gate) for gate in gates}
    right = "s (1 − s), that of g 1 − g²" if "g" in gates else "s (1 − s)"
    said = f"The slopes at {', '.join(gates)} are {kind}; each should be {right}."
    return JacobianSlip(f"slopes_at_{gates}_{slug(kind)}", said, factors=factors)


def _unread(gates: tuple[str, ...]) -> JacobianSlip:
    said = f"The way from h_{{t-1}} through {', '.join(gates[:-1])} and {gates[-1]} is missing."
    return JacobianSlip(f"unread_by_{''.join(gates)}", said, factors={f"by_{gate}": "0" for gate in gates})


def _columns(gates: str, parts: tuple[str, ...]) -> JacobianSlip:
    """Factors on the columns of the gates' blocks in place of the rows."""
    factors: dict[str, str | Word] = {}
    for gate in gates:
        edges = [f"{part}_{gate}" for part in parts]
        factors |= dict.fromkeys(edges, "1") | {f"at_{gate}": partial(_times, edges)}
    plain = [EDGES[f"by_{gate}"] for gate in gates]
    factors_said = f"{', '.join(plain[:-1])} and {plain[-1]}" if len(plain) > 1 else f"The factor {plain[0]}"
    what = (
        "The slopes and their factors"
        if len(parts) == 2
        else "The slopes"
        if "slope" in parts
        else factors_said
    )
    where = f"W_{{{gates}h}}" if len(gates) == 1 else "W_h"
    said = f"{what} multiply the columns of {where}. They belong to its rows."
    where = "" if gates == GATES else f"_at_{gates}"
    name = f"columns_scaled{where}{'' if len(parts) == 2 else f'_by_{parts[0]}'}"
    return JacobianSlip(name, said, BLOCKS, factors=factors)


def _times(edges: list[str], at: At) -> Array:
    return np.asarray(np.prod([WORDS[EDGES[edge]](at) for edge in edges], axis=0))


def _over(edges: list[str], at: At) -> Array:
    return np.asarray(1 / _times(edges, at))


SHOWN_AT_COLUMNS = JacobianSlip(
    "columns_scaled_through_the_cell",
    "On the way through c_t, o ⊙ tanh′(c_t) multiplies the columns of ∂c_t/∂h_{t-1}, not its rows.",
    BLOCKS,
    factors={
        "through": partial(_over, ["shown", "slope_c"]),
        "at_cell": partial(_times, ["shown", "slope_c"]),
    },
)


_EVERYWHERE = _columns(GATES, ("by", "slope"))
THROUGHOUT = replace(
    _EVERYWHERE,
    name="columns_scaled_throughout",
    factors=_EVERYWHERE.factors | SHOWN_AT_COLUMNS.factors,
)


def _order(rows: str) -> JacobianSlip:
    said = f"You have the blocks of W_h in the order {', '.join(rows)}; the exercise's order is i, f, g, o."
    return JacobianSlip(f"blocks_of_W_h_{rows}", said, "The cell", rows=rows)


def _turned(gate: str) -> JacobianSlip:
    return JacobianSlip(
        f"transpose_of_{gate}",
        f"W_{{{gate}h}} is transposed; ∂a^{gate}_t/∂h_{{t-1}} should be W_{{{gate}h}} itself.",
        BLOCKS,
        turned=gate,
    )


def _identity(which: str) -> JacobianSlip:
    blocks = " and ".join(f"∂{one}_t/∂{one}_{{t-1}}" for one in which)
    said = f"To {blocks} the identity is added: there is no such way."
    return JacobianSlip(f"identity_added_to_{which}", said, BLOCKS, direct=tuple(which))


def _moved(gates: str) -> JacobianSlip:
    which = "f: it reads" if gates == "f" else "i, f and g: they read"
    said = f"∂c_t/∂c_{{t-1}} has a way through {which} h_{{t-1}}, which stands still here."
    return JacobianSlip(f"cell_moves_{gates}", said, moved=gates)


JACOBIAN_TABLE = (
    *[_instead(edge, word) for edge, words in INSTEAD.items() for word in words],
    *map(_both, ("by_f", "slope_i", "slope_f", "slope_g", "slope_o", "slope_c")),
    *[_slopes(gates, kind) for gates in ("if", "io", "fo", "ifo") for kind in KINDS],
    *[_slopes(gates, "missing") for gates in ("ig", "fg", "ifg", "ifgo")],
    *[_unread(gates) for n in (2, 3) for gates in combinations(GATES, n)],
    *[
        _columns(gates, parts)
        for gates in (*GATES, GATES, "ifg")
        for parts in (("slope",), ("by",), ("by", "slope"))
    ],
    SHOWN_AT_COLUMNS,
    THROUGHOUT,
    *[_order("".join(rows)) for rows in permutations(GATES) if "".join(rows) != GATES],
    *map(_turned, GATES),
    JacobianSlip("transpose_of_all", "Each gate's block of W_h is transposed.", BLOCKS, turned=GATES),
    JacobianSlip(
        "through_the_cell_transposed",
        "On the way through c_t stands the transpose of ∂c_t/∂h_{t-1}.",
        BLOCKS,
        through_turned=True,
    ),
    *map(_identity, ("h", "hc")),
    *map(_moved, ("f", "ifg")),
    *VALUES,  # last, see `ALONE`
)

ALONE = len(JACOBIAN_TABLE) - len(VALUES)  # what may be wrong in one block; other values are so in all
