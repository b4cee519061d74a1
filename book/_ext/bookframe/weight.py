"""Rules and icons that no page uses are dropped: the theme brings 400 KB of style and 150 KB of icons."""

import logging
import re
from collections.abc import Iterable
from pathlib import Path

import tinycss2
from fontTools import subset
from sphinx.application import Sphinx

# It tells at length what it keeps; a builder of the book need not know.
logging.getLogger("fontTools").setLevel(logging.WARNING)
WORD = re.compile(r"[A-Za-z_][\w-]*")
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
OPTIONAL = re.compile(r":(?:not|is|where)\([^()]*\)")
FONT = Path("_static/vendor/fontawesome/webfonts")
SMALL = 8_000  # bytes; below this a style sheet is left alone


def words_of(files: Iterable[Path]) -> set[str]:
    """Every word of the pages and scripts: a class that is not among them is on no page."""
    words: set[str] = set()
    for path in files:
        words.update(WORD.findall(path.read_text(encoding="utf-8")))
    return words


def _wanted(selector: str, words: set[str]) -> bool:
    return all(name in words for name in CLASS.findall(OPTIONAL.sub("", selector)))


def _selectors(rule: tinycss2.ast.QualifiedRule) -> list[str]:
    """The rule's selectors, split at the commas that are not inside brackets."""
    groups: list[list[tinycss2.ast.Node]] = [[]]
    for token in rule.prelude:
        if token == ",":
            groups.append([])
        else:
            groups[-1].append(token)
    return [tinycss2.serialize(group).strip() for group in groups]


def _keep(rule: tinycss2.ast.Node, words: set[str]) -> str:
    """The rule as text, without the selectors that match nothing; empty if none is left."""
    if rule.type == "qualified-rule":
        kept = [selector for selector in _selectors(rule) if _wanted(selector, words)]
        return ",".join(kept) + "{" + tinycss2.serialize(rule.content).strip() + "}" if kept else ""
    if rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports") and rule.content:
        inner = prune(tinycss2.parse_rule_list(rule.content, True, True), words)
        return f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}" if inner else ""
    return rule.serialize() if rule.type == "at-rule" else ""


def prune(rules: list[tinycss2.ast.Node], words: set[str]) -> str:
    """A style sheet without the rules that match nothing."""
    return "\n".join(filter(None, (_keep(rule, words) for rule in rules)))


def prune_file(path: Path, words: set[str]) -> None:
    """Prune one style sheet in place."""
    css = path.read_text(encoding="utf-8")
    path.write_text(prune(tinycss2.parse_stylesheet(css, True, True), words), encoding="utf-8")


def subset_icons(out: Path) -> None:
    """Keep the icons that the pruned style sheets name. WOFF, because WOFF2 would need one more library."""
    sheet = out / "_static" / "styles" / "pydata-sphinx-theme.css"
    css = sheet.read_text(encoding="utf-8")
    points = set(map(ord, css))  # icons are letters of the private range: the sheet names those it shows
    for font in (out / FONT).glob("*.ttf"):
        options = subset.Options(flavor="woff", layout_features=[], notdef_outline=False)
        face = subset.load_font(str(font), options)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=points)
        cutter.subset(face)
        subset.save_font(face, str(font.with_suffix(".woff")), options)
        css = css.replace(f"{font.stem}.woff2)", f"{font.stem}.woff)")
        font.unlink()
        font.with_suffix(".woff2").unlink()
    css = re.sub(r'\.woff\)\s*format\("woff2"\)(,url\([^)]*\.ttf\)\s*format\("truetype"\))?', ".woff)", css)
    sheet.write_text(css, encoding="utf-8")


def lighten(app: Sphinx, error: Exception | None) -> None:
    """Prune what Sphinx has just copied; a build that wrote nothing has copied nothing either."""
    if error is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    words = words_of([*out.rglob("*.html"), *(out / "_static").rglob("*.js")])
    for sheet in (out / "_static").rglob("*.css"):
        if sheet.stat().st_size > SMALL:
            prune_file(sheet, words)
    subset_icons(out)


def setup(app: Sphinx) -> None:
    """Work when all pages are written."""
    app.connect("build-finished", lighten, priority=900)
