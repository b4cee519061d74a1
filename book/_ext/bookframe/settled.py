"""Appendix C: the list of claims, put together from the boxes of all pages, with the boxes' own words."""

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from .claims import Claim, Claims, Collector, Settled, check_all, collected, find_marks, settled

APPENDIX = "book/claims"


class claim_list(nodes.General, nodes.Element):
    """The place where the list of all claims is to stand."""


class ClaimList(SphinxDirective):
    """`{claim-list}`: every claim with verdict, number and source; with `also`, those without a number."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Leave a mark; the list is made when all pages have been read."""
        return [claim_list(also=self.arguments == ["also"])]


def rewrite(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The list depends on all pages: write it anew in every build that changes something."""
    return [APPENDIX] if APPENDIX in env.found_docs else []


def _copies(children: list[nodes.Node]) -> list[nodes.Node]:
    """The pieces as they will stand in the appendix: references start from there, names stay behind."""
    copied = [child.deepcopy() for child in children]
    for child in copied:
        if isinstance(child, nodes.Element):
            for reference in child.findall(addnodes.pending_xref):
                reference["refdoc"] = APPENDIX
            for element in child.findall(nodes.Element):
                element["ids"] = []
    return copied


def _field(name: str, pieces: list[nodes.Node]) -> nodes.field:
    body = nodes.field_body("", nodes.paragraph("", "", *pieces))
    return nodes.field("", nodes.field_name("", name), body)


def _numbers(claim: Settled) -> list[nodes.Node]:
    """The numbers one after the other."""
    pieces: list[nodes.Node] = []
    for number in claim.numbers:
        pieces += [nodes.Text("; ")] if pieces else []
        pieces += _copies(number)
    return pieces


def _capital(pieces: list[nodes.Node]) -> list[nodes.Node]:
    """A piece cut from the middle of a sentence begins with a small letter."""
    if pieces and isinstance(pieces[0], nodes.Text):
        pieces[0] = nodes.Text(pieces[0][:1].upper() + pieces[0][1:])
    return pieces


def _place(app: Sphinx, docname: str, claim: Settled) -> list[nodes.Node]:
    """The chapter's number, which leads to the box, and its title."""
    number, title = app.config.page_numbers.get(docname), app.env.titles[docname].astext()
    words = f"{'Chapter' if isinstance(number, int) else 'Appendix'} {number}" if number else title
    uri = app.builder.get_relative_uri(APPENDIX, docname) + f"#{claim.anchor}"
    link = nodes.reference("", words, refuri=uri, internal=True)
    return [link, nodes.Text(f", {title}")] if number else [link]


def _entry(app: Sphinx, docname: str, claim: Settled) -> nodes.Element:
    """One claim: what is said; then verdict, number, source, and the box where it is settled."""
    said = nodes.paragraph("", "", classes=["claim-said"])
    said += [nodes.strong("", f"{claim.number} ")] if claim.number else []
    said += _copies(claim.said)
    fields = nodes.field_list(
        "",
        _field("Verdict", [nodes.strong("", "", *_copies(claim.verdict))]),
        _field("Number", _capital(_numbers(claim))),
        _field("Settled in", _place(app, docname, claim)),
        _field("Source", _capital(_copies(claim.source))),
    )
    return nodes.container("", said, fields, ids=[claim.anchor], classes=["claim-entry"])


def in_order(found: list[tuple[str, Settled]], pages: list[str]) -> list[tuple[str, Settled]]:
    """Claims by number; those without one first, by chapter, in whatever order the pages were read."""
    place = {name: i for i, name in enumerate(pages)}
    return sorted(found, key=lambda item: (item[1].number or 0, place.get(item[0], len(place))))


class List(SphinxPostTransform):
    """Puts the list into the appendix, before the references in it are resolved."""

    default_priority = 5

    def run(self, **_: object) -> None:
        """Take the pieces out of the pages as they were read."""
        places = list(self.document.findall(claim_list))
        if not places:
            return
        found = [
            (name, claim) for name in collected(self.env) for claim in settled(self.env.get_doctree(name))
        ]
        ordered = in_order(found, list(self.app.config.page_numbers))
        for place in places:
            chosen = [item for item in ordered if (item[1].number is None) == place["also"]]
            place.replace_self([_entry(self.app, *item) for item in chosen])


class Links(SphinxPostTransform):
    """The mark of a numbered claim leads to its place in the appendix."""

    default_priority = 5

    def run(self, **_: object) -> None:
        """Wrap the words of each mark."""
        if APPENDIX not in self.env.found_docs:
            return
        uri = self.app.builder.get_relative_uri(self.env.docname, APPENDIX)
        for mark in find_marks(self.document):
            if mark["claim"].isdecimal():
                words = mark.astext()
                mark.children = []
                target = f"{uri}#claim-{mark['claim']}"
                mark += nodes.reference("", words, refuri=target, internal=True)


def setup(app: Sphinx) -> None:
    """Register the box, the mark, the list and the comparison."""
    app.add_node(claim_list)
    app.add_directive("claims", Claims)
    app.add_directive("claim-list", ClaimList)
    app.add_role("claim", Claim())
    app.add_env_collector(Collector)
    app.add_post_transform(List)
    app.add_post_transform(Links)
    app.connect("env-check-consistency", check_all)
    app.connect("env-updated", rewrite)
