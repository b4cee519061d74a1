"""Mistakes in the backward pass of the GRU at the rows of u and v, at W_h, and at the state beside it."""

from functools import partial
from itertools import permutations

from course.altered_gru import HERE, ROWS, GRUSlip, scaled
from course.factors import slug
from course.gru_values import Word

CONVENTIONS = "Two conventions"
WAY = {"u": "On the way to u = W_x x + b_x", "v": "On the way to v = W_h h + b_h"}
STATES = {"r h": "state_reset", "z h": "state_kept", "n": "candidate", "h'": "later_state"}


def _row(side: str, row: str, word: str) -> GRUSlip:
    """A row on the way to u or to v that is zero, or has a factor r too many."""
    edge = {"un": "input", "vn": "product"}.get(side + row, f"{side}_{row}")
    said = {
        "0": f"The way through {side}^{{0}} is missing",
        "r": f"{WAY[side]} the rows of {{0}} have the factor r; only v^n should have it",
    }
    return GRUSlip(
        f"row_{row}_of_{side}_times_{word}",
        f"{said[word].format(row)}.",
        factors={edge: partial(scaled, edge, word)},
    )


def _all_rows(side: str) -> GRUSlip:
    """r on all rows of u or of v: then on those of n once in u too, and once as usual in v."""
    edges = (f"{side}_r", f"{side}_z", *(("input",) if side == "u" else ()))
    factors: dict[str, str | Word] = dict.fromkeys(edges, "r")
    said = f"{WAY[side]} all rows have the factor r; only v^n should have it."
    return GRUSlip(f"reset_in_all_rows_of_{side}", said, CONVENTIONS, factors=factors)


def _order(rows: str, sides: str) -> GRUSlip:
    where = f"{WAY[sides]} you have" if sides in WAY else "You have"
    said = f"{where} the rows in the order {', '.join(rows)}; {HERE}."
    name = f"rows_{rows}" + {"u": "_of_x", "v": "_of_h"}.get(sides, "")
    return GRUSlip(name, said, rows_u=rows if "u" in sides else ROWS, rows_v=rows if "v" in sides else ROWS)


def _state(word: str, name: str, made: str, by_u: bool) -> GRUSlip:
    more = ", and in the rows of n it lacks r" if by_u else ""
    rows = "" if made == ROWS else f" in the rows of {made}"
    said = f"∂L/∂W_h is made of {word}{rows} where h belongs{more}."
    name = f"{name}_in_W_h{'' if made == ROWS else f'^{made}'}{'_without_r' if by_u else ''}"
    return GRUSlip(name, said, CONVENTIONS, state=word, made=made, by_u=by_u)


def _turned(row: str) -> GRUSlip:
    return GRUSlip(f"transpose_of_{row}", f"W_{{{row}h}} is used where its transpose belongs.", turned=row)


def _before_the_matrix(rows: str, word: str) -> GRUSlip:
    """On the way to h, behind W_hᵀ, one factor more."""
    which = "what r, z and n" if rows == ROWS else f"what {rows}"
    said = f"{which.capitalize()} send{'s' * (rows != ROWS)} back to h gets the factor {word} behind (W_h)ᵀ."
    return GRUSlip(f"sent_by_{rows}_times_{slug(word)}", said, factors={f"at_{row}": word for row in rows})


RESET_BEHIND = GRUSlip(
    "reset_behind_the_matrix",
    "r stands behind (W_{nh})ᵀ: it multiplies v^n = W_{nh} h + b_h^n, so on the way back it comes first.",
    CONVENTIONS,
    factors={"h_n": lambda s: 1 / s.r, "at_n": "r"},
)


LATER = GRUSlip(
    "later_state", "In ∂L/∂W_h h' stands where h belongs: W_h multiplies the state before.", state="h'"
)

ROW_SLIPS = (
    *[_row(side, row, word) for side in "uv" for row, word in ("r0", "z0", "n0", "rr", "zr")],
    *map(_all_rows, "uv"),
    *[_order("".join(rows), sides) for rows in permutations(ROWS) for sides in ("u", "v", "uv")],
    LATER,
    *[
        _state(word, name, made, by_u)
        for word, name in STATES.items()
        for made in (ROWS, "n")
        for by_u in (False, True)
        if (word, made, by_u) != ("h'", ROWS, False)
    ],
    *map(_turned, ROWS),
    *[
        _before_the_matrix(rows, word)
        for rows in (ROWS, *ROWS)
        for word in ("r", "z", "1 − z", "1 − h²", "h")
    ],
    RESET_BEHIND,
)
