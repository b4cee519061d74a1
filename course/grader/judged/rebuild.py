"""The notebook that is graded: the released one, with the student's answers put into it."""

import copy
import re
from typing import Any

import nbformat

from course.grader.judged.reading import Cell

Node = nbformat.NotebookNode

TAG = re.compile(r"<(?=[A-Za-z/!?])")
REMOTE_IMAGE = re.compile(r"!\[(?![^\]]*\]\(attachment:)")
ODD_LINK = re.compile(r"\]\((?!https?://|attachment:|#)")
ODD_REFERENCE = re.compile(r"^(\s*)\[([^\]]+)\]:(?!\s*https?://)", re.MULTILINE)


def plain(text: str) -> str:
    """Markdown without HTML, remote pictures and odd links; mathematics stays as it is.

    A `<` before a letter becomes `< `, which means the same in a formula and begins no tag.
    """
    text = REMOTE_IMAGE.sub("[", TAG.sub("< ", text))
    return ODD_REFERENCE.sub(r"\1[\2] :", ODD_LINK.sub("] (", text))


def about(cell: Node) -> dict[str, Any]:
    """A cell's nbgrader metadata."""
    found: dict[str, Any] = cell.metadata.get("nbgrader", {})
    return found


def rebuild(released: Node, cells: list[Cell], *, plain_markdown: bool = True, note: str = "") -> Node:
    """Put submitted cells into the released notebook.

    Every released cell that nbgrader knows stands there once, in the released order, with the released text
    unless it is an answer; cells of the student's own follow the cell that they followed. Of two cells
    that claim one id the last is the answer, as in nbgrader. A missing answer is the released stub.
    """
    known = {about(c)["grade_id"]: c for c in released.cells if about(c).get("grade_id")}
    last = {cell.grade_id: number for number, cell in enumerate(cells)}
    own: dict[str, list[Node]] = {
        name: [] for name in ["", *known]
    }  # the student's own cells, by predecessor
    answers: dict[str, Cell] = {}
    after = ""
    for number, cell in enumerate(cells):
        if cell.grade_id in known and last[cell.grade_id] == number:
            after = cell.grade_id
            answers[after] = cell
        elif cell.source.strip():
            own[after].append(_own(cell, sum(map(len, own.values())), plain_markdown))
    book = copy.deepcopy(released)
    book.cells = [_note(note)] if note else []
    book.cells += own[""]
    for name, cell in known.items():
        book.cells += [_filled(cell, answers.get(name), plain_markdown), *own[name]]
    return book


def _own(cell: Cell, number: int, plain_markdown: bool) -> Node:
    name = f"own-{number}"
    if cell.kind == "code":
        return nbformat.v4.new_code_cell(source=cell.source, id=name)  # type: ignore[no-any-return,no-untyped-call]
    text = plain(cell.source) if plain_markdown else cell.source
    made = nbformat.v4.new_markdown_cell(source=text, id=name)  # type: ignore[no-untyped-call]
    return _with_attachments(made, cell)


def _filled(released: Node, answer: Cell | None, plain_markdown: bool) -> Node:
    """A released cell with the student's text, if it is one that students write."""
    cell = copy.deepcopy(released)
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    if answer is not None and about(cell).get("solution") and answer.source != released.source:
        markdown = cell.cell_type != "code" and plain_markdown
        cell.source = plain(answer.source) if markdown else answer.source
        if cell.cell_type != "code":
            cell = _with_attachments(cell, answer)
    return cell


def _with_attachments(node: Node, cell: Cell) -> Node:
    if cell.attachments:
        node.attachments = nbformat.from_dict(cell.attachments)  # type: ignore[no-untyped-call]
    return node


def _note(text: str) -> Node:
    node: Node = nbformat.v4.new_markdown_cell(source=text, id="note")  # type: ignore[no-untyped-call]
    return node


def restore(book: Node, graded: Node) -> None:
    """Put the outputs of a graded notebook into the cells of the same name, or else of the same text."""
    by_name = {about(c)["grade_id"]: c for c in graded.cells if about(c).get("grade_id")}
    by_text = {c.source: c for c in graded.cells if c.cell_type == "code"}
    for cell in book.cells:
        found = by_name.get(about(cell).get("grade_id", "")) or by_text.get(cell.source)
        if cell.cell_type == "code" and found is not None and found.cell_type == "code":
            cell.outputs, cell.execution_count = found.outputs, found.execution_count
