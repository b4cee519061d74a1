"""Chapter 12: fifty layers, every cure, before and after training. As a program it writes saturation.json.

The task: points of the plane, and whether the two coordinates have the same sign. Plain gradient descent,
the gradient of each network clipped to the norm 1; four seeds and two rates side by side. Run it from the
root: ``PYTHONPATH=book python -m figures.saturation_training``, or ``make data``.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from figures.saturation_net import CURES, DEPTH, Cure, Params, begin, losses, outputs, points, states
from rich.progress import track

RATES, STEPS, BATCH, SEEDS, BLOCK, HELD = (0.03, 0.1), 150, 32, 4, 10, 250
FILE = Path(__file__).resolve().parents[1] / "data" / "saturation.json"


def side_by_side(cure: Cure, seeds: int, rates: tuple[float, ...], depth: int = DEPTH) -> Params:
    """One network for every pair of a seed and a rate, the rates of a seed beside each other."""
    nets = [begin(cure, seed, depth) for seed in range(seeds)]
    p = {}
    for name in nets[0]:
        axis = 0 if name == "E" else 1
        p[name] = torch.cat([net[name] for net in nets], axis).repeat_interleave(len(rates), axis)
    return p


def learned(p: Params) -> dict[str, torch.Tensor]:
    """What training changes: everything but the matrix that puts a point into n numbers."""
    return {name: w for name, w in p.items() if name != "E"}


def step(cure: Cure, p: Params, X: torch.Tensor, Y: torch.Tensor, rate: torch.Tensor) -> np.ndarray:
    """One step of all networks, each clipped by its own norm; returns the losses of the last heads before."""
    free = learned(p)
    for w in free.values():
        w.requires_grad_()
    each = losses(cure, p, states(cure, p, X)[0], Y)
    value = each.mean(0).sum()
    if cure.penalty is not None:
        value = value + 0.5 * cure.penalty * ((p["a"] - 1) ** 2).sum()
    grads = torch.autograd.grad(value, list(free.values()))
    norm = sum((g**2).sum((0, 2, 3)) for g in grads).sqrt()
    factor = (rate / norm.clamp(min=1))[:, None, None]
    with torch.no_grad():
        for w, g in zip(free.values(), grads, strict=True):
            w -= factor * g
    return each[-1].detach().numpy()


def what_is_left(cure: Cure, p: Params, X: torch.Tensor, Y: torch.Tensor) -> dict[str, np.ndarray]:
    """For each network ‖∂L/∂h_1‖ over ‖∂L/∂h_T‖, the share of flat units, and the share of right answers."""
    for name, w in p.items():
        p[name] = w.detach()
    p["E"].requires_grad_()
    H, Z = states(cure, p, X)
    first, last = torch.autograd.grad(losses(cure, p, H, Y).mean(0).sum(), [H[1], H[-1]])
    with torch.no_grad():
        ratio = (first**2).sum((1, 2)).sqrt() / (last**2).sum((1, 2)).sqrt()
        scale = {"tanh": 1.0, "logistic": 0.5}.get(cure.unit, np.nan)
        flat = torch.stack([(torch.tanh(scale * z) ** 2 > 0.9).double().mean((1, 2)) for z in Z]).mean(0)
        right = ((outputs(cure, p, H)[-1] > 0) == (Y > 0.5)).double().mean(-1)
    p["E"].requires_grad_(False)
    return {"ratio": ratio.numpy(), "flat": flat.numpy(), "right": right.numpy()}


def train(
    cure: Cure, seeds: int = SEEDS, rates: tuple[float, ...] = RATES, steps: int = STEPS
) -> dict[str, Any]:
    """Train all networks of a cure; their losses (steps, seeds, rates), and what is left before and after."""
    nets = seeds * len(rates)
    p, rate = side_by_side(cure, seeds, rates), torch.tensor(rates * seeds, dtype=torch.float64)
    held = points(np.random.default_rng(2), 1, HELD)
    streams = [np.random.default_rng([1, seed]) for seed in range(seeds)]
    held = [v.expand(nets, *v.shape[1:]) for v in held]
    before, seen = what_is_left(cure, p, *held), []
    for _ in range(steps):
        X, Y = (torch.cat(part) for part in zip(*(points(rng, 1, BATCH) for rng in streams), strict=True))
        seen.append(step(cure, p, *(v.repeat_interleave(len(rates), 0) for v in (X, Y)), rate))
    after = what_is_left(cure, p, *held)
    shape = (seeds, len(rates))
    left = {f"{key} before": v.reshape(shape) for key, v in before.items()}
    left |= {f"{key} after": v.reshape(shape) for key, v in after.items()}
    return {"losses": np.array(seen).reshape(steps, *shape)} | left


def best(run: dict[str, Any]) -> int:
    """The rate with the most right answers, by the median seed; of equals the one with the smaller loss."""
    right, loss = np.median(run["right after"], axis=0), run["losses"][-2 * BLOCK :].mean(axis=(0, 1))
    return max(range(len(right)), key=lambda i: (right[i], -loss[i]))


def digits(values: Any, n: int = 4) -> Any:
    """Numbers to n digits, as lists; None for what is no number."""
    if np.ndim(values):
        return [digits(v, n) for v in values]
    return float(f"{values:.{n}g}") if np.isfinite(values) else None


def summary(run: dict[str, Any], steps: int) -> dict[str, Any]:
    """What is kept of a cure: its better rate, and for that rate every seed."""
    i = best(run)
    losses = run["losses"][:, :, i]
    kept = {"rate": i, "first": digits(losses[:3].T, 6)}
    kept["losses"] = digits(losses.reshape(steps // BLOCK, BLOCK, -1).mean(axis=1).T)
    return kept | {key: digits(v[:, i]) for key, v in run.items() if key != "losses"}


@cache
def recorded() -> dict[str, dict[str, np.ndarray]]:
    """For each cure the index of its rate, `losses` (seeds, blocks), and what is left before and after."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    return {name: {key: np.array(v, dtype=float) for key, v in kept[name].items()} for name in CURES}


@click.command()
@click.option("--steps", default=STEPS, show_default=True, help="Training steps of each network.")
@click.option("--seeds", default=SEEDS, show_default=True, help="Networks of each cure and rate.")
@click.option(
    "--file", default=FILE, show_default="book/data/saturation.json", type=click.Path(path_type=Path)
)
def main(steps: int, seeds: int, file: Path) -> None:
    """Train fifty layers with every cure of chapter 12, and write what is left (about two minutes)."""
    if steps < 1 or steps % BLOCK:
        raise click.BadParameter(f"{steps} is no multiple of {BLOCK}: curves are means over {BLOCK} steps.")
    kept = {
        name: summary(train(CURES[name], seeds, RATES, steps), steps)
        for name in track(CURES, "Fifty layers: training")
    }
    file.write_text(json.dumps(kept, separators=(",", ":")) + "\n", encoding="utf-8")
    click.echo(f"Wrote {file}")


if __name__ == "__main__":
    main()
