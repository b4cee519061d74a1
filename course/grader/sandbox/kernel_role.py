"""Inside the sandbox: run a notebook's cells, and lend the judge the functions that they define.

This is IPython's own shell without the Jupyter kernel around it: no sockets but the two that were given,
no threads, no connection file. What it says about outputs is believed by nobody.
"""

import base64
import random
import socket
import sys
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from course.calls import Callee
from course.exercise import load
from course.frames import decode, read_frame
from course.grader.sandbox.capture import Captured, Hook, Publisher, Stream
from course.grader.sandbox.plan import Plan
from course.grader.sandbox.wire import Gone, receive, receive_bytes, send


class Shell(InteractiveShell):
    """IPython's shell, with its errors and displays kept for us."""

    captured: Captured

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window system; `%matplotlib inline` asks for none."""

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        """The error is told as type and line, by `error_of`."""

    showsyntaxerror = showindentationerror = showtraceback


_shell: list[Shell] = []


def make_shell() -> None:
    """Make the shell in the warm process, so that a fork finds it ready."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell: Any = Shell.instance(config=config)
    shell.display_pub = Publisher()
    shell.captured = shell.display_pub.captured = Captured()
    shell.display_trap.hook = Hook(shell, shell.captured)
    shell.enable_matplotlib("inline")
    shell.run_cell("import matplotlib.pyplot as p; p.plot([1]); p.show(); f'{p.pi}'", store_history=False)
    shell.captured.clear()
    shell.reset(new_session=False)
    _shell[:] = [shell]


def serve(control: socket.socket, link: socket.socket, plan: Plan) -> None:
    """Do what the driver asks, until it closes the connection."""
    if not _shell:
        make_shell()
    shell = _shell[0]
    shell.captured.limit(plan.limits if plan.defences.output_caps else None)
    sys.stdout, sys.stderr = Stream(shell.captured, "stdout"), Stream(shell.captured, "stderr")
    _reseed()
    send(control, {"ready": True})
    while True:
        try:
            message = receive(control)
        except Gone:
            return
        if "files" in message:
            _put(message["files"])
            send(control, {})
        elif "window" in message:
            _window(shell, message["window"], control, link)
        else:
            send(control, _run(shell, message["source"], message["number"]))


def _reseed() -> None:
    """Forks of one process would draw the same numbers."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "torch" in sys.modules:
        sys.modules["torch"].seed()


def _put(files: dict[str, str]) -> None:
    for name, content in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(base64.b64decode(content))


def _run(shell: Any, source: str, number: int) -> dict[str, Any]:
    """Run one cell: its outputs, and its error as type and line."""
    shell.captured.clear()
    shell.execution_count = number
    shell.display_trap.hook.quiet = source.rstrip().endswith(";")
    result = shell.run_cell(source, store_history=False)
    error = result.error_before_exec or result.error_in_exec
    return {"outputs": shell.captured.outputs, "error": _error_of(error) if error is not None else None}


def _error_of(error: BaseException) -> dict[str, Any]:
    """The name of its nearest builtin class, its text, and the first line of a cell that it came through."""
    name = next((c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins"), "Exception")
    line, trace = getattr(error, "lineno", None), error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith("<ipython-input"):
            line = trace.tb_lineno
            break
        trace = trace.tb_next
    return {"name": name, "line": line, "text": str(error)[:2000]}


def _window(shell: Shell, name: str, control: socket.socket, link: socket.socket) -> None:
    """Answer the judge's calls of one function, until the judge says that it is done."""
    function = shell.user_ns.get(name)
    if not callable(function):
        send(control, {"missing": True})
        return
    send(control, {"missing": False})
    link.settimeout(None)
    callee = Callee(function, load(name).entry)
    while True:
        question = decode(read_frame(lambda n: receive_bytes(link, n, float("inf"))))
        if question[0] == "end":
            break
        link.sendall(callee.answer(*question))
    shell.captured.clear()
    send(control, {})
