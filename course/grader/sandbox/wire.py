"""Messages between our processes: a length, then JSON. The reader limits bytes and time."""

import json
import math
import socket
import struct
import time
from typing import Any

LENGTH = struct.Struct("<I")
Message = dict[str, Any]


class Gone(Exception):
    """The other side ended, or said what no process of ours says."""


class Late(Exception):
    """The other side did not answer in time."""


def pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of a local stream, closed on exec."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)


def send(channel: socket.socket, message: Message, seconds: float = math.inf) -> None:
    """Send a message, or raise `Gone` or `Late`."""
    body = json.dumps(message).encode()
    send_bytes(channel, LENGTH.pack(len(body)) + body, time.monotonic() + seconds)


def receive(channel: socket.socket, seconds: float = math.inf, most: int = 64 << 20) -> Message:
    """Receive a message of at most `most` bytes, or raise `Gone` or `Late`."""
    end = time.monotonic() + seconds
    (size,) = LENGTH.unpack(receive_bytes(channel, LENGTH.size, end))
    if size > most:
        raise Gone(f"a message of {size} bytes, more than {most}")
    try:
        message = json.loads(receive_bytes(channel, size, end))
    except (ValueError, RecursionError):
        raise Gone("a message that is not JSON") from None
    if type(message) is not dict:
        raise Gone("a message that is no object")
    return message


def send_bytes(channel: socket.socket, data: bytes, end: float) -> None:
    """Send all of `data` before the clock shows `end`."""
    view = memoryview(data)
    while view:
        _wait(channel, end)
        try:
            view = view[channel.send(view[: 1 << 20]) :]
        except TimeoutError:
            raise Late from None
        except OSError:
            raise Gone("the connection is closed") from None


def receive_bytes(channel: socket.socket, count: int, end: float) -> bytes:
    """Receive exactly `count` bytes before the clock shows `end`."""
    chunks: list[bytes] = []
    while count:
        _wait(channel, end)
        try:
            chunk = channel.recv(min(count, 1 << 20))
        except TimeoutError:
            raise Late from None
        except OSError:
            raise Gone("the connection is closed") from None
        if not chunk:
            raise Gone("the connection is closed")
        chunks.append(chunk)
        count -= len(chunk)
    return b"".join(chunks)


def _wait(channel: socket.socket, end: float) -> None:
    left = end - time.monotonic()
    if left <= 0:
        raise Late
    channel.settimeout(None if left == math.inf else left)
