"""Mistakes in what an LSTM's gates are computed from and in single results."""

from collections.abc import Iterator
from itertools import permutations

from course.altered_lstm import HERE, PATHS
from course.lstm_atoms import GATES
from course.lstm_graph import FACTORS, Altered
from course.lstm_words import Mistake, mistake, parts_named, parts_said

ORDERS = ["".join(order) for order in permutations(GATES) if "".join(order) != GATES]
MISREAD = ("figo", "gfio", "ofgi", "igfo", "iogf", "ifog", "fiog", "ofig", "fgio", "iofg")
USES = (("W_x",), ("W_h",), ("b",), ("X",), ("W_x", "W_h", "b"))
CELL = "The cell"


def gates_of() -> Iterator[Mistake]:
    """The gates of a step are computed from something else."""
    for gates, sentence in (
        ("two before", "The gates of step t are computed from h_{t-2}; they should read h_{t-1}."),
        ("step before", "The gates of step t are those of step t-1."),
        ("first", "The gates of every step are computed from h_0; those of step t should read h_{t-1}."),
        ("input before", "The gates of step t are computed from x_{t-1}; they should read x_t."),
        ("no state", "The gates are computed without W_h h_{t-1}."),
        ("no input", "The gates are computed without W_x x_t."),
        ("no bias", "The gates are computed without b."),
        ("forget bias", "f_t is computed with 1 added to its bias: b holds all of it."),
    ):
        name = "gates_" + gates.replace(" ", "_")
        yield mistake(name, sentence, Altered(gates=gates), see=CELL)
        if gates in ("no state", "no input", "no bias", "forget bias"):
            yield mistake(name, sentence, Altered(gates=gates + "!"), see=CELL)
    for order in MISREAD:
        sentence = f"You read the rows of a_t in the order {', '.join(order)}; {HERE}."
        for rows in (GATES, order):
            for own in ("", "!"):
                altered = Altered(gates=f"rows {order}{own}", rows=rows)
                yield mistake(f"rows_read_as_{order}", sentence, altered, see=CELL)


def activations() -> Iterator[Mistake]:
    """A gate is opened by another function."""
    plain = {gate: tuple(FACTORS[gate]) for gate in GATES}
    for kind, of, sentence, slope in (
        *[
            ("tanh", s, f"{s}_t is computed by tanh; it should be σ(a^{s}_t).", (f"1-{s}2",))
            for s in ("i", "f", "o")
        ],
        ("logistic", "g", "g_t is computed by σ; it should be tanh(a^g_t).", ("g", "1-g")),
        *[
            (
                "hard",
                of,
                f"{' and '.join(f'{s}_t' for s in of)} is computed by a hard sigmoid: σ(a) is 1/(1 + e^−a).",
                (),
            )
            for of in ("i", "f", "o", "ifo")
        ],
    ):
        name = f"{of}_by_{kind}"
        for own in ("", "!"):
            yield mistake(name, sentence, Altered(gates=f"{kind} {of}{own}"), see=CELL)
            if slope:
                factors = {of: (plain[of][0], *slope)}
                yield mistake(name, sentence, Altered(factors, gates=f"{kind} {of}{own}"), see=CELL)


def rows() -> Iterator[Mistake]:
    """The rows stand in another order: everywhere, where they are used, or where they go back."""
    for order in ORDERS:
        said = f"{', '.join(order)}; {HERE}."
        sentence = f"You have the rows in the order {said}"
        yield mistake(f"rows_{order}", sentence, Altered(rows=order))
        for parts in USES:
            sentence = f"In {parts_said(parts)} you have the rows in the order {said}"
            yield mistake(
                f"rows_{order}_in_{parts_named(parts)}", sentence, Altered(rows=order, only_uses=True), *parts
            )
        back = {gate: (GATES[order.index(gate)], False) for gate in GATES}
        sentence = f"In what goes back to h_{{t-1}} you have the gates in the order {said}"
        yield mistake(f"rows_{order}_back", sentence, Altered(blocks=back), see=PATHS)


def gates_left_out() -> Iterator[Mistake]:
    """A gate is missing in some results, or where parameters and inputs enter."""
    for gate in GATES:
        for parts in (*USES, ("W_x", "W_h", "b", "X")):
            altered = Altered(factors={gate: ("0",)}, only_uses=True)
            yield mistake(
                f"without_{gate}_in_{parts_named(parts)}",
                f"In {parts_said(parts)} the way through a^{gate}_t is missing.",
                altered,
                *parts,
            )
    bare = {gate: FACTORS[gate][:1] for gate in GATES}
    for parts in (USES[3],):
        said = f"In {parts_said(parts)} the gates' slopes are missing"
        sentence = f"{said}: ∂L/∂i_t stands where ∂L/∂a^i_t belongs, and so on."
        yield mistake(
            f"slopes_missing_in_{parts_named(parts)}", sentence, Altered(factors=bare, only_uses=True), *parts
        )


def at_the_start() -> Iterator[Mistake]:
    """∂L/∂h_0 or ∂L/∂c_0 is that of something else."""
    whole = {("h", "loss"): (), ("h", "later"): ()}
    none = dict.fromkeys(GATES)
    for part, altered, sentence in (
        (
            "c_0",
            Altered(factors={"c": ()}, only_first=True),
            "For ∂L/∂c_0 stands ∂L/∂c_1: the factor f_1 is missing",
        ),
        (
            "c_0",
            Altered(read={"c": (0.0, 0.0, 0.0, 1.0)}, only_first=True),
            "∂L/∂c_0 lacks what h_1 gives to c_1",
        ),
        (
            "c_0",
            Altered(read={"c": (0.0, 0.0, 1.0, 0.0)}, only_first=True),
            "∂L/∂c_0 lacks what comes back to c_1 from step 2",
        ),
        (
            "c_0",
            Altered(read={"c": (0.0, 0.0, 0.0, 1.0)}, factors={"c": ()}, only_first=True),
            "For ∂L/∂c_0 stands what step 2 sends back to c_1",
        ),
        ("h_0", Altered(extra=whole, blocks=none, only_first=True), "For ∂L/∂h_0 stands ∂L/∂h_1"),
        (
            "h_0",
            Altered(extra={("h", "later"): ()}, blocks=none, only_first=True),
            "For ∂L/∂h_0 stands what step 2 sends back to h_1",
        ),
        ("h_0", Altered(extra={("h", "loss"): ()}, only_first=True), "dH[0] is added to ∂L/∂h_0"),
    ):
        yield mistake(f"start_of_{part}", f"{sentence}.", altered, part, see=PATHS)
    for gate in GATES:
        altered = Altered(blocks={gate: None}, only_first=True)
        yield mistake(
            f"start_without_{gate}", f"∂L/∂h_0 lacks the way through a^{gate}_1.", altered, "h_0", see=PATHS
        )
