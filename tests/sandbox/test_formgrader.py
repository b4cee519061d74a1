"""Proofs are graded by hand in nbgrader's own formgrader, opened in JupyterLab in the classroom, offline."""

import functools
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from course.grader.classroom import Classroom
from tests.book.browsing import Browsing
from tests.sandbox.classes import cell_of, edited, make
from tests.sandbox.offline_lab import Lab, lab

pytestmark = pytest.mark.xdist_group("formgrader")  # one server and one browser for the whole file
SECONDS = 120_000  # milliseconds that any step may take on a busy machine
PROOF = r"""
For $t = 1$ clear. Then $\begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}$ and $\href{javascript:taken()}{C_1}$.
<script>document.title = "taken"</script><img src="http://elsewhere.example/a.png">
"""
COMMENT = "Say *where* you use $C_t$."
CELLS = ("recurrence", "direct_and_total", "lemma_for_matrices")


@dataclass
class Walk:
    """What was seen on the way from the submission to the feedback page."""

    room: Classroom
    graded: list[dict[str, dict[str, float | None]]] = field(default_factory=list)  # scores, then again
    lab: Lab | None = None
    foreign: list[str] = field(default_factory=list)  # what the browser was asked to fetch elsewhere
    errors: list[str] = field(default_factory=list)  # exceptions in the page's scripts
    proof: tuple[str, list[str], str] = ("", [], "")  # text and links of the proof, the page's title
    shown: list[dict[str, tuple[str, str]]] = field(default_factory=list)  # (placeholder, value) of scores
    remembered: str = ""  # the comment when the page is opened again
    feedback: str = ""


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """One student's way through it all; the tests look at what was seen."""
    folder = tmp_path_factory.mktemp("formgrader")
    seen = Walk(make(folder / "room", {"honest": edited(_prove)}))
    _grade(seen)
    with lab(seen.room.folder, folder / "lab") as seen.lab, Browsing() as browsing:
        browsing.use("light", functools.partial(_grade_by_hand, seen))
        _grade(seen, "--force")
        browsing.use("light", functools.partial(_open_again, seen))
        page = seen.room.folder / "feedback" / "honest" / "ps2" / "bptt.html"
        seen.feedback = browsing.use("light", lambda tab: _text_of(tab, page))
    return seen


def _prove(book: object) -> None:
    cell_of(book, "lemma_for_matrices").source = PROOF


