"""Data between two processes that do not trust each other: a JSON header and raw buffers, no pickle.

A frame is `MAGIC, len(header), len(body), header, body`. The header is a JSON tree in which every
array is a reference `{"a": i}` to `arrays[i] = {"dtype", "shape"}`; the body is their bytes in order.
The reader believes nothing: sizes, depth, dtypes and shapes are checked before memory is taken.
"""

import json
import math
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from course.adding import Adder
from course.gated import GRU, LSTM
from course.models import RNN, Array, LinearRNN
from course.rows import as_array

MAGIC = b"GTT1"
PREFIX = struct.Struct("<4sIQ")  # magic, header bytes, body bytes
DTYPES = ("<f8", "<f4", "<i8", "<i4", "|b1", "|u1", "<c16")
NAMED: dict[str, Any] = {
    t.__name__: t for t in (RNN, LinearRNN, LSTM, GRU, Adder)
}  # the NamedTuples that may travel
MAX_HEADER, MAX_BODY, MAX_DEPTH, MAX_NDIM, MAX_NODES = 1 << 20, 1 << 28, 12, 8, 10_000


class FrameError(ValueError):
    """The data cannot travel: says what it was and what is allowed instead."""


def encode(value: Any) -> bytes:
    """Turn `value` into one frame. Allowed: None, bool, int, float, str, arrays, tuples, lists, `NAMED`.

    Raises:
        FrameError: for anything else, with its type and the alternative.
    """
    buffers: list[Array] = []
    tree = _to_tree(value, buffers, 0)
    arrays = [{"dtype": _wire_dtype(a), "shape": list(a.shape)} for a in buffers]
    header = json.dumps({"tree": tree, "arrays": arrays}, allow_nan=False).encode()
    body = b"".join(np.ascontiguousarray(a, dtype=_wire_dtype(a)).tobytes() for a in buffers)
    if len(header) > MAX_HEADER:
        raise FrameError(f"{len(buffers)} arrays are too many to travel one by one: make one array of them")
    if len(body) > MAX_BODY:
        raise FrameError(f"{len(body)} bytes of arrays are more than the {MAX_BODY} that may travel")
    return PREFIX.pack(MAGIC, len(header), len(body)) + header + body


def _wire_dtype(a: Array) -> str:
    return np.dtype(a.dtype).newbyteorder("<").str


