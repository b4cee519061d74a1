"""Lines 10 to 14: exits, endless loops, bombs, floods, and processes that stay. All are bounded."""

from tests.attacks.model import HEAD, PROCESS, Attack, Make, adds, answer, both, says, tries

TIME, ONE = ("deadlines",), ("own_processes",)
LOST: dict[str, float | None] = {"recurrence": 0.0, "rnn_bptt": None, "double": None}
FUNCTION = "\ndef recurrence(b, C):\n"
SECONDS = 14  # an endless loop ends by itself after so long, where a defence is off


def called(body: str) -> str:
    """A function that does something instead of answering."""
    return f"{HEAD}{FUNCTION}    {body}\n    return _zeros(b, C)\n"


SWALLOWS = """
def recurrence(b, C):
    while time.time() < END:
        try:
            while time.time() < END:
                pass
        except BaseException:
            pass
    return _right(b, C)
"""
LOOP = "while time.time() < END: pass\n    return _right(b, C)"
IN_C = """
def recurrence(b, C):
    import re
    if not SEEN:
        SEEN.append(re.match("(a+)+$", "a" * 28 + "b"))  # ten seconds and more without Python
    return _right(b, C)
"""
IGNORES = """
for number in range(1, 32):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
def recurrence(b, C):
    time.sleep(max(0, END - time.time()))
    return _right(b, C)
"""
AT_EXIT = """
import atexit
atexit.register(lambda: (print("5.0"), time.sleep(30)))
signal.signal(signal.SIGTERM, lambda *_: None)
class Last:
    def __del__(self):
        print("5.0")
        time.sleep(30)
kept = Last()
"""
KILLER = """
for pid in {os.getppid(), os.getpgrp(), *range(2, 60)} - {os.getpid(), 0, 1}:
    try:
        os.kill(pid, 0)
        WON = True
    except OSError:
        pass
"""

