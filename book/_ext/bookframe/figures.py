"""Figures drawn for two papers, and a cache of executed pages that knows when the drawing code changed."""

import os
import shutil
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from .equations import fingerprint

logger = logging.getLogger(__name__)
LIGHT, DARK = "-light.svg", "-dark.svg"
MIN_ALT = 40


class TwoPapers(SphinxTransform):
    """Beside each `*-light.svg` put its twin for dark pages; the style sheet shows one of the two."""

    default_priority = 400  # before Sphinx collects the images

    def apply(self) -> None:
        """Add the twins, and warn about a picture without words."""
        for image in list(self.document.findall(nodes.image)):
            if len(image.get("alt", "").strip()) < MIN_ALT:
                logger.warning(
                    "picture %s: its alt text does not say what is to be seen (%d characters or more)",
                    image["uri"], MIN_ALT, location=image, type="alt",
                )  # fmt: skip
            if image["uri"].endswith(LIGHT):
                self._add_twin(image)

    def _add_twin(self, image: nodes.image) -> None:
        twin = image.deepcopy()
        twin["uri"] = image["uri"].removesuffix(LIGHT) + DARK
        twin["ids"], twin["names"] = [], []
        image["classes"].append("paper-light")
        twin["classes"].append("paper-dark")
        # One box for both: the writer of figures expects the caption to be the second child.
        box = nodes.container()
        image.parent.replace(image, box)
        box += [image, twin]


def _changed(record: Path, now: str) -> bool:
    """Whether this differs from the last build's, which is noted down."""
    before = record.read_text() if record.exists() else ""
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(now)
    return before != now


def _forget_what_is_out_of_date(app: Sphinx) -> None:
    """Sphinx and the cache of executed pages know when a page changed, not when our code did."""
    root, build = Path(app.srcdir), Path(app.doctreedir).parent
    # What an executed cell may import or read from this repository.
    folders = (root / "book" / "figures", root / "book" / "data", root / "course")
    imported = "".join(map(fingerprint, folders))
    if _changed(build / ".fingerprint-of-figures", imported):
        for name in (".jupyter_cache", "figures"):
            shutil.rmtree(build / name, ignore_errors=True)
        (Path(app.doctreedir) / "environment.pickle").unlink(missing_ok=True)
    if _changed(build / ".fingerprint-of-frame", fingerprint(Path(__file__).parent)):
        (Path(app.doctreedir) / "environment.pickle").unlink(missing_ok=True)


def _let_cells_import(app: Sphinx) -> None:
    """The kernels inherit this: in a cell, `from figures.bptt import gradient_triangle` works."""
    book = Path(app.srcdir) / "book"
    # A kernel drops the first entry if it is the folder it runs in, which is `book`: so it must not be first.
    ours = [str(book / "_ext"), str(book)]
    known = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and path not in ours]
    os.environ["PYTHONPATH"] = os.pathsep.join(ours + known)


def _never_cache_a_fault(app: Sphinx, error: Exception | None) -> None:
    """A build with warnings leaves no pages in the cache, or the next build would not see them again."""
    if error is not None or app._warncount:
        (Path(app.doctreedir) / "environment.pickle").unlink(missing_ok=True)


def setup(app: Sphinx) -> None:
    """Register the transform; look at the cache before Sphinx loads it."""
    _let_cells_import(app)
    _forget_what_is_out_of_date(app)
    app.add_transform(TwoPapers)
    app.connect("build-finished", _never_cache_a_fault)
