"""Small mechanical mistakes in a source text: signs, transposes, indices, operators, statements."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

OPPOSITE: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mod,
    ast.Mod: ast.FloorDiv,
}
NEXT: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
Edit = tuple[str, ast.AST]


@dataclass(frozen=True)
class Mutant:
    """One mistake: where, what, and the whole text with it."""

    line: int
    what: str
    source: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}"


def mutants(source: str) -> list[Mutant]:
    """Every text that differs from `source` by one edit, each once."""
    found: dict[str, Mutant] = {}
    tree = ast.parse(source)
    original = ast.unparse(tree)
    for number, node in enumerate(ast.walk(tree)):
        for what, new in edits(node):
            changed = copy.deepcopy(tree)
            old = list(ast.walk(changed))[number]
            text = ast.unparse(ast.fix_missing_locations(_Replace(old, new).visit(changed)))
            if text != original:
                found.setdefault(text, Mutant(getattr(node, "lineno", 0), what, text))
    return list(found.values())


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def edits(node: ast.AST) -> Iterator[Edit]:
    """What may take the place of a node, each with a word on it."""
    for kind, rule in RULES.items():
        if isinstance(node, kind):
            for new in rule(copy.deepcopy(node)):
                yield f"{_text(node)}  →  {_text(new)}", new


def _text(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).splitlines()[0][:90]


def _minus(node: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.USub(), node)


def _plus(node: ast.expr, n: int) -> ast.expr:
    return ast.BinOp(node, ast.Add() if n > 0 else ast.Sub(), ast.Constant(abs(n)))


def _binary(node: ast.BinOp) -> Iterator[ast.AST]:
    yield node.left
    yield node.right
    if type(node.op) in OPPOSITE:
        yield ast.BinOp(node.left, OPPOSITE[type(node.op)](), node.right)
    if isinstance(node.op, ast.Sub | ast.Div | ast.MatMult | ast.Pow):
        yield ast.BinOp(node.right, node.op, node.left)
    if isinstance(node.op, ast.MatMult):
        yield ast.BinOp(ast.Attribute(node.left, "T", ast.Load()), node.op, node.right)
        yield ast.BinOp(node.left, node.op, ast.Attribute(node.right, "T", ast.Load()))


def _unary(node: ast.UnaryOp) -> Iterator[ast.AST]:
    yield node.operand


def _attribute(node: ast.Attribute) -> Iterator[ast.AST]:
    if node.attr == "T":
        yield node.value


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if type(value) is int:
        yield ast.Constant(value + 1)
        yield ast.Constant(value - 1)
    elif type(value) is float:
        yield ast.Constant(value * 2)
        yield ast.Constant(value + 1.0)
    elif type(value) is bool:
        yield ast.Constant(not value)
    elif isinstance(value, str) and "->" in value:  # an einsum: two letters of one operand exchanged
        parts = value.replace("->", ",").split(",")
        for i, part in enumerate(parts):
            for j in range(len(part) - 1):
                turned = part[:j] + part[j + 1] + part[j] + part[j + 2 :]
                pieces = [*parts[:i], turned, *parts[i + 1 :]]
                yield ast.Constant(",".join(pieces[:-1]) + "->" + pieces[-1])


def _subscript(node: ast.Subscript) -> Iterator[ast.AST]:
    entries = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for i, entry in enumerate(entries):
        for new in _entry(entry):
            several = [*entries[:i], new, *entries[i + 1 :]]
            inner = ast.Tuple(several, ast.Load()) if isinstance(node.slice, ast.Tuple) else several[0]
            yield ast.Subscript(node.value, inner, node.ctx)


def _entry(entry: ast.expr) -> Iterator[ast.expr]:
    if isinstance(entry, ast.Slice):
        if entry.lower:
            yield ast.Slice(None, entry.upper, entry.step)
        if entry.upper:
            yield ast.Slice(entry.lower, None, entry.step)
    elif isinstance(entry, ast.Name | ast.BinOp):
        yield _plus(entry, 1)
        yield _plus(entry, -1)


def _call(node: ast.Call) -> Iterator[ast.AST]:
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if len(node.args) >= 2:
        yield ast.Call(node.func, [node.args[1], node.args[0], *node.args[2:]], node.keywords)
    if len(node.args) == 1 and not node.keywords:
        yield node.args[0]
    if name == "range":
        for i, arg in enumerate(node.args):
            for n in (1, -1):
                yield ast.Call(node.func, [*node.args[:i], _plus(arg, n), *node.args[i + 1 :]], [])
    if node.keywords:
        yield ast.Call(node.func, node.args, node.keywords[1:])


def _compare(node: ast.Compare) -> Iterator[ast.AST]:
    if type(node.ops[0]) in NEXT:
        yield ast.Compare(node.left, [NEXT[type(node.ops[0])](), *node.ops[1:]], node.comparators)
    yield ast.UnaryOp(ast.Not(), node)


def _choice(node: ast.IfExp) -> Iterator[ast.AST]:
    yield node.body
    yield node.orelse


def _augmented(node: ast.AugAssign) -> Iterator[ast.AST]:
    yield ast.Assign([node.target], node.value)
    if type(node.op) in OPPOSITE:
        yield ast.AugAssign(node.target, OPPOSITE[type(node.op)](), node.value)
    yield ast.Pass()


def _assigned(node: ast.Assign) -> Iterator[ast.AST]:
    yield ast.Pass()
    yield ast.Assign(node.targets, _minus(node.value))


def _dropped(node: ast.AST) -> Iterator[ast.AST]:
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        yield ast.Pass()


def _returned(node: ast.Return) -> Iterator[ast.AST]:
    items = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
    for i, item in enumerate(items):
        if item is not None:
            signed = [*items[:i], _minus(item), *items[i + 1 :]]
            yield ast.Return(ast.Tuple(signed, ast.Load()) if len(items) > 1 else signed[0])
    for i in range(len(items) - 1):
        yield ast.Return(ast.Tuple([*items[:i], items[i + 1], items[i], *items[i + 2 :]], ast.Load()))


def _branch(node: ast.If) -> Iterator[ast.AST]:
    yield ast.If(ast.Constant(True), node.body, node.orelse)
    yield ast.If(ast.Constant(False), node.body, node.orelse)


RULES = {
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Attribute: _attribute,
    ast.Constant: _constant,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.Compare: _compare,
    ast.IfExp: _choice,
    ast.AugAssign: _augmented,
    ast.Assign: _assigned,
    ast.Expr: _dropped,
    ast.Return: _returned,
    ast.If: _branch,
    ast.For: _dropped,
}
