r"""Claims are settled in the chapters, in boxes; appendix C is collected from them and adds nothing.

For the author of a chapter::

    ```{claims}
    {claim}`21` *Eigenvalues below 1 vanish.* **True of the modulus, and in the end.** $M^k \to 0$ exactly if
    all $\abs{\lambda_i} < 1$. But a block with $\lambda = 0.9$ [first grows to 236]{.claim-number}.
    Source: {cite:t}`d2l`, section 9.7.
    ```

The number of the claim opens a paragraph. Then comes the claim as people say it, slanted; the verdict,
bold; the number that shows it, in square brackets; the source, from "Source:" to the end of its paragraph.
All paragraphs up to the next mark belong to a claim. One that is not on the list is marked ``{claim}`also```.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

logger = logging.getLogger(__name__)
COUNT = 28
ALSO = "also"
SOURCE = re.compile(r"\bSources?:\s")


@dataclass(frozen=True)
class Settled:
    """A claim as its box settles it: pieces of the box's own text."""

    number: int | None
    anchor: str
    line: int | None
    said: list[nodes.Node]
    verdict: list[nodes.Node]
    numbers: list[list[nodes.Node]]
    source: list[nodes.Node]

    @property
    def missing(self) -> list[str]:
        """What an author forgot."""
        pieces = {
            "the claim as people say it, *slanted*": self.said,
            "a **bold** verdict": self.verdict,
            "a [number]{.claim-number}": self.numbers,
            "a source, after 'Source:'": self.source,
        }
        return [words for words, found in pieces.items() if not found]


class Claim(SphinxRole):
    """`{claim}` with a number: the mark that opens the paragraph of a claim."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave the mark; what is wrong with it is said when all pages have been read."""
        also = self.text == ALSO
        mark = nodes.inline(self.rawtext, "Also:" if also else f"Claim {self.text}:", classes=["claim-mark"])
        mark["claim"] = self.text
        return [mark], []


class Claims(SphinxDirective):
    """`{claims}`: a box whose paragraphs settle claims; its title says which."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """An admonition; each marked paragraph can be linked to."""
        box = nodes.admonition("\n".join(self.content), classes=["important", "claims"])
        self.set_source_info(box)
        self.state.nested_parse(self.content, self.content_offset, box)
        names = []
        for mark in find_marks(box):
            name = mark["claim"]
            if name == ALSO:
                name = f"{ALSO} {self.env.docname} {self.env.new_serialno('claim')}"
            else:
                names.append(name)
            mark.parent["ids"] = [nodes.make_id(f"claim {name}")]
        box.insert(0, nodes.title("", _title(names)))
        return [box]


def _title(names: list[str]) -> str:
    if not names:
        return "Settled on the way"
    return f"Claim {names[0]}" if len(names) == 1 else f"Claims {', '.join(names[:-1])} and {names[-1]}"


def find_marks(node: nodes.Element) -> list[nodes.inline]:
    """The marks in a page or box, in order."""
    return [found for found in node.findall(nodes.inline) if "claim" in found]


def _settled(mark: nodes.inline, paragraphs: list[nodes.paragraph]) -> Settled:
    said = next(iter(paragraphs[0].findall(nodes.emphasis)), None)
    verdict = next(iter(paragraphs[0].findall(nodes.strong)), None)
    inlines = [found for paragraph in paragraphs for found in paragraph.findall(nodes.inline)]
    return Settled(
        int(mark["claim"]) if mark["claim"].isdecimal() else None,
        paragraphs[0]["ids"][0],
        paragraphs[0].line,
        said.children if said else [],
        verdict.children if verdict else [],
        [found.children for found in inlines if "claim-number" in found["classes"]],
        next(filter(None, map(_source, reversed(paragraphs))), []),
    )


def _source(paragraph: nodes.paragraph) -> list[nodes.Node]:
    """What stands behind the last 'Source:' of a paragraph."""
    for place in reversed(range(len(paragraph))):
        words = paragraph[place]
        if isinstance(words, nodes.Text) and (found := list(SOURCE.finditer(words))):
            return [nodes.Text(words[found[-1].end() :]), *paragraph[place + 1 :]]
    return []


def settled(document: nodes.document) -> Iterator[Settled]:
    """The claims that a page settles, in order, as pieces of its own text."""
    for box in document.findall(nodes.admonition):
        group: list[nodes.paragraph] = []
        for child in [*box.children, None]:
            opens = isinstance(child, nodes.paragraph) and child.children and child[0] in find_marks(child)
            if group and (opens or child is None):
                yield _settled(group[0][0], group)
                group = []
            if opens or (group and isinstance(child, nodes.paragraph)):
                group.append(child)


def faults(document: nodes.document) -> Iterator[tuple[int | None, str]]:
    """Line and description of each mark that is not as it should be."""
    for mark in find_marks(document):
        name = mark["claim"]
        boxed = mark.parent[0] is mark and "claims" in mark.parent.parent.get("classes", ())
        if not boxed:
            yield mark.parent.line, f"claim {name}: the mark does not open a paragraph of a {{claims}} box"
        if name != ALSO and not (name.isdecimal() and 1 <= int(name) <= COUNT):
            yield mark.parent.line, f"claim {name} is unknown: the claims are 1 to {COUNT}, and '{ALSO}'"
    for claim in settled(document):
        for words in claim.missing:
            yield claim.line, f"{claim.anchor}: {words} is missing"


class Collector(EnvironmentCollector):
    """Keeps in the environment which claims each page settles, and what is wrong with how it says so."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Forget a page."""
        collected(env).pop(docname, None)

    def merge_other(self, app: Sphinx, env: BuildEnvironment, docnames: set[str], other: Any) -> None:
        """Take over the pages read by another process."""
        collected(env).update({name: collected(other)[name] for name in docnames if name in collected(other)})

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Remember the claims of a page."""
        if find_marks(doctree):
            numbers = [claim.number for claim in settled(doctree) if claim.number is not None]
            collected(app.env)[app.env.docname] = (numbers, list(faults(doctree)))


def collected(env: BuildEnvironment) -> dict[str, tuple[list[int], list[tuple[int | None, str]]]]:
    """Every page that settles claims: their numbers, and the faults."""
    if not hasattr(env, "settled_claims"):
        env.settled_claims = {}
    return env.settled_claims


def check_all(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of every fault, and of a claim that is settled twice."""
    seen: dict[int, str] = {}
    for docname, (numbers, found) in collected(env).items():
        for line, problem in found:
            logger.warning("%s", problem, location=(docname, line), type="claim")
        for number in numbers:
            if number in seen:
                problem = f"claim {number} is settled twice: in {seen[number]} and in {docname}"
                logger.warning("%s", problem, location=(docname, None), type="claim")
            seen[number] = docname
