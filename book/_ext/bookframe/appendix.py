"""The appendix that lists every displayed equation with how it was checked."""

from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from .equations import APPENDIX, Displayed, displayed, equation_list, registered


def rewrite(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The list depends on all pages: write it anew in every build that changes something."""
    return [APPENDIX] if APPENDIX in env.found_docs else []


def _in_order(env: BuildEnvironment, docname: str) -> Iterator[str]:
    """Pages in the order of the table of contents."""
    yield docname
    for child in env.toctree_includes.get(docname, ()):
        yield from _in_order(env, child)


def _number(env: BuildEnvironment, docname: str, anchor: str) -> str:
    number = env.toc_fignumbers.get(docname, {}).get("displaymath", {}).get(anchor, ())
    return ".".join(map(str, number)) or "?"


def _entry(app: Sphinx, docname: str, equation: Displayed) -> nodes.Element:
    """One equation: number, which leads to the formula, kind, and the sentence on the check.

    Drawn again here, the formulas would make a page of 3 MB.
    """
    entry = registered()[equation.label]
    anchor = nodes.make_id(f"equation-{equation.label}")
    uri = app.builder.get_relative_uri(APPENDIX, docname) + f"#{anchor}"
    number = _number(app.env, docname, anchor)
    link = nodes.reference("", f"Equation {number}", refuri=uri, internal=True)
    kind = nodes.inline("", entry.kind, classes=["eq-kind", f"eq-{entry.kind}"])
    label = nodes.literal("", equation.label)
    head = nodes.paragraph("", "", link, nodes.Text(" "), kind, nodes.Text(" "), label, classes=["eq-head"])
    where = nodes.inline("", "", nodes.Text(" In "), nodes.literal("", f"book/checks/{entry.source}"))
    how = nodes.paragraph("", entry.how, *([where, nodes.Text(".")] if entry.check else []))
    return nodes.container("", head, how, ids=[f"check-{equation.label}"], classes=["eq-entry"])


def _page(app: Sphinx, docname: str) -> nodes.section | None:
    """The equations of one page under its title, or None if it has none that is registered."""
    known = registered()
    found = [item for item in displayed(app.env).get(docname, ()) if item.label in known]
    if not found:
        return None
    title = app.env.titles[docname].astext()
    section = nodes.section("", nodes.title("", title), ids=[nodes.make_id(f"equations-of-{docname}")])
    section += [_entry(app, docname, item) for item in found]
    return section


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the list where the directive left its mark."""
    for place in list(doctree.findall(equation_list)):
        pages = dict.fromkeys(_in_order(app.env, app.config.root_doc))
        place.replace_self([part for name in pages if (part := _page(app, name)) is not None])
