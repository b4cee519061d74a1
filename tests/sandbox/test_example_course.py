"""The example course of nbgrader, whose tests are plain asserts, gets the same scores from us."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbgrader
import pytest
from nbgrader.api import Gradebook

EXAMPLE = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"
CONFIG = "import os\nc = get_config()\nc.CourseDirectory.root = os.path.dirname(os.path.abspath(__file__))\n"
OURS = "from course.grader.judged.install import install\ninstall(c, in_classroom=False)\n"


def scores(folder: Path, config: str) -> tuple[dict[tuple[str, str, str], float | None], str]:
    """Grade the example in a folder; returns (auto score by student, notebook and cell, what was said)."""
    for name in ("source", "submitted"):
        shutil.copytree(EXAMPLE / name, folder / name)
    (folder / "nbgrader_config.py").write_text(CONFIG + config)
    said = ""
    for words in (["generate_assignment"], ["autograde"]):
        command = [sys.executable, "-m", "nbgrader", *words, "ps1"]
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, env=dict(os.environ), check=False
        )
        said += done.stdout + done.stderr
        assert done.returncode == 0, said[-3000:]
    found = {}
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        for submission in gradebook.assignment_submissions("ps1"):
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    found[submission.student.id, notebook.name, grade.name] = grade.auto_score
    return found, said


def test_same_scores_as_stock_nbgrader(tmp_path: Path) -> None:
    stock, _ = scores(tmp_path / "stock", "")
    ours, _ = scores(tmp_path / "ours", OURS)
    assert ours == stock
    assert len({student for student, _, _ in stock}) == 2
    assert {None, 0.0} < set(stock.values())
    text = (tmp_path / "ours" / "autograded" / "bitdiddle" / "ps1" / "problem1.ipynb").read_text()
    assert "Not judged" in text


@pytest.mark.parametrize("printed", ["nan", "-1.0", "1e9", "inf"])
def test_a_printed_score_outside_the_range_is_none(printed: str) -> None:
    from course.grader.judged.outputs import Shown
    from course.grader.judged.session import Result
    from course.grader.judged.steps import Step
    from course.grader.sandbox import Defences, Limits

    step = Step(0, "test", printed, "t", points=5.0, lines=1)
    result = Result([{"output_type": "execute_result", "data": {"text/plain": printed}}])
    made = Shown(Defences(), Limits(), 9).of(step, result)
    assert made[-1]["data"]["text/plain"] == "0.0"
    raw = Shown(Defences.without(["finite_scores"]), Limits(), 9).of(step, result)
    assert raw[-1]["data"]["text/plain"] != "0.0"
