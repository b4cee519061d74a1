"""Every page, in light, in dark and on a phone, in a real browser."""

import os
from pathlib import Path

import pytest
from browsing import MODES, ROOT, Browsing, Visit
from judging import (
    broken_links,
    full_size_subscripts,
    pages,
    read,
    too_heavy,
    unseen_pictures,
    wordless_pictures,
)
from playwright.sync_api import Page

DOOR = "index.html"  # sends the reader on to the home page
HTML = Path(os.environ.get("BOOK_HTML", ROOT / "_build" / "html"))
PAGES = [page for page in pages(HTML) if page != DOOR]
PART_I = ("unrolling", "checking", "tied", "bptt")
PART_II = ("powers", "norms", "exploding", "truncation", "clipping")
PART_III = ("lstm", "gru", "saturation", "optimizers", "cures", "experiments")
CHAPTERS = [f"book/{name}.html" for name in PART_I + PART_II + PART_III]
PICTURES = {"book/bptt.html": 4}  # a chapter has at least one; the one on BPTT promises four
every_page = pytest.mark.parametrize("page", PAGES)


def test_the_book_is_there():
    """Without pages the tests below would be empty and green."""
    assert {"search.html", "book/home.html", "book/bptt.html", "book/equations.html"} <= set(PAGES)


def test_front_door_leads_home(browsing: Browsing, site: str):
    def enter(page: Page) -> str:
        page.goto(f"{site}/{DOOR}")
        page.wait_for_url("**/book/home.html", timeout=5_000)
        return page.title()

    assert "Gradients Through Time" in browsing.use("light", enter)


def faults(visit: Visit, page: str, mode: str) -> dict[str, list[str]]:
    """All that is wrong with a page as it was seen in a mode, by kind."""
    chapter = page in CHAPTERS
    twin = "-light.svg" if mode == "dark" else "-dark.svg"
    pictures = [picture["src"] for picture in visit.pictures]
    dark = sum(visit.background) < 200
    few = chapter and len(pictures) < PICTURES.get(page, 1)
    return {
        "requests that leave the book": visit.foreign,
        "errors in the console": visit.errors,
        "barriers": visit.violations,
        "what sticks out": visit.overflow,
        "formulas that are not typeset": full_size_subscripts(visit),
        "formulas missing": [f"{len(visit.subscripts)}"] if chapter and len(visit.subscripts) <= 100 else [],
        "punctuation parted from its formula": visit.parted,
        "pictures not drawn": unseen_pictures(visit),
        "pictures drawn for the other paper": [src for src in pictures if src.endswith(twin)],
        "pictures missing": [f"there are {len(pictures)}"] if few else [],
        "paper": [f"is {visit.background}"] if dark != (mode == "dark") else [],
        "weight": too_heavy(visit) if chapter and mode == "light" else [],
    }


@every_page
@pytest.mark.parametrize("mode", MODES)
def test_page_has_no_fault(browsing: Browsing, site: str, page: str, mode: str):
    """All kinds of fault in one test: a page is looked at once in each mode."""
    found = faults(browsing.visit(site, page, mode), page, mode)
    assert {kind: what for kind, what in found.items() if what} == {}


@pytest.fixture(scope="module")
def known(html: Path):
    """All pages, read once."""
    return {page: read(html / page) for page in PAGES}


@every_page
def test_links_and_anchors_resolve(html: Path, known, page: str):
    assert broken_links(html, page, known) == []


@every_page
def test_names_of_places_are_unique(known, page: str):
    ids = known[page].ids
    assert sorted({name for name in ids if ids.count(name) > 1}) == []


@every_page
def test_pictures_have_words(known, page: str):
    assert wordless_pictures(known[page]) == []


@pytest.mark.parametrize("door", ["http", "file"])
def test_search_finds_from_the_book_alone(browsing: Browsing, html: Path, site: str, door: str):
    """From a server and from a folder on the disk."""
    start = f"{site}/book/home.html" if door == "http" else (html / "book/home.html").resolve().as_uri()
    errors: list[str] = []

    def search(page: Page) -> list[str]:
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(start)
        page.keyboard.press("Control+k")
        page.keyboard.type("backpropagation")
        page.keyboard.press("Enter")
        page.wait_for_selector("#search-results ul.search li a", timeout=10_000)
        return page.eval_on_selector_all("#search-results ul.search li a", "all => all.map(a => a.href)")

    assert any("bptt.html" in link for link in browsing.use("light", search))
    assert errors == []


def test_paper_shows_the_text_alone(browsing: Browsing, site: str):
    def print_page(page: Page) -> tuple[list[str], str, int]:
        page.goto(f"{site}/book/bptt.html")
        page.set_viewport_size({"width": 720, "height": 1000})  # A4 between margins
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        shown = page.eval_on_selector_all(
            ".bd-sidebar-primary, .eq-mark, .headerlink, .prev-next-footer",
            "all => all.filter(e => e.getClientRects().length).map(e => e.className)",
        )
        theme = page.evaluate("document.documentElement.dataset.theme")
        return shown, theme, page.evaluate("document.documentElement.scrollWidth")

    assert browsing.use("dark", print_page) == ([], "light", 720)
