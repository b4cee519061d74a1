"""The `course` command."""

import json
from pathlib import Path

import click
from rich.console import Console

from course import __version__
from course.exercise import SETS
from course.grader import demo as demo_class
from course.grader.class_report import write_report
from course.grader.classroom import Classroom
from course.grader.collect.command import collect_zip, lines_of
from course.grader.dates import apply_penalties
from course.grader.grade import Choice, grade_set
from course.grader.marks_out import MOODLE, canvas, moodle, people, plain
from course.grader.marks_shown import as_data, show
from course.grader.options import DIR, FILE, SOLUTIONS, cluster_settings, with_cluster
from course.grader.publish import publish as publish_to
from course.grader.returns import make_feedback, zip_feedback
from course.grader.roster import import_roster


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="course")
def main() -> None:
    """Gradients Through Time: build problem sets, grade a class, publish."""


@main.command()
@click.argument("folder", type=DIR)
@SOLUTIONS
def classroom(folder: Path, solutions: Path) -> None:
    """Make a classroom in FOLDER: nbgrader's course directory with its settings."""
    made = Classroom.make(folder, solutions)
    click.echo(
        f"{made.folder} is a classroom. Next, in it: course build, then nbgrader generate_assignment ps2"
    )


@main.command()
@click.argument("sets", nargs=-1)
def build(sets: tuple[str, ...]) -> None:
    """Write the source notebooks of SETS (default: those of course.toml), in a classroom."""
    room = Classroom.open(Path.cwd())
    for name in sets or tuple(room.sets) or tuple(sorted(p.parent.name for p in SETS.glob("*/text.md"))):
        for path in room.build(name):
            click.echo(path.relative_to(room.folder))


@main.command()
@click.argument("name", metavar="SET")
@click.option("--student", "students", multiple=True, metavar="ID", help="Only this one; may be repeated.")
@click.option(
    "--exercise",
    "exercises",
    multiple=True,
    metavar="NAME",
    help="Judge this anew, in what is graded already; all other marks stay. May be repeated.",
)
@click.option("--force", is_flag=True, help="Also what is graded already.")
@click.option("--jobs", type=click.IntRange(1), help="Notebooks at once.  [default: one a processor]")
@with_cluster
@click.option("--json", "as_json", is_flag=True, help="Print marks, changes and triage as JSON.")
def grade(
    name: str,
    students: tuple[str, ...],
    exercises: tuple[str, ...],
    force: bool,
    jobs: int | None,
    as_json: bool,
    **cluster: str | None,
) -> None:
    """Autograde what was handed in for SET, make feedback pages, print the marks. In a classroom.

    What is graded already is left as it is, unless something else was handed in since: an interrupted run
    goes on where it was. Marks and comments given by hand always stay.
    """
    room = Classroom.open(Path.cwd())
    console = Console(stderr=as_json)
    graded = grade_set(
        room, name, console, Choice(students, exercises, force, jobs or 0, cluster_settings(**cluster))
    )
    if as_json:
        click.echo(json.dumps(as_data(graded), indent=1, ensure_ascii=False))
    else:
        show(graded, room, name, console)


@main.command()
@click.argument("name", metavar="SET")
@click.option("--names", is_flag=True, help="Say who made which mistake.")
def report(name: str, names: bool) -> None:
    """Write the class report of SET: pass rates, points, mistakes with pictures. In a classroom, graded."""
    for path in write_report(Classroom.open(Path.cwd()), name, names):
        click.echo(path)


@main.command()
@click.argument("file", type=FILE)
def roster(file: Path) -> None:
    """Add the students of FILE, a CSV, to the gradebook, or update them. In a classroom.

    It needs a column id, or what Canvas ("SIS Login ID") and Moodle ("Username", "ID number") call it.
    """
    done = import_roster(Classroom.open(Path.cwd()), file)
    click.echo(
        f"{len(done.added)} added, {len(done.updated)} updated, {len(done.unchanged)} were there already"
    )
    if done.absent:
        click.echo(f"In the gradebook, but not in {file.name}: {', '.join(done.absent)}")


@main.command()
@click.argument("archive", metavar="ZIP", type=FILE)
@click.argument("name", metavar="SET")
@click.option("--json", "as_json", is_flag=True, help="Print what became of every file as JSON.")
def collect(archive: Path, name: str, as_json: bool) -> None:
    """Put the submissions in ZIP, as Canvas or Moodle gives it, where grade SET looks. In a classroom.

    The zip is kept in downloaded/SET/archive/ and `nbgrader zip_collect SET` is run: of all zips there, each
    student's newest files are taken, once. Students are known by the roster (course roster). Files of nobody
    known, or that are not taken, are listed with the reason; all others go on. What was put into submitted/
    by other means stays.
    """
    report = collect_zip(Classroom.open(Path.cwd()), archive, name)
    if as_json:
        click.echo(json.dumps(report, indent=1, ensure_ascii=False))
    else:
        for line in lines_of(report, name):
            click.echo(line)


@main.command()
@click.argument("sets", nargs=-1, required=True)
@click.option("--format", "form", type=click.Choice(["csv", "canvas", "moodle"]), default="csv")
@click.option("--template", type=FILE, help="For Canvas: the file that its gradebook exports.")
@click.option("--key", type=click.Choice(MOODLE), default=MOODLE[0], help="For Moodle: what says who is who.")
def marks(sets: tuple[str, ...], form: str, template: Path | None, key: str) -> None:
    """Print the marks of SETS after penalties for lateness, as CSV. In a classroom."""
    found = people(Classroom.open(Path.cwd()), sets)
    waiting = sum(t.by_hand for person in found for t in person.totals.values())
    if waiting:
        click.echo(f"{waiting} answers wait to be graded by hand, and count as 0.", err=True)
    if form == "csv":
        click.echo(plain(found, sets), nl=False)
    else:
        text = canvas(found, sets, template) if form == "canvas" else moodle(found, sets, key)
        click.echo(text, nl=False)


@main.command()
@click.argument("name", metavar="SET")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def feedback(name: str, target: Path) -> None:
    """Bring the feedback pages of SET up to date and put them all into the zip TARGET. In a classroom."""
    room = Classroom.open(Path.cwd())
    apply_penalties(room, name)
    make_feedback(room, name, Console())
    click.echo(f"{target}: the pages of {zip_feedback(room, name, target)} students")


@main.command()
@click.argument("folder", type=DIR)
@SOLUTIONS
def demo(folder: Path, solutions: Path) -> None:
    """Make the demo class in FOLDER, from banked answers, and grade it."""
    demo_class.make_demo(folder, solutions, Console())
    click.echo(f"Feedback pages: {folder / 'feedback'}/STUDENT/. The gradebook: {folder / 'gradebook.db'}")
    click.echo(f"Proofs wait for a person: cd {folder} && jupyter lab, menu Nbgrader, Formgrader")


@main.command()
@click.argument("folder", type=DIR)
def publish(folder: Path) -> None:
    """Put what the public gets into FOLDER: book, wheel, release notebooks. After make book."""
    for path in publish_to(folder, Path.cwd()):
        click.echo(path)


if __name__ == "__main__":
    main()
