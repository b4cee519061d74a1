"""Mistakes on several edges of an LSTM's step at once, and edges that are none."""

from collections.abc import Iterator

from course.altered_lstm import PATHS
from course.lstm_atoms import GATES, Product
from course.lstm_composed import SIGMOIDS
from course.lstm_graph import FACTORS, Altered
from course.lstm_words import EDGES, Mistake, code, mistake, words

MORE: tuple[Product, ...] = (
    *[(gate,) for gate in GATES],
    *[(f"1-{gate}",) for gate in GATES],
    *[(name,) for name in ("y", "c0", "c1", "h0", "h1", "1-g2", "1-y2", "1-h02", "1-h12")],
    *[(gate, f"1-{gate}") for gate in SIGMOIDS],
    ("o", "1-y2"),
)
AT: tuple[tuple[tuple[str, ...], str], ...] = (
    *[((edge,), f"What goes along {said}") for edge, (said, _) in EDGES.items()],
    (("i", "f", "g"), "What goes from c_t to the gates i, f and g"),
    (("i", "f", "g", "c"), "∂L/∂c_t"),
    (("o", "ch"), "∂L/∂h_t"),
    (("kept",), "What comes back to c_t from step t+1"),
    (("read",), "What goes back to h_{t-1}"),
)


def one_more() -> Iterator[Mistake]:
    """A factor too many, on one edge or on all that leave a place."""
    for edges, said in AT:
        for more in MORE:
            if len(edges) == 1 and _known(FACTORS[edges[0]], more):
                continue
            altered = Altered(factors={edge: (*FACTORS[edge], *more) for edge in edges})
            name = f"{'+'.join(edges)}:times_{code(more)}"
            yield mistake(name, f"{said} has a factor {words(more)} too many.", altered, see=PATHS)


def _known(right: Product, more: Product) -> bool:
    """Whether the same is made of other factors: one of them twice, s (1 − s) for s, or h_t for o_t."""
    if not right:
        return False
    first = right[0]
    return more[0] in right or (more == (f"1-{first}",) and first in SIGMOIDS) or {first, *more} == {"o", "y"}


def throughout() -> Iterator[Mistake]:
    """One value stands wherever another belongs."""
    others = ("c0", "c1", "y0", "h0", "h1", "y", *GATES, *(f"a{gate}" for gate in GATES))
    for right in ("i", "f", "g", "o", "y"):
        shifts = ("<", "<<", ">", ">>", "<r") if right != "y" else (">", ">>", "0<")
        again = f"{'σ' if right in SIGMOIDS else 'tanh'}({right})"
        more = (again, "tanh(h1)") if right == "y" else (again,)
        for new in (*others, *more, *(right + shift for shift in shifts)):
            if new == right:
                continue
            factors = {edge: tuple(_put(new, right, name) for name in at) for edge, at in FACTORS.items()}
            altered = Altered(factors={e: f for e, f in factors.items() if f != FACTORS[e]})
            sentence = f"{words((new,))} stands where {words((right,))} belongs, at every place."
            yield mistake(f"{code((new,))}_for_{right}", sentence, altered)


def _put(new: str, right: str, name: str) -> str:
    """The value of that name with `new` in the place of `right`."""
    return {right: new, f"1-{right}": f"1-{new}", f"1-{right}2": f"1-{new}2"}.get(name, name)


CELL, STATE = ("shown", "kept"), ("loss", "later")
TO_C, TO_H = "goes back to c_{t-1}", "goes back to h_{t-1}"
SHOWN = ("o", "1-y2")


def too_many() -> Iterator[Mistake]:
    """Edges that are none."""
    for name, start, ends, factor, sentence in (
        (
            "h_from_cell",
            "h",
            CELL,
            (),
            f"∂L/∂c_t itself {TO_H}: h_{{t-1}} moves c_t through the gates alone.",
        ),
        ("h_from_cell", "h", CELL, ("f",), f"f_t ⊙ ∂L/∂c_t {TO_H}: it belongs to c_{{t-1}} alone."),
        ("c_from_state", "c", STATE, (), f"∂L/∂h_t itself {TO_C}: c_{{t-1}} moves h_t through c_t alone."),
        ("c_from_state", "c", STATE, ("o",), f"o_t ⊙ ∂L/∂h_t {TO_C}: c_{{t-1}} moves h_t through c_t alone."),
        ("c_from_state", "c", STATE, SHOWN, f"What h_t gives to c_t {TO_C} once more, without f_t."),
        (
            "c_from_gates",
            *("c", tuple(GATES), ()),
            f"What the gates send to h_{{t-1}} {TO_C} as well: they do not read the cell.",
        ),
        *[
            (
                "c_from_gates_early",
                *("c", tuple(GATES), factor),
                f"What the gates send to h_{{t-1}} {TO_C} at once: the step before does that.",
            )
            for factor in (SHOWN, ("o<<", "1-y2<<"))
        ],
        *[
            (
                f"gate_{gate}_reads_cell",
                *("c", (gate,), ()),
                f"What a^{gate}_t sends to h_{{t-1}} {TO_C} as well: it does not read the cell.",
            )
            for gate in GATES
        ],
        *[
            (
                f"c_from_a_{gate}",
                *("c", STATE if gate == "o" else CELL, FACTORS[gate]),
                f"∂L/∂a^{gate}_t {TO_C}: a^{gate}_t does not read the cell.",
            )
            for gate in GATES
        ],
        *[
            (
                f"h_from_state_times_{code(factor)}",
                *("h", STATE, factor),
                f"∂L/∂h_t {TO_H} times {words(factor)}: h_{{t-1}} moves h_t through the gates alone.",
            )
            for factor in (("i",), ("f",), ("o",), ("1-f",), ("1-h02",), ("1-h12",))
        ],
    ):
        yield mistake(name, sentence, Altered(extra={(start, end): factor for end in ends}), see=PATHS)
