"""What is changed in the HTML the theme writes, with the reason for each change."""

import re
from pathlib import Path

# Pattern, replacement, reason.
MENDED: list[tuple[re.Pattern[str], str, str]] = [
    (re.compile(r"\s*<script [^>]*fontawesome\.js[^>]*></script>"), "", "1.5 MB; icons come from the font"),
    (
        re.compile(r'\s*<(?:script|link) [^>]*/bootstrap\.js[^>]*>(?:</script>)?'),
        "",
        "80 KB for hints on hovering; the buttons have labels",
    ),
    (
        re.compile(r'(<button class="[^"]*search-button-field[^"]*") title="Search" aria-label="Search"'),
        r"\1",
        "its name must hold all words it shows",
    ),
    (
        re.compile(r'<summary>(?=<span class="toctree-toggle")'),
        '<summary aria-label="The pages below">',
        "a button without a name",
    ),
    (re.compile(r' role="doc-biblioentry"'), ' role="listitem"', "the list has the role of a list"),
    (re.compile(r' id="(?:proof|exercise|solution)-content"'), "", "the same id many times"),
    (re.compile(r'(<div class="proof [^"]*") id="proof"'), r"\1", "the same id many times"),
    (
        re.compile(r'<meta name="viewport" content="width=device-width, initial-scale=1.0" />'),
        "",
        "the theme says it a second time",
    ),
    (
        re.compile(r'<div id="pst-primary-sidebar"'),
        '<div id="pst-primary-sidebar" role="complementary" aria-label="The book"',
        "content outside any landmark",
    ),
    (re.compile(r'(<a class="headerlink"[^>]*) title="[^"]*">#</a>'), r"\1>#</a>", "read out after a title"),
    (
        re.compile(r'localStorage.getItem\("theme"\) \|\| "auto"'),
        'localStorage.getItem("theme") || '
        '(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")',
        "a dark page would flash up light",
    ),
    (re.compile(r'<img (?=[^>]*class="paper-)'), '<img loading="lazy" ', "the hidden twin is not fetched"),
]  # fmt: skip
# The search page alone needs them; the index of words grows with the book.
SEARCH_SCRIPTS = re.compile(
    r'\s*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"></script>'
)
TAB_SCRIPT = re.compile(r'\s*<script src="[^"]*design-tabs\.js[^"]*"></script>')


def mend(html: str) -> str:
    """Apply all mendings to a page."""
    for pattern, replacement, _ in MENDED:
        html = pattern.sub(replacement, html)
    if "sd-tab-set" not in html:
        html = TAB_SCRIPT.sub("", html)
    return html if 'id="search-results"' in html else SEARCH_SCRIPTS.sub("", html)


def size_pictures(html: str, folder: Path) -> str:
    """Give each drawing its width and height, so that the text below does not jump when it arrives."""

    def sized(tag: re.Match[str]) -> str:
        head = (folder / tag[2]).read_text(encoding="utf-8")[:2000] if (folder / tag[2]).exists() else ""
        size = re.search(r'<svg[^>]*? width="([\d.]+)pt"[^>]*?>|<svg', head)
        tall = re.search(r'<svg[^>]*? height="([\d.]+)pt"', head)
        if not size or not size[1] or not tall:
            return tag[0]
        width, height = (round(float(match[1]) * 4 / 3) for match in (size, tall))
        return f'{tag[1]} width="{width}" height="{height}"{tag[3]}'

    return re.sub(r'(<img [^>]*src="[^"]*_images/([\w-]+\.svg)")([^>]*>)', sized, html)
