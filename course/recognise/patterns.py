"""Patterns of counted paths: the triangle α, in which α_{t,k} says how often loss t counts through use k.

The right gradient is Σ_{t≥k} 1·G_{t,k}. A pattern that is another triangle is another mistake.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from course.models import Array

BACK, USES = "Backward in time", "Weights and biases"
HIDDEN = ("W_hx", "W_hh", "b_h")  # the weights that every step uses
STATE = (*HIDDEN, "X", "h_0")


@dataclass(frozen=True)
class Pattern:
    """A triangle: `alpha(t, k)` of 0-based steps broadcasts; `parts` are what it can concern."""

    name: str
    sentence: str
    see: str
    alpha: Callable[[Array, Array, int], Array]
    output: Callable[[Array, int], Array] | None = None  # the same for W_qh and b_q; None: all ones
    parts: tuple[str, ...] = STATE
    initial: Callable[[Array, int], Array] | None = None  # the same for h_0; None: as for step 1

    def triangle(self, T: int) -> Array:
        """α (T, T), zero above the diagonal."""
        return _triangle(self, T).copy()

    def weighed(self, of_a: Array) -> Array:
        """Σ_t α_{t,k} of (T, T, h): (T, h)."""
        return np.asarray((_triangle(self, len(of_a))[:, :, None] * of_a).sum(axis=0))

    def of_output(self, T: int) -> Array:
        """The weight of each loss in ∂L/∂W_qh and ∂L/∂b_q: (T)."""
        return np.ones(T) if self.output is None else 1.0 * self.output(np.arange(T), T)

    def of_initial(self, T: int) -> Array:
        """The weight of each loss in ∂L/∂h_0: (T)."""
        return self.triangle(T)[:, 0] if self.initial is None else 1.0 * self.initial(np.arange(T), T)


@cache
def _triangle(pattern: Pattern, T: int) -> Array:
    t, k = np.mgrid[:T, :T]
    return np.where(t >= k, pattern.alpha(t, k, T), 0.0)


ALL = Pattern("right", "", "", lambda t, k, T: 1.0 + 0 * t)


def _truncated(tau: int, initial: Callable[[Array, int], Array] | None = None) -> Pattern:
    """h_0 is one edge further away than the use at step 1: some code counts that edge, some does not."""
    steps = "one step" if tau == 1 else f"{tau} steps"
    sentence = f"Truncated: each loss goes back {steps} and no further. It should reach step 1."
    return Pattern(f"truncated_{tau}", sentence, BACK, lambda t, k, T: t - k <= tau, initial=initial)


def _chunked(n: int) -> Pattern:
    sentence = f"Nothing passes between chunks of {n} steps: the gradient is cut at their edges."
    return Pattern(f"chunked_{n}", sentence, BACK, lambda t, k, T: t // n == k // n)


def _from_the_end(n: int) -> Pattern:
    sentence = f"Nothing passes between chunks of {n} steps, counted from the end: it is cut at their edges."
    return Pattern(
        f"chunked_{n}_from_the_end", sentence, BACK, lambda t, k, T: (T - 1 - t) // n == (T - 1 - k) // n
    )


def _cut_once(n: int) -> Pattern:
    sentence = f"Nothing passes from step {n + 1} back to step {n}: the gradient is cut there."
    return Pattern(f"cut_after_{n}", sentence, BACK, lambda t, k, T: (t < n) | (k >= n))


def _last_apart(n: int, initial: Callable[[Array, int], Array] | None = None) -> Pattern:
    last = "step" if n == 1 else f"{n} steps"
    return Pattern(
        f"last_{n}_apart",
        f"Nothing passes from the last {last} back to those before: the gradient is cut there.",
        BACK,
        lambda t, k, T: (t < T - n) | (k >= T - n),
        initial=initial,
    )


def _short_of_h_0(n: int) -> Callable[[Array, int], Array]:
    """With n steps in all, h_0 is before the last n."""
    return lambda t, T: (t < T - n) | (n > T)


NO_RECURRENCE = "Nothing travels between steps: the path through h_{t-1} is dropped or never updated."
PATTERNS = (
    Pattern(
        "last_loss",
        "Only the last step's loss is counted.",
        BACK,
        lambda t, k, T: t == T - 1,
        lambda t, T: t == T - 1,
        (*STATE, "W_qh", "b_q"),
    ),
    Pattern(
        "last_loss_of_states",
        "Only the last step's loss goes back through the states: every step's output error does.",
        BACK,
        lambda t, k, T: t == T - 1,
    ),
    Pattern(
        "last_loss_missing",
        "The last step's loss is missing.",
        BACK,
        lambda t, k, T: t < T - 1,
        lambda t, T: t < T - 1,
        (*STATE, "W_qh", "b_q"),
    ),
    Pattern(
        "first_loss_missing",
        "The first step's loss is missing.",
        BACK,
        lambda t, k, T: t > 0,
        lambda t, T: t > 0,
        (*STATE, "W_qh", "b_q"),
    ),
    Pattern(
        "no_recurrence",
        NO_RECURRENCE,
        BACK,
        lambda t, k, T: t == k,
    ),
    Pattern(
        "own_loss_missing",
        "A step's own loss is missing: only what comes back from later steps is counted.",
        BACK,
        lambda t, k, T: t > k,
    ),
    *[_truncated(tau) for tau in range(1, 13)],
    *[_truncated(tau, lambda t, T, tau=tau: t < tau) for tau in range(1, 13)],  # type: ignore[misc]
    *map(_chunked, range(2, 6)),
    *map(_from_the_end, range(2, 6)),
    # Cut earlier, a short sequence looks like chunks; cut after 7 of 14 steps, the last 7 are apart.
    *map(_cut_once, (1, 6, 8, 9, 10, 11)),
    *[_last_apart(n, _short_of_h_0(n)) for n in (1, *range(6, 12))],
    _last_apart(1),
    Pattern(
        "first_use",
        "The use of W_hh at step 1, on h_0, is missing.",
        USES,
        lambda t, k, T: k > 0,
        parts=("W_hh",),
    ),
    Pattern(
        "first_step",
        "Step 1 is missing: the weights are used there too.",
        USES,
        lambda t, k, T: k > 0,
        parts=HIDDEN,
    ),
    Pattern(
        "last_step",
        "The last step is missing: the weights are used there too.",
        USES,
        lambda t, k, T: k < T - 1,
        lambda t, T: t < T - 1,
        (*HIDDEN, "W_qh", "b_q"),
    ),
    Pattern(
        "only_first_use",
        "Only the use at step 1 is left: is each step's term assigned instead of added?",
        USES,
        lambda t, k, T: k == 0,
        lambda t, T: t == 0,
        (*HIDDEN, "W_qh", "b_q"),
    ),
    Pattern(
        "only_last_use",
        "Only the use at the last step is counted: is each step's term assigned instead of added?",
        USES,
        lambda t, k, T: k == T - 1,
        lambda t, T: t == T - 1,
        (*HIDDEN, "W_qh", "b_q"),
    ),
)
