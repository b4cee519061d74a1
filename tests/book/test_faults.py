"""Deliberate faults: each one is put into a small copy of the book, and must be found and named."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import judging
import numpy as np
import pytest
import small_book
from browsing import Browsing, Visit, serve


@pytest.fixture(scope="session")
def sound_site(sound: Path) -> Iterator[str]:
    """The sound book, served."""
    with serve(sound / "_build" / "html") as address:
        yield address


# Name: file, what stands there, what is put in its place, what the build must say.
IN_THE_SOURCE = {
    "sign_in_an_equation": (
        "book/home.md", "s_{t-1} + b_t", "s_{t-1} - b_t",
        "home.md:13: WARNING: equation eq-sample-step differs from its check in sample.py",
    ),
    "check_edited_without_the_page": (
        "book/checks/sample.py", "s_{t-1} + b_t", "s_{t-1} + b_{t}",
        "WARNING: equation eq-sample-step differs from its check in sample.py",
    ),
    "unnumbered_result": (
        "book/home.md", " (eq-sample-step)", "",
        "home.md:13: WARNING: displayed equation without a number",
    ),
    "unregistered_equation": (
        "book/home.md", "(eq-sample-step)", "(eq-sample-new)",
        "WARNING: equation eq-sample-new is not registered",
    ),
    "registered_equation_on_no_page": (
        "book/checks/sample.py", "@checked", 'definition("eq-sample-lost", "x")\n\n\n@checked',
        "WARNING: equation eq-sample-lost of sample.py stands on no page",
    ),
    "formula_that_does_not_parse": (
        "book/home.md", "The sum obeys", r"The sum $\undefined{b}$ obeys",
        "home.md:11: WARNING: formula not typeset: KaTeX parse error",
    ),
    "undefined_citation": (
        "book/home.md", "werbos1990", "werbos1991",
        'could not find bibtex key "werbos1991"',
    ),
    "broken_link": (
        "book/home.md", "(equations.md)", "(equation.md)",
        "WARNING: 'myst' cross-reference target not found: 'equation.md'",
    ),
    "reference_to_no_equation": (
        "book/home.md", "{eq}`eq-sample-sum`", "{eq}`eq-sample-total`",
        "WARNING: equation not found: eq-sample-total",
    ),
    "picture_without_words": (
        "book/home.md", "A square, drawn in one line, which stands for any picture of the book.", "square",
        "picture picture.svg: its alt text does not say what is to be seen",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", IN_THE_SOURCE)
def test_fault_in_the_source_stops_the_build(sound: Path, tmp_path: Path, name: str):
    """Built from the cache of the sound book, as an author's next build would be."""
    file, there, instead, message = IN_THE_SOURCE[name]
    status, output = small_book.build(small_book.spoil(sound, tmp_path, file, {there: instead}))
    assert message in output
    assert status != 0


def test_fault_is_seen_again_by_the_next_build(sound: Path, tmp_path: Path):
    """A warning must not vanish because the page is now in the cache."""
    folder = tmp_path / "book"
    shutil.copytree(sound, folder, symlinks=True)
    page = folder / "book" / "home.md"
    page.write_text(page.read_text().replace("The sum obeys", r"The sum $\undefined{b}$ obeys"))
    assert small_book.build(folder)[0] != 0
    status, output = small_book.build(folder)
    assert "formula not typeset" in output
    assert status != 0


def test_wrong_equation_with_matching_text_fails_its_check():
    """The sign is wrong on the page and in the register alike: only the mathematics can tell."""
    wrong = small_book.CHECKS.replace("+ b[-1])", "- b[-1])")
    names: dict[str, Callable[[np.random.Generator], None]] = {}
    body = wrong.split("@checked")[1].split("\n", 1)[1]
    exec(body, names)
    with pytest.raises(AssertionError):
        names["step"](np.random.default_rng(0))


