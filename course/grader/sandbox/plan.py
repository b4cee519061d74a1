"""What one confined child is told: its role, its limits, and which defences are on."""

import os
import sys
import sysconfig
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from course.grader.sandbox.defences import Defences, Limits

HOME = "/home/student"
TORCH = ("torch", "torchgen", "functorch", "torch-*.dist-info")
UIDS = 0x60000000  # far above the uids of people; one for each process id, so no two children share one


@dataclass(frozen=True)
class Plan:
    """One child: `role` is "kernel" (a student's code) or "judge"; `owner` names the grading process."""

    role: str
    flavour: str
    owner: str
    limits: Limits = field(default_factory=Limits)
    defences: Defences = field(default_factory=Defences)

    def as_dict(self) -> dict[str, Any]:
        """For a message."""
        return asdict(self)

    @classmethod
    def of(cls, data: dict[str, Any]) -> Self:
        """From a message."""
        inner = {"limits": Limits(**data["limits"]), "defences": Defences(**data["defences"])}
        return cls(**{**data, **inner})


def libraries() -> list[str]:
    """Folders and files that a child may read: the standard library, the environment, system libraries."""
    names = {sysconfig.get_path(key) for key in ("stdlib", "platstdlib", "purelib", "platlib")}
    multiarch = sysconfig.get_config_var("MULTIARCH") or ""
    system = [f"/usr/lib/{multiarch}" if multiarch else "/usr/lib", "/usr/lib64", "/etc/ld.so.cache"]
    system += ["/usr/share/zoneinfo", *[p for p in ("/lib", "/lib64") if not os.path.islink(p)]]
    return sorted({os.path.realpath(n) for n in [*names, *system] if os.path.exists(n)})


def links() -> dict[str, str]:
    """The system's links to its library folders, such as /lib64."""
    return {p: os.readlink(p) for p in ("/lib", "/lib64") if os.path.islink(p)}


def torch_files() -> list[str]:
    """What a NumPy notebook's file system lacks."""
    sites = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    return [
        str(path)
        for site in sites
        for pattern in TORCH
        for path in Path(os.path.realpath(site)).glob(pattern)
    ]


def uid_of(process: int) -> int:
    """The uid of the child that process supervises, within what this user namespace maps."""
    ranges = [[int(n) for n in line.split()] for line in Path("/proc/self/uid_map").read_text().splitlines()]
    inside, _, count = max(ranges, key=lambda r: r[2])
    if inside + count > UIDS + (1 << 22):
        return UIDS + process
    return inside + count - 1 - process % max(1, min(count // 2, 1 << 22))


def cache_folder() -> Path:
    """Where matplotlib keeps its list of fonts between runs: a folder that only we can write."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "gradients-through-time"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return Path("/nonexistent")
    return folder


def environment(cache: Path) -> dict[str, str]:
    """The whole environment of the process that forks the children."""
    fixed = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": HOME, "USER": "student", "MPLBACKEND": "agg"}
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    caches = {"MPLCONFIGDIR": str(cache), "IPYTHONDIR": f"{HOME}/.ipython", "PYTHONDONTWRITEBYTECODE": "1"}
    return fixed | single | caches


def python() -> list[str]:
    """The interpreter, isolated: neither the working directory nor the user's packages are on its path."""
    return [sys.executable, "-I", "-B"]
