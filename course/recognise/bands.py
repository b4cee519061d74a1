"""A band of the triangle, and what is often taken for it: counts α(t, k, T, tau)."""

from dataclasses import replace
from typing import Any

import numpy as np

from course.models import Array
from course.recognise.counting import EVERYTHING, INITIAL, STEPS, Counts, Miscount, miscounts


def band(t: Array, k: Array, T: int, tau: int) -> Any:
    """Loss t goes back tau steps; h_0 is step 0."""
    return t - k <= tau


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
        lambda t, k, T, tau: (t - 1) // max(tau, 1) == (np.maximum(k, 1) - 1) // max(tau, 1),
    ),
    Miscount(
        "wider_chunks",
        "These are chunks of tau + 1 steps, not a band: each loss goes back tau steps, wherever it stands.",
        STEPS,
        lambda t, k, T, tau: (t - 1) // (tau + 1) == (np.maximum(k, 1) - 1) // (tau + 1),
    ),
    *miscounts(
        "chunks_from_the_end",
        "These are chunks from the last step on, not a band: each loss goes back tau steps, wherever it is.",
        STEPS,
        lambda t, k, T, tau: (T - t) // max(tau, 1) == (T - np.maximum(k, 1)) // max(tau, 1),
        lambda t, k, T, tau: (T - t) // (tau + 1) == (T - np.maximum(k, 1)) // (tau + 1),
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
        (band,),
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
    Miscount(
        "end_of_window_only",
        "Of each window only the far end counts: every step from t − tau to t does.",
        STEPS,
        lambda t, k, T, tau: t - k == tau,
    ),
    Miscount(
        "end_of_window_only",
        "Of each window only the far end counts: every step from t − tau to t does.",
        STEPS,
        lambda t, k, T, tau: k == np.maximum(t - tau, 1),
        (band,),
    ),
    Miscount(
        "beyond_the_band",
        "What counts is what lies beyond the band: t − k <= tau is what is kept.",
        STEPS,
        lambda t, k, T, tau: t - k > tau,
    ),
    *miscounts(
        "full_windows",
        "The first losses are left out, whose windows are cut short at step 1: they go back too.",
        STEPS,
        lambda t, k, T, tau: (t - k <= tau) & (t > tau),
        lambda t, k, T, tau: (t - k <= tau) & (t >= tau),
        lambda t, k, T, tau: (t - k <= tau) & (t >= np.minimum(tau + 1, T)),
        lambda t, k, T, tau: (t - k <= tau) & (t >= np.minimum(tau, T)),
    ),
    *miscounts(
        "windows_side_by_side",
        "Windows stand side by side, each with the loss at its end: every step has a loss and a window.",
        STEPS,
        lambda t, k, T, tau: (t - k <= tau) & (t % (tau + 1) == 0),
        lambda t, k, T, tau: (t - k <= tau) & ((T - t) % (tau + 1) == 0),
        lambda t, k, T, tau: (t - k < tau) & (t % np.maximum(tau, 1) == 0),
        lambda t, k, T, tau: (t - k < tau) & ((T - t) % np.maximum(tau, 1) == 0),
    ),
    *miscounts(
        "mean_over_window",
        "Each loss is divided by the steps of its window as well: L is the mean over all T steps.",
        EVERYTHING,
        lambda t, k, T, tau: (t - k <= tau) / np.minimum(t, tau + 1),
        lambda t, k, T, tau: (t - k <= tau) / (tau + 1),
        lambda t, k, T, tau: (t - k <= tau) / max(tau, 1),
    ),
    *miscounts(
        "divided_by_window",
        "Each loss is divided by a number of steps of its window, not by T: L is the mean over all T steps.",
        EVERYTHING,
        lambda t, k, T, tau: (t - k <= tau) * T / np.minimum(t, tau + 1),
        lambda t, k, T, tau: (t - k <= tau) * T / (tau + 1),
        lambda t, k, T, tau: (t - k <= tau) * T / min(tau + 1, T),
        lambda t, k, T, tau: (t - k <= tau) * T / max(tau, 1),
    ),
    *(
        Miscount(
            "mean_over_uses",
            "What arrives at a step is averaged over the losses that reach it: they are added.",
            STEPS,
            alpha,
        )
        for alpha in (lambda t, k, T, tau: (t - k <= tau) / (np.minimum(T - k, tau) + 1),)
    ),
    Miscount(
        "decaying",
        "What is further back counts less, by the steps that are left of tau: it counts whole.",
        STEPS,
        lambda t, k, T, tau: np.maximum(tau + 1 - (t - k), 0) / (tau + 1),
    ),
    *miscounts(
        "initial_state_first",
        "∂L/∂h_0 counts the loss of step 1 alone: that of every step up to tau counts.",
        INITIAL,
        lambda t, k, T, tau: (t == 1) & (tau > 0),
        lambda t, k, T, tau: t == 1,
    ),
    *miscounts(
        "initial_state_latest",
        "∂L/∂h_0 counts only the latest loss that reaches it: those before reach it too.",
        INITIAL,
        lambda t, k, T, tau: t == min(tau, T),
    ),
    *miscounts(
        "initial_state_at_tau",
        "∂L/∂h_0 counts the loss of step tau alone: that of every step up to tau counts.",
        INITIAL,
        lambda t, k, T, tau: t == tau,
    ),
)


# Code with these lets h_0 go with step 1.
WITH_STEP_ONE = ("end_of_sequence", "own_use_only")
BAND_MISTAKES = tuple(
    replace(m, initial=(*m.initial, with_step_one(m.alpha))) if m.name in WITH_STEP_ONE else m
    for m in _BAND_MISTAKES
)
