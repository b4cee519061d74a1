"""The gradebook without asking it the same thing again and again, for the time of one run.

nbgrader opens the gradebook a dozen times for each submission. Each time it makes an engine, which has to
connect, to compile every statement again, asks for every table and for the course; and it asks for every cell
by name.
"""

import contextlib
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from unittest import mock

import nbgrader.api
from nbgrader.api import BaseCell, Comment, Grade, Gradebook, MissingEntry


@contextlib.contextmanager
def one_engine() -> Iterator[None]:
    """Inside, nbgrader gets the engine of a URL that it had before, connected, and with its tables."""
    api, tables = nbgrader.api, nbgrader.api.Base.metadata
    courses: set[tuple[str, str]] = set()
    check, look = Gradebook.check_course, api.inspect
    looked: dict[int, Any] = {}
    create = functools.cache(api.create_engine)
    made: list[Any] = []

    def create_once(*words: Any, **options: Any) -> Any:
        found = create(*words, **options)
        if found not in made:
            made.append(found)
        return found

    def look_once(engine: Any) -> Any:
        """What stands in the base; an empty one is looked at again, since its tables are about to be made."""
        found = looked.get(id(engine)) or look(engine)
        if found.get_table_names():
            looked[id(engine)] = found
        return found

    def check_once(self: Any, course_id: str = "default_course", **more: Any) -> Any:
        key = (str(self.engine.url), course_id)
        if key not in courses or more:
            courses.add(key)
            return check(self, course_id, **more)
        return None

    with (
        mock.patch.object(api, "create_engine", create_once),
        mock.patch.object(Gradebook, "close", lambda self: self.db.remove()),
        mock.patch.object(api, "inspect", look_once),
        mock.patch.object(tables, "create_all", functools.cache(tables.create_all)),
        mock.patch.object(Gradebook, "check_course", check_once),
    ):
        try:
            yield
        finally:
            for engine in made:
                engine.dispose()


@dataclass(frozen=True)
class Released:
    """What the gradebook says of the cells of one released notebook, in the form of its own questions."""

    source: dict[str, Any]
    graded: dict[str, Any]

    @classmethod
    def read(cls, url: str, problem_set: str, notebook: str) -> "Released":
        """Ask once."""
        with Gradebook(url) as gradebook:
            found = gradebook.find_notebook(notebook, problem_set)
            columns = ("name", "cell_type", "locked", "source", "checksum")
            source = {
                c.name: SimpleNamespace(**{n: getattr(c, n) for n in columns}) for c in found.source_cells
            }
            cells = [*found.grade_cells, *found.task_cells]
            return cls(source, {c.name: SimpleNamespace(max_score=c.max_score) for c in cells})

    def find_source_cell(self, name: str, *_: str) -> Any:
        """As `Gradebook.find_source_cell`."""
        return _found(self.source, name)

    def find_graded_cell(self, name: str, *_: str) -> Any:
        """As `Gradebook.find_graded_cell`."""
        return _found(self.graded, name)


class Submitted:
    """The marks and comments of one submitted notebook, in the form of the gradebook's own questions."""

    def __init__(self, gradebook: Gradebook, notebook: Any) -> None:
        self.db = gradebook.db
        self.grades, self.comments = (self._named(table, notebook) for table in (Grade, Comment))

    def _named(self, table: Any, notebook: Any) -> dict[str, Any]:
        rows = self.db.query(BaseCell.name, table).join(table, table.cell_id == BaseCell.id)
        return dict(rows.filter(table.notebook_id == notebook.id).all())

    def find_grade(self, name: str, *_: str) -> Any:
        """As `Gradebook.find_grade`."""
        return _found(self.grades, name)

    def find_comment(self, name: str, *_: str) -> Any:
        """As `Gradebook.find_comment`."""
        return _found(self.comments, name)


def _found(known: dict[str, Any], name: str) -> Any:
    if name not in known:
        raise MissingEntry(f"the gradebook knows no cell {name}")
    return known[name]
