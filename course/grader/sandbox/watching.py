"""How much a child and its children grow during one call, seen from outside: they cannot lie about it.

The judge asks the driver to watch, the driver asks the kernel's supervisor, and the supervisor samples what
the kernel says of each process (resident pages), so that no number comes from a student's process. What it
cannot see is memory that was taken before the call and is used again in it.
"""

import contextlib
import resource
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course.grader.sandbox.wire import Gone, Late, Message, receive, send

START, STOP = b"+", b"-"
EVERY = 0.02  # seconds between two samples
ANSWER_SECONDS = 10.0


def resident(first: int) -> int:
    """Bytes of memory that a process and its descendants have, shared pages counted for each of them."""
    parents, pages = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            process = int(path.parent.name)
            parents[process], pages[process] = int(fields[1]), int(fields[21])
    total, todo = 0, [first]
    while todo:
        one = todo.pop()
        total += pages.pop(one, 0)
        todo += [child for child, parent in parents.items() if parent == one and child in pages]
    return total * resource.getpagesize()


class Watch:
    """The supervisor's part: samples while it is on, and tells by how much its child grew at most."""

    def __init__(self, child: int, life: socket.socket) -> None:
        self.child, self.life, self.on = child, life, False
        self.before = self.most = 0

    def obey(self) -> bool:
        """Read one command from the owner; False if the owner is gone."""
        try:
            command = self.life.recv(1)
        except OSError:
            return False
        if command == START:
            self.on, self.before = True, resident(self.child)
            self.most = self.before
        elif command == STOP:
            self.sample()
            self.on = False
            with contextlib.suppress(Gone, Late):
                send(self.life, {"grown": self.most - self.before}, 1.0)
        return bool(command)

    def sample(self) -> None:
        """Look once."""
        self.most = max(self.most, resident(self.child))


def command(life: socket.socket, word: str) -> Message:
    """The driver's part: pass on what a judge asks for, "start" or "stop", to a child's supervisor."""
    try:
        life.sendall(START if word == "start" else STOP)
        return {} if word == "start" else receive(life, ANSWER_SECONDS)
    except (Gone, Late, OSError):
        return {}  # the child is gone, or nobody watches: nothing was seen


@dataclass
class Grown:
    """By how many bytes the other side grew; None if nobody saw."""

    bytes: int | None = None


@contextlib.contextmanager
def watched(control: socket.socket) -> Iterator[Grown]:
    """The judge's part: inside, the student's processes are watched; at its end the answer is known."""
    grown = Grown()
    send(control, {"watch": "start"})
    receive(control)
    yield grown
    send(control, {"watch": "stop"})
    found = receive(control).get("grown")
    grown.bytes = found if type(found) is int else None
