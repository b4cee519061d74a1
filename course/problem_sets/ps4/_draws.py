"""What else is often taken for factors on the edges: other ways to count with the draws."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course.models import Array
from course.problem_sets.ps4._edges import OTHER_WEIGHTS, edges
from course.recognise.counting import EVERYTHING, INITIAL, OUTPUT, STEPS, Counts, Miscount, miscounts


def between(put: Callable[..., Any], none: float = 1.0) -> Counts:
    """The draws of the edges on a way put together in another way; `none` where there is none."""

    def alpha(t: Array, k: Array, T: int, xi: Array) -> Array:
        found = np.full(t.shape, none)
        for place in np.argwhere(t > k):
            row, column = place
            found[row, column] = put(xi[k[row, column] : t[row, column]])
        return found

    return alpha


def last_zero(xi: Array) -> int:
    """The last step whose draw is zero, or 0."""
    return int(np.max(np.flatnonzero(xi == 0) + 1, initial=0))


def powers(t: Array, k: Array, xi: Array, times: Callable[[Array], Array]) -> Array:
    """The product of the draws of the edges on a way, each to a power that `times` makes of its step."""
    j = np.arange(1, len(xi) + 1)
    on_the_way = (k[..., None] < j) & (j <= t[..., None])
    return np.asarray(np.power(xi, np.where(on_the_way, times(j), 0)).prod(axis=-1))


def first_edge(weight: Callable[[Array], Any]) -> Counts:
    """Another weight of the edge from h_0 alone."""
    return lambda t, k, T, xi: weight(xi) * edges(t, k, xi, least=1)


EDGE_MISTAKES = (
    *OTHER_WEIGHTS,
    Miscount(
        "direct_use_weighed",
        "ξ_t weighs the direct use in step t too: it belongs to the edge from h_{t-1} alone.",
        STEPS,
        lambda t, k, T, xi: edges(t, k - 1, xi),
    ),
    Miscount(
        "one_step_variant",
        "ξ_t stands before the whole of dh_{t-1}/dw: z_{t-1}, with draws of its own, belongs there.",
        STEPS,
        lambda t, k, T, xi: np.where(t > k, xi[t - 1], 1.0),
    ),
    Miscount(
        "factor_of_the_use",
        "Only the edge next to the use has its factor: every edge between loss and use has one.",
        STEPS,
        lambda t, k, T, xi: np.where(t > k, xi[np.minimum(k, T - 1)], 1.0),
    ),
    Miscount(
        "loss_weighed",
        "ξ_t weighs the loss of step t too: it belongs to the edge from h_{t-1} alone.",
        EVERYTHING,
        lambda t, k, T, xi: xi[t - 1] * edges(t, k, xi),
    ),
    Miscount(
        "whole_gradient",
        "The draws are not used: this is the whole gradient.",
        STEPS,
        lambda t, k, T, xi: t >= k,
    ),
    Miscount(
        "own_use_only",
        "Nothing travels between steps, whatever the draws are.",
        STEPS,
        lambda t, k, T, xi: t == k,
        (lambda t, k, T, xi: xi[0] * (t == 1),),
    ),
    Miscount(
        "weighed_twice",
        "ξ_t weighs the direct use in step t and the edge from h_{t-1}: it belongs to the edge alone.",
        STEPS,
        lambda t, k, T, xi: edges(t, k - 1, xi) * edges(t, k, xi),
    ),
    Miscount(
        "stopped_at_zero",
        "The way back ends at the last ξ_t = 0: earlier steps have losses of their own.",
        STEPS,
        lambda t, k, T, xi: edges(t, k, xi) * (k >= last_zero(xi)),
    ),
    *miscounts(
        "draw_of_the_loss",
        "Back from the loss of step t, ξ_t weighs every edge: each edge has its own draw.",
        STEPS,
        lambda t, k, T, xi: xi[t - 1] ** np.maximum(t - k, 0),
    ),
    *miscounts(
        "one_loss_left",
        "One loss alone is left: is what the losses send back assigned instead of added?",
        (*STEPS, *INITIAL),
        lambda t, k, T, xi: edges(t, k, xi) * (t == T),
    ),
    Miscount(
        "one_loss_left",
        "One loss alone is left: is what the losses send back assigned instead of added?",
        INITIAL,
        lambda t, k, T, xi: edges(t, k, xi) * (t == 1),
    ),
    Miscount(
        "only_direct_use_weighed",
        "ξ_t weighs the use in step t, and no edge: it belongs to the edge from h_{t-1}.",
        STEPS,
        lambda t, k, T, xi: xi[np.maximum(k, 1) - 1] + 0 * t,
        (lambda t, k, T, xi: t > 0,),
    ),
    Miscount(
        "only_loss_weighed",
        "ξ_t weighs the loss of step t, and no edge: it belongs to the edge from h_{t-1}.",
        EVERYTHING,
        lambda t, k, T, xi: xi[t - 1] + 0 * k,
    ),
    *miscounts(
        "edge_missing",
        "One edge of each way is without its factor: every edge between loss and use has one.",
        STEPS,
        lambda t, k, T, xi: edges(t - 1, k, xi),
        lambda t, k, T, xi: edges(t, k + 1, xi),
    ),
    *miscounts(
        "edges_beyond",
        "Edges weigh that are not between the loss and the use: only those between have a factor.",
        STEPS,
        lambda t, k, T, xi: edges(t, 0 * k, xi),
        lambda t, k, T, xi: edges(t, 0 * k, xi, least=1),
        lambda t, k, T, xi: edges(0 * t + T, k, xi),
        lambda t, k, T, xi: edges(0 * t + T, 0 * k, xi),
    ),
    *miscounts(
        "not_multiplied",
        "The draws of the edges on the way are added, averaged, or one of them chosen: they multiply.",
        STEPS,
        *(between(put) for put in (np.sum, np.mean, np.min, np.max)),
        between(np.sum, 0.0),
    ),
    *miscounts(
        "powers",
        "A draw counts several times on the same way: every edge has one factor.",
        STEPS,
        lambda t, k, T, xi: powers(t, k, xi, lambda j: j - k[..., None]),
        lambda t, k, T, xi: powers(t, k, xi, lambda j: t[..., None] - j + 1),
    ),
    *miscounts(
        "output_layer_weighed",
        "ξ_t weighs ∂L/∂W_qh and ∂L/∂b_q: the output layer is whole.",
        OUTPUT,
        lambda t, k, T, xi: xi[t - 1] + 0 * k,
        lambda t, k, T, xi: np.append(xi[1:], 1.0)[t - 1] + 0 * k,
    ),
    *miscounts(
        "initial_edges",
        "∂L/∂h_0 does not have one factor for every edge between the loss and h_0.",
        INITIAL,
        lambda t, k, T, xi: edges(t - 1, k, xi),
        lambda t, k, T, xi: edges(0 * t + T, k, xi),
        lambda t, k, T, xi: xi[0] + 0 * t,
        lambda t, k, T, xi: xi[t - 1],
        *(
            first_edge(weight)
            for weight in (
                lambda xi: xi[-1],
                lambda xi: xi.mean(),
                lambda xi: xi[min(1, len(xi) - 1)],
                lambda xi: xi[0] ** 2,
                lambda xi: 1 / (xi[0] or np.inf),
                lambda xi: abs(xi[0]),
                lambda xi: 1.0 * (xi[0] != 0),
                lambda xi: 1 - xi[0],
            )
        ),
    ),
    Miscount(
        "initial_edge_whole",
        "ξ_1 is missing in ∂L/∂h_0: it weighs the edge from h_0.",
        INITIAL,
        lambda t, k, T, xi: edges(t, k, xi, least=1),
    ),
    Miscount(
        "initial_state_whole",
        "∂L/∂h_0 is not weighed: the draws belong to the edges on the way to h_0 too.",
        INITIAL,
        lambda t, k, T, xi: t > 0,
    ),
)
