"""The direct and the total derivative of a state with respect to W_hh, right and altered."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import RNN, Array, rnn_forward
from course.oracles import complex_step


def total_of(p: RNN, X: Array, h_0: Array, t: int) -> Array:
    """dh_t/dW_hh (h, h, h), by the complex step of the given forward pass."""
    return complex_step(lambda W: rnn_forward(p._replace(W_hh=W), X, h_0)[0][t], p.W_hh)


def direct_of(p: RNN, X: Array, h_0: Array, t: int) -> Array:
    """The same with the edge from h_{t-1} cut: the state before the step is a constant."""
    before = rnn_forward(p, X, h_0)[0][t - 1]
    return complex_step(lambda W: rnn_forward(p._replace(W_hh=W), X[t - 1 : t], before)[0][1], p.W_hh)


def derivatives(p: RNN, X: Array, h_0: Array, t: int) -> Parts:
    """Both."""
    return {"direct": direct_of(p, X, h_0, t), "total": total_of(p, X, h_0, t)}


def rearranged(change: Callable[[Array, Array], tuple[Array, Array]], *args: Any) -> Parts:
    """The right derivatives, put together wrongly."""
    right = derivatives(*args)
    return dict(zip(("direct", "total"), change(right["direct"], right["total"]), strict=True))


def other_axes(order: tuple[int, ...], names: tuple[str, ...], *args: Any) -> Parts:
    """The right derivatives, some of them with their axes in another order."""
    right = derivatives(*args)
    return {name: part.transpose(order) if name in names else part for name, part in right.items()}


def at_step(step: Callable[[int, int], int], p: RNN, X: Array, h_0: Array, t: int) -> Parts:
    """The right derivatives, of another state."""
    return derivatives(p, X, h_0, step(t, len(X)))


def carries_the_direct(p: RNN, X: Array, h_0: Array, t: int) -> Parts:
    """The total takes the direct derivative of step t itself back through h_{t-1}."""
    before = rnn_forward(p, X, h_0)[0][t - 1]
    J = complex_step(lambda h: rnn_forward(p, X[t - 1 : t], h)[0][1], before)
    direct = direct_of(p, X, h_0, t)
    return {"direct": direct, "total": direct + np.tensordot(J, direct, 1)}


def before_or_zero(p: RNN, X: Array, h_0: Array, t: int) -> Parts:
    """The right derivatives of h_{t-1}; those of h_0 are zero."""
    return (
        at_step(lambda t, T: max(t - 1, 1), p, X, h_0, t)
        if t > 1
        else rearranged(lambda direct, total: (0 * direct, 0 * total), p, X, h_0, t)
    )


def in_all_rows(p: RNN, X: Array, h_0: Array, t: int) -> Parts:
    """Both derivatives as if every entry W_hh[j, k] stood in every row of its column."""
    ones = np.ones_like(p.W_hh)

    def state(X: Array, h: Array, t: int) -> Array:
        def moved(W: Array) -> Array:
            return np.asarray(rnn_forward(p._replace(W_hh=p.W_hh + ones @ (W - p.W_hh)), X, h)[0][t])

        return complex_step(moved, p.W_hh)

    return {"direct": state(X[t - 1 : t], rnn_forward(p, X, h_0)[0][t - 1], 1), "total": state(X, h_0, t)}


DIRECT_TWICE = "The total derivative is the direct one: the path through h_{t-1} is missing."
MISTAKES: tuple[tuple[str, str, Callable[..., Parts]], ...] = (
    *[
        (
            "axes_in_another_order",
            f"The axes of {' and '.join(names)} stand in another order: [i, j, k] is right.",
            partial(other_axes, order, names),
        )
        for order in ((1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0), (0, 2, 1))
        for names in (("direct", "total"), ("direct",), ("total",))
        if order[2] != 2 or "direct" not in names  # it is the same, as it is zero for i ≠ j
        if order != (0, 2, 1) or len(names) == 1  # that has a name of its own
    ],
    *[
        (name, sentence, partial(rearranged, change))
        for name, sentence, change in (
            (
                "direct_twice",
                DIRECT_TWICE,
                lambda direct, total: (direct, direct),
            ),
            (
                "total_twice",
                "The direct derivative is the total one: h_{t-1} should be held fixed.",
                lambda direct, total: (total, total),
            ),
            (
                "swapped",
                "The two results are swapped: direct first, then total.",
                lambda direct, total: (total, direct),
            ),
            (
                "direct_missing",
                "The total derivative counts the path through h_{t-1} alone; the direct one belongs to it.",
                lambda direct, total: (direct, total - direct),
            ),
            (
                "transposed_indices",
                "The last two indices are swapped: [i, j, k] belongs to W_hh[j, k].",
                lambda direct, total: (direct.swapaxes(1, 2), total.swapaxes(1, 2)),
            ),
        )
    ],
    (
        "of_the_last_step",
        "Both are derivatives of the last state h_T: t says which state is asked for.",
        partial(at_step, lambda t, T: T),
    ),
    (
        "of_the_step_after",
        "Both are derivatives of h_{t+1}: one step less is asked for.",
        partial(at_step, lambda t, T: min(t + 1, T)),
    ),
    *[
        ("of_the_step_before", "Both are derivatives of h_{t-1}: one step more is asked for.", value)
        for value in (partial(at_step, lambda t, T: max(t - 1, 1)), before_or_zero)
    ],
    (
        "carries_the_direct",
        "The path through h_{t-1} carries the direct derivative of h_t; the total one of h_{t-1} belongs "
        "there.",
        carries_the_direct,
    ),
)
