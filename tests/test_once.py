"""What several slips begin with is computed once, and never taken for another's."""

from typing import Any

import numpy as np
import pytest

from course.models import LinearRNN
from course.recognise.once import MOST, contents, kept_once


def counted() -> tuple[list[float], object]:
    asked: list[float] = []

    @kept_once
    def twice(x: np.ndarray, k: int = 2) -> np.ndarray:
        asked.append(float(x[0]))
        return k * x

    return asked, twice


def test_equal_arguments_are_computed_once() -> None:
    asked, twice = counted()
    x = np.array([3.0, 4.0])
    assert twice(x).tolist() == twice(x.copy()).tolist() == [6, 8]  # type: ignore[operator]
    assert twice(x, k=3).tolist() == [9, 12]  # type: ignore[operator]
    assert asked == [3, 3]


def test_an_array_that_was_changed_is_another() -> None:
    asked, twice = counted()
    x = np.array([3.0, 4.0])
    twice(x)  # type: ignore[operator]
    x[0] = 5
    assert twice(x).tolist() == [10, 8]  # type: ignore[operator]
    assert asked == [3, 5]


def test_only_the_last_results_are_kept() -> None:
    asked, twice = counted()
    for value in range(MOST + 1):
        twice(np.array([float(value)]))  # type: ignore[operator]
    twice(np.array([float(MOST)]))  # type: ignore[operator]
    assert len(asked) == MOST + 1
    twice(np.array([0.0]))  # type: ignore[operator]
    assert len(asked) == MOST + 2


ONE, EYE = np.ones(2), np.eye(2)
UNLIKE: list[Any] = [
    *[1, 1.0, True, "1", None, 0.0, -0.0, 1j, (1,), [1], ((1,),), (1, (2,)), (1, 2)],
    *[ONE, ONE[:, None], ONE.astype(int), ONE.astype(np.float32), -0 * ONE, 0 * -ONE, np.float64(1)],
    *[
        (EYE, EYE, EYE),
        LinearRNN(EYE, EYE, EYE),
        LinearRNN(EYE, EYE, 2 * EYE),
        np.arange(4.0).reshape(2, 2).T,
    ],
]


def test_arguments_that_differ_in_type_shape_or_one_bit_are_others() -> None:
    assert len({contents(value) for value in UNLIKE}) == len(UNLIKE)


@pytest.mark.parametrize("value", [np.random.default_rng(), print, {"a": 1}, np.array([print])])
def test_what_is_no_number_and_no_text_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="are not kept"):
        contents((1, value))
