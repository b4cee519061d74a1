"""What the tests of attacks share."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.arena import template


@pytest.fixture(scope="session")
def prepared() -> Iterator[Path]:
    """The classroom before the attackers come. Not below pytest's folder, which other users cannot enter."""
    folder = Path(tempfile.mkdtemp(prefix="gtt-arena-"))
    folder.chmod(0o755)
    yield template(folder)
    shutil.rmtree(folder)
