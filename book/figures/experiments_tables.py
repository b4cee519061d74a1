"""Chapter 15: the tables, from what was recorded."""

import numpy as np
from figures.experiments import CURVES, counts, found, lengths, plain
from figures.experiments_tasks import TASKS
from figures.experiments_training import ADAM, BACKS, LENGTHS, MOMENTUM, SEEDS, SHORT, SHOWN, STARTS


def updates(name: str, cell: str, clipped: bool, biased: bool, T: int) -> float:
    """The updates that the median run needed, at the better rate; infinite if half of them did not learn."""
    group = found(name, "order", T, cell)
    marks = {"clip": 1.0 if clipped else None, "biased": biased}
    (place,) = [i for i, w in enumerate(group["ways"]) if all(w[k] == v for k, v in marks.items())]
    taken = np.array(group["learned"][place], dtype=float)
    taken[taken <= 0] = np.inf
    return float(np.sort(taken, axis=1)[:, SEEDS // 2].min())


def updates_table() -> str:
    """The updates that the median run needed, at the better rate."""
    lines = [f"{'T':28}" + "".join(f"{T:>7}" for T in LENGTHS)]
    for name, cell, clipped, biased, called, *_ in CURVES:
        cells = [updates(name, cell, clipped, biased, T) for T in lengths(name)]
        lines.append(
            f"{plain(called):28}" + "".join(f"{'-' if np.isinf(c) else f'{c:.0f}':>7}" for c in cells)
        )
    return "\n".join(lines)


def row(called: str, k: np.ndarray) -> str:
    """A name, and the counts for each rate."""
    return f"{called:28}" + "".join(f"{int(n):>8}" for n in k)


def head(called: str, rates: tuple[float, ...]) -> str:
    """What is fixed in a table, and its rates."""
    return f"{called:28}" + "".join(f"{f'at {rate:g}':>8}" for rate in rates)


def tasks_table() -> str:
    """Three tasks, three cells, both rates."""
    lines = [head(f"T = {SHOWN}, learned of {SEEDS}", ADAM)]
    for task in TASKS:
        for cell in ("RNN", "LSTM", "GRU"):
            name = "lengths" if task == "order" and cell != "GRU" else "tasks"
            k = counts(found(name, task, SHOWN, cell), clip=1.0, biased=cell != "RNN")
            lines.append(row(f"{TASKS[task].title}, {'plain' if cell == 'RNN' else cell}", k))
    return "\n".join(lines)


def starts_table() -> str:
    """The plain network: how W_hh starts, without and with a clip."""
    lines = [head(f"T = {SHORT}, learned of {SEEDS}", MOMENTUM)]
    group = found("starts", "order", SHORT, "RNN")
    for start in STARTS:
        called = start if start.isalpha() else f"Gaussian, g = {start}"
        for clip in (None, 1.0):
            k = counts(group, start=start, clip=clip)
            lines.append(row(called + (", clipped" if clip else ""), k))
    return "\n".join(lines)


def backs_table() -> str:
    """How many of the last steps the gradient passes."""
    lines = [head(f"T = {SHORT}, learned of {SEEDS}", ADAM)]
    for cell in ("RNN", "LSTM"):
        for back in BACKS:
            k = counts(found("backs", "order", SHORT, cell, back), clip=1.0)
            lines.append(row(f"{'plain' if cell == 'RNN' else cell}, last {back} steps", k))
    return "\n".join(lines)
