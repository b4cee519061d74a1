"""Mistakes in comparing outputs with targets: e_t = (o_t − y_t)/T, with one thing altered."""

from collections.abc import Callable

import numpy as np

from course.models import Array
from course.recognise.outputs import Error, Outputs, Way, moved


def _compared(change: Callable[[Outputs], Array], scaled: bool = True) -> Way:
    return lambda w: (w.c if scaled else 1.0) * change(w)


def _targets(by: int) -> tuple[Way, ...]:
    def way(kind: str) -> Way:
        return _compared(lambda w: w.o - moved(w.targets, by)[kind][: len(w.o)])

    return tuple(map(way, ("around", "none", "end")))


def _softmax(o: Array) -> Array:
    powers = np.exp(o - o.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


COMPARED = (
    Error(
        "target_before", "{e} of step t is taken with y_{t-1}: it is made of o_t and y_t.", _targets(-1), True
    ),
    Error(
        "target_after", "{e} of step t is taken with y_{t+1}: it is made of o_t and y_t.", _targets(1), True
    ),
    Error(
        "one_target",
        "Every step is compared with one and the same target: {e} of step t is made of o_t and y_t.",
        (
            _compared(lambda w: w.o - w.y[0]),
            _compared(lambda w: w.o - w.y[-1]),
            _compared(lambda w: w.o - w.y.mean(axis=0)),
        ),
        True,
    ),
    Error(
        "targets_reversed",
        "The targets are in reverse order: {e} of step t is made of o_t and y_t.",
        (_compared(lambda w: w.o - w.y[::-1]),),
        True,
    ),
    Error(
        "target_added",
        "o_t + y_t stands where o_t − y_t belongs.",
        (_compared(lambda w: w.o + w.y), _compared(lambda w: -w.o - w.y)),
        True,
    ),
    Error(
        "mean_of_one_alone",
        "Only the outputs, or only the targets, are divided by the number of steps: the difference is.",
        (_compared(lambda w: w.c * w.o - w.y, False), _compared(lambda w: w.o - w.c * w.y, False)),
        True,
    ),
    Error(
        "outputs_squashed",
        "The outputs are squashed before they are compared: o_t is linear in h_t.",
        (
            _compared(lambda w: np.tanh(w.o) - w.y),
            _compared(lambda w: (1 + np.tanh(w.o / 2)) / 2 - w.y),
            _compared(lambda w: _softmax(w.o) - w.y),
        ),
        True,
    ),
    Error(
        "slope_at_the_output",
        "{e} is multiplied by a slope of o_t: the outputs are linear in h_t.",
        (_compared(lambda w: (w.o - w.y) * (1 - w.o**2)), lambda w: w.e * (1 - np.tanh(w.o) ** 2)),
        True,
    ),
    Error(
        "error_squared",
        "{e} is squared: the derivative of ½‖o_t − y_t‖² is not.",
        (_compared(lambda w: (w.o - w.y) ** 2), _compared(lambda w: (w.o - w.y) ** 2 / 2), lambda w: w.e**2),
        True,
    ),
)
