"""How often each step's product counts in a gradient: once is right."""

import numpy as np

from course.recognise.factors import Factor


def weights(B: int, lengths: list[int]) -> list[Factor]:
    """Weights of each step's term (B, T): the right ones are all 1."""
    made = []
    T = np.array(lengths, dtype=float)[:, None]
    t = np.arange(1.0, max(lengths) + 1)[None]
    for values in (t, t - 1, t / T, 1 / t, T / t, T + 1 - t, T - t, 1 / np.maximum(T + 1 - t, 1)):
        made.append(
            (
                "terms_by_step",
                "Each step's term has a weight that changes from step to step: all count alike.",
                values,
            )
        )
    made.append(("last_term_twice", "The last step's term is counted twice.", 1 + (t == T)))
    made.append(("first_term_twice", "The first step's term is counted twice.", 1 + (t == 1) + 0 * T))
    for b in (0, -1):
        one = np.zeros((B, 1))
        one[b] = 1
        made.append(
            (
                "one_sequence",
                "Only one sequence of the batch is counted: the terms of all are added.",
                one + 0 * t,
            )
        )
    return [Factor(name, sentence, values + np.zeros((B, 1)) * t) for name, sentence, values in made]
