"""Two tasks of chapter 8, an echo and a text, and networks whose edges in time are cut or rescaled."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

torch.set_num_threads(1)  # the arrays are tiny: threads would only wait for each other
TEXT = Path(__file__).resolve().parents[1] / "data" / "time_machine.txt"
Params = list[torch.Tensor]


class Task(NamedTuple):
    """Sizes, training, and how far back the truncated strategies look: `keep` uses for each loss."""

    name: str
    inputs: int
    outputs: int
    units: int
    T: int
    batch: int
    rate: float
    steps: int
    keep: int


ECHO = Task("echo", 1, 1, 16, 24, 16, 0.006, 500, 4)
LETTERS = Task("text", 27, 27, 32, 48, 16, 0.006, 400, 8)
DELAY = 6  # of the echo: more than the 4 uses that truncation keeps


# --- data -----------------------------------------------------------------------------------------


@cache
def letters() -> torch.Tensor:
    """The text as numbers: 0 for whatever is not a letter, 1 to 26 for a to z."""
    plain = re.sub("[^a-z]+", " ", TEXT.read_text(encoding="utf-8").lower()).strip()
    return torch.tensor([0 if c == " " else ord(c) - 96 for c in plain])


def halves() -> tuple[torch.Tensor, torch.Tensor]:
    """The first four fifths of the text for training, the rest held out."""
    cut = int(0.8 * len(letters()))
    return letters()[:cut], letters()[cut:]


def one_hot(codes: torch.Tensor) -> torch.Tensor:
    """A row of 27 numbers for each letter."""
    return torch.nn.functional.one_hot(codes, 27).double()


def draw(task: Task, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """A batch: inputs (N, T, d) and targets."""
    N, T = task.batch, task.T
    if task is ECHO:
        X = torch.tensor(rng.choice([-1.0, 1.0], size=(N, T, 1)))
        Y = torch.zeros_like(X)
        Y[:, DELAY:] = X[:, :-DELAY]
        return X, Y
    train = halves()[0]
    places = torch.tensor(rng.integers(0, len(train) - T - 1, size=N))[:, None] + torch.arange(T + 1)
    return one_hot(train[places[:, :-1]]), train[places[:, 1:]]


def loss(task: Task, outputs: torch.Tensor, Y: torch.Tensor) -> torch.Tensor:
    """Half the mean squared error of the echo; bits per letter of the text."""
    if task is ECHO:
        return 0.5 * ((outputs - Y)[:, DELAY:] ** 2).mean()
    return torch.nn.functional.cross_entropy(outputs.reshape(-1, 27), Y.reshape(-1)) / np.log(2)


# --- networks -------------------------------------------------------------------------------------


def start(task: Task, rng: np.random.Generator) -> Params:
    """Random weights W_hx, W_hh, b_h, W_qh, b_q."""
    d, h, q = task.inputs, task.units, task.outputs
    scales = ((0.3, (h, d)), (h**-0.5, (h, h)), (0.1, (h,)), (h**-0.5, (q, h)), (0.0, (q,)))
    return [torch.tensor(scale * rng.normal(size=shape), requires_grad=True) for scale, shape in scales]


def run(p: Params, X: torch.Tensor, xi: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Outputs and states; the derivative from h_t to h_{t-1} is multiplied by xi[:, t], the value is not."""
    W_hx, W_hh, b_h, W_qh, b_q = p
    h, states = torch.zeros(len(X), len(b_h), dtype=torch.float64), []
    given = X @ W_hx.T + b_h
    for t in range(X.shape[1]):
        kept = h.detach() + xi[:, t : t + 1] * (h - h.detach())
        h = torch.tanh(kept @ W_hh.T + given[:, t])
        states.append(h)
    H = torch.stack(states, 1)
    return H @ W_qh.T + b_q, H


def band(p: Params, X: torch.Tensor, tau: int) -> torch.Tensor:
    """Outputs that see only the last tau + 1 uses: each starts again from a constant state."""
    W_hx, W_hh, b_h, W_qh, b_q = p
    N, T = X.shape[:2]
    with torch.no_grad():
        H = run(p, X, torch.ones(N, T, dtype=torch.float64))[1]
    before = torch.cat([torch.zeros_like(H[:, :1]), H[:, :-1]], 1)
    t = torch.arange(T)
    first = torch.clamp(t - tau, min=0)
    h, given = before[:, first], X @ W_hx.T + b_h
    for j in range(tau + 1):
        step = torch.clamp(first + j, max=T - 1)
        now = (first + j <= t)[None, :, None]
        h = torch.where(now, torch.tanh(h @ W_hh.T + given[:, step]), h)
    return h @ W_qh.T + b_q


STRATEGIES = ("full", "band", "chunks", "randomized")
RARE = "randomized, 1/4"  # a fifth one, for the echo: π = 1/4


def factors(strategy: str, task: Task, N: int, rng: np.random.Generator) -> torch.Tensor:
    """The factors on the edges in time, (N, T): ones, zeros at the borders of chunks, or 0 and 1/π."""
    xi = np.ones((N, task.T))
    if strategy == "chunks":
        xi[:, :: task.keep] = 0
    if strategy in ("randomized", RARE):
        pi = 0.25 if strategy == RARE else 1 - 1 / task.keep
        xi = (rng.random((N, task.T)) < pi) / pi
    return torch.tensor(xi)


def outputs(strategy: str, task: Task, p: Params, X: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """The outputs of every step, with the derivatives of the strategy."""
    if strategy == "band":
        return band(p, X, task.keep - 1)
    return run(p, X, factors(strategy, task, len(X), rng))[0]
