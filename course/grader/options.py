"""Options of the `course` commands: kinds of paths, the secret folder, the cluster that runs notebooks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

DIR = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SOLUTIONS = click.option(
    "--solutions",
    type=DIR,
    default=Path("solutions"),
    show_default=True,
    envvar="COURSE_SOLUTIONS",
    help="The folder of secret files.",
)

CLUSTER = (
    click.option(
        "--scheduler",
        metavar="ADDRESS",
        help="Run notebooks on the workers of this Dask scheduler, tls://HOST:PORT; none: on this machine.  "
        "[default: that of course.toml]",
    ),
    click.option(
        "--ca", metavar="FILE", help="For the scheduler: the certificate of the cluster's authority."
    ),
    click.option("--cert", metavar="FILE", help="For the scheduler: the certificate to show, signed by it."),
    click.option("--key", metavar="FILE", help="For the scheduler: the certificate's private key."),
)


def with_cluster(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: the options that say which cluster runs the notebooks."""
    for option in reversed(CLUSTER):
        command = option(command)
    return command


def cluster_settings(scheduler: str | None, **others: str | None) -> dict[str, str]:
    """What these options say; an empty address is no cluster."""
    given = {"address": "" if scheduler == "none" else scheduler, **others}
    return {setting: value for setting, value in given.items() if value is not None}
