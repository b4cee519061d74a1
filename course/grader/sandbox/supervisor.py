"""The process outside that owns a child's clock, memory and end. It runs no code of the student's."""

import contextlib
import os
import select
import signal
import socket
import time
from pathlib import Path

from course.grader.sandbox import confine, libc
from course.grader.sandbox.cgroups import Group
from course.grader.sandbox.plan import Plan, uid_of
from course.grader.sandbox.watching import EVERY, Watch
from course.grader.sandbox.wire import Gone, Late, send

WATCH = 0.1  # seconds between two looks at the memory, where no control group keeps the limit


def supervise(plan: Plan, control: int, link: int, life: socket.socket, role: confine.Role) -> None:
    """Fork the child, watch it, end it, and say how it ended on `life`.

    The connection `life` is the owner's hold on the child: when it closes, for any reason, the child ends.
    """
    root_user = os.geteuid() == 0
    group = Group(f"{plan.owner}-{os.getpid()}", plan.limits, plan.defences)
    uid = uid_of(os.getpid()) if root_user else confine.INSIDE
    try:
        if not root_user:
            _own_user_space()
        if plan.defences.own_processes:
            libc.unshare("pid")
        child, report = _fork_first(plan, group, (control, link), uid, role, life)
        os.close(control)
        os.close(link)
        reason = watch(plan, child, life, memory=plan.defences.memory and not group.limits_memory)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        told = os.read(report, 4096)
        status = os.waitstatus_to_exitcode(int.from_bytes(told, "little")) if len(told) == 4 else None
        if group.ran_out():
            reason = "memory"
    finally:
        group.remove()
    error = told.decode("utf-8", "replace") if len(told) > 4 else ""
    with contextlib.suppress(Gone, Late):
        send(life, {"reason": reason, "status": status, "error": error}, 1.0)


def _own_user_space() -> None:
    """As an ordinary user: a user namespace in which we may make the other ones."""
    uid, gid = os.geteuid(), os.getegid()
    libc.unshare("user")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{confine.INSIDE} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{confine.INSIDE} {gid} 1")


def _fork_first(
    plan: Plan, group: Group, channels: tuple[int, int], uid: int, role: confine.Role, life: socket.socket
) -> tuple[int, int]:
    """Fork process 1, put it into the control groups, and only then let it go on."""
    go_read, go_write = os.pipe()
    report_read, report_write = os.pipe()
    child = os.fork()
    if child == 0:
        life.close()
        os.close(go_write)
        os.close(report_read)
        try:
            confine.first(plan, go_read, report_write, channels, uid, role)
        except Exception as error:
            os.write(report_write, f"error: {type(error).__name__}: {error}"[:4000].encode())
        finally:
            os._exit(1)
    os.close(go_read)
    os.close(report_write)
    group.add(child)
    os.write(go_write, b"1")
    os.close(go_write)
    return child, report_read


def watch(plan: Plan, child: int, life: socket.socket, *, memory: bool) -> str:
    """Wait for the child's end; returns why it ended: ended, closed, late or memory.

    The owner may ask on `life` to have the child watched for a while.
    """
    handle = os.pidfd_open(child)
    end = time.monotonic() + plan.limits.notebook_seconds if plan.defences.deadlines else float("inf")
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    if plan.defences.dies_with_us:
        poll.register(life, select.POLLIN | select.POLLHUP)
    asked = Watch(child, life)
    while True:
        left = min(end - time.monotonic(), EVERY if asked.on else WATCH if memory else 3600)
        ready = [fd for fd, _ in poll.poll(max(0, left * 1000))]
        if handle in ready:
            return "ended"
        if ready and not asked.obey():
            return "closed"
        if asked.on:
            asked.sample()
        if time.monotonic() >= end:
            return "late"
        if memory and _memory_of(child) > (plan.limits.memory_mb << 20) * 5 // 4:
            return "memory"


def _memory_of(first: int) -> int:
    """Bytes that the child and its children hold, shared pages divided among those that share them."""
    total, space = 0, _space(first)
    for path in Path("/proc").glob("[0-9]*"):
        if _space(int(path.name)) == space:
            with contextlib.suppress(OSError, StopIteration):
                lines = (path / "smaps_rollup").read_text().splitlines()
                total += int(next(line for line in lines if line.startswith("Pss:")).split()[1]) << 10
    return total


def _space(process: int) -> str:
    try:
        return os.readlink(f"/proc/{process}/ns/pid")
    except OSError:
        return ""