def _to_tree(value: Any, buffers: list[Array], depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise FrameError(f"nested more than {MAX_DEPTH} levels deep")
    if value is None or type(value) is bool:
        return value
    if type(value) in (int, float, complex, str):
        return _scalar(value)
    if isinstance(value, np.ndarray | np.generic):
        return _array(np.asarray(value), buffers)
    if isinstance(value, tuple) and type(value) in NAMED.values():
        return {"n": type(value).__name__, "v": [_to_tree(v, buffers, depth + 1) for v in value]}
    if isinstance(value, tuple | list):
        kind = "t" if isinstance(value, tuple) else "l"
        return {kind: [_to_tree(v, buffers, depth + 1) for v in value]}
    name = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
    hint = "; convert it with .detach().cpu().numpy()" if name.startswith("torch.") else ""
    raise FrameError(f"a {name} came back where a NumPy array, a number or a tuple belongs{hint}")


def _scalar(value: Any) -> Any:
    if isinstance(value, float):
        return {"f": value.hex()}  # JSON has neither nan nor inf
    if isinstance(value, complex):
        return {"c": [value.real.hex(), value.imag.hex()]}
    if isinstance(value, int) and value.bit_length() > 63:
        raise FrameError("an integer of more than 64 bits came back")
    return {"s": value} if isinstance(value, str) else value


WIDER = {"f": "<f8", "i": "<i8", "u": "<i8", "c": "<c16"}  # float128, int16, … travel as these


def _array(a: Array, buffers: list[Array]) -> dict[str, int]:
    if _wire_dtype(a) not in DTYPES and a.dtype.kind in WIDER:
        a = a.astype(WIDER[a.dtype.kind])
    if _wire_dtype(a) not in DTYPES:
        raise FrameError(f"an array of dtype {a.dtype} came back; use float64")
    if a.ndim > MAX_NDIM:
        raise FrameError(f"an array of {a.ndim} dimensions came back")
    buffers.append(a)
    return {"a": len(buffers) - 1}


def compact(value: Any, depth: int = 0) -> Any:
    """A result with long lists of numbers, or of rows, made arrays: a million may not travel one by one."""
    named = type(value) in NAMED.values()
    if depth > MAX_DEPTH or not (named or type(value) in (tuple, list)):
        return value
    rows = None if named else as_array(value)
    if rows is not None:
        return rows
    items = [compact(item, depth + 1) for item in value]
    return type(value)(*items) if named else type(value)(items)


def decode(frame: bytes) -> Any:
    """Read one whole frame back. Arrays are fresh and writable.

    Raises:
        FrameError: for any frame that `encode` cannot have made.
    """
    header_size, body_size = read_prefix(frame[: PREFIX.size])
    if len(frame) != PREFIX.size + header_size + body_size:
        raise FrameError("the frame's length is not the one it declares")
    header = frame[PREFIX.size : PREFIX.size + header_size]
    try:
        document = json.loads(header, parse_constant=_refuse)
        arrays = _read_arrays(document["arrays"], memoryview(frame)[PREFIX.size + header_size :])
        return _from_tree(document["tree"], arrays, 0, [0])
    except (KeyError, TypeError, ValueError, RecursionError, OverflowError) as error:
        raise FrameError(f"malformed frame: {error}") from None


def read_prefix(prefix: bytes) -> tuple[int, int]:
    """The (header, body) sizes that a frame's first bytes declare, within the limits or `FrameError`."""
    if len(prefix) != PREFIX.size:
        raise FrameError("the frame is shorter than its prefix")
    magic, header_size, body_size = PREFIX.unpack(prefix)
    if magic != MAGIC or header_size > MAX_HEADER or body_size > MAX_BODY:
        raise FrameError("not a frame of ours, or larger than the limits")
    return header_size, body_size


def read_frame(read: Callable[[int], bytes]) -> bytes:
    """Read exactly one frame with `read(n)`, which returns n bytes or raises."""
    prefix = read(PREFIX.size)
    return prefix + read(sum(read_prefix(prefix)))


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} in the header")


def _read_arrays(specs: Any, body: memoryview) -> list[Array]:
    if type(specs) is not list or len(specs) > MAX_NODES:
        raise ValueError("bad list of arrays")
    arrays, offset = [], 0
    for spec in specs:
        dtype, shape = spec["dtype"], spec["shape"]
        if dtype not in DTYPES or type(shape) is not list or len(shape) > MAX_NDIM:
            raise ValueError("an array's dtype or shape is not allowed")
        if not all(type(n) is int and 0 <= n <= MAX_BODY for n in shape):
            raise ValueError("an array's shape is not allowed")
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if offset + size > len(body):
            raise ValueError("an array is larger than the frame")
        arrays.append(np.frombuffer(body[offset : offset + size], dtype=dtype).reshape(shape).copy())
        offset += size
    if offset != len(body):
        raise ValueError("bytes that belong to no array")
    return arrays


def _from_tree(node: Any, arrays: list[Array], depth: int, seen: list[int]) -> Any:
    seen[0] += 1
    if depth > MAX_DEPTH + 1 or seen[0] > MAX_NODES:
        raise ValueError("too deep or too many values")
    if node is None or type(node) in (bool, int):
        return node
    if type(node) is not dict:
        raise ValueError(f"unexpected {type(node).__name__}")
    if set(node) == {"n", "v"}:
        return NAMED[node["n"]](*[_from_tree(v, arrays, depth + 1, seen) for v in _list(node["v"])])
    ((kind, content),) = node.items()
    if kind == "a":
        if type(content) is not int or not 0 <= content < len(arrays):
            raise ValueError("a reference to no array")
        return arrays[content]
    if kind == "f":
        return float.fromhex(content)
    if kind == "c":
        return complex(*[float.fromhex(part) for part in _list(content)])
    if kind == "s" and type(content) is str:
        return content
    items = [_from_tree(v, arrays, depth + 1, seen) for v in _list(content)]
    if kind not in ("t", "l"):
        raise ValueError(f"unknown kind {kind!r}")
    return tuple(items) if kind == "t" else items


def _list(node: Any) -> list[Any]:
    if type(node) is not list:
        raise ValueError("a list belongs here")
    return node
