"""The last word on each page's HTML."""

from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    pass
