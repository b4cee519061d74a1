"""Lines 1 and 18: tags, cells, metadata and files that are not what was released."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.attacks.model import Attack, Json, Make, Submission, answer, both, cell_of, edits, says

WRONG = says(answer())
ALL_LOST: dict[str, float | None] = {"recurrence": 0.0, "rnn_bptt": 0.0, "double": 0.0}
ANYTHING: dict[str, float | None] = {"recurrence": None, "rnn_bptt": None, "double": None}
RESTORED = "nbgrader restores that as well"
SOURCE, READING = ("source_cells",), ("safe_reading",)


def tag(*tags: str, on: str = "recurrence") -> Make:
    """Give a cell tags."""
    return edits(lambda book: cell_of(book, on)["metadata"].update(tags=list(tags)))


def everywhere(book: Json) -> None:
    """Tag every cell of the notebook."""
    for cell in book["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception"]


def prefilled(book: Json) -> None:
    """Store the result that the cell should have had, and forbid to run it."""
    cell = cell_of(book, "recurrence")
    result = {"output_type": "execute_result", "execution_count": 9, "metadata": {}}
    cell["outputs"] = [{**result, "data": {"text/plain": "5.0"}}]
    cell["metadata"]["tags"] = ["skip-execution"]


def retype(kind: str) -> Make:
    """Make the test cell a cell of another kind."""

    def change(book: Json) -> None:
        cell = cell_of(book, "recurrence")
        cell["cell_type"] = kind
        for name in ("outputs", "execution_count"):
            cell.pop(name, None)

    return edits(change)


def moved(book: Json) -> None:
    """The test cells stand before everything else, when no answer is defined."""
    tests = [c for c in book["cells"] if c["metadata"].get("nbgrader", {}).get("grade")]
    book["cells"] = tests + [c for c in book["cells"] if c not in tests]


def without_tests(book: Json) -> None:
    """The test cells are deleted."""
    book["cells"] = [c for c in book["cells"] if not c["metadata"].get("nbgrader", {}).get("grade")]


def twice(book: Json) -> None:
    """The test cell stands there twice, once as the student would like it."""
    cell = cell_of(book, "recurrence")
    book["cells"].append({**json.loads(json.dumps(cell)), "source": "5.0", "id": "again"})


def same_id(book: Json) -> None:
    """Every cell has one and the same id."""
    for cell in book["cells"]:
        cell["id"] = "same"


def points(book: Json) -> None:
    """The test cell says that it is worth 100 points and tests something else."""
    cell = cell_of(book, "recurrence")
    cell["source"] = "100.0"
    cell["metadata"]["nbgrader"].update(points=100, locked=False)


def ungraded(book: Json) -> None:
    """The metadata say that the cell is no test."""
    cell_of(book, "recurrence")["metadata"]["nbgrader"].update(grade=False, solution=True)


def own_grade(book: Json) -> None:
    """A further cell claims to be a test worth 100 points."""
    data = {"grade": True, "solution": False, "locked": True, "task": False, "schema_version": 3}
    data |= {"grade_id": "bonus", "points": 100, "cell_type": "code"}
    cell = {"cell_type": "code", "id": "bonus", "metadata": {"nbgrader": data}, "source": "100.0"}
    book["cells"].append({**cell, "outputs": [], "execution_count": None})


def version3(book: Json) -> None:
    """The notebook in the format of 2013."""
    cells = list(book["cells"])
    for cell in cells:
        if cell["cell_type"] == "code":
            cell.update(input=cell.pop("source"), language="python", collapsed=False, prompt_number=1)
    book.clear()
    book.update(nbformat=3, nbformat_minor=0, metadata={"name": ""})
    book["worksheets"] = [{"cells": cells, "metadata": {}}]


def in_its_place(make: Callable[[Path], None]) -> Make:
    """Something else lies where the notebook should be."""

    def change(submission: Submission) -> None:
        submission.path.unlink()
        make(submission.path)

    return change


def huge(path: Path) -> None:
    """A file of 3 GB, of which the disk holds nothing."""
    with path.open("wb") as file:
        file.truncate(3 << 30)


def neighbour(submission: Submission) -> None:
    """A link to the work of somebody else."""
    submission.path.unlink()
    submission.path.symlink_to(submission.room / "submitted" / "ada" / "ps2" / "bptt.ipynb")


def device(path: Path) -> None:
    """A device node for root, a pipe that nobody writes to for others; never one that could do harm."""
    if os.geteuid() == 0:
        os.mknod(path, 0o020666, os.makedev(1, 5))  # /dev/zero
    else:
        os.mkfifo(path, 0o666)


def deep(path: Path) -> None:
    """JSON that is nested more deeply than a parser's stack."""
    path.write_text('{"cells": ' + "[" * 200_000 + "]" * 200_000 + "}")


