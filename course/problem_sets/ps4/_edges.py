"""Factors on the edges between the states, and what is often taken for them: counts α(t, k, T, ξ)."""

from typing import Any

import numpy as np

from course.models import Array
from course.recognise.counting import INITIAL, STEPS, Miscount


def paths(t: Array, k: Array, T: int, xi: Array) -> Any:
    """What is right: one factor for every edge between the use at step k and loss t."""
    return edges(t, k, xi)


def edges(t: Array, k: Array, weights: Array, least: int = 0) -> Array:
    """The product of the weights of the edges h_{j-1} → h_j for k < j <= t, and `least` < j."""
    product = np.vectorize(lambda t, k: np.prod(weights[max(k, least) : t]))
    return np.asarray(product(t, np.maximum(k, 0)))


EDGE_MISTAKES = (
    Miscount(
        "one_early",
        "The draws stand one step early: ξ_t weighs the edge h_{t-1} → h_t, not h_t → h_{t+1}.",
        STEPS,
        lambda t, k, T, xi: edges(t, k, np.append(1.0, xi[:-1])),
        lambda t, k, T, xi: edges(t, k, np.roll(xi, 1)),
    ),
    Miscount(
        "one_late",
        "The draws stand one step late: ξ_t weighs the edge h_{t-1} → h_t, not h_{t-2} → h_{t-1}.",
        STEPS,
        lambda t, k, T, xi: edges(t, k, np.append(xi[1:], 1.0)),
    ),
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
        "shared",
        "One draw is used for every edge: each has its own.",
        STEPS,
        lambda t, k, T, xi: xi[0] ** np.maximum(t - k, 0),
    ),
    Miscount(
        "mean_of_draws",
        "The mean of the draws is used for every edge: each has its own.",
        STEPS,
        lambda t, k, T, xi: xi.mean() ** np.maximum(t - k, 0),
    ),
    Miscount(
        "reversed",
        "The draws are read from the end: ξ_t weighs the edge h_{t-1} → h_t.",
        STEPS,
        lambda t, k, T, xi: edges(t, k, xi[::-1]),
    ),
    Miscount(
        "divided",
        "What passes is divided by ξ_t: it is multiplied, 1/π_t stands in the draw already.",
        STEPS,
        lambda t, k, T, xi: edges(t, k, 1 / np.where(xi, xi, np.inf)),
    ),
    Miscount(
        "negative_cut",
        "A negative ξ_t is taken for a cut: any real factor may come.",
        STEPS,
        lambda t, k, T, xi: edges(t, k, np.maximum(xi, 0)),
    ),
    Miscount(
        "loss_weighed",
        "ξ_t weighs the loss of step t too: it belongs to the edge from h_{t-1} alone.",
        STEPS,
        lambda t, k, T, xi: xi[t - 1] * edges(t, k, xi),
    ),
    Miscount(
        "not_rescaled",
        "ξ_t is used as a switch, on or off: it is also the factor.",
        STEPS,
        lambda t, k, T, xi: edges(t, k, 1.0 * (xi != 0)),
    ),
    Miscount(
        "whole_gradient",
        "The draws are not used: this is the whole gradient.",
        STEPS,
        lambda t, k, T, xi: t >= k,
    ),
    Miscount(
        "initial_edge_whole",
        "ξ_1 is missing in ∂L/∂h_0: it weighs the edge from h_0.",
        INITIAL,
        lambda t, k, T, xi: edges(t, k, xi, least=1),
    ),
)
