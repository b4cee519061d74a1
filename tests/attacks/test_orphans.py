"""Line 25: whoever of ours is killed during an attack, nothing of it stays, and the next run grades it."""

import os
import signal
import time
from pathlib import Path

import pytest

from course.grader.sandbox.cgroups import PREFIX, ROOT
from tests.attacks.arena import Arena, children, left_by
from tests.attacks.model import HEAD, PROCESS, Attack, says
from tests.attacks.resources import STAYS, SWALLOWS

ZERO = {"recurrence": 0.0}
LOOP = f"""{HEAD}{SWALLOWS}
_loop = recurrence
def recurrence(b, C):
    ctypes.CDLL(None).prctl(15, {PROCESS!r})
    return _loop(b, C)
"""
DETACHED = f"""{HEAD}{STAYS}
if os.fork() == 0:
    os.setsid()
    stay()
time.sleep(10)
recurrence = _zeros
"""
TREE = f"""{HEAD}{STAYS}
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
stay()
"""
LOST = {"recurrence": 0.0, "rnn_bptt": None, "double": None}
ATTACKS = [
    Attack(25, "endless", ("dies_with_us",), says(LOOP), ZERO, "left"),
    Attack(25, "detached", ("dies_with_us",), says(DETACHED), LOST, "left"),
    Attack(25, "tree", ("dies_with_us",), says(TREE), LOST, "left"),
]  # fmt: skip


def descendants(process: int) -> list[int]:
    """A process and everything below it, the detached ones too."""
    below: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            below.setdefault(int(path.read_text().rpartition(")")[2].split()[1]), []).append(
                int(path.parent.name)
            )
        except OSError:
            continue
    found = [process]
    for known in found:
        found += below.get(known, [])
    return found


def named(process: int) -> str:
    """What a process calls itself."""
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return ""


class Killed(Arena):
    """A class whose grading is killed in the middle of an attack, and then graded again."""

    victim = "grader"

    def grade(self) -> int | None:
        """Kill while the attack runs; look; grade again."""
        known = children()
        with self.begun("autograde", "ps2") as process:
            limit, tree = time.monotonic() + 60, []
            while time.monotonic() < limit and not (tree and any(named(p) == PROCESS.decode() for p in tree)):
                time.sleep(0.02)
                tree = descendants(process.pid)
            assert any(named(p) == PROCESS.decode() for p in tree), "the attack never ran"
            grader = next(p for p in tree if b"autograde" in Path(f"/proc/{p}/cmdline").read_bytes())
            warm = next(p for p in tree if b"zygote" in Path(f"/proc/{p}/cmdline").read_bytes())
            os.kill(grader if self.victim == "grader" else warm, signal.SIGKILL)
            if self.victim == "grader":
                process.wait(60)
            self.stayed = left_by(known) if self.victim == "grader" else []
        pattern = f"{PREFIX}{grader}-*"
        self.groups = [g for parent in (ROOT, ROOT / "memory", ROOT / "pids") for g in parent.glob(pattern)]
        return super().grade() if self.victim == "grader" else process.returncode


@pytest.mark.parametrize(
    "attack",
    [*ATTACKS[:1], *[pytest.param(a, marks=pytest.mark.soak) for a in ATTACKS[1:]]],
    ids=lambda a: a.name,
)
def test_nothing_stays_of_a_killed_grading(prepared: Path, attack: Attack) -> None:
    mounts = Path("/proc/self/mounts").read_text()
    with Killed(prepared, [attack]) as graded:
        assert graded.stayed == []
        assert graded.groups == []
        assert graded.gained(attack) == []
        assert graded.neighbours() == []
    assert Path("/proc/self/mounts").read_text() == mounts


@pytest.mark.soak
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a.name)
def test_class_is_graded_though_its_warm_process_is_killed(prepared: Path, attack: Attack) -> None:
    graded = Killed(prepared, [attack])
    graded.victim = "warm"
    with graded:
        assert graded.neighbours() == []


@pytest.mark.soak
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a.name)
def test_something_stays_without_the_defence(prepared: Path, attack: Attack) -> None:
    with Killed(prepared, [attack], off=["dies_with_us"]) as graded:
        assert graded.stayed != []
