"""Mistakes on the edges of an LSTM's step: on each another factor, one at a time, and what else reads it."""

from collections.abc import Iterator
from itertools import combinations

from course.altered_lstm import PATHS
from course.lstm_atoms import GATES, Product
from course.lstm_carried import FORGET_GATE_EARLY
from course.lstm_graph import FACTORS, READ, Altered
from course.lstm_words import EDGES, Mistake, code, mistake, stands

SIGMOIDS = "ifo"
VALUES: tuple[Product, ...] = (
    *[(gate,) for gate in GATES],
    *[(f"1-{gate}",) for gate in GATES],
    *[(f"a{gate}",) for gate in GATES],
    *[(name,) for name in ("c0", "c1", "y", "y0", "h0", "h1", "1-y2", "1-g2")],
    *[(gate, f"1-{gate}") for gate in SIGMOIDS],
)
SHIFTS = ("<", "<<", ">", ">>")


def factors_for(right: str) -> list[Product]:
    """What may stand where a value belongs: nothing, it twice, another, or its own of another step."""
    found: list[Product] = [(), (right, right), *VALUES, *([] if right in GATES else [(f"1-{right}",)])]
    if right != "c0":  # tanh(c_{t-1}) is among the values
        found.append((f"{'σ' if right in SIGMOIDS else 'tanh'}({right})",))
    known = {"c0": (">", ">>"), "y": ("<", "<<")}.get(right, ())  # c_t and tanh(c_{t-1}) themselves
    found += [(right + shift,) for shift in SHIFTS if shift not in known]
    found += [(right + "<r",)] if right in GATES else []
    return found + ([("c0!",)] if right == "c0" else [])


def slopes_of_gate(gate: str) -> list[Product]:
    """What may stand where the slope s (1 − s) of a gate belongs."""
    s, rest = gate, f"1-{gate}"
    found: list[Product] = [(), (s,), (rest,), (s, s, rest), (s, rest, rest), (s, s, rest, rest), (s, s)]
    found += [(f"1-{gate}2",), (rest, rest), (f"σ′({gate})",), (f"tanh′({gate})",), (s, f"1+{gate}")]
    found += [(f"a{gate}", f"1-a{gate}"), (f"1-a{gate}2",), ("1-g2",), ("g", "1-g"), ("1-y2",), ("1-h12",)]
    found += [(other, f"1-{other}") for other in SIGMOIDS.replace(gate, "")]
    for other in GATES.replace(gate, ""):
        found += [(s, f"1-{other}"), (other, rest)]
    if gate == "o":  # o_t tanh(c_t) is h_t, which may stand where tanh(c_t) belongs
        found.remove((s, s, rest))
    return found + [(s + shift, rest + shift) for shift in (*SHIFTS, "<r")]


def slopes_of_tanh(value: str, entering: str) -> list[Product]:
    """What may stand where the slope 1 − y² of a tanh belongs."""
    y, right = value, f"1-{value}2"
    found: list[Product] = [
        (),
        (y,),
        (f"1-{y}",),
        (f"1-{y}",) * 2,
        (y, y),
        (y, f"1-{y}"),
        (right, right),
        (f"1+{y}2",),
    ]
    found += [(f"tanh′({y})",), (f"1-{entering}2",)]
    found += [(gate, f"1-{gate}") for gate in SIGMOIDS]
    found += [(f"1-{other}2",) for other in ("i", "f", "g", "o", "y", "y0", "h0", "h1", "c0") if other != y]
    return found + [(right + shift,) for shift in SHIFTS]


