"""The two papers a figure is drawn on: what is ink, what is faint, and the scales of colour."""

from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib.colors import Colormap, LinearSegmentedColormap

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


def settings(paper: str) -> dict[str, Any]:
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
