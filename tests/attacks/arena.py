"""A class in which attackers sit between two honest neighbours, graded once by nbgrader's own commands."""

import contextlib
import ctypes
import hashlib
import os
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat

from course.grader.classroom import Classroom, nbgrader
from course.grader.demo import hand_in
from course.grader.grade import Marks, read_marks
from tests.attacks.model import FULL, LEAK, PROCESS, Attack, Submission, says
from tests.conftest import SOLUTIONS
from tests.sandbox import ordinary

FIRST, LAST = "ada", "zoe"  # graded before the attackers, and after them
DOUBLE = "def double(x):\n    return 2 * x\n"
LIMITS = {
    "cell_seconds": 8, "call_seconds": 6, "judge_seconds": 30, "notebook_seconds": 40, "memory_mb": 384,
    "processes": 64, "disk_mb": 64, "link_bytes": 8 << 20,
}  # fmt: skip
TOKEN = {"INSTRUCTOR_TOKEN": "what only the instructor's processes should know"}
ROWS = """SELECT g.* FROM grade g JOIN submitted_notebook n ON g.notebook_id = n.id
    JOIN submitted_assignment a ON n.assignment_id = a.id WHERE a.student_id = ? ORDER BY g.id"""
SLOW = 35  # seconds, for a class of two
SUBREAPER = 36  # prctl: what our children leave behind becomes our child


def template(folder: Path, stock: bool = False) -> Path:
    """A classroom with two judged exercises and a plain test, in which one neighbour is graded already."""
    room = Classroom.make(folder / "room", SOLUTIONS)
    with (room.folder / "course.toml").open("a") as file:
        file.write('exercises = ["recurrence", "rnn_bptt"]\n')
    config = room.folder / "nbgrader_config.py"
    text = config.read_text(encoding="utf-8")
    limits = f"\nc.JudgedAutograde.limits = {LIMITS}\n"
    lines = text.partition("\ntry:")[0] + "\n" + "c.Execute.timeout = 8\n" if stock else text + limits
    config.write_text(lines, encoding="utf-8")
    room = Classroom.open(room.folder)
    (path,) = room.build("ps2")
    _add_plain_test(path)
    nbgrader(room, "generate_assignment", "ps2")
    honest(room, FIRST)
    (folder / "home" / ".ssh").mkdir(parents=True)
    (folder / "home" / ".ssh" / "id_ed25519").write_text("PRIVATE KEY, not a real one")
    (folder / "home" / ".bashrc").write_text("# the instructor's\n")
    nbgrader(room, "autograde", "ps2")
    nbgrader(room, "generate_feedback", "ps2")
    return folder


def _add_plain_test(path: Path) -> None:
    """Another instructor's kind of test: a cell whose last line is the score."""
    book = nbformat.read(path, as_version=4)
    flags = {"grade": False, "solution": True, "locked": False, "task": False, "schema_version": 3}
    for name, source, more in (
        ("double-answer", DOUBLE, {}),
        ("double", "3.0 * (double(2) == 4)", {"grade": True, "solution": False, "locked": True, "points": 3}),
    ):
        data = flags | {"grade_id": name, "cell_type": "code"} | more
        book.cells.append(nbformat.v4.new_code_cell(source, id=name, metadata={"nbgrader": data}))
    nbformat.write(book, path)


def honest(room: Classroom, student: str) -> Submission:
    """Hand in right answers to everything."""
    hand_in(room, "ps2", student, {"recurrence": "reference", "rnn_bptt": "reference"})
    submission = Submission(room.folder / "submitted" / student / "ps2", room.folder)
    says(DOUBLE, "double")(submission)
    return submission


@contextlib.contextmanager
def doors(room: Path) -> Iterator[dict[str, Any]]:
    """Listen where attackers knock, on this machine only."""
    with contextlib.ExitStack() as stack:

        def listen(family: int, kind: int, address: Any) -> Any:
            door = stack.enter_context(socket.socket(family, kind))
            door.bind(address)
            if kind == socket.SOCK_STREAM:
                door.listen(64)
            return door.getsockname()

        tcp = listen(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))[1]
        udp = listen(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))[1]
        tcp6 = tcp
        with contextlib.suppress(OSError):  # a machine without IPv6
            tcp6 = listen(socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0))[1]
        listen(socket.AF_UNIX, socket.SOCK_STREAM, f"\0gtt-attack-{tcp}")
        path = str(room.parent / "door")
        listen(socket.AF_UNIX, socket.SOCK_STREAM, path)
        os.chmod(path, 0o777)
        home = room.parent / "home"
        yield {"tcp": tcp, "tcp6": tcp6, "udp": udp, "socket": path, "home": home, "solutions": SOLUTIONS}


