"""Chapter 9: one task, one start, eight ways to clip. As a program it trains, and writes clipping.json.

The task: at step 1 the first input shows a sign; at every step a logistic output is to say which, while the
second input makes noise. The recurrent weights start large enough for the gradient to explode. Plain
gradient descent, 400 steps, ten seeds. Run it from the root:
``PYTHONPATH=book python -m figures.clipping_training``, or ``make data``.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
import torch
from rich.progress import track
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

torch.set_num_threads(1)  # the arrays are tiny: threads would only wait for each other
T, D, H, G = 40, 2, 24, 2.5
RATE, STEPS, BATCH, SEEDS, BLOCK = 1.0, 400, 32, 10, 10
FILE = Path(__file__).resolve().parents[1] / "data" / "clipping.json"
NAMES = ("$W_{hx}$", "$W_{hh}$", "$b_h$", "$W_{qh}$", "$b_q$")
SIZES = (H * D, H * H, H, H, 1)
Params = list[torch.Tensor]


class Way(NamedTuple):
    """One way to clip: how groups are made, the threshold, and which of the five tensors are clipped."""

    groups: str
    threshold: float
    tensors: slice


# One threshold c for n groups lets through at most the length c √n: here it is 1 for all.
ENTRY, TENSOR, ALL = 1 / np.sqrt(sum(SIZES)), 1 / np.sqrt(len(SIZES)), 1.0
WITH, WITHOUT, RECURRENT = slice(0, 5), slice(0, 3), slice(1, 2)
WAYS = {
    "no clip": Way("none", np.inf, WITH),
    "global": Way("all", ALL, WITH),
    "global, output out": Way("all", ALL, WITHOUT),
    "per tensor": Way("tensors", TENSOR, WITH),
    "per tensor, output out": Way("tensors", TENSOR, WITHOUT),
    "by value": Way("entries", ENTRY, WITH),
    "by value, output out": Way("entries", ENTRY, WITHOUT),
    "$W_{hh}$ alone": Way("all", ALL, RECURRENT),
}


def clip(p: Params, way: Way) -> None:
    """Clip the gradients that hang on the parameters, by torch's own functions."""
    chosen = p[way.tensors]
    if way.groups == "entries":
        clip_grad_value_(chosen, way.threshold)
    for group in {"all": [chosen], "tensors": [[w] for w in chosen]}.get(way.groups, []):
        clip_grad_norm_(group, way.threshold)


def plain(way: str) -> str:
    """The name of a way for a table of text."""
    return way.replace("$", "").replace("{", "").replace("}", "")


def batch(rng: np.random.Generator, size: int = BATCH) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs (size, T, 2), and the sign of step 1 as the target 0 or 1 of every step, (size, T)."""
    X = np.zeros((size, T, D))
    X[:, 0, 0] = rng.choice((-1.0, 1.0), size)
    X[:, :, 1] = rng.normal(size=(size, T))
    return torch.tensor(X), torch.tensor((X[:, :1, 0] + 1) / 2).expand(size, T)


def start(rng: np.random.Generator) -> Params:
    """Random weights; those of W_hh have the standard deviation G/√H."""
    scales = ((1.0, (H, D)), (G / np.sqrt(H), (H, H)), (0.1, (H,)), (1 / np.sqrt(H), (1, H)), (0.0, (1,)))
    return [torch.tensor(scale * rng.normal(size=shape), requires_grad=True) for scale, shape in scales]


def loss(p: Params, X: torch.Tensor, Y: torch.Tensor) -> torch.Tensor:
    """The mean cross-entropy of the logistic output over steps and sequences."""
    W_hx, W_hh, b_h, W_qh, b_q = p
    given, states = X @ W_hx.T + b_h, [torch.zeros(len(X), H, dtype=torch.float64)]
    for t in range(X.shape[1]):
        states.append(torch.tanh(states[-1] @ W_hh.T + given[:, t]))
    O = (torch.stack(states[1:], 1) @ W_qh.T + b_q)[..., 0]
    return binary_cross_entropy_with_logits(O, Y)


def flat(p: Params) -> np.ndarray:
    """All gradients in one column."""
    return np.concatenate([w.grad.numpy().ravel() for w in p])


def angle(u: np.ndarray, v: np.ndarray) -> float:
    """The angle between two columns in degrees, exact for small angles too."""
    u, v = u / np.linalg.norm(u), v / np.linalg.norm(v)
    return float(np.degrees(2 * np.arctan2(np.linalg.norm(u - v), np.linalg.norm(u + v))))


def train(way: Way, seed: int, steps: int = STEPS) -> dict[str, np.ndarray]:
    """Train from one seed; step by step the loss, the norms before, the angle and the length of the clip."""
    rng = np.random.default_rng(seed)
    p, seen = start(rng), []
    for _ in range(steps):
        value = loss(p, *batch(rng))
        for w, g in zip(p, torch.autograd.grad(value, p), strict=True):
            w.grad = g
        before = flat(p)
        sizes = [float(w.grad.norm()) for w in p]
        clip(p, way)
        after = flat(p)
        seen.append([value.item(), *sizes, angle(before, after), np.linalg.norm(after)])
        with torch.no_grad():
            for w in p:
                w -= RATE * w.grad
    table = np.array(seen)
    return {"loss": table[:, 0], "norms": table[:, 1:6], "angle": table[:, 6], "length": table[:, 7]}


def digits(values: np.ndarray, n: int = 4) -> list[Any]:
    """Numbers to n digits, as lists."""
    return [digits(v, n) if np.ndim(v) else float(f"{v:.{n}g}") for v in values]


@cache
def recorded() -> dict[str, dict[str, np.ndarray]]:
    """What training led to: `losses` (seeds, blocks of ten steps), and step by step what seed 0 saw."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    return {name: {key: np.array(v) for key, v in kept[name].items()} for name in WAYS}


@click.command()
@click.option("--steps", default=STEPS, show_default=True, help="Training steps of each run.")
@click.option("--seeds", default=SEEDS, show_default=True, help="Runs of each way to clip.")
@click.option("--file", default=FILE, show_default="book/data/clipping.json", type=click.Path(path_type=Path))
def main(steps: int, seeds: int, file: Path) -> None:
    """Train the task of chapter 9 with every way to clip, and write the curves (about five minutes)."""
    if steps < 1 or steps % BLOCK:
        raise click.BadParameter(f"{steps} is no multiple of {BLOCK}: curves are means over {BLOCK} steps.")
    kept: dict[str, dict[str, Any]] = {}
    for name, seed in track([(name, s) for name in WAYS for s in range(seeds)], "Clipping: training"):
        run = train(WAYS[name], seed, steps)
        if seed == 0:
            kept[name] = {key: digits(values, 3) for key, values in run.items()} | {"losses": []}
        kept[name]["losses"].append(digits(run["loss"].reshape(-1, BLOCK).mean(axis=1)))
    file.write_text(json.dumps(kept, separators=(",", ":")) + "\n", encoding="utf-8")
    click.echo(f"Wrote {file}")


if __name__ == "__main__":
    main()
