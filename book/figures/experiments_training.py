"""Chapter 15: all runs of its figures. As a program it trains them, and writes experiments.json.

Run it from the root: ``PYTHONPATH=book python -m figures.experiments_training``, or ``make data``. All runs
of one cell, task and length are one batched model, and every group has a random stream of its own. So the
result does not depend on the number of workers.
"""

import json
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from pathlib import Path
from typing import Any

import click
import torch
from figures.experiments_cells import Way
from figures.experiments_runs import BLOCK, Group, Runs
from rich.progress import track

FILE = Path(__file__).resolve().parents[1] / "data" / "experiments.json"
UPDATES, SEEDS, CLIP = 1000, 10, 1.0
ADAM, MOMENTUM = (0.003, 0.01), (0.01, 0.03)  # rates
LENGTHS = (10, 20, 30, 50, 70)
SHORT, SHOWN = 20, 30  # the length of the changes; of the tasks, and of the networks whose triangle is drawn
STARTS = ("orthogonal", "identity", "0.5", "1.0", "1.5")
BACKS = (5, 10, 16, 20)

PLAIN = (Way("RNN"), Way("RNN", CLIP))
LSTM = (Way("LSTM", CLIP), Way("LSTM", CLIP, biased=True))
CLIPPED = (Way("RNN", CLIP), Way("LSTM", CLIP, biased=True), Way("GRU", CLIP, biased=True))


def groups() -> list[Group]:
    """All that is trained, the longest first, so that no worker is left with it at the end."""
    found = [Group("lengths", "order", T, ways, ADAM) for T in LENGTHS for ways in (PLAIN, LSTM)]
    found += [Group("momentum", "order", T, PLAIN, MOMENTUM, "momentum") for T in LENGTHS[:-1]]
    found += [Group("tasks", task, SHOWN, (way,), ADAM) for task in ("adding", "copy") for way in CLIPPED]
    found += [Group("tasks", "order", SHOWN, CLIPPED[2:], ADAM)]
    starts = tuple(way._replace(start=start) for start in STARTS for way in PLAIN)
    found += [Group("starts", "order", SHORT, starts, MOMENTUM, "momentum")]
    found += [Group("backs", "order", SHORT, (way,), ADAM, back=b) for b in BACKS for way in CLIPPED[:2]]
    cost = {"RNN": 1, "LSTM": 3, "GRU": 3}
    return sorted(found, key=lambda g: -g.T * len(g.ways) * cost[g.ways[0].cell])


def trained(group: Group, seeds: int, updates: int, device: str) -> dict[str, Any]:
    """What became of the runs of a group: `learned` is (ways, rates, seeds)."""
    torch.set_num_threads(1)  # the arrays are small; the groups are what runs side by side
    runs = Runs(group, seeds, device)
    runs.train(updates)
    shape = (len(group.ways), len(group.rates), seeds)
    kept = group._asdict() | {"ways": [way._asdict() for way in group.ways]}
    kept["learned"] = torch.tensor(runs.learned).view(shape).tolist()
    if group.name == "lengths" and group.T == SHOWN and runs.ended:
        run = int(max(runs.ended))  # the last way, and of its runs that learned the last one
        weights = {
            name: [[float(f"{x:.5g}") for x in row] for row in w] for name, w in runs.ended[run].items()
        }
        kept["shown"] = {
            "run": run,
            "seed": runs.specs[run][2],
            "rate": runs.specs[run][1],
            "weights": weights,
        }
    return kept


def results(
    jobs: list[Group], device: str, workers: int, seeds: int, updates: int
) -> Iterator[tuple[Group, dict[str, Any]]]:
    """Every group and what became of it, in the order in which they end."""
    if device == "cuda" or workers == 1:
        yield from ((group, trained(group, seeds, updates, device)) for group in jobs)
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
        begun = {pool.submit(trained, group, seeds, updates, device): group for group in jobs}
        yield from ((begun[done], done.result()) for done in as_completed(begun))


@cache
def recorded() -> list[dict[str, Any]]:
    """What training led to, group by group."""
    kept: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["groups"]
    return kept


def chosen(device: str) -> str:
    """The device that `auto`, `cpu` or `cuda` stands for here."""
    if device == "cuda" and not torch.cuda.is_available():
        raise click.BadParameter("PyTorch finds no GPU here; use auto or cpu.", param_hint="--device")
    return "cuda" if device != "cpu" and torch.cuda.is_available() else "cpu"


@click.command()
@click.option("--device", default="auto", show_default=True, type=click.Choice(["auto", "cpu", "cuda"]))
@click.option("--workers", default=2, show_default=True, help="Processes side by side (on a GPU: one).")
@click.option("--updates", default=UPDATES, show_default=True, help="Most updates of each run.")
@click.option("--seeds", default=SEEDS, show_default=True, help="Runs of each way and rate.")
@click.option(
    "--file", default=FILE, show_default="book/data/experiments.json", type=click.Path(path_type=Path)
)
@click.option("--longest", default=max(LENGTHS), show_default=True, help="Leave longer sequences out.")
def main(device: str, workers: int, updates: int, seeds: int, file: Path, longest: int) -> None:
    """Train the networks of chapter 15 and write what became of them (about five minutes on two free cores).

    After every group the file holds all that is done so far.
    """
    if updates < 1 or updates % BLOCK:
        raise click.BadParameter(
            f"{updates} is no multiple of {BLOCK}: runs are looked at every {BLOCK} updates."
        )
    jobs, found = [group for group in groups() if longest >= group.T], {}
    told = results(jobs, chosen(device), workers, seeds, updates)
    for group, kept in track(told, "Experiments: training", total=len(jobs)):
        found[group] = kept
        done = {"updates": updates, "seeds": seeds, "groups": [found[g] for g in jobs if g in found]}
        file.write_text(json.dumps(done, separators=(",", ":")) + "\n", encoding="utf-8")
    click.echo(f"Wrote {file}")


if __name__ == "__main__":
    main()
