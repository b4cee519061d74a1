"""Symbolic answers: what SymPy writes is read back as numbers, and hostile text is refused, never run."""

import time
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from course.frames import FrameError
from course.symbols import MAX_LENGTH, evaluate, written

w, x, u = sp.symbols("w x u")
F, f = sp.Function("F"), sp.Function("f")
W, X = np.array([0.3, -0.7]), np.array([1.1, 0.4])
KNOWN = {"F": np.sin, "f": np.exp}
SIZE = len("Symbol('w')")


def value(expression: sp.Basic) -> np.ndarray:
    (text,) = written(lambda: expression)
    return evaluate(text, {"w": W, "x": X}, KNOWN)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (w + 2 * x - sp.Rational(1, 3), W + 2 * X - 1 / 3),
        (w**2 / x, W**2 / X),
        (sp.sqrt(x), np.sqrt(X)),
        (sp.Float("0.25") * sp.pi * sp.E * w, 0.25 * np.pi * np.e * W),
        (sp.exp(w) + sp.log(x) + sp.tanh(w), np.exp(W) + np.log(X) + np.tanh(W)),
        (
            sp.cosh(w) * sp.sinh(x) - sp.simplify(1 - sp.tanh(w) ** 2),
            np.cosh(W) * np.sinh(X) - 1 / np.cosh(W) ** 2,
        ),
        (F(w * f(x)), np.sin(W * np.exp(X))),
        (sp.diff(F(w * x), w), X * np.cos(W * X)),
        (sp.diff(F(f(w)), w), np.cos(np.exp(W)) * np.exp(W)),
        (sp.Derivative(F(u), u).subs(u, w * f(x)), np.cos(W * np.exp(X))),
        (sp.Symbol("w", real=True), W),
        (sp.Integer(7), np.array([7.0, 7.0])),
        (sp.binomial(x + 6, x + 1) / sp.binomial(x + 5, x), (X + 6) / (X + 1)),
        (sp.factorial(w + 3) / sp.factorial(w + 1), (W + 3) * (W + 2)),
        (sp.gamma(x + 1) / sp.gamma(x), X),
        (sp.FallingFactorial(x + 3, x + 1) / sp.FallingFactorial(x + 2, x), X + 3),
        (sp.RisingFactorial(x, w + 2) / sp.RisingFactorial(x, w + 1), X + W + 1),
        (w + sp.binomial(3, 5, evaluate=False) + sp.ff(3, 5, evaluate=False), W),  # no way to choose
        (w + sp.binomial(3, -1, evaluate=False), W),
    ],
)
def test_what_sympy_writes_is_read_as_numbers(expression: sp.Basic, expected: np.ndarray) -> None:
    assert value(expression) == pytest.approx(expected, rel=1e-14)


def test_own_dummies_do_not_change_from_call_to_call() -> None:
    def answer() -> sp.Basic:
        z = sp.Dummy("z")
        return sp.Subs(sp.Derivative(F(z), z), z, w)

    assert written(answer) == written(answer)


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        (sp.Symbol("w_1"), "contains the symbol w_1; only w, x may stand there"),
        (sp.Function("G")(w), "contains the function G; only F, f may stand there"),
        (sp.Derivative(F(w * f(w)), w), r"a Derivative that is not carried out; use .doit\(\)"),
        (sp.diff(F(w), w, 2), r"a Derivative that is not carried out; use .doit\(\)"),
        (sp.Integral(F(w), w), "contains Integral, which is not allowed"),
        (sp.zoo, "contains zoo, which is not allowed"),
        (sp.Integer(10) ** 400, "a number that is too large"),
    ],
)
def test_what_cannot_be_read_is_named(expression: sp.Basic, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        value(expression)


HOSTILE = [
    "__import__('os').system('touch pwned')",
    "Symbol('w').__class__",
    "Function('F')",
    "Function(open('x'))(Symbol('w'))",
    "Integer(True)",
    "Integer(*[1])",
    "Float('nan' * 3)",
    "Float('x')",
    "Rational(1, 0)",
    "Rational(1)",
    "[Symbol('w') for i in range(9)]",
    "lambda: 0",
    "Symbol('w') if 1 else 0",
    "Symbol(name='w')",
    "binomial(Symbol('w'))",
    "factorial(*[Symbol('w')])",
    "gamma(x=Symbol('w'))",
    "Symbol('w', dummy_index='x')",
    "Pow(Integer(2))",
    "Subs(Symbol('w'), Tuple(Symbol('w')), Tuple())",
    "Derivative()",
    "Derivative(Symbol('w'), Tuple(Symbol('w'), Integer(1)))",
    "Add(**{'a': 1})",
    "Mul(Symbol('w'), *())",
    "f'{w}'",
    "('" * 50_000,
    "(" * 200 + ")" * 200,
    "-" * 5000 + "1",
    "not " * 4000 + "1",
    "a." * 9000 + "b",
    "Integer(" + "9" * 5000 + ")",
    "Symbol('w')" * (MAX_LENGTH // SIZE + 1),
    "Symbol('w')\x00",
    "",
    7,
    None,
    b"Symbol('w')",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_refused_at_once_and_never_run(
    text: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    started = time.process_time()
    with pytest.raises(ValueError, match=r".+"):
        evaluate(text, {"w": W, "x": X}, KNOWN)
    assert time.process_time() - started < 1.0
    assert list(tmp_path.iterdir()) == []


def test_towers_of_powers_cost_nothing() -> None:
    tower = "Integer(9)"
    for _ in range(20):
        tower = f"Pow(Integer(9), {tower})"
    started = time.process_time()
    assert not np.isfinite(evaluate(tower, {"w": W}, {})).any()
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize("result", [1, 0.5, "w", None, [[w]]])
def test_anything_but_an_expression_is_named(result: object) -> None:
    with pytest.raises(FrameError, match="it should return SymPy expressions; one result is of type"):
        written(lambda: (w, result))
