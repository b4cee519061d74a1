"""Mistakes in what an LSTM's errors are multiplied by in the gradients of the weights."""

from collections.abc import Iterator

from course.lstm_graph import Altered
from course.lstm_parts import PART_SLIPS
from course.lstm_sums import ASSIGNED, WEIGHTS
from course.lstm_words import Mistake, mistake, parts_named, parts_said

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
        "first": "h_0 stands at every step, where h_{t-1} belongs",
        "last": "h_{T-1} stands at every step, where h_{t-1} belongs",
        "reversed": "the states are read in the wrong order",
    },
}
CELLS = {"cell before": "c_{t-1}", "cell after": "c_t", "tanh of cell": "tanh(c_t)"}


def of_cells() -> Iterator[Mistake]:
    """∂L/∂W_h reads a cell."""
    for kind, said in CELLS.items():
        sentence = f"In ∂L/∂W_h {said} stands where h_{{t-1}} belongs."
        yield mistake(f"W_h_reads_{kind.replace(' ', '_')}", sentence, Altered(uses={"W_h": kind}), "W_h")


def of_steps() -> Iterator[Mistake]:
    """∂L/∂W_x or ∂L/∂W_h reads what belongs to another step; or a gradient leaves a step out."""
    for part, kinds in STANDS.items():
        for kind, stands in kinds.items():
            name = f"{part}_reads_{kind.replace(' around', '').replace('around', 'before')}"
            yield mistake(name, f"In ∂L/∂{part} {stands}.", Altered(uses={part: kind}), part)
    later = PART_SLIPS[0][0]
    for kind in ("later", "later around"):
        yield mistake(later.name, later.sentence, Altered(uses={"W_h": kind}), "W_h")
    for parts in (*((part,) for part in WEIGHTS), WEIGHTS):
        said, name, leave = parts_said(parts), parts_named(parts), "leave" if len(parts) > 1 else "leaves"
        for kind, start, sentence in (
            ("but the first", "first_use_left_out", f"{said} {leave} out step 1."),
            ("but the last", "last_use_left_out", f"{said} {leave} out the last step."),
            ("at the last", "only_last_use", f"Only the use at the last step is left in {said}: {ASSIGNED}"),
        ):
            yield mistake(f"{start}_{name}", sentence, Altered(uses=dict.fromkeys(parts, kind)), *parts)
