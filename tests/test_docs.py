"""Every command of the pages for instructors, of README and CONTRIBUTING, run as a reader types it."""

import re
import shutil
import socket
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import click
import nbformat
import pytest

from course.grader.classroom import Classroom
from course.grader.cli import main
from course.grader.demo import hand_in
from tests.conftest import REPOSITORY
from tests.reader import Block, Terminal, blocks, settled, unseen
from tests.sandbox import server

FIRST = "book/teach/ten_minutes.md"
PAGES = [str(path.relative_to(REPOSITORY)) for path in sorted((REPOSITORY / "book" / "teach").glob("*.md"))]
DOCUMENTS = ["README.md", "CONTRIBUTING.md", *PAGES]
LANGUAGES = {"sh", "text", "toml", "python", "markdown"}

# Blocks that are not run, and why: by page and the beginning of one of their lines.
NETWORK = "it needs the network"
NOT_RUN = {
    ("README.md", "make   "): "make runs these tests, and takes minutes",
    (FIRST, "git clone "): f"{NETWORK}; make, in it, runs for minutes and is what runs these tests",
    ("book/teach/by_hand.md", "jupyter lab"): (
        "it opens a browser and runs until it is stopped; tests/sandbox/test_formgrader.py walks through it"
    ),
    ("book/teach/machines.md", "python slurm.py"): f"{NETWORK}, and Slurm",
    ("book/teach/machines.md", "kubectl apply "): f"{NETWORK}, and a Kubernetes cluster",
}

# Blocks that run until they are stopped, by the same: they stay open, and are ready when this is seen.
STAYS = {
    ("book/teach/machines.md", "dask scheduler "): "Scheduler at:",
    ("book/teach/machines.md", "dask worker "): "Registered to:",
}

# Pages that are followed in `make soak` only, and why.
SLOW = {
    "README.md": "its commands are those of the first page and of the roster's, which are followed",
    "book/teach/choosing.md": "the same commands as on the first page, after two edits",
    "book/teach/grading.md": "it grades five times, 25 s",
    "book/teach/trouble.md": "it grades three times and waits for a limit of time, 25 s",
    "book/teach/machines.md": "a scheduler, a worker and two gradings, 30 s",
    "book/teach/postgresql.md": "a server and a grading, 20 s; tests/sandbox/test_postgresql.py is not slow",
}


def listed(table: dict[tuple[str, str], str], block: Block) -> str:
    """What a table says about a block, or ""."""
    lines = block.text.splitlines()
    found = [v for (page, words), v in table.items() if page == block.page and begins(lines, words)]
    return found[0] if found else ""


def begins(lines: list[str], words: str) -> bool:
    """Whether one of the lines begins so."""
    return any(line.startswith(words) for line in lines)


def commands(page: str) -> list[Block]:
    """A page's blocks of commands."""
    return [block for block in blocks(page) if block.language == "sh"]


def follow(page: str, terminal: Terminal, stand_ins: dict[str, str]) -> None:
    """Type what a page says, in order, write its settings, and compare what is seen with what it shows."""
    for block in blocks(page):
        text = block.text
        for word, real in stand_ins.items():
            text = text.replace(word, real)
        if block.language == "toml":
            settled(terminal.home / "rnn-course" / "course.toml", text)
        elif block.language != "sh" or listed(NOT_RUN, block):
            continue
        elif until := listed(STAYS, block):
            terminal.leave_running(text, until)
        else:
            seen = terminal.type(text)
            assert not unseen(block.shown, seen), f"{page}: {unseen(block.shown, seen)!r} is not in\n{seen}"


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of who has followed the first page."""
    folder = tmp_path_factory.mktemp("reader")
    follow(FIRST, Terminal(folder / "home", folder / "state"), {})
    return folder / "home"


def handed_in(home: Path, student: str, answers: dict[str, str]) -> Path:
    """A submission from the banks; returns its notebook."""
    hand_in(Classroom.open(home / "rnn-course"), "ps2", student, answers)
    return home / "rnn-course" / "submitted" / student / "ps2" / "bptt.ipynb"


def fresh(home: Path) -> None:
    """A classroom as it is made."""
    for path in (home / "rnn-course").iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.suffix not in (".toml", ".py"):
            path.unlink()


def one_more(home: Path) -> None:
    """Somebody with a mistake."""
    handed_in(home, "emil", {"recurrence": "reference", "rnn_bptt": "transpose_missing"})


def odd_ones(home: Path) -> None:
    """One file that is no notebook, and a notebook that ends its kernel."""
    handed_in(home, "gil", {}).write_text("<html>", encoding="utf-8")
    path = handed_in(home, "hana", {"recurrence": "reference"})
    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "rnn_bptt-answer":
            cell.source = "import os\nos._exit(0)"
    nbformat.write(book, path)


def zipped(home: Path) -> None:
    """What Canvas gives: two students of the class and a name that nobody has."""
    room = home / "rnn-course"
    shutil.rmtree(room / "submitted")
    released(home, room / "release" / "ps2")


def released(home: Path, release: Path) -> None:
    """A zip of notebooks as they were released."""
    with zipfile.ZipFile(home / "submissions.zip", "w") as archive:
        for number, name in enumerate(("byronada_77", "lichen_78", "nobodynowhere_79")):
            for place, path in enumerate(sorted(release.glob("*.ipynb"))):
                archive.write(path, f"{name}_{900 + 10 * number + place}_{path.name}")


def exported(home: Path) -> None:
    """The gradebook that Canvas exports."""
    lines = ["Student,ID,SIS User ID,SIS Login ID,Section", "Points Possible,,,,", '"Byron, Ada",77,,ada,A']
    (home / "canvas.csv").write_text("\n".join(lines), encoding="utf-8")


def roster(home: Path) -> None:
    """A table of the class."""
    (home / "class.csv").write_text(
        "id,first_name,last_name\nada,Ada,Byron\nchen,Chen,Li\n", encoding="utf-8"
    )


# What others have done before a reader comes to a page: handed in, exported.
BEFORE: dict[str, Callable[[Path], None]] = {
    "book/teach/choosing.md": fresh,
    "book/teach/roster.md": zipped,
    "book/teach/grading.md": one_more,
    "book/teach/giving_back.md": exported,
    "book/teach/trouble.md": odd_ones,
}


def test_the_first_page(graded: Path) -> None:
    assert (graded / "rnn-course" / "feedback" / "ada" / "ps2" / "bptt.html").is_file()


@pytest.mark.parametrize(
    "page", [pytest.param(p, marks=[pytest.mark.soak] if p in SLOW else []) for p in PAGES if p != FIRST]
)
def test_a_page(page: str, graded: Path, tmp_path: Path) -> None:
    """Each page is followed in a home of its own, by who has followed the first one."""
    home = tmp_path / "home"
    shutil.copytree(graded, home, symlinks=True)
    BEFORE.get(page, lambda _: None)(home)
    with ExitStack() as stack:
        stand_ins = STAND_INS[page](stack) if page in STAND_INS else {}
        terminal = Terminal(home, tmp_path / "state")
        stack.callback(terminal.close)
        follow(page, terminal, stand_ins)


@pytest.mark.soak
@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_a_newcomer_follows(page: str, graded: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    roster(home)
    released(home, graded / "rnn-course" / "release" / "ps2")
    follow(page, Terminal(home, tmp_path / "state"), {})


def database(stack: ExitStack) -> dict[str, str]:
    """A server of our own for the page's: it listens to a socket, in a folder."""
    made = stack.enter_context(server.running())
    return {
        "postgresql://grader@db.example.org/": f"postgresql://{server.OWNER}@/",
        '/gradebook"': f'/gradebook?host={made.folder}"',
        "db.example.org": str(made.folder),
        "PASSWORD": server.PASSWORD,
        "--username grader": f"--username {server.OWNER}",
        ":grader:": f":{server.OWNER}:",
    }


