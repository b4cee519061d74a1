"""The slips of `course.altered_lstm` as alterations of `course.lstm_graph`, for many at once."""

from dataclasses import replace
from functools import partial

import numpy as np

from course.altered_lstm import LSTMSlip
from course.lstm_atoms import GATES, Product
from course.lstm_graph import FACTORS, READ, Altered
from course.lstm_words import Mistake
from course.models import Array

SLOPES: dict[str, Product] = {
    "right": ("{0}", "1-{0}"),
    "missing": (),
    "value": ("{0}",),
    "squashed": ("σ′({0})",),
    "tanh": ("1-{0}2",),
}
OF_G: dict[str, Product] = {
    "right": ("1-g2",),
    "missing": (),
    "squashed": ("tanh′(g)",),
    "logistic": ("g", "1-g"),
}
OF_CELL: dict[str, Product] = {
    "right": ("1-y2",),
    "missing": (),
    "squashed": ("tanh′(y)",),
    "before": ("1-y02",),
    "state": ("1-h12",),
    "cell": ("1-c12",),
}
DIRECT: dict[str, Product] = {"gated": ("f",), "ungated": (), "added": ("1+f",), "early": ("f<<",)}
ARRIVING: dict[str, Product] = {
    "": (),
    "slope": ("1-y2",),
    "shown": ("o", "1-y2"),
    "output": ("o",),
    "forget": ("f",),
}
OUTPUT = {"tanh": "y", "cell": "c1", "before": "y0"}


def _factors(slip: LSTMSlip) -> dict[str, Product]:
    first = {"i": "g", "f": "c0" if slip.cell_used == "before" else "c1", "o": OUTPUT[slip.output_factor]}
    if slip.factors == "swapped":
        first["i"] = "i"
    slopes = {gate: SLOPES[slip.slope if gate in slip.of else "right"] for gate in "ifo"}
    found: dict[str, Product] = {
        gate: (first[gate], *[name.format(gate) for name in slopes[gate]]) for gate in "ifo"
    }
    found["g"] = ("g" if slip.factors == "swapped" else "i", *OF_G[slip.slope_g])
    found |= dict.fromkeys(slip.held, ("0",))
    found["c"], found["kept"] = DIRECT[slip.direct], ARRIVING[slip.arriving]
    found["ch"] = (*(("o",) if slip.cell_shown else ()), *OF_CELL[slip.slope_c])
    found["read"] = ("1-h02",) if slip.state_slope else ()
    return found


def _extra(slip: LSTMSlip) -> dict[tuple[str, str], Product]:
    ways = {
        "": (),
        "h": (("h", "loss"), ("h", "later")),
        "later h": (("h", "later"),),
        "loss h": (("h", "loss"),),
    }
    return dict.fromkeys(ways.get(slip.added, (("c", "kept"),)), ())


def _carried(slip: LSTMSlip, starts: bool, T: int) -> Array:
    """What goes on into each step (T, 2); into the first all of it, unless `starts` are cut off as well."""
    on = np.ones((T, 2))
    on[: max(T - slip.within + 1, 0)] = ["h" in slip.carried, "c" in slip.carried]
    return on if starts else np.concatenate([np.ones((1, 2)), on[1:]])


def as_altered(slip: LSTMSlip, starts: bool = False) -> Altered:
    """The same, with everything said that `LSTMSlip` can say."""
    o = (float("o" in slip.seen), float("o" in slip.onward), 0.0, 0.0)
    c = (slip.cell_read * float("c" in slip.seen), slip.cell_read * float("c" in slip.onward))

    blocks = {gate: (gate, not slip.transpose) if gate in slip.state_read else None for gate in GATES}
    read = {"o": o, "ch": c}
    return Altered(
        factors={edge: factor for edge, factor in _factors(slip).items() if factor != FACTORS[edge]},
        read={edge: counts for edge, counts in read.items() if counts != READ[edge]},
        extra=_extra(slip),
        blocks={gate: block for gate, block in blocks.items() if block != (gate, False)},
        rows=slip.rows,
        gates=slip.gates_of,
        carried=partial(_carried, slip, starts) if slip.carried != "hc" else None,
        only_uses=slip.at_uses,
        uses={"W_h": "after"} if slip.state_used == "after" else {},
    )


def as_mistake(slip: LSTMSlip, *parts: str, starts: bool = False) -> Mistake:
    """The slip, at work in those results alone if there are any: then where they are made."""
    altered = as_altered(replace(slip, at_uses=bool(parts)), starts)
    return Mistake(slip.name, slip.sentence, slip.see, altered, parts)
