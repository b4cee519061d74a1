"""A newcomer adds an exercise with the two files and the paragraph that CONTRIBUTING.md names."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY


def blocks() -> dict[str, str]:
    """The files that CONTRIBUTING.md shows: fenced blocks that follow a line naming the path in bold."""
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.findall(r"^\*\*`([^`]+)`\*\*.*?\n\n(````?)\w*\n(.*?)\n\2$", text, flags=re.M | re.S)
    return {path: body + "\n" for path, _, body in found}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository with the new exercise, made by following CONTRIBUTING.md to the letter."""
    folder = tmp_path_factory.mktemp("newcomer")
    for name in ("course", "solutions", "tests"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path, body in blocks().items():
        target = folder / path
        if target.exists():  # the paragraph is added to the set's text, before the proof
            text = target.read_text(encoding="utf-8")
            assert text.count("## A proof") == 1
            target.write_text(text.replace("## A proof", body + "\n## A proof"), encoding="utf-8")
        else:
            target.write_text(body, encoding="utf-8")
    return folder


def run(copy: Path, *command: str, cwd: Path | None = None) -> str:
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    environment.pop("PYTHONSAFEPATH", None)
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=cwd or copy, env=environment, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_contributing_names_two_files_and_a_paragraph() -> None:
    assert list(blocks()) == [
        "course/problem_sets/ps2/state_sum.py",
        "solutions/ps2/state_sum.py",
        "course/problem_sets/ps2/text.md",
    ]


def test_new_exercise_is_checked_by_the_tests_that_every_exercise_has(copy: Path) -> None:
    out = run(
        copy,
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-m",
        "not soak",
        "-k",
        "state_sum",
        "tests/test_banks.py",
        "tests/test_build.py",
        "--rootdir",
        str(copy),
        "-p",
        "no:cacheprovider",
    )
    passed = re.search(r"(\d+) passed", out)
    assert passed
    assert int(passed[1]) >= 12
    assert "failed" not in out


def test_new_exercise_is_in_the_notebook_and_a_student_can_check_it(copy: Path, tmp_path: Path) -> None:
    course = (sys.executable, "-m", "course.grader.cli")
    run(copy, *course, "classroom", str(tmp_path / "room"))
    run(copy, *course, "build", "ps2", cwd=tmp_path / "room")
    notebook = (tmp_path / "room" / "source" / "ps2" / "bptt.ipynb").read_text(encoding="utf-8")
    assert "check(state_sum)" in notebook
    stub = "def state_sum(p, X, h_0): raise NotImplementedError"
    code = f"from course import check\n{stub}\nprint(check(state_sum))"
    assert "Not yet: state_sum still raises" in run(copy, sys.executable, "-c", code)
