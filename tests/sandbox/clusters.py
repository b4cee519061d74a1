"""A small Dask cluster for the tests: real processes, each in a folder of its own, and certificates."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import course

# What hardened containers do: the kernel refuses the calls that make a sandbox.
HARDENED = """
from course.grader.sandbox import libc, syscalls

libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
syscalls.install(syscalls.program(calls=True, network=False))
"""


def certificates(folder: Path, authority: str = "ca") -> dict[str, str]:
    """An authority and one certificate signed by it, as settings of a scheduler."""
    folder.mkdir(parents=True, exist_ok=True)
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "basicConstraints=critical,CA:FALSE"]
    for name, extra in (("ca", []), ("own", signed)):
        words = ["openssl", "req", "-x509", *new, "-subj", f"/CN={authority} {name}", *extra]
        files = ["-keyout", f"{name}.key", "-out", f"{name}.pem"]
        subprocess.run([*words, *files], cwd=folder, check=True, capture_output=True)
    files = {"ca": "ca.pem", "cert": "own.pem", "key": "own.key"}
    return {name: str(folder / file) for name, file in files.items()}


def other_version(folder: Path) -> Path:
    """A folder to be first on a path, with a `course` that differs in one comment."""
    shutil.copytree(Path(course.__file__).parent, folder / "course")
    with (folder / "course" / "judging.py").open("a") as file:
        file.write("# another version\n")
    return folder


@dataclass
class Processes:
    """A scheduler and its workers. `tls`: settings as `certificates` makes them, or nothing for plain TCP."""

    folder: Path
    tls: dict[str, str]
    address: str = ""
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        """Start the scheduler."""
        file = self.folder / "scheduler.json"
        protocol = "tls" if self.tls else "tcp"
        where = ["--host", "127.0.0.1", "--port", "0", "--protocol", protocol, "--scheduler-file", str(file)]
        self._start("scheduler", [*where])
        until = time.monotonic() + 60
        while not self.address and time.monotonic() < until:
            time.sleep(0.05)
            with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):  # it is being written
                self.address = json.loads(file.read_text())["address"]
        assert self.address, self.log("scheduler")

    def worker(self, name: str, *words: str, path: Path | None = None) -> None:
        """Start a worker; `path` is first on its import path."""
        one = ["--nthreads", "1", "--no-nanny", "--name", name, "--memory-limit", "0"]
        before = {"PYTHONPATH": str(path)} if path else {}
        self._start("worker", [self.address, *one, *words], name, before)

    def _start(
        self, kind: str, words: Sequence[str], name: str = "scheduler", more: dict[str, str] | None = None
    ) -> None:
        place = self.folder / name
        place.mkdir(parents=True)
        options = {"ca": "--tls-ca-file", "cert": "--tls-cert", "key": "--tls-key"}
        secure = [word for key, option in options.items() if self.tls for word in (option, self.tls[key])]
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "dask", kind, *words, "--no-dashboard", *secure],
                cwd=place,
                env={**os.environ, "HOME": str(place), "TMPDIR": str(place), **(more or {})},
                stdout=log,
                stderr=log,
            )

    def log(self, name: str) -> str:
        """What a process said."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def stop(self) -> None:
        """End all of them."""
        for process in self.running.values():
            process.kill()
        for process in self.running.values():
            process.wait(20)
