"""The helper every figure passes through: two papers, words for those who cannot see, files that repeat."""

from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from figures import style
from figures.papers import PAPERS
from matplotlib.figure import Figure

ALT = "A straight line that rises from the lower left corner to the upper right one."


def line() -> Figure:
    """A line and a word."""
    fig, ax = plt.subplots(figsize=(3, 2))
    ax.plot([0, 1], [0, 1])
    ax.annotate("here", (0.5, 0.5), color=style.ink())
    return fig


def test_two_papers_with_their_own_ink(tmp_path: Path):
    light, dark = style.draw(line, "line", tmp_path)
    for path, paper, other in ((light, "light", "dark"), (dark, "dark", "light")):
        svg = path.read_text()
        assert path.name == f"line-{paper}.svg"
        assert PAPERS[paper]["ink"] in svg
        assert PAPERS[other]["ink"] not in svg
    assert plt.get_fignums() == []


def test_the_same_function_draws_the_same_bytes(tmp_path: Path):
    first = [path.read_bytes() for path in style.draw(line, "line", tmp_path / "a")]
    assert first == [path.read_bytes() for path in style.draw(line, "line", tmp_path / "b")]


def test_what_is_drawn_outside_the_paper_is_refused(tmp_path: Path):
    def spilling() -> Figure:
        """A line whose label on the left has no room."""
        fig, ax = plt.subplots(figsize=(3, 2))
        ax.text(-0.6, 0.5, "cut off", transform=ax.transAxes)
        fig.set_layout_engine("none")
        return fig

    with pytest.raises(ValueError, match=r"figure spilling: something is drawn .* outside the paper"):
        style.draw(spilling, "spilling", tmp_path)


@pytest.mark.parametrize("alt", ["", "A line.", "fig-line", ALT + " $x$"])
def test_a_picture_needs_words(alt: str):
    with pytest.raises(ValueError, match="figure fig-line: alt must say in plain words, in 40 characters"):
        style.show(line, name="fig-line", alt=alt, caption="A line.")


def test_a_picture_needs_a_caption():
    with pytest.raises(ValueError, match="figure fig-line: a caption is missing"):
        style.show(line, name="fig-line", alt=ALT, caption=" ")


def test_a_finished_drawing_takes_the_ink_of_each_paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(style, "FOLDER", tmp_path)
    drawing = '<svg viewBox="0 0 80 40" style="display:block;width:100%" stroke="currentColor"></svg>'
    page = style.show_svg(
        drawing, name="fig-square", alt=ALT, caption="A line.", code="book/figures/style.py"
    )
    for paper in PAPERS:
        svg = (tmp_path / f"fig-square-{paper}.svg").read_text()
        assert f'width="60.0pt" height="30.0pt" stroke="{PAPERS[paper]["ink"]}"' in svg
        assert "currentColor" not in svg
    assert "fig-square-light.svg" in page.text
    with pytest.raises(ValueError, match="alt must say"):
        style.show_svg(drawing, name="fig-square", alt="", caption="A line.", code="book/figures/style.py")


def test_columns_of_unequal_length_are_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="figure line: the columns of data differ in length"):
        style._write_data("line", {"t": [1, 2, 3], "x": [1, 2]}, tmp_path)
