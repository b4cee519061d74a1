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
from course.problem_sets.ps4._clips import size
from course.problem_sets.ps4._huber import gradient_of_huber

# X (steps, T, N, d), Y (steps, T, N, q), micro-batch sizes (steps, M); a step may use fewer than N sequences
Batches = tuple[Array, Array, Array]
Shares = Callable[[Array], Array]  # from the sizes of the micro-batches (M) to rows of weights (·, N)


def batch_loss(p: RNN, X: Array, Y: Array, share: Array) -> Any:
    """Σ_n share_n · (the loss of sequence n), complex-safe; X (T, N, d), Y (T, N, q), share (N)."""
    h, total = np.zeros((X.shape[1], len(p.b_h))), 0.0
    for x, y in zip(X, Y, strict=True):
        h = np.tanh(x @ p.W_hx.T + h @ p.W_hh.T + p.b_h)
        errors = np.sum((h @ p.W_qh.T + p.b_q - y) ** 2, axis=1)
        total = total + 0.5 * np.sum(share * errors) / len(X)
    return total


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
) -> tuple[Parts, list[float]]:
    """The weights after every step, and the norms of the gradients.

    The gradients of the rows of `shares` are clipped and added; with `within`, added to what is clipped so
    far and clipped again. `kinds` says how, step by step, the last for all further ones; "" is not at all.
    `kept` is what is still there in the next step: the gradient "raw", or "clipped".
    """
    path, found, zero = [], [], RNN(*[0 * w for w in p])
    carried = zero
    for s, (X, Y, counts) in enumerate(steps_of(batches)):
        kind, step = kinds[min(s, len(kinds) - 1)], zero
        for share in shares(counts):
            g = added(slope(p, X, Y, share), carried, step if within else zero)
            clipped = RNN(**gradient_of_huber(g, max_norm, kind)) if kind else g
            step = clipped if within else added(step, clipped)
            found.append(size(g))
            carried = {"": zero, "raw": g, "clipped": clipped}[kept]
        p = RNN(*[w - lr * field for w, field in zip(p, step, strict=True)])
        path.append(p)
    return {name: np.stack([getattr(w, name) for w in path]) for name in RNN._fields}, found


def each_piece_a_step(p: RNN, batches: Batches, max_norm: float, lr: float) -> Parts:
    """A step after every micro-batch, from its own mean."""
    path = []
    for X, Y, counts in steps_of(batches):
        for row, n in zip(pieces(counts), counts, strict=True):
            clipped = gradient_of_huber(slope(p, X, Y, row / n), max_norm, "all")
            p = RNN(*[w - lr * clipped[name] for name, w in p._asdict().items()])
        path.append(p)
    return {name: np.stack([getattr(w, name) for w in path]) for name in RNN._fields}


def walk(ways: dict[str, Any], *args: Any) -> Parts:
    """The weights of an altered descent."""
    return descent(*args, **({"shares": alike} | ways))[0]


CLIP, PIECES, GLOBALLY = "When to clip", "Micro-batches", "By value, by norm, globally"
MISTAKES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    (
        "unclipped",
        "Nothing is clipped: is the step taken before the clip, or a generator of parameters used up?",
        CLIP,
        {"kinds": ("",)},
    ),
    (
        "first_step_clipped",
        "Only the first step is clipped: is a generator of parameters used up by then?",
        CLIP,
        {"kinds": ("all", "")},
    ),
    (
        "per_tensor",
        "Each tensor is clipped by its own norm: the global norm is that of all together.",
        GLOBALLY,
        {"kinds": ("tensor",)},
    ),
    (
        "by_value",
        "Each entry is clipped by itself: the gradient is scaled as a whole.",
        GLOBALLY,
        {"kinds": ("entry",)},
    ),
    (
        "per_micro_batch",
        "Each micro-batch's share is clipped by itself: clip once, when all are added.",
        PIECES,
        {"shares": lambda counts: pieces(counts) / counts.sum()},
    ),
    (
        "clipped_within",
        "The gradient is clipped after every micro-batch: clip once, when all are added.",
        PIECES,
        {"shares": lambda counts: pieces(counts) / counts.sum(), "within": True},
    ),
    (
        "mean_of_means",
        "Every micro-batch counts alike: it counts by the number of its sequences.",
        PIECES,
        {"shares": lambda counts: (pieces(counts) / counts[:, None]).mean(axis=0, keepdims=True)},
    ),
    (
        "sum_of_means",
        "The micro-batches' mean losses are added: L is the mean over all sequences.",
        PIECES,
        {"shares": lambda counts: (pieces(counts) / counts[:, None]).sum(axis=0, keepdims=True)},
    ),
    (
        "last_piece",
        "Only the last micro-batch counts: are the gradients set to zero before each one?",
        PIECES,
        {"shares": lambda counts: pieces(counts)[-1:] / counts.sum()},
    ),
    (
        "not_zeroed",
        "The gradient of one step is still there in the next: set it to zero after each step.",
        PIECES,
        {"kept": "clipped"},
    ),
    (
        "raw_not_zeroed",
        "The gradient of one step, not clipped, is still there in the next: set it to zero after each step.",
        PIECES,
        {"kept": "raw"},
    ),
)
