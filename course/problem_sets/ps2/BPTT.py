"""BPTT as a torch.autograd.Function: batched, on any device, for any loss."""

from functools import partial
from typing import Any

import numpy as np
import torch

from course import draws
from course.exercise import Case, Exercise, Parts
from course.frames import FrameError
from course.models import RNN, Array
from course.problem_sets.ps2._batches import mixed
from course.problem_sets.ps2._by_hand import watched
from course.recognise.other_runs import other_runs
from course.recognise.sequences import Sequence
from course.recognise.step_ways import WITH_TANH
from course.recognise.unrolled import Unrolled
from course.recognise.way_tables import way_table

NAMES = ("H", "W_hx", "W_hh", "b_h", "X", "h_0")


class BPTT(torch.autograd.Function):
    """All states of a tanh RNN over a batch, with a backward pass of your own.

    Formula: H[t] = tanh(X[t] W_hxᵀ + H[t-1] W_hhᵀ + b_h), row by row of the batch, with H[-1] = h_0.

    Use: `H = BPTT.apply(W_hx, W_hh, b_h, X, h_0)`, then any loss of H.
    Shapes: W_hx (h, d), W_hh (h, h), b_h (h), X (T, B, d), h_0 (B, h), H (T, B, h).
    Work on the device and in the dtype of the arguments. Do not call autograd inside.
    """

    @staticmethod
    def forward(
        ctx: Any,
        W_hx: torch.Tensor,
        W_hh: torch.Tensor,
        b_h: torch.Tensor,
        X: torch.Tensor,
        h_0: torch.Tensor,
    ) -> torch.Tensor:
        """Return H, and keep in `ctx` what the backward pass needs."""
        raise NotImplementedError("BPTT.forward: return H")

    @staticmethod
    def backward(ctx: Any, dH: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """From dH = ∂L/∂H (T, B, h), return the gradients of W_hx, W_hh, b_h, X, h_0, in this order."""
        raise NotImplementedError("BPTT.backward: return five gradients")


def entry(function: Any, *data: Array, device: str = "cpu") -> tuple[Array, ...]:
    """Apply the function to tensors made of `data`, the last of which is ∂L/∂H, and give back arrays."""
    *leaves, dH = (torch.tensor(a, device=device) for a in data)
    for leaf in leaves:
        leaf.requires_grad_()
    H = watched(function).apply(*leaves)
    if not isinstance(H, torch.Tensor) or H.shape != dH.shape:
        got = f"shape {tuple(H.shape)}" if isinstance(H, torch.Tensor) else f"type {type(H).__name__}"
        raise FrameError(f"forward should return H of shape {tuple(dH.shape)}; it returned {got}")
    torch.autograd.backward(H, dH)
    data[-1][...] = dH.cpu().numpy()  # if backward overwrites what it is given, its argument has changed
    if not all(
        torch.equal(leaf, torch.tensor(a, device=device)) for leaf, a in zip(leaves, data, strict=False)
    ):
        raise RuntimeError("it changed one of its inputs in place")
    results = [H.detach()]
    for name, leaf in zip(NAMES[1:], leaves, strict=True):
        if leaf.grad is None:
            raise FrameError(f"backward returned None for the gradient of {name}")
        results.append(leaf.grad)
    return tuple(r.cpu().numpy() for r in results)


exercise = Exercise(
    BPTT,
    title="BPTT as a torch function",
    chapter="4 bptt",
    returns=NAMES,
    entry=entry,
    needs=("torch",),
)


@exercise.cases
def cases(rng: draws.Rng) -> list[Case]:
    """One step, one sequence; then batches."""
    drawn = []
    for T, B in ((1, 1), (3, 2), (12, 5)):
        d, h = draws.sizes(rng, 2, T, B)
        p = draws.rnn(rng, d, h, 1)
        X, h_0 = rng.normal(size=(T, B, d)), draws.away_from_zero(rng, B, h)
        name = "T=1" if T == 1 else f"T={T}, B={B}, d={d}, h={h}"
        # a gradient that nothing should clip, and one of which nothing should be left out as small
        size = {1: 1.0, 3: draws.LARGE, 12: 1e-6}[T]
        drawn.append(Case(name, (p.W_hx, p.W_hh, p.b_h, X, h_0, size * rng.normal(size=(T, B, h)))))
    return drawn


@exercise.expects
def expected(*data: Array) -> Parts:
    """Autograd through a plain loop: torch judges torch."""
    W_hx, W_hh, b_h, X, h_0, dH = (torch.tensor(a) for a in data)
    leaves = [leaf.requires_grad_() for leaf in (W_hx, W_hh, b_h, X, h_0)]
    H, h = [], h_0
    for x in X:
        h = torch.tanh(x @ W_hx.T + h @ W_hh.T + b_h)
        H.append(h)
    states = torch.stack(H)
    grads = torch.autograd.grad(states, leaves, dH)
    return dict(zip(NAMES, [r.detach().numpy() for r in (states, *grads)], strict=True))


exercise.claim("forward", "H is right.", parts=("H",), points=1, see="Batches and masks")
exercise.claim(
    "one_step",
    "With one step (T = 1) every gradient is right.",
    on="T=1",
    points=1,
    see="Backward in time",
    after=("forward",),
)
exercise.claim(
    "weights",
    "The gradients of W_hx, W_hh and b_h are right over several steps and a batch.",
    parts=("W_hx", "W_hh", "b_h"),
    points=2,
    see="Weights and biases",
    after=("forward",),
)
exercise.claim(
    "states",
    "The gradients of X and h_0 are right, each row of the batch by itself.",
    parts=("X", "h_0"),
    points=1,
    see="Inputs and the initial state",
    after=("forward",),
)


def sequences(W_hx: Array, W_hh: Array, b_h: Array, X: Array, h_0: Array, dH: Array) -> list[Sequence]:
    """One for every row of the batch, with ℓ_t = Σ ∂L/∂H_t · H_t."""
    h = len(b_h)
    p = RNN(W_hx, W_hh, b_h, np.eye(h), np.zeros(h))  # the outputs are the states

    def row(b: int) -> Sequence:
        return Sequence(p, X[:, b], h_0[b], lambda t, W_qh, b_q, h: (h @ W_qh.T + b_q) @ dH[t, b])

    return [row(b) for b in range(X.shape[1])]


def many(rng: draws.Rng) -> tuple[Any, ...]:
    """More units than steps."""
    p = draws.rnn(rng, 3, 8, 1)
    X, h_0 = rng.normal(size=(7, 2, 3)), draws.away_from_zero(rng, 2, 8)
    return p.W_hx, p.W_hh, p.b_h, X, h_0, rng.normal(size=(7, 2, 8))


exercise.unrolled = Unrolled(
    sequences, {w: w for w in ("W_hx", "W_hh", "b_h", "X", "h_0")}, many, batch="B", error="dH"
)
exercise.table = way_table(exercise.unrolled, WITH_TANH, other_runs(linear=False), states="H")
for _name, _sentence, _mix in (
    (
        "carry_averaged",
        "What goes back from step t is averaged over the batch: each sequence has its own.",
        lambda h: h.mean(axis=-2, keepdims=True) + 0 * h,
    ),
    (
        "carry_of_the_batch",
        "What goes back from step t is added up over the batch: each sequence has its own.",
        lambda h: h.sum(axis=-2, keepdims=True) + 0 * h,
    ),
):
    exercise.slip(_name, _sentence, partial(mixed, _mix), "Batches and masks")

exercise.timed = {"H": 0, "X": 0}
