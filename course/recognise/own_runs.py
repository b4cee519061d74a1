"""Mistakes of a forward pass that the answer makes itself: what it reads, and what it keeps."""

from collections.abc import Callable

import numpy as np

from course.models import Array
from course.recognise.other_runs import STATES, Other, at, run
from course.recognise.outputs import outputs_of
from course.recognise.sequences import Sequence, with_errors


def _inputs_before(s: Sequence, around: bool) -> Sequence:
    """Step t of the forward pass reads x_{t-1}; the first reads the last, or zeros."""
    moved = np.roll(s.X, 1, axis=0)
    return at(s, run(s, X=moved if around else np.vstack([0 * moved[:1], moved[1:]])))


def _compared(s: Sequence, states: Array) -> Sequence:
    """The errors are those of outputs that are made of other states (T, h)."""
    made = outputs_of(s)
    return with_errors(s, made.c * (states @ s.p.W_qh.T + s.p.b_q - made.y))


def _overwritten(s: Sequence, outputs: bool, h_0: bool) -> Sequence:
    """All states that the backward pass reads are the last one; the `outputs` and `h_0` may be, too."""
    a, _, after = s.values
    kept = after[-1] + 0 * after
    read = kept if h_0 else np.vstack([s.h_0, kept[1:]])
    return at(s if outputs else with_errors(s, outputs_of(s).e), (a, read, kept))


def _each(change: Callable[..., Sequence], *chosen: tuple[bool, ...]) -> list[Callable[[Sequence], Sequence]]:
    return [lambda s, more=more: change(s, *more) for more in chosen]  # type: ignore[misc]


INPUTS = f"{STATES}: step t of the forward pass reads x_{{t-1}}; a_t is made of x_t."
OVERWRITTEN = "Every state that is kept is the last one, h_T: is one array filled again at every step?"
OWN_RUNS: list[Other] = [
    *[("forward_inputs_before", INPUTS, of) for of in _each(_inputs_before, (True,), (False,))],
    (
        "outputs_of_states_before",
        "The output of step t is made of h_{t-1} before it is compared with y_t: o_t is made of h_t.",
        lambda s: _compared(s, s.values[1]),
    ),
    (
        "one_output",
        "Every target is compared with the output of the last step: y_t belongs to o_t.",
        lambda s: _compared(s, s.values[2][-1:] + 0 * s.values[2]),
    ),
    *[
        ("states_overwritten", OVERWRITTEN, of)
        for of in _each(_overwritten, (False, False), (False, True), (True, False), (True, True))
    ],
]
