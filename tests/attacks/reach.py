"""Lines 7, 8, 15 and 26: what a student's code can reach, read, write, import and see."""

from course.grader.sandbox.plan import libraries
from tests.attacks.model import Attack, Make, attaches, both, tries

FILES, OPEN = ("private_files",), ("no_network",)

GRADEBOOK = """
try:
    import sqlite3
    base = sqlite3.connect("{room}/gradebook.db", timeout=5)
    base.execute("UPDATE grade SET auto_score = 0, manual_score = 0, extra_credit = 0")
    base.commit()
except ImportError:  # its files may lie where this user cannot read; then the graded notebook
    open("{room}/autograded/ada/ps2/bptt.ipynb", "r+").write("{ }")
WON = True
"""
READ_GRADEBOOK = """
WON = open("{room}/gradebook.db", "rb").read(6) == b"SQLite"
"""
STOLEN = """
for path in glob.glob("{room}/submitted/ada/*/*.ipynb"):
    for cell in json.load(open(path))["cells"]:
        source = "".join(cell["source"])
        WON = WON or source.startswith("def recurrence") and "NotImplemented" not in source
"""
SOLUTION = """
WON = "@bank.reference" in open("{solutions}/ps2/recurrence.py").read()
"""
NOTEBOOK = """
places = ["*.ipynb", "{room}/source/*/*.ipynb", "{room}/autograded/*/*/*.ipynb"]
WON = any("check(" + "recurrence" in open(p).read() for place in places for p in glob.glob(place))
"""
HOME = """
WON = open("{home}/.ssh/id_ed25519").read().startswith("PRIVATE")
"""
WRITE_HOME = """
open("{home}/.bashrc", "a").write("# a line by a student")
WON = True
"""
FEEDBACK = """
open("{room}/feedback/ada/ps2/forged.html", "w").write("forged")
WON = True
"""
SUBMITTED = """
for path in glob.glob("{room}/submitted/zoe/ps2/*.ipynb"):
    open(path, "w").write("{}")
    WON = True
"""
ENVIRONMENT = """
WON = "INSTRUCTOR_TOKEN" in os.environ
"""
FIRST_ENVIRONMENT = """
environ = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
i = 0
while environ and environ[i]:
    WON = WON or environ[i].startswith(b"INSTRUCTOR_TOKEN")
    i += 1
"""
PROC = """
for path in glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/*/environ"):
    try:
        words = open(path, "rb").read()
        WON = WON or b"autograde" in words or b"{room}" in words
    except OSError:
        pass
"""
FORGET = """
kept = dict(sys.modules)
for name in [n for n in sys.modules if n.partition(".")[0] == "NAME"]:
    del sys.modules[name]
sys.path.insert(0, os.getcwd())
import NAME
WON = getattr(NAME, "FORGED", False) is True
sys.modules.update(kept)
"""
FORGED = "FORGED = True\ndef check(f, **more):\n    return 5.0\n"


def shadow(name: str, file: str) -> Make:
    """Hand in a module of that name and import it."""
    text = FORGET.replace("NAME", name)
    return both(attaches(file, FORGED), tries(text))


FIRST = ".ipython/profile_default/startup/00-first.py"
STARTUP = """
for place in (".", os.path.expanduser("~"), os.getcwd()):
    WON = WON or os.path.exists(place + "/.ipython/profile_default/startup/00-first.py")
"""


def connects(family: str, kind: str, address: str) -> Make:
    """Reach something that the tests listen to, or at least make such a socket."""
    return tries(
        f"s = socket.socket(socket.{family}, socket.{kind})\ns.settimeout(2)\n"
        f"s.connect({address})\ns.send(b'x')\nWON = True"
    )


def makes(family: str, kind: str = "SOCK_RAW") -> Make:
    """Make a socket of a family."""
    return tries(f"socket.socket({family}, socket.{kind}).close()\nWON = True")


HELD = """
import stat
held = []
for number in range(3, 256):
    try:
        mode = os.fstat(number).st_mode
    except OSError:
        continue
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        held.append(number)
    if stat.S_ISSOCK(mode):
        own = socket.socket(fileno=os.dup(number))
        if own.family != socket.AF_UNIX:
            held.append(number)
WON = bool(held)
"""

