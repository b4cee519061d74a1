"""SIGKILL of any process of ours at any moment loses no grade and leaves nothing behind."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course.exercise import seed_of
from course.grader.grade import Marks, read_marks
from course.grader.sandbox.cgroups import ROOT
from tests.sandbox.classes import Oddity, answer, grade, make

KINDS: list[Oddity | None] = [
    None,
    None,
    answer("def recurrence(b, C):\n    return b, C"),
    answer("import os\nos._exit(0)", "direct_and_total"),
    answer("raise ValueError"),
]


def submissions(count: int) -> dict[str, Oddity | None]:
    return {f"s{i:02}": KINDS[i % len(KINDS)] for i in range(count)} | {"honest": None}


def tree(process: int) -> list[int]:
    """A process and all its descendants, the detached ones too."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(path.name))
    found = [process]
    for known in found:
        found += children.get(known, [])
    return found


def ours(folder: Path) -> list[str]:
    """What a run in that folder left: processes, control groups, staged copies, mounts."""
    left = [str(p) for p in folder.glob(".staged-*")]
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes()
        except OSError:
            continue
        if b"nbgrader" in words and os.readlink(path / "cwd") == str(folder):
            left.append(words.decode())
    return left


def disturbed(folder: Path, rng: random.Random, seconds: float, *words: str) -> int:
    """One run, one kill at a random moment; returns the signal's target, 0 if the run was over."""
    command = [sys.executable, "-m", "nbgrader", "autograde", "ps2", *words]
    run = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(rng.uniform(0, seconds))
    known = tree(run.pid) if run.poll() is None else []
    target = rng.choice(known) if known else 0
    try:
        os.kill(target, signal.SIGKILL) if target else None
    except ProcessLookupError:  # it was over by itself
        target = 0
    run.wait(300)
    return target


def killed(folder: Path, count: int, kills: int, seed: int) -> tuple[Marks, Marks, list[str]]:
    """The marks of an undisturbed and of a disturbed class, and what the latter left behind."""
    rng = random.Random(seed)
    calm = make(folder / "calm", submissions(count))
    started = time.monotonic()
    expected = grade(calm).marks
    seconds = time.monotonic() - started
    rough = make(folder / "rough", submissions(count))
    shutil.copy(calm.folder / "secret.key", rough.folder)
    hits = 0
    for number in range(kills * 3):
        finished = number and grade_is_complete(rough.folder, count)
        hits += disturbed(rough.folder, rng, seconds, *(["--force"] if finished else [])) != 0
        if hits == kills:
            break
    assert hits == kills
    grade(rough)
    time.sleep(0.5)
    return expected, read_marks(rough, "ps2"), ours(rough.folder) + groups_of_the_dead()


def grade_is_complete(folder: Path, count: int) -> bool:
    done = [p for p in (folder / "judged" / "ps2").glob("*.json") if '"complete": true' in p.read_text()]
    return len(done) > count


def groups_of_the_dead() -> list[str]:
    found = [p for folder in (ROOT, ROOT / "memory", ROOT / "pids") for p in folder.glob("gtt-*")]
    return [str(p) for p in found if not Path(f"/proc/{p.name.split('-')[1]}").exists()]


def test_five_kills_lose_nothing(tmp_path: Path) -> None:
    expected, marks, left = killed(tmp_path, 10, 5, seed_of("five kills"))
    assert marks == expected
    assert left == []


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1))
def test_forty_kills_lose_nothing(tmp_path: Path, seed: int) -> None:
    expected, marks, left = killed(tmp_path, 30, 40, seed)
    assert marks == expected
    assert left == []
