"""Who may import whom, seen from fresh processes; and each of these tests can fail."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import course

HEAVY = ("torch", "sympy", "matplotlib", "IPython", "jupyter_client", "nbformat", "nbgrader", "click", "rich")


def loaded_by(statement: str, folder: Path) -> set[str]:
    """The heavy modules in `sys.modules` after a statement, in a fresh process."""
    code = f"import sys\n{statement}\nprint(*[m for m in {HEAVY!r} if m in sys.modules])"
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=True)
    return set(done.stdout.split())


def test_course_is_the_installed_wheel_and_not_the_working_tree(repository: Path) -> None:
    assert repository / "course" not in Path(course.__file__).parents


def test_importing_course_costs_numpy_only(tmp_path: Path) -> None:
    assert loaded_by("import course", tmp_path) == set()


def test_a_numpy_exercise_is_checked_without_torch_or_sympy(tmp_path: Path) -> None:
    check = "import course\ndef rnn_bptt(p, X, Y, h_0): return None\ncourse.check(rnn_bptt)"
    done = loaded_by(
        f"import io, contextlib\nwith contextlib.redirect_stdout(io.StringIO()): exec({check!r})", tmp_path
    )
    assert done == set()


@pytest.mark.parametrize("module", ["torch", "sympy", "matplotlib"])
def test_the_test_above_can_fail(module: str, tmp_path: Path) -> None:
    assert module in loaded_by(f"import course\nimport {module}", tmp_path)


def test_solutions_cannot_be_imported_from_the_environment(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import solutions"], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert "No module named 'solutions'" in done.stderr


def imports_of(path: Path) -> set[str]:
    """All dotted names that a file imports, anywhere in it."""
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def strangers(folder: Path, forbidden: tuple[str, ...]) -> dict[str, set[str]]:
    """Files below a folder that import what they must not."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        bad = {
            name for name in imports_of(path) if any(name == f or name.startswith(f"{f}.") for f in forbidden)
        }
        if bad:
            found[str(path.relative_to(folder))] = bad
    return found


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        ("course", ("solutions", "tests", "book")),
        ("book", ("solutions", "tests", "course.grader")),
        ("solutions", ("tests", "book")),
    ],
)
def test_folders_import_only_what_they_may(folder: str, forbidden: tuple[str, ...], repository: Path) -> None:
    assert strangers(repository / folder, forbidden) == {}


def test_students_side_never_imports_the_graders(repository: Path) -> None:
    found = strangers(repository / "course", ("course.grader",))
    assert {name for name in found if not name.startswith("grader/")} == set()


def test_a_stranger_is_found(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("def f():\n    from solutions.ps2 import recurrence\n")
    (tmp_path / "good.py").write_text("import solutionsomething\n")
    assert strangers(tmp_path, ("solutions",)) == {"bad.py": {"solutions.ps2"}}


def test_wheel_holds_course_and_nothing_else(repository: Path) -> None:
    import zipfile

    (wheel,) = (repository / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert tops == {"course", f"gradients_through_time-{course.__version__}.dist-info"}


def test_every_module_of_course_is_in_the_wheel(repository: Path) -> None:
    installed = Path(course.__file__).parent
    here = {
        p.relative_to(repository / "course")
        for p in (repository / "course").rglob("*")
        if p.suffix in (".py", ".md", ".toml")
    }
    there = {p.relative_to(installed) for p in installed.rglob("*") if p.suffix in (".py", ".md", ".toml")}
    assert here == there
