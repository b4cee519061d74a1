"""Small changes of a program's text, one at a time: what slips from a tired hand."""

import ast
import copy
from collections.abc import Iterator

OPERATORS: dict[type[ast.operator], list[type[ast.operator]]] = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div, ast.Add],
    ast.Div: [ast.Mult],
    ast.MatMult: [ast.Mult],
    ast.Pow: [ast.Mult],
}


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Every mutant of a program, as (what was done, its text)."""
    tree = ast.parse(source)
    count = sum(1 for _ in ast.walk(tree))
    for number in range(count):
        for choice in range(6):
            changed = copy.deepcopy(tree)
            node = list(ast.walk(changed))[number]
            said = _change(node, choice)
            if said:
                yield (
                    f"line {getattr(node, 'lineno', 0)}: {said}",
                    ast.unparse(ast.fix_missing_locations(changed)),
                )


def _change(node: ast.AST, choice: int) -> str:
    """Change one node in place and say how, or say nothing where there is no such change."""
    if isinstance(node, ast.BinOp):
        return _operator(node, choice)
    if isinstance(node, ast.Constant) and type(node.value) in (int, float) and choice < 3:
        node.value = [node.value + 1, node.value - 1, -node.value][choice]
        return f"constant {node.value}"
    if (
        isinstance(node, ast.Attribute)
        and node.attr == "T"
        and choice == 0
        and isinstance(node.value, ast.Name | ast.Attribute)
    ):
        node.attr = "real"
        return "no transpose"
    if isinstance(node, ast.Slice) and choice == 0:
        node.lower, node.upper = node.upper, node.lower
        return "slice ends swapped"
    if isinstance(node, ast.Call) and choice == 0 and len(node.args) == 2:
        node.args.reverse()
        return "arguments swapped"
    if isinstance(node, ast.Attribute) and node.attr in ("sum", "mean") and choice == 0:
        node.attr = "mean" if node.attr == "sum" else "sum"
        return f"{node.attr} instead"
    if isinstance(node, ast.AugAssign) and choice < 2:
        node.op = [ast.Sub(), ast.Mult()][choice]
        return "another assignment"
    return _statement(node, choice)


def _operator(node: ast.BinOp, choice: int) -> str:
    others = OPERATORS.get(type(node.op), [])
    if choice < len(others):
        node.op = others[choice]()
        return f"operator {type(node.op).__name__}"
    if choice == 2 and isinstance(node.op, ast.MatMult):
        node.left, node.right = node.right, node.left
        return "factors swapped"
    if choice == 3 and isinstance(node.op, ast.MatMult):
        node.left = ast.Attribute(node.left, "T", ast.Load())
        return "left factor transposed"
    if choice in (4, 5):  # one operand alone: replace the other by a neutral element
        kept, dropped = (node.left, "right") if choice == 4 else (node.right, "left")
        node.left, node.op, node.right = kept, ast.Add(), ast.Constant(0)
        return f"{dropped} operand dropped"
    return ""


def _statement(node: ast.AST, choice: int) -> str:
    """Drop a statement of a body, the first, second, …; never the only one."""
    body = getattr(node, "body", None)
    if not isinstance(body, list) or not isinstance(node, ast.FunctionDef | ast.For) or len(body) < 2:
        return ""
    if choice >= len(body) or isinstance(body[choice], ast.Return):
        return ""
    return f"dropped line {body.pop(choice).lineno}"
