"""Chapter 15: many runs as one batched model: a clip for each, momentum or Adam, and what became of it."""

import zlib
from typing import NamedTuple

import numpy as np
import torch
from figures.experiments_cells import Params, Way, begin, outputs, stacked
from figures.experiments_tasks import TASKS, draw, losses, wrong
from torch import Tensor

H, BATCH, BLOCK = 24, 20, 50  # units; sequences in an update; updates between two looks
BETA, BETA_2, EPS = 0.9, 0.999, 1e-8  # of momentum, and of Adam
SOLVED = 0.01  # learned: at most this share of a block's sequences is wrong
LOST = -1


class Group(NamedTuple):
    """Runs that train together: one cell, task and length, several ways, rates and seeds."""

    name: str
    task: str
    T: int
    ways: tuple[Way, ...]
    rates: tuple[float, ...]
    rule: str = "adam"  # or "momentum"
    back: int = 0  # > 0: how many of the last steps the gradient passes


class Runs:
    """The runs of a group: their weights and momenta, and what has become of each."""

    def __init__(self, group: Group, seeds: int, device: str) -> None:
        self.group, self.device, task = group, device, TASKS[group.task]
        self.specs = [(way, rate, s) for way in group.ways for rate in group.rates for s in range(seeds)]
        self.rng = torch.Generator().manual_seed(zlib.crc32(repr(group).encode()))
        drawn = [begin(way, seed, task.d, H, task.q, group.T) for way, _, seed in self.specs]
        self.p, self.alive = stacked(drawn, device), np.arange(len(self.specs))
        self.mean, self.square = ({name: torch.zeros_like(w) for name, w in self.p.items()} for _ in range(2))
        self.steps = 0
        self.rates = torch.tensor([rate for _, rate, _ in self.specs], device=device)
        self.clips = torch.tensor([way.clip or np.inf for way, _, _ in self.specs], device=device)
        self.learned = [0] * len(self.specs)  # the update by which it had learned; 0: it had not; or LOST
        self.ended: dict[int, dict[str, np.ndarray]] = {}  # the weights of those that have learned

    def gradients(self) -> tuple[Params, Tensor]:
        """The gradient of every run by a fresh batch, and the share of sequences it had wrong."""
        group = self.group
        X, Y = (a.to(self.device) for a in draw(group.task, group.T, (len(self.alive), BATCH), self.rng))
        p = {name: w.requires_grad_() for name, w in self.p.items()}
        O = outputs(group.ways[0].cell, p, X, TASKS[group.task].asked, group.back)
        total = losses(group.task, O, Y).mean((0, 2)).sum()  # runs share no weight: each gets its own
        found = torch.autograd.grad(total, list(p.values()), materialize_grads=True, allow_unused=True)
        return dict(zip(p, found, strict=True)), wrong(group.task, O.detach(), Y).float().mean(1)

    def update(self) -> Tensor:
        """Clip, and step by the group's rule; returns the share of wrong answers of every run."""
        g, off = self.gradients()
        sizes = [torch.linalg.vector_norm(d, dim=(1, 2), dtype=torch.float64) for d in g.values()]
        norms = torch.linalg.vector_norm(torch.stack(sizes), dim=0)
        scale = torch.clamp(self.clips / norms, max=1.0).float()[:, None, None]
        self.steps += 1
        with torch.no_grad():
            for name, d in g.items():
                self.p[name] = self.p[name] - self.rates[:, None, None] * self.step(name, scale * d)
        return off

    def step(self, name: str, d: Tensor) -> Tensor:
        """The direction of the step, from the clipped gradient of one weight."""
        if self.group.rule == "momentum":
            self.mean[name] = BETA * self.mean[name] + d
            return self.mean[name]
        self.mean[name] = BETA * self.mean[name] + (1 - BETA) * d
        self.square[name] = BETA_2 * self.square[name] + (1 - BETA_2) * d**2
        mean, square = self.mean[name] / (1 - BETA**self.steps), self.square[name] / (1 - BETA_2**self.steps)
        return mean / (square.sqrt() + EPS)

    def block(self, last: int) -> None:
        """Updates up to number `last`; then the runs that have learned, or are lost, leave."""
        off = torch.stack([self.update() for _ in range(BLOCK)]).mean(0).cpu().numpy()
        sound = torch.stack([w.isfinite().all(2).all(1) for w in self.p.values()]).all(0).cpu().numpy()
        for place, (run, share) in enumerate(zip(self.alive, off, strict=True)):
            if not sound[place]:
                self.learned[run] = LOST
            elif share <= SOLVED:
                self.learned[run] = last
                self.ended[run] = {name: w[place].detach().cpu().numpy() for name, w in self.p.items()}
        stays = sound & (off > SOLVED)
        keep = torch.tensor(stays, device=self.device)
        for tensors in (self.p, self.mean, self.square):
            tensors.update({name: w.detach()[keep] for name, w in tensors.items()})
        self.alive, self.rates, self.clips = self.alive[stays], self.rates[keep], self.clips[keep]

    def train(self, updates: int) -> None:
        """All blocks, or as many as it takes."""
        for last in range(BLOCK, updates + 1, BLOCK):
            if len(self.alive):
                self.block(last)
