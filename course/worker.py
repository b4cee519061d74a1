"""The child process of `course.remote`: runs the student's source, then answers frames."""

import os
import sys
from typing import Any

from course.calls import Callee
from course.exercise import load
from course.frames import decode, encode, read_frame


def main(read_fd: int, write_fd: int) -> None:
    """Serve one submission on two pipes."""
    reader, writer = os.fdopen(read_fd, "rb"), os.fdopen(write_fd, "wb")

    def read(n: int) -> bytes:
        data = reader.read(n)
        if len(data) != n:
            raise EOFError
        return data

    def answer(frame: bytes) -> None:
        writer.write(frame)
        writer.flush()

    source, name = decode(read_frame(read))
    callee = prepare(source, name)
    answer(encode(None))
    while True:
        try:
            question = decode(read_frame(read))
        except EOFError:
            return
        answer(callee.answer(*question))


def prepare(source: str, name: str) -> Callee:
    """Run the source as a notebook would and take the exercise's function from it."""
    namespace: dict[str, Any] = {"__name__": "submission"}
    exec(compile(source, "submission.py", "exec"), namespace)
    return Callee(namespace[name], load(name).entry)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
