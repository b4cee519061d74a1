"""A reader who follows a page: its fenced blocks, a terminal to type them into, and what should be seen."""

import os
import re
import shlex
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.conftest import REPOSITORY

FENCE = re.compile(r"(`{3,})(\S*)$")
SECONDS = 900  # for one block, on a machine with other work
CLONE = "gradients-through-time"


@dataclass(frozen=True)
class Block:
    """A fenced block. `shown`: what the page says that one sees, if the next block is that."""

    page: str
    language: str
    text: str
    shown: str = ""


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page, which is named by its path in the repository."""
    found: list[Block] = []
    opened, language, lines = "", "", []
    for line in (REPOSITORY / page).read_text(encoding="utf-8").splitlines():
        fence = FENCE.fullmatch(line)
        if opened and line == opened:
            text, opened = "\n".join(lines), ""
            if language == "text" and found and found[-1].language == "sh" and not found[-1].shown:
                found[-1] = Block(page, "sh", found[-1].text, text)
            else:
                found.append(Block(page, language, text))
        elif opened:
            lines.append(line)
        elif fence:
            opened, language, lines = fence[1], fence[2], []
    assert not opened, f"{page}: a block has no end"
    return found


def unseen(shown: str, output: str) -> str:
    """The first line of `shown` that the output has not after those before it, or "". … is anything."""
    rest: Iterator[str] = iter(output.splitlines())
    for line in shown.splitlines():
        pattern = re.compile(".*".join(re.escape(part) for part in line.rstrip().split("…")))
        if line.strip() != "…" and not any(pattern.fullmatch(seen.rstrip()) for seen in rest):
            return line
    return ""


def settled(path: Path, addition: str) -> None:
    """Write the settings of a page into a TOML file, as a reader would: beside or in place of those there."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    for table, values in tomllib.loads(addition).items():
        _merge(data.setdefault(table, {}), values)
    path.write_text("".join(f"{line}\n" for line in _lines(data)), encoding="utf-8")


def _merge(data: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(data.get(key), dict):
            _merge(data[key], value)
        else:
            data[key] = value


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    for name, table in data.items():
        inner = table if name == "sets" else {"": table}
        for key, values in inner.items():
            yield f"[{name}.{key}]" if key else f"[{name}]"
            yield from (f"{_value(k)} = {_value(v)}" for k, v in values.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_value(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, datetime):
        return value.isoformat()
    return (
        '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if isinstance(value, str) else str(value)
    )


@dataclass
class Terminal:
    """A shell in a home of its own. Folder and environment carry over from block to block.

    Where a reader has cloned the repository lies this one. Nothing else of this process's environment is
    known there, so that a page must say how to come into the environment.
    """

    home: Path
    state: Path
    path: str = "/usr/local/bin:/usr/bin:/bin"
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.state.mkdir(parents=True)
        (self.state / "folder").write_text(f"{self.home}\n")
        values = {"HOME": self.home, "PATH": self.path, "LANG": "C.UTF-8", "COLUMNS": 120}
        lines = [f"export {name}={shlex.quote(str(value))}" for name, value in values.items()]
        (self.state / "environment").write_text("\n".join(lines))
        clone = self.home / CLONE
        if not clone.exists():
            clone.mkdir()
            for entry in ("course", "solutions", "Makefile", "README.md"):
                (clone / entry).symlink_to(REPOSITORY / entry)
            (clone / ".venv").symlink_to(sys.prefix)

    def _script(self, text: str) -> list[str]:
        environment, folder = (shlex.quote(str(self.state / name)) for name in ("environment", "folder"))
        before = f'source {environment}; cd "$(cat {folder})"'
        after = f"trap 'export -p > {environment}; pwd > {folder}' EXIT"
        return ["bash", "-euo", "pipefail", "-c", f"{before}\n{after}\n{text}"]

    def type(self, text: str) -> str:
        """Run a block to its end; returns what is seen."""
        done = subprocess.run(
            self._script(text), env={}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            stdin=subprocess.DEVNULL, timeout=SECONDS, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"this ended with {done.returncode}:\n{text}\n\n{done.stdout}"
        return done.stdout

    def leave_running(self, text: str, until: str) -> None:
        """Run a block in a terminal that stays open; returns when the words are seen there."""
        log = self.state / f"{len(self.running)}.log"
        with log.open("wb") as file:
            self.running.append(
                subprocess.Popen(
                    self._script(text),
                    env={},
                    stdout=file,
                    stderr=file,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )
            )
        end = time.monotonic() + 120
        while until not in log.read_text(errors="replace"):
            ended = self.running[-1].poll() is not None or time.monotonic() > end
            assert not ended, f"{until!r} is not seen:\n{text}\n\n{log.read_text(errors='replace')}"
            time.sleep(0.1)

    def close(self) -> None:
        """End what was left running."""
        for process in reversed(self.running):
            if process.poll() is None:
                os.killpg(process.pid, 9)
            process.wait(30)
