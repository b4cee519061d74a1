"""Backpropagation through time for a batch of sequences of unequal lengths."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.compare import difference
from course.exercise import Case, Exercise, Large, Parts
from course.large import large_case, large_rnn, moved
from course.models import RNN, Array, masked_loss
from course.oracles import gradients
from course.problem_sets.ps2._mask_ways import SORTED, of_others, table
from course.problem_sets.ps2._masks import unrolled
from course.recognise.partly import without


def masked_bptt(
    p: RNN, X: np.ndarray, Y: np.ndarray, lengths: np.ndarray, h_0: np.ndarray
) -> tuple[RNN, np.ndarray, np.ndarray]:
    """Gradients of the loss of a batch of N sequences; sequence n has lengths[n] real steps, then padding.

    Formula: L = (1/N) Σ_n L_n,  L_n = (1/lengths[n]) Σ_{t ≤ lengths[n]} ½‖o_{t,n} − y_{t,n}‖², with the
             tanh network's o_{t,n} from h_0[n] and X[:, n].   (`masked_loss` computes L.)

    Args:
        p: parameters W_hx (h, d), W_hh (h, h), b_h (h), W_qh (q, h), b_q (q).
        X: inputs, shape (T, N, d), time first. In the padding stands any finite number.
        Y: targets, shape (T, N, q). In the padding stands any finite number.
        lengths: integers from 1 to T, shape (N), in any order.
        h_0: initial states, shape (N, h).

    Returns:
        grads: an RNN whose fields are ∂L/∂W_hx, …, ∂L/∂b_q.
        dh_0: ∂L/∂h_0, shape (N, h).
        dX: ∂L/∂X, shape (T, N, d).
    """
    raise NotImplementedError("masked_bptt: return grads, dh_0, dX")


exercise = Exercise(
    masked_bptt,
    title="BPTT with padding",
    chapter="4 bptt",
    returns=(RNN, "dh_0", "dX"),
    given=("from course.models import masked_loss",),
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One step; then unequal lengths, the longest as long as the array, or shorter."""
    drawn = []
    steps, longest_of = (1, 6, 7), {1: 1, 6: 6, 7: 6}
    for T, (d, h, q, N) in zip(steps, draws.varied_sizes(rng, 4, steps), strict=True):
        longest = longest_of[T]
        lengths = draws.lengths(rng, N, longest) if T > 1 else np.ones(N, dtype=int)
        while T == 6 and lengths.min() == 1:  # else the steps that all have look like the first step
            lengths = draws.lengths(rng, N, longest)
        name = "T=1" if T == 1 else f"T={T}, lengths={lengths.tolist()}, d={d}, h={h}, q={q}"
        p, X, Y = draws.rnn(rng, d, h, q), rng.normal(size=(T, N, d)), rng.normal(size=(T, N, q))
        if T == 7:  # errors so large that a clipped gradient differs
            Y *= draws.FAR
        drawn.append(Case(name, (p, X, Y, lengths, draws.away_from_zero(rng, N, h))))
    return drawn


def parts(loss: Callable[..., Any], p: RNN, X: Array, Y: Array, lengths: Array, h_0: Array) -> Parts:
    """The complex step of `loss(p, X, Y, lengths, h_0)` with respect to everything that is asked."""
    grads, (dX, dh_0) = gradients(lambda p, X, h_0: loss(p, X, Y, lengths, h_0), p, X, h_0)
    return grads._asdict() | {"dh_0": dh_0, "dX": dX}


@exercise.by_hand
def large(rng: draws.Rng) -> Large:
    """22,000 parameters, four sequences of up to 25 steps."""
    d, h, q, T, N = 48, 112, 16, 25, 4
    p, h_0, lengths = large_rnn(rng, d, h, q), draws.away_from_zero(rng, N, h), draws.lengths(rng, N, T)
    X, Y = rng.normal(size=(T, N, d)), rng.normal(size=(T, N, q))
    at = p._asdict() | {"dX": X, "dh_0": h_0}

    def loss(args: Mapping[str, Array]) -> Any:
        return masked_loss(RNN(*[args[n] for n in RNN._fields]), args["dX"], Y, lengths, args["dh_0"])

    case = Case("22,000 parameters", (p, X, Y, lengths, h_0))
    return large_case(rng, case, {name: moved(at, name, loss) for name in at})


@exercise.expects
def expected(p: RNN, X: Array, Y: Array, lengths: Array, h_0: Array) -> Parts:
    """The complex step of the given loss."""
    return parts(masked_loss, p, X, Y, lengths, h_0)


SEE = "Batches and masks"
exercise.claim("one_step", "With one step (T = 1) every gradient is right.", on="T=1", points=1, see=SEE)
exercise.claim(
    "output_layer",
    "∂L/∂W_qh and ∂L/∂b_q are right: every real step counts, with its sequence's own mean.",
    parts=("W_qh", "b_q"),
    points=1,
    see=SEE,
)
exercise.claim(
    "hidden_weights",
    "∂L/∂W_hx, ∂L/∂W_hh and ∂L/∂b_h are right: summed over steps and sequences.",
    parts=("W_hx", "W_hh", "b_h"),
    points=2,
    see=SEE,
)
exercise.claim(
    "ends",
    "∂L/∂h_0 and ∂L/∂X are right, each sequence by itself; a padded input receives nothing.",
    parts=("dh_0", "dX"),
    points=1,
    see=SEE,
)


def right(*args: Any) -> Parts:
    """The right gradients, from their terms."""
    return unrolled.parts(unrolled.terms(args), steps=len(args[1]))


def real_steps_right(name: str, got: Parts, *args: Any) -> bool:
    """Whether ∂L/∂X is right but for the padding."""
    real = (np.arange(len(args[1]))[:, None] < args[3])[..., None]
    return name == "dX" and difference(real * got[name], right(*args)[name]) is None


exercise.slip(
    "padded_inputs_blamed",
    "∂L/∂X is not zero in the padding: a padded input receives nothing.",
    without(("dX",), right),
    SEE,
    real_steps_right,
)
for number in (0, 1):  # the table, asked last, would take twice as long
    exercise.slip(
        "h_0_of_others",
        f"A sequence begins at the h_0 of another: {SORTED}",
        partial(of_others, "h_0", number),
        SEE,
    )

exercise.unrolled = unrolled
exercise.table = table
exercise.timed = {"dX": 0}
