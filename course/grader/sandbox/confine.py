"""The two processes inside: the first of the new process table, which is ours, and the one that works.

Nothing here executes a program: the child goes on from the warm process, with fewer and fewer rights.
"""

import os
import resource
import signal
import socket
from collections.abc import Callable

from course.grader.sandbox import libc, root, syscalls
from course.grader.sandbox.plan import HOME, Plan

Role = Callable[[socket.socket, socket.socket, Plan], None]
INSIDE = 1000  # the uid inside, where the kernel maps an ordinary user to it


def first(plan: Plan, go: int, report: int, channels: tuple[int, int], uid: int, role: Role) -> None:
    """Be process 1: make the surroundings, fork the one that works, reap, and report how that one ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if plan.defences.dies_with_us:
        libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)
    if not os.read(go, 1):
        return  # the supervisor is gone already
    root_user = os.geteuid() == 0 and uid != INSIDE
    if plan.defences.no_network:
        libc.unshare("net")
    libc.unshare("ipc", "uts")
    if plan.defences.private_files:
        libc.unshare("mnt")
        disk = plan.limits.disk_mb if plan.defences.disk else 1 << 20
        torch = plan.flavour == "torch" or not plan.defences.hide_torch
        owner = (uid, uid) if not root_user or plan.defences.unprivileged else (0, 0)
        root.enter(owner=owner, disk_mb=disk, torch=torch)
    if not plan.defences.unprivileged:
        root_user = False
    worker = os.fork()
    if worker == 0:
        os.close(report)
        _work(plan, channels, uid if root_user else None, role)
    for channel in channels:
        os.close(channel)
    while True:
        process, status = os.wait()
        if process == worker:
            os.write(report, status.to_bytes(4, "little"))
            return


def _work(plan: Plan, channels: tuple[int, int], uid: int | None, role: Role) -> None:
    """Be the student's process: give up everything, then do the role's work. Never returns."""
    code = 1
    try:
        control, link = _keep_only(channels)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        limit(plan)
        _give_up(plan, uid)
        if plan.defences.private_files:
            os.chdir(HOME)
        os.environ.pop("MPLCONFIGDIR", None)
        role(control, link, plan)
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    finally:
        os._exit(code & 0xFF)


def _keep_only(channels: tuple[int, int]) -> tuple[socket.socket, socket.socket]:
    """Close every file but the two channels, which become 3 and 4; standard streams lead nowhere."""
    kept = [os.dup2(os.dup(channel), 60 + i) for i, channel in enumerate(channels)]
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    for i, channel in enumerate(kept):
        os.dup2(channel, 3 + i, inheritable=False)
    os.closerange(5, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    return socket.socket(fileno=3), socket.socket(fileno=4)


def limit(plan: Plan) -> None:
    """Set the limits that the kernel keeps for each process."""
    limits, on = plan.limits, plan.defences
    wanted = {resource.RLIMIT_CORE: 0}
    if on.memory:
        wanted[resource.RLIMIT_AS] = _address_space() + (limits.memory_mb << 20)
        wanted[resource.RLIMIT_MEMLOCK] = 64 << 10
    if on.processes:
        wanted[resource.RLIMIT_NPROC] = limits.processes
        wanted[resource.RLIMIT_NOFILE] = limits.files
    if on.disk:
        wanted[resource.RLIMIT_FSIZE] = limits.disk_mb << 20
    if on.deadlines:
        wanted[resource.RLIMIT_CPU] = int(limits.notebook_seconds) + 1
    for kind, value in wanted.items():
        most = resource.getrlimit(kind)[1]
        value = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(kind, (value, value))


def _address_space() -> int:
    """What this process has mapped already, in bytes. (There may be no /proc any more.)"""
    return ADDRESS_SPACE[0]


ADDRESS_SPACE = [4 << 30]  # set by the warm process before it forks


def _give_up(plan: Plan, uid: int | None) -> None:
    if plan.defences.unprivileged:
        libc.drop_bounding_set()
        if uid is not None:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
        libc.drop_capabilities()
    calls, network = plan.defences.system_calls, plan.defences.no_network
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    if calls or network:
        syscalls.install(syscalls.program(calls=calls, network=network))
