"""What mistakes with segments return: for the exercise on checkpoints."""

from typing import Any

import numpy as np

from course.altered import Alter, altered_loss
from course.exercise import Parts
from course.models import RNN, Array, rnn_forward, rnn_loss
from course.problem_sets.ps2.rnn_bptt import many, parts, sequences
from course.recognise.patterns import Pattern
from course.recognise.unrolled import Unrolled

unrolled = Unrolled(
    lambda *args: sequences(*args[:-1]),
    {w: w for w in RNN._fields} | {"X": "dX", "h_0": "dh_0"},
    lambda rng: (*many(rng), 3),
)


def cut(p: RNN, X: Array, Y: Array, h_0: Array, every: int) -> Parts:
    """No gradient passes from one segment to the one before."""
    return parts(altered_loss(Alter(cut_every=every)), p, X, Y, h_0)


def whole_segments(p: RNN, X: Array, Y: Array, h_0: Array, every: int) -> Parts:
    """Only the steps of whole segments count."""
    kept = len(X) // every * every

    def loss(p: RNN, X: Array, Y: Array, h_0: Array) -> Any:
        return 0.0 if kept == 0 else rnn_loss(p, X[:kept], Y[:kept], h_0) * kept / len(X)

    return parts(loss, p, X, Y, h_0)


def own_means(p: RNN, X: Array, Y: Array, h_0: Array, every: int) -> Parts:
    """Each segment's losses divided by its own length."""
    weights = [1 / len(X[t // every * every :][:every]) for t in range(len(X))]

    def loss(p: RNN, X: Array, Y: Array, h_0: Array) -> Any:
        errors = np.sum((rnn_forward(p, X, h_0)[1] - Y) ** 2, axis=1)
        return 0.5 * np.sum(np.array(weights) * errors)

    return parts(loss, p, X, Y, h_0)


def counted(losses: Any, uses: Any, *args: Any) -> Parts:
    """The gradients with some paths alone: those of `losses(t, T, every)`, through `uses(k, every)`."""
    every = args[4]
    pattern = Pattern(
        name="",
        sentence="",
        see="",
        alpha=lambda t, k, T: losses(t, T, every) & uses(k, every),
        output=lambda t, T: losses(t, T, every) & uses(t, every),
        parts=(*unrolled.names,) if uses is all_uses else RNN._fields,
    )
    return unrolled.parts(unrolled.terms(args), pattern)


def all_losses(t: Array, T: int, every: int) -> Array:
    """Every step's."""
    return t >= 0


def all_uses(k: Array, every: int) -> Array:
    """At every step."""
    return k >= 0
