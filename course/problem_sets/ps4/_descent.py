"""Gradient descent on a tanh RNN over batches, by the complex step, and its common mistakes.

The clip is the gradient of Huber's function, so neither a backward pass nor a clip is written out here.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import RNN, Array
from course.oracles import complex_step
from course.problem_sets.ps4._huber import gradient_of_huber
from course.recognise.once import kept_once

# X (steps, T, N, d), Y (steps, T, N, q), micro-batch sizes (steps, M); a step may use fewer than N sequences
Batches = tuple[Array, Array, Array]
Shares = Callable[[Array], Array]  # from the sizes of the micro-batches (M) to rows of weights (·, N)
Found = list[tuple[list[RNN], RNN]]  # for each step the gradients before they are clipped, and what is taken


def batch_loss(p: RNN, X: Array, Y: Array, share: Array) -> Any:
    """Σ_n share_n · (the loss of sequence n), complex-safe; X (T, N, d), Y (T, N, q), share (N)."""
    h, total = np.zeros((X.shape[1], len(p.b_h))), 0.0
    for x, y in zip(X, Y, strict=True):
        h = np.tanh(x @ p.W_hx.T + h @ p.W_hh.T + p.b_h)
        errors = np.sum((h @ p.W_qh.T + p.b_q - y) ** 2, axis=1)
        total = total + 0.5 * np.sum(share * errors) / len(X)
    return total


@kept_once
def slope(p: RNN, X: Array, Y: Array, share: Array) -> RNN:
    """Its gradient, by the complex step."""

    def moved(name: str, w: Array) -> Any:
        return batch_loss(p._replace(**{name: w}), X, Y, share)

    return RNN(*[complex_step(partial(moved, name), field) for name, field in p._asdict().items()])


def steps_of(batches: Batches) -> Iterator[tuple[Array, Array, Array]]:
    """For each step X (T, n, d), Y (T, n, q) and the sizes (M) of the micro-batches that hold the n."""
    for X, Y, counts in zip(*batches, strict=True):
        yield X[:, : counts.sum()], Y[:, : counts.sum()], counts


def added(*gradients: RNN) -> RNN:
    """The sum of gradients."""
    return RNN(*[sum(fields) for fields in zip(*gradients, strict=True)])


def alike(counts: Array) -> Array:
    """What is right: one batch, every sequence alike."""
    return np.full((1, counts.sum()), 1 / counts.sum())


def pieces(counts: Array) -> Array:
    """A row for every micro-batch, with 1 for its sequences."""
    return np.repeat(np.eye(len(counts)), counts, axis=1)


def descent(
    p: RNN,
    batches: Batches,
    max_norm: float,
    lr: float,
    *,
    shares: Shares,
    kinds: tuple[str, ...] = ("all",),
    within: bool = False,
    kept: str = "",
) -> tuple[Parts, Found]:
    """The weights after every step, and the gradients.

    The gradients of the rows of `shares` are clipped and added; with `within`, added to what is clipped so
    far and clipped again. `kinds` says how, step by step, the last for all further ones; "" is not at all.
    `kept` is what is still there in the next step: the gradient "raw", or "clipped".
    """
    path, found, zero = [], Found(), RNN(*[0 * w for w in p])
    carried = zero
    for s, (X, Y, counts) in enumerate(steps_of(batches)):
        kind, step, each = kinds[min(s, len(kinds) - 1)], zero, []
        for share in shares(counts):
            g = added(slope(p, X, Y, share), carried, step if within else zero)
            clipped = RNN(**gradient_of_huber(g, max_norm, kind)) if kind else g
            step = clipped if within else added(step, clipped)
            each.append(g)
            carried = {"": zero, "raw": g, "clipped": clipped}[kept]
        p = RNN(*[w - lr * field for w, field in zip(p, step, strict=True)])
        path.append(p)
        found.append((each, step))
    return {name: np.stack([getattr(w, name) for w in path]) for name in RNN._fields}, found


def each_piece_a_step(p: RNN, batches: Batches, max_norm: float, lr: float) -> tuple[Parts, Found]:
    """A step after every micro-batch, from its own mean."""
    path, found = [], Found()
    for X, Y, counts in steps_of(batches):
        each = []
        for row, n in zip(pieces(counts), counts, strict=True):
            each.append(slope(p, X, Y, row / n))
            clipped = RNN(**gradient_of_huber(each[-1], max_norm, "all"))
            p = RNN(*[w - lr * field for w, field in zip(p, clipped, strict=True)])
        path.append(p)
        found.append((each, clipped))
    return {name: np.stack([getattr(w, name) for w in path]) for name in RNN._fields}, found
