"""Chapter 10: small LSTMs trained on one bit of memory. As a program it trains, and writes lstm.json.

`bias`: a sign at step 1 is to be named at step T, from four forget biases. `latch`: the last sign that came
with a mark is to be named at every step. `clip`: the first sign at every step, from weights so large that the
gradient explodes, without and with a clip. Networks are trained side by side, in stacked arrays that never
mix. Run it from the root: ``PYTHONPATH=book python -m figures.lstm_training``, or ``make data``.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
import torch
from figures.clipping_training import digits
from rich.progress import track
from torch.nn.functional import binary_cross_entropy_with_logits

torch.set_num_threads(1)  # the arrays are tiny: threads would only wait for each other
D, H, BATCH, SEEDS, BLOCK = 2, 12, 16, 10, 10
FILE = Path(__file__).resolve().parents[1] / "data" / "lstm.json"
LAGS, SETTINGS, BIAS_SEEDS, BIAS_STEPS = (20, 60), ("0", "1", "lag", "chrono"), 5, 200
LATCH, LATCH_MARKS = 40, (12, 28)  # length, and where the second mark may come
CLIP_LENGTH, CLIP_SCALE, CLIP_RATE, CLIP_AT = 40, 8.0, 1.0, 1.0


class Nets(NamedTuple):
    """S networks: `W` (S, 4h, d+h) and `b` (S, 4h) with rows i, f, g, o; readout `v` (S, h+1), bias last."""

    W: torch.Tensor
    b: torch.Tensor
    v: torch.Tensor


def start(rngs: list[np.random.Generator], scale: float = 1.0) -> Nets:
    """Gaussian weights, those by h with standard deviation scale/√h; no bias."""
    W = [np.hstack([r.normal(size=(4 * H, D)), scale * r.normal(size=(4 * H, H)) / np.sqrt(H)]) for r in rngs]
    v = [np.append(r.normal(size=H) / np.sqrt(H), 0.0) for r in rngs]
    b = np.zeros((len(rngs), 4 * H))
    return Nets(*(torch.tensor(np.array(w), requires_grad=True) for w in (W, b, v)))


def logits(p: Nets, X: torch.Tensor) -> torch.Tensor:
    """The output before the logistic function at every step: X (S, N, T, d) to (S, N, T)."""
    h, c, found = *torch.zeros(2, *X.shape[:2], H, dtype=torch.float64), []
    for t in range(X.shape[2]):
        a = torch.baddbmm(p.b[:, None], torch.cat((X[:, :, t], h), 2), p.W.transpose(1, 2))
        i, f, g, o = a.split(H, 2)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        found.append(torch.einsum("snh,sh->sn", h, p.v[:, :-1]) + p.v[:, -1:])
    return torch.stack(found, 2)


def recall(rng: np.random.Generator, T: int) -> tuple[np.ndarray, np.ndarray]:
    """A batch: the first input shows a sign at step 1, the second is noise; the target is 0 or 1."""
    X = np.zeros((BATCH, T, D))
    X[:, 0, 0] = rng.choice((-1.0, 1.0), BATCH)
    X[:, :, 1] = rng.normal(size=(BATCH, T))
    return X, np.repeat((X[:, :1, 0] + 1) / 2, T, axis=1)


def latch(rng: np.random.Generator, T: int = LATCH) -> tuple[np.ndarray, np.ndarray]:
    """A batch: signs at every step, marks at step 1 and, in half of the sequences, once more later."""
    X = np.zeros((BATCH, T, D))
    X[:, :, 0] = rng.choice((-1.0, 1.0), (BATCH, T))
    X[:, 0, 1] = 1
    later = rng.integers(*LATCH_MARKS, BATCH)
    X[np.arange(BATCH), later, 1] = rng.integers(0, 2, BATCH)
    last = np.maximum.accumulate(np.where(X[:, :, 1] == 1, np.arange(T), 0), axis=1)
    return X, (np.take_along_axis(X[:, :, 0], last, 1) + 1) / 2


def losses(p: Nets, data: list[tuple[np.ndarray, np.ndarray]], last: bool) -> torch.Tensor:
    """The cross-entropy of every network on its batch: of the last step alone, or the mean over steps."""
    X, Y = (torch.tensor(np.array(part)) for part in zip(*data, strict=True))
    each = binary_cross_entropy_with_logits(logits(p, X), Y, reduction="none")
    return each[:, :, -1].mean(1) if last else each.mean((1, 2))


def norms(p: Nets) -> torch.Tensor:
    """The length of the whole gradient of each network, (S)."""
    return torch.stack([(w.grad**2).flatten(1).sum(1) for w in p]).sum(0).sqrt()


def clip(p: Nets, c: float, which: torch.Tensor) -> None:
    """Clip the gradient of every chosen network to the length c, each network by itself."""
    factor = torch.where(which, (c / norms(p)).clamp(max=1), 1.0)
    for w in p:
        w.grad *= factor.reshape(-1, *[1] * (w.ndim - 1))


def log_odds(gate: Any) -> Any:
    """The pre-activation at which a gate has this value."""
    return np.log(gate) - np.log1p(-gate)


def start_bias(setting: str, T: int, rng: np.random.Generator) -> np.ndarray:
    """The biases (4h) for the lag T, rows i, f, g, o; chrono draws the time 1/(1−f)."""
    b = np.zeros((4, H))
    if setting == "chrono":
        b[1] = log_odds(1 - 1 / rng.uniform(2, T, H))
        b[0] = -b[1]
    else:
        b[1] = log_odds(np.exp(-1 / T)) if setting == "lag" else float(setting)
    return b.ravel()


def train_bias(T: int, steps: int) -> np.ndarray:
    """Losses (settings, seeds, steps) of the recall task, asked at step T alone; Adam, clipped at 1."""
    rngs = [np.random.default_rng([seed, T]) for _ in SETTINGS for seed in range(BIAS_SEEDS)]
    p, table = start(rngs), []
    with torch.no_grad():
        for n in range(len(rngs)):
            p.b[n] = torch.tensor(start_bias(SETTINGS[n // BIAS_SEEDS], T, np.random.default_rng([n, T])))
    optimizer = torch.optim.Adam(p, lr=0.01)
    for _ in track(range(steps), f"Lag {T}", transient=True):
        each = losses(p, [recall(rng, T) for rng in rngs], last=True)
        optimizer.zero_grad()
        each.sum().backward()
        clip(p, 1.0, torch.ones(len(rngs), dtype=torch.bool))
        optimizer.step()
        table.append(each.detach().numpy())
    return np.array(table).T.reshape(len(SETTINGS), BIAS_SEEDS, steps)


def train_latch(steps: int) -> tuple[np.ndarray, Nets, Nets]:
    """Losses (steps, 1) of one network on the latch task from forget biases 0, and it before and after."""
    rng = np.random.default_rng(0)
    p, table = start([rng]), []
    before = Nets(*(w.detach().clone() for w in p))
    optimizer = torch.optim.Adam(p, lr=0.01)
    for _ in track(range(steps), "Latch", transient=True):
        each = losses(p, [latch(rng)], last=False)
        optimizer.zero_grad()
        each.sum().backward()
        clip(p, 1.0, torch.ones(1, dtype=torch.bool))
        optimizer.step()
        table.append(each.detach().numpy())
    return np.array(table), before, Nets(*(w.detach() for w in p))


def train_clip(steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Losses and norms before the clip (2, seeds, steps), without a clip and with; plain gradient descent."""
    rngs = [np.random.default_rng([seed, 2]) for _ in range(2) for seed in range(SEEDS)]
    p, seen = start(rngs, CLIP_SCALE), []
    for _ in track(range(steps), "Clip", transient=True):
        each = losses(p, [recall(rng, CLIP_LENGTH) for rng in rngs], last=False)
        for w, g in zip(p, torch.autograd.grad(each.sum(), p), strict=True):
            w.grad = g
        seen.append([each.detach().numpy(), norms(p).numpy()])
        clip(p, CLIP_AT, torch.arange(2 * SEEDS) >= SEEDS)
        with torch.no_grad():
            for w in p:
                w -= CLIP_RATE * w.grad
    losses_, norms_ = np.array(seen).transpose(1, 2, 0).reshape(2, 2, SEEDS, steps)
    return losses_, norms_


