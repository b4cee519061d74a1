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
from cycler import cycler
from matplotlib.collections import QuadMesh
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "_build" / "figures"
MIN_ALT = 40
PAPERS = {
    "light": {
        "ink": "#1c2733",
        "faint": "#66727f",
        "lines": ["#1f5fa8", "#b3470b", "#1b7a51", "#8a3c9a", "#7a6200", "#a32444"],
        "heat": ["#f3eee3", "#f0c987", "#dd8452", "#a83a55", "#4c1d5a"],
        "signed": ["#1f5fa8", "#f3eee3", "#b3470b"],
    },
    "dark": {
        "ink": "#e6e9ee",
        "faint": "#98a3b0",
        "lines": ["#7db4f5", "#f5a05c", "#5fd0a0", "#d79be6", "#e3c54a", "#f58fa6"],
        "heat": ["#2a3040", "#6a3a78", "#c2516a", "#ee9a5f", "#fde9a9"],
        "signed": ["#7db4f5", "#2a3040", "#f5a05c"],
    },
}


def _rc(paper: str) -> dict[str, Any]:
    """The matplotlib settings for one paper; shapes of letters are drawn, so no font is needed to view."""
    colours = PAPERS[paper]
    ink, faint = colours["ink"], colours["faint"]
    edges = dict.fromkeys(("axes.edgecolor", "xtick.color", "ytick.color", "grid.color"), faint)
    words = dict.fromkeys(("text.color", "axes.labelcolor", "axes.titlecolor"), ink)
    words |= dict.fromkeys(("xtick.labelcolor", "ytick.labelcolor"), ink)
    clear = dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), "none")
    return {
        **edges,
        **words,
        **clear,
        "axes.prop_cycle": cycler(color=colours["lines"]),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 11,
        "figure.figsize": (5.6, 3.5),
        "figure.constrained_layout.use": True,
        "font.size": 11,
        "grid.linewidth": 0.5,
        "hatch.color": faint,
        "legend.frameon": False,
        "legend.labelcolor": ink,
        "lines.linewidth": 1.8,
        "mathtext.fontset": "cm",
        "svg.fonttype": "path",
        "patch.edgecolor": ink,
    }


def _paper() -> str:
    """Which paper is being drawn on: known by the colour of the text."""
    return "dark" if mpl.rcParams["text.color"] == PAPERS["dark"]["ink"] else "light"


def ink() -> str:
    """The colour of text and of what matters most."""
    return PAPERS[_paper()]["ink"]


def faint() -> str:
    """The colour of axes, hairlines and things of second rank."""
    return PAPERS[_paper()]["faint"]


def heat(signed: bool = False, paper: str | None = None) -> Colormap:
    """A map from paper to ink for sizes, or, if `signed`, from blue through paper to orange."""
    colours = PAPERS[paper or _paper()]["signed" if signed else "heat"]
    return LinearSegmentedColormap.from_list("signed" if signed else "heat", colours)


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


def draw(function: Callable[[], Figure], name: str, folder: Path | None = None) -> list[Path]:
    """Draw the figure on both papers; returns the two SVG files, equal bytes for equal input."""
    folder = folder or FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for paper in PAPERS:
        with mpl.rc_context({**_rc(paper), "svg.hashsalt": f"{name}-{paper}"}):
            figure = _lighten(function())
            path = folder / f"{name}-{paper}.svg"
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


class _Page:
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
) -> _Page:
    """Draw `function` on both papers and return the numbered figure for the page."""
    _check_words(name, alt, caption)
    draw(function, name)
    code = Path(inspect.getfile(function)).resolve().relative_to(ROOT).as_posix()
    links = [f"{{download}}`drawing </_build/figures/{name}-light.svg>`", f"{{download}}`code </{code}>`"]
    if data is not None:
        _write_data(name, data, FOLDER)
        links.append(f"{{download}}`numbers </_build/figures/{name}.csv>`")
    head = f"```{{figure}} /_build/figures/{name}-light.svg\n:name: {name}\n:alt: {' '.join(alt.split())}\n"
    return _Page(f"{head}:align: center\n\n{caption.strip()}\n\nDownload: {' · '.join(links)}\n```\n")