def on_the_edges() -> Iterator[Mistake]:
    """One factor of one edge is another."""
    for edge, (said, short) in EDGES.items():
        first, *rest = FACTORS[edge]
        for new in factors_for(first):
            if new != (first,):
                altered = Altered(factors={edge: (*new, *rest)})
                see, early = (
                    PATHS if edge == "c" else "",
                    edge == "c" and new[:1] in (("f<",), ("f<<",), ("f<r",)),
                )
                name, sentence = f"{short}:{code(new)}", stands(said, new, (first,))
                if early:
                    name, sentence = FORGET_GATE_EARLY.name, FORGET_GATE_EARLY.sentence
                yield _on(name, sentence, altered, see)
    for gate in GATES:
        first, *slope = FACTORS[gate]
        for new in slopes_of_gate(gate) if gate != "g" else slopes_of_tanh("g", "ag"):
            if new != tuple(slope):
                sentence = stands(f"a^{gate}_t → {gate}_t", new, tuple(slope)).replace("factor", "slope")
                yield _on(f"a_{gate}:{code(new)}", sentence, Altered(factors={gate: (first, *new)}))
        for times, told in (("2", "counted twice"), ("-1", "has the wrong sign")):
            sentence = f"What goes back to a^{gate}_t {'is ' if times == '2' else ''}{told}."
            yield _on(f"a_{gate}:{times}", sentence, Altered(factors={gate: (times, *FACTORS[gate])}))
    for new in slopes_of_tanh("y", "c1"):
        altered = Altered(factors={"ch": ("o", *new)})
        yield _on(f"c_h:{code(new)}_for_slope", stands(EDGES["ch"][0], new, ("1-y2",)), altered)


def _on(name: str, sentence: str, altered: Altered, see: str = "") -> Mistake:
    return mistake(name, sentence, altered, see=see) if see else mistake(name, sentence, altered)


def who_reads() -> Iterator[Mistake]:
    """What goes to the gates, or back to c_{t-1}, is not all of ∂L/∂c_t or ∂L/∂h_t."""
    for count in (1, 2, 3, 4):
        for ends in combinations(("i", "f", "g", "c"), count):
            said, short = _listed(ends), "".join(ends)
            for counts, name, told in (
                (
                    (0.0, 0.0, 0.0, 1.0),
                    "without_state",
                    "only what comes back along c_t, and not what h_t gives to c_t",
                ),
                (
                    (0.0, 0.0, 1.0, 0.0),
                    "without_later",
                    "only what h_t gives to c_t, and not what comes back along c_t",
                ),
                (
                    (1.0, 1.0, 0.0, 1.0),
                    "state_plain",
                    "∂L/∂h_t itself where ∂L/∂h_t ⊙ o_t ⊙ tanh′(c_t) belongs",
                ),
                ((1.0, 1.0, 0.0, 0.0), "of_state", "∂L/∂h_t where ∂L/∂c_t belongs"),
            ):
                if count == 4 and name != "of_state":  # these are edges themselves
                    continue
                altered = Altered(read=dict.fromkeys(ends, counts))
                yield mistake(
                    f"{short}_{name}", f"{said} {'gets' if count == 1 else 'get'} {told}.", altered, see=PATHS
                )
    yield mistake("o_of_cell", "o_t gets ∂L/∂c_t where ∂L/∂h_t belongs.", Altered(read={"o": READ["i"]}))
    yield mistake(
        "o_of_both", "o_t gets ∂L/∂c_t beside ∂L/∂h_t: it moves h_t alone.", Altered(read={"o": (1.0,) * 4})
    )


def _listed(ends: tuple[str, ...]) -> str:
    names = ["c_{t-1}" if end == "c" else f"{end}_t" for end in ends]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def blocks() -> Iterator[Mistake]:
    """A gate's way back to h_{t-1} by other rows of W_h."""
    for gate in GATES:
        said = f"What a^{gate}_t sends back to h_{{t-1}}"
        altered = Altered(blocks={gate: (gate, True)})
        yield mistake(
            f"block_{gate}_turned",
            f"{said} goes by W_{{{gate}h}} where its transpose belongs.",
            altered,
            see=PATHS,
        )
        for other in GATES.replace(gate, ""):
            altered = Altered(blocks={gate: (other, False)})
            sentence = f"{said} goes by W_{{{other}h}} where W_{{{gate}h}} belongs."
            yield mistake(f"block_{other}_for_{gate}", sentence, altered, see=PATHS)
