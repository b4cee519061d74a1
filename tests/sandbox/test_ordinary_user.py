"""The same walls and the same class, when the instructor is an ordinary user."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY


@pytest.mark.skipif(os.geteuid() != 0, reason="these tests run as an ordinary user already")
@pytest.mark.parametrize("file", ["test_confinement.py", "test_class.py"])
def test_as_an_ordinary_user(file: str) -> None:
    with tempfile.TemporaryDirectory(prefix="home-") as home:
        Path(home).chmod(0o755)
        words = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            f"tests/sandbox/{file}",
            f"--basetemp={home}/own/t",
        ]
        command = [sys.executable, "tests/sandbox/ordinary.py", f"{home}/own", *words]
        variables = {**os.environ, "TMPDIR": f"{home}/own"}
        done = subprocess.run(
            command, cwd=REPOSITORY, capture_output=True, text=True, check=False, env=variables
        )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
