"""A picture of every pattern, for the book: `write_gallery(folder)`."""

from pathlib import Path

from course.exercise import load
from course.recognise.cell import GATES
from course.recognise.further import path_cases
from course.recognise.patterns import ALL, PATTERNS
from course.recognise.picture import svg
from course.verdict import Drawn, Paths, Weights

STEPS = 7


def pictures() -> dict[str, tuple[str, str]]:
    """By name of the pattern: its sentence and its picture; the right triangle first."""
    right = {
        "right": ("Every loss reaches every earlier use of W_hh once.", svg(Paths.of(ALL.triangle(STEPS))))
    }
    mean = {"mean_missing": ("The mean over steps is missing.", svg(Paths.of(STEPS * ALL.triangle(STEPS))))}
    patterns = [p for p in PATTERNS if "W_hh" in p.parts]
    return right | mean | {p.name: (p.sentence, svg(Paths.of(p.triangle(STEPS)))) for p in patterns}


def is_known(drawn: Drawn, exercise: str) -> bool:
    """Whether the picture is right or one that the course knows: then it says no more than a name."""
    if isinstance(drawn, Weights):
        return _few_edges(drawn)
    T = len(drawn.alpha)
    triangles = [ALL.triangle(T), T * ALL.triangle(T), *[p.triangle(T) for p in PATTERNS]]
    if drawn.right:
        known = load(exercise)
        assert known.unrolled is not None
        args = path_cases(known)[0]
        right = known.unrolled.right(args)
        triangles = [*known.unrolled.mistaken(args), right, T * right]
    return drawn.alpha in [Paths.of(triangle).alpha for triangle in triangles]


def _few_edges(drawn: Weights) -> bool:
    """Whether one or two edges are missing or counted twice, or what goes back to the states before is."""
    off = {e: c for e, c in zip(drawn.edges, drawn.counts, strict=True) if c is not None and c != 1}
    cut = set(off.values()) == {0.0} and set(off) in ({*GATES}, {*GATES, "c→c"})
    return cut or (len(off) <= 2 and set(off.values()) <= {0.0, 2.0})


def write_gallery(folder: Path) -> list[Path]:
    """Write one SVG for every pattern into `folder`, and say which files those are."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, (_, picture) in pictures().items():
        path = folder / f"{name}.svg"
        path.write_text(picture + "\n", encoding="utf-8")
        written.append(path)
    return written