MEMORY = """
kept = []
for _ in range(MEGABYTES // 50):
    kept.append(np.ones(50 << 17))
WON = True
del kept
"""
MEMORY_IN_CHILDREN = """
children = []
go, done = os.pipe(), os.pipe()
for _ in range(8):
    child = os.fork()
    if child == 0:
        kept = np.ones((MEGABYTES // 8) << 17)
        os.write(done[1], b"1")
        os.read(go[0], 1)
        os._exit(0)
    children.append(child)
time.sleep(3)
os.set_blocking(done[0], False)
count = len(os.read(done[0], 100))
alive = [c for c in children if os.waitpid(c, os.WNOHANG) == (0, 0)]
WON = count == 8 and len(alive) == 8
for child in alive:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""
MEMORY_IN_FILES = """
kept = []
block = b"x" * (10 << 20)
for number in range(MEGABYTES // 50):
    file = os.memfd_create(str(number))
    for _ in range(5):
        os.write(file, block)
    kept.append(file)
WON = sum(os.fstat(f).st_size for f in kept) >= MEGABYTES // 50 * (50 << 20)
"""
MEMORY_IN_SEGMENTS = """
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
libc.shmget.argtypes = (ctypes.c_int, ctypes.c_size_t, ctypes.c_int)
libc.shmdt.argtypes = (ctypes.c_void_p,)
segments = [libc.shmget(0, 50 << 20, 0o600) for _ in range(MEGABYTES // 50)]
for segment in segments:
    place = libc.shmat(segment, None, 0)
    if segment < 0 or place in (None, (1 << 64) - 1):
        raise MemoryError
    ctypes.memset(place, 1, 50 << 20)
    libc.shmdt(place)
WON = True
for segment in segments:
    libc.shmctl(segment, 0, None)
"""
FORKS = """
children = []
try:
    for _ in range(200):
        child = os.fork()
        if child == 0:
            time.sleep(20)
            os._exit(0)
        children.append(child)
    WON = True
finally:
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
"""
THREADS = """
import threading
threading.stack_size(1 << 16)
stop = threading.Event()
threads = []
try:
    for _ in range(300):
        thread = threading.Thread(target=stop.wait, daemon=True)
        thread.start()
        threads.append(thread)
    WON = True
finally:
    stop.set()
"""
DISK = """
places = [".", "/tmp", "/dev/shm"]
total = 0
for place in places:
    for number in range(3):
        name = f"{place}/filled-{number}"
        try:
            with open(name, "wb") as file:
                for _ in range(6):
                    total += file.write(b"x" * (10 << 20))
        except OSError:
            pass
for place in places:
    for name in glob.glob(place + "/filled-*"):
        os.remove(name)
WON = total > 200 << 20
"""
DESCRIPTORS = """
kept = []
try:
    for _ in range(900):
        kept.append(os.open("/dev/null", os.O_RDONLY))
    WON = True
finally:
    for number in kept:
        os.close(number)
"""

STAYS = f"""
def stay():
    ctypes.CDLL(None).prctl(15, {PROCESS!r})
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    end = time.time() + {SECONDS}
    while time.time() < end:
        time.sleep(0.5)
    os._exit(0)
"""
DAEMON = STAYS + "\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: stay()\n    os._exit(0)\n"
AT_LAST = "\ndef recurrence(b, C):\n    if os.fork() == 0:\n        stay()\n    return _zeros(b, C)\n"
THREAD = f"""
import threading
def last():
    time.sleep(0.3)
    while not SEEN: time.sleep(0.05)
    ctypes.CDLL(None).prctl(15, {PROCESS!r})
    print("5.0")
    end = time.time() + {SECONDS}
    while time.time() < end: pass
threading.Thread(target=last, daemon=False).start()
"""

CAPS = ("output_caps",)
HONEST: dict[str, float | None] = {}


def floods(name: str, source: str, unsafe: str = "") -> Attack:
    """More output than anybody reads, and an honest answer."""
    return Attack(13, name, CAPS, adds("code", source, after="imports"), HONEST, goal="size", unsafe=unsafe)


LONG = "raise ValueError('x' * (10 << 20))"
FIGURES = """
import os
from IPython.display import Image, display
for number in range(2000):
    display(Image(data=b"\\x89PNG\\r\\n\\x1a\\n" + os.urandom(4000), format="png"))
"""


def bomb(name: str, defence: str | tuple[str, ...], source: str, megabytes: int = 800) -> Attack:
    """More than the limit; bounded, for the switched-off case."""
    text = source.replace("MEGABYTES", str(megabytes))
    defences = (defence,) if isinstance(defence, str) else defence
    return Attack(12, name, defences, tries(text), LOST, unsafe="a resource bomb")


UNCOUNTED = ("memory", "system_calls")  # refused as a call; where it were not, counted by the kernel


def ends(name: str, make: Make) -> Attack:
    """The end of its own process: a zero, never an ungraded student."""
    return Attack(10, name, (), make, LOST, goal="stop", why="whoever ends is graded: no switch for that")


ATTACKS = [
    ends("exit_in_call", says(called("os._exit(0)"))),
    ends("system_exit", says(called("sys.exit(0)"))),
    ends("exit_in_cell", both(says(answer()), adds("code", "import os; os._exit(0)", "imports"))),
    ends("kills_itself", says(called("os.kill(os.getpid(), signal.SIGKILL)"))),
    ends("interrupts_itself", says(called("raise KeyboardInterrupt"))),
    ends("segfault", says(called("ctypes.string_at(0)"))),
    Attack(10, "kills_others", (*ONE, "unprivileged"), tries(KILLER)),
    Attack(10, "at_exit", (), says(answer(AT_EXIT)), goal="stop", why="the process is killed, not asked"),
    Attack(11, "loop", TIME, says(called(LOOP))),
    Attack(11, "swallows", TIME, says(HEAD + SWALLOWS)),
    Attack(11, "in_c", TIME, says(HEAD + IN_C)),
    Attack(11, "ignores_signals", TIME, says(HEAD + IGNORES)),
    Attack(11, "loop_in_cell", TIME, says(answer(f"time.sleep({SECONDS})\nWON = True")), LOST),
    bomb("memory", "memory", MEMORY),
    bomb("memory_in_children", "memory", MEMORY_IN_CHILDREN),
    bomb("memory_in_files", UNCOUNTED, MEMORY_IN_FILES),
    bomb("memory_in_segments", UNCOUNTED, MEMORY_IN_SEGMENTS),
    bomb("forks", "processes", FORKS),
    bomb("threads", "processes", THREADS),
    bomb("descriptors", "processes", DESCRIPTORS),
    bomb("disk", "disk", DISK),
    floods("one_print", "print('x' * (200 << 20))", unsafe="200 MB in a notebook"),
    floods("many_prints", "for _ in range(900): print('x' * 10_000)"),
    floods("errors", "import sys\nfor _ in range(900): print('x' * 10_000, file=sys.stderr)"),
    floods("figures", FIGURES),
    Attack(13, "long_exception", (), adds("code", LONG, "imports"), {}, "size", why="fixed caps"),
    Attack(14, "daemon", ONE, says(HEAD + DAEMON + "recurrence = _zeros\n"), goal="left"),
    Attack(14, "child_of_a_call", ONE, says(HEAD + STAYS + AT_LAST), goal="left"),
    Attack(14, "thread", (), says(answer(THREAD)), goal="left", why="threads end with their process"),
]  # fmt: skip
