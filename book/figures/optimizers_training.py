"""Chapter 13: one memory, four optimizers, four lengths. As a program it trains, and writes optimizers.json.

The task: at step 1 the first input shows a sign, to be told at step T. "Alone", there is nothing else.
"Beside a near task", a second input shows a random sign at every step, and a second output is to tell the
last but one. The recurrent weights start small, so that the gradient vanishes. There are no biases: what
they get from the last steps would be near terms. "Alone, with biases" has them. Ten seeds train side by side.
Run it from the root: ``PYTHONPATH=book python -m figures.optimizers_training``, or ``make data``.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from rich.progress import track
from torch.nn.functional import binary_cross_entropy_with_logits

torch.set_num_threads(1)  # the arrays are small: threads would only wait for each other
H, G, SEEDS, STEPS, BATCH, FIXED, JUDGED = 24, 0.5, 10, 500, 32, 128, 400
LENGTHS = (5, 10, 20, 40)
TASKS = ("alone", "beside a near task", "alone, with biases")
FILE = Path(__file__).resolve().parents[1] / "data" / "optimizers.json"
MAKERS = {
    "gradient descent, rate 0.1": lambda p: torch.optim.SGD(p, lr=0.1),
    "gradient descent, rate 1": lambda p: torch.optim.SGD(p, lr=1.0),
    "Adam": lambda p: torch.optim.Adam(p, lr=0.005),
    "Adam, ε = 1e-30": lambda p: torch.optim.Adam(p, lr=0.005, eps=1e-30),
    "Rprop": lambda p: torch.optim.Rprop(p, lr=0.001, step_sizes=(1e-9, 0.1)),
}
Params = list[torch.Tensor]


def batch(task: str, T: int, size: int, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs (seeds, size, T, 2) and targets 0 or 1 (seeds, size, outputs); alone, two sequences are all."""
    alone = task != TASKS[1]
    size = 2 if alone else size
    X = np.zeros((SEEDS, size, T, 2))
    X[:, :, 0, 0] = np.tile((1.0, -1.0), (SEEDS, size // 2))
    if not alone:
        X[:, :, :, 1] = rng.choice((-1.0, 1.0), (SEEDS, size, T))
    told = X[:, :, :1, 0] if alone else np.stack([X[:, :, 0, 0], X[:, :, -2, 1]], axis=2)
    return torch.tensor(X), torch.tensor((told + 1) / 2)


def start(task: str) -> Params:
    """Random weights of all seeds, W_hh with the standard deviation G/√H; biases 0, trained or not."""
    told = 2 if task == TASKS[1] else 1
    scales = ((1.0, (H, 2)), (G / np.sqrt(H), (H, H)), (1 / np.sqrt(H), (told, H)))
    drawn = [np.random.default_rng(seed) for seed in range(SEEDS)]
    weights = [
        torch.tensor(np.stack([scale * rng.normal(size=shape) for rng in drawn]), requires_grad=True)
        for scale, shape in scales
    ]
    biases = [torch.zeros(SEEDS, n, dtype=torch.float64, requires_grad=task == TASKS[2]) for n in (H, told)]
    return weights + biases


def outputs(p: Params, X: torch.Tensor) -> torch.Tensor:
    """The logits at the last step, (seeds, size, outputs)."""
    W_hx, W_hh, W_qh, b_h, b_q = p
    h = torch.zeros(SEEDS, X.shape[1], H, dtype=torch.float64)
    given = torch.einsum("sntd,shd->stnh", X, W_hx) + b_h[:, None, None]
    for t in range(X.shape[2]):
        h = torch.tanh(h @ W_hh.mT + given[:, t])
    return h @ W_qh.mT + b_q[:, None]


def train(name: str, task: str, T: int, steps: int = STEPS) -> np.ndarray:
    """Train all seeds; the loss of each output, far one first, on fresh sequences: (outputs, seeds)."""
    rng = np.random.default_rng(T)
    p = start(task)
    optimizer = MAKERS[name]([w for w in p if w.requires_grad])
    fixed = batch(task, T, FIXED, rng)
    for _ in range(steps):
        X, Y = fixed if name == "Rprop" else batch(task, T, BATCH, rng)
        optimizer.zero_grad()
        losses = binary_cross_entropy_with_logits(outputs(p, X), Y, reduction="none")
        losses.mean(dim=(1, 2)).sum().backward()  # seeds do not meet: each gets the gradient of its own loss
        optimizer.step()
    with torch.no_grad():
        X, Y = batch(task, T, JUDGED, rng)
        return binary_cross_entropy_with_logits(outputs(p, X), Y, reduction="none").mean(dim=1).T.numpy()


@cache
def recorded() -> dict[str, dict[str, dict[str, list[list[float]]]]]:
    """By task, optimizer and length: the loss of every output, far first, and seed."""
    kept: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return kept


@click.command()
@click.option("--steps", default=STEPS, show_default=True, help="Training steps of each run.")
@click.option(
    "--file", default=FILE, show_default="book/data/optimizers.json", type=click.Path(path_type=Path)
)
def main(steps: int, file: Path) -> None:
    """Train the memory of chapter 13 with every optimizer and length (about four minutes)."""
    kept: dict[str, Any] = {task: {name: {} for name in MAKERS} for task in TASKS}
    runs = [(task, name, T) for task in TASKS for name in MAKERS for T in LENGTHS]
    for task, name, T in track(runs, "Optimizers: training"):
        losses = train(name, task, T, steps)
        kept[task][name][str(T)] = [[float(f"{x:.4g}") for x in row] for row in losses]
    file.write_text(json.dumps(kept, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8")
    click.echo(f"Wrote {file}")


if __name__ == "__main__":
    main()
