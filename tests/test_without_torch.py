"""A student without PyTorch: every exercise but those that need it is judged as elsewhere."""

import subprocess
import sys
from pathlib import Path

import pytest

from course.exercise import load, names
from course.grader.bank import prelude
from tests.conftest import bank_of

BLOCK = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocked())
"""
NUMPY = [name for name in names() if not load(name).needs]
SYMBOLIC = [name for name in names() if load(name).needs == ("sympy",)]


def points_without(blocked: tuple[str, ...], chosen: list[str], folder: Path) -> str:
    """The points of each reference in a process that cannot import those modules, or its error."""
    code = BLOCK.format(blocked=blocked) + "points = {}\n"
    for name in chosen:
        exercise, bank = bank_of(name)
        code += prelude(exercise) + bank.answers["reference"].source + f"points[{name!r}] = check({name})\n"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code + "print(points)"],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    return done.stdout.splitlines()[-1] if done.returncode == 0 else done.stderr.splitlines()[-1]


def full(chosen: list[str]) -> str:
    return str({name: float(load(name).points) for name in chosen})


def test_numpy_exercises_need_numpy_alone(tmp_path: Path) -> None:
    assert len(NUMPY) >= 15
    assert points_without(("torch", "sympy", "matplotlib", "IPython"), NUMPY, tmp_path) == full(NUMPY)


def test_symbolic_exercises_need_no_torch(tmp_path: Path) -> None:
    assert points_without(("torch",), SYMBOLIC, tmp_path) == full(SYMBOLIC)


@pytest.mark.parametrize(("blocked", "name"), [("torch", "BPTT"), ("sympy", "tied_symbolic")])
def test_the_tests_above_can_fail(blocked: str, name: str, tmp_path: Path) -> None:
    said = points_without((blocked,), [name], tmp_path)
    assert said == f"ModuleNotFoundError: No module named '{blocked}'"