class Arena:
    """One graded class. A context manager: its folder and the processes it left are removed at the end.

    Args:
        prepared: the folder that `template` filled.
        attacks: who sits in the class.
        off: switches of `Defences` to switch off.
        stock: whether the template's grading is stock nbgrader's.
        uid: the ordinary user who grades (default: whoever runs this).
        limits: those of `Limits` that differ from the usual ones.
        pages: whether to make the feedback pages.
        seconds: when to give the whole class up.
    """

    def __init__(
        self, prepared: Path, attacks: Sequence[Attack], *, off: Sequence[str] = (), stock: bool = False,
        uid: int | None = None, seconds: float = 900, pages: bool = True,
        limits: Mapping[str, float] = LIMITS,
    ) -> None:  # fmt: skip
        self.attacks, self.stock, self.uid, self.seconds, self.pages = attacks, stock, uid, seconds, pages
        self.folder = Path(tempfile.mkdtemp(prefix="gtt-arena-"))
        shutil.copytree(prepared, self.folder, dirs_exist_ok=True, symlinks=True)
        self.room = Classroom.open(self.folder / "room")
        with (self.room.folder / "nbgrader_config.py").open("a") as file:
            if not stock:
                file.write(f"c.JudgedAutograde.off = {sorted(off)}\n")
                file.write(f"c.JudgedAutograde.limits = {dict(limits)}\n")
        self.code: int | None = None
        self.said = ""
        self.left: list[str] = []

    def __enter__(self) -> "Arena":
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
        mine = children()
        with doors(self.room.folder) as open_doors:
            for attack in self.attacks:
                for student in {attack.student, attack.student.removesuffix("_2") + "_1" * attack.twin}:
                    submission = honest(self.room, student)
                    attack.make(Submission(submission.folder, self.room.folder, open_doors))
            honest(self.room, LAST)
            self._open_to_all()
            self.before, self.rows = self._protected(), self._rows()
            started = time.monotonic()
            self.code = self.grade()
            self.took = time.monotonic() - started
        self.left = left_by(mine)
        self.after = self._protected()
        self.same_rows = self._rows() == self.rows
        started = time.monotonic()
        pages = self._run("generate_feedback", "ps2") if self.pages else 0
        self.took += time.monotonic() - started
        self.code = self.code or pages if self.code is not None else None
        self.marks: Marks = read_marks(self.room, "ps2")
        return self

    def __exit__(self, *error: object) -> None:
        left_by(set(), end=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        for path in ("/tmp/gtt-accomplice", "/dev/shm/gtt-accomplice"):
            Path(path).unlink(missing_ok=True)
        libc = ctypes.CDLL(None)
        libc.shmctl(libc.shmget(0x6774, 4096, 0o666), 0, None)

    def grade(self) -> int | None:
        """Grade the class."""
        return self._run("autograde", "ps2")

    def _open_to_all(self) -> None:
        """A careless instructor: any user of the machine may read and write here."""
        for folder, folders, files in os.walk(self.folder):
            for name in [".", *folders, *files]:
                path = Path(folder, name)
                if not path.is_symlink():
                    path.chmod(path.stat().st_mode | (0o777 if path.is_dir() else 0o666))
                if self.uid is not None:
                    os.chown(path, self.uid, self.uid, follow_symlinks=False)

    @contextlib.contextmanager
    def begun(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """Start one nbgrader command; keep what it says."""
        command = [sys.executable, "-m", "nbgrader", *words]
        if self.uid is not None:
            command = [sys.executable, ordinary.__file__, str(self.folder / "home"), *command]
        environment = os.environ | TOKEN | {"HOME": str(self.folder / "home")}
        with tempfile.TemporaryFile("w+", errors="replace") as log:
            with subprocess.Popen(
                command, cwd=self.room.folder, env=environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True, text=True,
            ) as process:  # fmt: skip
                yield process
            log.seek(0)
            self.said += log.read()

    def _run(self, *words: str) -> int | None:
        """Run one nbgrader command; None if it did not end by itself."""
        with self.begun(*words) as process:
            try:
                process.wait(self.seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        return None if process.returncode < 0 else process.returncode

    def _protected(self) -> dict[str, str]:
        """What no submission may change, by path."""
        names = {a.student for a in self.attacks}
        found = {}
        for path in sorted(self.folder.rglob("*")):
            parts = path.relative_to(self.folder).parts
            skip = parts[1:2] and parts[1] in (
                "gradebook.db",
                "judged",
                "secret.key",
                ".cache",
                ".nbgrader.log",
            )
            own = parts[1:2] in (("autograded",), ("feedback",)) and (len(parts) < 3 or parts[2] != FIRST)
            kernels = parts[0] == "home" and parts[1:2] not in (
                (),
                (".ssh",),
                (".bashrc",),
            )  # their own traces
            if (
                skip
                or own
                or kernels
                or parts[-1].startswith((".staged", "gradebook.db"))
                or parts[0] == "door"
            ):
                continue
            mode = path.lstat().st_mode
            small = stat.S_ISREG(mode) and path.lstat().st_size < 50 << 20
            text = hashlib.sha256(path.read_bytes()).hexdigest() if small else str(mode)
            found["/".join(parts)] = text
        assert names or not found
        return found

    def _rows(self) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(self.room.folder / "gradebook.db")) as base:
            return list(base.execute(ROWS, (FIRST,)))

    def page(self, student: str) -> str:
        """The feedback pages of a student."""
        pages = (self.room.folder / "feedback" / student / "ps2").glob("*.html")
        return "\n".join(p.read_text(encoding="utf-8", errors="replace") for p in pages)

    def size(self, student: str) -> int:
        """Bytes that are kept of a student's run."""
        folders = [self.room.folder / kind / student for kind in ("autograded", "feedback")]
        return sum(p.lstat().st_size for f in folders for p in f.rglob("*") if p.is_file())

    def score(self, student: str, exercise: str) -> float | None:
        """A mark; None: not graded."""
        mark = self.marks.get(student, {}).get(exercise)
        return None if mark is None else mark.score

    def neighbours(self) -> list[str]:
        """What happened to the neighbours and to the class that should not have."""
        wrong = [] if self.code == 0 else [f"nbgrader ended with {self.code}: {self.said[-1500:]}"]
        for student in (FIRST, LAST):
            for exercise, full in FULL.items():
                if self.score(student, exercise) != full:
                    wrong.append(f"{student} has {self.score(student, exercise)} for {exercise}")
        changed = {p for p in {*self.before, *self.after} if self.before.get(p) != self.after.get(p)}
        wrong += [f"changed: {path}" for path in sorted(changed)]
        wrong += [] if self.same_rows else [f"the gradebook's rows of {FIRST} changed"]
        return wrong + [f"left behind: {name}" for name in self.left]

    def gained(self, attack: Attack) -> list[str]:
        """What an attacker got that its honest part does not earn."""
        student, wrong = attack.student, []
        for exercise, earned in attack.marks().items():
            score = self.score(student, exercise)
            if score is None or (earned is not None and score != earned):
                wrong.append(f"{exercise}: {score} instead of {earned}")
        if attack.goal == "page" and attack.mark in self.page(student):
            wrong.append(f"{attack.mark} stands in the page")
        if attack.goal in ("active", "runs") and Active.found(self.page(student)):
            wrong.append("something active stands in the page")
        if not self.page(student):
            wrong.append("there is no feedback page")
        if self.size(student) > 4 << 20:
            wrong.append(f"{self.size(student) >> 20} MB are kept")
        return wrong

    def lost(self, attack: Attack) -> bool:
        """Whether it was left ungraded."""
        return any(self.score(attack.student, exercise) is None for exercise in FULL)

    def succeeds(self, attack: Attack) -> bool:
        """Whether an attack reached its goal."""
        student, exercise = attack.student, attack.exercise
        if attack.goal == "marks":
            return self.score(student, exercise) == FULL[exercise]
        if attack.goal == "page":
            return attack.mark in self.page(student)
        if attack.goal == "active":
            return Active.found(self.page(student))
        if attack.goal == "runs":
            return Active.found(self.page(student)) and "Content-Security-Policy" not in self.page(student)
        if attack.goal == "size":
            return self.size(student) > 4 << 20
        if attack.goal == "left":
            return PROCESS.decode() in self.left
        if attack.goal == "time":
            return self.took > SLOW
        changes = self.before != self.after or not self.same_rows
        if attack.goal == "files":
            return changes
        earned, got = attack.marks()[exercise], self.score(student, exercise)
        alone = len(self.attacks) == 1 and bool(self.neighbours())
        return alone or self.lost(attack) or (earned is not None and got is not None and got > earned)


class Active(HTMLParser):
    """Looks for a payload in places of a page where a browser would do something with it."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.hit = False

    @classmethod
    def found(cls, page: str) -> bool:
        """Whether there is one."""
        parser = cls()
        parser.feed(page)
        parser.close()
        return parser.hit

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag with the payload in an attribute that acts."""
        acts = ("src", "srcdoc", "href", "xlink:href", "action", "data", "style", "content")
        for name, value in attrs:
            link = tag == "a" and name == "href" and (value or "").startswith(("http://", "https://"))
            self.hit |= LEAK in (value or "") and not link and (name.startswith("on") or name in acts)
        if tag in ("script", "style", "svg", "iframe", "object", "embed", "template", "form"):
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The end of an acting tag."""
        if tag in self.inside:
            self.inside.remove(tag)

    def handle_data(self, data: str) -> None:
        """Text inside one."""
        self.hit = self.hit or (bool(self.inside) and LEAK in data)


def children() -> dict[int, str]:
    """Our children, by process id, with their names."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            name, _, rest = path.read_text().rpartition(")")
            if int(rest.split()[1]) == os.getpid() and rest.split()[0] != "Z":
                found[int(path.parent.name)] = name.partition("(")[2]
    return found


def left_by(known: Any, end: bool = False) -> list[str]:
    """Orphans that a run left to us, after a moment in which they may end; then they are ended."""
    limit = time.monotonic() + (0 if end else 3)
    while (left := {p: n for p, n in children().items() if p not in known}) and time.monotonic() < limit:
        time.sleep(0.05)
    for process in left if not end else {p: n for p, n in left.items() if n == PROCESS.decode()}:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    return sorted(left.values())
