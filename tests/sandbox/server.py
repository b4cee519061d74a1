"""A PostgreSQL server for the tests: a cluster of its own in a temporary folder, ended with the tests."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from course.grader.sandbox import libc

PROGRAMS = Path("/usr/lib/postgresql")  # where Debian puts them, by version
OWNER, PASSWORD = "owner", "a b/c%d"
SETTINGS = {"listen_addresses": "", "fsync": "off", "full_page_writes": "off", "shared_buffers": "16MB"}


@dataclass
class Server:
    """A cluster in `folder`, which is reached through a socket there. `whom`: whose processes it has."""

    folder: Path
    whom: dict[str, Any]

    def start(self) -> None:
        """Serve; returns when it answers. It ends with the process that started it, however that ends."""
        words = [f"-c{k}={v}" for k, v in {**SETTINGS, "unix_socket_directories": self.folder}.items()]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [str(programs() / "postgres"), "-D", str(self.folder / "data"), *words],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                preexec_fn=lambda: libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGQUIT),
                **self.whom,
            )
        until = time.monotonic() + 60
        while True:
            try:
                self.connected("postgres").close()
                return
            except psycopg.OperationalError:
                said = (self.folder / "log").read_text()
                assert self.process.poll() is None, said
                assert time.monotonic() < until, said
                time.sleep(0.05)

    def url(self, database: str, password: str = "a%20b%2Fc%25d") -> str:
        """The address of a database, as it stands in course.toml."""
        return f"postgresql://{OWNER}:{password}@/{database}?host={self.folder}"

    def create(self, database: str) -> str:
        """Make an empty database; returns its address."""
        with self.connected("postgres") as base:
            base.execute(f'CREATE DATABASE "{database}"')
        return self.url(database)

    def connected(self, database: str) -> "psycopg.Connection[Any]":
        """A connection of our own."""
        return psycopg.connect(
            host=str(self.folder), user=OWNER, password=PASSWORD, dbname=database, autocommit=True
        )

    def sessions(self) -> int:
        """How many others are connected."""
        with self.connected("postgres") as base:
            asked = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
            (count,) = base.execute(asked).fetchone() or (0,)
        return int(count) - 1

    def stop(self) -> None:
        """End it, whoever is connected."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(30)


def programs() -> Path:
    """The folder of the newest version's programs."""
    found = sorted(PROGRAMS.glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    assert found, "PostgreSQL is not installed: debian.txt, `bash .ci/debian`"
    return found[-1].parent


@contextmanager
def running() -> Iterator[Server]:
    """Make a cluster and serve it while the block runs. It refuses root: then it is the package's user."""
    whom: dict[str, Any] = {}
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path must be short
    try:
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(folder, user.pw_uid, user.pw_gid)
            whom = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o644)
        base = [f"--username={OWNER}", f"--pwfile={folder / 'password'}", "--auth=scram-sha-256"]
        options = ["--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", f"--pgdata={folder / 'data'}"]
        command = [str(programs() / "initdb"), *base, *options]
        subprocess.run(command, check=True, capture_output=True, cwd=folder, **whom)
        (folder / "password").unlink()
        server = Server(folder, whom)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
