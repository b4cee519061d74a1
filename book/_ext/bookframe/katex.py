"""KaTeX as a function from TeX to HTML.

Node reads from a pipe, so it ends with us, even if we are killed; a server on a socket can be left over.
"""

import functools
import json
import subprocess
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("katex.js")


class Fault(Exception):
    """What KaTeX has to say against a formula."""


class Typesetter:
    """A running KaTeX of the given package."""

    def __init__(self, package: Path) -> None:
        self._node = subprocess.Popen(
            ["node", str(SCRIPT), str(package / "katex.min.js")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __call__(self, tex: str, options: dict[str, Any]) -> str:
        """The formula as HTML; raises Fault if it is not one."""
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.write(json.dumps({"tex": tex, "options": options}) + "\n")
        self._node.stdin.flush()
        line = self._node.stdout.readline()
        if not line:
            raise RuntimeError("KaTeX does not answer: is Node installed, and was `npm ci` run?")
        answer = json.loads(line)
        if "error" in answer:
            raise Fault(answer["error"])
        return str(answer["html"])


@functools.cache
def typesetter(package: Path) -> Typesetter:
    """The one typesetter of this process."""
    return Typesetter(package)
