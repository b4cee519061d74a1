"""`check(f)` at a student's desk: messages word for word, points, and nothing lost to noise."""

import math
import re
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from course import RNN, check, rnn_forward
from course.desk import CheckerFault
from course.exercise import load
from course.grader.bank import Answer
from course.judging import judge
from course.report import MIME, as_html, as_text
from tests.conftest import answer_of, bank_of


def function(name: str, answer: str) -> object:
    exercise, banked = answer_of(name, answer)
    return banked.local(exercise)._callee.function


def test_right_answer_prints_a_report_and_returns_all_points(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(function("recurrence", "reference")) == 5.0
    assert capsys.readouterr().out == (
        "recurrence: 5 of 5 points\n"
        " ✓ It returns a, P, as finite real arrays of the right shapes.\n"
        " ✓ a_1 = b_1, and P_{t,t} is the identity. (1 point)\n"
        " ✓ a_t = b_t + C_t a_{t-1} at every step. (1 point)\n"
        " ✓ P_{t,i} is the product from C_t, on the left, to C_{i+1}, on the right, "
        "and zero for i > t. (2 points)\n"
        " ✓ It leaves its inputs alone, and a later call does not change an earlier result. (1 point)\n"
    )


def test_recognised_mistake_is_named_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(function("rnn_bptt", "transpose_missing")) == 1.0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "rnn_bptt: 1 of 9 points"
    assert lines[1] == (
        " → W_hh is used where W_hhᵀ belongs, or the other way round: δ_t reaches h_{t-1} as W_hhᵀ δ_t. "
        "Read chapter 4, “Backward in time”."
    )
    assert "     dh_0 is not right in the case T=1." in lines
    assert any(re.match(r" {5}Worst at \[\d\]: yours ", line) for line in lines)


def test_points_of_the_class_scale_the_result() -> None:
    assert check(function("recurrence", "reference"), points=12) == 12.0
    assert check(function("recurrence", "order_reversed"), points=10) == 4.0
    assert check(function("recurrence", "reference"), points=0.1) <= 0.1


def test_result_is_a_builtin_finite_float() -> None:
    for answer in ("reference", "order_reversed"):
        points = check(function("recurrence", answer))
        assert type(points) is float
        assert math.isfinite(points)


def test_misnamed_function_is_told_the_closest_name() -> None:
    def rnn_btpp() -> None: ...

    with pytest.raises(LookupError, match=r"no exercise called `rnn_btpp`. Did you mean `rnn_bptt`\?"):
        check(rnn_btpp)


def test_unlike_any_name_lists_all() -> None:
    def zzz() -> None: ...

    with pytest.raises(LookupError, match=r"There are: .*recurrence"):
        check(zzz)


def test_a_result_is_not_a_function() -> None:
    with pytest.raises(TypeError, match=r"wants the function itself, as in check\(rnn_bptt\); it got tuple"):
        check((1, 2))  # type: ignore[arg-type]


def test_a_lambda_has_no_name() -> None:
    with pytest.raises(TypeError, match="with `def`, not `lambda`"):
        check(lambda b, C: (b, C))


def test_unknown_device_is_refused() -> None:
    with pytest.raises(ValueError, match="'auto', 'cpu' or 'cuda', not 'gpu'"):
        check(function("recurrence", "reference"), device="gpu")


def test_torch_exercise_gets_the_same_points_on_every_device_there_is() -> None:
    import torch

    devices = ["auto", "cpu"] + (["cuda"] if torch.cuda.is_available() else [])
    assert {check(function("BPTT", "reference"), device=d) for d in devices} == {6.0}
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="PyTorch finds no GPU here"):
            check(function("BPTT", "reference"), device="cuda")


def test_warnings_and_printing_of_a_right_answer_cost_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    right = function("recurrence", "reference")

    def recurrence(b: np.ndarray, C: np.ndarray) -> object:
        warnings.warn("look out", stacklevel=1)
        print("so far", file=sys.stderr)
        np.log(np.zeros(1))
        return right(b, C)  # type: ignore[operator]

    assert check(recurrence) == 5.0
    assert capsys.readouterr().err == ""


