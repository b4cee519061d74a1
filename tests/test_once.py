"""What several slips begin with is computed once, and never taken for another's."""

import numpy as np

from course.recognise.once import MOST, kept_once


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
