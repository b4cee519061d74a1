"""Inside the sandbox: what cells print and display, kept in order and within limits."""

import base64
import io
from typing import Any

from IPython.core.displaypub import DisplayPublisher

from course.grader.sandbox.defences import Limits

KINDS = ("text/plain", "image/png", "text/html", "image/svg+xml")


class Captured:
    """The outputs of one cell, as a notebook's format has them."""

    def __init__(self) -> None:
        self.outputs: list[dict[str, Any]] = []
        self.limits: Limits | None = None
        self.left = self.images = 0

    def limit(self, limits: Limits | None) -> None:
        """Keep at most so much of one cell; None: everything."""
        self.limits = limits
        self.clear()

    def clear(self) -> None:
        """Forget the outputs: the next cell begins."""
        self.outputs = []
        self.left, self.images = (self.limits.text, self.limits.images) if self.limits else (1 << 40, 1 << 40)

    def text(self, name: str, text: str) -> None:
        """Something was printed."""
        text = text[: self.left]
        self.left -= len(text)
        if self.outputs and self.outputs[-1].get("name") == name:
            self.outputs[-1]["parts"].append(text)
        elif text:
            self.outputs.append({"output_type": "stream", "name": name, "parts": [text]})

    def display(self, data: dict[str, Any], kind: str) -> None:
        """Something was displayed, or was the result of a cell."""
        kept = {}
        for form in KINDS:
            value = data.get(form)
            if isinstance(value, bytes):
                value = base64.b64encode(value).decode()
            if isinstance(value, str):
                kept[form] = value if form == "image/png" else value[: self.left]
        if "image/png" in kept:
            self.images -= 1
            if self.images < 0:
                return
        self.left -= len(kept.get("text/plain", ""))
        self.outputs.append({"output_type": kind, "data": kept})


class Stream(io.TextIOBase):
    """Standard output or error of the cells."""

    def __init__(self, captured: Captured, name: str) -> None:
        self.captured, self.name = captured, name

    def writable(self) -> bool:
        """It is there to be written."""
        return True

    def write(self, text: str) -> int:
        """Keep the text."""
        self.captured.text(self.name, str(text))
        return len(text)


class Publisher(DisplayPublisher):
    """Where `display` and figures arrive."""

    captured: Captured

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def publish(self, data: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        """Keep what is displayed."""
        self.captured.display(data, "display_data")


class Hook:
    """Where the value of a cell's last line arrives."""

    def __init__(self, shell: Any, captured: Captured) -> None:
        self.shell, self.captured, self.quiet = shell, captured, False

    def __call__(self, value: object = None) -> None:
        """Keep the value as displayed, and as `_`."""
        if value is not None:
            data, _ = self.shell.display_formatter.format(value)
            self.shell.user_ns["_"] = value
            if not self.quiet:
                self.captured.display(data, "execute_result")