# Name: what is put in place of what in the finished page, the judgement, and what it must say.
Judge = Callable[[Visit], list[str]]
SUBSCRIPTS_OFF = "<style>.katex .sizing.reset-size6.size3{font-size:1em!important}</style></head>"
FORMULA_OUT_OF_REACH = """<div style="width:40px; overflow:auto"><span class="katex"><math><mi>x</mi></math>
  <span class="katex-html">
  <span style="display:inline-block; width:900px">x = y</span></span></span></div></article>"""
IN_THE_PAGE: dict[str, tuple[str, str, Judge, str]] = {
    "script_from_elsewhere": (
        "</head>", '<script src="https://cdn.example/library.js"></script></head>',
        lambda visit: visit.foreign, "https://cdn.example/library.js",
    ),
    "error_in_a_script": (
        "</body>", "<script>throw new Error('deliberate')</script></body>",
        lambda visit: visit.errors, "deliberate",
    ),
    "style_that_does_not_fit_the_formulas": (
        "</head>", SUBSCRIPTS_OFF, judging.full_size_subscripts, "subscripts are not set small",
    ),
    "comma_that_may_open_a_line": (
        "</head>", "<style>.together,.together .whole{white-space:normal!important}</style></head>",
        lambda visit: visit.parted, ", parted from the formula before it",
    ),
    "button_without_a_name": (
        "</article>", "<button></button></article>", lambda visit: visit.violations, "button-name: <button>",
    ),
    "formula_out_of_reach_of_the_keyboard": (
        "</article>", FORMULA_OUT_OF_REACH, lambda visit: visit.violations, "scrollable-region-focusable",
    ),
    "pale_text": (
        "</article>", '<p style="color:#bbb;background:#fff">pale</p></article>',
        lambda visit: visit.violations, "color-contrast",
    ),
    "line_that_sticks_out": (
        "</article>", '<div style="width:3000px">wide</div></article>', lambda visit: visit.overflow, "wide",
    ),
    "picture_that_is_not_there": (
        "picture.svg", "pictures.svg", judging.unseen_pictures, "was not drawn",
    ),
    "heavy_page": (
        "</article>", f"<!--{'x' * judging.LIMIT}--></article>", judging.too_heavy, "the page weighs",
    ),
}  # fmt: skip


def _spoil(sound: Path, tmp_path: Path, there: str, instead: str) -> Path:
    html = tmp_path / "html"
    shutil.copytree(sound / "_build" / "html", html)
    page = html / "book" / "home.html"
    text = page.read_text(encoding="utf-8")
    assert there in text
    page.write_text(text.replace(there, instead), encoding="utf-8")
    return html


@pytest.mark.parametrize("name", IN_THE_PAGE)
def test_fault_in_the_page_is_seen_by_the_browser(
    browsing: Browsing, sound: Path, sound_site: str, tmp_path: Path, name: str
):
    there, instead, judge, message = IN_THE_PAGE[name]
    assert judge(browsing.visit(sound_site, "book/home.html", "phone")) == []
    with serve(_spoil(sound, tmp_path, there, instead)) as site:
        assert message in "\n".join(judge(browsing.look(site, "book/home.html", "phone")))


def test_fault_in_a_link_is_seen(sound: Path, tmp_path: Path):
    page = "book/home.html"
    html = _spoil(
        sound, tmp_path, "</article>", '<a href="#nowhere">x</a><a href="lost.html">y</a></article>'
    )
    good = sound / "_build" / "html"
    assert judging.broken_links(good, page, {page: judging.read(good / page)}) == []
    assert judging.broken_links(html, page, {page: judging.read(html / page)}) == [
        "book/home.html: anchor #nowhere does not exist",
        "book/home.html: link to lost.html leads to no file",
    ]


@pytest.mark.parametrize("alt", ["", "picture", "picture.svg picture.svg picture.svg picture.svg", "$" * 50])
def test_fault_in_the_words_of_a_picture_is_seen(alt: str):
    written = judging.Written(pictures=[("_images/picture.svg", alt)])
    assert judging.wordless_pictures(written) == [f"picture _images/picture.svg has the alt text {alt!r}"]
