"""Chunks of the triangle, and what is often taken for them: counts α(t, k, T, every)."""

from typing import Any

import numpy as np

from course.models import Array
from course.recognise.counting import STEPS, Miscount, miscounts


def chunks(t: Array, k: Array, T: int, every: int) -> Any:
    """Loss and use stand in one chunk; h_0 stands in the first."""
    return (t - 1) // every == (np.maximum(k, 1) - 1) // every


def length(t: Array, T: int, every: int) -> Array:
    """The steps of the chunk that step t stands in."""
    return np.asarray(np.minimum(every, T - (t - 1) // every * every))


OVERLAPPING = ("overlapping", "The chunks overlap by a step: each step stands in one chunk.")
CUTS = (
    Miscount(
        "whole_gradient",
        "Nothing is cut: the gradient passes from chunk to chunk.",
        STEPS,
        lambda t, k, T, every: t >= k,
    ),
    Miscount(
        "band",
        "This is a band, not chunks: every loss goes back every − 1 steps. It goes back to its chunk's first "
        "step.",
        STEPS,
        lambda t, k, T, every: t - k < every,
    ),
    Miscount(
        "wider_band",
        "This is a band, not chunks: every loss goes back `every` steps. It goes back to its chunk's first "
        "step.",
        STEPS,
        lambda t, k, T, every: t - k <= every,
    ),
    Miscount(
        "cut_one_early",
        "The cuts stand one step early: the first chunk holds steps 1 to every.",
        STEPS,
        lambda t, k, T, every: t // every == k // every,
    ),
    Miscount(
        "cut_one_late",
        "The cuts stand one step late: the first chunk holds steps 1 to every.",
        STEPS,
        lambda t, k, T, every: np.maximum(t - 2, 0) // every == np.maximum(k - 2, 0) // every,
    ),
    Miscount(
        "cut_behind_first",
        "The cuts stand one step late, the first behind step 1: the first chunk holds steps 1 to every.",
        STEPS,
        lambda t, k, T, every: (t - 2) // every == (k - 2) // every,
    ),
    Miscount(
        "from_the_end",
        "The chunks are counted from the end: the first begins at step 1.",
        STEPS,
        lambda t, k, T, every: (T - t) // every == (T - k) // every,
    ),
    Miscount(
        "chunks_too_long",
        "The chunks are one step too long: they have `every` steps each.",
        STEPS,
        lambda t, k, T, every: chunks(t, k, T, every + 1),
    ),
    Miscount(
        "own_use_only",
        "Nothing travels between steps, not even inside a chunk.",
        STEPS,
        lambda t, k, T, every: t == k,
    ),
    *miscounts(
        "chunks_too_short",
        "The chunks are too short: they have `every` steps each.",
        STEPS,
        lambda t, k, T, every: chunks(t, k, T, max(every - 1, 1)),
        lambda t, k, T, every: chunks(t, k, T, max(every // 2, 1)),
    ),
    *miscounts(
        *OVERLAPPING,
        STEPS,
        lambda t, k, T, every: chunks(t, k, T, every) | (((t - 1) % every == 0) & chunks(t - 1, k, T, every)),
        lambda t, k, T, every: chunks(t, k, T, every) | chunks(t, k + 1, T, every),
        lambda t, k, T, every: chunks(t, k, T, every) | (((t - 1) % every == 0) & (t - k == 1)),
    ),
    Miscount(
        "two_chunks",
        "A loss goes back through its own chunk and the one before: it stops at the first step of its own.",
        STEPS,
        lambda t, k, T, every: (t - 1) // every - (k - 1) // every <= 1,
    ),
    *miscounts(
        "cuts_missing",
        "Some of the cuts are missing: there is one behind every chunk.",
        STEPS,
        lambda t, k, T, every: chunks(t, k, T, every) | (t <= 2 * every),
        lambda t, k, T, every: (t <= every) == (k <= every),
        lambda t, k, T, every: (t > T // every * every) == (k > T // every * every),
        lambda t, k, T, every: (t > (T - 1) // every * every) == (k > (T - 1) // every * every),
        lambda t, k, T, every: chunks(t, k, T, 2 * every),
    ),
    Miscount(
        "cuts_inverted",
        "There is a cut behind every step but the last ones of the chunks: there it belongs, and only there.",
        STEPS,
        lambda t, k, T, every: (t == k) | ((t - k == 1) & (k % every == 0)) | (every == 1),
    ),
)
