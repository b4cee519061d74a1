"""Mistakes in what an LSTM's gates are computed from, in single results, and in what goes on between steps."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import permutations

import numpy as np

from course.altered_lstm import PATHS
from course.lstm_atoms import GATES
from course.lstm_graph import FACTORS, Altered
from course.lstm_words import Mistake, mistake
from course.models import Array

ORDERS = ["".join(order) for order in permutations(GATES) if "".join(order) != GATES]
USES = (("W_x",), ("W_h",), ("b",), ("X",), ("W_x", "W_h", "b"))
CELL = "The cell"


def gates_of() -> Iterator[Mistake]:
    """The gates of a step are computed from something else."""
    for gates, sentence in (
        ("two before", "The gates of step t are computed from h_{t-2}; they read h_{t-1}."),
        ("step before", "The gates of step t are those of step t-1."),
        ("first", "The gates of every step are computed from h_0; those of step t read h_{t-1}."),
        ("input before", "The gates of step t are computed from x_{t-1}; they read x_t."),
        ("no state", "The gates are computed without W_h h_{t-1}."),
        ("no input", "The gates are computed without W_x x_t."),
        ("no bias", "The gates are computed without b."),
        ("forget bias", "f_t is computed with 1 added to its bias: b holds all of it."),
    ):
        name = "gates_" + gates.replace(" ", "_")
        yield mistake(name, sentence, Altered(gates=gates), see=CELL)
        if gates in ("no state", "no input", "no bias", "forget bias"):
            yield mistake(name, sentence, Altered(gates=gates + "!"), see=CELL)
    for order in ORDERS:
        sentence = f"The rows of a are taken as {', '.join(order)}; here they are i, f, g, o."
        for rows in (GATES, order):
            for own in ("", "!"):
                altered = Altered(gates=f"rows {order}{own}", rows=rows)
                yield mistake(f"rows_read_as_{order}", sentence, altered, see=CELL)


def activations() -> Iterator[Mistake]:
    """A gate is opened by another function."""
    plain = {gate: tuple(FACTORS[gate]) for gate in GATES}
    for kind, of, sentence, slope in (
        *[
            ("tanh", s, f"{s}_t is computed by tanh: it is σ(a^{s}_t).", (f"1-{s}2",))
            for s in ("i", "f", "o")
        ],
        ("logistic", "g", "g_t is computed by σ: it is tanh(a^g_t).", ("g", "1-g")),
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
        said = f"{', '.join(order)}; here they are i, f, g, o."
        sentence = f"The rows stand in the order {said}"
        yield mistake(f"rows_{order}", sentence, Altered(rows=order))
        for parts in USES:
            sentence = f"In {_said(parts)} the rows stand in the order {said}"
            yield mistake(
                f"rows_{order}_in_{_named(parts)}", sentence, Altered(rows=order, only_uses=True), *parts
            )
        back = {gate: (GATES[order.index(gate)], False) for gate in GATES}
        sentence = f"What goes back to h_{{t-1}} takes the gates in the order {said}"
        yield mistake(f"rows_{order}_back", sentence, Altered(blocks=back), see=PATHS)


def gates_left_out() -> Iterator[Mistake]:
    """A gate is missing in some results, or where parameters and inputs enter."""
    for gate in GATES:
        for parts in (*USES, ("W_x", "W_h", "b", "X")):
            altered = Altered(factors={gate: ("0",)}, only_uses=True)
            yield mistake(
                f"without_{gate}_in_{_named(parts)}",
                f"In {_said(parts)} the gate {gate} is missing.",
                altered,
                *parts,
            )
    bare = {gate: FACTORS[gate][:1] for gate in GATES}
    for parts in USES[-2:]:
        sentence = f"In {_said(parts)} the gates' slopes are missing: ∂L/∂i_t stands where ∂L/∂a^i_t belongs, and so on."
        yield mistake(
            f"slopes_missing_in_{_named(parts)}", sentence, Altered(factors=bare, only_uses=True), *parts
        )


def at_the_start() -> Iterator[Mistake]:
    """∂L/∂h_0 or ∂L/∂c_0 is that of something else."""
    whole = {("h", "loss"): (), ("h", "later"): ()}
    none = dict.fromkeys(GATES)
    for part, altered, sentence in (
        ("c_0", Altered(factors={"c": ()}, only_first=True), "∂L/∂c_1: the factor f_1 is missing"),
        ("c_0", Altered(read={"c": (0.0, 0.0, 0.0, 1.0)}, only_first=True), "without what h_1 gives to c_1"),
        (
            "c_0",
            Altered(read={"c": (0.0, 0.0, 1.0, 0.0)}, only_first=True),
            "without what comes back to c_1 from step 2",
        ),
        (
            "c_0",
            Altered(read={"c": (0.0, 0.0, 0.0, 1.0)}, factors={"c": ()}, only_first=True),
            "what step 2 sends back to c_1",
        ),
        ("h_0", Altered(extra=whole, blocks=none, only_first=True), "∂L/∂h_1"),
        (
            "h_0",
            Altered(extra={("h", "later"): ()}, blocks=none, only_first=True),
            "what step 2 sends back to h_1",
        ),
    ):
        yield mistake(f"start_of_{part}", f"∂L/∂{part} is {sentence}.", altered, part, see=PATHS)
    for gate in GATES:
        altered = Altered(blocks={gate: None}, only_first=True)
        yield mistake(f"start_without_{gate}", f"∂L/∂h_0 lacks the gate {gate}.", altered, "h_0", see=PATHS)


WHAT = {"hc": "Nothing goes back", "h": "∂L/∂h does not go back", "c": "∂L/∂c does not go back"}
MOST, TWICE = 20, 10  # steps between two cuts; the longest case has more, and shows two of the latter


def cuts() -> Iterator[Mistake]:
    """Between some steps nothing goes back, or not all."""
    for what, said in WHAT.items():
        for where, told in (
            (_last, "from the last step to the one before"),
            (_second, "from step 2 to step 1"),
        ):
            yield _of_cut("cut_once", f"{said} {told}.", what, where)
        for every in range(2, MOST + 1):
            for start, counted in ((True, "first"), (False, "last")):
                if every == TWICE + 1 and not start:  # in the middle, where the others are
                    continue
                sentence = f"{said} across blocks of {every} steps, counted from the {counted} step."
                if every > TWICE and start:
                    sentence = f"{said} from step {every + 1} to step {every}."
                elif every > TWICE:
                    sentence = f"{said} to the {every + 1}th step, counted from the last."
                name = "cut_every" if every <= TWICE else "cut_once"
                for starts in (True, False) if start else (False,):
                    where = partial(_every, every, start, starts)
                    yield _of_cut(name, sentence, what, where)


def _of_cut(name: str, sentence: str, what: str, where: Callable[[int], Array]) -> Mistake:
    return mistake(name, sentence, Altered(carried=partial(_cut, what, where)), see=PATHS)


def _cut(what: str, where: Callable[[int], Array], T: int) -> Array:
    """What goes on into each step (T, 2)."""
    on = np.ones((T, 2))
    on[where(T)] = ["h" not in what, "c" not in what]
    return on


def _last(T: int) -> Array:
    return (np.arange(T) == T - 1) & (np.arange(T) > 0)


def _second(T: int) -> Array:
    return np.arange(T) == 1


def _every(steps: int, from_start: bool, starts: bool, T: int) -> Array:
    """Before which steps; with `starts` before the first, too."""
    t = np.arange(T)
    return ((t if from_start else T - t) % steps == 0) & (starts | (t > 0) | (not from_start))


def _said(parts: tuple[str, ...]) -> str:
    names = ["∂L/∂x_t" if part == "X" else f"∂L/∂{part}" for part in parts]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _named(parts: tuple[str, ...]) -> str:
    return "_and_".join("x" if part == "X" else part for part in parts)


WEIGHTS = ("W_x", "W_h", "b")
STANDS = {
    "W_x": {
        "before": "x_{t-1} stands where x_t belongs",
        "before around": "x_{t-1} stands where x_t belongs",
        "later": "x_{t+1} stands where x_t belongs",
        "later around": "x_{t+1} stands where x_t belongs",
        "first": "x_1 stands at every step, where x_t belongs",
        "last": "x_T stands at every step, where x_t belongs",
        "reversed": "the inputs are read in the wrong order",
    },
    "W_h": {
        "before": "h_{t-2} stands where h_{t-1} belongs",
        "before around": "h_{t-2} stands where h_{t-1} belongs",
        "around": "h_{t-2} stands where h_{t-1} belongs",
        "later": "h_t stands where h_{t-1} belongs",
        "later around": "h_t stands where h_{t-1} belongs",
        "first": "h_0 stands at every step, where h_{t-1} belongs",
        "last": "h_{T-1} stands at every step, where h_{t-1} belongs",
        "reversed": "the states are read in the wrong order",
    },
}
CELLS = {"cell before": "c_{t-1}", "cell after": "c_t", "tanh of cell": "tanh(c_t)"}


def uses_of_cells() -> Iterator[Mistake]:
    """∂L/∂W_h reads a cell."""
    for kind, said in CELLS.items():
        sentence = f"In ∂L/∂W_h {said} stands where h_{{t-1}} belongs."
        yield mistake(f"W_h_reads_{kind.replace(' ', '_')}", sentence, Altered(uses={"W_h": kind}), "W_h")


def uses_of_steps() -> Iterator[Mistake]:
    """∂L/∂W_x or ∂L/∂W_h reads what belongs to another step; or a gradient leaves a step out."""
    for part, kinds in STANDS.items():
        for kind, said in kinds.items():
            name = f"{part}_reads_{kind.replace(' around', '').replace('around', 'before')}"
            yield mistake(name, f"In ∂L/∂{part} {said}.", Altered(uses={part: kind}), part)
    for parts in (*USES[:3], WEIGHTS):
        for kind, name, sentence in (
            ("but the first", "first_use_left_out", "{} leaves out step 1."),
            ("but the last", "last_use_left_out", "{} leaves out the last step."),
            (
                "at the last",
                "only_last_use",
                "Only the use at the last step is left in {}: is each step's term assigned instead of added?",
            ),
        ):
            altered = Altered(uses=dict.fromkeys(parts, kind))
            yield mistake(
                f"{name}_{_named(parts)}",
                sentence.format(_said(parts)).replace(
                    "b leaves", "b leave" if len(parts) > 1 else "b leaves"
                ),
                altered,
                *parts,
            )
