"""What is written against a formula stays on its line: a full stop must not open the next one.

A browser may break a line before and after each box of a formula, and so between `$h_t$` and the comma
behind it. The style sheet forbids every break inside `.together`; between the boxes of the formula, `<wbr>`
allows it.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

BOX = re.compile(r'(?<!aria-hidden="true">)<span class="base">')  # each box but the first
TAG = re.compile(r"[^<>]*>|<[^<>]*>")  # and what is left of one that was cut
SHORT = 16  # letters: about half of a line on a phone
SPANS = (nodes.inline, nodes.emphasis, nodes.strong)
BEFORE = re.compile(r"[(\[“‘]+\Z")
BEHIND = re.compile(r"[^\w\s—–(\[“‘][^\s—–]*")  # a comma, "-th", "'s": all up to the next space or dash


class Together(SphinxPostTransform):
    """Put each formula of a line into one span with the bracket before it and the punctuation behind it."""

    default_priority = 900
    formats = ("html",)

    def run(self, **_: object) -> None:
        """Wrap the formulas that touch something."""
        for formula in list(self.document.findall(nodes.math)):
            before, behind = _split(formula, -1, BEFORE), _split(formula, 1, BEHIND)
            if not before and not behind:
                continue
            span = nodes.inline("", classes=["together"])
            formula.replace_self(span)
            span += [*_text(before), formula, *_text(behind)]


def is_short(formula: str) -> bool:
    """Whether a formula is so short that a line had better break before it than inside it."""
    return len(TAG.sub("", formula.partition('class="katex-html"')[2])) <= SHORT


def between_boxes(formula: str) -> str:
    """Say in the HTML of a formula where a line may break although nothing around it allows that."""
    return BOX.sub('<wbr><span class="base">', formula)


def _text(words: str) -> list[nodes.Text]:
    return [nodes.Text(words)] if words else []


def _split(formula: nodes.math, side: int, pattern: re.Pattern[str]) -> str:
    """Take what touches the formula on one side from the text there, and return it."""
    neighbour = _neighbour(formula, side)
    if neighbour is None:
        return ""
    text = neighbour.astext()
    touching = pattern.search(text) if side < 0 else pattern.match(text)
    if touching is None:
        return ""
    neighbour.parent.replace(neighbour, nodes.Text(text[: touching.start()] + text[touching.end() :]))
    return touching[0]


def _neighbour(node: nodes.Node, side: int) -> nodes.Text | None:
    """The text beside a formula; beside its span too, where the formula is the last or first of a span."""
    place = node.parent.index(node) + side
    if 0 <= place < len(node.parent):
        beside = node.parent[place]
        return beside if isinstance(beside, nodes.Text) else None
    return _neighbour(node.parent, side) if isinstance(node.parent, SPANS) else None


def setup(app: Sphinx) -> None:
    """Work on the finished page alone: the sources and the search index know nothing of it."""
    app.add_post_transform(Together)
