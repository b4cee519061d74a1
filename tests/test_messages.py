"""What a student reads about natural mistakes, literally. Each text was once missing, false or unclear."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from course import RNN, check, rnn_forward
from course.compare import difference
from course.grader.build import merged


def said(capsys: pytest.CaptureFixture[str], f: Callable[..., Any], name: str, **options: Any) -> str:
    f.__name__ = name
    check(f, **options)
    return capsys.readouterr().out


def untied(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> list[np.ndarray]:
    H, O = rnn_forward(p, X, h_0)
    rows, carry = list[np.ndarray](), np.zeros_like(h_0)
    for t in range(len(X), 0, -1):
        delta = (1 - H[t] ** 2) * (p.W_qh.T @ (O[t - 1] - Y[t - 1]) / len(X) + carry)
        rows.insert(0, np.outer(delta, H[t - 1]))
        carry = p.W_hh.T @ delta
    return rows


def jacobian(p: RNN, X: np.ndarray, h_0: np.ndarray, s: int, t: int) -> Any:
    J, (H, _) = None, rnn_forward(p, X, h_0)
    for k in range(s + 1, t + 1):
        D = np.diag(1 - H[k] ** 2) @ p.W_hh
        J = D if J is None else D @ J
    return J


def test_a_list_of_rows_is_an_array_also_when_there_is_one_row(capsys: pytest.CaptureFixture[str]) -> None:
    assert "6 of 6 points" in said(capsys, untied, "untied_gradients")


def test_none_in_one_case_names_the_case(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, jacobian, "state_jacobian")
    assert "J is None. Is a `return` missing, or a line that gives J its value?" in text
    assert "in the case s=t" in text


def test_numbers_that_differ_are_shown_to_differ() -> None:
    gap = difference(np.array(2.0), np.array(2.0 + 3e-12), 1e-13)
    assert str(gap) == "Yours 2, expected 2.000000000003"
    gap = difference(np.array([1.0, 2.0]), np.array([1.0, 3.0]))
    assert str(gap) == "Worst at [1]: yours 2, expected 3 (1 of 2 entries differ)"


def test_practice_promises_no_points(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, lambda name, x: np.zeros((3, 4)), "complex_step", points=0)
    assert "0 of 5 claims hold (practice, no points)" in text
    assert "point)" not in text


def test_a_changed_argument_is_told_when_it_spoils_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    def f(p: RNN, X: np.ndarray, h_0: np.ndarray, s: int, t: int) -> Any:
        h_0 += 0.1
        return np.eye(len(h_0)) if s == t else jacobian(p, X, h_0, s, t)

    assert " → It changes one of its arguments in place. Work on a copy." in said(capsys, f, "state_jacobian")


def test_forward_exercises_speak_of_jacobians(capsys: pytest.CaptureFixture[str]) -> None:
    def f(p: RNN, X: np.ndarray, h_0: np.ndarray, s: int, t: int) -> Any:
        H = rnn_forward(p, X, h_0)[0]
        J = np.eye(len(h_0))
        for k in range(s + 1, t + 1):
            J = np.diag(1 - H[k] ** 2) @ p.W_hh.T @ J
        return J

    text = said(capsys, f, "state_jacobian")
    assert "W_hhᵀ is used where W_hh belongs." in text


def test_an_exercise_in_symbols_promises_no_arrays(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, lambda: (0, 0, 0), "tied_symbolic")
    assert "It returns first, second, total, in the form that is asked for." in text
    assert "tied_symbolic: it should return SymPy expressions; one result is of type int." in text
    assert "raised" not in text


def test_torch_mistakes_are_told_in_the_words_of_the_exercise(capsys: pytest.CaptureFixture[str]) -> None:
    import torch

    class BPTT(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, W_hx: Any, W_hh: Any, b_h: Any, X: Any, h_0: Any) -> Any:
            return torch.zeros(len(X) + extra, *h_0.shape, dtype=X.dtype) + h_0

        @staticmethod
        def backward(ctx: Any, dH: Any) -> Any:
            return None, None, None, None, None

    extra = 1
    text = said(capsys, BPTT, "BPTT", device="cpu")
    assert "forward should return H of shape (1, 1, 4); it returned shape (2, 1, 4)." in text
    extra = 0
    assert "backward returned None for the gradient of W_hx." in said(capsys, BPTT, "BPTT", device="cpu")


def test_imports_of_one_module_are_one_line() -> None:
    lines = [
        "import numpy as np",
        "from a import b",
        "import numpy as np",
        "from a import c, b",
        "from d import e",
    ]
    assert merged(lines) == ["import numpy as np", "from a import b, c", "from d import e"]
