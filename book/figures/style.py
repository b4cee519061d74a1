r"""How a figure gets into a page: one function per figure, shown twice, for light and for dark paper.

For the author of a chapter
---------------------------
1. Write a function without arguments in ``book/figures/<chapter>.py`` that returns a matplotlib Figure::

       import matplotlib.pyplot as plt
       from figures.style import heat, ink      # `book/` is on the import path of every executed cell

       def gradient_triangle():
           fig, ax = plt.subplots(figsize=(5.6, 4.2))   # at most 6 inches wide: it must be legible on a phone
           ax.plot(t, x, color="C0")                    # C0 … C5: colours chosen for both papers
           ax.pcolormesh(table, cmap=heat())            # sequential; heat(True) is diverging
           ax.annotate("here", (1, 2), color=ink())     # ink() and faint(): text and hairlines
           return fig

   Never write a fixed black, white or grey, and never set a background: `show` calls the function once
   for each paper and the colours follow.

2. Show it in the page, in a cell that hides its code::

       ```{code-cell} ipython3
       :tags: [hide-input]
       from figures.bptt import gradient_triangle
       from figures.style import show

       show(gradient_triangle, name="fig-bptt-triangle",
            alt="Heat map of the norm of G_{t,k}: brightest on the diagonal, fading downwards.",
            caption="The norm of $G_{t,k}$. See {eq}`eq-bptt-g`.")
       ```

   `name` is the label for ``{numref}`fig-bptt-triangle```. `caption` is MyST, so mathematics and references
   work in it. `alt` says in plain words what is to be seen: at least 40 characters, no TeX.
   `data={"t": t, "norm": x}` (columns of one length) adds a CSV file to the downloads below the picture.

The picture is written to ``_build/figures/``. The page is rebuilt when any file in ``book/figures`` changes.
"""

import csv
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from figures.papers import PAPERS, faint, heat, ink, settings
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

__all__ = ["Page", "draw", "faint", "heat", "ink", "show", "show_svg"]

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "_build" / "figures"
MIN_ALT = 40
SPILL = 0.03  # inches; boxes of letters have some air


def _lighten(figure: Figure) -> Figure:
    """Large coloured tables, such as the 256 cells of a colour bar, become pixels: 1 KB in place of 60."""
    for axes in figure.axes:
        for mesh in axes.collections:
            if isinstance(mesh, QuadMesh) and mesh.get_array().size > 250:
                mesh.set_rasterized(True)
    return figure


def _shorten(svg: str) -> str:
    """Two decimals of a point are enough for a path; the header that describes the program is dropped."""
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\n\s+", "\n", svg)
    return re.sub(r' d="[^"]*"', lambda path: re.sub(r"(\.\d\d)\d+", r"\1", path[0]), svg)


def _check_edges(name: str, figure: Figure) -> None:
    """Refuse a drawing of which something lies outside its paper, where nobody sees it."""
    figure.draw_without_rendering()  # now everything has its place
    box, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    over = max(-box.x0, -box.y0, box.x1 - width, box.y1 - height)
    if over > SPILL:
        raise ValueError(
            f"figure {name}: something is drawn {over:.2f} inches outside the paper, where it is cut off: "
            "make the figure larger"
        )


def draw(function: Callable[[], Figure], name: str, folder: Path | None = None) -> list[Path]:
    """Draw the figure on both papers; returns the two SVG files, equal bytes for equal input."""
    folder = folder or FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for paper in PAPERS:
        with mpl.rc_context({**settings(paper), "svg.hashsalt": f"{name}-{paper}"}):
            figure = _lighten(function())
            path = folder / f"{name}-{paper}.svg"
            _check_edges(name, figure)
            figure.savefig(path, dpi=200, transparent=True, metadata={"Date": None, "Title": name})
            plt.close(figure)
            path.write_text(_shorten(path.read_text(encoding="utf-8")), encoding="utf-8")
        files.append(path)
    return files


def _check_words(name: str, alt: str, caption: str) -> None:
    if len(alt.strip()) < MIN_ALT or "$" in alt or alt.strip() == name:
        raise ValueError(
            f"figure {name}: alt must say in plain words, in {MIN_ALT} characters or more, what is to be "
            f"seen; got {alt!r}"
        )
    if not caption.strip():
        raise ValueError(f"figure {name}: a caption is missing")


def _write_data(name: str, data: Mapping[str, Sequence[Any]], folder: Path) -> None:
    lengths = {column: len(values) for column, values in data.items()}
    if len(set(lengths.values())) != 1:
        raise ValueError(f"figure {name}: the columns of data differ in length: {lengths}")
    with (folder / f"{name}.csv").open("w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(data)
        writer.writerows(zip(*data.values(), strict=True))


class Page:
    """What a cell hands to the page: MyST with a figure directive."""

    def __init__(self, text: str) -> None:
        self.text = text

    def _repr_markdown_(self) -> str:
        return self.text


def show(
    function: Callable[[], Figure],
    *,
    name: str,
    alt: str,
    caption: str,
    data: Mapping[str, Sequence[Any]] | None = None,
) -> Page:
    """Draw `function` on both papers and return the numbered figure for the page."""
    _check_words(name, alt, caption)
    draw(function, name)
    if data is not None:
        _write_data(name, data, FOLDER)
    code = Path(inspect.getfile(function)).resolve().relative_to(ROOT).as_posix()
    return _figure(name, alt, caption, code, data is not None)


def show_svg(svg: str, *, name: str, alt: str, caption: str, code: str) -> Page:
    """The same for a finished drawing with `currentColor` for ink; `code` is the file that drew it."""
    _check_words(name, alt, caption)
    FOLDER.mkdir(parents=True, exist_ok=True)
    width, height = (0.75 * float(size) for size in re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)[0])
    sized = re.sub(r' style="display:block[^"]*"', f' width="{width}pt" height="{height}pt"', svg, count=1)
    for paper, colours in PAPERS.items():
        path = FOLDER / f"{name}-{paper}.svg"
        path.write_text(sized.replace("currentColor", colours["ink"]) + "\n", encoding="utf-8")
    return _figure(name, alt, caption, code)


def _figure(name: str, alt: str, caption: str, code: str, data: bool = False) -> Page:
    links = [f"{{download}}`drawing </_build/figures/{name}-light.svg>`", f"{{download}}`code </{code}>`"]
    if data:
        links.append(f"{{download}}`numbers </_build/figures/{name}.csv>`")
    head = f"```{{figure}} /_build/figures/{name}-light.svg\n:name: {name}\n:alt: {' '.join(alt.split())}\n"
    return Page(f"{head}:align: center\n\n{caption.strip()}\n\nDownload: {' · '.join(links)}\n```\n")
