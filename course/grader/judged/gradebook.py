"""One engine for the gradebook in one run of autograde.

nbgrader opens the gradebook a dozen times for each submission. Each time it makes an engine, which has to
compile every statement again, and asks for every table: a third of the time that it needs for itself.
"""

import contextlib
import functools
from collections.abc import Iterator
from unittest import mock

import nbgrader.api


@contextlib.contextmanager
def one_engine() -> Iterator[None]:
    """Inside, nbgrader gets the engine of a URL that it had before, with the tables that it made before."""
    tables = nbgrader.api.Base.metadata
    with (
        mock.patch.object(nbgrader.api, "create_engine", functools.cache(nbgrader.api.create_engine)),
        mock.patch.object(tables, "create_all", functools.cache(tables.create_all)),
    ):
        yield
