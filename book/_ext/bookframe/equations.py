"""Every displayed equation is registered in `book/checks`, letter for letter, or the build fails."""

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)
APPENDIX = "book/equations"


class Displayed(NamedTuple):
    """An equation as it stands on a page."""

    label: str | None
    tex: str
    line: int | None


class equation_list(nodes.General, nodes.Element):
    """The place where the list of all equations is to stand."""


class EquationList(SphinxDirective):
    """`{equation-list}`: all displayed equations of the book, with how each was checked."""

    def run(self) -> list[nodes.Node]:
        """Leave a mark; the list is made when all pages have been read."""
        return [equation_list()]


class Collector(EnvironmentCollector):
    """Keeps the equations of each page in the environment, so that they are known from the cache too."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Forget a page."""
        displayed(env).pop(docname, None)

    def merge_other(self, app: Sphinx, env: BuildEnvironment, docnames: set[str], other: Any) -> None:
        """Take over the pages read by another process."""
        displayed(env).update({name: displayed(other)[name] for name in docnames if name in displayed(other)})

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Remember the equations of a page."""
        found = [
            Displayed(node.get("label"), node.astext(), node.line)
            for node in doctree.findall(nodes.math_block)
        ]
        if found:
            displayed(app.env)[app.env.docname] = found


def displayed(env: BuildEnvironment) -> dict[str, list[Displayed]]:
    """The equations of every page."""
    if not hasattr(env, "displayed_equations"):
        env.displayed_equations = {}
    return env.displayed_equations


def registered() -> dict[str, Any]:
    """The register; imported late, because `book/` comes onto the path when the extension is set up."""
    from checks import registry

    return registry.entries()


def fingerprint(folder: Path) -> str:
    """One number for all programs and data of a folder and of the folders in it."""
    digest = hashlib.sha256()
    for path in sorted(p for kind in ("py", "json", "txt") for p in folder.rglob(f"*.{kind}")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _outdated(app: Sphinx, env: BuildEnvironment, *_: set[str]) -> list[str]:
    """A changed check makes every page with equations be read again: its mark may have changed."""
    now = fingerprint(Path(app.srcdir) / "book" / "checks")
    if getattr(env, "checks_fingerprint", now) == now:
        env.checks_fingerprint = now
        return []
    env.checks_fingerprint = now
    return [name for name in (*displayed(env), APPENDIX) if name in env.found_docs]


def fault(entry: Displayed, register: dict[str, Any]) -> str | None:
    """What is wrong with an equation on a page, or None."""
    from checks.registry import normalise

    if not entry.label:
        return "displayed equation without a number: write $$ ... $$ (eq-name) and register it in book/checks"
    if entry.label not in register:
        return f"equation {entry.label} is not registered: add it to book/checks"
    page, check = normalise(entry.tex), normalise(register[entry.label].tex)
    if page != check:
        source = register[entry.label].source
        return f"equation {entry.label} differs from its check in {source}\n  page:  {page}\n  check: {check}"
    return None


def _check_all(app: Sphinx, env: BuildEnvironment) -> None:
    """Hold every page against the register, and the register against the pages."""
    register, seen = registered(), set()
    for docname, found in displayed(env).items():
        for entry in found:
            seen.add(entry.label)
            if problem := fault(entry, register):
                logger.warning("%s", problem, location=(docname, entry.line), type="equation")
    for label in sorted(register.keys() - seen):
        source = register[label].source
        logger.warning("equation %s of %s stands on no page", label, source, type="equation")


def mark(writer: HTML5Translator, label: str, number: str) -> str:
    """The link from an equation to the account of how it was checked."""
    entry = registered().get(label)
    if entry is None:
        return ""
    uri = writer.builder.get_relative_uri(writer.builder.current_docname, APPENDIX) + f"#check-{label}"
    sign, words = ("✓", "checked by machine: how") if entry.check else ("≔", "a definition")
    return (
        f'<a class="eq-mark eq-{entry.kind}" href="{uri}" title="{words}">'
        f'<span aria-hidden="true">{sign}</span>'
        f'<span class="visually-hidden">Equation {number}, {words}</span></a>'
    )


def setup(app: Sphinx) -> None:
    """Register the collector, the directive and the comparison."""
    from . import appendix

    app.add_node(equation_list)
    app.add_directive("equation-list", EquationList)
    app.add_env_collector(Collector)
    app.connect("env-get-outdated", _outdated)
    app.connect("env-check-consistency", _check_all)
    app.connect("env-updated", appendix.rewrite)
    app.connect("doctree-resolved", appendix.fill)
