"""Chapter 15: the three tasks, drawn fresh for many runs at once.

Adding and temporal order were made by Hochreiter and Schmidhuber (1997, experiments 4 and 6a) to defeat short
memories: what is asked for stands far back, and all the rest is noise. Inputs are (T, runs, d, sequences):
columns, as everywhere in the book, one for each sequence.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import one_hot

COPIED, LETTERS = 3, 4  # symbols of the copy task, and how many kinds there are
NEAR = 0.2  # a sum counts as right if it is off by less
Shape = tuple[int, int]  # runs, sequences


class Task(NamedTuple):
    """A task: its name for readers, inputs d, outputs q, and at how many of the last steps it asks."""

    title: str
    d: int
    q: int
    asked: int


TASKS = {
    "adding": Task("adding", 2, 1, 1),
    "order": Task("temporal order", 6, 4, 1),
    "copy": Task("copy", LETTERS + 2, LETTERS, COPIED),
}


def places(low: float, high: float, shape: Shape, rng: torch.Generator) -> Tensor:
    """Steps from low to high - 1, counted from 0; there is always one."""
    return torch.randint(int(low), max(int(low) + 1, int(high)), (1, *shape), generator=rng)


def adding(T: int, shape: Shape, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Numbers from U(0, 1), one of each half marked by a 1 below it; asked for: the sum of these two."""
    numbers, marks = torch.rand(T, *shape, generator=rng), torch.zeros(T, *shape)
    for low, high in ((0, T // 2), (T // 2, T)):
        marks.scatter_(0, places(low, high, shape, rng), 1.0)
    return torch.stack([numbers, marks], 2), (numbers * marks).sum(0)[None]


def order(T: int, shape: Shape, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Letters c, d, e, f, and at two steps A or B; asked for: which of AA, AB, BA, BB it was."""
    letters = torch.randint(2, 6, (T, *shape), generator=rng)
    first, second = torch.randint(2, (2, *shape), generator=rng)
    letters.scatter_(0, places(T / 10, T / 5, shape, rng), first[None])
    letters.scatter_(0, places(T / 2, 6 * T / 10, shape, rng), second[None])
    return columns(letters, 6), (2 * first + second)[None]


def copy(T: int, shape: Shape, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Three letters, then blanks, then a bell; asked for from there on: the letters, in their order."""
    seen = torch.randint(LETTERS, (COPIED, *shape), generator=rng)
    letters = torch.full((T, *shape), LETTERS)
    letters[:COPIED], letters[T - COPIED] = seen, LETTERS + 1
    return columns(letters, LETTERS + 2), seen


def columns(letters: Tensor, d: int) -> Tensor:
    """One-hot columns (T, runs, d, sequences)."""
    return one_hot(letters, d).float().transpose(2, 3).contiguous()


def draw(task: str, T: int, shape: Shape, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Inputs (T, runs, d, sequences), and what is asked for (asked, runs, sequences)."""
    return {"adding": adding, "order": order, "copy": copy}[task](T, shape, rng)


def losses(task: str, O: Tensor, Y: Tensor) -> Tensor:
    """The loss of every sequence at every step that is asked for; O is (asked, runs, q, sequences)."""
    if task == "adding":
        return (O[:, :, 0] - Y) ** 2
    return torch.logsumexp(O, 2) - O.gather(2, Y[:, :, None])[:, :, 0]


def wrong(task: str, O: Tensor, Y: Tensor) -> Tensor:
    """Which sequences are answered wrongly, (runs, sequences)."""
    off = (O[:, :, 0] - Y).abs() > NEAR if task == "adding" else O.argmax(2) != Y
    return off.any(0)
