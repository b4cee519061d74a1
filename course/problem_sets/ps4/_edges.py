"""Factors on the edges between the states, and what is often taken for them: counts α(t, k, T, ξ)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course.models import Array
from course.recognise.counting import STEPS, Counts, Miscount


def paths(t: Array, k: Array, T: int, xi: Array) -> Any:
    """What is right: one factor for every edge between the use at step k and loss t."""
    return edges(t, k, xi)


def edges(t: Array, k: Array, weights: Array, least: int = 0) -> Array:
    """The product of the weights of the edges h_{j-1} → h_j for k < j <= t, and `least` < j."""
    j = np.arange(1, len(weights) + 1)
    between = (np.maximum(k, least)[..., None] < j) & (j <= t[..., None])
    return np.asarray(np.where(between, weights, 1.0).prod(axis=-1))


def reweighed(change: Callable[[Array], Array]) -> Counts:
    """Other weights in the place of ξ_1 … ξ_T."""
    return lambda t, k, T, xi: edges(t, k, change(xi))


def _moved(name: str, sentence: str, *changes: Callable[[Array], Array]) -> list[Miscount]:
    return [Miscount(name, sentence, STEPS, reweighed(change)) for change in changes]


OTHER_WEIGHTS = (
    *_moved(
        "one_early",
        "Each edge reads the draw of the step before: ξ_t weighs the edge h_{t-1} → h_t, not the one after.",
        lambda xi: np.append(1.0, xi[:-1]),
        lambda xi: np.append(0.0, xi[:-1]),
        lambda xi: np.append(xi[0], xi[:-1]),
        lambda xi: np.roll(xi, 1),
    ),
    *_moved(
        "one_late",
        "Each edge reads the draw of the step after: ξ_t weighs the edge h_{t-1} → h_t, not the one before.",
        lambda xi: np.append(xi[1:], 1.0),
        lambda xi: np.append(xi[1:], 0.0),
        lambda xi: np.append(xi[1:], xi[-1]),
        lambda xi: np.roll(xi, -1),
    ),
    *_moved(
        "cut_for_good",
        "Where one ξ_t is zero, all edges before it are cut too: each has its own draw.",
        lambda xi: xi * (np.cumprod((xi != 0)[::-1])[::-1]),
    ),
    *_moved(
        "one_edge_weighed",
        "The last edge alone is weighed: every edge has its own draw.",
        lambda xi: np.append(np.ones(len(xi) - 1), xi[-1:]),
    ),
    *_moved("shared", "One draw is used for every edge: each has its own.", lambda xi: 0 * xi + xi[0]),
    *_moved(
        "last_shared", "The last draw is used for every edge: each has its own.", lambda xi: 0 * xi + xi[-1]
    ),
    *_moved(
        "mean_of_draws",
        "The mean of the draws is used for every edge: each has its own.",
        lambda xi: 0 * xi + xi.mean(),
    ),
    *_moved(
        "reversed", "The draws are read from the end: ξ_t weighs the edge h_{t-1} → h_t.", lambda xi: xi[::-1]
    ),
    *_moved(
        "divided",
        "What passes is divided by ξ_t: it is multiplied, 1/π_t stands in the draw already.",
        lambda xi: 1 / np.where(xi, xi, np.inf),
        lambda xi: 1 / np.where(xi, xi, 1.0),
    ),
    *_moved(
        "negative_cut",
        "A negative ξ_t is taken for a cut: any real factor may come.",
        lambda xi: np.maximum(xi, 0),
    ),
    *_moved(
        "not_rescaled",
        "ξ_t is used as a switch, on or off: it is also the factor.",
        lambda xi: 1.0 * (xi != 0),
        lambda xi: 1.0 * (xi > 0),
        lambda xi: 1.0 * (xi >= 1),
        lambda xi: 1.0 * (xi == 1),
        lambda xi: 1.0 * (xi > 1),
        lambda xi: 1.0 * (xi > 0.5),
        lambda xi: 1.0 * (xi >= 0.5),
    ),
    *_moved(
        "whole_numbers",
        "ξ_t is made a whole number: any real factor may come.",
        np.trunc,
        np.floor,
        np.round,
        np.ceil,
    ),
    *_moved(
        "limited",
        "ξ_t is limited to numbers up to 1: any real factor may come.",
        lambda xi: np.minimum(xi, 1),
        lambda xi: np.clip(xi, 0, 1),
        lambda xi: np.clip(xi, -1, 1),
    ),
    *_moved("squared", "ξ_t² weighs the edge h_{t-1} → h_t: it is ξ_t.", lambda xi: xi**2),
    *_moved("absolute", "|ξ_t| weighs the edge h_{t-1} → h_t: it is ξ_t, with its sign.", np.abs),
    *_moved(
        "root", "The root of ξ_t weighs the edge h_{t-1} → h_t: it is ξ_t.", lambda xi: np.sqrt(np.abs(xi))
    ),
    *_moved("signs", "Of ξ_t the sign alone is used: any real factor may come.", np.sign),
    *_moved("complement", "1 − ξ_t weighs the edge h_{t-1} → h_t: it is ξ_t.", lambda xi: 1 - xi),
    *_moved("one_added", "1 + ξ_t weighs the edge h_{t-1} → h_t: it is ξ_t.", lambda xi: 1 + xi),
    *_moved(
        "normalised",
        "The draws are divided by their mean, sum or largest: ξ_t is the factor as it stands.",
        lambda xi: xi / (xi.mean() or 1.0),
        lambda xi: xi / (xi.sum() or 1.0),
        lambda xi: xi / (np.abs(xi).max() or 1.0),
    ),
    *_moved(
        "cumulative",
        "The product of several draws weighs each edge: they multiply along the way, one for each edge.",
        lambda xi: np.cumprod(xi[::-1])[::-1],
        np.cumprod,
    ),
    *_moved(
        "added_up",
        "A sum of several draws weighs each edge: each has its own.",
        lambda xi: np.cumsum(xi[::-1])[::-1],
        np.cumsum,
    ),
)
