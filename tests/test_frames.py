"""Frames carry data exactly, and refuse everything else without harm."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course.compare import same
from course.frames import MAGIC, MAX_BODY, PREFIX, FrameError, compact, decode, encode, read_frame
from course.models import RNN

scalars = (
    st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | st.floats() | st.text(max_size=20)
)
arrays = hnp.arrays(
    st.sampled_from(["<f8", "<f4", "<i8", "<i4", "|b1", "<c16"]), hnp.array_shapes(min_dims=0, min_side=0)
)
values = st.recursive(scalars | arrays, lambda v: st.lists(v, max_size=4) | st.tuples(v, v), max_leaves=12)


@settings(deadline=None, max_examples=200)
@given(values)
def test_data_comes_back_bit_for_bit(value: object) -> None:
    assert same(decode(encode(value)), value)


def test_named_tuple_keeps_its_type_and_its_fields() -> None:
    p = RNN(*[np.arange(n, dtype=float) for n in range(1, 6)])
    back = decode(encode((p, 3)))
    assert type(back[0]) is RNN
    assert same(back[0].W_qh, p.W_qh)


def test_big_endian_fortran_and_strided_arrays_arrive_as_plain_ones() -> None:
    a = np.arange(12.0).reshape(3, 4)
    for odd in (a.astype(">f8"), np.asfortranarray(a), a[::-1, ::2]):
        back = decode(encode(odd))
        assert back.dtype == np.dtype("<f8")
        assert np.array_equal(back, odd)


@pytest.mark.parametrize("inner", [list, tuple, np.array])
def test_long_lists_of_numbers_and_of_rows_arrive_as_arrays(inner: Callable[[list[float]], object]) -> None:
    rows = np.random.default_rng(0).normal(size=(30_000, 3))
    for value in ([inner(row.tolist()) for row in rows], inner(list(rows[:, 0])), rows.T.tolist()):
        back = decode(encode(compact(value)))
        assert np.array_equal(np.asarray(back), np.asarray(value))
    assert type(compact([0, *rows[:, 0].tolist()])) is np.ndarray


def test_short_lists_stay_lists_and_unequal_rows_too() -> None:
    for value in (
        [1.0] * 64,
        [[1.0]] * 64,
        [1.0] * 70 + [None],
        [[1.0]] * 70 + [[1.0, 2.0]],
        [2**60] * 70 + [""],
    ):
        assert same(decode(encode(compact(value))), value)


class Sneaky(np.ndarray):
    """A subclass that lies about equality."""

    def __eq__(self, other: object) -> bool:  # type: ignore[override]
        return True


def test_subclass_arrives_as_a_plain_array() -> None:
    back = decode(encode(np.ones(3).view(Sneaky)))
    assert type(back) is np.ndarray


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"a": 1}, "a dict came back where a NumPy array"),
        (np.array([object()]), "dtype object"),
        (np.array(["text"]), "dtype <U4"),
        (1 << 70, "more than 64 bits"),
        (lambda: 0, "a function came back"),
        (np.zeros((1,) * 9), "9 dimensions"),
    ],
)
def test_anything_else_is_refused_with_its_name(value: object, says: str) -> None:
    with pytest.raises(FrameError, match=says):
        encode(value)


def test_deep_nesting_is_refused() -> None:
    value: list[object] = []
    for _ in range(50):
        value = [value]
    with pytest.raises(FrameError, match="nested more than"):
        encode(value)


def frame(header: object, body: bytes = b"", magic: bytes = MAGIC) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return PREFIX.pack(magic, len(text), len(body)) + text + body


F8 = {"dtype": "<f8", "shape": [1]}


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"GTT1",
        frame({"tree": None, "arrays": []}, magic=b"EVIL"),
        frame({"tree": None, "arrays": []}) + b"x",
        frame(b"{not json"),
        frame(b"[" * 5000),
        frame({"tree": None}),
        frame({"tree": {"a": 0}, "arrays": []}),
        frame({"tree": {"a": -1}, "arrays": [F8]}, b"\0" * 8),
        frame({"tree": {"a": True}, "arrays": [F8, F8]}, b"\0" * 16),
        frame({"tree": None, "arrays": [F8]}, b"\0" * 7),
        frame({"tree": None, "arrays": [F8]}, b"\0" * 9),
        frame({"tree": None, "arrays": [{"dtype": "|O", "shape": [1]}]}, b"\0" * 8),
        frame({"tree": None, "arrays": [{"dtype": "<f8", "shape": [-1]}]}, b"\0" * 8),
        frame({"tree": None, "arrays": [{"dtype": "<f8", "shape": [2**40, 2**40]}]}, b"\0" * 8),
        frame({"tree": None, "arrays": [{"dtype": "<f8", "shape": [1.0]}]}, b"\0" * 8),
        frame({"tree": {"n": "os.system", "v": []}, "arrays": []}),
        frame({"tree": {"n": "RNN", "v": [1]}, "arrays": []}),
        frame({"tree": {"pickle": "x"}, "arrays": []}),
        frame({"tree": {"f": "x"}, "arrays": []}),
        frame({"tree": 1.5, "arrays": []}),
        frame(b'{"tree": NaN, "arrays": []}'),
        frame({"tree": {"t": {"t": 1}}, "arrays": []}),
        frame({"tree": [], "arrays": []}),
        frame({"tree": {"l": [None] * 20000}, "arrays": []}),
    ],
)
def test_malformed_frame_is_refused(bad: bytes) -> None:
    with pytest.raises(FrameError):
        decode(bad)


def test_declared_size_is_checked_before_anything_is_read() -> None:
    asked = []

    def read(n: int) -> bytes:
        asked.append(n)
        return PREFIX.pack(MAGIC, 2, MAX_BODY + 1)[:n]

    with pytest.raises(FrameError):
        read_frame(read)
    assert asked == [PREFIX.size]


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200), st.integers(0, 199), st.integers(0, 255))
def test_noise_never_does_more_than_raise_frame_error(noise: bytes, place: int, byte: int) -> None:
    good = bytearray(encode((np.arange(3.0), "text", [1, None])))
    good[place % len(good)] = byte
    for data in (noise, bytes(good)):
        try:
            decode(data)
        except FrameError:
            continue


def test_weights_as_lists_travel_as_arrays_however_many_there_are() -> None:
    rows = np.arange(40_000.0).reshape(200, 200)
    grads, nested = decode(encode(compact((RNN(*[rows.tolist()] * 5), [list(row) for row in rows]))))
    assert type(grads) is RNN
    assert all(same(part, rows) for part in (*grads, nested))


def test_a_list_that_holds_itself_is_refused() -> None:
    ring: list[object] = []
    ring.append(ring)
    with pytest.raises(FrameError):
        encode(compact((ring,)))
