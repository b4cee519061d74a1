"""Formulas are typeset at build time by KaTeX, so that a page needs no script and a bad formula no reader."""

import json
import re
import shutil
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from . import equations, katex, slim, together

logger = logging.getLogger(__name__)
MACROS = Path(__file__).resolve().parents[1] / "macros.json"
OTHER_FORMATS = re.compile(r',url\([^)]*\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)')


def _package(app: Sphinx) -> Path:
    """Script and style sheet of one package: if their versions differ, subscripts silently grow."""
    return Path(app.srcdir) / "node_modules" / "katex" / "dist"


def _copy_style(app: Sphinx) -> None:
    """Copy style sheet and fonts into the book; WOFF2 alone, which every browser of today reads."""
    if app.builder.format != "html":
        return
    source, target = _package(app), Path(app.outdir) / "_static" / "katex"
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    css = OTHER_FORMATS.sub("", (source / "katex.min.css").read_text(encoding="utf-8"))
    (target / "katex.min.css").write_text(css, encoding="utf-8")
    for font in (source / "fonts").glob("*.woff2"):
        shutil.copy(font, target / "fonts")


def typeset(app: Sphinx, node: nodes.Element, display: bool) -> str:
    """The formula as HTML; an error becomes a warning that names the place in the source."""
    tex = node.astext()
    # A fresh reading of the macros each time: KaTeX adds a page's own \gdef to the object it is given.
    options = {
        "displayMode": display,
        "macros": json.loads(MACROS.read_text(encoding="utf-8")),
        "strict": "error",
        "throwOnError": True,
    }
    try:
        return slim.trim(katex.typesetter(_package(app))(tex, options))
    except katex.Fault as error:
        logger.warning("formula not typeset: %s", error, location=node, type="katex")
        return f"<code>{escape(tex)}</code>"


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """A formula inside a line."""
    formula = typeset(self.builder.app, node, False)
    kind = "math whole" if together.is_short(formula) else "math"
    if kind == "math" and "together" in node.parent.get("classes", ()):
        formula = together.between_boxes(formula)
    self.body.append(self.starttag(node, "span", "", CLASS=kind) + formula + "</span>")
    raise nodes.SkipNode


def visit_display(self: HTML5Translator, node: nodes.math_block) -> None:
    """A formula on its own line, with its number and the mark of how it is known to be right."""
    number = get_node_equation_number(self, node) if node["number"] else ""
    self.body.append(self.starttag(node, "div", CLASS="math"))
    # The script gives the scrolling box a place in the tab order when it is too narrow for the formula.
    label = f"Equation {number}" if number else "Equation"
    formula = typeset(self.builder.app, node, True)
    self.body.append(f'<div class="eq-scroll" role="group" aria-label="{label}">{formula}</div>')
    if number:
        self.body.append(f'<span class="eqno"><span>({number})</span>')
        self.add_permalink_ref(node, f"Link to equation {number}")
        self.body.append(equations.mark(self, node["label"], number) + "</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the renderer named `bookframe`."""
    app.add_html_math_renderer("bookframe", (visit_inline, None), (visit_display, None))
    app.connect("builder-inited", _copy_style)
