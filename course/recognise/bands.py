"""Bands and chunks of the triangle, and what is often taken for them: counts α(t, k, T, tau or every)."""

from dataclasses import replace
from typing import Any

import numpy as np

from course.models import Array
from course.recognise.counting import INITIAL, STEPS, Counts, Miscount


def band(t: Array, k: Array, T: int, tau: int) -> Any:
    """Loss t goes back tau steps; h_0 is step 0."""
    return t - k <= tau


def chunks(t: Array, k: Array, T: int, every: int) -> Any:
    """Loss and use stand in one chunk; h_0 stands in the first."""
    return (t - 1) // every == (np.maximum(k, 1) - 1) // every


def with_step_one(alpha: Counts) -> Counts:
    """The same counts for h_0 as for the use at step 1: they stand in one chunk."""
    return lambda t, k, *more: alpha(t, np.maximum(k, 1), *more)


_BAND_MISTAKES = (
    Miscount(
        "one_step_short",
        "The band is one step too narrow: t − k = tau still counts.",
        STEPS,
        lambda t, k, T, tau: t - k < tau,
    ),
    Miscount(
        "one_step_far",
        "The band is one step too wide: t − k = tau is the last that counts.",
        STEPS,
        lambda t, k, T, tau: t - k <= tau + 1,
    ),
    Miscount(
        "whole_gradient",
        "Nothing is truncated: every loss goes back to step 1.",
        STEPS,
        lambda t, k, T, tau: t >= k,
    ),
    Miscount(
        "chunks",
        "These are chunks of tau steps, not a band: each loss goes back tau steps, wherever it stands.",
        STEPS,
        lambda t, k, T, tau: (t - 1) // max(tau, 1) == (k - 1) // max(tau, 1),
    ),
    Miscount(
        "wider_chunks",
        "These are chunks of tau + 1 steps, not a band: each loss goes back tau steps, wherever it stands.",
        STEPS,
        lambda t, k, T, tau: (t - 1) // (tau + 1) == (k - 1) // (tau + 1),
    ),
    Miscount(
        "end_of_sequence",
        "The backward pass stops near the end of the sequence: every loss goes back tau steps, not the last "
        "one only.",
        STEPS,
        lambda t, k, T, tau: k >= T - tau,
    ),
    Miscount(
        "own_use_only",
        "Only each step's own use is counted, whatever tau is.",
        STEPS,
        lambda t, k, T, tau: t == k,
    ),
    Miscount(
        "only_latest_loss",
        "Each use counts only the latest loss that reaches it: what the others send is overwritten.",
        STEPS,
        lambda t, k, T, tau: t == np.minimum(k + tau, T),
        band,
    ),
    Miscount(
        "last_loss",
        "Only the last step's loss goes back: every step's loss does.",
        STEPS,
        lambda t, k, T, tau: (t == T) & (t - k <= tau),
    ),
    Miscount(
        "initial_state_far",
        "∂L/∂h_0 counts one loss too many: h_0 is one edge further away than the use at step 1.",
        INITIAL,
        lambda t, k, T, tau: t <= tau + 1,
    ),
    Miscount(
        "initial_state_short",
        "∂L/∂h_0 counts one loss too few: the loss of step tau still counts.",
        INITIAL,
        lambda t, k, T, tau: t < tau,
    ),
    Miscount(
        "initial_state_whole",
        "∂L/∂h_0 is not truncated: it counts every loss.",
        INITIAL,
        lambda t, k, T, tau: t > 0,
    ),
)


WITH_STEP_ONE = ("chunks", "end_of_sequence", "own_use_only")  # code with these lets h_0 go with step 1
BAND_MISTAKES = tuple(
    replace(m, h_0=with_step_one(m.alpha)) if m.name in WITH_STEP_ONE else m for m in _BAND_MISTAKES
)

_CHUNK_MISTAKES = (
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
        lambda t, k, T, every: (t - 1) // (every + 1) == (k - 1) // (every + 1),
    ),
    Miscount(
        "own_use_only",
        "Nothing travels between steps, not even inside a chunk.",
        STEPS,
        lambda t, k, T, every: t == k,
    ),
    Miscount(
        "last_losses",
        "Of each chunk only the last step's loss goes back: every step has a loss.",
        STEPS,
        lambda t, k, T, every: chunks(t, k, T, every) & ((t % every == 0) | (t == T)),
    ),
    Miscount(
        "whole_chunks",
        "The losses after the last whole chunk are left out: the last chunk may be shorter.",
        STEPS,
        lambda t, k, T, every: chunks(t, k, T, every) & (t <= T // every * every),
    ),
    Miscount(
        "divided_by_every",
        "The losses are divided by `every`, not by T: L is the mean over all T steps.",
        (*STEPS, *INITIAL),
        lambda t, k, T, every: chunks(t, k, T, every) * T / every,
    ),
    Miscount(
        "initial_state_cut",
        "∂L/∂h_0 is zero: h_0 is not detached, the first chunk reaches it.",
        INITIAL,
        lambda t, k, T, every: 0 * t,
    ),
    Miscount(
        "initial_state_whole",
        "∂L/∂h_0 counts every loss: those of later chunks do not reach h_0.",
        INITIAL,
        lambda t, k, T, every: t > 0,
    ),
)

CHUNK_MISTAKES = tuple(replace(m, h_0=with_step_one(m.alpha)) for m in _CHUNK_MISTAKES)
