"""What else is often taken for chunks: losses and uses left out, other means, another count of h_0."""

from dataclasses import replace

from course.recognise.bands import with_step_one
from course.recognise.chunks import CUTS, chunks, length
from course.recognise.counting import EVERYTHING, INITIAL, OUTPUT, STEPS, Miscount, miscounts

_LOSSES = (
    Miscount(
        "last_losses",
        "Of each chunk only the last step's loss goes back: every step has a loss.",
        STEPS,
        lambda t, k, T, every: chunks(t, k, T, every) & ((t % every == 0) | (t == T)),
    ),
    Miscount(
        "whole_chunks",
        "The losses after the last whole chunk are left out: the last chunk may be shorter.",
        EVERYTHING,
        lambda t, k, T, every: chunks(t, k, T, every) & (t <= T // every * every),
    ),
    Miscount(
        "divided_by_every",
        "The losses are divided by `every`, not by T: L is the mean over all T steps.",
        EVERYTHING,
        lambda t, k, T, every: chunks(t, k, T, every) * T / every,
    ),
    Miscount(
        "divided_by_every",
        "The losses are divided by `every`, not by T: L is the mean over all T steps.",
        EVERYTHING,
        lambda t, k, T, every: chunks(t, k, T, every) * T / min(every, T),
    ),
    Miscount(
        "whole_chunks",
        "The losses after the last whole chunk are left out: the last chunk may be shorter.",
        EVERYTHING,
        lambda t, k, T, every: chunks(t, k, T, every) & ((t <= T // every * every) | (every > T)),
    ),
    Miscount(
        "last_losses_missing",
        "The loss of each chunk's last step is missing: every step has a loss.",
        EVERYTHING,
        lambda t, k, T, every: chunks(t, k, T, every) & (t % every != 0) & (t != T),
    ),
    Miscount(
        "chunk_entry_missing",
        "The use at the first step of each chunk is missing: W_hh multiplies the state there as well.",
        ("W_hh",),
        lambda t, k, T, every: chunks(t, k, T, every) & ((k - 1) % every != 0),
    ),
    Miscount(
        "chunk_entry_missing",
        "The use at the first step of each chunk but the first is missing: the state is a constant there, "
        "but W_hh multiplies it.",
        ("W_hh",),
        lambda t, k, T, every: chunks(t, k, T, every) & (((k - 1) % every != 0) | (k == 1)),
    ),
    *miscounts(
        "chunk_end_missing",
        "The use at the last step of each chunk is missing: the weights are used there too.",
        ("W_hx", "W_hh", "b_h"),
        lambda t, k, T, every: chunks(t, k, T, every) & (k % every != 0) & (k != T),
        lambda t, k, T, every: chunks(t, k, T, every) & (k % every != 0),
    ),
    Miscount(
        "first_chunk_only",
        "Only the first chunk is counted: the gradients of all chunks are added.",
        EVERYTHING,
        lambda t, k, T, every: chunks(t, k, T, every) & (t <= every),
    ),
    Miscount(
        "last_chunk_only",
        "Only the last chunk is counted: the gradients of all chunks are added.",
        EVERYTHING,
        lambda t, k, T, every: chunks(t, k, T, every) & chunks(T, t, T, every),
    ),
    Miscount(
        "mean_over_chunks",
        "The gradients of the chunks are averaged: they are added.",
        (*STEPS, *INITIAL),
        lambda t, k, T, every: chunks(t, k, T, every) / -(-T // every),
    ),
    Miscount(
        "mean_over_chunk",
        "Each loss is divided by the steps of its chunk as well: L is the mean over all T steps.",
        EVERYTHING,
        lambda t, k, T, every: chunks(t, k, T, every) / length(t, T, every),
    ),
    Miscount(
        "sum_of_means",
        "Each chunk's loss is its own mean: L is the mean over all T steps.",
        EVERYTHING,
        lambda t, k, T, every: chunks(t, k, T, every) * T / length(t, T, every),
    ),
    Miscount(
        "mean_of_means",
        "L is taken as the mean of the chunks' own means: a shorter chunk then weighs as much as a long one.",
        EVERYTHING,
        lambda t, k, T, every: chunks(t, k, T, every) * T / length(t, T, every) / -(-T // every),
    ),
    Miscount(
        "initial_state_first",
        "∂L/∂h_0 counts the loss of step 1 alone: every loss of the first chunk reaches h_0.",
        INITIAL,
        lambda t, k, T, every: t == 1,
    ),
    Miscount(
        "initial_state_end",
        "∂L/∂h_0 counts the loss of the first chunk's last step alone: every loss of that chunk reaches h_0.",
        INITIAL,
        lambda t, k, T, every: t == min(every, T),
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
    *miscounts(
        "divided_by_chunks",
        "The losses are divided by the number of chunks, not by T: L is the mean over all T steps.",
        EVERYTHING,
        lambda t, k, T, every: chunks(t, k, T, every) * T / -(-T // every),
        lambda t, k, T, every: chunks(t, k, T, every) * T / max(T // every, 1),
        lambda t, k, T, every: chunks(t, k, T, every) * every,
    ),
    Miscount(
        "rows_of_first_chunk",
        "Only the first chunk is counted: every step has its row.",
        ("dX",),
        lambda t, k, T, every: chunks(t, k, T, every) & (t <= every),
    ),
    Miscount(
        "rows_of_last_chunk",
        "Only the last chunk is counted: every step has its row.",
        ("dX",),
        lambda t, k, T, every: chunks(t, k, T, every) & chunks(T, t, T, every),
    ),
    *miscounts(
        "output_layer_of_a_chunk",
        "∂L/∂W_qh and ∂L/∂b_q do not count every loss: only the way back through time is cut.",
        OUTPUT,
        lambda t, k, T, every: t <= every,
        lambda t, k, T, every: chunks(T, t, T, every),
        lambda t, k, T, every: t > T - every,
        lambda t, k, T, every: t % every == 0,
        lambda t, k, T, every: (t % every == 0) | (t == T),
    ),
    *miscounts(
        "one_step_left",
        "The terms of one step alone are left: is each step's term assigned instead of added?",
        ("W_hx", "W_hh", "b_h", "W_qh", "b_q"),
        lambda t, k, T, every: chunks(t, k, T, every) & (k == (T - 1) // every * every + 1),
        lambda t, k, T, every: chunks(t, k, T, every) & (k == min(every, T)),
    ),
    *miscounts(
        "end_of_sequence",
        "The gradient passes between the last steps of the sequence alone: it passes inside every chunk.",
        STEPS,
        lambda t, k, T, every: (t == k) | (k > T - every),
        lambda t, k, T, every: k > T - every,
    ),
    *miscounts(
        "number_of_chunks",
        "`every` is taken for the number of chunks: it is the length of each.",
        STEPS,
        lambda t, k, T, every: chunks(t, k, T, max(T // every, 1)),
        lambda t, k, T, every: chunks(t, k, T, -(-T // every)),
    ),
)

CHUNK_MISTAKES = tuple(replace(m, initial=(with_step_one(m.alpha),)) for m in (*CUTS, *_LOSSES))
