"""A picture of every pattern, for the book: `write_gallery(folder)`."""

from pathlib import Path

from course.recognise.patterns import ALL, PATTERNS
from course.recognise.picture import svg
from course.verdict import Paths

STEPS = 7


def pictures() -> dict[str, tuple[str, str]]:
    """By name of the pattern: its sentence and its picture; the right triangle first."""
    right = {
        "right": ("Every loss reaches every earlier use of W_hh once.", svg(Paths.of(ALL.triangle(STEPS))))
    }
    mean = {"mean_missing": ("The mean over steps is missing.", svg(Paths.of(STEPS * ALL.triangle(STEPS))))}
    patterns = [p for p in PATTERNS if "W_hh" in p.parts]
    return right | mean | {p.name: (p.sentence, svg(Paths.of(p.triangle(STEPS)))) for p in patterns}


def is_known(paths: Paths) -> bool:
    """Whether the triangle is all ones or a pattern of the course: then it says no more than a name."""
    T = len(paths.alpha)
    triangles = [ALL.triangle(T), T * ALL.triangle(T), *[p.triangle(T) for p in PATTERNS]]
    return paths.alpha in [Paths.of(triangle).alpha for triangle in triangles]


def write_gallery(folder: Path) -> list[Path]:
    """Write one SVG for every pattern into `folder`, and say which files those are."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, (_, picture) in pictures().items():
        path = folder / f"{name}.svg"
        path.write_text(picture + "\n", encoding="utf-8")
        written.append(path)
    return written
