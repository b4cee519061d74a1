"""What the public gets: the book, the wheel, the release notebooks. Nothing from `solutions/`."""

import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from course.exercise import SETS
from course.grader.classroom import Classroom, nbgrader

LINE = 20  # characters without blanks from which a line of an answer tells its author
BEGINNINGS = ("#", "def", "import", "from")  # lines that begin so tell nothing,
IDIOMS = re.compile(  # nor do those that everybody writes
    r"rng=np\.random\.default_rng\(\w*\)|withtorch\.no_grad\(\):|optimizer\.zero_grad\(\)"
)


def publish(target: Path, repository: Path) -> list[Path]:
    """Fill `target` with book/, problem_sets/ and the wheel, and search each of them for answers.

    Raises:
        click.ClickException: if the book is not built; if an answer is found (`target` is then removed).
    """
    book = repository / "_build" / "html"
    if not (book / "index.html").is_file():
        raise click.ClickException(f"{book} holds no book. Build it first: make book")
    shutil.rmtree(target, ignore_errors=True)
    hidden = shutil.ignore_patterns(".buildinfo", ".doctrees")
    parts: dict[str, Callable[[Path], object]] = {
        "book": lambda part: shutil.copytree(book, part, ignore=hidden),
        "problem_sets": lambda part: _release(part, repository / "solutions"),
        "wheel": lambda part: _wheel(part, repository),
    }
    for name, fill in parts.items():
        fill(target / name)
        found = leaks(target / name, repository / "solutions", repository / "course")
        if found:
            shutil.rmtree(target)
            listed = "\n".join(f"  {name}/{where}: {line}" for where, line in found[:10])
            raise click.ClickException(f"Nothing was published: answers stand in what would be.\n{listed}")
    for wheel in (target / "wheel").iterdir():
        wheel.rename(target / wheel.name)
    (target / "wheel").rmdir()
    return sorted(p for p in target.iterdir())


def _release(target: Path, solutions: Path) -> None:
    """The release notebooks of every set, as nbgrader makes them."""
    with tempfile.TemporaryDirectory() as folder:
        classroom = Classroom.make(Path(folder), solutions)
        for text in sorted(SETS.glob("*/text.md")):
            name = text.parent.name
            classroom.build(name)
            nbgrader(classroom, "generate_assignment", name)
            shutil.copytree(classroom.folder / "release" / name, target / name)


def _wheel(target: Path, repository: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    done = subprocess.run(
        [*command, "-w", str(target), str(repository)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise click.ClickException(f"The wheel could not be built:\n{done.stderr[-2000:]}")


def leaks(published: Path, solutions: Path, public: Path) -> list[tuple[str, str]]:
    """Lines of secret files that stand in published ones, as (file, line), but for public ones."""
    sources = [*public.rglob("*.py"), *public.rglob("*.md")]
    allowed = "\n".join(_squeeze(path.read_text(encoding="utf-8")) for path in sources)
    secret = set[str]()
    for path in [*solutions.rglob("*.py"), *solutions.rglob("*.md")]:
        secret |= _telling(path.read_text(encoding="utf-8"))
    secret = {line for line in secret if line not in allowed}
    found = []
    for where, text in _texts(published):
        squeezed = _squeeze(text)
        found += [(where, line) for line in sorted(secret) if line in squeezed]
    return found


def _squeeze(text: str) -> str:
    """Without blanks, quotes and escapes, so that a line is found in HTML, JSON and a search index too."""
    plain = re.sub(r"<[^>]*>", "", text).replace("&quot;", '"').replace("&#39;", "'").replace("&amp;", "&")
    plain = plain.replace("&lt;", "<").replace("&gt;", ">")
    return re.sub(r"[\s\\\"']+", "", plain)


def _telling(text: str) -> set[str]:
    lines = {_squeeze(line) for line in text.splitlines()}
    long = {line for line in lines if len(line) >= LINE}
    return {line for line in long if not line.startswith(BEGINNINGS) and not IDIOMS.fullmatch(line)}


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Every published file as text, those inside wheels and archives too."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = str(path.relative_to(folder))
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for member in archive.namelist():
                    yield f"{name}!{member}", archive.read(member).decode("utf-8", "replace")
        else:
            yield name, path.read_bytes().decode("utf-8", "replace")
