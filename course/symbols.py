"""Symbolic answers as text: written by SymPy where the student's code runs, read here without it.

A result travels as `sympy.srepr` writes it. The reader walks the syntax tree, knows a short list of node
names, and computes with floats only: no text of a student's is ever executed or given to SymPy.
"""

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course.counting import COUNTING
from course.frames import FrameError
from course.models import Array
from course.oracles import STEP
from course.syntax import call_of, key_of, literal, number, only, shown

MAX_LENGTH, MAX_DEPTH = 20_000, 60
Function = Callable[[Array], Array]
KNOWN: dict[str, Function] = {  # complex-safe functions that may stand in an answer by name
    "exp": np.exp,
    "log": np.log,
    "sin": np.sin,
    "cos": np.cos,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
}
CONSTANTS = {"pi": np.pi, "E": np.e}


def written(function: Callable[[], Any], *data: Any) -> tuple[str, ...]:
    """Entry of a symbolic exercise: call `function()` and write its results; `data` is the judge's alone."""
    import sympy  # only symbolic exercises need it

    results = function()
    if not isinstance(results, tuple | list):
        results = (results,)
    for result in results:
        if not isinstance(result, sympy.Basic):
            raise FrameError(
                f"it should return SymPy expressions; one result is of type {type(result).__name__}"
            )
    return tuple(_renumbered(sympy.srepr(result)) for result in results)


def _renumbered(text: str) -> str:
    """SymPy numbers dummy symbols anew each time; here they count from 0 in their order."""
    order = list(dict.fromkeys(re.findall(r"dummy_index=-?\d+", text)))
    return re.sub(r"dummy_index=-?\d+", lambda m: f"dummy_index={order.index(m[0])}", text)


def evaluate_all(
    texts: Any, symbols: Mapping[str, Array], functions: Mapping[str, Function] | None = None
) -> list[Array]:
    """The values of the three written results that a symbolic exercise asks for.

    Raises:
        ValueError: if they are not several, or one cannot be read; says why.
    """
    if not isinstance(texts, tuple | list):
        raise ValueError("it should return three SymPy expressions")
    return [evaluate(text, symbols, functions or {}) for text in texts]


def evaluate(text: Any, symbols: Mapping[str, Array], functions: Mapping[str, Function]) -> Array:
    """The value of a written expression, with arrays for its symbols and functions for its functions.

    Raises:
        ValueError: for anything but an expression in these; says what stands there.
    """
    if not isinstance(text, str) or len(text) > MAX_LENGTH:
        raise ValueError("a result is not an expression, or far too long")
    depth = np.cumsum([(c in "([{") - (c in ")]}") for c in text] or [0])
    if depth.max() > MAX_DEPTH or re.search(r"[-+~]\s*[-+~]", text):
        raise ValueError("a result is nested too deeply")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ValueError("a result is not an expression") from None
    with np.errstate(all="ignore"):
        value = _Reader(dict(functions)).value(tree, {(name, None): v for name, v in symbols.items()})
        shapes = [np.shape(v) for v in symbols.values()]
        return np.asarray(np.broadcast_to(value, np.broadcast_shapes(*shapes)))


Environment = dict[tuple[str, int | None], Any]


class _Reader:
    """Computes the value of a tree in an environment of symbols."""

    def __init__(self, functions: dict[str, Function]) -> None:
        self.functions = functions

    def value(self, node: ast.expr, env: Environment) -> Any:
        if isinstance(node, ast.Name) and node.id in CONSTANTS:
            return CONSTANTS[node.id]
        if not isinstance(node, ast.Call):
            raise ValueError(f"a result contains {shown(node)}, which is not allowed")
        if isinstance(node.func, ast.Call):  # Function('f')(argument)
            return self._applied(node)(self.value(only(node.args), env))
        name = shown(node.func)
        if name in KNOWN:
            return KNOWN[name](np.asarray(self.value(only(node.args), env)))
        if name in COUNTING:
            if len(node.args) != COUNTING[name][0] or node.keywords:
                raise ValueError(f"a result contains a malformed {name}")
            return COUNTING[name][1](*[np.asarray(v, dtype=float) for v in self.arguments(node, env)])
        if name not in RULES or (node.keywords and name not in ("Symbol", "Dummy", "Float")):
            raise ValueError(f"a result contains {name}, which is not allowed")
        return RULES[name](self, node, env)

    def _applied(self, node: ast.Call) -> Function:
        name = literal(call_of(node.func, "Function").args[0], str)
        if name not in self.functions:
            raise ValueError(
                f"a result contains the function {name}; only {_list(self.functions)} may stand there"
            )
        return self.functions[name]

    def symbol(self, node: ast.Call, env: Environment) -> Any:
        key = key_of(node)
        if key not in env:
            known = _list(name for name, index in env if index is None)
            raise ValueError(f"a result contains the symbol {key[0]}; only {known} may stand there")
        return env[key]

    def derivative(self, node: ast.Call, env: Environment) -> Any:
        """G'(e), written as the derivative of G(e) by e, once."""
        inner, *by = node.args
        pair = call_of(by[0], "Tuple").args if len(by) == 1 else []
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Call) and len(pair) == 2:
            argument = only(inner.args)
            if ast.dump(argument) == ast.dump(pair[0]) and number(pair[1]) == 1:
                at = np.asarray(self.value(argument, env), dtype=float)
                return np.imag(self._applied(inner)(at + 1j * STEP)) / STEP
        raise ValueError("a result contains a Derivative that is not carried out; use .doit()")

    def substitution(self, node: ast.Call, env: Environment) -> Any:
        if len(node.args) != 3:
            raise ValueError("a result contains a malformed Subs")
        names, values = (call_of(a, "Tuple").args for a in node.args[1:])
        if len(names) != len(values):
            raise ValueError("a result contains a malformed Subs")
        inner = {
            key_of(call_of(n, "Symbol", "Dummy")): self.value(v, env)
            for n, v in zip(names, values, strict=True)
        }
        return self.value(node.args[0], env | inner)

    def power(self, node: ast.Call, env: Environment) -> Any:
        if len(node.args) != 2:
            raise ValueError("a result contains a malformed Pow")
        return np.power(*self.arguments(node, env))

    def arguments(self, node: ast.Call, env: Environment) -> list[Any]:
        return [self.value(a, env) for a in node.args]


RULES: dict[str, Callable[[_Reader, ast.Call, Environment], Any]] = {
    "Integer": lambda reader, node, env: number(node),
    "Rational": lambda reader, node, env: number(node),
    "Float": lambda reader, node, env: number(node),
    "Symbol": _Reader.symbol,
    "Dummy": _Reader.symbol,
    "Add": lambda reader, node, env: sum(reader.arguments(node, env), start=0.0),
    "Mul": lambda reader, node, env: np.prod(np.broadcast_arrays(1.0, *reader.arguments(node, env)), axis=0),
    "Pow": _Reader.power,
    "Derivative": _Reader.derivative,
    "Subs": _Reader.substitution,
}


def _list(names: Any) -> str:
    return ", ".join(names)
