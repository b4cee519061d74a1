"""JupyterLab in a folder, as `jupyter lab` starts it there, but without a network, and with its own settings.

As a program, `python offline_lab.py RECORD [options]`, it is that JupyterLab: whatever its process asks of
another machine is refused, and the machine's name is written to the file RECORD.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.grader.sandbox import libc

HERE = {"", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::"}
OPTIONS = ("--no-browser", "--port=0", "--allow-root")  # a free port, and a token that it makes itself


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab."""

    address: str  # ends with a slash
    token: str
    record: Path

    def asked(self) -> list[str]:
        """The other machines that its process tried to reach."""
        return self.record.read_text(encoding="utf-8").splitlines() if self.record.exists() else []


@contextlib.contextmanager
def lab(folder: Path, place: Path) -> Iterator[Lab]:
    """Start it in `folder`; its own files go to `place`. It ends with the block."""
    place.mkdir()
    kinds = {"RUNTIME": "run", "CONFIG": "config", "DATA": "data"}
    environment = os.environ | {f"JUPYTER_{kind}_DIR": str(place / name) for kind, name in kinds.items()}
    record, log = place / "asked.txt", place / "log.txt"
    with log.open("w") as file:
        server = subprocess.Popen(
            [sys.executable, __file__, str(record), *OPTIONS],
            cwd=folder,
            env=environment | {"IPYTHONDIR": str(place / "ipython")},
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        about = json.loads(_written(place / "run" / f"jpserver-{server.pid}.json", server, log))
        yield Lab(about["url"], about["token"], record)
    finally:
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(30)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _written(path: Path, server: "subprocess.Popen[bytes]", log: Path) -> str:
    """What the server says about itself, as soon as it listens."""
    for _ in range(3000):  # five minutes, on a busy machine
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if text.rstrip().endswith("}"):
            return text
        assert server.poll() is None, log.read_text(encoding="utf-8")[-3000:]
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")


def refuse(record: str) -> None:
    """From now on no socket of this process reaches another machine."""

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == "socket.getaddrinfo":
            host = args[0]
        elif event == "socket.connect" and isinstance(args[1], tuple):
            host = args[1][0]
        else:
            return
        name = host.decode() if isinstance(host, bytes) else str(host or "")
        if name not in HERE:
            with open(record, "a", encoding="utf-8") as file:
                file.write(f"{name}\n")
            raise OSError(f"{name}: there is no network")

    sys.addaudithook(hook)


if __name__ == "__main__":
    libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGTERM)  # whatever becomes of the tests, it ends with them
    refuse(sys.argv.pop(1))
    from jupyterlab.labapp import main

    main()
