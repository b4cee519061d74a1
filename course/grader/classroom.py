"""A classroom: nbgrader's course directory, made anywhere by one command, with one settings file."""

import json
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

import course
from course.grader.build import build_set

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Classroom:
    """A folder with `course.toml` and `nbgrader_config.py`."""

    folder: Path
    solutions: Path
    sets: dict[str, dict[str, Any]]
    gradebook: str  # its URL
    late: dict[str, Any] = field(default_factory=dict)
    scheduler: dict[str, str] = field(default_factory=dict)  # of a cluster: address, ca, cert, key
    names: dict[str, str] = field(default_factory=dict)  # what an LMS calls students

    @classmethod
    def make(cls, folder: Path, solutions: Path) -> "Classroom":
        """Make the folder's files, keeping any that exist."""
        if not solutions.is_dir():
            raise click.ClickException(
                f"There is no folder {solutions}. Go into the repository, or name it: --solutions DIR."
            )
        folder.mkdir(parents=True, exist_ok=True)
        values = {"version": course.__version__, "solutions": json.dumps(str(solutions.resolve()))}
        for name in ("course.toml", "nbgrader_config.py"):
            text = (TEMPLATES / name).read_text(encoding="utf-8")
            target = folder / name
            if not target.exists():
                target.write_text(text.format(**values) if name.endswith(".toml") else text, encoding="utf-8")
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> "Classroom":
        """Read a classroom.

        Raises:
            click.ClickException: if the folder is none, or its settings are wrong; names the file.
        """
        path = folder / "course.toml"
        if not path.is_file():
            raise click.ClickException(
                f"{folder} is not a classroom: it has no course.toml. Make one with `course classroom DIR`, "
                "or go into yours."
            )
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            about, folder = data["course"], folder.resolve()
            gradebook = re.sub(
                r"\Apostgres(ql)?://",
                "postgresql+psycopg://",  # whichever driver SQLAlchemy would take
                about.get("gradebook", f"sqlite:///{folder / 'gradebook.db'}"),
            )
            sets, late, names = (dict(data.get(table, {})) for table in ("sets", "late", "names"))
            scheduler = {name: str(value) for name, value in dict(data.get("scheduler", {})).items()}
            return cls(folder, Path(about["solutions"]), sets, gradebook, late, scheduler, names)
        except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
            raise click.ClickException(f"{path}: {type(error).__name__}: {error}") from None

    def build(self, name: str) -> list[Path]:
        """Write `source/<set>/*.ipynb`; other notebooks there are removed."""
        settings = self.sets.get(name, {})
        unknown = set(settings) - {"exercises", "points", "due", "extensions"}
        if unknown:
            raise click.ClickException(
                f"{self.folder / 'course.toml'}: [sets.{name}] has no {sorted(unknown)}"
            )
        files = build_set(name, self.solutions, settings.get("exercises"), settings.get("points"))
        if not files:
            raise click.ClickException(
                f"{self.folder / 'course.toml'}: [sets.{name}] chooses no exercise of it"
            )
        target = self.folder / "source" / name
        target.mkdir(parents=True, exist_ok=True)
        for old in target.glob("*.ipynb"):
            if old.name not in files:
                old.unlink()
        for file, text in files.items():
            (target / file).write_text(text, encoding="utf-8")
        return [target / file for file in files]


def nbgrader(classroom: Classroom, *words: str) -> str:
    """Run one nbgrader command in the classroom; its output is shown only if it fails.

    Raises:
        click.ClickException: if it fails, with the command to run by hand and its last lines.
    """
    command = [sys.executable, "-m", "nbgrader", *words]
    done = subprocess.run(command, cwd=classroom.folder, capture_output=True, text=True, check=False)
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise click.ClickException(
            f"`nbgrader {' '.join(words)}` failed in {classroom.folder}:\n{tail}\n"
            "What it graded before is kept; mend the cause and run it again."
        )
    return done.stdout + done.stderr
