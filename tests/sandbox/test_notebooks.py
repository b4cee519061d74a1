"""Pure parts: reading, rebuilding, steps, seeds, outputs. No sandbox, no nbgrader command."""

import base64
import json
import os
import re
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest

from course.exercise import load
from course.grader.judged.feedback import FeedbackExporter, markdown
from course.grader.judged.maths import FORMULA, Page, drawn
from course.grader.judged.outputs import Shown, points, without_numbers
from course.grader.judged.reading import MAX_CELLS, Cell, Unreadable, read_bytes, read_cells
from course.grader.judged.rebuild import about, plain, rebuild
from course.grader.judged.seeds import attempt_of, secret_of, seed
from course.grader.judged.session import Result
from course.grader.judged.steps import Source, Step, asked, steps_of
from course.grader.sandbox import Defences, Limits
from course.verdict import Outcome, Verdict
from tests.conftest import REPOSITORY

TEXTS = REPOSITORY / "course" / "problem_sets"


def data(book: Any) -> bytes:
    return json.dumps(book).encode()


def test_cells_of_formats_3_and_4() -> None:
    new = {"nbformat": 4, "cells": [{"cell_type": "code", "source": ["a\n", "b"], "metadata": {}}]}
    old = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": "a\nb"}]}]}
    assert read_cells(data(new)) == read_cells(data(old)) == [Cell("code", "a\nb")]


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"cells": 3}',
        b'{"worksheets": []}',
        b'{"worksheets": [3]}',
        b"[" * 10**6,
    ],
)
def test_what_is_no_notebook_says_so(bad: bytes) -> None:
    with pytest.raises(Unreadable, match=r"it (is not a notebook|has no cells)"):
        read_cells(bad)


def test_odd_cells_are_left_out_or_mended() -> None:
    cells: list[Any] = [3, None, {"source": 5}, {"cell_type": "raw", "source": "x", "metadata": []}]
    cells += [{"cell_type": "code", "source": "a\ud800", "metadata": {"nbgrader": {"grade_id": ["x"]}}}]
    assert read_cells(data({"cells": cells})) == [Cell("markdown", "x"), Cell("code", "a?")]
    assert len(read_cells(data({"cells": [{"source": "x"}] * (MAX_CELLS + 5)}))) == MAX_CELLS


def test_only_pictures_are_attached() -> None:
    png, fake = "iVBORw0KGgo=", "PHNjcmlwdD4="
    forms = {"a.png": {"image/png": png, "text/html": "<b>"}, "b.png": {"image/png": fake}, "c": 3}
    cells = [{"cell_type": "markdown", "source": "x", "attachments": forms}]
    assert read_cells(data({"cells": cells}))[0].attachments == {"a.png": {"image/png": png}}


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "fifo")
    assert read_bytes(tmp_path / "file", 5) == b"12345"
    with pytest.raises(Unreadable, match="larger"):
        read_bytes(tmp_path / "file", 4)
    for name in ("link", "fifo", "."):
        with pytest.raises(Unreadable, match="not a regular file"):
            read_bytes(tmp_path / name, 100)
    with pytest.raises(Unreadable, match="not handed in"):
        read_bytes(tmp_path / "none", 100)


def released() -> nbformat.NotebookNode:
    def cell(name: str, source: str, **flags: Any) -> nbformat.NotebookNode:
        meta = {"grade": False, "solution": False, "locked": True, "grade_id": name} | flags
        return nbformat.v4.new_code_cell(source, metadata={"nbgrader": meta}, id=name)

    cells = [cell("intro", "import x"), cell("f-answer", "stub", solution=True, locked=False)]
    return nbformat.v4.new_notebook(cells=[*cells, cell("f", "check(recurrence)", grade=True, points=5)])


