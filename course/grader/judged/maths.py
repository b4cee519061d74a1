"""Formulas as pictures, made here, so that a page shows them without a network and without scripts."""

import base64
import functools
import io
import re
import secrets
from html import escape

FORMULA = re.compile(  # bounded, so that a page of opening marks does not take for ever
    r"\$\$(?P<a>[^$]{1,600})\$\$|(?<![\\$])\$(?P<c>[^$]{1,600})\$"
    r"|\\\[(?P<b>(?:(?!\\[\[\]]).){1,600})\\\]|\\\((?P<d>(?:(?!\\[()]).){1,600})\\\)",
    re.DOTALL,
)
SPELLED = {"dots": "ldots", "lVert": "Vert", "rVert": "Vert", "tfrac": "frac", "dfrac": "frac", "le": "leq"}
SPELLED |= {"ge": "geq", "ne": "neq", "lvert": "vert", "rvert": "vert", "to": "rightarrow"}
SPELLED |= {
    "implies": "Longrightarrow",
    "iff": "Leftrightarrow",
    "land": "wedge",
    "lor": "vee",
    "lnot": "neg",
}
SPELLED |= {"square": "blacksquare", "Box": "blacksquare", "mbox": "text", "textrm": "text"}
SIZES = re.compile(r"\\(?:[bB]igg?[lrm]?|displaystyle|textstyle|limits|nolimits)(?![A-Za-z])")  # left out
ONE, GROUP = (
    r"(?:\\[A-Za-z]+|[^\s\\{}\[])",
    r"\{(?:[^{}]|\{[^{}]*\})*\}",
)  # an argument without braces, and with
FRACTION = re.compile(rf"(\\[dt]?frac)(?![A-Za-z])\s*({GROUP}|{ONE})\s*({GROUP}|{ONE})")
FONT = re.compile(rf"(\\(?:sqrt|math[a-z]+))(?![A-Za-z])\s*({ONE})")
LONGEST, MOST = 400, 200  # characters of a formula that is drawn, formulas of a page
CELL, PAGE = 20_000, 200_000  # characters of Markdown that are rendered


class Page:
    """What one page may still use: a student's text can ask for very much work with few characters."""

    def __init__(self) -> None:
        self.formulas, self.characters = MOST, PAGE

    def takes(self, text: str) -> bool:
        """Whether a text is rendered; otherwise it is shown as it is."""
        self.characters -= len(text)
        return len(text) <= CELL and self.characters >= 0


class Formulas:
    """Takes the formulas out of a Markdown text, so that Markdown leaves them alone, and puts pictures in.

    The word that stands for a formula meanwhile is one that nobody can have written before.
    """

    def __init__(self, page: Page) -> None:
        self.page, self.found = page, list[tuple[str, bool]]()
        self.mark = f"x{secrets.token_hex(8)}x"

    def take(self, text: str) -> str:
        """The text with a word in the place of each formula."""
        return FORMULA.sub(self._word, text)

    def _word(self, match: re.Match[str]) -> str:
        display = match["a"] or match["b"]
        self.found.append((display or match["c"] or match["d"], bool(display)))
        return f"{self.mark}{len(self.found) - 1}x"

    def put(self, html: str) -> str:
        """The HTML with a picture in the place of each word."""
        return re.sub(rf"{self.mark}(\d+)x", self._picture, html)

    def _picture(self, match: re.Match[str]) -> str:
        source, display = self.found[int(match[1])]
        self.page.formulas -= 1
        made = drawn(" ".join(source.split())) if self.page.formulas >= 0 else ""
        html = made or f"<code>{escape(source.strip())}</code>"
        return f'<span class="display">{html}</span>' if display else html


def spelled(formula: str) -> str:
    """The same formula as matplotlib spells it: braces around every argument, and the names that it knows."""

    def braced(match: re.Match[str]) -> str:
        name, *arguments = match.groups()
        return name + "".join(a if a.startswith("{") else f"{{{a}}}" for a in arguments)

    formula = FONT.sub(braced, FRACTION.sub(braced, SIZES.sub("", formula)))
    return re.sub(r"\\([A-Za-z]+)", lambda m: "\\" + SPELLED.get(m[1], m[1]), formula)


@functools.lru_cache(maxsize=1000)
def drawn(source: str) -> str:
    """The formula as an `img` with its source as alternative text, or "" if it cannot be drawn."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import MathTextParser

    if len(source) > LONGEST:
        return ""
    text = spelled(f"${source}$")
    font = FontProperties(size=12, math_fontfamily="cm")
    try:
        width, height, depth, _, _ = MathTextParser("path").parse(text, dpi=72, prop=font)
        figure = Figure(figsize=(width / 72, height / 72), facecolor="none")
        figure.text(0, depth / height, text, fontproperties=font)
        file = io.BytesIO()
        FigureCanvasSVG(figure).print_svg(file, metadata={"Date": None})  # type: ignore[no-untyped-call]
    except (ValueError, RecursionError, ArithmeticError, RuntimeError):
        return ""
    data = base64.b64encode(file.getvalue()).decode()
    size = f"height:{height / 12:.3f}em;vertical-align:{-depth / 12:.3f}em"
    return (
        f'<img class="formula" style="{size}" alt="{escape(source)}" src="data:image/svg+xml;base64,{data}">'
    )
