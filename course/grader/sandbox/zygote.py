"""The warm process: imports everything once, then forks a supervised child for each request.

Started as `python -I -B -m course.grader.sandbox.zygote FD FLAVOUR` with an allow-listed environment. It has
one thread, or a fork could find a lock held by a thread that is not there. It opens nothing of a classroom.
"""

import contextlib
import gc
import importlib
import json
import os
import resource
import signal
import socket
import sys
from pathlib import Path

from course.exercise import load, names
from course.grader.sandbox import confine, judge_role, kernel_role, libc, supervisor
from course.grader.sandbox.plan import Plan

WARM = {
    "numpy": ("numpy", "sympy", "matplotlib.pyplot", "matplotlib_inline.backend_inline", "course"),
    "torch": ("torch", "torch._dynamo", "numpy", "sympy", "matplotlib.pyplot", "course"),
}
ROLES: dict[str, confine.Role] = {"kernel": kernel_role.serve, "judge": judge_role.serve}


def warm(flavour: str) -> None:
    """Import what notebooks import, and every exercise of this flavour."""
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    if flavour != "torch":
        sys.modules["torch"] = None  # type: ignore[assignment]
    for module in WARM[flavour]:
        importlib.import_module(module)
    for name in names():
        with contextlib.suppress(ImportError):
            load(name)
    if flavour != "torch":
        del sys.modules["torch"]
    else:
        import torch

        torch.set_num_threads(1)
    kernel_role.make_shell()


def main(descriptor: int, flavour: str) -> None:
    """Warm up, say so, then serve requests until the other side closes."""
    libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)
    requests = socket.socket(fileno=descriptor)
    os.chdir("/")
    warm(flavour)
    gc.collect()
    gc.freeze()
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        raise SystemExit(f"the warm process has {threads} threads; it must have one")
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    confine.ADDRESS_SPACE[0] = pages * resource.getpagesize()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps the supervisors
    requests.send(b"ready")
    while True:
        data, descriptors, _, _ = socket.recv_fds(requests, 1 << 16, 3)
        if not data:
            return
        if os.fork() == 0:
            _supervise(requests, data, descriptors)
        for received in descriptors:
            os.close(received)


def _supervise(requests: socket.socket, data: bytes, descriptors: list[int]) -> None:
    """Be a supervisor. Never returns."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        requests.close()
        os.setsid()
        control, link, life = descriptors
        plan = Plan.of(json.loads(data))
        supervisor.supervise(plan, control, link, socket.socket(fileno=life), ROLES[plan.role])
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