def test_rebuilding_keeps_answers_and_own_cells_and_restores_the_rest() -> None:
    cells = [Cell("code", "mine 0"), Cell("code", "changed", "intro"), Cell("code", "first", "f-answer")]
    cells += [Cell("code", "last", "f-answer"), Cell("code", "mine 1"), Cell("code", "5.0", "stranger")]
    book = rebuild(released(), cells)
    texts = [c.source for c in book.cells]
    assert texts == ["mine 0", "import x", "first", "last", "mine 1", "5.0", "check(recurrence)"]
    assert [about(c).get("grade_id") for c in book.cells] == [
        None,
        "intro",
        None,
        "f-answer",
        None,
        None,
        "f",
    ]
    nbformat.validate(book)


def test_rebuilding_restores_order_and_missing_cells() -> None:
    cells = [Cell("code", "", "f"), Cell("code", "after f"), Cell("code", "mine", "f-answer")]
    texts = [c.source for c in rebuild(released(), cells).cells]
    assert texts == ["import x", "mine", "check(recurrence)", "after f"]
    assert [c.source for c in rebuild(released(), []).cells] == ["import x", "stub", "check(recurrence)"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$a<b$ and $c < d$", "$a< b$ and $c < d$"),
        ("<script>x</script>", "< script>x< /script>"),
        ("<!-- c --><?php", "< !-- c -->< ?php"),
        ("![x](http://a/b.png)", "[x](http://a/b.png)"),
        ("![x](attachment:a.png)", "![x](attachment:a.png)"),
        ("![x][ref]", "[x][ref]"),
        ("[x](javascript:1)", "[x] (javascript:1)"),
        ("[x](JAVA&#115;cript:1)", "[x] (JAVA&#115;cript:1)"),
        ("[r]: data:text/html,x", "[r] : data:text/html,x"),
        ("[r]: https://a.example", "[r]: https://a.example"),
        ("1. a\n2. **b** `c`", "1. a\n2. **b** `c`"),
    ],
)
def test_plain_markdown(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_markdown_shows_formulas_as_pictures_or_as_text() -> None:
    html = markdown(r"Let $a < b$ and $$\sum_i x_i$$ and $\unknown{x}$ for $5.", {}, Page())
    assert html.count("<img") == 2
    assert 'alt="a &lt; b"' in html
    assert r"<code>\unknown{x}</code>" in html
    assert "for $5." in html


@pytest.mark.parametrize(
    "text",
    [
        "\\(" * 500_000,
        "$" * 500_000,
        "\\(" * 10_000,
        "$a$ " + "xformula0x " * 2000,
        "\\begin{equation}" * 1200,
        "![" * 10_000,
        " ".join(f"$x_{{{i}}} + {'y' * 400}$" for i in range(45)),
        " ".join("$" + r"\frac{" * 60 + f"{i}$" for i in range(45)),
    ],
)
def test_a_page_takes_little_time_and_space_whatever_is_written(text: str) -> None:
    started, page = time.process_time(), Page()
    total = sum(len(markdown(text, {}, page)) for _ in range(20))
    assert time.process_time() - started < 20
    assert total < 40 * len(text) + 10**7


@pytest.mark.parametrize(
    "formula",
    [
        r"\square",
        r"\frac12 \frac1{T} \tfrac2\pi",
        r"\sqrt h\, \mathcal N(0, I)",
        r"a \iff b",
        r"\sum\limits_i \bigl(x_i\bigr)",
        r"\Big\| x \Big\|",
    ],
)
def test_what_proofs_are_full_of_is_drawn(formula: str) -> None:
    assert markdown(f"${formula}$", {}, Page()).count('class="formula"') == 1


def test_a_formula_has_no_ground_of_its_own() -> None:
    (data,) = re.findall(r'base64,([^"]+)"', drawn("x_t"))
    picture = base64.b64decode(data).decode()
    assert "<path" in picture
    assert "fill: #ffffff" not in picture


@pytest.mark.parametrize("path", sorted(TEXTS.glob("ps*/text.md")), ids=lambda path: path.parent.name)
def test_every_formula_of_a_problem_set_is_drawn_on_its_pages(path: Path) -> None:
    text = re.sub(r"`[^`\n]*`", "", path.read_text(encoding="utf-8"))
    formulas = [" ".join("".join(filter(None, found)).split()) for found in FORMULA.findall(text)]
    assert [f for f in formulas if not drawn(f)] == []


def feedback(points: float, comment: str = "", score: float | None = None) -> str:
    """A page with one judged cell and one answer to which a person has said something."""
    judged = {"grade_id": "f", "grade": True, "solution": False, "score": score, "points": points}
    answer = {"grade_id": "p", "grade": False, "solution": True, "comment": comment}
    cells = [
        nbformat.v4.new_code_cell("check(f)", metadata={"nbgrader": judged}),
        nbformat.v4.new_markdown_cell("By induction.", metadata={"nbgrader": answer}),
    ]
    about_it = {"notebook": "n", "score": score or 0.0, "max_score": points}
    page, _ = FeedbackExporter().from_notebook_node(
        nbformat.v4.new_notebook(cells=cells), {"nbgrader": about_it}
    )
    return str(page)


def test_a_comment_may_be_markdown_with_formulas_but_no_html() -> None:
    page = feedback(3.0, "See *there*: $C_t$ <b>x</b>")
    assert "<em>there</em>" in page
    assert 'class="formula"' in page
    assert "<b>" not in page


def test_practice_bears_no_score() -> None:
    assert feedback(3.0, score=3.0).count("Score: 3.0 / 3.0") == 2
    assert "0.0" not in feedback(0.0, score=0.0)
    assert "Practice, no points" in feedback(0.0, score=0.0)


def test_what_waits_for_a_person_bears_no_0() -> None:
    assert "Score: – / 3.0, waits to be graded by hand" in feedback(3.0)
    assert "Score: 0.0 / 3.0 so far" in feedback(3.0)
    assert "so far" not in feedback(3.0, score=2.0)


def test_a_picture_stands_in_a_cell_once() -> None:
    picture = {"a.png": {"image/png": "iVBORw0KGgo=" * 1000}}
    html = markdown("![x](attachment:a.png) " * 50, picture, Page())
    assert html.count("data:image/png") == 1
    assert "<img" in markdown("![x](attachment:none.png)", {}, Page())


@pytest.mark.parametrize(
    ("source", "exercise"),
    [
        ("check(recurrence)", "recurrence"),
        ("check(recurrence, points=12)", "recurrence"),
        ("# text\ncheck(recurrence)", "recurrence"),
        ("check(nothing)", ""),
        ("check(recurrence, points=0);", "recurrence"),
        ("check(recurrence); 5", ""),
        ("x = check(recurrence)", ""),
        ("assert recurrence(1) == 2", ""),
        ("check(", ""),
        ("self.check(recurrence)", ""),
    ],
)
def test_which_exercise_a_test_cell_judges(source: str, exercise: str) -> None:
    assert asked(source) == exercise


def test_steps_come_from_the_source() -> None:
    book = rebuild(released(), [Cell("code", "def f(): pass\n\n1", "f-answer")])
    steps = steps_of(book, Source({"f": "recurrence"}, "numpy"), judge=True, tags=False)
    assert [(s.kind, s.exercise, s.points, s.lines) for s in steps][-1] == ("judged", "recurrence", 5.0, 3)
    assert steps_of(book, Source({"f": "recurrence"}, "numpy"), judge=False, tags=False)[-1].kind == "test"
    book.cells[-1].metadata["tags"] = ["skip-execution"]
    assert len(steps_of(book, Source({}, "numpy"), judge=True, tags=False)) == 3
    assert len(steps_of(book, Source({}, "numpy"), judge=True, tags=True)) == 2


def test_seeds_repeat_and_differ(tmp_path: Path) -> None:
    secret = secret_of(tmp_path)
    assert secret == secret_of(tmp_path)
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    words = ("ps2", "ada", "recurrence", attempt_of(b"x"))
    assert seed(secret, *words) == seed(secret, *words)
    others = [("ps2", "bela", *words[2:]), (*words[:3], attempt_of(b"y")), ("ps2a", "da", *words[2:])]
    assert len({seed(secret, *w) for w in [words, *others]}) == 4


def verdict(*passed: bool | None, message: str = "") -> Verdict:
    outcomes = [Outcome(f"c{i}", "s", 2, p, message, "yours 0.123") for i, p in enumerate(passed)]
    return Verdict("recurrence", tuple(outcomes))


def test_points_are_scaled_and_stay_in_range() -> None:
    assert points(verdict(True, True), 12.0) == 12.0
    assert points(verdict(True, False), 12.0) == 6.0
    assert points(verdict(None, False), 12.0) == 0.0
    assert points(Verdict("x", ()), 12.0) == 0.0


def test_reports_show_no_number_of_the_functions() -> None:
    said = "W_hx has shape (123, -4.5e6); it raised KeyError (line 3 of your code) in the case T=3, h=2."
    shown = without_numbers(verdict(False, message=said)).outcomes[0]
    assert shown.message == (
        "W_hx has shape (…, …); it raised KeyError (line 3 of your code) in the case T=3, h=2."
    )
    assert shown.detail == ""


PNG = "iVBORw0KGgo="
STREAM = {"output_type": "stream", "name": "stdout", "parts": ["a\x1b[31mb\x07", 5]}
DISPLAY = {"output_type": "display_data", "data": {"text/plain": "t", "text/html": "<b>", "image/png": PNG}}
ODD: list[Any] = [3, {}, {"output_type": "display_data", "data": 5}, {"data": {"image/png": "no png"}}]


def shown(kind: str, result: Result, *off: str, first: int = 9) -> list[Any]:
    step = Step(1, kind, "x", "x", "recurrence", 5.0, 3)
    return Shown(Defences.without(off), Limits(text=10), first).of(step, result)


def test_outputs_are_text_and_pictures() -> None:
    made = shown("cell", Result([STREAM, DISPLAY, *ODD]))
    assert made[0] == {"output_type": "stream", "name": "stdout", "text": "ab"}
    assert made[1]["data"] == {"text/plain": "t", "image/png": PNG}
    assert len(made) == 2
    assert "text/html" in shown("cell", Result([DISPLAY]), "plain_outputs")[0]["data"]


def test_long_text_is_cut_unless_that_is_off() -> None:
    long = {"output_type": "stream", "name": "stdout", "parts": ["x" * 50]}
    assert shown("cell", Result([long]))[0]["text"] == "x" * 10 + "\n… (cut)"
    assert shown("cell", Result([long]), "output_caps")[0]["text"] == "x" * 50


def test_silence_after_the_first_judged_cell() -> None:
    error = {"name": "Secret42", "line": 10**9, "text": "0.123"}
    assert shown("cell", Result([STREAM], error), first=0) == [
        {"output_type": "error", "ename": "Exception", "evalue": "", "traceback": ["Exception"]}
    ]
    assert len(shown("cell", Result([STREAM]), "silence", first=0)) == 1
    assert shown("cell", Result([], error), "bare_exceptions")[0]["evalue"] == "0.123"


def test_a_judged_cell_has_the_judges_score_last() -> None:
    about_it = {"title": load("recurrence").title, "chapter": load("recurrence").chapter}
    made = shown("judged", Result([STREAM], verdict=verdict(True, False), about=about_it))
    assert [o["output_type"] for o in made] == ["display_data", "execute_result"]
    assert made[-1]["data"] == {"text/plain": "2.5"}
    assert shown("judged", Result(zero="why"))[-1]["data"] == {"text/plain": "0.0"}
    assert "our fault" in str(shown("judged", Result(fault="why"))).lower()


def test_stderr_of_a_plain_test_costs_it_as_in_nbgrader() -> None:
    from nbgrader.utils import determine_grade

    loud = {"output_type": "stream", "name": "stderr", "parts": ["warning"]}
    meta = {"nbgrader": {"grade": True, "solution": False, "points": 5, "grade_id": "x"}}
    for first in (0, 9):
        cell = nbformat.v4.new_code_cell(
            "", outputs=shown("test", Result([loud]), first=first), metadata=meta
        )
        assert determine_grade(cell)[0] == 0
    cell = nbformat.v4.new_code_cell("", outputs=shown("test", Result([STREAM])), metadata=meta)
    assert determine_grade(cell)[0] == 5
