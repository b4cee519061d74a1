"""The values of `course.lstm_atoms` in words, and a mistake of an LSTM's backward pass with its sentence."""

from functools import cache
from typing import NamedTuple

from course.altered_lstm import BACKWARD
from course.lstm_atoms import GATES, Product
from course.lstm_graph import Altered

PLAIN = {
    **{gate: f"{gate}_t" for gate in GATES},
    **{f"a{gate}": f"a^{gate}_t" for gate in GATES},
    "c0": "c_{t-1}",
    "c1": "c_t",
    "h0": "h_{t-1}",
    "h1": "h_t",
    "y": "tanh(c_t)",
    "y0": "tanh(c_{t-1})",
    "1-y2": "tanh′(c_t)",
    "1-y02": "tanh′(c_{t-1})",
    "-1": "−1",
    "2": "2",
    "c0!": "0 for c_0",
}
EDGES = {  # by the key of `FACTORS`: the edge, and how it is called in a name
    **{gate: (f"{gate}_t → c_t", f"{gate}_c") for gate in "ifg"},
    "o": ("o_t → h_t", "o_h"),
    "c": ("c_{t-1} → c_t", "c_c"),
    "ch": ("c_t → h_t", "c_h"),
}


class Mistake(NamedTuple):
    """A mistake: its name and sentence, what is altered, and in which results alone (empty: in all)."""

    name: str
    sentence: str
    see: str
    altered: Altered
    parts: tuple[str, ...] = ()


@cache
def word(name: str) -> str:
    """A value as the book writes it."""
    if name in PLAIN:
        return PLAIN[name]
    name = name.removesuffix("r")
    if name[-1] in "<>":
        quantity, there = name.rstrip("<>"), "{t-1}" if name[-1] == "<" else "{t+1}"
        return shifted(word(quantity), there)
    if name.startswith(("1-", "1+")):
        return f"(1 {'−' if name[1] == '-' else '+'} {word(name[2:])})"
    if name.startswith(("σ′(", "tanh′(")):
        start, of = name[:-1].split("(")
        return f"{start}({word(of)})"
    if name.startswith(("σ(", "tanh(")) and name.endswith(")"):
        start, of = name[:-1].split("(")
        return f"{start}({word(of)})"
    square = word(name[:-1])
    return f"{square[:4]}²{square[4:]}" if square.startswith("tanh") else f"{square}²"


def shifted(said: str, there: str) -> str:
    """The same a step before or after."""
    for now, before, after in (("_{t-1}", "_{t-2}", "_t"), ("_t", "_{t-1}", "_{t+1}")):
        if now in said:
            return said.replace(now, before if there == "{t-1}" else after)
    raise ValueError(f"{said!r} belongs to no step")


@cache
def words(product: Product) -> str:
    """A product as the book writes it; what stands alone needs no brackets."""
    said = " ".join(map(word, product))
    return said[1:-1] if len(product) == 1 and said[0] == "(" else said


@cache
def code(product: Product) -> str:
    """A product in a name."""
    return "*".join(map(_ascii, product)) if product else "1"


@cache
def _ascii(name: str) -> str:
    """The name of a value in letters that every terminal has."""
    for end, said in (
        ("<r", "_before"),
        ("<<", "_before"),
        ("<", "_before"),
        (">>", "_after"),
        (">", "_after"),
    ):
        if name.endswith(end):
            return name.removesuffix(end) + said
    return (
        name.replace("σ(", "sigma(")
        .replace("σ′", "dsigma")
        .replace("tanh′", "dtanh")
        .replace("!", "_from_zero")
    )


def stands(edge: str, new: Product, right: Product) -> str:
    """What is said of another factor on an edge."""
    said = f"On the edge {edge}"
    if new == ("c0!",):
        return f"{said}, c_0 is taken for zero."
    if not new:
        return f"{said} the factor {words(right)} is missing."
    if new == right * 2:
        return f"{said} the factor {words(right)} is there twice."
    return f"{said}: {words(new)} stands where {words(right)} belongs."


def mistake(name: str, sentence: str, altered: Altered, *parts: str, see: str = BACKWARD) -> Mistake:
    """One with a place to read."""
    return Mistake(name, sentence, see, altered, parts)


def parts_said(parts: tuple[str, ...]) -> str:
    """Some results, as a sentence has them."""
    names = ["∂L/∂x_t" if part == "X" else f"∂L/∂{part}" for part in parts]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def parts_named(parts: tuple[str, ...]) -> str:
    """The same in a name."""
    return "_and_".join("x" if part == "X" else part for part in parts)
