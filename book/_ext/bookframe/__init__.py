"""The local Sphinx extension of this book: what turns the pages into the book a reader holds."""

import sys
from pathlib import Path

from sphinx.application import Sphinx

from . import equations, figures, maths, numbering, pages, settled, together, weight


def _make_importable(app: Sphinx) -> None:
    """Put `book/` on the import path: `checks` and `figures` are found there, by Sphinx and by the cells."""
    folder = str(Path(app.srcdir) / "book")
    if folder not in sys.path:
        sys.path.insert(0, folder)


def setup(app: Sphinx) -> dict[str, bool | str]:
    """Register the parts of the frame."""
    _make_importable(app)
    for part in (maths, equations, settled, figures, numbering, pages, together, weight):
        part.setup(app)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": False}
