"""Each wall of the sandbox holds, and a test of it fails when that wall is taken away."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from course.grader.sandbox.cgroups import ROOT, start_time, sweep
from course.grader.sandbox.client import Warm, owner
from course.grader.sandbox.plan import libraries
from tests.sandbox.conftest import Ran, spawn

Inside = Callable[..., Ran]
AS_ROOT = os.geteuid() == 0
SHORT = {"memory_mb": 256, "processes": 16, "disk_mb": 8}


def test_sees_libraries_and_nothing_else(inside: Inside) -> None:
    walk = """
import os
for folder, folders, files in os.walk("/"):
    for name in files:
        path = os.path.join(folder, name)
        print(path)
"""
    seen = inside(walk, text=100_000_000).text.splitlines()
    allowed = (*libraries(), "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
    strangers = [path for path in seen if not path.startswith(tuple(allowed))]
    assert len(seen) > 1000
    assert strangers == []
    assert not any("solutions" in Path(path).parts for path in seen)


def test_cannot_write_to_libraries(inside: Inside) -> None:
    code = "import numpy; open(numpy.__file__, 'a')"
    assert inside(code).error.startswith(("OSError: [Errno 30]", "PermissionError"))
    assert inside("open('/x', 'w')").error.startswith(("OSError: [Errno 30]", "PermissionError"))
    if AS_ROOT:
        assert inside(code, "unprivileged").error.startswith("OSError: [Errno 30]")


def test_does_not_see_the_host(inside: Inside) -> None:
    assert inside("open('/etc/passwd')").error.startswith("FileNotFoundError")
    assert inside("print(len(open('/etc/passwd').read()) > 10)", "private_files").text == "True"


def test_the_warm_process_has_nothing_of_the_gradebooks_or_the_solutions(inside: Inside) -> None:
    strangers = (
        "nbgrader",
        "sqlalchemy",
        "solutions",
        "secret_",
        "course.grader.judged",
        "course.grader.secret",
    )
    code = f"import sys\nprint([m for m in sys.modules if m.startswith({strangers})], 'numpy' in sys.modules)"
    assert inside(code).text.split() == ["[]", "True"]


def test_numpy_notebook_has_no_torch(inside: Inside) -> None:
    code = "import torch"
    assert "No module named 'torch'" in inside(code).error
    assert "No module named 'torch'" not in inside("import torch._C", "hide_torch").error


def test_has_a_process_table_of_its_own(inside: Inside) -> None:
    code = "import os; print(os.getpid() < 10, os.getppid() < 10)"
    assert inside(code).text == "True True"
    assert inside(code, "own_processes").text == "False False"


DETACHES = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(60)
    os._exit(0)
os.wait()
print(1)
"""


def test_a_child_that_detaches_ends_with_the_sandbox(warm: Warm) -> None:
    for off in ((), ("own_processes",)):
        child = spawn(warm, off)
        space = space_of(supervisors(warm)[0])
        assert child.ask({"source": DETACHES, "number": 1}, 30)["error"] is None
        child.end()
        gone = wait_for(lambda space=space: not living(space), 2 if off else 10)  # type: ignore[misc]
        assert gone == (not off)
        kill_all(space)


def supervisors(warm: Warm) -> list[int]:
    """The supervisors that a warm process has forked and that still live."""
    return children(warm.process.pid)


def children(process: int) -> list[int]:
    text = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(word) for word in text.split()]


def space_of(supervisor: int) -> str:
    """A name for one sandbox: the namespace of host names that its processes share, and nobody else."""
    return os.readlink(f"/proc/{children(supervisor)[0]}/ns/uts")


def living(space: str) -> list[int]:
    """The processes of one sandbox, also those that nobody is the parent of."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(path / "ns" / "uts") == space:
                found.append(int(path.name))
        except OSError:
            continue
    return found


def kill_all(space: str) -> None:
    for process in living(space):
        with contextlib.suppress(ProcessLookupError):  # the first may take the others along
            os.kill(process, signal.SIGKILL)


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_VSOCK"])
def test_no_socket_of_any_family(inside: Inside, family: str) -> None:
    code = f"import socket\nsocket.socket(socket.{family}, socket.SOCK_DGRAM)\nprint(1)"
    assert inside(code).error.startswith("OSError: [Errno 97]")


def test_without_that_wall_there_are_sockets(inside: Inside) -> None:
    code = "import socket\nsocket.socket(socket.AF_NETLINK, socket.SOCK_RAW)\n"
    code += "print(len(socket.if_nameindex()))"
    assert int(inside(code, "no_network").text) >= 1


def test_local_sockets_work(inside: Inside) -> None:
    assert inside("import asyncio\nasyncio.run(asyncio.sleep(0))\nprint(1)").text == "1"


CAPS = """
import ctypes, struct
held = ctypes.create_string_buffer(24)
ctypes.CDLL(None).syscall(125, struct.pack("Ii", 0x20080522, 0), held)
print(any(held.raw), ctypes.CDLL(None).prctl(39, 0, 0, 0, 0))
"""


def test_has_no_rights(inside: Inside) -> None:
    assert inside(CAPS).text == "False 1"
    assert inside(CAPS, "unprivileged").text == "True 1"


@pytest.mark.skipif(not AS_ROOT, reason="an ordinary user has one uid")
def test_each_sandbox_has_its_own_uid(inside: Inside) -> None:
    first, second = (int(inside("import os; print(os.getuid())").text) for _ in range(2))
    assert first != second
    assert min(first, second) > 1 << 24
    assert inside("import os; os.setuid(0)").error.startswith("PermissionError")


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("unshare", "272, 0x10000000"),
        ("ptrace", "101, 0, 0, 0, 0"),
        ("keyctl", "250, 0, -1, 0"),
        ("bpf", "321, 0, 0, 0"),
    ],
)
def test_dangerous_calls_are_refused(inside: Inside, name: str, call: str) -> None:
    code = "import ctypes\nc = ctypes.CDLL(None, use_errno=True)\n"
    code += f"print(c.syscall({call}) == -1 and ctypes.get_errno())"
    assert inside(code).text == "1"


def test_without_that_wall_they_are_not(inside: Inside) -> None:
    code = "import ctypes\nprint(ctypes.CDLL(None).syscall(272, 0x10000000))"
    assert inside(code, "system_calls").text == "0"


def test_clone3_is_unknown_and_threads_work(inside: Inside) -> None:
    code = """
