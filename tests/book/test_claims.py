"""Appendix C holds every claim once, in the words of the box that settles it."""

import re
from html import unescape
from pathlib import Path

import pytest
import small_book
from bookframe.claims import COUNT, Settled
from bookframe.settled import in_order
from judging import broken_links, read, unsettled


def words(page: Path, anchor: str) -> str:
    """The text of one claim of the appendix, without tags; a formula is said twice, to ears and to eyes."""
    html = page.read_text(encoding="utf-8").partition(f'id="{anchor}"')[2].partition("</dl>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html.partition(">")[2])).split())


def test_every_claim_is_settled(html: Path):
    """The 28 claims that the book set out to settle; what is listed here, no chapter settles yet."""
    assert unsettled(html, COUNT) == []


def test_the_appendix_quotes_the_box(sound: Path):
    page = sound / "_build" / "html" / "book" / "claims.html"
    assert words(page, "claim-3") == (
        "3 The largest decides. Verdict : False. Number : 7 of 8 Settled in : Sample "
        "Source : A common belief."
    )
    assert "Verdict : True of the modulus. Number : − 2 − 2 is below 1 " in words(page, "claim-21")
    assert "Source : Werbos [ 1990 ] , and (1) ." in words(page, "claim-21")
    assert words(page, "claim-also-book-home-0").startswith("A sum has terms. Verdict : True. Number : 5")


def test_claims_stand_by_number_or_by_chapter():
    def claim(number: int | None, anchor: str) -> Settled:
        return Settled(number, anchor, None, [], [], [], [])

    read = [("c", claim(None, "1")), ("b", claim(5, "2")), ("c", claim(2, "3")), ("a", claim(None, "4"))]
    read += [("c", claim(None, "5")), ("elsewhere", claim(None, "6")), ("b", claim(None, "7"))]
    ordered = in_order(read, ["a", "b", "c"])
    assert [found.anchor for _, found in ordered] == ["4", "7", "1", "5", "6", "3", "2"]


def test_box_and_appendix_lead_to_each_other(sound: Path):
    html = sound / "_build" / "html"
    known = {f"book/{name}.html": read(html / "book" / f"{name}.html") for name in ("home", "claims")}
    assert "claims.html#claim-21" in known["book/home.html"].links
    assert "home.html#claim-21" in known["book/claims.html"].links
    assert [fault for page in known for fault in broken_links(html, page, known)] == []


def test_what_is_not_settled_is_listed(sound: Path):
    missing = unsettled(sound / "_build" / "html", COUNT)
    assert missing == [number for number in range(1, COUNT + 1) if number not in (3, 21)]


HOME = "book/home.md"
# Name: what is put in place of what, and what the build must say.
FAULTS: dict[str, tuple[dict[str, str], list[str]]] = {
    "settled_twice": (
        {"{claim}`3`": "{claim}`21`"},
        ["claim 21 is settled twice: in book/home and in book/home"],
    ),
    "unknown_number": (
        {"{claim}`3`": "{claim}`29`", "{claim}`21`": "{claim}`twenty`"},
        ["claim 29 is unknown: the claims are 1 to 28, and 'also'", "claim twenty is unknown"],
    ),
    "piece_forgotten": (
        {
            "*The largest decides.*": "The largest decides.",
            "**False.**": "False.",
            "[7 of 8]{.claim-number}. Source: a": "7 of 8. By a",
        },
        [
            "claim-3: the claim as people say it, *slanted* is missing",
            "claim-3: a **bold** verdict is missing",
            "claim-3: a [number]{.claim-number} is missing",
            "claim-3: a source, after 'Source:' is missing",
        ],
    ),
    "mark_out_of_place": (
        {"{claim}`3` *The": "And {claim}`3` *The", "The sum obeys": "{claim}`4` The sum obeys"},
        [
            "claim 3: the mark does not open a paragraph of a {claims} box",
            "claim 4: the mark does not open a paragraph of a {claims} box",
        ],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_in_a_box_stops_the_build(sound: Path, tmp_path: Path, name: str):
    edits, messages = FAULTS[name]
    status, output = small_book.build(small_book.spoil(sound, tmp_path, HOME, edits))
    assert [message for message in messages if message not in output] == []
    assert re.search(r"home\.md:\d+: WARNING: claim", output) or name == "settled_twice"
    assert status != 0