def odd_cells(book: Json) -> None:
    """Cells that are no cells."""
    book["cells"][1:1] = [{"cell_type": "code"}, {"cell_type": "markdown", "source": 7, "metadata": []}]


def second(submission: Submission) -> None:
    """A second notebook that claims the same cells."""
    submission.attach("bptt_2.ipynb", json.dumps(submission.read()))


def foreign_kernel(book: Json) -> None:
    """A kernel that is not there, and a language that is not Python."""
    book["metadata"] = {
        "kernelspec": {"name": "bash", "display_name": "B", "language": "bash"},
        "language_info": {},
    }


def intake(name: str, make: Callable[[Path], None], unsafe: str = "") -> Attack:
    """A file that cannot be read as the notebook: it earns nothing, and stops nobody."""
    return Attack(18, name, READING, in_its_place(make), ALL_LOST, goal="stop", unsafe=unsafe)


ATTACKS = [
    Attack(1, "skip_test", SOURCE, both(WRONG, tag("skip-execution"))),
    Attack(1, "skip_everything", SOURCE, both(WRONG, edits(everywhere))),
    Attack(1, "skip_prefilled", SOURCE, both(WRONG, edits(prefilled))),
    Attack(1, "skip_as_parameters", SOURCE, both(WRONG, tag("parameters", "hide-input", "skip-execution"))),
    Attack(18, "edited", (), both(WRONG, edits(points)), why=RESTORED),
    Attack(18, "not_a_test", SOURCE, both(WRONG, edits(ungraded)), goal="stop"),
    Attack(18, "as_markdown", (), both(WRONG, retype("markdown")), goal="stop", why=RESTORED),
    Attack(18, "as_raw", (), both(WRONG, retype("raw")), goal="stop", why=RESTORED),
    Attack(18, "reordered", (), edits(moved), {}, goal="stop", why=RESTORED),
    Attack(18, "deleted", SOURCE, edits(without_tests), {}, goal="stop"),
    Attack(18, "duplicated", SOURCE, both(WRONG, edits(twice)), goal="stop"),
    Attack(18, "same_ids", (), edits(same_id), {}, goal="stop", why=RESTORED),
    Attack(18, "bonus_cell", SOURCE, both(WRONG, edits(own_grade)), goal="stop"),
    Attack(
        18,
        "odd_cells",
        SOURCE,
        edits(odd_cells),
        ANYTHING,
        "stop",
    ),
    Attack(18, "second_notebook", (), both(WRONG, second), goal="stop", why=RESTORED),
    Attack(18, "version_3", (), edits(version3), ANYTHING, "stop", why="nbgrader reads that as well"),
    Attack(18, "version_99", SOURCE, edits(lambda b: b.update(nbformat=99)), {}, goal="stop"),
    Attack(18, "foreign_kernel", SOURCE, edits(foreign_kernel), {}, goal="stop"),
    Attack(18, "link_to_neighbour", READING, neighbour, ALL_LOST),
    intake("no_json", lambda p: p.write_text("{'cells': oops")),
    intake("empty", lambda p: p.write_bytes(b"")),
    intake("nul_bytes", lambda p: p.write_bytes(b"\xff\xfe\x00\x00" * 100)),
    intake("list", lambda p: p.write_text("[1, 2]")),
    intake("deep", deep),
    intake("folder", lambda p: p.mkdir()),
    intake("dangling_link", lambda p: p.symlink_to("/nonexistent/notebook")),
    intake("link_to_zero", lambda p: p.symlink_to("/dev/zero"), unsafe="it is read until memory is full"),
    intake("device", device, unsafe="it is read until memory is full"),
    replace(intake("pipe", lambda p: os.mkfifo(p)), goal="time"),
    intake("huge", huge, unsafe="it is read and copied as a whole: 3 GB"),
]