def test_what_a_wrong_answer_printed_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    def recurrence(b: np.ndarray, C: np.ndarray) -> object:
        print("b has shape", b.shape)
        return b

    check(recurrence)
    out = capsys.readouterr().out
    assert out.count("b has shape (1, ") == 1
    assert "Your code printed:" in out


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("raise NotImplementedError", "Not yet: recurrence still raises NotImplementedError."),
        ("return None", "It should return (a, P); it returned None (is a `return` missing?)."),
        ("return b", "It should return (a, P); it returned one array of shape (1, 3)."),
        ("return b, C, C", "It should return (a, P); it returned 3 results."),
        ("return b, C", "P has shape "),
        ("return b + 1j, C", "a should be a real array; it is complex."),
        ("return 1 / 0", "recurrence raised ZeroDivisionError: division by zero (line 4 of your code)."),
        ("return b * np.nan, np.zeros((len(b),) + C.shape)", "a contains nan or inf in the case T=1."),
        ("return {'a': b}", "recurrence: a dict came back where a NumPy array, a number or a tuple belongs."),
        ("return b, np.zeros(1 << 23, dtype=np.int8)", "P has shape (8388608,); that is far too large."),
        ("return [b, [b, C]]", "P is a list of arrays of unequal shapes."),
    ],
)
def test_message_says_what_came_back(body: str, says: str) -> None:
    exercise, _ = bank_of("recurrence")
    answer = Answer(
        "x",
        f"import numpy as np\ndef recurrence(b, C):\n    {body}\n".replace("import numpy as np\n", ""),
        False,
    )
    verdict = judge(exercise, answer.local(exercise), exercise.public_cases())
    assert verdict.outcomes[0].message.startswith(says)
    assert verdict.points == 0
    assert all(o.passed is None for o in verdict.outcomes[1:])


def test_lists_and_tuples_are_as_good_as_arrays() -> None:
    right = function("rnn_bptt", "reference")

    def rnn_bptt(p: RNN, X: np.ndarray, Y: np.ndarray, h_0: np.ndarray) -> object:
        grads, dh_0, dX = right(p, X, Y, h_0)  # type: ignore[operator]
        return [tuple(g.tolist() for g in grads), list(dh_0), [list(x) for x in dX]]

    assert check(rnn_bptt) == 9.0


def test_a_crash_of_our_checker_is_our_fault_and_decides_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    exercise = load("rnn_bptt")
    monkeypatch.setattr(exercise, "oracle", lambda *a: 1 / 0)
    with pytest.raises(CheckerFault, match=r"This is our fault, not yours: .*ZeroDivisionError.*not decided"):
        check(function("rnn_bptt", "reference"))
    assert "Our fault, not yours" in capsys.readouterr().out


def test_hidden_cases_show_no_numbers() -> None:
    exercise, banked = answer_of("rnn_bptt", "reference")
    public = exercise.public_cases()
    sizes = [case.args[1].shape for case in public]
    source = banked.source.replace(
        "    T = len(X)\n",
        f"    T = len(X)\n    p = p if X.shape in {sizes} else p._replace(b_h=0 * p.b_h)\n",
        1,
    )
    verdict = judge(exercise, Answer("x", source, False).local(exercise), public, exercise.draw(123456))
    failed = [o for o in verdict.outcomes if o.passed is False]
    assert failed
    assert all(o.hidden and not o.message and not o.detail for o in failed)
    text = as_text(verdict, exercise)
    assert "yours" not in text
    assert "This was seen on hidden cases only: the visible ones pass." in text


def test_html_escapes_what_students_print() -> None:
    exercise, _ = bank_of("recurrence")
    answer = Answer(
        "x", "def recurrence(b, C):\n    print('<script>')\n    raise ValueError('<img>')\n", False
    )
    verdict = judge(exercise, answer.local(exercise), exercise.public_cases())
    html = as_html(verdict, exercise)
    assert "<script>" not in html
    assert "<img>" not in html
    assert "&lt;img&gt;" in html
    assert 'aria-label="failed"' in html


def test_notebook_shows_html_and_a_terminal_shows_text(tmp_path: Path) -> None:
    code = (
        "from ipykernel.inprocess import InProcessKernelManager as M\n"
        "m = M(); m.start_kernel(); k = m.client(); k.start_channels()\n"
        "k.execute('from course import check\\ndef recurrence(b, C): return b')\n"
        "k.execute('check(recurrence)')\n"
        "msgs = []\n"
        "while True:\n"
        "    try: msgs.append(k.get_iopub_msg(timeout=0.2))\n"
        "    except Exception: break\n"
        "kinds = [(m['msg_type'], list(m['content'].get('data', {}))) for m in msgs]\n"
        "print(kinds)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert f"('display_data', ['text/html', 'text/plain', '{MIME}'])" in done.stdout
    assert "('execute_result', ['text/plain'])" in done.stdout


def test_given_forward_pass_is_complex_safe_and_starts_with_h_0() -> None:
    exercise = load("rnn_bptt")
    p, X, _, h_0 = exercise.public_cases()[1].args
    H, O = rnn_forward(p, X, h_0)
    assert np.array_equal(H[0], h_0)
    assert O.shape == (len(X), len(p.b_q))
    tilted, _ = rnn_forward(p._replace(b_h=p.b_h + 1e-30j), X, h_0)
    assert np.allclose(tilted.real, H, atol=0, rtol=1e-15)
    assert np.abs(tilted[1:].imag).min() > 0