def _grade(seen: Walk, *words: str) -> None:
    command = [sys.executable, "-m", "course.grader.cli", "grade", "ps2", "--json", *words]
    done = subprocess.run(command, cwd=seen.room.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    marks = json.loads(done.stdout)["marks"]["honest"]
    seen.graded.append({name: mark["score"] for name, mark in marks.items()})


def _watch(seen: Walk, tab: Page) -> str:
    """Refuse and note what is asked of other machines; returns the address of the server."""
    assert seen.lab is not None
    here = (seen.lab.address, seen.lab.address.replace("http", "ws", 1), "data:", "blob:", "about:")
    tab.set_default_timeout(SECONDS)
    tab.set_default_navigation_timeout(SECONDS)
    tab.on("pageerror", lambda error: seen.errors.append(str(error)))
    tab.on("request", lambda r: None if r.url.startswith(here) else seen.foreign.append(r.url))
    tab.context.route(lambda url: not url.startswith(here), lambda route: route.abort())
    return seen.lab.address


def _grade_by_hand(seen: Walk, tab: Page) -> None:
    """From JupyterLab's menu to the submission; a score and a comment for the proof, another score."""
    address = _watch(seen, tab)
    tab.goto(f"{address}lab?token={seen.lab.token}")
    tab.get_by_role("menuitem", name="Nbgrader").click()
    tab.get_by_role("menuitem", name="Formgrader").first.click()
    page = tab.frame_locator("iframe[src*='formgrader']")
    for link in ("Manual Grading", "ps2", "bptt", "Submission #1"):
        page.get_by_role("link", name=link, exact=True).click()
    cell = page.locator(".nbgrader_cell", has=page.locator("#lemma_for_matrices"))
    expect(cell.locator(".MathJax .mtable")).to_be_visible(timeout=SECONDS)
    links = cell.locator("a").evaluate_all("links => links.map(a => a.getAttribute('href') ?? '')")
    seen.proof = (cell.inner_text(), links, page.locator("head title").text_content() or "")
    seen.shown.append(_scores(page))
    _enter(tab, page.locator("#lemma_for_matrices"), "4", "grade")
    _enter(tab, page.locator("#lemma_for_matrices-comment"), COMMENT, "comment")
    _enter(tab, page.locator("#recurrence"), "3", "grade")


def _enter(tab: Page, place: Locator, text: str, kind: str) -> None:
    """Type, and leave the field; formgrader saves by itself."""
    place.fill(text)
    with tab.expect_response(lambda r: f"/api/{kind}/" in r.url and r.request.method == "PUT") as answer:
        place.press("Tab")
    assert answer.value.ok


def _open_again(seen: Walk, tab: Page) -> None:
    """The same submission after everything was graded once more."""
    address = _watch(seen, tab)
    tab.goto(f"{address}formgrader?token={seen.lab.token}")
    tab.goto(f"{address}formgrader/gradebook/ps2/bptt")
    tab.get_by_role("link", name="Submission #1", exact=True).click()
    expect(tab.locator("#recurrence")).to_have_attribute("placeholder", "5", timeout=SECONDS)
    seen.shown.append(_scores(tab))
    seen.remembered = tab.locator("#lemma_for_matrices-comment").input_value()


def _scores(page: Page | FrameLocator) -> dict[str, tuple[str, str]]:
    fields = {name: page.locator(f"#{name}") for name in CELLS}
    return {n: (f.get_attribute("placeholder") or "", f.input_value()) for n, f in fields.items()}


def _text_of(tab: Page, page: Path) -> str:
    tab.goto(page.as_uri())
    return tab.locator("main").inner_text()


def test_nothing_is_asked_of_another_machine(walk: Walk) -> None:
    assert walk.foreign == []
    assert walk.lab is not None
    assert walk.lab.asked() == []
    assert walk.errors == []


def test_the_proof_is_shown_with_its_formulas_and_cannot_run_anything(walk: Walk) -> None:
    text, links, title = walk.proof
    assert "clear. Then" in " ".join(text.split())
    assert "pmatrix" not in text
    assert "< script>" in text
    assert [link for link in links if "javascript" in link] == []
    assert title == "bptt"


def test_a_judged_score_is_shown_and_a_proof_waits(walk: Walk) -> None:
    assert walk.shown[0] == {
        "recurrence": ("5", ""),
        "direct_and_total": ("6", ""),
        "lemma_for_matrices": ("", ""),
    }
    assert walk.graded[0] == {"recurrence": 5.0, "direct_and_total": 6.0, "lemma_for_matrices": None}


def test_what_was_given_by_hand_survives_grading_again(walk: Walk) -> None:
    assert walk.graded[1] == {"recurrence": 3.0, "direct_and_total": 6.0, "lemma_for_matrices": 4.0}
    assert walk.shown[1] == {
        "recurrence": ("5", "3"),
        "direct_and_total": ("6", ""),
        "lemma_for_matrices": ("", "4"),
    }
    assert walk.remembered == COMMENT


def test_the_feedback_page_shows_comment_and_total(walk: Walk) -> None:
    assert "Score: 13.0 / 16.0" in walk.feedback
    assert "Say where you use" in walk.feedback


def test_a_server_that_asks_another_machine_is_refused_and_recorded(tmp_path: Path) -> None:
    record = tmp_path / "asked.txt"
    program = (
        "import sys, socket, urllib.request; sys.path.insert(0, sys.argv[1])\n"
        "from offline_lab import refuse; refuse(sys.argv[2])\n"
        "for ask in (lambda: socket.create_connection(('192.0.2.1', 80), 1),\n"
        "            lambda: urllib.request.urlopen('http://elsewhere.example/')):\n"
        "    try: ask()\n"
        "    except OSError as error: print(error)\n"
    )
    command = [sys.executable, "-c", program, str(Path(__file__).parent), str(record)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.count("there is no network") == 2
    assert record.read_text().splitlines() == ["192.0.2.1", "elsewhere.example"]
