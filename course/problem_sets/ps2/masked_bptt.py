"""Backpropagation through time for a batch of sequences of unequal lengths."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from course import draws
from course.altered import RNN_SLIPS, Alter, altered_loss
from course.exercise import Case, Exercise, Large, Parts
from course.large import large_case, large_rnn, moved
from course.models import RNN, Array, masked_loss, rnn_loss
from course.oracles import gradients
from course.recognise.sequences import Sequence
from course.recognise.unrolled import Unrolled


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


def weighted(one: Callable[..., Any], weigh: Callable[[Array, int], Array], masked: bool = True) -> Any:
    """A batch's loss: the sum over sequences of `one` sequence's loss times `weigh(lengths, T)`."""

    def loss(p: RNN, X: Array, Y: Array, lengths: Array, h_0: Array) -> Any:
        counted = lengths if masked else np.full_like(lengths, len(X))
        losses = [one(p, X[:T_n, n], Y[:T_n, n], h_0[n]) for n, T_n in enumerate(counted)]
        return np.sum(weigh(lengths, len(X)) * np.array(losses))

    return loss


def one_step_long(p: RNN, X: Array, Y: Array, lengths: Array, h_0: Array) -> Any:
    """The batch's loss with one padded step counted as real, where there is one."""
    longer = np.minimum(lengths + 1, len(X))
    losses = [rnn_loss(p, X[:T_n, n], Y[:T_n, n], h_0[n]) for n, T_n in enumerate(longer)]
    return np.sum(longer / lengths * np.array(losses)) / len(lengths)


def mean(lengths: Array, T: int) -> Array:
    """Every sequence counts alike."""
    return np.ones(len(lengths)) / len(lengths)


for _slip in RNN_SLIPS:
    _loss = weighted(altered_loss(_slip.alter), mean)
    exercise.slip(_slip.name, _slip.sentence, partial(parts, _loss), _slip.see)

for name, sentence, loss in (
    (
        "last_loss",
        "Only each sequence's last real loss is counted.",
        weighted(altered_loss(Alter(), last_only=True), mean),
    ),
    (
        "unmasked",
        "The padding is counted as if it were real: its losses should not enter, nor its steps the mean.",
        weighted(rnn_loss, mean, masked=False),
    ),
    (
        "mask_forgotten",
        "The padding's losses enter: set the error to zero where a sequence is over.",
        weighted(rnn_loss, lambda lengths, T: mean(lengths, T) * T / lengths, masked=False),
    ),
    (
        "pooled",
        "All steps of the batch are pooled in one mean; here each sequence has its own mean first.",
        weighted(rnn_loss, lambda lengths, T: lengths / np.sum(lengths)),
    ),
    (
        "padded_mean",
        "The losses are divided by T, padding included, instead of by each sequence's own length.",
        weighted(rnn_loss, lambda lengths, T: lengths / (T * len(lengths))),
    ),
    (
        "sum_over_sequences",
        "Everything is N times too large: L is the mean over sequences, not the sum.",
        weighted(rnn_loss, lambda lengths, T: np.ones(len(lengths))),
    ),
    (
        "sum_over_steps",
        "The mean over each sequence's steps is missing: its sum is divided by N only.",
        weighted(rnn_loss, lambda lengths, T: lengths / len(lengths)),
    ),
    (
        "no_mean_at_all",
        "Both means are missing, that over each sequence's steps and that over the sequences.",
        weighted(rnn_loss, lambda lengths, T: lengths),
    ),
    (
        "longest",
        "The losses are divided by the longest length instead of by each sequence's own.",
        weighted(rnn_loss, lambda lengths, T: lengths / (np.max(lengths) * len(lengths))),
    ),
    ("one_step_long", "The mask is one step too long: step t is real for t ≤ lengths[n].", one_step_long),
    (
        "sign",
        "Everything has the wrong sign: the output error is o_t − y_t.",
        weighted(rnn_loss, lambda lengths, T: -mean(lengths, T)),
    ),
):
    exercise.slip(name, sentence, partial(parts, loss), SEE)


def sequences(p: RNN, X: Array, Y: Array, lengths: Array, h_0: Array) -> list[Sequence]:
    """One for every row of the batch, without its padding, with ℓ_t = ½‖o_t − y_t‖² / (N lengths[n])."""

    def row(n: int, T: int) -> Sequence:
        def loss(t: int, W_qh: Array, b_q: Array, h: Array) -> Array:
            return np.asarray(np.sum((h @ W_qh.T + b_q - Y[t, n]) ** 2, axis=-1) / (2 * T * len(lengths)))

        return Sequence(p, X[:T, n], h_0[n], loss)

    return [row(n, int(T)) for n, T in enumerate(lengths)]


def many(rng: draws.Rng) -> tuple[Any, ...]:
    """More units than steps, and no padding."""
    X, Y = rng.normal(size=(7, 2, 4)), rng.normal(size=(7, 2, 3))
    return draws.rnn(rng, 4, 8, 3), X, Y, np.array([7, 7]), draws.away_from_zero(rng, 2, 8)


exercise.unrolled = Unrolled(
    sequences, {w: w for w in RNN._fields} | {"X": "dX", "h_0": "dh_0"}, many, batch="N"
)
exercise.timed = {"dX": 0}
