"""`check(f)`: what a student calls in a notebook or a terminal, and what plain nbgrader scores."""

import functools
import sys
from collections.abc import Callable
from typing import Any

from course.exercise import Exercise, load
from course.judging import judge
from course.local import Local
from course.report import MIME, as_data, as_html, as_text
from course.verdict import Verdict


class CheckerFault(RuntimeError):
    """A checker of the course failed. The student's marks are not decided by this."""


def check(f: Callable[..., Any], *, device: str = "auto", points: float | None = None) -> float:
    """Judge your function `f`, print a report, and return its points.

    The exercise is found by the function's name. Warnings and printing inside `f` cost nothing.

    Args:
        f: the function (or class) you wrote: `check(rnn_bptt)`.
        device: for torch exercises, "auto" (a GPU if there is one), "cpu" or "cuda".
        points: what a right answer is worth in this class (default: the exercise's own points).

    Returns:
        A finite float from 0 to `points`.

    Raises:
        TypeError: if `f` is not a function, such as the result of one.
        LookupError: if no exercise has that name; names the closest.
        CheckerFault: if the check itself failed, which is our fault.
    """
    exercise = load(_name_of(f))
    verdict = judge(exercise, Local(f, entry_on(exercise, device)), exercise.public_cases())
    show(verdict, exercise, practice=points == 0)
    if verdict.fault:
        raise CheckerFault(
            f"This is our fault, not yours: {verdict.fault}. Your marks are not decided. "
            "Please report this message in the repository's issue tracker."
        )
    return verdict.scaled(verdict.max_points if points is None else points)


def _name_of(f: Any) -> str:
    name = getattr(f, "__name__", None)
    if not callable(f) or not isinstance(name, str):
        raise TypeError(f"check wants the function itself, as in check(rnn_bptt); it got {type(f).__name__}")
    if name == "<lambda>":
        raise TypeError("check finds the exercise by the function's name: define it with `def`, not `lambda`")
    return name


def entry_on(exercise: Exercise, device: str) -> Callable[..., Any] | None:
    """The exercise's entry, on the device that `auto`, `cpu` or `cuda` stands for."""
    if device not in ("auto", "cpu", "cuda"):
        raise ValueError(f"device is 'auto', 'cpu' or 'cuda', not {device!r}")
    if "torch" not in exercise.needs or exercise.entry is None:
        return exercise.entry
    import torch  # only torch exercises need it

    if device == "cuda" and not torch.cuda.is_available():
        raise ValueError("device='cuda': PyTorch finds no GPU here; use 'auto' or 'cpu'")
    chosen = "cuda" if device != "cpu" and torch.cuda.is_available() else "cpu"
    return functools.partial(exercise.entry, device=chosen)


def show(verdict: Verdict, exercise: Exercise, *, practice: bool = False) -> None:
    """Show the report: HTML where a notebook displays it, plain text elsewhere."""
    if _in_notebook():
        from IPython.display import display

        shown = {
            "text/html": as_html(verdict, exercise, practice),
            "text/plain": as_text(verdict, exercise, practice),
        }
        display({**shown, MIME: as_data(verdict)}, raw=True)  # type: ignore[no-untyped-call]
    else:
        print(as_text(verdict, exercise, practice))


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")
