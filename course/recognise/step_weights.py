"""How often each step's product counts in a gradient, and each sequence's: once is right."""

import numpy as np

from course.recognise.factors import Factor

BY_STEP = "Each step's term has a weight that changes from step to step: all count alike."
ONE = "Only one sequence of the batch is counted: the terms of all are added."


def weights(B: int, lengths: list[int]) -> tuple[list[Factor], list[Factor]]:
    """Weights of the terms (B, T), where the right ones are all 1: by the step, and by the sequence."""
    T, t, rows = np.array(lengths, dtype=float)[:, None], np.arange(1.0, max(lengths) + 1), np.arange(B)
    left = np.maximum(T + 1 - t, 1)
    ways = (t, t - 1, t / T, 1 / t, T / t, T + 1 - t, T - t, left / T, 1 / left, T / left)
    by_step = [
        *[Factor("terms_by_step", BY_STEP, way + 0 * T) for way in ways],
        Factor("last_term_twice", "The last step's term is counted twice.", 1 + (t == T)),
        Factor("first_term_twice", "The first step's term is counted twice.", 1 + (t == 1) + 0 * T),
    ]
    by_row = [Factor("one_sequence", ONE, 1.0 * (rows == b)[:, None] + 0 * t) for b in (0, B - 1)]
    return by_step, by_row