import ctypes, threading
c = ctypes.CDLL(None, use_errno=True)
c.syscall(435, 0, 0)
t = threading.Thread(target=lambda: print("thread"))
t.start(); t.join()
print(ctypes.get_errno())
"""
    assert inside(code).text.split() == ["thread", "38"]


def test_one_process_cannot_take_too_much_memory(inside: Inside) -> None:
    code = "x = bytearray(400 << 20)\nprint(len(x))"
    assert inside(code, **SHORT).error.startswith("MemoryError")
    assert inside(code, "memory", **SHORT).text == str(400 << 20)


FORKS = """
import os, time
for i in range(4):
    if os.fork() == 0:
        x = bytearray(150 << 20)
        for k in range(0, len(x), 4096): x[k] = 1
        time.sleep(1)
        os._exit(0)
for i in range(4): os.wait()
print("done")
"""


def test_many_processes_cannot_take_too_much_memory_together(inside: Inside) -> None:
    ran = inside(FORKS, seconds=30, **SHORT)
    assert ran.ending.reason == "memory" or ran.text == "done"
    assert ran.ending.reason == "memory"
    assert inside(FORKS, "memory", **SHORT).text == "done"


BOMB = """
import os, time
n = 0
try:
    for n in range(40):
        if os.fork() == 0:
            time.sleep(20); os._exit(0)
except OSError as e:
    print("refused", n < 20)
else:
    print("all")
"""


def test_fork_bomb_ends_early(inside: Inside) -> None:
    assert inside(BOMB, **SHORT).text == "refused True"
    assert inside(BOMB, "processes", **SHORT).text == "all"


def test_disk_is_small(inside: Inside) -> None:
    code = "open('x', 'wb').write(bytes(20 << 20)); print(1)"
    assert "Errno" in inside(code, **SHORT).error or inside(code, **SHORT).error == "gone"
    assert inside(code, "disk", **SHORT).text == "1"


def test_supervisor_keeps_the_time(inside: Inside) -> None:
    code = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    assert inside(code, seconds=30, notebook_seconds=1).ending.reason == "late"
    assert inside("import time; time.sleep(1.5)\nprint(1)", "deadlines", notebook_seconds=1).text == "1"


def test_environment_is_ours(warm: Warm, inside: Inside) -> None:
    code = "import os, sys; print('MARKER_OF_THE_TESTS' in os.environ, len(sys.argv))"
    assert inside(code).text == "False 3"
    assert b"MARKER_OF_THE_TESTS" not in Path(f"/proc/{warm.process.pid}/environ").read_bytes()
    other = Warm("numpy", clean_environment=False).wait()
    try:
        assert b"MARKER_OF_THE_TESTS" in Path(f"/proc/{other.process.pid}/environ").read_bytes()
    finally:
        other.close()


def test_the_child_ends_when_its_supervisor_is_killed(warm: Warm) -> None:
    child = spawn(warm)
    (supervisor,) = supervisors(warm)
    space = space_of(supervisor)
    assert len(living(space)) == 2
    os.kill(supervisor, signal.SIGKILL)
    assert wait_for(lambda: not living(space))
    assert child.end().reason == "lost"


def test_the_child_ends_when_we_let_go(warm: Warm) -> None:
    for off in ((), ("dies_with_us",)):
        child = spawn(warm, off)
        space = space_of(supervisors(warm)[0])
        child.life.close()
        gone = wait_for(lambda space=space: not living(space), 1 if off else 10)  # type: ignore[misc]
        assert gone == (not off)
        child.control.close()
        kill_all(space)
        assert wait_for(lambda: not supervisors(warm))


def groups() -> list[Path]:
    name = f"gtt-{os.getpid()}-{start_time(os.getpid())}*"
    return [p for folder in (ROOT, ROOT / "memory", ROOT / "pids") for p in folder.glob(name)]


def test_nothing_is_left_in_control_groups(inside: Inside) -> None:
    sweep(owner())
    inside("1")
    assert groups() == []


def test_outputs_are_capped_inside(inside: Inside) -> None:
    code = "print('x' * (200 << 20))\nfor i in range(10**5): print(i)"
    assert len(inside(code, text=1000).text) <= 1000
    assert len(inside("print('x' * 5000)", "output_caps", text=1000).text) == 5000