def blocks(table: np.ndarray) -> list[Any]:
    """Means over ten steps along the last axis."""
    return digits(table.reshape(*table.shape[:-1], -1, BLOCK).mean(axis=-1))


@cache
def recorded() -> dict[str, Any]:
    """What training led to: curves in means over ten steps, and the network before and after `latch`."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    kept["bias"] = {T: np.array(curves) for T, curves in kept["bias"].items()}
    kept["clip"] = {name: np.array(curves) for name, curves in kept["clip"].items()}
    return kept


@click.command()
@click.option("--steps", default=300, show_default=True, help="Training steps; `bias` stops at 200.")
@click.option("--file", default=FILE, show_default="book/data/lstm.json", type=click.Path(path_type=Path))
def main(steps: int, file: Path) -> None:
    """Train the three experiments of chapter 10, and write curves and weights (about two minutes)."""
    if steps < 1 or steps % BLOCK:
        raise click.BadParameter(f"{steps} is no multiple of {BLOCK}: curves are means over {BLOCK} steps.")
    curve, *nets = train_latch(steps)
    losses_, norms_ = train_clip(steps)
    first = digits(np.stack((losses_, norms_))[..., :BLOCK])
    weights = [{key: digits(w.numpy(), 8) for key, w in net._asdict().items()} for net in nets]
    kept = {
        "bias": {str(T): blocks(train_bias(T, min(steps, BIAS_STEPS))) for T in LAGS},
        "latch": {"loss": blocks(curve[:, 0]), "before": weights[0], "after": weights[1]},
        "clip": {"losses": blocks(losses_), "norms": blocks(norms_), "first": first},
    }
    file.write_text(json.dumps(kept, separators=(",", ":")) + "\n", encoding="utf-8")
    click.echo(f"Wrote {file}")


if __name__ == "__main__":
    main()