def cluster(stack: ExitStack) -> dict[str, str]:
    """This machine for the page's, and a port that is free."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return {"head.example.org": "127.0.0.1", "8786": str(port)}


STAND_INS = {"book/teach/postgresql.md": database, "book/teach/machines.md": cluster}


def test_no_command_hides_in_a_block_of_another_kind() -> None:
    found = {(b.page, b.language) for page in DOCUMENTS for b in blocks(page) if b.language not in LANGUAGES}
    assert found == set()


@pytest.mark.parametrize(("page", "words"), [*NOT_RUN, *STAYS])
def test_an_exception_is_of_one_block_that_there_is(page: str, words: str) -> None:
    assert sum(begins(block.text.splitlines(), words) for block in commands(page)) == 1


def test_every_page_is_in_the_book_and_slow_ones_are_pages() -> None:
    toc = (REPOSITORY / "_toc.yml").read_text(encoding="utf-8")
    assert [p for p in PAGES if f"file: {p.removesuffix('.md')}\n" not in toc] == []
    assert {*SLOW, *BEFORE, *STAND_INS} <= set(DOCUMENTS)
    assert len(PAGES) >= 10


def code(page: str) -> list[str]:
    """What stands as code in a page: blocks, and words between backquotes."""
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S))
    return [*inline, *(line for block in commands(page) for line in block.text.splitlines())]


def options() -> dict[str, set[str]]:
    """The options of every subcommand, as `course … --help` lists them."""
    return {
        name: {o for p in command.params if isinstance(p, click.Option) for o in p.opts if o.startswith("--")}
        for name, command in main.commands.items()
    }


def test_every_command_and_option_is_in_a_page() -> None:
    said = [line for page in PAGES for line in code(page)]
    assert [name for name in options() if not any(f"course {name}" in line for line in said)] == []
    words = {word.split("=")[0] for line in said for word in line.split()}
    assert {o for found in options().values() for o in found} - words == set()


def test_every_option_that_a_page_names_exists() -> None:
    everywhere = {o for found in options().values() for o in found} | {"--help", "--version"}
    others = {"--nworkers"}  # of dask worker, named between backquotes
    wrong = []
    for page in ("README.md", *PAGES):
        for line in code(page):
            told = re.match(r"(?:\w+=\S+ )?course (\w+)", line)
            known = options().get(told[1], set()) | {"--help"} if told else everywhere | others
            if told or line.startswith("--"):
                wrong += [(page, line, o) for o in re.findall(r"(?<!\S)--[\w-]+", line) if o not in known]
            if told and told[1] not in main.commands:
                wrong.append((page, line, told[1]))
    assert wrong == []


@pytest.mark.parametrize(
    ("shown", "output", "missing"),
    [
        ("a\n…\nb", "a\nx\nb", ""),
        ("b\na", "a\nb", "a"),
        ("x … z", "x y z", ""),
        ("x…", "y", "x…"),
        ("", "a", ""),
    ],
)
def test_what_is_shown_is_looked_for_in_order(shown: str, output: str, missing: str) -> None:
    assert unseen(shown, output) == missing


def test_a_command_that_fails_is_noticed(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "home", tmp_path / "state")
    assert terminal.type("cd /tmp; export A=1; echo here") == "here\n"
    assert terminal.type('echo "$A $PWD"') == "1 /tmp\n"
    with pytest.raises(AssertionError, match="ended with 1"):
        terminal.type("false | cat\ntrue")
    with pytest.raises(AssertionError, match="is not seen"):
        terminal.leave_running("echo no", "yes")
