"""A task that needs memory, and a small network trained on it: chapters 1 and 2 look at its gradients.

The task: a number stands on the first input at step 1 and is to be said at every step; the second input is
noise. Everything is drawn from fixed seeds; 300 steps of Adam take a few seconds. What they lead to is kept
in training.json, which ``python -m figures.checking_training`` (in the folder book/) makes again.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from course.models import RNN

torch.set_num_threads(1)  # the arrays are tiny: threads would only wait for each other
T, D, H, Q = 16, 2, 8, 1
SEED, STEPS, RATE, BATCH = 2, 300, 0.02, 64
FILE = Path(__file__).with_name("training.json")
Params = list[torch.Tensor]
# How one step is computed: (W_hh, h_{t-1}, the input's share of a_t) to h_t, for a whole batch of rows.
Step = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]


def batch(rng: np.random.Generator, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Sequences of the task: inputs (size, T, 2) and targets (size, T, 1)."""
    X = np.zeros((size, T, D))
    X[:, 0, 0] = rng.uniform(-1, 1, size)
    X[:, :, 1] = 0.5 * rng.normal(size=(size, T))
    return torch.tensor(X), torch.tensor(np.repeat(X[:, :1, :1], T, axis=1))


def start() -> tuple[Params, torch.Tensor, np.random.Generator]:
    """Random weights, an initial state that is not zero, and the generator that goes on to the data."""
    rng = np.random.default_rng(SEED)
    scales = ((0.7, (H, D)), (0.9 / np.sqrt(H), (H, H)), (0.1, (H,)), (1 / np.sqrt(H), (Q, H)), (0.0, (Q,)))
    params = [torch.tensor(scale * rng.normal(size=shape), requires_grad=True) for scale, shape in scales]
    return params, torch.tensor(0.5 * rng.normal(size=H)), rng


def plain(W: torch.Tensor, h: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
    """The step as the model defines it."""
    return torch.tanh(h @ W.T + given)


def loss(p: Params, h_0: torch.Tensor, X: torch.Tensor, Y: torch.Tensor, step: Step = plain) -> torch.Tensor:
    """The mean loss of a batch."""
    W_hx, W_hh, b_h, W_qh, b_q = p
    h, total = h_0.expand(len(X), -1), torch.zeros((), dtype=torch.float64)
    for t in range(T):
        h = step(W_hh, h, X[:, t] @ W_hx.T + b_h)
        total = total + 0.5 * ((h @ W_qh.T + b_q - Y[:, t]) ** 2).sum(1).mean() / T
    return total


def train(step: Step = plain, steps: int = STEPS) -> tuple[Params, list[float], list[float]]:
    """Train with the gradient of `step`; the loss and the cosine with the right gradient, every step."""
    p, h_0, rng = start()
    optimizer = torch.optim.Adam(p, RATE)
    losses, cosines = [], []
    for _ in range(steps):
        X, Y = batch(rng, BATCH)
        used = torch.autograd.grad(loss(p, h_0, X, Y, step), p)
        value = loss(p, h_0, X, Y)
        g = torch.cat([part.ravel() for part in used])
        right = g if step is plain else torch.cat([r.ravel() for r in torch.autograd.grad(value, p)])
        losses.append(value.item())
        cosines.append(float(g @ right / (g.norm() * right.norm())))
        for weights, part in zip(p, used, strict=True):
            weights.grad = part
        optimizer.step()
    return p, losses, cosines


def as_rnn(p: Params) -> RNN:
    """The weights as the course's own NumPy network."""
    return RNN(*(part.detach().numpy() for part in p))


@cache
def recorded() -> dict[str, Any]:
    """What training led to: for every way of computing the gradient its weights, losses and cosines."""
    return json.loads(FILE.read_text(encoding="utf-8"))


@cache
def networks() -> dict[str, Any]:
    """The network before and after training, the initial state, and 32 sequences neither has seen."""
    p, h_0, _ = start()
    X, Y = batch(np.random.default_rng(100), 32)
    right = recorded()["right"]
    return {
        "untrained": as_rnn(p),
        "trained": RNN(*map(np.array, right["weights"])),
        "h_0": h_0.numpy(),
        "X": X.numpy(),
        "Y": Y.numpy(),
        "losses": right["losses"],
    }
