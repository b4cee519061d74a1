"""Mistakes of each loss's gradient behind the derivative of the state: in the errors, in rows of results."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from course.models import Array
from course.recognise.forward_reads import shifted
from course.recognise.rules import Rule

SEE = "Forward mode"
Change = Callable[[Array], Array]


def right_errors(O: Array, Y: Array) -> Array:
    """o_t − y_t of every step."""
    return O - Y


@dataclass(frozen=True)
class ErrorRule(Rule):
    """Altered: the output errors, from outputs and targets (T, q); then ∂ℓ_t/∂h_t, by the slopes (T, h)."""

    errors: Callable[[Array, Array], Array] = right_errors
    at_states: Callable[[Array, Array], Array] = lambda g, slopes: g


@dataclass(frozen=True)
class RowRule(Rule):
    """Altered: which steps' derivative of the state meets the errors, and then the rows of the results."""

    met: Callable[[Array], Array] = lambda S: S
    rows: Callable[[Array], Array] = lambda g: g


def _steps(rows: Array, power: int) -> Array:
    """Every row times its step, counted from 1, to a power."""
    return np.asarray(rows * np.arange(1.0, len(rows) + 1).reshape(-1, *[1] * (rows.ndim - 1)) ** power)


def _only(rows: Array, step: int) -> Array:
    """All rows but one made zero."""
    kept = np.zeros_like(rows)
    kept[step] = rows[step]
    return kept


def _against(change: Change, O: Array, Y: Array) -> Array:
    return np.asarray(O - change(Y))


def _of_errors(change: Change, g: Array, slopes: Array) -> Array:
    return change(g)


def _ways(back: int) -> tuple[Change, ...]:
    """Rows one step late or early: wrapped around, with zeros, or with the outermost one repeated."""
    return (
        lambda rows: np.roll(rows, back, 0),
        lambda rows: shifted(rows, back),
        lambda rows: shifted(rows, back, 1.0),
    )


TARGET = "o_t is compared with {}: it belongs to y_t."
ERROR = "∂ℓ_t/∂h_t is that of {}: dh_t/dW meets its own."
TENSOR = "∂ℓ_t/∂h_t meets {}: it belongs to dh_t/dW."
OF_ERRORS = (
    *[
        ErrorRule(name, TARGET.format(what), SEE, errors=partial(_against, way))
        for name, what, ways in (
            ("target_one_early", "y_{t-1}", _ways(1)),
            ("target_one_late", "y_{t+1}", _ways(-1)),
            ("targets_reversed", "the targets in reverse order", (lambda Y: Y[::-1],)),
            ("first_target_everywhere", "y_1 at every step", (lambda Y: Y[:1],)),
            ("last_target_everywhere", "y_T at every step", (lambda Y: Y[-1:],)),
            ("targets_summed", "the sum of the targets so far", (lambda Y: np.cumsum(Y, 0),)),
        )
        for way in ways
    ],
    *[
        ErrorRule(name, ERROR.format(what), SEE, at_states=partial(_of_errors, way))
        for name, what, ways in (
            ("error_one_early", "step t−1", _ways(1)),
            ("error_one_late", "step t+1", _ways(-1)),
            ("errors_reversed", "step T+1−t", (lambda g: g[::-1],)),
            ("first_error_everywhere", "step 1, at every step", (lambda g: g[:1] + 0 * g,)),
            ("last_error_everywhere", "step T, at every step", (lambda g: g[-1:] + 0 * g,)),
            ("errors_summed", "all steps so far, added up", (lambda g: np.cumsum(g, 0),)),
        )
        for way in ways
    ],
    ErrorRule(
        "error_without_sign",
        "The output error has lost its sign: it is o_t − y_t.",
        SEE,
        errors=lambda O, Y: np.abs(O - Y),
    ),
    ErrorRule(
        "only_signs",
        "Only the sign of the output error is used: it is o_t − y_t.",
        SEE,
        errors=lambda O, Y: np.sign(O - Y),
    ),
    ErrorRule(
        "slope_at_the_output",
        "∂ℓ_t/∂h_t is multiplied by the slope of step t: dh_t/dW holds it already.",
        SEE,
        at_states=lambda g, slopes: slopes * g,
    ),
)
OF_ROWS = (
    *[
        RowRule(name, TENSOR.format(what), SEE, met=way)
        for name, what, ways in (
            ("tensor_one_early", "dh_{t-1}/dW", _ways(1)),
            ("tensor_one_late", "dh_{t+1}/dW", _ways(-1)),
            ("last_tensor_everywhere", "dh_T/dW at every step", (lambda S: S[-1:] + 0 * S,)),
            ("tensors_summed", "the sum of all dh_s/dW up to s = t", (lambda S: np.cumsum(S, 0),)),
        )
        for way in ways
    ],
    *[
        RowRule(name, sentence, SEE, rows=way)
        for name, sentence, way in (
            (
                "running_sum",
                "Earlier steps' losses are added: result t should be the gradient of ℓ_t alone.",
                lambda g: np.cumsum(g, 0),
            ),
            (
                "running_mean",
                "Result t is the mean of the losses' gradients so far: it should be that of ℓ_t alone.",
                lambda g: _steps(np.cumsum(g, 0), -1),
            ),
            (
                "sum_of_later_losses",
                "Later steps' losses are added: result t should be the gradient of ℓ_t alone.",
                lambda g: np.cumsum(g[::-1], 0)[::-1],
            ),
            (
                "divided_by_the_step",
                "Result t is divided by t: ℓ_t is one step's loss, without a factor.",
                lambda g: _steps(g, -1),
            ),
            (
                "multiplied_by_the_step",
                "Result t is multiplied by t: ℓ_t is one step's loss, without a factor.",
                lambda g: _steps(g, 1),
            ),
            (
                "last_row_only",
                "Only the last row is filled: every step has a loss, and a gradient.",
                lambda g: _only(g, -1),
            ),
            (
                "first_row_only",
                "Only the first row is filled: every step has a loss, and a gradient.",
                lambda g: _only(g, 0),
            ),
            (
                "total_in_the_last_row",
                "The last row holds the sum over all losses, the others zero: row t-1 is that of ℓ_t.",
                lambda g: _only(np.cumsum(g, 0), -1),
            ),
            (
                "total_everywhere",
                "Every row holds the sum over all losses; row t-1 is that of ℓ_t.",
                lambda g: g.sum(0) + 0 * g,
            ),
            (
                "difference_of_rows",
                "Result t has that of step t−1 subtracted: it should be the gradient of ℓ_t alone.",
                lambda g: g - shifted(g, 1),
            ),
        )
    ],
)
