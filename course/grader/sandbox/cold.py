"""A child that starts a Python of its own, for machines where the warm process cannot fork a confined one.

In bubblewrap (kind "bwrap"), or, if the instructor trusts the students, in nothing (kind "none"). It is slow,
1.5 seconds for each child, and a fallback only. `main` is its supervisor, `inside` runs in it.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from course.grader.sandbox import confine, supervisor, syscalls
from course.grader.sandbox.cgroups import Group
from course.grader.sandbox.plan import HOME, Plan, libraries, links, python, torch_files
from course.grader.sandbox.wire import Gone, Late, send


def main(kind: str, channels: tuple[int, int], life_fd: int, plan: Plan) -> None:
    """Start the child, watch it as the warm one is watched, and say how it ended."""
    life = socket.socket(fileno=life_fd)
    group = Group(f"{plan.owner}-{os.getpid()}", plan.limits, plan.defences)
    error = ""
    folder, file = tempfile.TemporaryDirectory(), tempfile.TemporaryFile
    with folder as home, file() as rules, file() as errors:
        rules.write(syscalls.program(calls=plan.defences.system_calls, network=plan.defences.no_network))
        rules.seek(0)
        words = [*python(), "-m", "course.grader.sandbox.cold", "inside", *map(str, channels)]
        before = wrapped(plan, rules.fileno()) if kind == "bwrap" else []
        try:
            child = subprocess.Popen(
                [*before, *words, json.dumps(plan.as_dict())],
                pass_fds=(*channels, rules.fileno()),
                cwd=home,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        except OSError as failed:
            send(life, {"reason": "ended", "status": None, "error": str(failed)}, 1.0)
            return
        group.add(child.pid)
        for channel in channels:
            os.close(channel)
        reason = supervisor.watch(plan, child.pid, life, memory=False)
        child.kill()
        child.wait()
        errors.seek(0)
        said = errors.read(1000).decode("utf-8", "replace").strip()
        if group.ran_out():
            reason = "memory"
        group.remove()
    if child.returncode > 0 and kind == "bwrap" and said.startswith("bwrap:"):
        error = said
    with contextlib.suppress(Gone, Late):
        send(life, {"reason": reason, "status": child.returncode, "error": error}, 1.0)


def wrapped(plan: Plan, rules: int) -> list[str]:
    """The bubblewrap command line: the same file system as the warm child's, and the interpreter."""
    program = shutil.which("bwrap", path="/usr/bin:/bin:/usr/local/bin") or "bwrap"
    words = [
        program,
        "--unshare-all",
        "--unshare-user",
        "--uid",
        "1000",
        "--gid",
        "1000",
        "--die-with-parent",
    ]
    words += ["--new-session", "--cap-drop", "ALL", "--seccomp", str(rules), "--dev", "/dev"]
    size = str(plan.limits.disk_mb << 20)
    for folder in (HOME, "/tmp"):  # before the libraries: an environment may lie below /tmp
        words += ["--size", size, "--tmpfs", folder]
    for path in [*libraries(), *interpreter()]:
        words += ["--ro-bind", path, path]
    for path in torch_files() if plan.flavour != "torch" else []:
        words += ["--tmpfs", path]
    for place, target in links().items():
        words += ["--symlink", target, place]
    return [*words, "--remount-ro", "/", "--chdir", HOME, "--"]


def interpreter() -> list[str]:
    """What the environment's interpreter needs besides the libraries."""
    base = Path(sysconfig.get_config_var("LIBDIR") or "/usr/lib")
    found = [
        Path(sys.executable).parent,
        Path(os.path.realpath(sys.executable)),
        *base.glob("libpython*.so*"),
    ]
    found += [Path(sys.prefix) / "pyvenv.cfg", Path(sys.base_prefix) / "bin"]
    return list(dict.fromkeys(str(p) for p in found if p.exists()))


def inside(control: int, link: int, plan: Plan) -> None:
    """Be the child: warm up, take the limits, and do the role's work."""
    from course.grader.sandbox.zygote import ROLES, warm

    warm(plan.flavour)
    confine.limit(plan)
    ROLES[plan.role](socket.socket(fileno=control), socket.socket(fileno=link), plan)


if __name__ == "__main__":
    chosen = Plan.of(json.loads(sys.argv[-1]))
    if sys.argv[1] == "inside":
        inside(int(sys.argv[2]), int(sys.argv[3]), chosen)
    else:
        main(sys.argv[1], (int(sys.argv[2]), int(sys.argv[3])), int(sys.argv[4]), chosen)
