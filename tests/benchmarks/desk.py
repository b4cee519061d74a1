"""How long a student waits: importing the course, and one `check` of each exercise's reference and stub."""

import contextlib
import io
import multiprocessing
import statistics
import subprocess
import sys
import time
import unittest.mock
from collections.abc import Callable
from typing import Any

import numpy as np

from course import RNN, check
from course.diagnosis import diagnose
from course.exercise import Exercise, load, names
from course.grader.bank import Answer
from course.grader.secret import load_bank
from course.judging import Run, judge
from tests.conftest import SOLUTIONS, bank_of

RUNS = 15


def seconds(action: Callable[[], object], runs: int = RUNS) -> list[float]:
    """Wall times of an action, after one run that is not counted."""
    times = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return times[1:]


def importing(statement: str) -> float:
    """The median time of a fresh interpreter that runs the statement."""
    return statistics.median(
        seconds(lambda: subprocess.run([sys.executable, "-P", "-c", statement], check=True))
    )


def import_rows() -> list[tuple[str, str]]:
    """What `import course` costs beyond NumPy, and as a ratio to importing torch."""
    nothing, numpy, course, torch = (
        importing(s) for s in ("pass", "import numpy", "import course", "import torch")
    )
    return [
        ("import course, beyond NumPy", f"{1000 * (course - numpy):.0f} ms"),
        (
            "import numpy / course / torch",
            f"{numpy - nothing:.2f} / {course - nothing:.2f} / {torch - nothing:.2f} s",
        ),
    ]


def check_rows() -> list[tuple[str, str]]:
    """The median and the worst time of a visible check, over exercises: right answers and every wrong one."""
    rows, medians = [], []
    for name in names():
        exercise, bank = bank_of(name)
        times = []
        for answer in bank.answers.values():
            function = answer.local(exercise)._callee.function
            times += seconds(lambda function=function: quietly(function), 3)  # type: ignore[misc]
        medians.append(statistics.median(times))
        rows.append(
            (f"check({name})", f"median {1000 * medians[-1]:.0f} ms, worst {1000 * max(times):.0f} ms")
        )
    return [*rows, ("median over exercises", f"{1000 * statistics.median(medians):.0f} ms")]


def diagnosis_rows() -> list[tuple[str, str]]:
    """What naming a mistake adds to a failing check: processor time, each in a process that names its first.

    Before any `bank_of`: its oracles and slips remember. A passing check must pay nothing.
    """
    rows = []
    for name in names():
        exercise = load(name)
        bank = load_bank(SOLUTIONS, exercise)
        spent = {a.name: in_its_own_process(exercise, a) for a in bank.answers.values()}
        right = [spent[a.name] for a in bank.answers.values() if a.right]
        wrong = {name: 1000 * s for name, s in spent.items() if s and not bank.answers[name].right}
        if wrong:  # some mistakes are refused before they could be named
            worst = max(wrong, key=wrong.__getitem__)
            said = f"median {statistics.median(wrong.values()):.0f} ms, worst {wrong[worst]:.0f} ms ({worst})"
            rows.append((f"diagnosis of {name}", f"{said}; passing: {'SOME' if any(right) else 'none'}"))
    return rows


def in_its_own_process(exercise: Exercise, answer: Answer) -> float:
    """Seconds that the diagnosis of an answer takes in a fresh copy of this process; 0 if there is none."""
    context = multiprocessing.get_context("fork")
    spent: multiprocessing.SimpleQueue[float] = context.SimpleQueue()

    def timed(run: Run) -> Any:
        started = time.process_time()
        found = diagnose(run)
        spent.put(time.process_time() - started)
        return found

    def work() -> None:
        with unittest.mock.patch("course.judging.diagnose", timed), contextlib.redirect_stdout(io.StringIO()):
            judge(exercise, answer.local(exercise), exercise.public_cases())

    child = context.Process(target=work)
    child.start()
    child.join()
    return 0.0 if spent.empty() else spent.get()


def quietly(function: Callable[..., object]) -> None:
    """One check without its report on the terminal."""
    with contextlib.redirect_stdout(io.StringIO()):
        check(function)


def gradcheck_rows() -> list[tuple[str, str]]:
    """`check(rnn_bptt)` against torch's gradcheck of the same network and sizes, in this run."""
    import torch

    exercise, bank = bank_of("rnn_bptt")
    cases = load("rnn_bptt").public_cases()

    def loss(X: torch.Tensor, Y: torch.Tensor, h: torch.Tensor, *p: torch.Tensor) -> torch.Tensor:
        total = torch.zeros((), dtype=torch.float64)
        for x, y in zip(X, Y, strict=True):
            h = torch.tanh(p[0] @ x + p[1] @ h + p[2])
            total = total + 0.5 * ((p[3] @ h + p[4] - y) ** 2).sum()
        return total / len(X)

    def torch_way() -> None:
        for p, X, Y, h_0 in (case.args for case in cases):
            tensors = [torch.tensor(np.asarray(a), requires_grad=True) for a in (X, Y, h_0, *RNN(*p))]
            assert torch.autograd.gradcheck(loss, tensors)

    function = bank.answers["reference"].local(exercise)._callee.function
    ratios = [
        b / a for a, b in zip(seconds(lambda: quietly(function)), seconds(torch_way, RUNS), strict=True)
    ]
    return [("torch.autograd.gradcheck / check(rnn_bptt)", f"{statistics.median(ratios):.1f} times as long")]


def rows() -> list[tuple[str, str]]:
    """All figures of this file."""
    return [*diagnosis_rows(), *import_rows(), *check_rows(), *gradcheck_rows()]
