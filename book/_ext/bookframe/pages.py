"""The last word on each page's HTML: what the theme leaves out, and what it brings that nobody needs."""

from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from . import slim
from .mendings import mend, size_pictures

UNUSED = (
    "scripts/fontawesome.js",
    "scripts/bootstrap.js",
    "webpack-macros.html",
    "sbt-webpack-macros.html",
)
INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{title}: an open course.">
<meta http-equiv="refresh" content="0; url={first}">
<title>{title}</title>
</head>
<body><main><h1>{title}</h1><p><a href="{first}">Open the book</a></p></main></body>
</html>
"""


def describe(app: Sphinx, pagename: str, doctree: nodes.document | None) -> str:
    """One sentence for search engines: the page's own `description`, or how its first paragraph begins."""
    words = app.env.metadata.get(pagename, {}).get("description", "")
    if not words and doctree is not None:
        words = next((node.astext() for node in doctree.findall(nodes.paragraph)), "")
    words = " ".join(words.split()) or f"{app.config.html_title}: an open course on recurrent networks."
    return words if len(words) <= 160 else words[:157].rsplit(" ", 1)[0] + " …"


def _add_description(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    words = escape(describe(app, pagename, doctree), quote=True)
    context["metatags"] = context.get("metatags", "") + f'\n<meta name="description" content="{words}" />'


def _add_source(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Offer the text the page is made from: it opens as a notebook in Jupyter."""
    if doctree is not None and context.get("sourcename"):
        link = context["pathto"](f"_sources/{context['sourcename']}", 1)
        context["body"] += (
            f'<p class="page-source"><a href="{link}" download>Download this page as text</a></p>'
        )


def _drop_old_pages(app: Sphinx) -> None:
    """A page that left the book must leave the folder too: search engines and tests would still find it."""
    out = Path(app.outdir)
    made = {*app.env.found_docs, "genindex", "search", "index"}
    for path in out.rglob("*.html"):
        name = path.relative_to(out).with_suffix("").as_posix()
        if name not in made and not name.startswith("_"):
            path.unlink()


def _mend_every_page(app: Sphinx) -> None:
    """Stand between the templates and the files: Sphinx has no hook after a page is rendered."""
    if app.builder.format != "html":
        return
    render = app.builder.templates.render
    drawings = Path(app.doctreedir).parent / "figures"

    def render_mended(name: str, context: dict[str, Any]) -> str:
        return slim.shorten(size_pictures(mend(render(name, context)), drawings))

    app.builder.templates.render = render_mended


def _finish(app: Sphinx, error: Exception | None) -> None:
    """Write the front door and remove what no page asks for."""
    if error is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    first = app.builder.get_target_uri(app.config.root_doc)
    (out / "index.html").write_text(INDEX.format(title=app.config.html_title, first=first), encoding="utf-8")
    for path in (*(out / "_static" / name for name in UNUSED), *(out / "_static").rglob("*.map")):
        path.unlink(missing_ok=True)
    _drop_old_pages(app)


def setup(app: Sphinx) -> None:
    """Hook into rendering; `_finish` runs before the table of contents writes a front door of its own."""
    app.connect("builder-inited", _mend_every_page)
    app.connect("html-page-context", _add_description)
    app.connect("html-page-context", _add_source)
    app.connect("build-finished", _finish, priority=100)
