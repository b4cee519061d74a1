"""Mistakes of each loss's gradient that mix up uses and losses: whose row, state or slope."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course.models import Array
from course.recognise.carried import what_enters
from course.recognise.misplaced import Held
from course.recognise.rules import Rule
from course.recognise.sequences import Sequence, responses

SEE = "Forward mode"
# The rows (T, h, n), from the run, how loss t answers to a nudge at step k (T, T, h), and what enters (T, n).
Rows = Callable[[Array, Array], Array]


@dataclass(frozen=True)
class UseRule(Rule):
    """Altered: how the answers of all losses to all uses are put together, or the slopes of the answers."""

    put: Rows = lambda of_a, reads: np.einsum("tkj,kn->tjn", of_a, reads)
    answers: Callable[[Sequence], Array] = lambda s: responses(s)[0]

    def rows(self, s: Sequence, weight: str) -> Array:
        """The rows of a weight's gradients, (T, *shape)."""
        found = self.put(self.answers(s), what_enters(s, weight))
        return found.reshape(len(found), *getattr(s.p, weight).shape)


def with_its_own_slope(s: Sequence) -> Array:
    """How each loss answers (T, T, h), if every slope on its way is that of its own step."""
    each = [Held(s.p, s.X, s.h_0, s.loss, at=t) for t in range(len(s.X))]
    return np.stack([responses(run)[0][t] for t, run in enumerate(each)])


OF_USES = (
    UseRule(
        "by_use",
        "Row k holds what all losses give through step k: row t is the gradient of ℓ_t, through every step.",
        SEE,
        put=lambda of_a, reads: np.einsum("tkj,kn->kjn", of_a, reads),
    ),
    UseRule(
        "read_at_the_loss",
        "All uses on the way to ℓ_t read what enters at step t: the use at step k reads that of step k.",
        SEE,
        put=lambda of_a, reads: np.einsum("tkj,tn->tjn", of_a, reads),
    ),
    UseRule(
        "slope_of_the_loss",
        "For ℓ_t every slope is taken at h_t: at step k it is 1 − h_k².",
        SEE,
        answers=with_its_own_slope,
    ),
)
