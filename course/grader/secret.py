"""The one place that opens `solutions/`: by an explicit path, never through `sys.path`."""

import importlib.util
import sys
from pathlib import Path

import click

from course.exercise import Exercise, names
from course.grader.bank import Bank


def secret_path(solutions: Path, name: str, suffix: str = ".py", problem_set: str = "") -> Path:
    """Where the secret file of an exercise (or, with suffix .md, of a proof) lies."""
    path = solutions / (problem_set or names()[name]) / f"{name}{suffix}"
    if not path.is_file():
        raise click.ClickException(
            f"{path} is missing: every exercise has a secret file of the same name (CONTRIBUTING.md)"
        )
    return path


def load_bank(solutions: Path, exercise: Exercise) -> Bank:
    """The bank that `solutions/<set>/<exercise>.py` declares."""
    path = secret_path(solutions, exercise.name)
    spec = importlib.util.spec_from_file_location(f"secret_{exercise.name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # inspect finds the source of a class only through here
    spec.loader.exec_module(module)
    bank: Bank = module.bank
    if bank.exercise != exercise.name or "reference" not in bank.answers:
        raise click.ClickException(f"{path} should declare Bank({exercise.name!r}) with a reference")
    return bank
