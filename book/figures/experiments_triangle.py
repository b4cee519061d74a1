"""Chapter 15: the triangle of a plain network and of an LSTM, before and after they learned the task."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import torch
from figures.experiments import found
from figures.experiments_cells import Params, Way, begin, stacked, step
from figures.experiments_runs import H
from figures.experiments_tasks import TASKS, draw, losses
from figures.experiments_training import SHOWN
from figures.style import heat, ink
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

N = 40  # sequences
PANELS = (("RNN", "before"), ("RNN", "after"), ("LSTM", "before"), ("LSTM", "after"))


@cache
def network(cell: str, when: str) -> Params:
    """The recorded network, or what it was drawn as."""
    group = found("lengths", "order", SHOWN, cell)
    shown, task = group["shown"], TASKS["order"]
    if when == "after":
        return stacked([{name: np.array(w) for name, w in shown["weights"].items()}], "cpu")
    way = Way(**group["ways"][shown["run"] // (len(group["rates"]) * len(group["learned"][0][0]))])
    return stacked([begin(way, shown["seed"], task.d, H, task.q, SHOWN)], "cpu")


def probes(
    cell: str, p: Params, X: torch.Tensor, Y: torch.Tensor, uses: list[torch.Tensor]
) -> list[torch.Tensor]:
    """The losses of all sequences if the question were asked at step t, t = 1 … T; step k reads uses[k - 1].

    Sequences stand where runs stand elsewhere, so that each has copies of its own.
    """
    q = {name: w.double().expand(len(uses[0]), -1, -1) for name, w in p.items()}
    h = c = torch.zeros(len(uses[0]), H, 1, dtype=torch.float64)
    told = []
    for x, W in zip(X, uses, strict=True):
        h, c = step(cell, q | {"W_h": W}, x, h, c)
        told.append(losses("order", (q["W_qh"] @ h + q["b_q"])[None], Y)[0, :, 0])
    return told


@cache
def triangle(cell: str, when: str) -> np.ndarray:
    """The root mean square over sequences of the norm of G_{t,k}, (T, T), by autograd on copies."""
    p = network(cell, when)
    X, Y = draw("order", SHOWN, (N, 1), torch.Generator().manual_seed(1))
    W = p["W_h"].double().expand(N, -1, -1)
    uses = [W.clone().requires_grad_() for _ in range(SHOWN)]
    size = np.zeros((SHOWN, SHOWN))
    for t, loss in enumerate(probes(cell, p, X.double(), Y, uses)):
        for k, G in enumerate(torch.autograd.grad(loss.sum(), uses[: t + 1], retain_graph=True)):
            size[t, k] = np.sqrt((G**2).sum((1, 2)).mean().item())
    return size


def triangles() -> Figure:
    """Four triangles in one scale of logarithmic colours."""
    fig, axes = plt.subplots(2, 2, figsize=(5.9, 6.2), sharex=True, sharey=True)
    edges, ticks = np.arange(SHOWN + 1) + 0.5, [1, 10, 20, 30]
    for ax, (cell, when) in zip(axes.ravel(), PANELS, strict=True):
        size = triangle(cell, when)
        picture = ax.pcolormesh(
            edges, edges, np.ma.masked_where(size == 0, size), cmap=heat(), norm=LogNorm(1e-4, 1)
        )
        name = "plain" if cell == "RNN" else cell
        ax.text(19.5, 5, f"{name},\n{when}", ha="center", va="center", color=ink(), fontsize=12)
        ax.set(aspect="equal", xticks=ticks, yticks=ticks)
    axes[0, 0].invert_yaxis()
    for ax in axes[1]:
        ax.set(xlabel="step $k$ of the use")
    for ax in axes[:, 0]:
        ax.set(ylabel=r"step $t$ of the question")
    fig.colorbar(picture, ax=axes, label=r"$\|G_{t,k}\|$", extend="both", location="bottom", shrink=0.6)
    return fig


def triangle_columns() -> dict[str, list[float]]:
    """The columns of the file behind the picture: one line for each pair."""
    t, k = np.tril_indices(SHOWN)
    columns = {f"{cell} {when}": triangle(cell, when)[t, k].tolist() for cell, when in PANELS}
    return {"t": (t + 1).tolist(), "k": (k + 1).tolist()} | columns


def reach(cell: str, when: str) -> list[float]:
    """The last row by thirds: what the question at the end says to early, middle and late uses."""
    row = triangle(cell, when)[-1]
    return [float(np.sqrt(np.mean(part**2))) for part in np.split(row, 3)]


def reach_table() -> str:
    """The last row in thirds, for the four networks."""
    third = SHOWN // 3
    head = [f"uses {1 + i * third}-{(i + 1) * third}" for i in range(3)]
    lines = [f"{'question at step ' + str(SHOWN):24}" + "".join(f"{h:>13}" for h in head)]
    for cell, when in PANELS:
        lines.append(f"{cell + ', ' + when:24}" + "".join(f"{x:13.5f}" for x in reach(cell, when)))
    return "\n".join(lines)


@cache
def asked_at(cell: str, when: str) -> np.ndarray:
    """The mean loss if the question is asked at step 1 … T, over 200 sequences."""
    p = network(cell, when)
    X, Y = draw("order", SHOWN, (200, 1), torch.Generator().manual_seed(2))
    uses = [p["W_h"].double().expand(200, -1, -1)] * SHOWN
    return np.array([loss.mean().item() for loss in probes(cell, p, X.double(), Y, uses)])


def asked_table(steps: tuple[int, ...] = (18, 20, 23, 25, 28, 30)) -> str:
    """The loss after training, if the question is asked at these steps."""
    lines = [f"{'asked at step':20}" + "".join(f"{t:>8}" for t in steps)]
    for cell in ("RNN", "LSTM"):
        losses_at = asked_at(cell, "after")
        name = "plain" if cell == "RNN" else cell
        lines.append(f"{name + ', loss':20}" + "".join(f"{losses_at[t - 1]:8.3f}" for t in steps))
    return "\n".join(lines)
