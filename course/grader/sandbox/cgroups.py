"""Limits that count all processes of a child together, where the kernel's control groups can be written."""

import contextlib
import os
import time
from pathlib import Path

from course.grader.sandbox.defences import Defences, Limits

ROOT = Path("/sys/fs/cgroup")
PREFIX = "gtt-"  # gtt-<grading process>-<its start time>-<supervisor>


class Group:
    """The control groups of one child; empty where none can be made.

    They allow a quarter more memory than one process may have, so that one process alone gets a MemoryError,
    which costs one function, and only several together are killed.
    """

    def __init__(self, name: str, limits: Limits, defences: Defences) -> None:
        self.folders: list[Path] = []
        memory, tasks = (limits.memory_mb + limits.memory_mb // 4) << 20, limits.processes
        wanted = {"memory": defences.memory, "pids": defences.processes}
        if (ROOT / "cgroup.controllers").exists():
            settings = {"memory.max": memory, "memory.swap.max": 0} if wanted["memory"] else {}
            settings |= {"pids.max": tasks} if wanted["pids"] else {}
            self._make(ROOT / name, settings)
            return
        if wanted["memory"]:
            self._make(ROOT / "memory" / name, {"memory.limit_in_bytes": memory})
        if wanted["pids"]:
            self._make(ROOT / "pids" / name, {"pids.max": tasks})

    def _make(self, folder: Path, settings: dict[str, int]) -> None:
        if not settings or not os.access(folder.parent, os.W_OK):
            return
        try:
            folder.mkdir()
            for file, value in settings.items():
                if file != "memory.swap.max" or (folder / file).exists():
                    (folder / file).write_text(str(value))
        except OSError:  # a container's half-writable control groups: watched instead
            with contextlib.suppress(OSError):
                folder.rmdir()
            return
        self.folders.append(folder)

    @property
    def limits_memory(self) -> bool:
        """Whether the kernel keeps the memory limit by itself."""
        return any(
            (f / "memory.max").exists() or (f / "memory.limit_in_bytes").exists() for f in self.folders
        )

    def add(self, process: int) -> None:
        """Put a process, and the children it will have, into the groups."""
        for folder in self.folders:
            (folder / "cgroup.procs").write_text(str(process))

    def ran_out(self) -> bool:
        """Whether the kernel killed a process for its memory."""
        for folder in self.folders:
            for file in ("memory.events", "memory.oom_control"):
                if (folder / file).exists():
                    counts = dict(line.split() for line in (folder / file).read_text().splitlines())
                    if int(counts.get("oom_kill", 0)):
                        return True
        return False

    def remove(self) -> None:
        """Remove the groups; their last process may take a moment to leave."""
        for folder in self.folders:
            for _ in range(200):
                with contextlib.suppress(OSError):
                    folder.rmdir()
                if not folder.exists():
                    break
                time.sleep(0.005)


def start_time(process: int) -> str:
    """When a process started, in clock ticks: with its id, a name that is never used twice."""
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return ""
    return text.rpartition(")")[2].split()[19]


def owner_name(process: int) -> str:
    """The beginning of the names of all groups of one grading process."""
    return f"{PREFIX}{process}-{start_time(process)}"


def sweep(mine: str = "") -> int:
    """Remove groups whose grading process is gone (it was killed), and those of `mine`; returns how many."""
    removed = 0
    for parent in (ROOT, ROOT / "memory", ROOT / "pids"):
        for folder in parent.glob(f"{PREFIX}*") if parent.is_dir() else ():
            _, process, started, _ = folder.name.split("-")
            if folder.name.startswith(f"{mine}-") or start_time(int(process)) != started:
                with contextlib.suppress(OSError):
                    folder.rmdir()
                    removed += 1
    return removed
