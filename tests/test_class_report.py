"""The class report: from graded notebooks to a page and a table."""

import csv
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner

from course.grader.bank import Answer
from course.grader.class_report import readable
from course.grader.classroom import Classroom
from course.grader.cli import main
from course.judging import judge
from course.report import MIME, as_data
from tests.conftest import SOLUTIONS, answer_of

CLASS = {
    "ada": "reference",
    "bela": "carry_dropped",
    "chen": "carry_dropped",
    "dara": "mean_in_bias",
    "emil": "three_parts",
    "ines": "overwrites_targets",
    "jan": "stub",
}


def graded(room: Path, student: str, data: Any, grade_id: str = "rnn_bptt") -> None:
    """A graded notebook with one check in it."""
    output = nbformat.v4.new_output("display_data", data={"text/plain": "x", MIME: data})
    meta = {"nbgrader": {"grade": True, "solution": False, "grade_id": grade_id}}
    cell = nbformat.v4.new_code_cell("check(rnn_bptt)", outputs=[output], metadata=meta)
    folder = room / "autograded" / student / "ps2"
    folder.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / "bptt.ipynb")


def verdict_data(answer: str) -> dict[str, Any]:
    exercise, banked = answer_of("rnn_bptt", "reference" if answer == "stub" else answer)
    if answer == "stub":
        banked = Answer("stub", "def rnn_bptt(p, X, Y, h_0):\n    raise NotImplementedError\n", False)
    return as_data(judge(exercise, banked.local(exercise), exercise.public_cases()))


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    Classroom.make(tmp_path, SOLUTIONS)
    for student, answer in CLASS.items():
        graded(tmp_path, student, verdict_data(answer))
    graded(tmp_path, "fay", {"exercise": "rnn_bptt", "points": "many"})
    graded(tmp_path, "goran", verdict_data("reference") | {"exercise": "BPTT"})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_report_counts_and_names_nobody(room: Path) -> None:
    done = CliRunner().invoke(main, ["report", "ps2"])
    assert done.exit_code == 0, done.output
    page = (room / "reports" / "ps2.html").read_text(encoding="utf-8")
    assert "1 of 7 passed</b> (14 %)" in page
    assert "<b>2 of 7</b> · Nothing travels between steps" in page
    assert "<b>1 of 7</b> · No known mistake explains it." in page
    assert page.index("2 of 7") < page.index("b_h: T times too small") < page.index("No known mistake")
    assert page.count('<div role="img" aria-label="Which paths') == 1
    assert not re.findall(rf"\b({'|'.join(CLASS)})\b", page)
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "prefers-color-scheme: dark" in page
    assert 'name="viewport"' in page


def test_table_has_a_row_for_each_mistake(room: Path) -> None:
    CliRunner().invoke(main, ["report", "ps2"])
    with (room / "reports" / "ps2.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["exercise"] == "rnn_bptt"
    assert (rows[0]["handed in"], rows[0]["passed"], rows[0]["of"]) == ("7", "1", "9")
    assert [(r["mistake"], r["times"]) for r in rows[1:]] == [
        ("no_recurrence", "2"),
        ("changes things", "1"),
        ("factor_1/T@b_h", "1"),
        ("no result", "1"),
        ("not recognised", "1"),
    ]


def test_names_are_shown_when_asked_for(room: Path) -> None:
    CliRunner().invoke(main, ["report", "ps2", "--names"])
    page = (room / "reports" / "ps2.html").read_text(encoding="utf-8")
    assert "bela, chen" in page
    assert "fay" not in page
    assert "goran" not in page


def test_nothing_graded_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Classroom.make(tmp_path, SOLUTIONS)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["report", "ps2"])
    assert done.exit_code == 1
    assert "First: course grade ps2" in done.output


@pytest.mark.parametrize(
    "change",
    [
        {"points": float("nan")},
        {"points": 99},
        {"diagnoses": 3},
        {"paths": {"alpha": 3}},
        {"max_points": float("inf")},
        {"exercise": None, "points": None},
    ],
)
def test_data_of_another_form_is_left_out(change: dict[str, Any]) -> None:
    data = verdict_data("mean_in_bias")
    assert readable(data) is not None
    assert readable(data | change) is None


def test_markup_in_a_notebook_is_text_in_the_report(room: Path) -> None:
    data = verdict_data("mean_in_bias")
    data["diagnoses"] = [{"name": "x", "sentence": "<script>alert(1)</script>"}]
    graded(room, "hana", data)
    CliRunner().invoke(main, ["report", "ps2"])
    assert "<script>" not in (room / "reports" / "ps2.html").read_text(encoding="utf-8")
