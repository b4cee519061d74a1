"""Opening the gradebook, a file or a server's, with errors that name the setting and say what to do.

This module is slow to import (SQLAlchemy): import it inside functions.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest import mock

import click
import nbgrader.api as api
from nbgrader import dbutil
from nbgrader.api import Gradebook
from nbgrader.converters import BaseConverter
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

from course.grader.classroom import Classroom

SECONDS = 10  # to wait for a server
DRIVER = "Its driver is missing. Install it: pip install 'gradients-through-time[postgresql]'"
# What a server or its library says, and what to do about it; the first that fits.
HINTS = (
    (
        r"password|authentication",
        "Put the right password into ~/.pgpass, a line host:port:database:user:password that only you may "
        "read, or into the variable PGPASSWORD.",
    ),
    (r'database ".*" does not exist', "Make it: createdb NAME"),
    (r'role ".*" does not exist', "Make the user: createuser NAME"),
    (
        r"permission denied for schema",
        "The user must own the database, or may make tables in it: createdb --owner USER NAME",
    ),
    (
        r"refused|timeout|timed out|resolve|translate|unreachable|server closed|terminat|connection",
        "Is the server running, and may this machine reach it? Mend that, or the setting.",
    ),
)


class Unreachable(OperationalError):
    """The gradebook cannot be opened; the message is for the instructor.

    It is one of SQLAlchemy's errors, because nbgrader stops at those and goes on after all others.
    """

    def __init__(self, message: str) -> None:
        super().__init__(None, None, Exception(message))
        self.message = message

    def __str__(self) -> str:
        return self.message


def setting(classroom: Classroom) -> str:
    """Where the gradebook is chosen, for a message."""
    return f"{classroom.folder / 'course.toml'}: [course] gradebook"


@contextmanager
def opened(classroom: Classroom) -> Iterator[Gradebook]:
    """The classroom's gradebook, while the block runs.

    Raises:
        click.ClickException: if it cannot be opened, or its server goes away; says what to do.
    """
    try:
        with mock.patch.object(api, "create_engine", partial(engine, setting(classroom))):
            gradebook = Gradebook(classroom.gradebook)
        with gradebook:
            yield gradebook
    except Unreachable as error:
        raise click.ClickException(error.message) from None


def engine(where: str, url: str, **options: Any) -> Engine:
    """As SQLAlchemy's `create_engine`, with our messages. `where` names the setting.

    Raises:
        Unreachable: for a URL that is none, or without a driver; later, where no connection can be made.
    """
    try:
        shown = make_url(url).set(drivername=url.partition(":")[0].partition("+")[0])
        where = f"{where} = {shown.render_as_string(hide_password=True)}"
        made = create_engine(url, **options)
    except ModuleNotFoundError:
        raise Unreachable(f"{where} cannot be opened. {DRIVER}") from None
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise Unreachable(f"{where} is no address of a gradebook: {error}") from None

    @event.listens_for(made, "do_connect")
    def connect(dialect: Any, record: Any, words: Any, options: Any) -> Any:
        if dialect.name == "postgresql":
            options.setdefault("connect_timeout", SECONDS)
        try:
            return dialect.connect(*words, **options)
        except dialect.loaded_dbapi.Error as error:
            raise Unreachable(explained(where, "cannot be opened", error)) from None

    @event.listens_for(made, "handle_error")
    def lost(context: Any) -> None:
        error = context.original_exception
        if context.is_disconnect:
            raise Unreachable(explained(where, "was lost", error)) from None
        if getattr(error, "sqlstate", "") == "42501":
            raise Unreachable(explained(where, "cannot be used", error)) from None

    return made


def explained(where: str, what: str, error: BaseException) -> str:
    """The setting, what the server says, and what to do."""
    text = re.sub(r"connection failed: |FATAL: +", "", str(error)).strip()
    said = text.splitlines()[0].strip().rstrip(".") if text else type(error).__name__
    hint = next((hint for pattern, hint in HINTS if re.search(pattern, text)), "Mend that, or the setting.")
    return f"{where} {what}: {said}. {hint}"


_start, _write = BaseConverter.start, dbutil.write_alembic_ini


def _checked_start(self: Any) -> None:
    with Gradebook(self.coursedir.db_url, self.coursedir.course_id):
        pass  # before any work is done
    _start(self)


def _shown(kind: Any, error: Any, trace: Any) -> None:
    if isinstance(error, Unreachable):
        print(f"Error: {error}", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


def _written(path: str, url: str) -> None:
    _write(path, url.replace("%", "%%"))  # in that file a % begins a reference, in an address a character


def install_messages(where: str) -> None:
    """Have nbgrader's own commands say the same, in this process: in place of a trace, one sentence.

    `nbgrader db upgrade` gets addresses with a % in them to where they belong.
    """
    dbutil.write_alembic_ini = _written
    api.create_engine = partial(engine, where)
    BaseConverter.start = _checked_start
    sys.excepthook = _shown
