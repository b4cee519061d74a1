"""Judgements on a visit and on a page's HTML: each returns what is wrong, in words, or an empty list."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

from browsing import Visit

MIN_ALT = 40
LIMIT = 1_200_000


@dataclass
class Written:
    """What the HTML of a page says, without a browser."""

    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found = Written()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Collect what tests ask about."""
        values = {name: value or "" for name, value in attributes}
        if "id" in values:
            self.found.ids.append(values["id"])
        for name in ("href", "src"):
            if values.get(name):
                self.found.links.append(values[name])
        if tag == "img":
            self.found.pictures.append((values.get("src", ""), values.get("alt", "")))


def read(path: Path) -> Written:
    """Read one page."""
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader.found


def pages(html: Path) -> list[str]:
    """All pages of a built book, with the front door first."""
    found = sorted(path.relative_to(html).as_posix() for path in html.rglob("*.html"))
    return [name for name in found if not name.startswith(("_static/", "_downloads/", "_sources/"))]


def broken_links(html: Path, page: str, known: dict[str, Written]) -> list[str]:
    """Links and anchors of a page that lead nowhere inside the book."""
    faults = []
    for link in sorted(set(known[page].links)):
        address, anchor = urldefrag(link)
        if urlsplit(link).scheme or link.startswith("//"):
            continue
        path = (html / page).parent / unquote(urlsplit(address).path) if address else html / page
        target = path.resolve()
        if not target.is_file():
            faults.append(f"{page}: link to {link} leads to no file")
        elif anchor and target.suffix == ".html":
            name = target.relative_to(html.resolve()).as_posix()
            if anchor not in (known[name] if name in known else read(target)).ids:
                faults.append(f"{page}: anchor {link} does not exist")
    return faults


def unsettled(html: Path, count: int) -> list[int]:
    """The claims of the list 1 … count that are not in the appendix, and so in no chapter of the book."""
    listed = set(read(html / "book" / "claims.html").ids)
    return [number for number in range(1, count + 1) if f"claim-{number}" not in listed]


def wordless_pictures(written: Written) -> list[str]:
    """Pictures whose alternative text does not say what is to be seen."""
    return [
        f"picture {src} has the alt text {alt!r}"
        for src, alt in written.pictures
        if len(alt) < MIN_ALT or Path(src).stem in alt or "$" in alt or " " not in alt.strip()
    ]


def full_size_subscripts(visit: Visit) -> list[str]:
    """Subscripts that are not smaller than the formula: the style sheet does not fit the typesetter."""
    wrong = [ratio for ratio in visit.subscripts if not 0.4 < ratio < 0.85]
    return [f"{len(wrong)} of {len(visit.subscripts)} subscripts are not set small"] if wrong else []


def unseen_pictures(visit: Visit) -> list[str]:
    """Pictures that stand on the page and were not drawn."""
    return [f"picture {picture['src']} was not drawn" for picture in visit.pictures if not picture["shown"]]


def too_heavy(visit: Visit) -> list[str]:
    """The bytes a browser unpacks to show the page, if they are too many."""
    total = sum(visit.sizes.values())
    heaviest = sorted(visit.sizes.items(), key=lambda item: -item[1])[:4]
    return [f"the page weighs {total} bytes, more than {LIMIT}: {heaviest}"] if total > LIMIT else []
