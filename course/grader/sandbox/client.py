"""The grading process's hold on the sandboxes: start a warm process, ask it for children, end them."""

import contextlib
import json
import math
import os
import socket
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import Protocol, Self

from course.grader.sandbox.cgroups import owner_name
from course.grader.sandbox.plan import Plan, cache_folder, environment, python
from course.grader.sandbox.watching import command
from course.grader.sandbox.wire import Gone, Late, Message, pair, receive, send

WARM_SECONDS, START_SECONDS, END_SECONDS = 300.0, 60.0, 20.0


class Refused(Exception):
    """Students' code cannot be run as it should be: says why, and what to do."""


class NoSandbox(Refused):
    """No sandbox can be made here. `tried`: what was, and how each failed."""

    def __init__(self, said: str, tried: str) -> None:
        super().__init__(said)
        self.tried = tried


@dataclass(frozen=True)
class Ending:
    """How a child ended. `reason`: ended, closed (by us), late, memory, or lost (its supervisor is gone)."""

    reason: str
    status: int | None = None
    error: str = ""


class Child:
    """One confined process. Its end is certain: it cannot outlive the connection `life`."""

    def __init__(self, control: socket.socket, life: socket.socket) -> None:
        self.control, self.life = control, life
        self.ending: Ending | None = None
        self.lock = threading.Lock()

    def ask(self, message: Message, seconds: float, most: int = 64 << 20) -> Message:
        """Send a message and wait for the answer; raises `Gone` or `Late`."""
        send(self.control, message, seconds)
        return receive(self.control, seconds, most)

    def judge(self, question: Message, kernel: "Child", seconds: float) -> Message:
        """Ask this child, a judge, for a verdict; what it wants to see of the kernel is looked up."""
        end = time.monotonic() + seconds
        answer = self.ask(question, seconds)
        while "watch" in answer:
            answer = self.ask(command(kernel.life, answer["watch"]), end - time.monotonic())
        return answer

    def wait_ready(self) -> None:
        """Wait until it runs."""
        receive(self.control, START_SECONDS)

    def begin_end(self) -> None:
        """Tell its supervisor to end it, without waiting; whoever waits for an answer gets `Gone`."""
        for channel, how in ((self.control, socket.SHUT_RDWR), (self.life, socket.SHUT_WR)):
            with contextlib.suppress(OSError):  # told before, or there is none left to tell
                channel.shutdown(how)

    def end(self) -> Ending:
        """End it, and say how it ended if it had done so before."""
        with self.lock:
            if self.ending is None:
                self.begin_end()
                try:
                    told = receive(self.life, END_SECONDS)
                    self.ending = Ending(told["reason"], told["status"], told["error"])
                except (Gone, Late, OSError):
                    self.ending = Ending("lost")
                self.control.close()
                self.life.close()
            return self.ending


class Maker(Protocol):
    """Something that makes children."""

    kind: str

    def spawn(self, plan: Plan, link: socket.socket) -> Child:
        """Make a child; `link` is its end of the judge's link."""

    def close(self) -> None:
        """Make no more."""


class Warm:
    """A warm process of one flavour, which forks children."""

    kind = "warm"

    def __init__(self, flavour: str, *, clean_environment: bool = True) -> None:
        self.flavour = flavour
        self.requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        words = [*python(), "-m", "course.grader.sandbox.zygote", str(theirs.fileno()), flavour]
        variables = environment(cache_folder())
        self.process = subprocess.Popen(
            words,
            pass_fds=(theirs.fileno(),),
            env=variables if clean_environment else dict(os.environ) | variables,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        theirs.close()
        self.ready = False

    def wait(self) -> Self:
        """Wait until everything is imported; raises `Refused` with the reason if that fails."""
        if not self.ready:
            self.requests.settimeout(WARM_SECONDS)
            with contextlib.suppress(OSError):
                self.ready = self.requests.recv(16) == b"ready"
            if not self.ready:
                self.process.kill()
                said = self.process.communicate()[1].decode("utf-8", "replace").strip().splitlines()[-3:]
                raise Refused(f"the warm process did not start: {' '.join(said)}")
        return self

    def spawn(self, plan: Plan, link: socket.socket) -> Child:
        """Fork a child; raises `Gone` if the warm process is no more."""
        self.wait()
        control, theirs = pair()
        life, their_life = pair()
        with theirs, their_life:
            descriptors = [theirs.fileno(), link.fileno(), their_life.fileno()]
            try:
                socket.send_fds(self.requests, [json.dumps(plan.as_dict()).encode()], descriptors)
            except OSError:
                raise Gone("the warm process ended") from None
        return Child(control, life)

    def close(self) -> None:
        """End the warm process; children that are left have owners of their own."""
        self.requests.close()
        self.process.kill()
        self.process.communicate()


class Cold:
    """Children that start a Python of their own: in bubblewrap, or (trusting the students) in nothing."""

    def __init__(self, flavour: str, kind: str) -> None:
        self.flavour, self.kind = flavour, kind

    def spawn(self, plan: Plan, link: socket.socket) -> Child:
        """Start a child."""
        control, theirs = pair()
        life, their_life = pair()
        descriptors = [theirs.fileno(), link.fileno(), their_life.fileno()]
        words = [*python(), "-m", "course.grader.sandbox.cold", self.kind, *map(str, descriptors)]
        with theirs, their_life:
            subprocess.Popen(
                [*words, json.dumps(plan.as_dict())],
                pass_fds=descriptors,
                env=environment(cache_folder()),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        return Child(control, life)

    def close(self) -> None:
        """Nothing is kept."""


def owner() -> str:
    """The name of this grading process, for its children's control groups."""
    return owner_name(os.getpid())


def seconds(limit: float, on: bool) -> float:
    """A deadline, or none where deadlines are off."""
    return limit if on else math.inf
