"""Chapter 2: a missing transpose against the scale of the weights, and which slips a case can see."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from figures.checking_slips import SLIPS, cases, relative_error
from figures.style import faint, heat, ink
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

# --- a missing transpose --------------------------------------------------------------------------

SCALES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
WIDTH = 18


@cache
def transpose_errors() -> dict[str, list[float]]:
    """The relative error of a gradient whose transpose is missing: median of 301 networks at each scale."""
    sizes = {"T": 12, "d": 3, "h": WIDTH, "q": 2}
    errors = [relative_error(cases(301, scale=s, **sizes), SLIPS[0]) for s in SCALES]
    return {"scale": list(SCALES), "error": errors}


def missing_transpose() -> Figure:
    """How wrong a missing transpose is, against the scale of the weights."""
    errors = transpose_errors()
    s = np.array(errors["scale"])
    fig, ax = plt.subplots(figsize=(5.6, 3.7))
    ax.loglog(s, s * np.sqrt(2 * (WIDTH - 1)), "--", color=faint(), label=r"$s\sqrt{2(h-1)}$")
    ax.loglog(s, errors["error"], "o-", color="C1", label="measured")
    for level, words in ((1e-2, "tolerance 1%"), (1e-6, "tolerance one in a million")):
        ax.axhline(level, color="C0", linewidth=1.2)
        ax.text(1.1, level * 1.25, words, color="C0", ha="right", va="bottom", fontsize=10)
    ax.set(xlabel="scale $s$ of the weights", ylabel="relative error", ylim=(3e-7, 12))
    ax.set_xticks([0.001, 0.01, 0.1, 1], ["1/1000", "1/100", "1/10", "1"])
    ax.minorticks_off()
    ax.legend(loc="center left", bbox_to_anchor=(0.0, 0.36))
    return fig


# --- teeth ----------------------------------------------------------------------------------------

CASES = {
    "all different": {},
    "$T = 1$": {"T": 1},
    "$h_0 = 0$": {"zero_start": True},
    "$W_{hh}$ symmetric": {"symmetric": True},
    "one unit": {"h": 1},
    "weights / 1000": {"scale": 0.0005},
}


@cache
def teeth_table() -> np.ndarray:
    """The relative error of every slip (rows) in every case (columns): medians of 51 networks."""
    table = [[relative_error(cases(51, **case), slip) for case in CASES.values()] for slip in SLIPS]
    return np.where(np.array(table) < 1e-13, 0, table)


def teeth_numbers() -> dict[str, list]:
    """The table as the columns of a file."""
    plain = [slip.name.replace("$", "") for slip in SLIPS]
    columns = {name.replace("$", ""): teeth_table()[:, j].tolist() for j, name in enumerate(CASES)}
    return {"slip": plain} | columns


def _percent(error: float) -> str:
    percent = 100 * error
    if error == 0 or percent >= 1:
        return f"{percent:.0f}%" if error else "0"
    return f"{percent:.1g}%" if percent > 1e-3 else "~0"


def teeth() -> Figure:
    """Which slips a case can see: relative errors as a table in colours."""
    table = teeth_table()
    fig, ax = plt.subplots(figsize=(6, 4.3))
    shown = np.ma.masked_where(table == 0, table)
    ax.pcolormesh(shown, cmap=heat(), norm=LogNorm(1e-7, 3), edgecolors="none")
    for (i, j), error in np.ndenumerate(table):
        strong = error > 0.02
        colour = plt.rcParams["axes.prop_cycle"].by_key()["color"][0] if error == 0 else ink()
        ax.text(
            j + 0.5,
            i + 0.5,
            _percent(error),
            ha="center",
            va="center",
            fontsize=11,
            color=_on_dark() if strong else colour,
            weight="bold" if error == 0 else "normal",
        )
    ax.set_xticks(np.arange(len(CASES)) + 0.5, list(CASES), rotation=35, ha="left")
    ax.set_yticks(np.arange(len(SLIPS)) + 0.5, [slip.name for slip in SLIPS])
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.invert_yaxis()
    ax.spines[:].set_visible(False)
    return fig


def _on_dark() -> str:
    """The letter colour for a strongly coloured cell: the paper's own end of the colour map."""
    return heat()(0.0)
