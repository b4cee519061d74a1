"""The feedback page: one file without scripts, which a browser shows without a network."""

import re
from html import escape
from typing import Any

from nbconvert.exporters import Exporter
from nbconvert.filters import markdown2html

from course.grader.judged.maths import Formulas, Page
from course.grader.judged.rebuild import Node, about, plain

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 54em; margin: 1.5em auto; padding: 0 1em; }
pre { overflow-x: auto; padding: .6em .8em; border-radius: 4px; background: #8881; font-size: .88em; }
.cell { margin: 1em 0; } .output { border-left: 3px solid #8884; padding-left: .8em; }
.score { font-weight: 600; }
.comment { border-left: 4px solid #bf8700; padding: .1em .8em; } .comment p { white-space: pre-line; }
.display { display: block; text-align: center; margin: .8em 0; } img { max-width: 100%; }
@media (prefers-color-scheme: dark) { .formula { filter: invert(1); } }
"""


class FeedbackExporter(Exporter):
    """A graded notebook as a page. It is given cells that have been cleaned, and trusts none of them."""

    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(self, nb: Node, resources: Any = None, **kw: Any) -> tuple[Any, dict[str, Any]]:
        """The page, after the preprocessors have put the scores in."""
        book, resources = super().from_notebook_node(nb, resources, **kw)
        about_it = resources["nbgrader"]
        title = escape(str(about_it["notebook"]))
        score = _score(about_it["score"], about_it["max_score"])
        waits = any(data.get("grade") and data.get("score") is None for data in map(about, book.cells))
        score += " so far: some of it waits to be graded by hand" if waits else ""
        late = about_it.get("late_penalty")
        penalty = f"<p>Late submission penalty: {float(late):.1f}</p>" if late else ""
        off = self.config.get("JudgedAutograde", {}).get("off", [])
        policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        policy = "" if "content_policy" in off else policy
        head = f'<meta charset="utf-8">{policy}<meta name="viewport" content="width=device-width">'
        page = Page()
        body = "".join(_cell(cell, page) for cell in book.cells)
        html = (
            f'<!DOCTYPE html><html lang="en"><head>{head}<title>{title}</title><style>{STYLE}</style></head>'
            f'<body><main><h1>{title}</h1><p class="score">{score}</p>{penalty}{body}</main></body></html>'
        )
        return html, resources


def _score(score: float | None, most: float) -> str:
    """What stands for marks. Practice has none, and what nobody has looked at is no 0.0."""
    if not most:
        return "Practice, no points"
    if score is None:
        return f"Score: – / {float(most):.1f}, waits to be graded by hand"
    return f"Score: {float(score):.1f} / {float(most):.1f}"


def _cell(cell: Node, page: Page) -> str:
    data = about(cell)
    parts = []
    if cell.cell_type == "markdown":
        parts.append(markdown(cell.source, cell.get("attachments", {}), page))
    elif cell.cell_type == "code":
        parts.append(f"<pre><code>{escape(cell.source)}</code></pre>")
        shown = "".join(_output(output) for output in cell.outputs if not _is_score(cell, output))
        parts.append(f'<div class="output">{shown}</div>' if shown else "")
    if data.get("grade") and data["points"]:
        parts.append(f'<p class="score">{_score(data["score"], data["points"])}</p>')
    if data.get("comment"):
        said = markdown(plain(str(data["comment"])), {}, page)  # formgrader promises Markdown and formulas
        parts.append(f'<div class="comment" role="note" aria-label="Comment">{said}</div>')
    name = escape(str(data.get("grade_id", "")), quote=True)
    return (
        f'<section class="cell"{f" id={chr(34)}{name}{chr(34)}" if name else ""}>{"".join(parts)}</section>'
    )


def _is_score(cell: Node, output: Node) -> bool:
    """Whether an output is the bare number of a grade cell, which the score line says already."""
    return bool(about(cell).get("grade")) and output.output_type == "execute_result"


def _output(output: Node) -> str:
    if output.output_type == "stream":
        return f"<pre>{escape(output.text)}</pre>"
    if output.output_type == "error":
        return f"<pre>{escape(chr(10).join(output.traceback))}</pre>"
    data = output.get("data", {})
    for form in ("text/html", "image/svg+xml"):
        if form in data:
            return str(data[form])
    if "image/png" in data:
        return (
            f'<p><img alt="A figure" src="data:image/png;base64,{escape(data["image/png"], quote=True)}"></p>'
        )
    return f"<pre>{escape(str(data.get('text/plain', '')))}</pre>"


def markdown(text: str, attachments: dict[str, dict[str, str]], page: Page) -> str:
    """Markdown as HTML, its formulas and attached pictures inside the page."""
    if not page.takes(text):
        return f"<pre>{escape(text)}</pre>"
    formulas = Formulas(page)
    picture = f"#{formulas.mark}"
    try:
        html = str(markdown2html(formulas.take(text).replace("attachment:", picture)))
    except Exception:  # whatever a student's text does to the renderer
        return f"<pre>{escape(text)}</pre>"
    html = re.sub(r'<a class="anchor-link"[^>]*>.*?</a>', "", html)
    for name, forms in attachments.items():
        for form, data in forms.items():
            inside = f"data:{form};base64,{''.join(data.split())}"
            html = html.replace(picture + escape(name, quote=True), inside, 1)
    return formulas.put(html.replace(picture, "#"))
