"""The repository itself: what stands where, what the words refer to, what must not be there."""

import re
import subprocess
from inspect import signature
from pathlib import Path

import pytest

from course.exercise import load, names
from tests.conftest import REPOSITORY


def tracked() -> list[Path]:
    """All files under version control."""
    done = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=REPOSITORY, check=True)
    return [REPOSITORY / line for line in done.stdout.splitlines() if (REPOSITORY / line).is_file()]


def headings(chapter: str) -> set[str]:
    """The section headings of a chapter's file."""
    text = (REPOSITORY / "book" / f"{chapter}.md").read_text(encoding="utf-8")
    return {re.sub(r"\s*\{.*", "", h).strip() for h in re.findall(r"^#+\s+(.*)$", text, flags=re.M)}


@pytest.mark.parametrize("name", names())
def test_sections_that_an_exercise_cites_exist(name: str) -> None:
    exercise = load(name)
    chapter = exercise.chapter.split()[1]
    cited = {c.see for c in exercise.checks} | {s.see for s in exercise.slips}
    cited |= {c.see for c in exercise.table.claims} if exercise.table else set()
    cited |= {s.see for s in exercise.composed()} if exercise.composed else set()
    assert cited - {""} <= headings(chapter)


@pytest.mark.parametrize("name", names())
def test_a_chapter_lists_the_exercise_with_its_signature(name: str) -> None:
    stub = load(name).stub
    parameters = (
        "torch.autograd.Function" if isinstance(stub, type) else ", ".join(signature(stub).parameters)
    )
    pages = (REPOSITORY / "book").glob("*.md")
    lists = "".join(page.read_text(encoding="utf-8").partition("## Exercises")[2] for page in pages)
    assert f"{name}({parameters})`" in lists


@pytest.mark.parametrize("name", names())
def test_every_exercise_mirrors_a_secret_file(name: str) -> None:
    assert (REPOSITORY / "solutions" / names()[name] / f"{name}.py").is_file()


def test_every_secret_file_mirrors_an_exercise_or_a_proof() -> None:
    for path in (REPOSITORY / "solutions").glob("*/*"):
        if path.suffix == ".py":
            assert names().get(path.stem) == path.parent.name, path
        elif path.suffix == ".md":
            text = (REPOSITORY / "course" / "problem_sets" / path.parent.name / "text.md").read_text(
                encoding="utf-8"
            )
            assert f"```{{proof}} {path.stem}\n" in text, path


def too_long(files: list[Path], most: int) -> str:
    """Which of these have more lines, and what to do about it; empty if none has."""
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    found = [
        f"{path.parent.name}/{path.name}, {length} lines" for path, length in lengths.items() if length > most
    ]
    return f"Split what has more than {most} lines, by one idea: {'; '.join(found)}" if found else ""


@pytest.mark.parametrize(("folder", "suffix", "most"), [("course", ".py", 200), ("book", ".md", 350)])
def test_modules_and_chapters_are_short(folder: str, suffix: str, most: int) -> None:
    files = [path for path in tracked() if path.suffix == suffix and REPOSITORY / folder in path.parents]
    assert len(files) > 20
    told = too_long(files, most)
    assert not told, told


def test_a_long_module_is_found(tmp_path: Path) -> None:
    long, short = tmp_path / "long.py", tmp_path / "short.py"
    long.write_text("x = 1\n" * 201)
    short.write_text("x = 1\n" * 200)
    told = f"Split what has more than 200 lines, by one idea: {tmp_path.name}/long.py, 201 lines"
    assert too_long([long, short], 200) == told
    assert too_long([short], 200) == ""


def test_no_generated_notebook_is_committed() -> None:
    assert [p for p in tracked() if p.suffix == ".ipynb"] == []


def test_every_pin_is_exact_and_every_dependency_has_its_reason() -> None:
    pins = (REPOSITORY / "requirements.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in pins if line and not line.startswith("#"))
    asked = [
        line for line in (REPOSITORY / "requirements.in").read_text().splitlines() if line and line[0] != "#"
    ]
    assert all("#" in line for line in asked)
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in pins}
    assert {re.split(r"[=\s]", line)[0].lower().replace("_", "-") for line in asked} <= pinned


def test_commands_of_the_readme_exist() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = {word for line in re.findall(r"^([\w ]+):", makefile, flags=re.M) for word in line.split()}
    assert set(re.findall(r"`make (\w+)`", readme)) <= targets
    from course.grader.cli import main

    named = r"\bcourse (classroom|build|roster|collect|grade|feedback|marks|demo|publish|report)\b"
    assert set(re.findall(named, readme)) <= set(main.commands)
