"""Mistakes in an LSTM's sums over the steps: whose losses, which steps, and what their errors multiply."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from course.altered_lstm import BACKWARD
from course.lstm_atoms import GATES
from course.lstm_graph import Altered
from course.lstm_words import Mistake
from course.models import Array

WEIGHTS = ("W_x", "W_h", "b")
ROW = "dH[0] is what the loss says of h_1; with t counted from 0, that is dH[t]"


def only(step: int, dH: Array) -> Array:
    """That row of dH, and zeros."""
    return np.where(np.arange(len(dH))[:, None] == step % len(dH), dH, 0.0)


def _of_losses(name: str, sentence: str, change: Callable[[Array], Array]) -> Mistake:
    return Mistake(name, sentence, BACKWARD, Altered(losses=change))


LOSSES = (
    _of_losses(
        "last_loss_only",
        "Only the last step's loss is counted; every row of dH should enter.",
        lambda dH: only(-1, dH),
    ),
    _of_losses("losses_reversed", "The rows of dH enter in the wrong order.", lambda dH: dH[::-1]),
    _of_losses(
        "losses_one_early",
        f"At step t the loss of step t - 1 enters, and at step 1 that of the last: {ROW}.",
        lambda dH: np.roll(dH, 1, axis=0),
    ),
    _of_losses("last_step_left_out", "The loop leaves out the last step.", lambda dH: dH - only(-1, dH)),
)


def of_losses() -> Iterator[Mistake]:
    """Others of the losses, and what else may stand in the place of one of them."""
    for name, sentence, change in (
        ("losses_one_late", "At step t the loss of step t + 1 enters: dH[t-1] belongs to h_t.", _late),
        ("losses_one_late", "At step t the loss of step t + 1 enters: dH[t-1] belongs to h_t.", _late_around),
        ("losses_one_early", f"At step t the loss of step t - 1 enters: {ROW}.", _early),
        (
            "first_loss_only",
            "Only the first step's loss is counted; every row of dH should enter.",
            partial(only, 0),
        ),
        (
            "first_loss_left_out",
            "The first step's loss is left out; every row of dH should enter.",
            _but_the_first,
        ),
        ("losses_added_up", "At step t the sum of the losses' rows enters where dH[t-1] belongs.", _added),
        (
            "losses_added_up",
            "At step t the rows of dH enter added up to there; only that of h_t should, dH[t-1].",
            _so_far,
        ),
        (
            "losses_added_up",
            "At step t the rows of dH enter added up from there; only that of h_t should, dH[t-1].",
            _from_there,
        ),
    ):
        yield _of_losses(name, sentence, change)


def _late(dH: Array) -> Array:
    return np.concatenate([dH[1:], 0 * dH[:1]])


def _late_around(dH: Array) -> Array:
    return np.roll(dH, -1, axis=0)


def _early(dH: Array) -> Array:
    return np.concatenate([0 * dH[:1], dH[:-1]])


def _but_the_first(dH: Array) -> Array:
    return dH - only(0, dH)


def _added(dH: Array) -> Array:
    return np.asarray(0 * dH + dH.sum(axis=0))


def _so_far(dH: Array) -> Array:
    return np.cumsum(dH, axis=0)


def _from_there(dH: Array) -> Array:
    return np.asarray(np.cumsum(dH[::-1], axis=0)[::-1])


LEFT_OUT = Altered(  # h_0 and c_0 stand where h_1 and c_1 do, and step 1 has no loss
    factors={**dict.fromkeys(GATES, ("0",)), "c": ()},
    read={"ch": (0.0, 0.0)},
    extra={("h", "later"): ()},
    only_first=True,
)


def _of_sums(name: str, sentence: str, kind: str, *parts: str) -> Mistake:
    return Mistake(name, sentence, BACKWARD, Altered(uses=dict.fromkeys(parts, kind)), parts)


def _multiplied(said: str, *parts: str) -> Mistake:
    names, short = " and ".join(f"∂L/∂{part}" for part in parts), "_and_".join(parts)
    sentence = f"In {names} two sums over the steps are multiplied: {said} belongs there, a sum of products."
    return _of_sums(f"sums_multiplied_in_{short}", sentence, "sum", *parts)


ASSIGNED = "is each step's term assigned instead of added?"
STEPS_LEFT = (
    *LOSSES,
    Mistake("first_step_left_out", "The loop leaves out the first step.", BACKWARD, LEFT_OUT),
    _of_sums(
        "only_first_use",
        f"Only the use at step 1 is left in the weights: {ASSIGNED}",
        "at the first",
        *WEIGHTS,
    ),
    *[
        _of_sums(
            f"only_first_use_{part}",
            f"Only the use at step 1 is left in ∂L/∂{part}: {ASSIGNED}",
            "at the first",
            part,
        )
        for part in WEIGHTS
    ],
    _multiplied("Σ_t ∂L/∂a_t x_tᵀ", "W_x"),
    _multiplied("Σ_t ∂L/∂a_t h_{t-1}ᵀ", "W_h"),
    _multiplied("Σ_t ∂L/∂a_t x_tᵀ and Σ_t ∂L/∂a_t h_{t-1}ᵀ", "W_x", "W_h"),
)
