"""What may stand in a result that `sympy.srepr` wrote, node by node: numbers, symbols, calls.

All raise ValueError for anything else, and say what stands there.
"""

import ast
from typing import Any


def number(node: ast.expr) -> float:
    """The value of Integer(n), Rational(p, q) or Float('x', precision=…)."""
    call = call_of(node, "Integer", "Rational", "Float")
    kind = str if shown(call.func) == "Float" else int
    try:
        parts = [float(literal(a, kind)) for a in call.args]
        return parts[0] / parts[1] if shown(call.func) == "Rational" else parts[0]
    except (OverflowError, ZeroDivisionError, IndexError):
        raise ValueError("a result contains a number that is too large") from None


def key_of(node: ast.Call) -> tuple[str, int | None]:
    """What tells a symbol from others: its name, and for a dummy its number. Assumptions do not count."""
    numbers = [literal(k.value, int) for k in node.keywords if k.arg == "dummy_index"]
    return literal(only(node.args), str), numbers[0] if numbers else None


def literal(node: ast.expr, kind: type) -> Any:
    """A constant of that type, with a sign if it is a whole number."""
    negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and kind is int
    node = node.operand if negative and isinstance(node, ast.UnaryOp) else node
    if not isinstance(node, ast.Constant) or type(node.value) is not kind:
        raise ValueError(f"a result contains {shown(node)} where a plain {kind.__name__} belongs")
    value: Any = node.value
    return -value if negative else value


def call_of(node: ast.expr, *names: str) -> ast.Call:
    """A call of one of these names, with arguments."""
    if not isinstance(node, ast.Call) or shown(node.func) not in names or not node.args:
        raise ValueError(f"a result contains {shown(node)} where {' or '.join(names)} belongs")
    return node


def only(nodes: list[ast.expr]) -> ast.expr:
    """The one argument."""
    if len(nodes) != 1:
        raise ValueError("a result contains a function of more or fewer than one argument")
    return nodes[0]


def shown(node: ast.expr) -> str:
    """Its name, or what kind of node it is."""
    return node.id if isinstance(node, ast.Name) else f"a {type(node).__name__}"
