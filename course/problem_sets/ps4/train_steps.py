"""A few training steps: micro-batches accumulated, the gradient clipped, a step taken."""

from functools import partial
from typing import Any

import numpy as np
import torch

from course import draws
from course.exercise import Case, Exercise, Parts
from course.models import RNN, Array
from course.problem_sets.ps4._clips import size
from course.problem_sets.ps4._descent import Batches, alike, descent, slope
from course.problem_sets.ps4._missteps import CLIP, MISTAKES, PIECES, Descent, Report, last, reported
from course.recognise.slips import flows


def train_steps(
    weights: list[torch.Tensor],
    batches: list[list[tuple[torch.Tensor, torch.Tensor]]],
    max_norm: float,
    lr: float,
) -> tuple[list[list[torch.Tensor]], list[float]]:
    """Gradient descent on a tanh RNN, each step from several micro-batches, with the global norm clipped.

    Formula: h_t = tanh(W_hx x_t + W_hh h_{t-1} + b_h) with h_0 = 0,  o_t = W_qh h_t + b_q. The loss of a
             sequence is (1/T) Σ_t ½‖o_t − y_t‖². The loss L of a step is the mean over all its sequences:
             the micro-batches are one batch in pieces, and the pieces hold different numbers of sequences.
    One step: the gradient of L, from one micro-batch after the other; if its global norm is larger than
    max_norm, it is scaled down to max_norm; then W ← W − lr · gradient for every weight.

    Args:
        weights: W_hx (h, d), W_hh (h, h), b_h (h), W_qh (q, h), b_q (q), float64, requires_grad False.
            They are the caller's: leave them as they are.
        batches: for each step a list of micro-batches (X, Y): n sequences, X (T, n, d), Y (T, n, q).
        max_norm: the largest global norm of a step's gradient.
        lr: the learning rate.

    Returns:
        trajectory: for each step, the five weights after it, in the same order.
        norms: for each step, the global norm of the gradient before it was clipped.

    Autograd, torch.optim and torch.nn.utils are yours to use. Work on the device of the arguments.
    `clip_grad_norm_` divides by norm + 1e-6, not by the norm: the norms here are beyond 1e5, where the two
    agree, and either is accepted.
    """
    raise NotImplementedError("train_steps: return trajectory, norms")


def _ranges(counts: Array) -> list[slice]:
    ends = np.cumsum(counts).tolist()
    return [slice(end - n, end) for end, n in zip(ends, counts.tolist(), strict=True)]


def entry(
    function: Any, weights: RNN, batches: Batches, max_norm: float, lr: float, device: str = "cpu"
) -> tuple[RNN, Array]:
    """Call the function on tensors, the batches cut into micro-batches, and give back arrays (steps, …)."""
    given = [torch.tensor(w, device=device) for w in weights]
    X, Y, counts = batches
    pieces = [
        [tuple(torch.tensor(a[:, some], device=device) for a in (x, y)) for some in _ranges(n)]
        for x, y, n in zip(X, Y, counts, strict=True)
    ]
    result = function(given, pieces, max_norm, lr)
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise TypeError("it should return trajectory, norms")
    trajectory, norms = result
    if not all(np.array_equal(now.detach().cpu(), w) for now, w in zip(given, weights, strict=True)):
        raise RuntimeError("it changed the weights that it was given")
    if any(len(step) != len(weights) for step in trajectory):
        raise RuntimeError("the trajectory should hold five weights for each step")
    fields = [torch.stack(list(step)).detach().cpu().numpy() for step in zip(*trajectory, strict=True)]
    return RNN(*fields), np.array([float(norm) for norm in norms])


exercise = Exercise(
    train_steps,
    title="Accumulate, clip, step",
    chapter="9 clipping",
    returns=(RNN, "norms"),
    entry=entry,
    needs=("torch",),
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One step and one micro-batch, clipped and not; unequal micro-batches; several steps of all kinds."""
    drawn = []
    for name, counts, lengths in (
        ("one batch", [[4]], [0.8]),
        ("one batch, clipped", [[4]], [3.0]),
        ("micro-batches", [[1, 4, 2]], [0.4]),
        ("several steps", [[3, 1], [1, 2], [2, 3]], [2.5, 0.3, 4.0]),
    ):
        d, h, q = draws.sizes(rng, 3, 4)
        p, N, max_norm = draws.rnn(rng, d, h, q), max(map(sum, counts)), 1e6 * float(rng.uniform(1, 2))
        X, Y = rng.normal(size=(len(counts), 4, N, d)), rng.normal(size=(len(counts), 4, N, q))
        for s, length in enumerate(lengths):  # targets so large that the gradient has about this length
            n = sum(counts[s])
            long = size(slope(p, X[s, :, :n], 1e6 * Y[s, :, :n], np.full(n, 1 / n)))
            Y[s] *= length * max_norm / long * 1e6
        drawn.append(Case(name, (p, (X, Y, np.array(counts)), max_norm, 0.3 / max_norm)))
    return drawn


@exercise.expects
def expected(weights: RNN, batches: Batches, max_norm: float, lr: float) -> Parts:
    """The whole batch at once by the complex step; the clip as a gradient of Huber's function."""
    path, found = descent(weights, batches, max_norm, lr, shares=alike)
    return path | reported(last, found)


W = RNN._fields
exercise.claim("plain_step", "A step without clipping is right.", parts=W, on="one batch", points=1, see=CLIP)
exercise.claim(
    "clipped_step", "A clipped step is right.", parts=W, on="one batch, clipped", points=1, see=CLIP
)
exercise.claim(
    "micro_batches",
    "Unequal micro-batches give one batch.",
    parts=W,
    on="micro-batches",
    points=2,
    see=PIECES,
)
exercise.claim(
    "trajectory",
    "Over several steps the weights and the norms are right.",
    parts=(*W, "norms"),
    on="several steps",
    points=2,
    see=CLIP,
)
exercise.claim(
    "norms",
    "The norm of the first step's gradient, before the clip, is right.",
    parts=("norms",),
    but="several steps",
    points=1,
    see=CLIP,
)


def weights_of(way: Descent, *args: Any) -> Parts:
    """The weights of an altered descent."""
    return way(*args)[0]


def norms_of(way: Descent, report: Report, *args: Any) -> Parts:
    """Its norms, as they may be reported."""
    return reported(report, way(*args)[1])


for _name, _sentence, _see, _way, _reports in MISTAKES:
    _flows = flows(*(partial(norms_of, _way, report) for report in _reports))
    exercise.slip(_name, _sentence, partial(weights_of, _way), _see, _flows)


def last_row(*args: Any) -> Parts:
    """The final weights in every row."""
    right = expected(*args)
    return {name: np.broadcast_to(right[name][-1], right[name].shape) for name in RNN._fields}


exercise.slip(
    "same_tensors",
    "Every row of the trajectory holds the final weights: append copies, the tensors go on changing.",
    last_row,
    CLIP,
)
exercise.slip(
    "norm_after",
    "The norms are those after the clip.",
    lambda p, batches, max_norm, lr: {
        "norms": np.minimum(expected(p, batches, max_norm, lr)["norms"], max_norm)
    },
    CLIP,
)