ALLOWED = [*libraries(), "/home/student", "/tmp", "/dev/shm", "/lib", "/lib64"]
ALLOWED += [f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom")]
WALK = f"""
allowed = {sorted(ALLOWED)!r}
found = []
for folder, folders, files in os.walk("/", onerror=lambda error: None):
    for name in list(folders) + files:
        path = os.path.join(folder, name)
        inside = any(path == a or path.startswith(a + "/") for a in allowed)
        above = any(a.startswith(path + "/") for a in allowed)
        if not inside and not above:
            found.append(path)
    folders[:] = [f for f in folders if not any((os.path.join(folder, f)) == a for a in allowed)]
    if len(found) > 20:
        break
print("can be seen:", found)
WON = bool(found)
"""
WRITABLE = """
found = []
for folder in sys.path + ["/", "/usr", "/etc", "/dev", os.path.dirname(np.__file__)]:
    try:
        open((folder or ".") + "/written", "w").close()
        found.append(folder)
        os.remove((folder or ".") + "/written")
    except OSError:
        pass
WON = bool([f for f in found if f not in ("", os.getcwd())])
"""
ESCAPE = """
for place in ("/proc/1/root", "/proc/self/root", "/old", "/..", "", "/proc/self/cwd/../.."):
    WON = WON or os.path.exists(place + "/etc/passwd")
"""
PROCESSES = """
def there(pid):
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True
WON = sum(there(pid) for pid in range(1, 40000)) > 3
"""
CAPABLE = """
head = (ctypes.c_uint32 * 2)(0x20080522, 0)
data = (ctypes.c_uint32 * 6)()
libc = ctypes.CDLL(None, use_errno=True)
libc.capget(head, data)
WON = bool(data[0] or data[3]) or os.geteuid() == 0
"""
NAMESPACE = """
WON = ctypes.CDLL(None).unshare(0x10000000) == 0
"""
KEYS = """
libc = ctypes.CDLL(None)
WON = libc.syscall(250, 0, -3, 1) > 0 or libc.syscall(425, 1, ctypes.create_string_buffer(200)) >= 0
"""
TRACE = """
child = os.fork()
if child == 0:
    os._exit(ctypes.CDLL(None).ptrace(0, 0, 0, 0) & 1)
WON = os.waitpid(child, 0)[1] == 0
"""


def a(line: int, name: str, defence: tuple[str, ...], text: str, **more: str) -> Attack:
    """An attempt when the answer's cell runs."""
    return Attack(line, name, defence, tries(text), **more)


ATTACKS = [
    a(7, "gradebook_written", FILES, GRADEBOOK, goal="files"),
    a(7, "gradebook_read", FILES, READ_GRADEBOOK),
    a(7, "other_submission", FILES, STOLEN),
    a(7, "solution", FILES, SOLUTION),
    a(7, "home_read", FILES, HOME),
    a(7, "home_written", FILES, WRITE_HOME, goal="files"),
    a(7, "feedback_of_another", FILES, FEEDBACK, goal="files"),
    a(7, "submission_of_another", FILES, SUBMITTED, goal="files"),
    a(7, "environment", ("clean_environment",), ENVIRONMENT),
    a(7, "first_environment", ("clean_environment",), FIRST_ENVIRONMENT),
    a(7, "process_files", FILES, PROC),
    a(6, "notebook_of_tests", FILES, NOTEBOOK),
    a(26, "walk", FILES, WALK),
    a(26, "escape", FILES, ESCAPE),
    a(26, "processes", ("own_processes",), PROCESSES),
    a(26, "capabilities", ("unprivileged",), CAPABLE),
    a(26, "namespace", ("system_calls",), NAMESPACE),
    a(26, "keys_and_rings", ("system_calls",), KEYS),
    a(26, "trace", ("system_calls",), TRACE),
    Attack(8, "course_module", ("attachments",), shadow("course", "course.py")),
    Attack(8, "numpy_package", ("attachments",), shadow("numpy", "numpy/__init__.py")),
    Attack(8, "json_module", ("attachments",), shadow("json", "json.py")),
    Attack(8, "startup_file", ("attachments",), both(attaches(FIRST, "1"), tries(STARTUP))),
    Attack(15, "tcp", OPEN, connects("AF_INET", "SOCK_STREAM", "('127.0.0.1', {tcp})")),
    Attack(15, "tcp6", OPEN, connects("AF_INET6", "SOCK_STREAM", "('::1', {tcp6})")),
    Attack(15, "udp", OPEN, connects("AF_INET", "SOCK_DGRAM", "('127.0.0.1', {udp})")),
    Attack(15, "abstract", OPEN, connects("AF_UNIX", "SOCK_STREAM", "'\\0gtt-attack-{tcp}'")),
    Attack(15, "local_path", FILES, connects("AF_UNIX", "SOCK_STREAM", "'{socket}'")),
    Attack(15, "netlink", OPEN, makes("socket.AF_NETLINK")),
    Attack(15, "vsock", OPEN, makes("getattr(socket, 'AF_VSOCK', 40)", "SOCK_STREAM")),
]  # fmt: skip
