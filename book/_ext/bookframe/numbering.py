"""A page's number is its own, not its place in the list: `page_numbers` in _config.yml says it.

So a reference to equation (4.3) stays true while chapters before it are being written.
"""

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx_external_toc.collectors import TocTreeCollectorWithStyles

Number = tuple[int | str, ...]


def _walk(items: nodes.Element, prefix: Number, numbers: dict[str, Number]) -> None:
    """Number the sections of one page: `prefix`.1, `prefix`.2, and so on, down to the leaves."""
    count = 0
    for item in items.findall(nodes.list_item, include_self=False, descend=True):
        if item.parent is not items:
            continue
        reference = next(iter(item.findall(nodes.reference)), None)
        if reference is None or not isinstance(item[0], addnodes.compact_paragraph):
            continue
        count += 1
        number = (*prefix, count)
        numbers[reference["anchorname"]] = reference["secnumber"] = number
        for child in item.children:
            if isinstance(child, nodes.bullet_list):
                _walk(child, number, numbers)


def _number_page(env: BuildEnvironment, docname: str, own: int | str) -> dict[str, Number]:
    """Number the page itself and its sections."""
    numbers: dict[str, Number] = {"": (own,)}
    top = env.tocs[docname][0]
    next(iter(top.findall(nodes.reference)))["secnumber"] = (own,)
    env.titles[docname]["secnumber"] = (own,)
    for child in top.children:
        if isinstance(child, nodes.bullet_list):
            _walk(child, (own,), numbers)
    return numbers


def assign(self: TocTreeCollectorWithStyles, env: BuildEnvironment) -> list[str]:
    """Number every page that carries a number; returns the pages whose numbers changed."""
    old, env.toc_secnumbers = env.toc_secnumbers, {}
    for docname, own in env.config.page_numbers.items():
        if docname in env.tocs:
            env.toc_secnumbers[docname] = _number_page(env, docname, own)
    return [name for name in env.tocs if env.toc_secnumbers.get(name) != old.get(name)]


def setup(app: Sphinx) -> None:
    """Take the place of the count by position: there is no hook between the sections and the figures."""
    app.add_config_value("page_numbers", {}, "env", dict)
    TocTreeCollectorWithStyles.assign_section_numbers = assign
