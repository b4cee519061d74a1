"""Train with every strategy and record what happens: about two minutes; writes data/truncation.json."""

import json
from pathlib import Path

import numpy as np
import torch
from figures.truncation_tasks import (
    ECHO,
    LETTERS,
    RARE,
    STRATEGIES,
    Params,
    Task,
    draw,
    halves,
    loss,
    one_hot,
    outputs,
    run,
    start,
)

FILE = Path(__file__).resolve().parents[1] / "data" / "truncation.json"
SEEDS = range(3)
EVERY = 20  # steps between two records


def bits(p: Params, codes: torch.Tensor) -> float:
    """Bits per letter over a whole text, read in pieces of 48 letters, each from the zero state."""
    T = LETTERS.T
    places = torch.arange(0, len(codes) - T, T)[:, None] + torch.arange(T + 1)
    pieces = codes[places]
    with torch.no_grad():
        found = run(p, one_hot(pieces[:, :-1]), torch.ones(len(pieces), T, dtype=torch.float64))[0]
        return loss(LETTERS, found, pieces[:, 1:]).item()


def train(task: Task, strategy: str, seed: int, steps: int | None = None) -> tuple[Params, list[list[float]]]:
    """Adam from one start on one stream of batches; the mean loss of every 20 steps, or both texts' bits."""
    rng, noise = np.random.default_rng(seed), np.random.default_rng(100 + seed)
    p = start(task, rng)
    optimizer = torch.optim.Adam(p, task.rate)
    recent, kept = [], []
    for step in range(1, (steps or task.steps) + 1):
        X, Y = draw(task, rng)
        value = loss(task, outputs(strategy, task, p, X, noise), Y)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        recent.append(value.item())
        if step % EVERY == 0:
            kept.append([np.mean(recent)] if task is ECHO else [bits(p, half) for half in halves()])
            recent = []
    return p, kept


def gradient(strategy: str, task: Task, p: Params, batch: tuple, rng: np.random.Generator) -> torch.Tensor:
    """What the strategy takes for the gradient by W_hh."""
    X, Y = batch
    return torch.autograd.grad(loss(task, outputs(strategy, task, p, X, rng), Y), p[1])[0]


def quality(task: Task, batches: int = 60, steps: int = 100) -> dict[str, float]:
    """Bias of three strategies, noise of the batches and of ξ, all relative to the mean gradient's norm.

    The weights are those after 100 steps of training with the full gradient.
    """
    p, _ = train(task, "full", 0, steps)
    rng, noise = np.random.default_rng(50), np.random.default_rng(51)
    found: dict[str, list[torch.Tensor]] = {name: [] for name in STRATEGIES}
    for _ in range(batches):
        batch = draw(task, rng)
        for name in STRATEGIES:
            found[name].append(gradient(name, task, p, batch, noise))
    stacked = {name: torch.stack(found[name]) for name in STRATEGIES}
    mean = stacked["full"].mean(0)
    bias = {name: ((stacked[name].mean(0) - mean).norm() / mean.norm()).item() for name in STRATEGIES[1:3]}

    def spread(differences: torch.Tensor) -> float:
        return ((differences**2).sum((1, 2)).mean().sqrt() / mean.norm()).item()

    noise_of = {
        "batch": spread(stacked["full"] - mean),
        "draw": spread(stacked["randomized"] - stacked["full"]),
    }
    return {**bias, **noise_of}


def cosine(a: torch.Tensor, b: torch.Tensor) -> float:
    """The cosine of the angle between two columns."""
    return float(a @ b / (a.norm() * b.norm()))


def along_the_band(steps: int = ECHO.steps, batches: int = 25) -> dict[str, list[float]]:
    """While the echo is trained with the band: its mean gradient and Adam's step against the right gradient.

    Every 20 steps, over 25 fresh batches and all weights: the cosines, and the ratio of the norms.
    """
    rng, fresh = np.random.default_rng(0), np.random.default_rng(9)
    p = start(ECHO, rng)
    optimizer = torch.optim.Adam(p, ECHO.rate)
    found: dict[str, list[float]] = {"cosine": [], "ratio": [], "step": []}

    def flat(strategy: str, batch: tuple) -> torch.Tensor:
        value = loss(ECHO, outputs(strategy, ECHO, p, batch[0], fresh), batch[1])
        return torch.cat([g.ravel() for g in torch.autograd.grad(value, p)])

    for step in range(1, steps + 1):
        X, Y = draw(ECHO, rng)
        optimizer.zero_grad()
        loss(ECHO, outputs("band", ECHO, p, X, fresh), Y).backward()
        before = torch.cat([w.detach().ravel().clone() for w in p])
        optimizer.step()
        if step % EVERY == 0:
            moved = before - torch.cat([w.detach().ravel() for w in p])
            sample = [draw(ECHO, fresh) for _ in range(batches)]
            band, full = (sum(flat(name, batch) for batch in sample) for name in ("band", "full"))
            found["cosine"].append(cosine(band, full))
            found["ratio"].append(float(full.norm() / band.norm()))
            found["step"].append(cosine(moved, full))
    return found


def main() -> None:
    """Train, measure, and keep four digits."""
    kept: dict = {}
    for task in (ECHO, LETTERS):
        curves = {name: [train(task, name, seed)[1] for seed in SEEDS] for name in STRATEGIES}
        rounded = {
            name: [[[float(f"{x:.4g}") for x in row] for row in run_] for run_ in found]
            for name, found in curves.items()
        }
        kept[task.name] = {
            "curves": rounded,
            "quality": {name: float(f"{x:.3g}") for name, x in quality(task).items()},
        }
    kept["echo"]["rare"] = [float(f"{train(ECHO, RARE, seed)[1][-1][0]:.4g}") for seed in SEEDS]
    kept["echo"]["along"] = {k: [float(f"{x:.3g}") for x in v] for k, v in along_the_band().items()}
    FILE.write_text(json.dumps(kept, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
