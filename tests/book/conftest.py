"""The built book, a server for it and one browser for all tests of a worker."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# `checks` and `figures` live in book/, the extension in book/_ext, the tests' own helpers beside this file.
sys.path[:0] = [str(Path(__file__).parent), str(ROOT / "book"), str(ROOT / "book" / "_ext")]

import small_book  # noqa: E402
from browsing import Browsing, serve  # noqa: E402


@pytest.fixture(scope="session")
def html() -> Path:
    """The folder of the built book; BOOK_HTML points the tests at another one."""
    folder = Path(os.environ.get("BOOK_HTML", ROOT / "_build" / "html"))
    if not (folder / "index.html").exists():
        pytest.fail("there is no built book: run `make book` first")
    return folder


@pytest.fixture(scope="session")
def browsing() -> Iterator[Browsing]:
    """A browser that is started once."""
    with Browsing() as session:
        yield session


@pytest.fixture(scope="session")
def site(html: Path) -> Iterator[str]:
    """The address of the built book on this machine."""
    with serve(html) as address:
        yield address


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small book without a fault, built."""
    folder = small_book.make(tmp_path_factory.mktemp("sound"))
    status, output = small_book.build(folder)
    assert status == 0, output
    return folder
