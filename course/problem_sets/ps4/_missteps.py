"""Common mistakes of gradient descent over batches: what becomes of the weights, and of the norms."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.exercise import Parts
from course.models import RNN
from course.problem_sets.ps4._clips import norms, size
from course.problem_sets.ps4._descent import Found, alike, descent, each_piece_a_step, pieces

# What code gives as the norm of a step: from its number, the gradients before the clip, and what is taken.
Report = Callable[[int, list[RNN], RNN], float]


def last(s: int, each: list[RNN], taken: RNN) -> float:
    """The norm of the last gradient that is clipped; right, where there is one."""
    return size(each[-1])


def of_step(s: int, each: list[RNN], taken: RNN) -> float:
    """The norm of what the step takes, where the clips come before."""
    return size(taken)


def of_last_tensor(s: int, each: list[RNN], taken: RNN) -> float:
    """The norm of b_q's gradient, where tensor by tensor is clipped in a loop."""
    return norms(each[-1])[-1]


def of_nothing(s: int, each: list[RNN], taken: RNN) -> float:
    """0, which `clip_grad_norm_` gives for no parameters or none with a gradient."""
    return 0.0


def of_nothing_later(s: int, each: list[RNN], taken: RNN) -> float:
    """The same from the second step on."""
    return 0.0 if s else size(each[-1])


def reported(report: Report, found: Found) -> Parts:
    """The norms that are returned."""
    return {"norms": np.array([report(s, each, taken) for s, (each, taken) in enumerate(found)])}


def altered(*args: Any, **ways: Any) -> tuple[Parts, Found]:
    """Descent with something altered, from the whole batch unless it says otherwise."""
    return descent(*args, **({"shares": alike} | ways))


CLIP, PIECES, GLOBALLY = "When to clip", "Micro-batches", "By value, by norm, globally"
Descent = Callable[..., tuple[Parts, Found]]
# name, sentence, section, the descent with the mistake, and the norms that code with it may return
MISTAKES: tuple[tuple[str, str, str, Descent, tuple[Report, ...]], ...] = (
    (
        "unclipped",
        "Nothing is clipped: is the step taken before the clip, or a generator of parameters used up?",
        CLIP,
        partial(altered, kinds=("",)),
        (last, of_nothing),
    ),
    (
        "first_step_clipped",
        "Only the first step is clipped: is a generator of parameters used up by then?",
        CLIP,
        partial(altered, kinds=("all", "")),
        (last, of_nothing_later),
    ),
    (
        "per_tensor",
        "Each tensor is clipped by its own norm: the global norm is that of all together.",
        GLOBALLY,
        partial(altered, kinds=("tensor",)),
        (last, of_last_tensor),
    ),
    (
        "by_value",
        "Each entry is clipped by itself: the gradient is scaled as a whole.",
        GLOBALLY,
        partial(altered, kinds=("entry",)),
        (last,),
    ),
    (
        "per_micro_batch",
        "Each micro-batch's share is clipped by itself: clip once, when all are added.",
        PIECES,
        partial(altered, shares=lambda counts: pieces(counts) / counts.sum()),
        (last, of_step),
    ),
    (
        "clipped_within",
        "The gradient is clipped after every micro-batch: clip once, when all are added.",
        PIECES,
        partial(altered, shares=lambda counts: pieces(counts) / counts.sum(), within=True),
        (last, of_step),
    ),
    (
        "mean_of_means",
        "Every micro-batch counts alike: it counts by the number of its sequences.",
        PIECES,
        partial(
            altered, shares=lambda counts: (pieces(counts) / counts[:, None]).mean(axis=0, keepdims=True)
        ),
        (last,),
    ),
    (
        "sum_of_means",
        "The micro-batches' mean losses are added: L is the mean over all sequences.",
        PIECES,
        partial(altered, shares=lambda counts: (pieces(counts) / counts[:, None]).sum(axis=0, keepdims=True)),
        (last,),
    ),
    (
        "last_piece",
        "Only the last micro-batch counts: are the gradients set to zero before each one?",
        PIECES,
        partial(altered, shares=lambda counts: pieces(counts)[-1:] / counts.sum()),
        (last,),
    ),
    (
        "not_zeroed",
        "The gradient of one step is still there in the next: set it to zero after each step.",
        PIECES,
        partial(altered, kept="clipped"),
        (last,),
    ),
    (
        "raw_not_zeroed",
        "The gradient of one step, not clipped, is still there in the next: set it to zero after each step.",
        PIECES,
        partial(altered, kept="raw"),
        (last,),
    ),
    (
        "a_step_each",
        "A step is taken after every micro-batch: one step, when all are added.",
        PIECES,
        each_piece_a_step,
        (last, of_nothing),
    ),
)
